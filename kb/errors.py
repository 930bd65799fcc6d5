"""The one family of errors that Kundig raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping


class KbError(Exception):
    """Root of all expected errors; `str(error)` is one clear line for a person.

    `text_key` names what pages say in its place, in the reader's language and words, with `facts`
    set in; it is empty for what only programs and the command line meet.
    """

    def __init__(
        self, message: str, *, text_key: str = "", facts: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.text_key = text_key
        self.facts = facts or {}


class InvalidInput(KbError):
    """Something given from outside is wrong.

    `field` names the column, option or parameter and `row` the row number counted from 1
    (both None when they do not apply).
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        row: int | None = None,
        text_key: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, text_key=text_key, facts=facts)
        self.field = field
        self.row = row


class NotFound(KbError):
    """The named thing does not exist, or the viewer may not know that it does."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"{kind} {key} does not exist", text_key=f"no {kind}")
        self.kind = kind
        self.key = key


class NotPermitted(KbError):
    """The viewer is known and may not do this."""


class Conflict(KbError):
    """The request does not fit the present state (already promoted, edited meanwhile, ...)."""


class Unavailable(KbError):
    """A part that the request needs cannot be used now: database busy, disk full, model broken."""


class SchemaOutdated(Unavailable):
    """The record was written by an older Kundig."""

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(
            f"the record has schema {found or 'none'} and this version needs {expected}: "
            "run kb migrate"
        )
        self.found = found
        self.expected = expected
