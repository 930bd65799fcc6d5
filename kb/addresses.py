"""The addresses of things on the site; the id decides, the slug decorates."""

from __future__ import annotations

from urllib.parse import quote

from kb.slugs import slugify


def entry_path(entry_id: int, title: str) -> str:
    """The path of an entry's page, `/faq/12-reset-the-password`."""
    slug = slugify(title)
    return f"/faq/{entry_id}-{slug}" if slug else f"/faq/{entry_id}"


def category_path(slug: str) -> str:
    """The path of a category's page, `/categories/care`."""
    return f"/categories/{quote(slug, safe='')}"


def product_path(slug: str) -> str:
    """The path of a product's page, `/products/piazza-4`."""
    return f"/products/{quote(slug, safe='')}"


def tag_path(slug: str) -> str:
    """The path of a tag's page, `/tags/descaling`."""
    return f"/tags/{quote(slug, safe='')}"
