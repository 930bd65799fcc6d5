"""Addresses on this site: put together, and kept from outside where they lead nowhere else."""

from __future__ import annotations

from urllib.parse import urlencode


def with_query(path: str, **pairs: str | None) -> str:
    """The path with a query of those pairs that are not empty, in their order."""
    query = urlencode({name: value for name, value in pairs.items() if value})
    return f"{path}?{query}" if query else path


def own_path(path: str, *, otherwise: str) -> str:
    """The path if it is one of this site, else the other one.

    Browsers read `//host`, `/\\host` and a tab between the slashes as another site.
    """
    plain = path.startswith("/") and path[1:2] not in ("/", "\\")
    return path if plain and path.isprintable() and path.isascii() else otherwise
