"""What a record teaches is tried, kept in versions, taken up, and can be taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, insert

from indexer.embed import embed_missing
from kb.access import GUEST, OPERATOR
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import add_phrasings
from kb.store.entries.writing import add_entry
from kb.store.schema import clicks, search_intents
from kb.store.searches.calibrations import (
    REFUSED,
    calibration_versions,
    last_attempt,
    save_calibration,
)
from search.build import build_index
from search.calibration import Origin
from search.judged_set import JudgedQuery, JudgedSet
from tests.search.learning.own_store import SizedLetterEncoder, misled, own_store
from tests.search.stores import FINGERPRINT, vectors_of
from web.composition import ensure_calibration, open_search, renewed_search
from web.http.searching.intents import IntentBuffer
from web.http.searching.live import LiveSearch
from web.stored_calibrations import find_stored, keep, newest_id
from web.worker import recalibration
from web.worker.index_run import run_index
from web.worker.recalibration import recalibrate, recalibration_due, revert


@pytest.fixture
def encoder() -> SizedLetterEncoder:
    return SizedLetterEncoder()


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Twelve published entries with seven wordings each, and a calibration that misleads."""
    publish(sqlite_engine, wordings=6)
    embed_missing(sqlite_engine, SizedLetterEncoder())
    keep(sqlite_engine, misled())
    return sqlite_engine


def publish(engine: Engine, *, wordings: int) -> None:
    with transaction(engine) as conn:
        for document in own_store(wordings=wordings):
            content = EntryContent(
                document.title,
                document.answer,
                phrasings=tuple(one.text for one in document.phrasings[1:]),
                source_id=document.source_id,
            )
            add_entry(conn, content, viewer=OPERATOR, state="published")


def origins(engine: Engine) -> list[str]:
    """Of the versions that may serve, the newest first."""
    with reading(engine) as conn:
        return [one.origin for one in calibration_versions(conn, FINGERPRINT)]


def test_what_is_better_serves_from_now_on_and_says_what_it_was_made_from(engine, encoder):
    before = find_stored(engine, FINGERPRINT)

    found = recalibrate(engine, encoder)

    after = find_stored(engine, FINGERPRINT)
    assert found.report.taken
    assert origins(engine) == [Origin.INSTALLATION, Origin.BOOTSTRAP]
    assert (found.version, found.replaced) == (after.version.id, before.version.id)
    assert after.calibration.origin is Origin.INSTALLATION
    assert after.version.body["report"]["questions"]["wording"] == 72
    assert after.version.body["replaced"] == before.version.id
    for mode in after.version.body["report"]["modes"]:
        assert mode["after"]["ndcg_at_10"] >= mode["before"]["ndcg_at_10"]


def test_what_is_no_better_is_noted_and_never_serves(engine, encoder):
    recalibrate(engine, encoder)
    version = find_stored(engine, FINGERPRINT).version.id

    again = recalibrate(engine, encoder)

    assert not again.report.taken
    assert again.version == version == find_stored(engine, FINGERPRINT).version.id
    with reading(engine) as conn:
        assert last_attempt(conn, FINGERPRINT).origin == REFUSED


def test_too_little_is_not_learned_from(sqlite_engine, encoder):
    publish(sqlite_engine, wordings=0)

    assert not recalibration_due(sqlite_engine, FINGERPRINT)
    found = recalibrate(sqlite_engine, encoder)

    assert "too few" in found.report.why
    assert found.version is None
    assert find_stored(sqlite_engine, FINGERPRINT) is None


def test_it_is_learned_again_only_when_enough_is_new(engine, encoder):
    assert recalibration_due(engine, FINGERPRINT)
    recalibrate(engine, encoder)
    assert not recalibration_due(engine, FINGERPRINT)

    with transaction(engine) as conn:
        add_phrasings(conn, 1, [f"wording {n} of it" for n in range(39)], origin="topic")
    assert not recalibration_due(engine, FINGERPRINT)
    with transaction(engine) as conn:
        add_phrasings(conn, 1, ["one more wording"], origin="topic")
    assert recalibration_due(engine, FINGERPRINT)


def test_confirmed_clicks_make_it_due_too(engine, encoder, monkeypatch):
    monkeypatch.setattr(recalibration, "NEW_LESSONS", 3)
    recalibrate(engine, encoder)
    click(engine, 2)
    assert not recalibration_due(engine, FINGERPRINT)
    click(engine, 1)
    assert recalibration_due(engine, FINGERPRINT)


def click(engine: Engine, times: int) -> None:
    """Store searches that somebody said were answered by the second hit."""
    with transaction(engine) as conn:
        for number in range(times):
            key = f"k{newest_key(conn)}-{number}"
            conn.execute(
                insert(search_intents).values(
                    key=key, text=f"hopper stuck {key}", mode="hybrid", verdict="maybe",
                    confidence=0.3, shown=["entry:2", "entry:1"], visitor=f"v{key}",
                    outcome="answered", evidence="strong", answered_by="entry:1", at=utc_now(),
                )
            )  # fmt: skip
            conn.execute(
                insert(clicks).values(
                    intent_key=key, visitor=f"v{key}", action="opened", type="entry",
                    target_id=1, rank=2, at=utc_now(),
                )
            )  # fmt: skip


