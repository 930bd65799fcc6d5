"""The people of the demo: an account for each role, what they asked, and files of entries."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Engine

from kb.access import OPERATOR, Role, Scope
from kb.attachments import check_file
from kb.clock import utc_now
from kb.errors import NotFound
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.people.passwords import Passwords
from kb.store.attachments.of_entries import add_entry_file, entry_files
from kb.store.engine import transaction
from kb.store.entries.pins import set_pinned
from kb.store.entries.reading import find_entry_by_source
from kb.store.entries.shelves import category_id_for, product_id_for
from kb.store.mail.watches import add_watch
from kb.store.people.accounts import (
    add_account,
    find_account_by_email,
    set_password_hash,
)
from kb.store.people.groups import add_group, list_groups, set_groups
from kb.store.people.keys import add_api_key, list_api_keys, revoke_api_key
from kb.store.questions.conversation import HERE
from kb.store.questions.incoming import set_question_owner, store_question
from kb.watches import INSTANT, Follower

SOURCE = "demo-people"
KEY_NAME = "demo"
ANSWERED_AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo."""

    name: str
    email: str
    role: str
    groups: tuple[str, ...]


def demo_accounts() -> tuple[DemoAccount, ...]:
    """The accounts of the demo, customers first."""
    return tuple(
        DemoAccount(row["name"], row["email"], row["role"], tuple(row["groups"]))
        for row in _people()["accounts"]
    )


def load_people(engine: Engine) -> int:
    """Add the accounts that are not there yet, with what they asked; return how many.

    An account that is there stays as it is: somebody may have changed it since.
    """
    people = _people()
    with transaction(engine) as conn:
        known = {group.name for group in list_groups(conn)}
        for group in people["groups"]:
            if group["name"] not in known:
                add_group(conn, group["name"], label=group["label"])
        missing = [
            row for row in people["accounts"] if find_account_by_email(conn, row["email"]) is None
        ]
        for row in missing:
            account_id = add_account(
                conn,
                row["name"],
                role=Role(row["role"]),
                email=row["email"],
                locale=row["locale"],
                confirmed=True,
            )
            set_groups(conn, account_id, row["groups"])
            for question in people["questions"]:
                if question["by"] == row["email"]:
                    _ask(conn, question, account_id, row["locale"])
            for followed in people["follows"]:
                if followed["by"] == row["email"]:
                    follower = Follower(row["email"], row["locale"], account_id)
                    _follow(conn, followed, follower)
        if missing:
            _pin(conn, people["pinned"])
    return len(missing)


def load_files(engine: Engine) -> int:
    """Put pictures and cards on their entries, where they are not yet; return how many."""
    folder = files("kb.demo") / "files"
    added = 0
    with transaction(engine) as conn:
        for row in json.loads((folder / "files.json").read_text(encoding="utf-8")):
            entry_id = find_entry_by_source(conn, row["entry"])
            if entry_id is None:
                continue
            there = entry_files(conn, entry_id, viewer=OPERATOR)
            if any(one.name == row["file"] for one in there):
                continue
            checked = check_file(row["file"], (folder / row["file"]).read_bytes())
            add_entry_file(conn, entry_id, checked, viewer=OPERATOR, label=row["label"])
            added += 1
    return added


def renew_password(engine: Engine) -> str:
    """Give all accounts of the demo one new password and return it; nobody can guess it."""
    password = f"demo-{secrets.token_urlsafe(6)}"
    stored = Passwords().hash(password)
    with transaction(engine) as conn:
        for one in demo_accounts():
            account = find_account_by_email(conn, one.email)
            if account is not None:
                set_password_hash(conn, account.id, stored)
    return password


def renew_key(engine: Engine) -> str:
    """A new API key of the demo's agent; the one of the last start is revoked.

    Raises NotFound where `load_people` never ran.
    """
    agent = next(one for one in demo_accounts() if one.role == Role.AGENT)
    with transaction(engine) as conn:
        account = find_account_by_email(conn, agent.email)
        if account is None:
            raise NotFound("account", agent.email)
        for key in list_api_keys(conn, account_id=account.id):
            if key.name == KEY_NAME and key.revoked_at is None:
                revoke_api_key(conn, key.id)
        scopes = [Scope.READ, Scope.ASK, Scope.AGENT]
        return add_api_key(conn, account.id, KEY_NAME, scopes=scopes)


def _people() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (files("kb.demo") / "people.json").read_text(encoding="utf-8")
    )
    return found


def _ask(conn: Connection, row: Mapping[str, Any], account_id: int, locale: str) -> None:
    asked_at = utc_now() - timedelta(days=row["days_ago"])
    answer = IncomingReply(
        source_id=f"{HERE}1",
        body=row.get("reply", ""),
        author="agent",
        kind="solution",
        created_at=asked_at + ANSWERED_AFTER,
    )
    incoming = IncomingQuestion(
        source_id=row["id"],
        subject=row["title"],
        body=row["body"],
        created_at=asked_at,
        product=row["product"],
        sender=row["by"],
        state=row["state"],
        replies=(answer,) if answer.body else (),
    )
    question_id, _ = store_question(conn, incoming, channel="form", source=SOURCE)
    set_question_owner(conn, question_id, account_id)
    follower = Follower(row["by"], locale, account_id)
    add_watch(conn, "question", question_id, frequency=INSTANT, follower=follower)


def _follow(conn: Connection, row: Mapping[str, Any], follower: Follower) -> None:
    shelf_id = (
        product_id_for(conn, row["target"])
        if row["kind"] == "product"
        else category_id_for(conn, row["target"])
    )
    add_watch(conn, row["kind"], shelf_id, frequency=row["frequency"], follower=follower)


def _pin(conn: Connection, source_ids: Sequence[str]) -> None:
    for source_id in source_ids:
        entry_id = find_entry_by_source(conn, source_id)
        if entry_id is not None:
            set_pinned(conn, entry_id, pinned=True, viewer=OPERATOR)
