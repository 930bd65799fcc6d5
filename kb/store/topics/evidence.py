"""How a topic's neighbours and the evidence of its verdict are written as JSON, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kb.topics import AskedWording, Evidence, NearTopic

Counts = tuple[tuple[str, int], ...]


def counts_from(stored: Mapping[str, int] | None) -> Counts:
    """(name, count) pairs, the highest count first, then by name."""
    return tuple(sorted((stored or {}).items(), key=lambda one: (-one[1], one[0])))


def near_to_json(near: Sequence[NearTopic]) -> list[dict[str, Any]]:
    """The neighbours as they are stored."""
    return [
        {"id": one.id, "cosine": round(one.cosine, 4), "shared": list(one.shared)} for one in near
    ]


def near_from(stored: Sequence[Mapping[str, Any]] | None) -> tuple[NearTopic, ...]:
    """The neighbours, nearest first."""
    return tuple(NearTopic(one["id"], one["cosine"], tuple(one["shared"])) for one in stored or ())


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """The evidence as it is stored; it holds ids, no text of any question."""
    return {
        "asked": [
            {
                "question_id": one.question_id,
                "lang": one.lang,
                "verdict": one.verdict,
                "confidence": round(one.confidence, 3),
                "entry_id": one.entry_id,
            }
            for one in evidence.asked
        ],
        "entry_id": evidence.entry_id,
        "helpful": evidence.helpful,
        "unhelpful": evidence.unhelpful,
        "reasons": dict(evidence.reasons),
        "checked_at": evidence.checked_at.isoformat(),
    }


def evidence_from(stored: Mapping[str, Any] | None) -> Evidence | None:
    """The evidence, None before the first verdict."""
    if not stored:
        return None
    return Evidence(
        asked=tuple(AskedWording(**one) for one in stored["asked"]),
        entry_id=stored["entry_id"],
        helpful=stored["helpful"],
        unhelpful=stored["unhelpful"],
        reasons=counts_from(stored["reasons"]),
        checked_at=datetime.fromisoformat(stored["checked_at"]),
    )
