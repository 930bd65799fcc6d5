"""What the page of the API's documentation may read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiField:
    """One parameter or property; `kind` is its type in a few words."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation with what it takes and what it gives."""

    key: str
    method: str
    path: str
    description: str
    takes: tuple[ApiField, ...]
    gives: tuple[ApiField, ...]


@dataclass(frozen=True, slots=True)
class ApiPage:
    """All that api/docs.html may read; operations in the order of the description."""

    about: str
    version: str
    operations: tuple[ApiOperation, ...]
