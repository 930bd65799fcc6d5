"""The command that searches."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from kb.access import GUEST, OPERATOR
from kb.errors import InvalidInput
from kb.settings import read_settings
from search.results import Hit, SearchResults, Verdict
from web.answers import search_answer
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say
from web.composition import find_encoder, open_search


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Hits at most.")] = 5,
    cursor: Annotated[str | None, typer.Option(help="Next page, as --json gave it.")] = None,
    lang: Annotated[str | None, typer.Option(help="The reader's language.")] = None,
    floor: Annotated[str, typer.Option(help="off shows what is below the floor, too.")] = "on",
    explain: Annotated[bool, typer.Option("--explain", help="Show the parts of scores.")] = False,
    as_agent: Annotated[
        bool, typer.Option("--as-agent", help="Search what agents may read, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Search as a customer would, and say honestly when there is no answer."""
    if floor not in ("on", "off"):
        raise InvalidInput(f"--floor is on or off, not {floor!r}", field="floor")
    settings = read_settings()
    engine = open_record(settings)
    parts = open_search(settings, engine, find_encoder(settings))
    results = parts.searcher.search(
        " ".join(words),
        viewer=OPERATOR if as_agent else GUEST,
        limit=limit,
        cursor=cursor,
        floor=floor == "on",
        explain=explain,
        lang=lang,
    )
    if results.degraded == "index":
        say("there is no index that fits this record: run kb index")
    if as_json:
        print_json(search_answer(results, explain=explain))
    else:
        _print_results(results)


def _print_results(results: SearchResults) -> None:
    notes = {
        Verdict.ANSWER: f"answer, confidence {results.confidence:.0%}",
        Verdict.MAYBE: f"not sure, but perhaps, confidence {results.confidence:.0%}",
        Verdict.NONE: "no answer to this yet",
    }
    degraded = f" · degraded: {results.degraded}" if results.degraded else ""
    out.print(
        f"[bold]{notes[results.verdict]}[/bold] · {results.total} found · {results.mode}"
        f"{degraded} · {results.took_ms:.0f} ms"
    )
    for hit in results.hits:
        _print_hit(hit)
    if results.near and not results.hits:
        out.print("[dim]near, but not matching:[/dim]")
        for hit in results.near:
            out.print(f"  [dim]{hit.score:.2f}  {escape(hit.title)}[/dim]")
    if results.did_you_mean:
        out.print(f"did you mean: {escape(results.did_you_mean)}")


def _print_hit(hit: Hit) -> None:
    out.print(f"\n[bold]{escape(hit.title)}[/bold]")
    out.print(f"[dim]{hit.score:.2f}  {escape(hit.url)}[/dim]")
    snippet = Text(hit.snippet)
    for start, end in hit.marks:
        snippet.stylize("bold", start, end)
    out.print(snippet)
    if hit.matched_phrasing:
        out.print(f"[dim]matched: {escape(hit.matched_phrasing)}[/dim]")
    for name, value in hit.score_parts.items():
        out.print(f"[dim]  {name:<24} {value:+.3f}[/dim]")
