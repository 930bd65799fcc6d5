"""Commands for entries: their links, the audit, merging two into one."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.desk.merging import merge_entries, undo_merge
from kb.errors import InvalidInput
from kb.settings import read_settings
from kb.store.engine import reading, transaction
from kb.store.entries.reading import entries_by_id, get_entry
from kb.store.jobs import enqueue
from kb.store.links.edits import edited_links
from kb.store.links.found import related_entries
from kb.store.merging.findings import (
    EntryFinding,
    dismiss_finding,
    finding_counts,
    list_findings,
)
from kb.store.merging.merges import UNDO_DAYS
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell
from web.link_actions import do_to_link

LARGEST_ID = 2**62
KINDS = {"prerequisite": "read first", "next": "asked next", "similar": "similar"}
STATES = ("open", "dismissed", "merged")

Entry = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the entry.")]


@app.command()
def links(
    entry: Entry,
    pin: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Always show this one as related.")
    ] = None,
    unpin: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Take a pin back.")
    ] = None,
    block: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Never show this one as related.")
    ] = None,
    unblock: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Take a block back.")
    ] = None,
    first: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="This one is to be read first.")
    ] = None,
    not_first: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="No longer to be read first.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where an entry links to and why, after pinning or blocking what is named."""
    given = {
        "pin": pin,
        "unpin": unpin,
        "block": block,
        "unblock": unblock,
        "first": first,
        "not-first": not_first,
    }
    wanted = {action: other for action, other in given.items() if other is not None}
    _require_one_word_each(wanted)
    engine = open_record(read_settings())
    if wanted:
        with transaction(engine) as conn:
            for action, other in wanted.items():
                do_to_link(conn, action, entry, other, viewer=OPERATOR)
            enqueue(conn, "index")
    with reading(engine) as conn:
        title = get_entry(conn, entry, viewer=OPERATOR).title
        found = related_entries(conn, entry, viewer=OPERATOR)
        said = edited_links(conn, entry, viewer=OPERATOR)
    if as_json:
        related = [
            {"id": o.id, "title": o.title, "kind": o.kind, "mode": o.mode, "reason": o.reason}
            for o in found
        ]
        edited = [{"id": o.to_id, "kind": o.kind, "mode": o.mode} for o in said]
        print_json({"entry": entry, "related": related, "edited": edited})
        return
    out.print(f"[bold]{escape(title)}[/bold]")
    for one in found:
        out.print(f"{one.id:>6}  {escape(one.title)}")
        out.print(Padding(f"[dim]{KINDS[one.kind]}: {_why(one.reason)}[/dim]", (0, 0, 0, 8)))
    for other_one in said:
        if other_one.mode == "blocked":
            out.print(f"{other_one.to_id:>6}  {escape(other_one.title)}")
            out.print(Padding("[dim]blocked[/dim]", (0, 0, 0, 8)))
    if not found:
        say("it links to no entry: no link is better than a wrong one")


def _require_one_word_each(wanted: dict[str, int]) -> None:
    """Refuse options that say two things of one link."""
    for actions in (("pin", "unpin", "block", "unblock"), ("first", "not-first")):
        named = [wanted[action] for action in actions if action in wanted]
        if len(set(named)) < len(named):
            options = ", ".join(f"--{action}" for action in actions if action in wanted)
            raise InvalidInput(f"{options} name one entry more than once: say one thing of it")


def _why(reason: dict[str, Any]) -> str:
    if reason.get("fact") == "asked next":
        days = "a day" if reason["days"] == 1 else f"{reason['days']} days"
        return f"{reason['people']} people asked it next, within {days}"
    if reason.get("fact") == "editor":
        return "said by an editor"
    words = ", ".join(reason.get("shared_words", ()))
    return f"cosine {reason.get('cosine', 0):.2f}{f', both: {escape(words)}' if words else ''}"


@app.command()
def audit(
    state: Annotated[str, typer.Option(help=f"Which ones: {', '.join(STATES)}.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    dismiss: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Call this finding's two different.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List entries that say the same or contradict each other; kb index looks for them."""
    if state not in STATES:
        raise InvalidInput(f"--state must be one of {', '.join(STATES)}, not {state!r}")
    engine = open_record(read_settings())
    if dismiss is not None:
        with transaction(engine) as conn:
            dismiss_finding(conn, dismiss, viewer=OPERATOR)
    with reading(engine) as conn:
        found = list_findings(conn, viewer=OPERATOR, state=state, limit=limit)
        total = finding_counts(conn).get(state, 0)
        titles = _titles(conn, found)
    if as_json:
        print_json({"findings": [_answer(one, titles) for one in found], "total": total})
        return
    for one in found:
        out.print(Group(*_lines(one, titles)))
    if not found:
        say(f"no finding is {state}: kb index compares the entries that changed")
    elif total > len(found):
        say(f"and {total - len(found):,} more: --limit {total} shows them all")
    if found and state == "open":
        say("kb merge-entries OLD STAYS makes one of two; kb audit --dismiss FINDING: different")


def _titles(conn: Connection, found: list[EntryFinding]) -> dict[int, str]:
    ids = sorted({one for finding in found for one in (finding.entry_a, finding.entry_b)})
    return {key: one.title for key, one in entries_by_id(conn, ids, viewer=OPERATOR).items()}


def _answer(one: EntryFinding, titles: dict[int, str]) -> dict[str, Any]:
    pair = (one.entry_a, one.entry_b)
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "score": one.score,
        "entries": [{"id": entry_id, "title": titles.get(entry_id)} for entry_id in pair],
        "facts": dict(one.facts),
    }


def _lines(one: EntryFinding, titles: dict[int, str]) -> list[str | Padding]:
    lines: list[str | Padding] = [f"[bold]finding {one.id}[/bold] {one.kind}"]
    for entry_id, quoted in ((one.entry_a, "sentence_a"), (one.entry_b, "sentence_b")):
        lines.append(f"{entry_id:>6}  {escape(titles.get(entry_id, ''))}")
        if quoted in one.facts:
            lines.append(Padding(f"[dim]{escape(str(one.facts[quoted]))}[/dim]", (0, 0, 0, 8)))
    if one.kind == "duplicate":
        alike = round(100 * float(one.facts.get("similarity", 0)))
        shared = round(100 * float(one.facts.get("answers", 0)))
        facts = f"questions {alike} % alike, answers share {shared} % of their words"
        lines.append(Padding(f"[dim]{facts}[/dim]", (0, 0, 0, 8)))
    return lines


@app.command(name="merge-entries")
def merge_two(
    entry: Entry,
    into: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The entry that stays.")],
    as_json: AsJson = False,
) -> None:
    """Merge the first entry into the second, which stays."""
    with transaction(open_record(read_settings())) as conn:
        merge_id = merge_entries(conn, entry, into, viewer=OPERATOR)
    tell(
        f"entry {entry} leads to entry {into}, with its wordings, votes and links; "
        f"kb unmerge {merge_id} takes it back for {UNDO_DAYS} days",
        {"entry": entry, "into": into, "merge": merge_id},
        as_json=as_json,
    )


@app.command()
def unmerge(
    merge: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="What the merge told.")],
    as_json: AsJson = False,
) -> None:
    """Take a merge of two entries back."""
    with transaction(open_record(read_settings())) as conn:
        entry = undo_merge(conn, merge, viewer=OPERATOR)
    tell(
        f"entry {entry} stands for itself again",
        {"entry": entry, "undone": merge},
        as_json=as_json,
    )
