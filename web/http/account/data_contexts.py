"""What the pages of one's own data may read."""

from __future__ import annotations

from dataclasses import dataclass

from web.http.contexts import FieldError

PATH = "/account/data"
ERASE_PATH = "/account/data/erase"


@dataclass(frozen=True, slots=True)
class DataPage:
    """All that account/data.html may read."""

    questions: int


@dataclass(frozen=True, slots=True)
class ErasePage:
    """All that account/data_erase.html may read.

    `typed_as` is what has to be typed: the address, or the name of an account without one.
    `mode` is the chosen kind.
    """

    questions: int
    files: int
    typed_as: str
    is_staff: bool = False
    mode: str = "anonymise"
    typed: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ErasedPage:
    """All that account/data_erased.html may read; it says the same to everybody."""