def newest_key(conn) -> int:
    return len(conn.execute(search_intents.select()).all())


def test_clicks_that_somebody_confirmed_are_learned_from(engine, encoder):
    click(engine, 2)

    assert recalibrate(engine, encoder).report.questions["click"] == 2


def test_judged_queries_are_taken_and_those_about_other_entries_refused(engine, encoder):
    documents = tuple(own_store())
    query = JudgedQuery("q", "hopper of the grinder", "en", {"faq-1": 1.0}, unanswerable=False)
    judged = JudgedSet("ours", documents, (query,), 0)
    foreign = replace(judged, queries=(replace(query, relevant={"other": 1.0}),))

    assert recalibrate(engine, encoder, judged=judged).report.questions["judged"] == 1
    with pytest.raises(InvalidInput, match="no judged query of ours"):
        recalibrate(engine, encoder, judged=foreign)


def test_one_goes_back_to_the_calibration_before_and_no_further_than_there_is(engine, encoder):
    first = find_stored(engine, FINGERPRINT)
    recalibrate(engine, encoder)

    version = revert(engine, FINGERPRINT)

    serving = find_stored(engine, FINGERPRINT)
    assert serving.version.id == version
    assert serving.calibration == first.calibration
    assert not recalibration_due(engine, FINGERPRINT)
    with pytest.raises(Conflict, match="nothing to go back to"):
        revert(engine, FINGERPRINT)


def test_a_calibration_of_another_format_is_passed_over_and_replaced(engine, encoder):
    with transaction(engine) as conn:
        body = {"json": json.dumps({"format": 0})}
        save_calibration(conn, FINGERPRINT, "installation", body)
    assert find_stored(engine, FINGERPRINT).calibration == misled()

    with transaction(engine) as conn:
        save_calibration(conn, "other-model", "bootstrap", body)
    assert find_stored(engine, "other-model") is None
    made = ensure_calibration(engine, SizedLetterEncoder("other-model"))
    assert made.origin is Origin.BOOTSTRAP
    assert find_stored(engine, "other-model").calibration == made


def test_a_bootstrap_from_older_shipped_weights_is_made_anew_and_a_learned_one_stays(
    engine, encoder
):
    old = {"json": misled().to_json(), "shipped": "older"}
    with transaction(engine) as conn:
        save_calibration(conn, FINGERPRINT, "bootstrap", old)
    assert ensure_calibration(engine, encoder) != misled()

    learned = misled(Origin.INSTALLATION)
    with transaction(engine) as conn:
        body = {"json": learned.to_json(), "shipped": "older"}
        save_calibration(conn, FINGERPRINT, "installation", body)
    assert ensure_calibration(engine, encoder) == learned
    assert recalibration_due(engine, FINGERPRINT)


@pytest.fixture
def settings(engine, tmp_path) -> Settings:
    return Settings(home=tmp_path)


def test_an_index_run_learns_and_the_next_one_has_nothing_to_learn(engine, encoder, settings):
    first = run_index(settings, engine, encoder)
    second = run_index(settings, engine, encoder)

    assert "taken" in first.calibration
    assert "calibrate" in first.seconds
    assert second.calibration is None
    assert "calibrate" not in second.seconds


def test_a_search_that_is_open_takes_up_what_was_learned_meanwhile(engine, encoder, settings):
    run_index(settings, engine, encoder)
    revert(engine, FINGERPRINT)
    parts = open_search(settings, engine, encoder)
    assert newest_id(engine) == parts.calibration_id

    recalibrate(engine, encoder)

    assert newest_id(engine) != parts.calibration_id
    renewed = renewed_search(settings, engine, encoder, parts.follower)
    assert renewed.calibration_id == newest_id(engine)
    query = "the grinder since monday"
    before = parts.searcher.search(query, viewer=GUEST, floor=False)
    after = renewed.searcher.search(query, viewer=GUEST, floor=False)
    assert after.hits[0].title == "About the grinder"
    assert after.hits[0].score != before.hits[0].score


def test_a_serving_process_takes_it_up_without_being_started_again(engine, settings):
    stored = vectors_of(own_store())
    assert stored
    build_index(engine, settings.index_dir, fingerprint="")
    keep(engine, replace(misled(), fingerprint=""))
    live = LiveSearch(settings, engine, IntentBuffer(engine))
    live.refresh()
    first = live.opened

    live.refresh()
    assert live.opened is first
    recalibrate(engine, None)
    live._calibration_from = 0.0
    live.refresh()

    assert live.opened is not first
