"""Loads the demo company that ships in `kb.demo`: entries, questions, forum threads, searches."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from typing import Any

from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.importing import import_entries, import_questions
from kb.intake.files import read_faq
from kb.intake.masking import mask_personal_data
from kb.intake.records import BadRow, IncomingQuestion, IncomingReply, ReplyKind, State
from kb.searches.intents import Click, SearchIntent
from kb.searches.keeping import settle_intents
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.entries.reading import find_entry_by_source
from kb.store.migrate import create_record, is_initialised, require_current_schema
from kb.store.searches.intents import add_clicks, add_intents, has_intents
from web.cli.demo_people import load_files, load_people
from web.cli.engines import open_any
from web.cli.indexing import index_now, tell_index
from web.cli.output import say
from web.cli.record import make_secret

DEMO_SOURCE = "demo"
OPENED_AFTER = timedelta(seconds=8)
ASKED_AFTER = timedelta(seconds=12)
"""Before anybody of the demo tries other words, which takes 15 seconds at least."""

HELPFUL_VOTES = 3
"""Votes from which a forum post counts as helpful; one friend is not enough."""


def load_demo(settings: Settings) -> None:
    """Make the record where there is none, load the demo once, index it.

    Loading again changes nothing; a record with other content keeps it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_any(settings)
    if is_initialised(engine):
        require_current_schema(engine)
    else:
        create_record(engine)
    make_secret(settings)
    entries = load_entries(engine)
    questions = load_questions(engine)
    threads = load_threads(engine)
    people = load_people(engine)
    attached = load_files(engine)
    searches = load_searches(engine)
    settle_intents(engine, now=_end_of_searches())
    say(
        f"demo: {entries} new entries, {questions:,} new questions, {threads} forum threads, "
        f"{searches:,} searches, {people} accounts, {attached} files in {settings.home}"
    )
    tell_index(index_now(settings, engine))


def load_entries(engine: Engine) -> int:
    """Store the demo's entries that are not there yet; return how many.

    An entry that is there stays as it is: somebody may have edited it since.
    """
    with as_file(files("kb.demo") / "faq.jsonl") as path, reading(engine) as conn:
        missing = [
            row
            for row in read_faq(path)
            if isinstance(row, BadRow) or find_entry_by_source(conn, row.source_id) is None
        ]
    return import_entries(engine, missing, viewer=OPERATOR).new


def load_questions(engine: Engine) -> int:
    """Store the demo's questions under their channels; return how many are new."""
    by_channel: dict[str, list[IncomingQuestion]] = defaultdict(list)
    for number, row in enumerate(_rows("questions.jsonl"), start=1):
        by_channel[row["channel"]].append(_question(row, number))
    new = 0
    for channel, questions in sorted(by_channel.items()):
        report = import_questions(
            engine, questions, channel=channel, source=f"{DEMO_SOURCE}-{channel}"
        )
        new += report.new
    return new


def load_threads(engine: Engine) -> int:
    """Store what the forum's threads ask, with their visible posts as replies; return how many.

    What moderators took off the forum asks nothing any more and stays out.
    """
    questions = [
        _thread(row, number)
        for number, row in enumerate(_rows("threads.jsonl"), start=1)
        if row["state"] != "hidden" and not row["posts"][0]["hidden"]
    ]
    return import_questions(engine, questions, channel="forum", source=f"{DEMO_SOURCE}-forum").new


def load_searches(engine: Engine) -> int:
    """Store the demo's year of searches in a record that has none; return how many.

    They come in as a site notes them: what was looked for, what was opened, that something was
    asked. What came of each, and the questions made of gaps, is the settling's to say.
    """
    with transaction(engine) as conn:
        if has_intents(conn):
            return 0
        entries = {row["id"]: find_entry_by_source(conn, row["id"]) for row in _rows("faq.jsonl")}
        rows = list(enumerate(_rows("search_year.jsonl.gz"), start=1))
        add_intents(conn, [_search(number, row, entries) for number, row in rows])
        add_clicks(conn, [one for number, row in rows for one in _done(number, row, entries)])
    return len(rows)


