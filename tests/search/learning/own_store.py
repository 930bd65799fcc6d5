"""A store with several wordings an entry, and judges that rank it well or badly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from search.calibration import Bounds, Calibration, Judge, Logistic, Origin
from search.documents import Document
from search.shipped_weights import SHIPPED
from tests.search.stores import FINGERPRINT, LetterEncoder, entry

THINGS = (
    "grinder", "kettle", "drip tray", "steam wand", "water tank", "filter holder",
    "power cable", "warranty card", "delivery van", "gift voucher", "invoice", "newsletter",
)  # fmt: skip
TROUBLES = (
    "my {} looks strange to me",
    "what about the {} then",
    "i have a question on the {} again",
    "please help with the {} today",
    "the {} since last week",
    "nothing but trouble: {} and again the {}",
)


class SizedLetterEncoder(LetterEncoder):
    """The letter encoder as the indexer wants it."""

    dim = 256

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return super().encode(texts)


def thing_entry(id_: int, thing: str, *, wordings: int = len(TROUBLES)) -> Document:
    """An entry about a thing, named by its wordings; its answer speaks of another thing."""
    other = THINGS[(THINGS.index(thing) + 1) % len(THINGS)]
    return entry(
        id_,
        f"About the {thing}",
        f"See the chapter on the {other}, the {other} is explained there.",
        wordings=tuple(text.format(thing, thing) for text in TROUBLES[:wordings]),
    )


def own_store(*, wordings: int = len(TROUBLES)) -> list[Document]:
    """Twelve entries."""
    return [thing_entry(at, thing, wordings=wordings) for at, thing in enumerate(THINGS, start=1)]


def misled(origin: Origin = Origin.BOOTSTRAP) -> Calibration:
    """A calibration that trusts the answers' words, which are about something else here."""
    order = Logistic(-2.0, {"words_answer": 6.0})
    judge = Judge(order, Logistic(0.0, {"words_answer": 2.0}), Bounds(0.5, 0.2))
    return replace(
        SHIPPED, fingerprint=FINGERPRINT, origin=origin, hybrid=judge, keyword=judge, across=None
    )
