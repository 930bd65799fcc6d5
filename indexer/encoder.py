"""Vectors of texts, made by an exported model on the CPU."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.encoding.cache import exported_folder, find_export, find_manifest, model_source
from indexer.encoding.manifest import MODEL_FILE, TOKENIZER_FILE, Manifest, read_manifest
from indexer.encoding.session import OnnxSession
from kb.errors import Unavailable
from kb.settings import Settings

# Texts a thread takes at a time: long enough to make handing over cheap, short enough that
# progress moves and an interrupted indexing stops within a second.
BULK_CHUNK = 16
WARM_UP_TEXT = "How do I reset my password?"


class Encoder(Protocol):
    """What turns texts into vectors; vectors of two fingerprints are never compared."""

    @property
    def fingerprint(self) -> str:
        """Short stable id, for example `minilm-int8-1a2b3c4d5e6f`."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape (n, dim), float32, in the order given.

        Calls `on_batch` with the number of texts done so far.
        """
        ...


class OnnxEncoder:
    """An exported model; the same text always gets the same bytes, alone, in bulk, under load.

    Safe to call from several threads: one text runs on its caller's thread, several texts
    share `threads` threads.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.manifest: Manifest = read_manifest(folder)
        described = self.manifest.description
        self.fingerprint = described.fingerprint
        self.dim = described.dim
        self._threads = max(1, threads)
        self._session = OnnxSession(
            folder / MODEL_FILE,
            folder / TOKENIZER_FILE,
            max_tokens=described.max_tokens,
            prompt=described.prompt,
        )
        self._session.vector(WARM_UP_TEXT)

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape (n, dim), float32, in the order given.

        Calls `on_batch`, on the caller's thread, with the number of texts done so far. Takes
        any strings; what lies beyond the model's first tokens is not read. Raises TypeError
        for one string in place of a sequence.
        """
        if isinstance(texts, str):
            raise TypeError("encode takes a sequence of texts, not one text")
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        chunks = [
            range(start, min(start + BULK_CHUNK, len(texts)))
            for start in range(0, len(texts), BULK_CHUNK)
        ]

        def fill(chunk: range) -> int:
            for place in chunk:
                vectors[place] = self._session.vector(texts[place])
            return chunk.stop

        if len(chunks) <= 1 or self._threads == 1:
            _report(map(fill, chunks), on_batch)
            return vectors
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="encoder")
        try:
            _report(pool.map(fill, chunks), on_batch)
        finally:
            pool.shutdown(cancel_futures=True)
        return vectors


def open_encoder(
    settings: Settings, *, on_progress: Callable[[str], None] | None = None
) -> OnnxEncoder:
    """The encoder of `settings`; the model is exported into `models_dir` the first time.

    Calls `on_progress` with one line for each step of an export. Raises Unavailable for a
    model that cannot be loaded.
    """
    return _opened(exported_folder(settings, on_progress=on_progress), settings)


def find_encoder_of(settings: Settings, fingerprint: str) -> OnnxEncoder | None:
    """The encoder with this fingerprint, None unless it was exported here before.

    Whatever model the settings name now: vectors made with another one are still searched.
    """
    folder = find_export(settings, fingerprint)
    try:
        return None if folder is None else _opened(folder, settings)
    except Unavailable:
        return None


def check_model(settings: Settings) -> None:
    """Raise InvalidInput for an unknown language, Unavailable for a model or pack not to be had."""
    model_source(settings)


def _opened(folder: Path, settings: Settings) -> OnnxEncoder:
    try:
        return OnnxEncoder(folder, threads=settings.encoder_threads or available_cores())
    except (RuntimeError, ValueError) as error:
        raise Unavailable(f"model {folder} cannot be loaded: {error}; check KB_MODEL") from error


def find_exported(settings: Settings) -> Manifest | None:
    """What is exported for `settings`: name, form and figures; None before the first export."""
    return find_manifest(settings)


def available_cores() -> int:
    """Cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _report(counts: Iterable[int], on_batch: Callable[[int], None] | None) -> None:
    for count in counts:
        if on_batch is not None:
            on_batch(count)
