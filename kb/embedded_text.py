"""The rule that says which text of a question, entry or thread is embedded."""

from __future__ import annotations

import hashlib
import unicodedata

# Part of every encoder's fingerprint: raise it with each change to embedded_text, so that
# vectors made by the old rule are never compared with vectors made by the new one.
TEXT_RULE_VERSION = 1


def embedded_text(subject: str, body: str) -> str:
    """The one text that stands for a subject and its cleaned body.

    Both are NFC-normalised with every run of white space as one space, so that the same words
    get the same vector however a channel breaks its lines. Subject and body are joined by a
    line break; a body that already starts with its subject (web forms repeat it) stands alone.
    Empty when both are. The encoder reads the first tokens only, nothing is cut here.
    """
    head, tail = _folded(subject), _folded(body)
    if not head or tail.casefold().startswith(head.casefold()):
        return tail
    if not tail:
        return head
    return f"{head}\n{tail}"


def text_hash(text: str) -> str:
    """SHA-256 of an embedded text, 64 hexadecimal characters: its key in the vector cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
