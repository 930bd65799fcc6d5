"""The addresses of things on the site; the id decides, the slug decorates."""

from __future__ import annotations

from kb.slugs import slugify


def entry_path(entry_id: int, title: str) -> str:
    """The path of an entry's page, `/faq/12-reset-the-password`."""
    slug = slugify(title)
    return f"/faq/{entry_id}-{slug}" if slug else f"/faq/{entry_id}"
