"""What commands print: tables for people, JSON for programs, one clear line for errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from kb import visible_text

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_json(answer: object) -> None:
    """Write one JSON document to standard output."""
    text = orjson.dumps(
        answer, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    )
    sys.stdout.write(text.decode() + "\n")


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def say(line: str) -> None:
    """Write one line for a person to standard error, so that `--json` output stays clean."""
    err.print(line, markup=False)


def tell(line: str, answer: object, *, as_json: bool) -> None:
    """Say in one line what a command did, or print the same as JSON."""
    if as_json:
        print_json(answer)
    else:
        say(line)


def one_line(text: str, limit: int) -> str:
    """The text on one line, at most `limit` characters, cut with an ellipsis.

    Nothing in it commands the terminal: control characters are gone.
    """
    flat = visible_text.one_line(text)
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress display on standard error; it draws nothing where nobody looks."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=False, disable=not err.is_terminal) as display:
        yield display


@contextmanager
def shown_steps() -> Iterator[StepDisplay]:
    """A progress display for work that has several steps, one bar each."""
    with progress() as display:
        yield StepDisplay(display)


class StepDisplay:
    """Draws one bar per named step, in the order in which they begin."""

    def __init__(self, display: Progress) -> None:
        self._display = display
        self._tasks: dict[str, Any] = {}

    def show(self, step: str, done: int, total: int) -> None:
        """Set how far a step is."""
        if step not in self._tasks:
            self._tasks[step] = self._display.add_task(step, total=total)
        self._display.update(self._tasks[step], completed=done, total=total)