def _rows(name: str) -> Iterator[dict[str, Any]]:
    packed = (files("kb.demo") / name).read_bytes()
    text = gzip.decompress(packed) if name.endswith(".gz") else packed
    return (json.loads(line) for line in text.decode("utf-8").splitlines())


def _question(row: Mapping[str, Any], number: int) -> IncomingQuestion:
    replies = tuple(
        IncomingReply(
            source_id=None,
            body=reply["text"],
            author=reply["author"],
            kind=reply["kind"],
            created_at=datetime.fromisoformat(reply["created"]),
        )
        for reply in row["replies"]
    )
    return IncomingQuestion(
        source_id=row["id"],
        subject=row["subject"],
        body=row["text"],
        created_at=datetime.fromisoformat(row["created"]),
        lang=row["lang"],
        product=row["product"],
        sender=row["sender"],
        sender_name=row["sender_name"],
        state="answered" if replies else "open",
        replies=replies,
        row=number,
    )


def _thread(row: Mapping[str, Any], number: int) -> IncomingQuestion:
    opening, *posts = row["posts"]
    replies = tuple(
        IncomingReply(
            source_id=post["id"],
            body=post["text"],
            author="agent" if post["staff"] else "helper",
            kind=_worth(post),
            created_at=datetime.fromisoformat(post["created"]),
        )
        for post in posts
        if not post["hidden"] and post["author"] != opening["author"]
    )
    state: State = "open"
    if replies:
        state = "solved" if row["state"] == "solved" else "answered"
    return IncomingQuestion(
        source_id=row["id"],
        subject=row["title"],
        body=opening["text"],
        created_at=datetime.fromisoformat(row["created"]),
        lang=row["lang"],
        product=row["product"],
        sender_name=opening["author"],
        state=state,
        tags=tuple(row["tags"]),
        replies=replies,
        row=number,
    )


def _worth(post: Mapping[str, Any]) -> ReplyKind:
    if post["accepted"]:
        return "solution"
    return "helpful" if post["staff"] or post["votes"] >= HELPFUL_VOTES else ""


def _search(number: int, row: Mapping[str, Any], entries: Mapping[str, int | None]) -> SearchIntent:
    first = entries.get(row["first_hit"])
    shown = None if first is None else f"entry:{first}"
    return SearchIntent(
        text=mask_personal_data(row["text"], lang=row["lang"]).text,
        lang=row["lang"],
        mode="hybrid",
        verdict=row["verdict"],
        confidence=row["confidence"],
        first_hit=shown,
        visitor=row["visitor"],
        at=datetime.fromisoformat(row["at"]),
        key=_search_key(number),
        shown=() if shown is None else (shown,),
    )


def _end_of_searches() -> datetime:
    """The moment at which the last search of the demo's year is settled."""
    last = max(datetime.fromisoformat(row["at"]) for row in _rows("search_year.jsonl.gz"))
    return last + timedelta(hours=1)


def _search_key(number: int) -> str:
    return f"demo-{number}"


def _done(
    number: int, row: Mapping[str, Any], entries: Mapping[str, int | None]
) -> Iterator[Click]:
    """Yield what the visitor did after a search.

    The demo's questions do not name the search before them, so a question counts as one sent
    from elsewhere.
    """
    at = datetime.fromisoformat(row["at"])
    for rank, name in enumerate(row["clicks"], start=1):
        target = entries.get(name)
        if target is not None:
            opened = at + OPENED_AFTER
            yield Click(
                _search_key(number), row["visitor"], "opened", opened, "entry", target, rank
            )
    if row["outcome"] == "asked":
        yield Click(None, row["visitor"], "asked", at + ASKED_AFTER)
