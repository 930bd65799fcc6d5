"""What is kept of an erasure: ids and moments, in the record and in a journal beside it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from kb.errors import InvalidInput, Unavailable

JOURNAL = "erasures.jsonl"
"""In KB_HOME, one line each; it outlives the record, so that no backup brings anybody back."""


class Mode(StrEnum):
    """How much goes: only what leads to the person, or also the text of their questions."""

    ANONYMISE = "anonymise"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, order=True)
class AskedQuestion:
    """A question, told from one of another record by the moment it came in."""

    id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """One person's erasure; `by_id` is the account that did it, None for the operator."""

    account_id: int
    account_created_at: datetime
    mode: Mode
    questions: tuple[AskedQuestion, ...]
    by_id: int | None
    at: datetime

    @property
    def key(self) -> tuple[int, datetime]:
        """What tells erasures apart, also those of another record."""
        return self.account_id, self.account_created_at


def erased_name(account_id: int) -> str:
    """What stands where the person's name stood."""
    return f"account {account_id}"


def erasure_to_json(erasure: Erasure) -> dict[str, Any]:
    """The erasure as JSON holds it; it names nobody."""
    return {
        "account_id": erasure.account_id,
        "account_created_at": erasure.account_created_at.isoformat(),
        "mode": str(erasure.mode),
        "questions": questions_to_json(erasure.questions),
        "by_id": erasure.by_id,
        "at": erasure.at.isoformat(),
    }


def questions_to_json(asked: tuple[AskedQuestion, ...]) -> list[list[Any]]:
    """(id, moment) pairs as JSON."""
    return [[one.id, one.received_at.isoformat()] for one in asked]


def questions_from_json(stored: list[list[Any]]) -> tuple[AskedQuestion, ...]:
    """The questions of an erasure."""
    return tuple(AskedQuestion(int(id_), datetime.fromisoformat(at)) for id_, at in stored)


def append_erasure(home: Path, erasure: Erasure) -> None:
    """Write a line into the journal and bring it to the disk; raises Unavailable."""
    line = json.dumps(erasure_to_json(erasure)) + "\n"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (home / JOURNAL).open("a+b") as file:
            _cut_unfinished_line(file)
            file.write(line.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(
            f"{home / JOURNAL} cannot be written: {error.strerror}; nobody was erased"
        ) from error


def _cut_unfinished_line(file: BinaryIO) -> None:
    """Remove what a crash left of a line: its erasure was never committed."""
    file.seek(0)
    whole = file.read()
    file.truncate(whole.rfind(b"\n") + 1)


def read_journal(home: Path) -> list[Erasure]:
    """The erasures of the journal, oldest first, [] where there is none.

    A last line that a crash cut off is left out: its erasure was not committed either. Raises
    InvalidInput for any other line that cannot be read, since a person may stand in it.
    """
    path = home / JOURNAL
    if not path.is_file():
        return []
    *lines, rest = path.read_text(encoding="utf-8").split("\n")
    found = [_read_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if rest.strip():
        try:
            found.append(_read_line(path, len(lines) + 1, rest))
        except InvalidInput:
            return found
    return found


def _read_line(path: Path, number: int, line: str) -> Erasure:
    try:
        stored = json.loads(line)
        return Erasure(
            account_id=int(stored["account_id"]),
            account_created_at=datetime.fromisoformat(stored["account_created_at"]),
            mode=Mode(stored["mode"]),
            questions=questions_from_json(stored["questions"]),
            by_id=stored["by_id"],
            at=datetime.fromisoformat(stored["at"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"line {number} of {path} tells of no erasure", row=number) from error
