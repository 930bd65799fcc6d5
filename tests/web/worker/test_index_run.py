"""The whole indexer with the real model over the demo company."""

import json
from dataclasses import asdict
from importlib.resources import files

import pytest

from indexer.regrouping.regroup import GroupingReport
from kb.access import GUEST, OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.check import check_record
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.grouping.assignments import topic_members
from kb.store.grouping.runs import last_run
from kb.store.migrate import create_record
from kb.store.questions.reading import questions_by_id
from kb.store.topics.record import list_topics
from search.build import find_manifest
from web.cli.demo_world import load_entries, load_questions
from web.composition import ensure_calibration, open_search
from web.worker.index_run import IndexReport, run_index


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def engine(settings):
    engine = open_engine(settings.record_url)
    create_record(engine)
    load_entries(engine)
    load_questions(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def first_run(settings, engine, encoder):
    ensure_calibration(engine, encoder)
    told = []
    report = run_index(settings, engine, encoder, on_progress=told.append)
    return report, told


def hits(settings, engine, encoder, text):
    return open_search(settings, engine, encoder).searcher.search(text, viewer=GUEST).hits


def test_the_first_run_does_everything_and_tells_how_far_it_is(first_run, engine, settings):
    report, told = first_run

    asked = len((files("kb.demo") / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    assert report.cleaned == asked
    assert isinstance(report.grouping, GroupingReport)
    assert report.grouping.topics >= 5
    assert report.encoded > asked / 2
    assert report.documents == find_manifest(settings.index_dir).documents > 0
    assert report.built
    assert report.degraded is None
    assert {one.step for one in told} >= {"clean", "embed", "group"}
    assert all(0 <= one.done <= one.total for one in told)
    assert check_record(engine) == []
    with reading(engine) as conn:
        assert last_run(conn, "index").state == "done"


def test_one_of_the_biggest_topics_is_about_the_app_that_finds_no_machine(first_run, engine):
    about = ("pair", "koppel", "bluetooth", "connect", "verbind", "app", "4.2")
    shares = []
    with reading(engine) as conn:
        for topic in list_topics(conn, viewer=OPERATOR, limit=5):
            ids = [row.question_id for row in topic_members(conn, topic.id, viewer=OPERATOR)]
            members = questions_by_id(conn, ids, viewer=OPERATOR).values()
            texts = [f"{one.subject} {one.body}".lower() for one in members]
            shares.append(sum(any(word in text for word in about) for text in texts) / len(texts))
    assert max(shares) > 0.7


def test_topics_get_a_verdict(first_run, engine):
    with reading(engine) as conn:
        verdicts = {topic.verdict for topic in list_topics(conn, viewer=OPERATOR, limit=100)}
    assert verdicts <= {"covered", "not found", "failing", "open"}


def test_a_second_run_does_nothing(first_run, settings, engine, encoder):
    report = run_index(settings, engine, encoder)

    assert (report.cleaned, report.encoded, report.learned, report.built) == (0, 0, 0, False)
    assert report.grouping.how == "unchanged"
    json.dumps(asdict(report))


def test_an_entry_published_before_a_run_is_found_after_it(first_run, settings, engine, encoder):
    title = "May I put the milk jug into the dishwasher?"
    assert title not in [hit.title for hit in hits(settings, engine, encoder, title)]
    with transaction(engine) as conn:
        content = EntryContent(title, "Yes, on the upper shelf.")
        entry_id = add_entry(conn, content, viewer=OPERATOR, state="published")

    report = run_index(settings, engine, encoder)

    assert report.built
    found = hits(settings, engine, encoder, "is the jug dishwasher safe")
    assert found[0].id == entry_id


def test_a_promoted_topic_is_found_by_the_words_of_its_questions(
    first_run, settings, engine, encoder
):
    with transaction(engine) as conn:
        topic = list_topics(conn, viewer=OPERATOR, limit=1)[0]
        entry_id = promote_topic(
            conn, topic.id, Promotion("Switch Bluetooth off and on.", publish=True), viewer=OPERATOR
        )
        asked = questions_by_id(conn, [topic.typical[1]], viewer=OPERATOR)[topic.typical[1]]

    run_index(settings, engine, encoder)

    assert hits(settings, engine, encoder, asked.wording)[0].id == entry_id


def test_without_a_model_questions_are_cleaned_and_words_are_searched(tmp_path, sqlite_engine):
    with transaction(sqlite_engine) as conn:
        content = EntryContent("How loud is the grinder?", "Very.")
        add_entry(conn, content, viewer=OPERATOR, state="published")
    settings = Settings(home=tmp_path)

    report = run_index(settings, sqlite_engine, None)

    assert isinstance(report, IndexReport)
    assert (report.degraded, report.built, report.grouping) == ("model", True, None)
    assert hits(settings, sqlite_engine, None, "grinder")[0].title == "How loud is the grinder?"
