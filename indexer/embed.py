"""Encodes the texts of the record that have no vector yet, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.embedded_text import embedded_text
from kb.store.changes import changes_since, last_seq
from kb.store.embeddings import missing_hashes, save_vectors
from kb.store.engine import reading, transaction
from kb.store.entry_queries import entries_by_id
from kb.store.instance import find_value, get_incarnation, set_value
from kb.store.phrasings import phrasings_of, published_phrasing_texts
from kb.store.questions import groupable, questions_by_id

PAGE_TEXTS = 5_000
"""Texts looked at in one read; their vectors are asked for in one go."""

BATCH_TEXTS = 256
"""Texts encoded between two commits: a kill costs at most this many, about two seconds."""

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

    Questions that take part in topics and all phrasings of published entries; only those that
    changed since the last time, unless `everything` is to be looked at. A text that is stored
    is never encoded again, whoever asks. The model runs outside every transaction.
    """
    with reading(engine) as conn:
        incarnation, seq = get_incarnation(conn), last_seq(conn)
        changed = None if everything else _changed_texts(conn, encoder.fingerprint)
    if changed is None:
        pages = list(_missing_pages(engine, encoder.fingerprint))
    else:
        pages = [_without_vector(engine, encoder.fingerprint, changed)]
    total = sum(len(page) for page in pages)
    done = 0
    for page in pages:
        for batch in _parts(page, BATCH_TEXTS):
            _encode(engine, encoder, batch, _teller(on_progress, done, total))
            done += len(batch)
    if done or changed is None or changed:
        with transaction(engine) as conn:
            set_value(conn, EMBEDDED_TO, json.dumps([incarnation, encoder.fingerprint, seq]))
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


def _changed_texts(conn: Connection, fingerprint: str) -> dict[str, str] | None:
    """Text by hash of what changed since all was embedded; None where all must be looked at."""
    known = json.loads(find_value(conn, EMBEDDED_TO) or "[]")
    if known[:2] != [get_incarnation(conn), fingerprint]:
        return None
    changes = changes_since(conn, known[2], limit=MAX_CHANGES + 1)
    if len(changes) > MAX_CHANGES:
        return None
    question_ids = sorted({one.id for one in changes if one.kind == "question"})
    found = questions_by_id(conn, question_ids, viewer=OPERATOR)
    texts = {
        one.text_hash: embedded_text(one.subject, one.body)
        for one in found.values()
        if one.text_hash is not None and one.noise is None
    }
    entry_ids = sorted({one.id for one in changes if one.kind == "entry"})
    entries = entries_by_id(conn, entry_ids, viewer=OPERATOR)
    published = [one for one in entry_ids if one in entries and entries[one].state == "published"]
    for wordings in phrasings_of(conn, published).values():
        texts.update({one.text_hash: one.text for one in wordings})
    return texts


def _without_vector(engine: Engine, fingerprint: str, texts: dict[str, str]) -> dict[str, str]:
    with reading(engine) as conn:
        return {key: texts[key] for key in missing_hashes(conn, fingerprint, list(texts))}


def _missing_pages(engine: Engine, fingerprint: str) -> Iterator[dict[str, str]]:
    """Yield text by hash, each hash once over all pages."""
    seen: set[str] = set()
    for read_page in (_phrasing_page, _question_page):
        after = 0
        while True:
            with reading(engine) as conn:
                after, texts = read_page(conn, after)
                fresh = [key for key in texts if key not in seen]
                wanted = missing_hashes(conn, fingerprint, fresh)
            if after == 0:
                break
            seen.update(fresh)
            if wanted:
                yield {key: texts[key] for key in wanted}


def _question_page(conn: Connection, after: int) -> tuple[int, dict[str, str]]:
    rows = groupable(conn, after_id=after, limit=PAGE_TEXTS)
    if not rows:
        return 0, {}
    return rows[-1].id, {row.text_hash: embedded_text(row.subject, row.body) for row in rows}


def _phrasing_page(conn: Connection, after: int) -> tuple[int, dict[str, str]]:
    rows = published_phrasing_texts(conn, after_id=after, limit=PAGE_TEXTS)
    if not rows:
        return 0, {}
    return rows[-1][0], {text_hash: text for _, text_hash, text in rows}


def _parts(texts: dict[str, str], size: int) -> Iterator[dict[str, str]]:
    keys = list(texts)
    for start in range(0, len(keys), size):
        yield {key: texts[key] for key in keys[start : start + size]}
