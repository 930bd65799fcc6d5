"""The databases that a command opens, closed when it ends."""

from __future__ import annotations

from sqlalchemy import Engine

from kb.settings import Settings
from kb.store import engine as store
from web import composition

_opened: list[Engine] = []


def open_record(settings: Settings) -> Engine:
    """The engine of the record, which must be there and of this schema."""
    return _remembered(composition.open_record(settings))


def open_any(settings: Settings) -> Engine:
    """The engine of whatever is there: no record yet, or one of another schema."""
    return _remembered(store.open_engine(settings.record_url))


def close_all() -> None:
    """Let go of every connection that this command has opened."""
    while _opened:
        _opened.pop().dispose()


def _remembered(engine: Engine) -> Engine:
    _opened.append(engine)
    return engine
