"""Encodes the texts of the record that have no vector yet, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.embedded_text import embedded_text, text_hash
from kb.entries import Entry
from kb.passages import PASSAGE_RULE_VERSION, passage_texts
from kb.plain_text import markdown_to_text
from kb.store.changes import changes_since, last_seq
from kb.store.embeddings import missing_hashes, save_vectors
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of, published_phrasing_texts
from kb.store.entries.reading import entries_by_id, published_ids
from kb.store.instance import find_value, get_incarnation, set_value
from kb.store.questions.reading import groupable, questions_by_id

PAGE_TEXTS = 5_000
"""Texts looked at in one read; their vectors are asked for in one go."""

BATCH_TEXTS = 256
"""Texts encoded between two commits: a kill costs at most this many, about two seconds."""

PAGE_ENTRIES = 500
"""Entries whose answers are cut into passages in one read."""

MAX_CHANGES = 5_000
"""Beyond this many changes reading all texts costs no more than reading the changed ones."""

EMBEDDED_TO = "embedded_to"
"""Key in the record: up to which change every text has its vector, and under which encoder."""


def embed_missing(
    engine: Engine,
    encoder: Encoder,
    *,
    everything: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> int:
    """Encode and store what has no vector under the encoder's fingerprint; return how many.

    Questions that take part in topics, all phrasings of published entries and the passages of
    their answers; only those that changed since the last time, unless `everything` is to be
    looked at. A text that is stored is never encoded again, whoever asks. What an entry is
    asked with comes first: a long answer keeps nobody from finding it. The model runs outside
    every transaction.
    """
    with reading(engine) as conn:
        incarnation, seq = get_incarnation(conn), last_seq(conn)
        changed = None if everything else _changed_texts(conn, encoder.fingerprint)
    if changed is None:
        pages = list(_missing_pages(engine, encoder.fingerprint))
    else:
        pages = [_without_vector(engine, encoder.fingerprint, texts) for texts in changed]
    total = sum(len(page) for page in pages)
    done = 0
    for page in pages:
        for batch in _parts(page, BATCH_TEXTS):
            _encode(engine, encoder, batch, _teller(on_progress, done, total))
            done += len(batch)
    if done or changed is None or any(changed):
        state = [incarnation, encoder.fingerprint, seq, PASSAGE_RULE_VERSION]
        with transaction(engine) as conn:
            set_value(conn, EMBEDDED_TO, json.dumps(state))
    return done


def embed_entries(engine: Engine, encoder: Encoder, entry_ids: Sequence[int]) -> int:
    """Encode what some entries lack, wordings before passages; return how many texts.

    Only published ones. What else waits is left to `embed_missing`, which finds these done.
    """
    with reading(engine) as conn:
        parts = _texts_of_entries(conn, entry_ids)
    done = 0
    for texts in parts:
        if wanted := _without_vector(engine, encoder.fingerprint, texts):
            _encode(engine, encoder, wanted, _teller(None, 0, 0))
            done += len(wanted)
    return done


def _encode(
    engine: Engine, encoder: Encoder, batch: dict[str, str], tell: Callable[[int], None]
) -> None:
    vectors = encoder.encode(list(batch.values()), on_batch=tell)
    with transaction(engine) as conn:
        save_vectors(conn, encoder.fingerprint, dict(zip(batch, vectors, strict=True)))


def _teller(
    on_progress: Callable[[Progress], None] | None, done: int, total: int
) -> Callable[[int], None]:
    """Report while a batch is encoded, so that whoever wants to stop need not wait for its end."""

    def tell(of_batch: int) -> None:
        if on_progress is not None:
            on_progress(Progress("embed", done + of_batch, total))

    return tell


def _changed_texts(conn: Connection, fingerprint: str) -> list[dict[str, str]] | None:
    """Text by hash of what changed since all was embedded; None where all must be looked at.

    Wordings and questions, then passages.
    """
    known = json.loads(find_value(conn, EMBEDDED_TO) or "[]")
    fits = [get_incarnation(conn), fingerprint, PASSAGE_RULE_VERSION]
    if [*known[:2], *known[3:]] != fits:
        return None
    changes = changes_since(conn, known[2], limit=MAX_CHANGES + 1)
    if len(changes) > MAX_CHANGES:
        return None
    entry_ids = sorted({one.id for one in changes if one.kind == "entry"})
    texts, passages = _texts_of_entries(conn, entry_ids)
    question_ids = sorted({one.id for one in changes if one.kind == "question"})
    for question in questions_by_id(conn, question_ids, viewer=OPERATOR).values():
        if question.text_hash is not None and question.noise is None:
            texts[question.text_hash] = embedded_text(question.subject, question.body)
    return [texts, passages]


def _texts_of_entries(
    conn: Connection, entry_ids: Sequence[int]
) -> tuple[dict[str, str], dict[str, str]]:
    """Text by hash of the wordings of those that are published, and of their passages."""
    published = _published(conn, entry_ids)
    wordings = phrasings_of(conn, [one.id for one in published]).values()
    return {one.text_hash: one.text for own in wordings for one in own}, _passages_of(published)


def _published(conn: Connection, entry_ids: Sequence[int]) -> list[Entry]:
    found = entries_by_id(conn, entry_ids, viewer=OPERATOR)
    return [one for one in found.values() if one.state == "published"]


def _passages_of(entries: Iterable[Entry]) -> dict[str, str]:
    return {
        text_hash(text): text
        for entry in entries
        for text in passage_texts(entry.title, markdown_to_text(entry.answer))
    }


def _without_vector(engine: Engine, fingerprint: str, texts: dict[str, str]) -> dict[str, str]:
    with reading(engine) as conn:
        return {key: texts[key] for key in missing_hashes(conn, fingerprint, list(texts))}


def _missing_pages(engine: Engine, fingerprint: str) -> Iterator[dict[str, str]]:
    """Yield text by hash, each hash once over all pages."""
    seen: set[str] = set()
    for texts in chain(
        _pages(engine, _phrasing_page), _passage_pages(engine), _pages(engine, _question_page)
    ):
        fresh = {key: text for key, text in texts.items() if key not in seen}
        seen.update(fresh)
        if wanted := _without_vector(engine, fingerprint, fresh):
            yield wanted


def _pages(
    engine: Engine, read_page: Callable[[Connection, int], tuple[int, dict[str, str]]]
) -> Iterator[dict[str, str]]:
    after = 0
    while True:
        with reading(engine) as conn:
            after, texts = read_page(conn, after)
        if after == 0:
            return
        yield texts


def _question_page(conn: Connection, after: int) -> tuple[int, dict[str, str]]:
    rows = groupable(conn, after_id=after, limit=PAGE_TEXTS)
    if not rows:
        return 0, {}
    return rows[-1].id, {row.text_hash: embedded_text(row.subject, row.body) for row in rows}


def _phrasing_page(conn: Connection, after: int) -> tuple[int, dict[str, str]]:
    rows = published_phrasing_texts(conn, after_id=after, limit=PAGE_TEXTS)
    if not rows:
        return 0, {}
    return rows[-1][0], {key: text for _, key, text in rows}


def _passage_pages(engine: Engine) -> Iterator[dict[str, str]]:
    with reading(engine) as conn:
        ids = published_ids(conn)
    for start in range(0, len(ids), PAGE_ENTRIES):
        with reading(engine) as conn:
            published = _published(conn, ids[start : start + PAGE_ENTRIES])
        yield _passages_of(published)


def _parts(texts: dict[str, str], size: int) -> Iterator[dict[str, str]]:
    keys = list(texts)
    for start in range(0, len(keys), size):
        yield {key: texts[key] for key in keys[start : start + size]}
