import threading

import pytest

from kb.access import GUEST
from search.bootstrap import calibrate_bootstrap
from search.generation import RecordState, build_generation
from search.index import IndexFollower
from search.searcher import Searcher
from tests.search.stores import FINGERPRINT, HELP_DESK, LetterEncoder, MemoryRecord, entry


@pytest.fixture
def record():
    return MemoryRecord(HELP_DESK)


def build(folder, record):
    return build_generation(
        folder,
        documents=record.kept.values(),
        vectors=lambda hashes: record.vectors(FINGERPRINT, hashes),
        state=RecordState(record.incarnation(), len(record.log), FINGERPRINT),
    )


@pytest.fixture
def follower(tmp_path, record):
    build(tmp_path, record)
    found = IndexFollower(tmp_path, record)
    found.refresh()
    return found


def titles(follower, query):
    searcher = Searcher(follower, None, calibrate_bootstrap(None))
    return [hit.title for hit in searcher.search(query, viewer=GUEST, floor=False).hits]


def test_what_is_published_is_found_at_the_next_refresh(follower, record):
    record.put(entry(50, "Cleaning the milk frother"))
    assert titles(follower, "milk frother") == []

    assert follower.refresh()

    assert titles(follower, "milk frother") == ["Cleaning the milk frother"]


def test_a_changed_entry_is_found_only_as_it_is_now(follower, record):
    record.put(entry(2, "Tracking a shipment", "Use the number on the receipt."))
    follower.refresh()

    assert titles(follower, "tracking shipment") == ["Tracking a shipment"]
    assert "Where is my parcel?" not in titles(follower, "where is my parcel")


def test_a_removed_entry_is_found_no_more(follower, record):
    assert "Where is my parcel?" in titles(follower, "where is my parcel")
    record.remove(2)
    follower.refresh()

    assert "Where is my parcel?" not in titles(follower, "where is my parcel")


def test_an_entry_that_becomes_internal_is_hidden_at_the_next_refresh(follower, record):
    record.put(entry(2, "Where is my parcel?", audience="internal"))
    follower.refresh()

    assert "Where is my parcel?" not in titles(follower, "where is my parcel")


def test_a_refresh_without_changes_keeps_the_snapshot(follower):
    before = follower.snapshot

    assert not follower.refresh()
    assert follower.snapshot is before


def test_changes_of_other_kinds_only_move_the_place_in_the_log(follower, record):
    record.touch("question")
    follower.refresh()

    assert follower.snapshot.seq == 1
    assert len(follower.snapshot.parts) == 1


def test_a_long_log_is_read_to_its_end(follower, record):
    for number in range(60, 69):
        record.put(entry(number, f"Frother number {number}"))
    follower.refresh()

    assert follower.snapshot.seq == 9
    assert len(titles(follower, "frother")) == 9


def test_a_new_generation_takes_over_with_an_empty_delta(follower, record, tmp_path):
    record.put(entry(50, "Cleaning the milk frother"))
    follower.refresh()
    build(tmp_path, record)
    assert follower.needs_build()

    assert follower.refresh()

    assert follower.snapshot.generation == "00000002"
    assert len(follower.snapshot.parts) == 1
    assert titles(follower, "milk frother") == ["Cleaning the milk frother"]
    assert not follower.needs_build()


def test_a_generation_of_another_incarnation_is_not_served(follower, record, tmp_path):
    record.name = "after a restore"

    assert follower.refresh()

    assert follower.snapshot is None
    assert follower.needs_build()
    build(tmp_path, record)
    assert follower.refresh()
    assert follower.snapshot.incarnation == "after a restore"


def test_without_an_index_there_is_no_snapshot_and_a_build_is_due(tmp_path, record):
    follower = IndexFollower(tmp_path, record)

    assert not follower.refresh()
    assert follower.snapshot is None
    assert follower.needs_build()


def test_a_torn_newer_generation_leaves_the_older_one_serving(follower, record, tmp_path):
    torn = build(tmp_path, record)
    (torn / "vectors.npy").write_bytes(b"")

    follower.refresh()

    assert follower.snapshot.generation == "00000001"
    assert follower.needs_build()


def test_another_model_asks_for_a_build(follower):
    assert not follower.needs_build(fingerprint=FINGERPRINT)
    assert follower.needs_build(fingerprint="another model")


def test_a_wording_without_a_vector_is_found_by_words_until_the_vector_is_stored(follower, record):
    frother = entry(50, "Cleaning the milk frother")
    record.put(frother, encoded=False)
    follower.refresh()
    assert titles(follower, "milk frother") == ["Cleaning the milk frother"]
    assert not len(follower.snapshot.parts[1].segment.meaning.vectors)

    record.stored.update(MemoryRecord([frother]).stored)

    assert follower.refresh()
    assert len(follower.snapshot.parts[1].segment.meaning.vectors) == 1


def test_searches_go_on_while_the_index_changes(follower, record):
    encoder = LetterEncoder()
    calibration = calibrate_bootstrap(None)
    searcher = Searcher(follower, None, calibration)
    failures = []

    def search_on():
        for _ in range(60):
            results = searcher.search("reset password", viewer=GUEST, floor=False)
            if results.hits[0].id != 1:
                failures.append(results)

    threads = [threading.Thread(target=search_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(20):
        record.put(entry(100 + number, f"Another thing {number}"))
        follower.refresh()
    for thread in threads:
        thread.join()

    assert not failures
    assert encoder.encoded == []
