"""What editors can do to a link, by the words that forms and the command line use."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from kb.access import Viewer
from kb.errors import InvalidInput
from kb.store.links.edits import (
    clear_link_mode,
    drop_prerequisite,
    set_link_mode,
    set_prerequisite,
)

LARGEST_ID = 2**62
TARGET = re.compile(r"(?:[^ ]*/faq/)?([0-9]{1,18})(?:[-?#][^ ]*)?")

ACTIONS: dict[str, Callable[..., None]] = {
    "first": set_prerequisite,
    "not-first": drop_prerequisite,
    "unpin": partial(clear_link_mode, mode="pinned"),
    "unblock": partial(clear_link_mode, mode="blocked"),
}
MODES = {"pin": "pinned", "block": "blocked"}


def target_of(text: str) -> int:
    """The entry that a person names by its number or the address of its page.

    Raises InvalidInput.
    """
    found = TARGET.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= LARGEST_ID:
        raise InvalidInput("write the number of an entry, or the address of its page", field="to")
    return int(found[1])


def do_to_link(
    conn: Connection, action: str, entry_id: int, other_id: int, *, viewer: Viewer
) -> None:
    """Do what `action` says: pin, unpin, block, unblock, first or not-first.

    Raises InvalidInput for another word, and what the action raises.
    """
    if action in MODES:
        set_link_mode(conn, entry_id, other_id, MODES[action], viewer=viewer)
    elif action in ACTIONS:
        ACTIONS[action](conn, entry_id, other_id, viewer=viewer)
    else:
        raise InvalidInput(f"a link has no action {action!r}", field="action")
