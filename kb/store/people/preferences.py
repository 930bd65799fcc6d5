"""How an account wants its pages: language, and keys without a modifier."""

from __future__ import annotations

from sqlalchemy import Connection, update

from kb.store.schema import accounts


def set_language(conn: Connection, account_id: int, locale: str) -> None:
    """Give the account's pages and mails a language; an unknown account changes nothing."""
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(locale=locale))


def set_single_keys(conn: Connection, account_id: int, single_keys: bool) -> None:
    """Say whether the account's pages answer to keys without a modifier."""
    values = {"single_keys": single_keys}
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(values))
