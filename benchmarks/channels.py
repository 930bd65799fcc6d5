"""One matter asked through many channels: what mail, chat, form and search cost the topics.

    KB_BENCH_DATA=folder python -m benchmarks.channels [--sets banking77 ...] [--draws N] [--json]

Labelled questions are wrapped as people send them, cleaned as the importer cleans them, encoded
and grouped; beside it the same without our cleaning. Pairwise F1 against the labels, in points.
The second table counts which real questions the rules would keep out of topics as noise.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.channel_letters import CHANNELS, Letter, rarity, wrap
from indexer.encoder import open_encoder
from indexer.topics.grouping import group_questions
from indexer.topics.scores import evaluate_grouping
from kb.embedded_text import embedded_text, text_hash
from kb.intake.cleaning import clean_question
from kb.settings import Settings, read_settings

SETS = ("banking77", "clinc150_oos", "roboai_faq_en", "roboai_faq_de")
LABELS = 25
PER_LABEL = 40
MIN_PER_LABEL = 15
DRAWS = 3
TARGET_LOSS = 3.0
NOISE_SETS = (*SETS, "hint3_curekart", "vira_intents")
TICKETS = "thunderbird_tickets/tickets.jsonl.gz"
TICKETS_READ = 8_000

Question = tuple[str, str]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Loss:
    """Points of pairwise F1 under the clean questions', means over the draws of one set.

    `channel` is "mixed" where each question came through one of the channels or as it is.
    """

    set: str
    channel: str
    clean: float
    cleaned: float
    raw: float

    @property
    def lost(self) -> float:
        """Points lost with our cleaning."""
        return self.clean - self.cleaned

    @property
    def lost_raw(self) -> float:
        """Points lost without it."""
        return self.clean - self.raw


@dataclass(frozen=True, slots=True)
class NoiseShare:
    """How many real questions of a set are taken for noise, by kind."""

    set: str
    questions: int
    kinds: dict[str, int]


def main() -> int:
    """Print both tables; return 2 where there is no data."""
    options = _arguments()
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the labelled sets", file=sys.stderr)
        return 2
    encode = _encoding(settings, options.cache)
    losses: list[Loss] = []
    for name in options.sets:
        for loss in measure_set(settings.bench_data, name, encode, draws=options.draws):
            losses.append(loss)
            if not options.json:
                print(_line(loss), flush=True)
    shares = list(noise_shares(settings.bench_data))
    if options.json:
        answer = {"losses": losses, "noise": shares}
        print(json.dumps(answer, indent=1, default=asdict))
        return 0
    _print_summary(losses)
    for share in shares:
        _print_share(share)
    return 0


def measure_set(folder: Path, name: str, encode: Encode, *, draws: int) -> list[Loss]:
    """What each channel and the mixture cost on one set."""
    rows = _questions(folder, name)
    lang = "de" if name.endswith("_de") else "en"
    weights = rarity([text for text, _ in rows])
    found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for draw in range(draws):
        chosen = draw_questions(rows, random.Random(draw))
        labels = [label for _, label in chosen]
        clean = _f1(labels, [text for text, _ in chosen], encode)
        for channel in ("mixed", *CHANNELS):
            chance = random.Random(f"{draw} {channel}")
            letters = [
                wrap(text, one, lang, weights=weights, chance=chance)
                for (text, _), one in zip(chosen, _channels(channel, chance), strict=False)
            ]
            ours = _f1(labels, [cleaned_text(one, lang) for one in letters], encode)
            raw = _f1(labels, [embedded_text(one.subject, one.body) for one in letters], encode)
            found[channel].append((clean, ours, raw))
    return [Loss(name, one, *np.mean(scores, axis=0)) for one, scores in found.items()]


def _channels(channel: str, chance: random.Random) -> Iterator[str]:
    while True:
        yield chance.choice(("clean", *CHANNELS)) if channel == "mixed" else channel


def cleaned_text(letter: Letter, lang: str) -> str:
    """What is embedded of a letter after our cleaning."""
    clean = clean_question(letter.subject, letter.body, lang=lang)
    return embedded_text(clean.subject, clean.body)


def draw_questions(rows: Sequence[Question], chance: random.Random) -> list[Question]:
    """Some labels with some of their questions each."""
    texts: dict[str, list[str]] = defaultdict(list)
    for text, label in rows:
        texts[label].append(text)
    known = sorted(label for label, own in texts.items() if len(own) >= MIN_PER_LABEL)
    chosen = chance.sample(known, min(LABELS, len(known)))
    return [
        (text, label)
        for label in chosen
        for text in chance.sample(texts[label], min(PER_LABEL, len(texts[label])))
    ]


def _f1(labels: Sequence[str], texts: Sequence[str], encode: Encode) -> float:
    grouping = group_questions(encode(texts), texts=list(texts))
    return 100 * evaluate_grouping(labels, grouping.nearest_topic).pairwise_f1


def _questions(folder: Path, name: str) -> list[Question]:
    with (folder / name / "questions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["text"], row["label"]) for row in rows if row["label"] != "oos"]


def noise_shares(folder: Path) -> Iterator[NoiseShare]:
    """How many of the labelled questions, and of real tickets, would be kept out of topics."""
    for name in NOISE_SETS:
        lang = "de" if name.endswith("_de") else "en"
        texts = [Letter("", text) for text, _ in _questions(folder, name)]
        yield _share(name, texts, lang)
    if (folder / TICKETS).exists():
        yield _share("thunderbird_tickets", _tickets(folder / TICKETS), None)


def _share(name: str, letters: Sequence[Letter], lang: str | None) -> NoiseShare:
    found = (clean_question(one.subject, one.body, lang=lang).noise for one in letters)
    return NoiseShare(name, len(letters), dict(Counter(str(one) for one in found if one)))


def _tickets(path: Path) -> list[Letter]:
    letters: list[Letter] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            letters.append(Letter(row.get("subject") or "", row.get("text") or row["body"]))
            if len(letters) == TICKETS_READ:
                break
    return letters


def _encoding(settings: Settings, cache: Path | None) -> Encode:
    """Encode with the real encoder, each text once; vectors are kept in a file where one is."""
    encoder = open_encoder(settings, on_progress=lambda step: print(step, file=sys.stderr))
    kept = cache / f"channels-{text_hash(encoder.fingerprint)[:16]}.npz" if cache else None
    known: dict[str, NDArray[np.float32]] = {}
    if kept and kept.exists():
        with np.load(kept) as stored:
            known = dict(zip(stored["hashes"].tolist(), stored["vectors"], strict=True))

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        hashes = [text_hash(text) for text in texts]
        new = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        if new:
            known.update(zip(new, encoder.encode(list(new.values())), strict=True))
            if kept:
                np.savez(kept, hashes=np.array(list(known)), vectors=np.stack([*known.values()]))
        return np.stack([known[key] for key in hashes])

    return encode


def _line(loss: Loss) -> str:
    return (
        f"{loss.set:20} {loss.channel:7} clean {loss.clean:5.1f}   ours {loss.cleaned:5.1f} "
        f"({-loss.lost:+5.1f})   without cleaning {loss.raw:5.1f} ({-loss.lost_raw:+5.1f})"
    )


def _print_summary(losses: Sequence[Loss]) -> None:
    for channel in ("mixed", *CHANNELS):
        own = [loss for loss in losses if loss.channel == channel]
        if own:
            ours, raw = (
                float(np.mean([getattr(one, name) for one in own])) for name in ("lost", "lost_raw")
            )
            print(f"mean {channel:7} lost {ours:5.1f} points, without cleaning {raw:5.1f}")
    mixed = [loss.lost for loss in losses if loss.channel == "mixed"]
    if mixed:
        word = "met" if np.mean(mixed) <= TARGET_LOSS else "missed"
        print(f"target of at most {TARGET_LOSS:.0f} points in the mean: {word}")


def _print_share(share: NoiseShare) -> None:
    count = sum(share.kinds.values())
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(share.kinds.items()))
    part = count / max(1, share.questions)
    print(f"{share.set:20} {count:4} of {share.questions:6} taken for noise ({part:.2%})  {kinds}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.channels", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--draws", type=int, default=DRAWS, help="samples of each set")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
