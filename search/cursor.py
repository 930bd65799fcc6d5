"""Cursors: where a page of hits ended, as an opaque word that survives changes of the index."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import InvalidInput
from search.delta import Key

MAX_CURSOR_CHARS = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a page: its score and its key."""

    score: float
    key: Key

    def encode(self) -> str:
        """The cursor as URL-safe text."""
        fields = json.dumps([self.score.hex(), *self.key])
        return base64.urlsafe_b64encode(fields.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what `encode` wrote; raises InvalidInput for anything else."""
        try:
            if len(text) > MAX_CURSOR_CHARS:
                raise ValueError
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            score, type_, id_ = json.loads(base64.b64decode(padded, b"-_", validate=True))
            found = cls(float.fromhex(score), (str(type_), int(id_)))
            if not math.isfinite(found.score):
                raise ValueError
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as problem:
            raise InvalidInput("the cursor is not one of ours", field="cursor") from problem
        return found

    def place_after(self, scores: Sequence[float], keys: Sequence[Key]) -> int:
        """How many of the ranked documents come no later than this hit."""
        last = (-self.score, self.key)
        ranked = zip(scores, keys, strict=True)
        return sum((-score, key) <= last for score, key in ranked)
