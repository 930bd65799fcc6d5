"""Files that a command writes: whole or not at all, and never in the place of another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kb.errors import Conflict, Unavailable

NewFile = Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """A path beside a file to write to, which becomes the file once the block ended well.

    Raises Conflict where the file is there already, Unavailable where its folder is not.
    """
    if file.exists():
        raise Conflict(f"{file} exists already: nothing was written")
    if not file.parent.is_dir():
        raise Unavailable(f"there is no folder {file.parent}: nothing was written")
    building = file.with_name(f".{file.name}.building")
    try:
        yield building
        building.rename(file)
    finally:
        building.unlink(missing_ok=True)
