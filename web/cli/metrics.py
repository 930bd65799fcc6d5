"""The command that gives the figures of the record to a monitoring server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import typer

from kb.clock import utc_now
from kb.settings import read_settings
from kb.store.counts import RecordCounts, record_counts
from kb.store.engine import reading
from kb.store.mail.deliveries import count_deliveries, find_trouble
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.index_state import IndexState, index_state

PREFIX = "kundig_"
SERVED = (IndexState.CURRENT, IndexState.BEHIND)
"""An index that is behind is followed in memory: what is new is found all the same."""


@app.command()
def metrics() -> None:
    """Print figures in the text format of Prometheus, for its textfile collector."""
    settings = read_settings()
    engine = open_record(settings)
    served = index_state(settings, engine) in SERVED
    with reading(engine) as conn:
        counts = record_counts(conn)
        mails = count_deliveries(conn)
        stuck = find_trouble(conn)
    since = None if stuck is None else stuck.created_at
    typer.echo("\n".join(_lines(counts, mails, mail_waits_since=since, served=served)))


def _lines(
    counts: RecordCounts,
    mails: dict[str, int],
    *,
    mail_waits_since: datetime | None,
    served: bool,
) -> Iterator[str]:
    yield from _gauge("questions", "Questions by state.", counts.questions_by_state)
    yield from _gauge("topics", "Topics by state.", counts.topics_by_state)
    yield from _gauge("entries", "Entries by state.", counts.entries_by_state)
    yield from _gauge("mails", "Outgoing emails by state.", mails)
    jobs = {"waiting": counts.jobs_waiting, "failed": counts.jobs_failed}
    yield from _gauge("jobs", "Jobs of the worker by state.", jobs)
    yield from _gauge("files_bytes", "Uploaded files.", counts.file_bytes)
    waited = (utc_now() - mail_waits_since).total_seconds() if mail_waits_since else 0.0
    yield from _gauge(
        "mail_trouble_seconds", "Age of the oldest email that a try could not send.", waited
    )
    last = counts.last_run_at.timestamp() if counts.last_run_at else 0.0
    yield from _gauge("last_run_timestamp_seconds", "When the index last ran.", last)
    yield from _gauge("index_usable", "Whether there is an index of this record.", int(served))


def _gauge(name: str, help_: str, value: float | dict[str, int]) -> Iterator[str]:
    """One metric. Source: the Prometheus text exposition format, version 0.0.4."""
    yield f"# HELP {PREFIX}{name} {help_}"
    yield f"# TYPE {PREFIX}{name} gauge"
    if isinstance(value, dict):
        for state, number in sorted(value.items()):
            yield f'{PREFIX}{name}{{state="{state}"}} {number}'
    else:
        yield f"{PREFIX}{name} {value:.0f}"
