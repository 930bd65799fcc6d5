"""Speed of the encoder beside plain SentenceTransformer.encode, on the same cores in one run.

`python -m benchmarks.encoder [--json] [--rounds N]`. Both sides take turns within a round; a
ratio is the median over the rounds. Ours encodes one text a run; theirs runs with its
defaults: one query at a time for the single figure, batches of 32 for the bulk figure.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from indexer.encoder import available_cores, open_encoder
from indexer.encoding.cache import model_source
from kb.settings import Settings, read_settings

SINGLE_TEXTS = 100
BULK_TEXTS = 400
TARGETS = {"single": 4.0, "bulk": 1.5}
SETS = ("banking77", "thunderbird_tickets", "clinc150_oos")
MIN_WORDS, MAX_WORDS = 5, 60
SENTENCES = (
    "The parcel was delivered to the wrong address.",
    "How long does the battery last when it is cold?",
    "I would like to send two items back and keep the third one.",
    "Since the update the display shows an error and the app does not find the device.",
    "Who pays for the repair if the warranty ended last week?",
    "My order number is on the invoice that you sent in March.",
    "Can I use the charger of the older model?",
    "Please tell me where I can change my password.",
)


def generated_texts(count: int) -> list[str]:
    """Support questions of 5 to 60 words, the same in every run."""
    chance = random.Random(2)
    return [" ".join(chance.sample(SENTENCES, chance.randint(1, 4))) for _ in range(count)]


def real_texts(folder: Path, count: int) -> list[str]:
    """Questions of 5 to 60 words out of the first public set that `folder` holds."""
    for name in SETS:
        file = folder / name / "questions.jsonl"
        if file.is_file():
            lines = file.read_text(encoding="utf-8").splitlines()
            texts = [str(json.loads(line)["text"]) for line in lines]
            texts = [text for text in texts if MIN_WORDS <= len(text.split()) <= MAX_WORDS]
            return random.Random(2).sample(texts, min(count, len(texts)))
    raise SystemExit(f"none of {', '.join(SETS)} in {folder}")


def rate(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Texts a second."""
    begun = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - begun)


def measure(settings: Settings, *, rounds: int) -> dict[str, object]:
    """Texts a second of both sides and their ratio, for single queries and for bulk."""
    from sentence_transformers import SentenceTransformer

    ours = open_encoder(settings, on_progress=lambda step: print(step, file=sys.stderr))
    theirs = SentenceTransformer(model_source(settings).location, device="cpu")
    count = SINGLE_TEXTS + BULK_TEXTS
    folder = settings.bench_data
    texts = real_texts(folder, count) if folder else generated_texts(count)
    single, bulk = texts[:SINGLE_TEXTS], texts[SINGLE_TEXTS:]

    def ours_one_by_one(queries: Sequence[str]) -> None:
        for query in queries:
            ours.encode([query])

    def theirs_one_by_one(queries: Sequence[str]) -> None:
        for query in queries:
            theirs.encode(query)

    sides = {
        "single": (ours_one_by_one, theirs_one_by_one, single),
        "bulk": (ours.encode, theirs.encode, bulk),
    }
    result: dict[str, object] = {
        "fingerprint": ours.fingerprint,
        "cores": available_cores(),
        "load": os.getloadavg()[0],
        "median_words": median(len(text.split()) for text in texts),
    }
    for kind, (our_way, their_way, chosen) in sides.items():
        pairs = [(rate(our_way, chosen), rate(their_way, chosen)) for _round in range(rounds)]
        result[kind] = {
            "ours_per_s": median(our for our, _their in pairs),
            "theirs_per_s": median(their for _our, their in pairs),
            "ratio": median(our / their for our, their in pairs),
            "target": TARGETS[kind],
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = read_settings()
        if "KB_HOME" not in os.environ:
            settings = Settings(
                home=Path(scratch), model=settings.model, bench_data=settings.bench_data
            )
        result = measure(settings, rounds=asked.rounds)
    if asked.json:
        print(json.dumps(result, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in result.items() if name not in TARGETS))
    print(f"{'':8}{'ours/s':>10}{'theirs/s':>10}{'ratio':>8}{'target':>8}")
    for kind in TARGETS:
        row = result[kind]
        assert isinstance(row, dict)
        print(
            f"{kind:8}{row['ours_per_s']:10.1f}{row['theirs_per_s']:10.1f}"
            f"{row['ratio']:8.2f}{row['target']:8.1f}"
        )


if __name__ == "__main__":
    main()
