"""Fitting the new rows so that both sides of a pair get one vector, the body frozen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import normalize
from transformers import BertModel
from transformers.utils import logging as transformers_logging

from training.base_model import BaseModel, Rows

Ids = Sequence[Sequence[int]]
Places = npt.NDArray[np.int64]

# What every BERT vocabulary opens and closes a text with.
OPENING, CLOSING = "[CLS]", "[SEP]"
MAX_PIECES = 40
# A fixed number, so that sums come out the same however many cores there are.
THREADS = 2
MEAN_DECAY, SQUARE_DECAY = 0.9, 0.99
EPSILON = 1e-8
BATCHES_SORTED_TOGETHER = 50
REPORTS = 6
CPU_FACTS = Path("/proc/cpuinfo")
FAST_HALF_PRECISION = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How many pairs are looked at (0: none), in which batches, and the first step's length."""

    pairs: int = 12_000
    batch: int = 128
    step: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FitPairs:
    """Pieces of both sides: foreign ids count in the extended vocabulary, English in the old.

    `sources` names the corpus of each pair.
    """

    foreign: Ids
    english: Ids
    sources: Sequence[str]


def fit_rows(
    base: BaseModel,
    rows: Rows,
    free: Sequence[int],
    pairs: FitPairs,
    *,
    settings: FitSettings,
    report: Callable[[str], None],
) -> Rows:
    """The extended matrix with its `free` rows fitted, shape and dtype of `rows`.

    Each step encodes the English side with the model as it is and moves the rows of the foreign
    side so that the cosine of both vectors grows. The body and all other rows stay, so English
    text keeps its vectors. The step shrinks evenly to nothing.

    Source of the step's rule: Kingma and Ba 2015 (Adam), here for the rows of a batch only and
    with one second moment a row.
    """
    batches = _batches(pairs, settings)
    if not batches:
        return rows
    torch.set_num_threads(THREADS)
    fit = _Fit(base, rows, free)
    losses = []
    for number, batch in enumerate(batches):
        step = settings.step * (1 - number / len(batches))
        losses.append(
            fit.step([pairs.foreign[i] for i in batch], [pairs.english[i] for i in batch], step)
        )
        if (number + 1) % max(1, len(batches) // REPORTS) == 0:
            recent = np.mean(losses[-len(batches) // REPORTS :])
            report(f"fitted {number + 1} of {len(batches)} batches, 1 - cosine {recent:.4f}")
    return fit.rows.numpy()


def _batches(pairs: FitPairs, settings: FitSettings) -> list[Places]:
    """Indexes of pairs in random order, each batch of similar length (padding costs time)."""
    random = np.random.default_rng(settings.seed)
    chosen = random.permutation(_drawn(pairs, settings.pairs, random))
    lengths = np.array([len(pairs.foreign[i]) for i in chosen])
    together = settings.batch * BATCHES_SORTED_TOGETHER
    batches = []
    for start in range(0, len(chosen), together):
        order = start + np.argsort(lengths[start : start + together], kind="stable")
        batches += [
            chosen[order[i : i + settings.batch]] for i in range(0, len(order), settings.batch)
        ]
    return [batches[i] for i in random.permutation(len(batches))]


def _drawn(pairs: FitPairs, wanted: int, random: np.random.Generator) -> Places:
    """Indexes of `wanted` pairs, each corpus by the square root of its size.

    The largest corpus is everyday talk, the small ones are what a help desk is asked.
    """
    members: dict[str, list[int]] = {}
    for i, source in enumerate(pairs.sources):
        if pairs.foreign[i] and pairs.english[i]:
            members.setdefault(source, []).append(i)
    roots = sum(len(found) ** 0.5 for found in members.values())
    drawn: list[int] = []
    rest: list[int] = []
    for source in sorted(members):
        mixed = random.permutation(members[source]).tolist()
        quota = round(wanted * len(mixed) ** 0.5 / roots)
        drawn += mixed[:quota]
        rest += mixed[quota:]
    missing = max(0, wanted - len(drawn))
    drawn += random.permutation(rest)[:missing].astype(np.int64).tolist()
    return np.array(drawn[:wanted], dtype=np.int64)


class _Fit:
    """The rows while they are fitted, with the running moments of their gradients."""

    def __init__(self, base: BaseModel, rows: Rows, free: Sequence[int]) -> None:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.body = BertModel.from_pretrained(base.folder).train(False).requires_grad_(False)
        self.base_rows = torch.from_numpy(base.rows)
        self.rows = torch.from_numpy(rows.copy())
        self.free = torch.zeros(len(rows), dtype=torch.bool)
        self.free[torch.tensor(list(free))] = True
        self.mean = torch.zeros_like(self.rows)
        self.square = torch.zeros(len(rows))
        self.steps = torch.zeros(len(rows))
        self.frame = (base.vocabulary[OPENING], base.vocabulary[CLOSING])
        self.half = _has_fast_half_precision()
        if self.half:
            for module in self.body.modules():
                if isinstance(module, torch.nn.Linear):
                    module.bfloat16()

    def step(self, foreign: Ids, english: Ids, length: float) -> float:
        """Move the rows of one batch; returns its mean 1 - cosine before the step."""
        ids, mask = self._padded(english)
        with torch.no_grad():
            wanted = self._encode(self.base_rows[ids], mask)
        ids, mask = self._padded(foreign)
        given = self.rows[ids].requires_grad_()
        loss = 1 - (self._encode(given, mask) * wanted).sum(dim=1)
        (slope,) = torch.autograd.grad(loss.sum(), given)
        self._move(ids, slope, length)
        return float(loss.detach().mean())

    def _move(self, ids: torch.Tensor, gradient: torch.Tensor, length: float) -> None:
        used, place = torch.unique(ids, return_inverse=True)
        slope = torch.zeros(len(used), gradient.shape[-1])
        slope.index_add_(0, place.reshape(-1), gradient.reshape(-1, gradient.shape[-1]))
        kept = self.free[used]
        used, slope = used[kept], slope[kept]
        self.steps[used] += 1
        self.mean[used] = MEAN_DECAY * self.mean[used] + (1 - MEAN_DECAY) * slope
        square = slope.square().mean(dim=1)
        self.square[used] = SQUARE_DECAY * self.square[used] + (1 - SQUARE_DECAY) * square
        mean = self.mean[used] / (1 - MEAN_DECAY ** self.steps[used])[:, None]
        spread = (self.square[used] / (1 - SQUARE_DECAY ** self.steps[used])).sqrt()
        self.rows[used] -= length * mean / (spread[:, None] + EPSILON)

    def _encode(self, rows: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Unit vectors as sentence-transformers makes them: mean over the pieces, then length 1."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            output = self.body(
                inputs_embeds=rows, attention_mask=None if bool(mask.all()) else mask
            )
        weight = mask[:, :, None]
        hidden = output.last_hidden_state.float()
        return normalize((hidden * weight).sum(dim=1) / weight.sum(dim=1), dim=1)

    def _padded(self, texts: Ids) -> tuple[torch.Tensor, torch.Tensor]:
        framed = [[self.frame[0], *ids[:MAX_PIECES], self.frame[1]] for ids in texts]
        width = max(map(len, framed))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in framed])
        mask = torch.tensor([[1.0] * len(row) + [0.0] * (width - len(row)) for row in framed])
        return ids, mask


def _has_fast_half_precision() -> bool:
    """Whether the CPU multiplies bfloat16 itself; elsewhere it is slower than float32."""
    try:
        facts = CPU_FACTS.read_text(encoding="utf-8")
    except OSError:
        return False
    return any(name in facts for name in FAST_HALF_PRECISION)
