"""What somebody wrote into a form, kept for the page that has to refuse it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request

FIELDS = frozenset({"answer", "body", "label", "terms", "title"})
"""Fields in which people write; a password, or what no form of ours has, is never shown again."""

MIN_CHARS = 20
"""Shorter texts are typed again sooner than they are copied."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """One text of a form; `name` is that of its field."""

    name: str
    text: str


async def keep_written_text(request: Request) -> None:
    """Note what a form brought, as soon as it was read and before anybody can refuse it."""
    route = request.scope["route"]
    if request.method == "POST" and getattr(route, "body_field", None) is not None:
        request.state.written = _texts(await request.form())


def written_text(request: Request) -> tuple[WrittenText, ...]:
    """What a person wrote into the form of this request, () for none and for programs."""
    found: tuple[WrittenText, ...] = getattr(request.state, "written", ())
    return found


def _texts(form: FormData) -> tuple[WrittenText, ...]:
    return tuple(
        WrittenText(name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name in FIELDS and _is_prose(value)
    )


def _is_prose(text: str) -> bool:
    """Whether a person wrote it: ids, tokens and choices are single words."""
    return len(text.strip()) >= MIN_CHARS and len(text.split()) > 1
