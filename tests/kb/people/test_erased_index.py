"""After an erasure neither the record's file nor the next index holds a word of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.people.erasing import erase_account
from kb.people.erasures import Mode
from kb.store.engine import sqlite_path, transaction
from search.build import build_index
from tests.kb.people.planted import LEADS_TO_HER, SECRETS, plant
from web.worker.erased_generations import forget_erased
from web.worker.freshness import how_stale

NO_MODEL = ""


def words_in(folder: Path) -> list[str]:
    """The planted words that stand in any file of a folder, in either case."""
    whole = b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()
    return [word for word in (*LEADS_TO_HER, *SECRETS) if word.lower().encode() in whole]


def test_no_file_of_the_record_or_the_index_holds_an_erased_word(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with transaction(sqlite_engine) as conn:
        planted = plant(conn)
    index_dir = tmp_path / "index"
    build_index(sqlite_engine, index_dir, fingerprint=NO_MODEL)
    assert "quarzwolke" in words_in(index_dir)

    erase_account(sqlite_engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=OPERATOR)

    stale = how_stale(index_dir, sqlite_engine, fingerprint=NO_MODEL, thorough=False)
    assert stale.documents == 1
    build_index(sqlite_engine, index_dir, fingerprint=NO_MODEL)
    assert "quarzwolke" in words_in(index_dir)
    assert forget_erased(index_dir, sqlite_engine) == 1
    assert words_in(index_dir) == []
    path = sqlite_path(sqlite_engine)
    assert path is not None
    sqlite_engine.dispose()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = path.read_bytes().lower()
    assert [word for word in (*LEADS_TO_HER, *SECRETS) if word.lower().encode() in raw] == []
