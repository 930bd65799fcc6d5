import os

import pytest

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.instance import renew_incarnation
from search.build import build_index
from search.index import DELTA_LIMIT
from tests.indexer.subjects import give_subject
from web.worker import freshness
from web.worker.freshness import MAX_AGE_S, Staleness, how_stale


@pytest.fixture
def index_dir(sqlite_engine, tmp_path):
    publish(sqlite_engine, "How loud is it?")
    build_index(sqlite_engine, tmp_path / "index", fingerprint="f")
    return tmp_path / "index"


def publish(engine, title):
    with transaction(engine) as conn:
        add_entry(conn, EntryContent(title, "Very."), viewer=OPERATOR, state="published")


def look(index_dir, engine, *, fingerprint="f", thorough=True):
    return how_stale(index_dir, engine, fingerprint=fingerprint, thorough=thorough)


def test_a_generation_of_the_present_record_is_fresh(index_dir, sqlite_engine):
    stale = look(index_dir, sqlite_engine)
    assert not stale.differs()
    assert not stale.outgrows_delta()


def test_questions_make_no_generation_stale(index_dir, sqlite_engine):
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(5))

    assert not look(index_dir, sqlite_engine).differs()


def test_one_new_entry_is_left_to_the_delta_until_it_is_old(index_dir, sqlite_engine):
    publish(sqlite_engine, "How heavy is it?")
    stale = look(index_dir, sqlite_engine)
    assert (stale.documents, stale.differs(), stale.outgrows_delta()) == (1, True, False)

    manifest = next(index_dir.glob("0*/manifest.json"))
    built_at = manifest.stat().st_mtime - MAX_AGE_S - 1
    os.utime(manifest, (built_at, built_at))
    assert look(index_dir, sqlite_engine).outgrows_delta()


def test_many_changes_are_too_much_for_a_delta():
    assert Staleness(False, documents=DELTA_LIMIT + 1).outgrows_delta()
    assert not Staleness(False, documents=DELTA_LIMIT).outgrows_delta()
    assert Staleness(False, changes=freshness.MAX_CHANGES + 1).outgrows_delta()


def test_no_generation_and_one_of_another_record_or_encoder_do_not_fit(
    index_dir, sqlite_engine, tmp_path
):
    assert look(tmp_path / "nothing", sqlite_engine).unfit
    assert look(index_dir, sqlite_engine, fingerprint="other").unfit
    with transaction(sqlite_engine) as conn:
        renew_incarnation(conn)
    assert look(index_dir, sqlite_engine).unfit


def test_a_damaged_file_is_found_by_looking_closely_and_a_missing_one_always(
    index_dir, sqlite_engine
):
    (file,) = index_dir.glob("0*/lexical.sqlite3")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert look(index_dir, sqlite_engine).unfit
    assert not look(index_dir, sqlite_engine, thorough=False).unfit

    file.unlink()
    assert look(index_dir, sqlite_engine, thorough=False).unfit
