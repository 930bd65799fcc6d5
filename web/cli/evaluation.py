"""The commands that measure the search, and let it learn from what the installation has."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from indexer.encoder import OnnxEncoder, open_encoder
from kb.errors import Unavailable
from kb.settings import read_settings
from search.judged_set import read_judged_set
from search.judging import Figures, Judgement, judge_search
from web.cli.app import app
from web.cli.output import AsJson, out, print_json, say, shown_steps

SHIPPED_NAME = "demo"


@app.command()
def evaluate(
    directory: Annotated[
        Path | None,
        typer.Argument(help="Folder with faq.jsonl, queries.jsonl, qrels.tsv; default: ours."),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Only the queries of this split, like holdout.")
    ] = None,
    as_shipped: Annotated[
        bool, typer.Option("--shipped", help="Without learning from the entries' wordings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure ranking (floor off) and verdicts (floor on) on a judged set; stores nothing."""
    if directory is None:
        with as_file(files("kb.demo") / "faq.jsonl") as shipped:
            judged = read_judged_set(shipped.parent, split=split, name=SHIPPED_NAME)
    else:
        judged = read_judged_set(directory, split=split)
    encoder = _encoder()
    with shown_steps() as steps:
        judgement = judge_search(
            judged,
            encoder,
            learn=not as_shipped,
            on_progress=lambda at: steps.show(at.step, at.done, at.total),
        )
    if as_json:
        print_json(judgement)
    else:
        _print(judgement)


def _encoder() -> OnnxEncoder | None:
    try:
        return open_encoder(read_settings(), on_progress=say)
    except Unavailable as problem:
        say(f"degraded, words alone are measured: {problem}")
        return None


def _print(judgement: Judgement) -> None:
    left_out = f", {judgement.unjudged:,} not judged" if judgement.unjudged else ""
    out.print(
        f"[bold]{judgement.name}[/bold] · {judgement.entries:,} entries with "
        f"{judgement.phrasings:,} phrasings · {judgement.queries:,} queries{left_out}"
    )
    if judgement.learned is not None:
        say(f"learned from their wordings: {judgement.learned.why}")
    out.print("\n[bold]ranking[/bold] of the answerable queries, floor off")
    ranking = _table("asked", "recall@1", "@5", "@10", "MRR@10", "nDCG@10", "hit@1")
    verdicts = _table("asked", "none", "answered", "right", "maybe", "false", "AUROC", "false@90")
    for one in judgement.figures:
        _add_ranking(ranking, one)
        _add_verdicts(verdicts, one)
    out.print(ranking)
    out.print(
        "\n[bold]verdicts[/bold], floor on: answered of what has an answer, false of what has none"
    )
    out.print(verdicts)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("mode", no_wrap=True)
    table.add_column("lang", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _add_ranking(table: Table, one: Figures) -> None:
    figures = (
        one.recall_at_1,
        one.recall_at_5,
        one.recall_at_10,
        one.mrr_at_10,
        one.ndcg_at_10,
        one.hit_at_1,
    )
    table.add_row(one.mode, one.lang, f"{one.answerable:,}", *(_figure(value) for value in figures))


def _add_verdicts(table: Table, one: Figures) -> None:
    table.add_row(
        one.mode,
        one.lang,
        f"{one.answerable:,}",
        f"{one.unanswerable:,}",
        *(_percent(value) for value in (one.answered, one.answered_right, one.maybe)),
        _percent(one.false_answers),
        _figure(one.auroc),
        _percent(one.false_answers_at_90),
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
