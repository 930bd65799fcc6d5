"""One run of the indexer: clean, embed, group, label, draft, link, build, calibrate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from sqlalchemy import Engine

from indexer.clean import clean_questions
from indexer.embed import embed_missing
from indexer.encoder import Encoder
from indexer.facts.effects import refresh_effects
from indexer.learn import learn_wordings
from indexer.links.auditing import audit_entries
from indexer.links.relink import relink
from indexer.other_languages import question_languages
from indexer.progress import Progress
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.regroup import GroupingReport, regroup
from kb.clock import utc_now
from kb.settings import Settings
from kb.store import jobs
from kb.store.changes import last_seq
from kb.store.engine import reading, transaction
from kb.store.grouping.runs import finish_run, start_run
from search.build import build_index, find_manifest
from search.coverage import VerdictsReport, refresh_verdicts
from web.composition import open_search
from web.worker.erased_generations import forget_erased
from web.worker.freshness import Staleness, how_stale
from web.worker.recalibration import recalibrate, recalibration_due
from web.worker.run_lock import index_lock
from web.worker.stored_first import StoredFirstEncoder

OnProgress = Callable[[Progress], None]

NO_MODEL = ""
"""Fingerprint of an index without vectors: searched by keyword only."""


@dataclass(slots=True)
class IndexReport:
    """What a run did; `seconds` per step in the order they ran.

    `embedded_to` is the change up to which every text has its vector, None without a model.
    """

    cleaned: int = 0
    encoded: int = 0
    embedded_to: int | None = None
    grouping: GroupingReport | None = None
    learned: int = 0
    links: int = 0
    findings: int = 0
    documents: int = 0
    built: bool = False
    calibration: str | None = None
    verdicts: VerdictsReport = field(default_factory=VerdictsReport)
    degraded: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line for the log."""
        parts = [f"{self.cleaned:,} cleaned", f"{self.encoded:,} texts encoded"]
        if self.grouping is not None:
            parts.append(str(self.grouping))
        if self.built:
            parts.append(f"{self.documents:,} entries built into the index")
        if self.calibration:
            parts.append(f"calibration {self.calibration}")
        if self.degraded:
            parts.append("without a model")
        return f"{', '.join(parts)} in {sum(self.seconds.values()):.1f} s"

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


@dataclass(frozen=True, slots=True)
class IndexJob:
    """What a run is to do.

    `full`: group and build anew even where nothing changed. `thorough`: read the index's files
    to find damage. `is_due` decides from the state of the index whether a generation is built,
    `links_due` and `verdicts_due` whether these two, which take long in a large record, are
    brought up to date, `calibration_due` whether the search may be calibrated anew where
    enough is new. `verdicts_go_on` is asked before each topic's verdict: a worker with other
    work leaves the rest for later. `online` is what a worker keeps in memory from job to job.
    `on_progress` and `on_wait` may raise to stop.
    """

    full: bool = False
    thorough: bool = True
    is_due: Callable[[Staleness], bool] = Staleness.differs
    links_due: Callable[[], bool] = lambda: True
    calibration_due: Callable[[], bool] = lambda: True
    verdicts_due: Callable[[IndexReport], bool] = lambda report: report.built
    verdicts_go_on: Callable[[], bool] = lambda: True
    online: OnlineTopics | None = None
    on_progress: OnProgress | None = None
    on_wait: Callable[[], None] | None = None


def run_index(
    settings: Settings,
    engine: Engine,
    encoder: Encoder | None,
    *,
    full: bool = False,
    on_progress: OnProgress | None = None,
) -> IndexReport:
    """Bring everything that is computed from the record up to date, as `kb index` does.

    Waits while another process indexes; raises Conflict when that takes too long.
    """
    started_at = utc_now()
    report = do_index(settings, engine, encoder, IndexJob(full=full, on_progress=on_progress))
    with transaction(engine) as conn:
        jobs.finish_waiting(conn, "index", up_to=started_at)
    return report


def do_index(
    settings: Settings, engine: Engine, encoder: Encoder | None, job: IndexJob
) -> IndexReport:
    """Do one index job and return what it did.

    Every step stores what it did before the next one begins and skips what is done already,
    so a run that was killed goes on where it was. Without an encoder the index is built for
    keyword search.
    """
    report = IndexReport()
    with index_lock(settings.home, on_wait=job.on_wait):
        with report.step("clean"):
            report.cleaned = clean_questions(
                engine, languages=question_languages(settings), on_progress=job.on_progress
            )
        if encoder is None:
            report.degraded = "model"
        else:
            _run_meaning(engine, encoder, report, job)
        with report.step("build"):
            _build(settings, engine, encoder, report, job)
        if encoder is not None:
            _calibrate(engine, encoder, report, job)
        if encoder is not None and job.verdicts_due(report):
            with report.step("verdicts"):
                asking = StoredFirstEncoder(encoder, engine)
                searcher = open_search(settings, engine, asking).searcher
                report.verdicts = refresh_verdicts(engine, searcher, may_go_on=job.verdicts_go_on)
    return report


def _run_meaning(engine: Engine, encoder: Encoder, report: IndexReport, job: IndexJob) -> None:
    with transaction(engine) as conn:
        run_id = start_run(conn, "index", fingerprint=encoder.fingerprint)
    with report.step("embed"):
        report.encoded = embed_missing(
            engine, encoder, everything=job.full, on_progress=job.on_progress
        )
    with report.step("group"):
        report.grouping = regroup(
            engine,
            encoder,
            run_id=run_id,
            force=job.full,
            on_progress=job.on_progress,
            online=job.online,
        )
        refresh_effects(engine)
    with report.step("learn"):
        report.learned = learn_wordings(
            engine, touched=report.grouping.touched, run_before=report.grouping.run_before
        )
        report.encoded += embed_missing(engine, encoder, on_progress=job.on_progress)
    if job.links_due():
        with report.step("link"):
            report.links = relink(engine, encoder)
            report.findings = audit_entries(engine, encoder)
    with report.step("embed late"):
        with reading(engine) as conn:
            report.embedded_to = last_seq(conn)
        report.encoded += embed_missing(engine, encoder, on_progress=job.on_progress)
    with transaction(engine) as conn:
        finish_run(conn, run_id, asdict(report))


def _calibrate(engine: Engine, encoder: Encoder, report: IndexReport, job: IndexJob) -> None:
    """Learn how to rank from what is new in the record, where that is enough."""
    if recalibration_due(engine, encoder.fingerprint) and job.calibration_due():
        with report.step("calibrate"):
            report.calibration = str(recalibrate(engine, encoder))


def _build(
    settings: Settings,
    engine: Engine,
    encoder: Encoder | None,
    report: IndexReport,
    job: IndexJob,
) -> None:
    manifest = find_manifest(settings.index_dir)
    if encoder is not None:
        fingerprint = encoder.fingerprint
    else:
        # The stored vectors stay in the index: a model that fails now may be back soon.
        fingerprint = manifest.fingerprint if manifest else NO_MODEL
    stale = how_stale(
        settings.index_dir,
        engine,
        fingerprint=fingerprint,
        thorough=job.thorough,
    )
    if job.full or job.is_due(stale):
        build_index(
            engine,
            settings.index_dir,
            fingerprint=fingerprint,
            embedded_to=report.embedded_to,
        )
        report.built = True
        manifest = find_manifest(settings.index_dir)
    forget_erased(settings.index_dir, engine)
    report.documents = manifest.documents if manifest else 0
