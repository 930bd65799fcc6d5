"""Draws the demo's year of searches from its wordings and its known truth.

`python data/draw_search_year.py` writes search_year.jsonl.gz anew, the same lines each time.
`truth/search_year.tsv` says what happens (how often an intent is looked for, how many of those
who look find their answer, before and after a change), `truth/search_wordings.tsv` in which
words; the file that comes out holds nothing of the truth, so that analytics can be checked.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 20250915
FIRST_DAY = date(2025, 9, 15)
WEEKS = 52
GROWTH = 0.5
"""How much more is looked for in the last week than in the first."""

WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 0.9, 0.85, 1.05)
HOURS = (1, 0, 0, 0, 0, 2, 7, 12, 11, 8, 7, 6, 6, 6, 5, 5, 6, 8, 10, 12, 12, 9, 5, 2)
TRIES_AGAIN = 0.25
"""Share of those who leave that try other words within two minutes."""

ASKS = 0.3
"""Share of those who do not find an answer that ask instead of leaving."""

COMMONEST_WORDING = 3.0
"""How much more often the first wording of a language is typed than any other."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is true of one intent: searches a week, and the share that finds its answer.

    Between `begins` and `ends` it is looked for; on `changes` the share goes from `before` to
    `after`. `entries` are those that answer, by language, with the day of their publication.
    """

    intent: str
    weekly: float
    begins: date
    ends: date
    before: float
    after: float
    changes: date
    entries: dict[str, tuple[str, date]]

    def answered(self, day: date) -> float:
        """Probability that one search finds its answer on `day`."""
        return self.after if day >= self.changes else self.before

    def entry(self, lang: str, day: date) -> str | None:
        """The entry that answers on `day`, in the language asked in where there is one."""
        there = {key: entry for key, (entry, since) in self.entries.items() if since <= day}
        return there.get(lang) or next(iter(there.values()), None)


def draw_search_year(folder: Traversable = HERE) -> Iterator[dict[str, Any]]:
    """The searches of the year, oldest first, as rows of search_year.jsonl.gz."""
    chance = random.Random(SEED)
    wordings = _wordings(folder)
    rows: list[dict[str, Any]] = []
    for course in _courses(folder):
        for week in range(WEEKS):
            for weekday, busy in enumerate(WEEKDAYS):
                day = FIRST_DAY + timedelta(days=7 * week + weekday)
                if not course.begins <= day <= course.ends:
                    continue
                mean = course.weekly / 7 * busy * (1 + GROWTH * week / WEEKS)
                for _ in range(_poisson(chance, mean)):
                    rows += _visit(chance, course, day, wordings[course.intent])
    rows.sort(key=lambda row: (row["at"], row["visitor"]))
    return iter(rows)


def _visit(
    chance: random.Random, course: Course, day: date, wordings: dict[str, list[str]]
) -> Iterator[dict[str, Any]]:
    """One visitor's search, and a second one in other words where the first gave nothing."""
    visitor = f"{chance.getrandbits(64):016x}"
    lang = chance.choices(list(wordings), [len(texts) for texts in wordings.values()])[0]
    hour = chance.choices(range(24), HOURS)[0]
    at = datetime(day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60))
    texts = list(wordings[lang])
    weights = [COMMONEST_WORDING] + [1.0] * (len(texts) - 1)
    while texts:
        found = chance.random() < course.answered(day)
        picked = chance.choices(range(len(texts)), weights)[0]
        again = not found and chance.random() < TRIES_AGAIN and len(texts) > 1
        yield _row(chance, course, at.replace(tzinfo=UTC), (visitor, lang, texts[picked]), found)
        if not again:
            return
        at += timedelta(seconds=chance.randrange(15, 120))
        del texts[picked], weights[picked]


def _row(
    chance: random.Random, course: Course, at: datetime, who: tuple[str, str, str], found: bool
) -> dict[str, Any]:
    visitor, lang, text = who
    right = course.entry(lang, at.date())
    shown = right if found or (right and chance.random() < 0.4) else None
    confidence = chance.betavariate(8, 2) if found else chance.betavariate(2, 4)
    outcome = "answered" if found else "asked" if chance.random() < ASKS else "left"
    return {
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "visitor": visitor,
        "text": text,
        "lang": lang,
        "verdict": "answer" if confidence >= 0.6 else "maybe" if confidence >= 0.3 else "none",
        "confidence": round(confidence, 3),
        "first_hit": shown,
        "clicks": [shown] if found and shown else [],
        "outcome": outcome,
    }


def _courses(folder: Traversable) -> list[Course]:
    answering = {row["intent"]: row["entries"].split() for row in _table(folder, "intents.tsv")}
    faq = [json.loads(line) for line in _text(folder / "faq.jsonl").splitlines()]
    written = {e["id"]: (e["lang"], (e["id"], date.fromisoformat(e["published"]))) for e in faq}
    courses = []
    for row in _table(folder, "search_year.tsv"):
        courses.append(
            Course(
                intent=row["intent"],
                weekly=float(row["weekly"]),
                begins=date.fromisoformat(row["begins"]),
                ends=date.fromisoformat(row["ends"]),
                before=float(row["answered_before"]),
                after=float(row["answered_after"]),
                changes=date.fromisoformat(row["changes"]),
                entries=dict(written[entry] for entry in answering.get(row["intent"], [])),
            )
        )
    return courses


def _wordings(folder: Traversable) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for row in _table(folder, "search_wordings.tsv"):
        found.setdefault(row["intent"], {}).setdefault(row["lang"], []).append(row["text"])
    return found


def _table(folder: Traversable, name: str) -> list[dict[str, str]]:
    lines = _text(folder / "truth" / name).splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")


def _poisson(chance: random.Random, mean: float) -> int:
    """A Poisson number by counting exponential gaps (Knuth); `mean` is small here."""
    count, at = 0, chance.expovariate(1.0)
    while at < mean:
        count += 1
        at += chance.expovariate(1.0)
    return count


def main() -> None:
    """Write search_year.jsonl.gz beside this file."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in draw_search_year()]
    packed = gzip.compress("".join(lines).encode("utf-8"), mtime=0)
    (HERE / "search_year.jsonl.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
