"""The demo has an account for each role, with a life of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kb.access import OPERATOR, Role
from kb.people.passwords import Passwords
from kb.store.attachments.files import attachments_of
from kb.store.engine import open_engine, reading
from kb.store.entries.pins import is_pinned
from kb.store.entries.reading import find_entry_by_source
from kb.store.mail.watches import list_watches
from kb.store.people.accounts import find_account_by_email, find_password_hash, viewer_of
from kb.store.people.keys import find_viewer_by_key
from kb.store.questions.own_list import list_own_questions
from kb.watches import Follower
from web.cli.demo_people import demo_accounts, load_files, load_people, renew_key, renew_password
from web.cli.demo_world import load_entries


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A record with the demo's entries and people; loading it takes seconds."""
    record = tmp_path_factory.mktemp("demo") / "record.sqlite3"
    shutil.copyfile(sqlite_template, record)
    engine = open_engine(f"sqlite:///{record}")
    load_entries(engine)
    load_people(engine)
    load_files(engine)
    yield engine
    engine.dispose()


def test_every_role_can_sign_in_with_the_password_that_is_printed(demo: Engine) -> None:
    first = renew_password(demo)
    password = renew_password(demo)

    with reading(demo) as conn:
        for one in demo_accounts():
            account = find_account_by_email(conn, one.email)
            assert account is not None
            assert account.email_confirmed_at is not None
            stored = find_password_hash(conn, account.id)
            assert Passwords().fits(password, stored)
            assert not Passwords().fits(first, stored)
    assert {one.role for one in demo_accounts()} == {str(role) for role in Role} - {"guest"}


def test_the_agents_key_of_the_last_start_is_worthless(demo: Engine) -> None:
    first = renew_key(demo)
    second = renew_key(demo)

    with reading(demo) as conn:
        assert find_viewer_by_key(conn, first) is None
        viewer = find_viewer_by_key(conn, second)
    assert viewer is not None
    assert viewer.role is Role.AGENT


def test_customers_have_questions_in_every_state_and_follow_something(demo: Engine) -> None:
    with reading(demo) as conn:
        clara = find_account_by_email(conn, "clara@example.com")
        assert clara is not None
        asked = list_own_questions(conn, viewer=viewer_of(clara))
        follower = Follower("clara@example.com", "en", clara.id)
        followed = list_watches(conn, follower=follower)

    assert sorted(one.state for one in asked) == ["answered", "open", "solved"]
    assert {one.kind for one in followed} == {"question", "product"}


def test_every_file_of_the_list_stands_on_its_entry(demo: Engine) -> None:
    listed = json.loads((files("kb.demo") / "files" / "files.json").read_text(encoding="utf-8"))
    with reading(demo) as conn:
        for row in listed:
            entry_id = find_entry_by_source(conn, row["entry"])
            assert entry_id is not None, row["entry"]
            found = attachments_of(conn, "entry", [entry_id])[entry_id]
            assert row["file"] in [one.name for one in found]


def test_the_recall_is_pinned(demo: Engine) -> None:
    with reading(demo) as conn:
        entry_id = find_entry_by_source(conn, "recall-steam-en")
        assert entry_id is not None
        assert is_pinned(conn, entry_id, viewer=OPERATOR)


def test_loading_again_changes_nothing(demo: Engine) -> None:
    assert load_people(demo) == 0
    assert load_files(demo) == 0
