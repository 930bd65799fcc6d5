"""What makes two encoders the same: only vectors of one fingerprint may be compared."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass

HASH_LENGTH = 12
SLUG_LENGTH = 24


@dataclass(frozen=True, slots=True)
class EncoderDescription:
    """Everything that changes the vectors of an encoder."""

    name: str
    weights: str
    tokenizer: str
    form: str
    recipe: str
    runtime: str
    dim: int
    prompt: str
    pooling: str
    max_tokens: int
    text_rule: int

    @property
    def fingerprint(self) -> str:
        """Short stable id, `name-form-hash`, for example `minilm-int8-1a2b3c4d5e6f`.

        Equal for equal descriptions, on every machine; the hash covers all fields.
        """
        described = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)
        digest = hashlib.sha256(described.encode()).hexdigest()[:HASH_LENGTH]
        return f"{slug(self.name)}-{self.form}-{digest}"


def slug(name: str) -> str:
    """`name` in lower-case letters, digits and hyphens, at most 24 characters, never empty."""
    folded = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return folded[:SLUG_LENGTH].strip("-") or "model"
