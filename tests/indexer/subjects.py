"""Questions about a few clear subjects, and a counting stand-in for the model that tells them."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from tests.kb.questions_given import give_question

SUBJECTS = ("pairing", "invoice", "parcel", "limescale", "password", "grinder")
WHEN = ("since Monday", "after the update", "every morning", "all of a sudden", "again")
WHERE = ("in the kitchen", "on my phone", "at the office", "with the new box", "at home")
DIM = 32
SPREAD = 0.5
"""How far questions of one subject lie from its centre; those of two subjects are unrelated."""


def wording(subject: str, number: int) -> str:
    """A text about a subject; another one for each number below 25."""
    return f"trouble with {subject} {WHEN[number % 5]} {WHERE[number // 5 % 5]}"


def give_subject(conn: Connection, subject: str, numbers: range) -> list[int]:
    """Store cleaned questions about a subject and return their ids."""
    return [give_question(conn, f"{subject}-{n}", wording(subject, n)) for n in numbers]


class SubjectEncoder:
    """Encodes a text by the subject it names: deterministic, instant, and counted.

    With a `log` each text is written there before it is encoded, and so survives a kill.
    """

    fingerprint = "subjects-32"
    dim = DIM

    def __init__(self, log: Path | None = None) -> None:
        self.encoded: list[str] = []
        self._log = log

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        if self._log is not None:
            with self._log.open("a", encoding="utf-8") as file:
                file.writelines(f"{text!r}\n" for text in texts)
                file.flush()
                os.fsync(file.fileno())
        if on_batch is not None:
            on_batch(len(texts))
        return np.stack([vector_of(text) for text in texts])


def vector_of(text: str) -> NDArray[np.float32]:
    """The unit vector of a text."""
    named = next((one for one in SUBJECTS if one in text.lower()), "")
    vector = _direction(named or text) + (SPREAD if named else 0.0) * _direction(f"text {text}")
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _direction(seed: str) -> NDArray[np.float64]:
    vector = np.random.default_rng(zlib.crc32(seed.encode())).normal(size=DIM)
    return vector / np.linalg.norm(vector)
