"""Loads the demo company that ships in `kb.demo`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

from sqlalchemy import Engine

from kb.access import OPERATOR, Role, Scope
from kb.importing import import_entries, import_questions
from kb.intake.files import read_faq
from kb.intake.records import BadRow, IncomingQuestion, IncomingReply
from kb.settings import Settings
from kb.store.accounts import (
    add_account,
    add_api_key,
    find_account_named,
    list_api_keys,
    revoke_api_key,
)
from kb.store.engine import reading, transaction
from kb.store.entry_queries import find_entry_by_source
from kb.store.migrate import create_record, is_initialised, require_current_schema
from web.cli.engines import open_any
from web.cli.indexing import index_now, tell_index
from web.cli.output import say
from web.cli.record import make_secret

DEMO_SOURCE = "demo"
DEMO_AGENT = "Demo agent"


def load_demo(settings: Settings) -> None:
    """Make the record where there is none, load the demo once, index it.

    Loading again changes nothing; a record with other content keeps it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_any(settings)
    if is_initialised(engine):
        require_current_schema(engine)
    else:
        create_record(engine)
    make_secret(settings)
    entries = load_entries(engine)
    questions = load_questions(engine)
    say(f"demo: {entries} new entries, {questions} new questions in {settings.home}")
    tell_index(index_now(settings, engine))


def new_demo_key(engine: Engine) -> str:
    """A new key for the demo's support agent; the one of the last start is revoked."""
    with transaction(engine) as conn:
        account = find_account_named(conn, DEMO_AGENT)
        if account is None:
            account = add_account(conn, DEMO_AGENT, role=Role.AGENT)
        for key in list_api_keys(conn):
            if key.account == DEMO_AGENT and key.revoked_at is None:
                revoke_api_key(conn, key.id)
        return add_api_key(conn, account, "demo", scopes=[Scope.READ, Scope.ASK, Scope.AGENT])


def load_entries(engine: Engine) -> int:
    """Store the demo's entries that are not there yet; return how many.

    An entry that is there stays as it is: somebody may have edited it since.
    """
    with as_file(files("kb.demo") / "faq.jsonl") as path, reading(engine) as conn:
        missing = [
            row
            for row in read_faq(path)
            if isinstance(row, BadRow) or find_entry_by_source(conn, row.source_id) is None
        ]
    return import_entries(engine, missing, viewer=OPERATOR).new


def load_questions(engine: Engine) -> int:
    """Store the demo's questions under their channels; return how many are new."""
    text = (files("kb.demo") / "questions.jsonl").read_text(encoding="utf-8")
    by_channel: dict[str, list[IncomingQuestion]] = defaultdict(list)
    for number, line in enumerate(text.splitlines(), start=1):
        row = json.loads(line)
        by_channel[row["channel"]].append(_question(row, number))
    new = 0
    for channel, questions in sorted(by_channel.items()):
        report = import_questions(
            engine, questions, channel=channel, source=f"{DEMO_SOURCE}-{channel}"
        )
        new += report.new
    return new


def _question(row: Mapping[str, Any], number: int) -> IncomingQuestion:
    replies = tuple(
        IncomingReply(
            source_id=None,
            body=reply["text"],
            author=reply["author"],
            kind=reply["kind"],
            created_at=datetime.fromisoformat(reply["created"]),
        )
        for reply in row["replies"]
    )
    return IncomingQuestion(
        source_id=row["id"],
        subject=row["subject"],
        body=row["text"],
        created_at=datetime.fromisoformat(row["created"]),
        lang=row["lang"],
        product=row["product"],
        sender=row["sender"],
        sender_name=row["sender_name"],
        state="answered" if replies else "open",
        replies=replies,
        row=number,
    )
