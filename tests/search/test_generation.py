import errno
import fcntl
import json
from dataclasses import replace

import pytest

from kb.errors import Conflict, Unavailable
from search import generation as generation_module
from search import generation_files
from search.generation import (
    IndexBroken,
    IndexMissing,
    RecordState,
    build_generation,
    find_current_name,
    open_current,
    open_generation,
    read_manifest,
    set_aside_if_broken,
)
from search.generation_files import write_manifest
from tests.search.stores import FINGERPRINT, HELP_DESK, vectors_of

STATE = RecordState("first life", 7, FINGERPRINT)


def build(folder, documents=HELP_DESK, vectors=None):
    found = vectors_of(documents) if vectors is None else vectors
    return build_generation(folder, documents=documents, vectors=lambda _: found, state=STATE)


def test_a_built_generation_is_current_and_holds_everything(tmp_path):
    build(tmp_path)

    generation = open_current(tmp_path)

    assert generation.manifest.documents == len(HELP_DESK)
    assert generation.manifest.vectors == generation.manifest.phrasings == 9
    assert (generation.manifest.incarnation, generation.manifest.seq) == ("first life", 7)
    assert generation.segment.lexical.document(2) == HELP_DESK[2]
    assert generation.segment.metadata.ids.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_an_empty_store_has_a_generation_too(tmp_path):
    build(tmp_path, ())

    assert open_current(tmp_path).manifest.documents == 0


def test_phrasings_without_a_stored_vector_are_left_to_the_words(tmp_path):
    build(tmp_path, vectors={})

    generation = open_current(tmp_path)

    assert generation.manifest.vectors == 0
    assert generation.manifest.documents == len(HELP_DESK)


def test_without_any_generation_the_index_is_said_to_be_missing(tmp_path):
    with pytest.raises(IndexMissing, match="kb index"):
        open_current(tmp_path)


@pytest.mark.parametrize(
    "name", ["lexical.sqlite3", "vectors.npy", "passages.npy", "values.json", "ids.npy"]
)
def test_a_torn_file_is_never_served(tmp_path, name):
    folder = build(tmp_path)
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(IndexBroken, match=name):
        open_generation(folder)


def test_a_changed_byte_is_never_served(tmp_path):
    folder = build(tmp_path)
    path = folder / "vectors.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises(IndexBroken, match="torn"):
        open_generation(folder)


def changed(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_of_a_large_file_serving_reads_blocks_and_a_check_every_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(generation_module, "SAMPLED_FROM_BYTES", 4_096)
    monkeypatch.setattr(generation_files, "SAMPLED_BLOCKS", 2)
    monkeypatch.setattr(generation_files, "SAMPLED_BLOCK_BYTES", 512)
    folder = build(tmp_path)
    path = folder / "vectors.npy"
    assert path.name in open_generation(folder).manifest.samples

    changed(path, path.stat().st_size // 2)

    assert open_current(tmp_path).name == folder.name
    with pytest.raises(IndexBroken, match="torn"):
        open_generation(folder)


@pytest.mark.parametrize("place", [0, -1])
def test_a_change_in_the_first_or_last_block_of_a_large_file_is_never_served(
    tmp_path, monkeypatch, place
):
    monkeypatch.setattr(generation_module, "SAMPLED_FROM_BYTES", 4_096)
    monkeypatch.setattr(generation_files, "SAMPLED_BLOCKS", 2)
    monkeypatch.setattr(generation_files, "SAMPLED_BLOCK_BYTES", 512)
    folder = build(tmp_path)

    changed(folder / "vectors.npy", place)

    with pytest.raises(IndexMissing):
        open_current(tmp_path)


def test_documents_may_be_read_only_once(tmp_path):
    held = 0

    def passing():
        nonlocal held
        for document in HELP_DESK:
            held += 1
            yield document

    build(tmp_path, passing(), vectors_of(HELP_DESK))

    assert held == len(HELP_DESK)
    assert open_current(tmp_path).manifest.documents == held


def test_a_missing_file_is_never_served(tmp_path):
    folder = build(tmp_path)
    (folder / "vector_starts.npy").unlink()

    with pytest.raises(IndexBroken):
        open_generation(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', '{"format": 1}'])
def test_an_unreadable_manifest_is_never_served(tmp_path, content):
    folder = build(tmp_path)
    (folder / "manifest.json").write_text(content)

    with pytest.raises(IndexBroken):
        open_generation(folder)


def test_a_manifest_that_promises_other_counts_is_never_served(tmp_path):
    folder = build(tmp_path)
    write_manifest(folder, replace(read_manifest(folder), documents=8))

    with pytest.raises(IndexBroken, match="manifest says"):
        open_generation(folder)


@pytest.mark.parametrize(("field", "value"), [("seq", 8), ("incarnation", "x"), ("documents", 6)])
def test_a_manifest_that_was_changed_by_a_digit_is_never_served(tmp_path, field, value):
    folder = build(tmp_path)
    fields = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**fields, field: value}, indent=1))

    with pytest.raises(IndexBroken, match="manifest"):
        open_generation(folder)
    with pytest.raises(IndexMissing):
        open_current(tmp_path)


def test_a_generation_found_broken_is_set_aside_for_all_and_goes_before_whole_ones(tmp_path):
    for _ in range(2):
        build(tmp_path)
    assert not set_aside_if_broken(tmp_path / "00000002")
    changed(tmp_path / "00000002" / "vectors.npy", -1)

    assert set_aside_if_broken(tmp_path / "00000002")

    assert open_current(tmp_path).name == "00000001"
    build(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("0*")) == ["00000001", "00000003"]


def test_a_builder_that_runs_out_of_disk_leaves_nothing_and_says_so(tmp_path):
    def full_disk(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Unavailable, match="No space left"):
        build_generation(tmp_path, documents=HELP_DESK, vectors=full_disk, state=STATE)

    assert list(tmp_path.glob(".building-*")) == []


def test_a_broken_current_generation_falls_back_to_the_newest_whole_one(tmp_path):
    whole = build(tmp_path)
    broken = build(tmp_path)
    (broken / "vectors.npy").unlink()

    assert find_current_name(tmp_path) == broken.name
    assert open_current(tmp_path).name == whole.name


def test_a_generation_that_a_killed_builder_left_is_removed_and_never_current(tmp_path):
    build(tmp_path)
    torn = tmp_path / ".building-00000009"
    torn.mkdir()
    (torn / "lexical.sqlite3").write_bytes(b"half")

    assert open_current(tmp_path).name == "00000001"
    build(tmp_path)
    assert not torn.exists()


def test_the_last_two_generations_are_kept(tmp_path):
    for _ in range(4):
        build(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
        "00000003",
        "00000004",
    ]


def test_a_generation_stays_readable_while_newer_ones_replace_it(tmp_path):
    build(tmp_path)
    reading = open_current(tmp_path)
    for _ in range(3):
        build(tmp_path)

    assert reading.segment.meaning.vectors[0].any()


def test_a_second_builder_is_refused(tmp_path):
    build(tmp_path)
    with (tmp_path / "builder.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(Conflict, match="another process"):
            build(tmp_path)

    assert build(tmp_path).name == "00000002"
