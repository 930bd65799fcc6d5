"""The command that says what is in the record and how everything stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from indexer.encoder import check_model, find_exported
from indexer.regrouping.report import stored_report
from kb.clock import utc_now
from kb.errors import Unavailable
from kb.settings import Settings, read_settings
from kb.store.counts import RecordCounts, record_counts
from kb.store.engine import reading
from kb.store.grouping.runs import recent_runs
from kb.store.mail.deliveries import count_deliveries, find_trouble
from kb.store.migrate import expected_schema
from kb.visible_text import one_line
from search.build import find_manifest
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.index_state import index_state
from web.cli.output import AsJson, out, print_json
from web.stored_calibrations import StoredCalibration, find_stored

THREADS = 0
"""The forum is not part of the record yet; programs may count on the name."""

BYTES_A_MB = 1_000_000


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what is in the record, how the encoder runs, how fresh the index is."""
    settings = read_settings()
    engine = open_record(settings)
    counts = record_counts(engine)
    encoder = _encoder_status(settings)
    index = {"state": str(index_state(settings, engine)), **_index_facts(settings)}
    calibration = find_stored(engine, index.get("fingerprint", ""))
    grouping = _last_grouping(engine)
    with reading(engine) as conn:
        mail = count_deliveries(conn)
        stuck = find_trouble(conn)
    trouble = {"since": stuck.created_at, "error": stuck.error} if stuck is not None else None
    if as_json:
        print_json(
            {
                "at": utc_now(),
                "home": settings.home.resolve(),
                "schema": expected_schema(),
                **asdict(counts),
                "threads": THREADS,
                "encoder": encoder,
                "index": index,
                "grouping": grouping,
                "mail": mail,
                "mail_trouble": trouble,
                "calibration": _calibration_facts(calibration),
            }
        )
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for name, number, facts in (*_record_rows(counts), *_process_rows(counts, encoder, index)):
        table.add_row(name, number, Text(facts))
    learned = "as shipped" if calibration is None else str(calibration)
    table.add_row("ranking", "", Text(learned))
    if any(mail.values()):
        table.add_row("mail", "", Text(_states(mail)))
    if stuck is not None:
        # The reason is in the words of another machine.
        reason = one_line(stuck.error or "")
        table.add_row("", "", Text(f"since {stuck.created_at:%Y-%m-%d %H:%M} UTC: {reason}"))
    if grouping:
        table.add_row("last grouping", "", Text(str(stored_report(grouping))))
    out.print(f"[bold]record[/bold] {settings.home.resolve()} · schema {expected_schema()}")
    out.print(table)


def _last_grouping(engine: Engine) -> dict[str, Any] | None:
    """What the last full grouping changed, None before the first."""
    with reading(engine) as conn:
        last = next(iter(recent_runs(conn, "index", limit=1, grouped="full")), None)
    return None if last is None else dict(last.report["grouping"])


def _record_rows(counts: RecordCounts) -> list[tuple[str, str, str]]:
    cleaned = f"{counts.cleaned:,} cleaned, {counts.noise:,} of them noise"
    grouped = f"{counts.grouped:,} questions in topics, {counts.ungrouped:,} ungrouped"
    linked = f"{counts.phrasings:,} phrasings, {sum(counts.links_by_mode.values()):,} links"
    return [
        (
            "questions",
            f"{counts.questions:,}",
            _joined(_states(counts.questions_by_state), cleaned, f"{counts.replies:,} replies"),
        ),
        ("", "", _states(counts.questions_by_channel)),
        ("topics", f"{counts.topics:,}", _joined(_states(counts.topics_by_state), grouped)),
        ("entries", f"{counts.entries:,}", _joined(_states(counts.entries_by_state), linked)),
        ("files", f"{counts.files:,}", f"{counts.file_bytes / BYTES_A_MB:,.1f} MB"),
        ("threads", f"{THREADS:,}", ""),
        ("decisions", f"{counts.decisions:,}", ""),
    ]


def _process_rows(
    counts: RecordCounts, encoder: dict[str, Any], index: dict[str, Any]
) -> list[tuple[str, str, str]]:
    vectors = f"{sum(counts.embeddings.values()):,}"
    until = f"until then {encoder['searching_with']}" if "searching_with" in encoder else ""
    known = _joined(
        encoder["state"], encoder.get("fingerprint", ""), encoder.get("form", ""), until
    )
    documents = f"{index['documents']:,}" if "documents" in index else ""
    last = f"{counts.last_run_at:%Y-%m-%d %H:%M} UTC" if counts.last_run_at else "never"
    jobs = f"{counts.jobs_waiting:,} waiting, {counts.jobs_failed:,} failed"
    return [
        ("vectors", vectors, f"encoder {known}"),
        ("index", documents, str(index["state"])),
        ("last index", "", _joined(last, counts.last_run_state or "")),
        ("jobs", "", jobs),
    ]


def _states(by_state: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {state}" for state, number in by_state.items())


def _joined(*facts: str) -> str:
    return " · ".join(one for one in facts if one)


def _encoder_status(settings: Settings) -> dict[str, Any]:
    exported = find_exported(settings)
    indexed = find_manifest(settings.index_dir)
    searching = indexed.fingerprint if indexed is not None else ""
    if exported is None:
        return {"state": _why_not_exported(settings), **_of_index(searching)}
    waiting = searching not in ("", exported.fingerprint)
    return {
        "state": "not indexed with yet: kb index does it" if waiting else "ready",
        **(_of_index(searching) if waiting else {}),
        "fingerprint": exported.fingerprint,
        "form": exported.form,
        "acceptance": exported.acceptance,
    }


def _why_not_exported(settings: Settings) -> str:
    try:
        check_model(settings)
    except Unavailable as problem:
        return str(problem)
    return "not exported yet: kb index does it"


def _of_index(fingerprint: str) -> dict[str, str]:
    """What is searched with meanwhile."""
    return {"searching_with": fingerprint} if fingerprint else {}


def _calibration_facts(calibration: StoredCalibration | None) -> dict[str, Any] | None:
    """How the search ranks now; None for the weights as they ship."""
    if calibration is None:
        return None
    return {
        "version": calibration.version.id,
        "origin": calibration.version.origin,
        "at": calibration.version.created_at,
        "questions": calibration.questions,
    }


def _index_facts(settings: Settings) -> dict[str, Any]:
    manifest = find_manifest(settings.index_dir)
    if manifest is None:
        return {}
    return {
        "documents": manifest.documents,
        "phrasings": manifest.phrasings,
        "vectors": manifest.vectors,
        "seq": manifest.seq,
        "fingerprint": manifest.fingerprint,
    }
