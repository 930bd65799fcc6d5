"""What a backup brings back of people, and what a portable export takes along of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select, update

from kb.access import OPERATOR, Role
from kb.attachments import check_file
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.store.attachments.files import add_attachment
from kb.store.backup.copying import row_counts
from kb.store.backup.export import EXPORTED, export_record
from kb.store.backup.restoring import restore
from kb.store.backup.returning import NOT_SENT_AGAIN
from kb.store.backup.writing import back_up
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import find_account
from kb.store.people.groups import add_group
from kb.store.people.sessions import add_session
from kb.store.people.tokens import OneTimeToken, add_token
from kb.store.schema import deliveries, metadata, questions
from tests.kb.people.planted import EMAIL, plant

CLOSED = {"sessions", "one_time_tokens"}
STAYS_OUT = {
    "accounts",
    "account_groups",
    "api_keys",
    "audit_log",
    "calibrations",
    "changes",
    "consents",
    "deliveries",
    "embeddings",
    "entry_findings",
    "erasures",
    "helpful_votes",
    "idempotency_keys",
    "identities",
    "instance",
    "jobs",
    "one_time_tokens",
    "runs",
    "sessions",
    "watches",
    "widget_sites",
}
"""Whoever adds a table decides whether an export takes it along."""


def test_a_backup_brings_back_everything_of_people_but_open_doors(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as conn:
        planted = plant(conn)
        conn.execute(update(deliveries).where(deliveries.c.id == 1).values(state="sent"))
    saved = back_up(engine, tmp_path / "saved.kb")
    with reading(engine) as conn:
        before = row_counts(conn)
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    report = restore(url, saved.path, replace=False, home=tmp_path)

    assert saved.manifest.counts == before
    assert {name for name in before if before[name] != report.counts[name]} == CLOSED
    assert all(before[name] and not report.counts[name] for name in CLOSED)
    restored = open_engine(url)
    with reading(restored) as conn:
        found = find_account(conn, planted.account_id)
        mails = {(row.state, row.error) for row in conn.execute(select(deliveries))}
    restored.dispose()
    assert found is not None
    assert found.email == EMAIL
    assert ("failed", NOT_SENT_AGAIN) in mails
    assert "waiting" not in {state for state, _ in mails}


def test_an_export_takes_the_teams_files_and_no_persons(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as conn:
        planted = plant(conn)
        add_group(conn, "partner", label="Partners")
        manual = check_file("manual.txt", b"turn it on")
        add_attachment(conn, "entry", planted.entry_id, manual, by_id=None, label="Manual")
        waits = {"confirm_until": utc_now() + timedelta(days=1)}
        conn.execute(update(questions).where(questions.c.id == planted.guest_id).values(**waits))
    target = tmp_path / "export.sqlite3"

    counts = export_record(engine, target)

    with closing(sqlite3.connect(target)) as conn:
        conn.row_factory = sqlite3.Row
        (file,) = conn.execute("SELECT * FROM attachments").fetchall()
        (content,) = conn.execute("SELECT content FROM attachment_contents").fetchone()
        asked = conn.execute("SELECT * FROM questions").fetchall()
        (group,) = conn.execute("SELECT name, label FROM groups").fetchall()
        tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master")}
    assert (file["name"], bytes(content)) == ("manual.txt", b"turn it on")
    assert not {"token"} & set(file.keys())
    assert tuple(group) == ("partner", "Partners")
    assert [row["id"] for row in asked] == [planted.owned_id, planted.other_id]
    assert not {"token", "account_id", "confirm_until"} & set(asked[0].keys())
    assert not tables & STAYS_OUT
    assert counts["attachments"] == 1


def test_every_table_is_exported_or_stays_out_on_purpose() -> None:
    exported = {table.name for table in EXPORTED}

    assert exported | STAYS_OUT == set(metadata.tables)
    assert not exported & STAYS_OUT


def test_whoever_was_signed_in_before_a_restore_is_not_after_it(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as conn:
        planted = plant(conn, role=Role.AGENT)
        add_session(conn, planted.account_id)
        token = OneTimeToken("reset-password", EMAIL, planted.account_id)
        add_token(conn, token, lasts=timedelta(hours=1))
    saved = back_up(engine, tmp_path / "saved.kb")
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    counts = restore(url, saved.path, replace=False).counts

    assert (counts["sessions"], counts["one_time_tokens"], counts["api_keys"]) == (0, 0, 1)


def test_an_export_of_many_files_holds_one_at_a_time(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as conn:
        entry_id = add_entry(conn, EntryContent("How?", "So."), viewer=OPERATOR)
        for number in range(5):
            file = check_file(f"{number}.txt", f"manual {number}".encode())
            add_attachment(conn, "entry", entry_id, file, by_id=None)

    assert export_record(engine, tmp_path / "export.sqlite3")["attachment_contents"] == 5
