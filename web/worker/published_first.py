"""Encodes what agents publish while a job runs, so that no job keeps readers from finding it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine

from indexer.embed import embed_entries
from indexer.encoder import Encoder
from kb.errors import Unavailable
from kb.store.changes import changes_since, last_seq
from kb.store.engine import reading
from search.delta import DOCUMENT_KINDS

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""How often is looked; the delta of a serving process asks for vectors as often."""

BATCH_ENTRIES = 16
"""Entries encoded between two looks: about a second of a core, which the job's end waits for."""


@contextmanager
def encoding_what_is_published(engine: Engine, encoder: Encoder | None) -> Iterator[None]:
    """Encode, in a thread beside the block, the entries that change while the block runs.

    Grouping, learning and building take from seconds to minutes; a new wording waits for none
    of them. What changed before is the block's own work. Nothing without an encoder.
    """
    if encoder is None:
        yield
        return
    with reading(engine) as conn:
        seq = last_seq(conn)
    over = threading.Event()
    thread = threading.Thread(
        target=_follow, args=(engine, encoder, seq, over), name="published first", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _follow(engine: Engine, encoder: Encoder, seq: int, over: threading.Event) -> None:
    while not over.wait(LOOK_S):
        try:
            with reading(engine) as conn:
                changes = changes_since(conn, seq)
            ids = sorted({one.id for one in changes if one.kind in DOCUMENT_KINDS})
            _encode(engine, encoder, ids, over)
        except Unavailable as problem:
            log.warning("what was published meanwhile waits for its meaning: %s", problem)
            continue
        if changes:
            seq = changes[-1].seq


def _encode(
    engine: Engine, encoder: Encoder, entry_ids: Sequence[int], over: threading.Event
) -> None:
    for start in range(0, len(entry_ids), BATCH_ENTRIES):
        if over.is_set():
            return
        embed_entries(engine, encoder, entry_ids[start : start + BATCH_ENTRIES])
