"""Which entries a viewer may find, as a condition in SQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from kb.access import Viewer, may_edit
from kb.store.schema import entries


def published_for(viewer: Viewer) -> ColumnElement[bool]:
    """The published entries that the viewer may read: of every audience, for who may edit."""
    published = entries.c.state == "published"
    if may_edit(viewer):
        return published
    return and_(published, entries.c.audience.in_(sorted(viewer.audiences)))
