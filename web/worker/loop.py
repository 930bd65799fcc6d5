"""The worker's loop: takes jobs, keeps the index fresh, regroups when enough is new."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from indexer.encoder import Encoder
from indexer.progress import Progress
from indexer.regrouping.base import find_base
from indexer.regrouping.online_topics import OnlineTopics
from kb.clock import utc_now
from kb.errors import KbError, Unavailable
from kb.searches.keeping import keep_searches
from kb.settings import Settings
from kb.store import jobs
from kb.store.changes import last_seq
from kb.store.engine import reading, transaction
from web.composition import ensure_calibration, open_indexing_encoder, open_record
from web.worker.freshness import Staleness
from web.worker.index_run import IndexJob, IndexReport, do_index
from web.worker.post_office import PostOffice
from web.worker.published_first import encoding_what_is_published

log = logging.getLogger(__name__)

POLL_S = 0.2
"""How long the worker sleeps when there is nothing to do."""

HEARTBEAT_S = 15.0
"""How often a running job's lease is renewed; well within the lease."""

BUSY_RETRY_S = 2.0
"""How long the worker leaves a database alone that was busy or not there."""

MODEL_RETRY_S = 60.0
"""How long a worker without a model waits before it tries to load it again."""

SWEEP_S = 600.0
"""How often the worker indexes even when nobody asked, so that a lost job costs minutes."""

SWEEP_RETRY_S = 30.0
"""How soon after a failure, of which no job may be left, the worker sweeps again."""

EXTRA_LOAD = 0.05
"""Share of the time that finding links, learning the calibration, and asking whether topics are
answered, may take each."""

SEARCHES_S = 60.0
"""How often searches are settled: outcomes, questions made of them, old ones forgotten."""

MAX_TRIES = 3
"""A job that fails so often waits for the next sweep."""


class Stopped(Exception):
    """The worker is told to stop in the middle of a job; whatever was stored is kept."""


