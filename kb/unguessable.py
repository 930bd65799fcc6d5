"""Secrets that nobody can guess, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits as 43 characters that may stand in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret to know it again: SHA-256, 64 characters.

    Random bits cannot be searched for even with a plain hash; a slow one would cost each request.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
