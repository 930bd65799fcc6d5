"""Addresses on this site that came from outside: kept only where they lead nowhere else."""

from __future__ import annotations


def own_path(path: str, *, otherwise: str) -> str:
    """The path if it is one of this site, else the other one.

    Browsers read `//host`, `/\\host` and a tab between the slashes as another site.
    """
    plain = path.startswith("/") and path[1:2] not in ("/", "\\")
    return path if plain and path.isprintable() and path.isascii() else otherwise