class Worker:
    """Does what waits in the record until it is told to stop.

    An index job may be done twice or cut off anywhere: a run does what is still to be done. So
    a job whose worker died needs no hand-over, the first sweep of the next worker does its work.
    Without `encoder` it opens the one of the settings. Mail leaves beside all this. Raises
    InvalidInput for mail settings that cannot be used.
    """

    def __init__(
        self, settings: Settings, *, stop: threading.Event, encoder: Encoder | None = None
    ) -> None:
        self._settings = settings
        self._stop = stop
        self._engine: Engine = open_record(settings)
        self._encoder = encoder
        self._online = OnlineTopics()
        self._has_model = encoder is not None
        self._model_tried_at = float("-inf")
        self._swept_at = float("-inf")
        self._not_before: dict[str, float] = {}
        self._verdicts_of: tuple[int, int] | None = None
        self._checked_at = float("-inf")
        self._searches_kept_at = float("-inf")
        self._post_office = PostOffice(settings, self._engine)

    def run(self) -> None:
        """Work until `stop` is set; a failed job is logged and stored, never fatal."""
        log.info("worker started")
        self._post_office.open()
        try:
            while not self._stop.is_set():
                try:
                    pause = 0.0 if self.step() else POLL_S
                except KbError as problem:
                    log.warning("%s", problem)
                    pause = BUSY_RETRY_S
                    self._swept_at = time.monotonic() - SWEEP_S + SWEEP_RETRY_S
                self._stop.wait(pause)
        except Stopped:
            log.info("stopped in the middle of a job: the next run goes on there")
        finally:
            self.close()
        log.info("worker stopped")

    def close(self) -> None:
        """Let go of the record, once the mail that is just being sent has left."""
        self._post_office.close()
        self._engine.dispose()

    def step(self) -> bool:
        """Do one job, or the sweep when it is due; return whether there was anything to do.

        Raises Stopped, and KbError (mostly Unavailable: a busy record) for what no job can keep.
        """
        self._keep_searches()
        job = self._claim()
        if job is None:
            if time.monotonic() - self._swept_at < SWEEP_S:
                return False
            log.debug("sweep")
            self._index(full=False)
            return True
        error: str | None = None
        with self._heartbeat(job.id):
            try:
                self._do(job)
            except KbError as problem:
                log.warning("job %s %d failed: %s", job.kind, job.id, problem)
                error = str(problem)
        with transaction(self._engine) as conn:
            jobs.finish(conn, job.id, error=error)
        if error is not None:
            self._try_again(job)
        return True

    def _keep_searches(self) -> None:
        if time.monotonic() - self._searches_kept_at < SEARCHES_S:
            return
        self._searches_kept_at = time.monotonic()
        days = self._settings.search_retention_days
        report = keep_searches(self._engine, now=utc_now(), retention_days=days)
        log.debug("%s", report)

    def _claim(self) -> jobs.Job | None:
        """The next job; where there is none the record's write lock is not asked for."""
        with reading(self._engine) as conn:
            if not jobs.has_work(conn):
                return None
        with transaction(self._engine) as conn:
            return jobs.claim(conn)

    def _do(self, job: jobs.Job) -> None:
        if job.kind != "index":
            raise Unavailable(f"this worker knows no job {job.kind!r}")
        payload = job.payload
        self._index(
            full=bool(payload.get("full", False)), distrusted=bool(payload.get("thorough", False))
        )

    def _index(self, *, full: bool, distrusted: bool = False) -> None:
        started = time.monotonic()
        # What a disk rots while nobody looks is seen as often as the sweep comes, jobs or not.
        thorough = distrusted or started - self._checked_at >= SWEEP_S
        self._swept_at = started
        job = IndexJob(
            full=full,
            thorough=thorough,
            is_due=Staleness.outgrows_delta,
            links_due=lambda: self._has_time_for("link"),
            calibration_due=lambda: self._has_time_for("calibrate"),
            verdicts_due=self._verdicts_due,
            verdicts_go_on=self._is_free,
            online=self._online,
            on_progress=self._go_on,
            on_wait=self._go_on,
        )
        encoder = self._model()
        with encoding_what_is_published(self._engine, encoder):
            report = do_index(self._settings, self._engine, encoder, job)
        if thorough:
            self._checked_at = started
        for extra in ("link", "calibrate", "verdicts"):
            if took := report.seconds.get(extra):
                self._not_before[extra] = time.monotonic() + took / EXTRA_LOAD
        if report.verdicts.left:
            self._verdicts_of = None
        if report.grouping is not None and report.grouping.how == "elsewhere":
            # What came since the other machine began to read is placed by the next look.
            self._swept_at = started - SWEEP_S + SWEEP_RETRY_S
        log.info("indexed: %s", report)

    def _has_time_for(self, extra: str) -> bool:
        """Whether an extra is due; one that must wait brings the next sweep forward."""
        wait_s = self._not_before.get(extra, 0.0) - time.monotonic()
        if wait_s > 0:
            self._swept_at = min(self._swept_at, time.monotonic() + wait_s - SWEEP_S)
        return wait_s <= 0

    def _verdicts_due(self, _report: IndexReport) -> bool:
        with reading(self._engine) as conn:
            base = find_base(conn)
            now = (last_seq(conn), base.run if base is not None else 0)
        if now == self._verdicts_of or not self._has_time_for("verdicts"):
            return False
        self._verdicts_of = now
        return True

    def _is_free(self) -> bool:
        """Whether nothing that somebody waits for is to be done."""
        with reading(self._engine) as conn:
            return not (self._stop.is_set() or jobs.has_work(conn))

    def _go_on(self, _progress: Progress | None = None) -> None:
        if self._stop.is_set():
            raise Stopped

    def _try_again(self, job: jobs.Job) -> None:
        """Queue a failed job again, later and not for ever."""
        tries = int(job.payload.get("tries", 1))
        if job.kind != "index" or tries >= MAX_TRIES:
            return
        self._stop.wait(BUSY_RETRY_S)
        with transaction(self._engine) as conn:
            jobs.enqueue(conn, job.kind, {**job.payload, "tries": tries + 1})

    def _model(self) -> Encoder | None:
        """The encoder; where it is not that of the settings, it is tried again after a minute."""
        if self._has_model or time.monotonic() - self._model_tried_at < MODEL_RETRY_S:
            return self._encoder
        self._model_tried_at = time.monotonic()
        found = open_indexing_encoder(self._settings, on_progress=log.info)
        if found.problem:
            log.warning("%s", found.problem)
        if found.encoder is not None:
            ensure_calibration(self._engine, found.encoder, on_progress=log.info)
        self._encoder, self._has_model = found.encoder, not found.problem
        return self._encoder

    @contextmanager
    def _heartbeat(self, job_id: int) -> Iterator[None]:
        """Renew the job's lease until the block ends."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(HEARTBEAT_S):
                try:
                    with transaction(self._engine) as conn:
                        jobs.renew_lease(conn, job_id)
                except Unavailable as problem:
                    log.warning("lease of job %d not renewed: %s", job_id, problem)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
