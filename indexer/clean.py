"""Cleans the questions of the record that the present cleaning rules have not seen."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from indexer.other_languages import QuestionLanguages, keep_other_languages_out
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.embedded_text import embedded_text, text_hash
from kb.intake.cleaning import CLEANING_VERSION, clean_question
from kb.questions import CleanedQuestion, RawQuestion
from kb.store.engine import reading, transaction
from kb.store.questions.cleaned import (
    count_to_clean,
    html_replies_of,
    questions_to_clean,
    raw_replies_of,
    save_cleaned,
)
from kb.store.questions.noise import leave_topics, states_of
from kb.store.questions.reading import questions_by_id

BATCH_QUESTIONS = 400
"""Questions cleaned between two commits."""

PARALLEL_FROM = 2_000
"""Below this many questions starting helper processes costs more than it saves."""

HELPERS = 2
EVERY_LANGUAGE = QuestionLanguages()


@dataclass(frozen=True, slots=True)
class Raw:
    """One question with its raw replies, as (reply id, body, whether it is HTML)."""

    question: RawQuestion
    replies: tuple[tuple[int, str, bool], ...]


def clean_questions(
    engine: Engine,
    *,
    languages: QuestionLanguages = EVERY_LANGUAGE,
    on_progress: Callable[[Progress], None] | None = None,
) -> int:
    """Clean and store what is new or was cleaned by older rules; return how many questions.

    What is surely in none of the `languages` is kept out of topics afterwards.
    Batches are committed one by one, so a stopped run goes on where it was. A question that
    changes while it is being cleaned is left for the next run. One whose text is another one
    now leaves its topic and is placed anew by the next grouping.
    """
    with reading(engine) as conn:
        total = count_to_clean(conn, CLEANING_VERSION)
    done = after = first = 0
    with _mapper(total) as clean_all:
        while batch := _batch_after(engine, after):
            cleaned = clean_all(batch)
            with transaction(engine) as conn:
                done += _save(conn, batch, cleaned, after=after)
            first = first or batch[0].question.id
            after = batch[-1].question.id
            if on_progress is not None:
                on_progress(Progress("clean", done, total))
    keep_other_languages_out(engine, languages, cleaned=done, first_id=first)
    return done


def _batch_after(engine: Engine, after: int) -> list[Raw]:
    with reading(engine) as conn:
        return _read(conn, after, limit=BATCH_QUESTIONS)


def _read(conn: Connection, after: int, *, limit: int) -> list[Raw]:
    raw = questions_to_clean(conn, CLEANING_VERSION, after_id=after, limit=limit)
    ids = [question.id for question in raw]
    replies = raw_replies_of(conn, ids)
    html = html_replies_of(conn, ids)
    return [
        Raw(
            question,
            tuple((one, body, one in html) for one, body in replies.get(question.id, ())),
        )
        for question in raw
    ]


def _save(
    conn: Connection, batch: Sequence[Raw], cleaned: Sequence[CleanedQuestion], *, after: int
) -> int:
    """Store what was cleaned from what still stands; return how many questions that were."""
    # Twice the batch: some in its span may have been changed, and so came in, since it was read.
    present = {raw.question.id: raw for raw in _read(conn, after, limit=2 * BATCH_QUESTIONS)}
    current = [one for raw, one in zip(batch, cleaned, strict=True) if present.get(one.id) == raw]
    before = questions_by_id(conn, [one.id for one in current], viewer=OPERATOR)
    reworded = [
        one.id
        for one in current
        if before[one.id].text_hash is not None and before[one.id].text_hash != one.text_hash
    ]
    save_cleaned(conn, current, version=CLEANING_VERSION)
    states = states_of(conn, [one.id for one in current])
    silent = [one for one, state in states.items() if state.noise is not None]
    leave_topics(conn, sorted({*reworded, *silent}))
    return len(current)


@contextmanager
def _mapper(total: int) -> Iterator[Callable[[Sequence[Raw]], list[CleanedQuestion]]]:
    """Yield a function that cleans a batch: here, or in helper processes where it pays."""
    if total < PARALLEL_FROM:
        yield lambda batch: [clean_one(one) for one in batch]
        return
    # Spawned, not forked: the calling process may hold threads of the model or the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(HELPERS, mp_context=context, initializer=_end_with_parent) as pool:
        yield lambda batch: list(pool.map(clean_one, batch, chunksize=50))


def _end_with_parent() -> None:
    """Let a helper process end when the process that started it was killed."""
    # Ctrl+C reaches the whole group; the parent ends its helpers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def clean_one(raw: Raw) -> CleanedQuestion:
    """Clean one question and its replies."""
    names = (raw.question.sender_name,) if raw.question.sender_name else ()
    clean = clean_question(
        raw.question.subject,
        raw.question.body,
        is_html=raw.question.is_html,
        lang=raw.question.lang_hint,
        names=names,
    )
    replies = {
        reply_id: clean_question("", body, is_html=is_html, lang=clean.lang, names=names).body
        for reply_id, body, is_html in raw.replies
    }
    return CleanedQuestion(
        id=raw.question.id,
        subject=clean.subject,
        body=clean.body,
        lang=clean.lang,
        noise=clean.noise,
        masked=dict(clean.masked),
        text_hash=text_hash(embedded_text(clean.subject, clean.body)),
        replies=replies,
    )
