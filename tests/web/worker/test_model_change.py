"""A language pack comes, breaks and is repaired while there is an index of another model."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from indexer.encoder import OnnxEncoder
from kb.access import GUEST, OPERATOR
from kb.entries import EntryContent
from kb.errors import InvalidInput
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.topics.record import list_topics
from search.build import find_manifest
from search.results import SearchResults
from tests.indexer.packs import write_pack
from tests.indexer.subjects import give_subject
from web.composition import (
    ensure_calibration,
    find_encoder,
    open_indexing_encoder,
    open_search,
)
from web.http.searching.intents import IntentBuffer
from web.http.searching.live import LiveSearch
from web.worker import loop
from web.worker.index_run import run_index
from web.worker.loop import Worker

GERMAN = "Wie entkalke ich die Maschine?"


@pytest.fixture
def settings(
    sqlite_template: Path, tmp_path: Path, link_models: Callable[[Path], None]
) -> Settings:
    """A home with a record and the models exported before, German as shipped."""
    link_models(tmp_path)
    shutil.copyfile(sqlite_template, tmp_path / "record.sqlite3")
    return Settings(home=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The record with an entry and some questions."""
    engine = open_engine(settings.record_url)
    with transaction(engine) as conn:
        content = EntryContent(GERMAN, "Mit CD-3011.", locale="de")
        add_entry(conn, content, viewer=OPERATOR, state="published")
        give_subject(conn, "parcel", range(6))
    yield engine
    engine.dispose()


@pytest.fixture
def plain_index(settings: Settings, engine: Engine, plain_encoder: OnnxEncoder) -> str:
    """An index as the version before language packs built it; its fingerprint."""
    ensure_calibration(engine, plain_encoder)
    run_index(settings, engine, plain_encoder)
    return plain_encoder.fingerprint


def break_pack(settings: Settings) -> Path:
    """Hide the shipped German pack behind a damaged one."""
    return write_pack(settings.home / "languages" / "de", format="torn")


def searched(settings: Settings, engine: Engine) -> SearchResults:
    parts = open_search(settings, engine, find_encoder(settings))
    return parts.searcher.search(GERMAN, viewer=GUEST)


def topic_ids(engine: Engine) -> list[int]:
    with reading(engine) as conn:
        return [topic.id for topic in list_topics(conn, viewer=OPERATOR)]


def test_after_an_upgrade_the_old_index_serves_with_its_model_until_the_new_one_is_built(
    settings: Settings, engine: Engine, plain_index: str, encoder: OnnxEncoder
) -> None:
    live = LiveSearch(settings, engine, IntentBuffer(engine))
    before = topic_ids(engine)
    assert live.degraded() == []
    assert searched(settings, engine).degraded is None

    found = open_indexing_encoder(settings)
    assert (found.encoder.fingerprint, found.problem) == (encoder.fingerprint, "")
    ensure_calibration(engine, found.encoder)
    report = run_index(settings, engine, found.encoder)

    assert report.encoded > 0
    assert report.built
    assert topic_ids(engine) == before
    # The running site has not looked yet: it serves the old generation with the old model.
    assert live.degraded() == []
    live.refresh()
    assert live.degraded() == []
    assert live.snapshot.fingerprint == encoder.fingerprint != plain_index
    assert live.searcher.search(GERMAN, viewer=GUEST).hits[0].title == GERMAN
    live.stop()


def test_turning_german_off_again_uses_the_vectors_that_are_there(
    settings: Settings, engine: Engine, plain_index: str, encoder: OnnxEncoder
) -> None:
    ensure_calibration(engine, encoder)
    run_index(settings, engine, encoder)
    english = replace(settings, languages="en")

    report = run_index(english, engine, open_indexing_encoder(english).encoder)

    assert (report.encoded, report.built) == (0, True)
    assert find_manifest(settings.index_dir).fingerprint == plain_index


def test_with_a_broken_pack_everything_goes_on_with_the_model_of_the_index(
    settings: Settings, engine: Engine, plain_index: str
) -> None:
    break_pack(settings)

    found = open_indexing_encoder(settings)
    report = run_index(settings, engine, found.encoder)

    assert found.encoder.fingerprint == plain_index
    assert found.problem.startswith("language pack de is refused: ")
    assert found.problem.endswith(f"; going on with {plain_index}")
    assert "\n" not in found.problem
    assert (report.degraded, report.encoded) == (None, 0)
    assert searched(settings, engine).degraded is None


def test_with_a_broken_pack_and_no_index_the_bundled_model_does_without_it(
    settings: Settings, engine: Engine, plain_encoder: OnnxEncoder
) -> None:
    break_pack(settings)
    assert find_encoder(settings) is None

    found = open_indexing_encoder(settings)
    ensure_calibration(engine, found.encoder)
    run_index(settings, engine, found.encoder)

    assert found.encoder.fingerprint == plain_encoder.fingerprint
    assert found.problem.endswith("; going on without it")
    assert searched(settings, engine).degraded is None


def test_a_model_that_is_not_there_leaves_the_index_its_own(
    settings: Settings, engine: Engine, plain_index: str
) -> None:
    lost = replace(settings, model="/nonexistent/model")

    found = open_indexing_encoder(lost)

    assert found.encoder.fingerprint == plain_index
    assert "KB_MODEL" in found.problem
    assert searched(lost, engine).degraded is None


def test_without_any_model_words_are_searched(
    sqlite_template: Path, tmp_path: Path, engine: Engine, settings: Settings
) -> None:
    lost = Settings(home=tmp_path / "elsewhere", model="/nonexistent/model")

    found = open_indexing_encoder(lost)

    assert found.encoder is None
    assert found.problem.startswith("degraded, keyword search only: ")
    assert find_encoder(lost) is None


def test_a_worker_takes_up_a_repaired_pack(
    settings: Settings,
    engine: Engine,
    plain_index: str,
    encoder: OnnxEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pack = break_pack(settings)
    monkeypatch.setattr(loop, "MODEL_RETRY_S", 0.0)
    monkeypatch.setattr(loop, "SWEEP_S", 0.0)
    worker = Worker(settings, stop=threading.Event())
    worker.step()
    assert find_manifest(settings.index_dir).fingerprint == plain_index
    shutil.rmtree(pack)

    worker.step()

    worker.close()
    assert find_manifest(settings.index_dir).fingerprint == encoder.fingerprint


def test_an_unknown_language_is_refused_before_anything_is_done(settings: Settings) -> None:
    unknown = replace(settings, languages="de,xx")
    for act in (find_encoder, open_indexing_encoder):
        with pytest.raises(InvalidInput, match=r"'xx', there are en, de"):
            act(unknown)
