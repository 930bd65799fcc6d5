"""An entry that is published while the worker is busy is found by its meaning, too, and soon."""

import numpy as np
import pytest

from kb.access import OPERATOR
from kb.embedded_text import text_hash
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.embeddings import missing_hashes
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.migrate import create_record
from search.build import find_manifest
from search.index import IndexFollower
from search.record_source import RecordSource
from tests.indexer.subjects import SubjectEncoder
from tests.waiting import wait_until
from web.worker.freshness import Staleness
from web.worker.index_run import IndexJob, do_index
from web.worker.published_first import encoding_what_is_published

TITLE = "Where is my parcel?"
ANSWER = "On its way."


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def engine(settings):
    engine = open_engine(settings.record_url)
    create_record(engine)
    yield engine
    engine.dispose()


def publish(engine, title=TITLE, state="published"):
    with transaction(engine) as conn:
        return add_entry(conn, EntryContent(title, ANSWER), viewer=OPERATOR, state=state)


def wordings_with_vectors(settings, engine):
    follower = IndexFollower(settings.index_dir, RecordSource(engine))
    follower.refresh()
    parts = [(part, np.arange(len(part.segment.metadata))) for part in follower.snapshot.parts]
    return sum(
        int(part.segment.meaning.counts(rows if part.alive is None else rows[part.alive]).sum())
        for part, rows in parts
    )


def is_encoded(engine, title):
    with reading(engine) as conn:
        return not missing_hashes(conn, SubjectEncoder.fingerprint, [text_hash(title)])


def test_an_entry_published_between_embedding_and_building_is_found_by_meaning(settings, engine):
    publish(engine, "How do I return an order?")
    encoder = SubjectEncoder()

    def publish_now(_stale):
        publish(engine)
        return True

    # Asked between the steps "embed" and "build".
    do_index(settings, engine, encoder, IndexJob(is_due=publish_now))
    assert not is_encoded(engine, TITLE)

    # The job that the publication has queued builds nothing.
    report = do_index(settings, engine, encoder, IndexJob(is_due=Staleness.outgrows_delta))

    assert not report.built
    assert wordings_with_vectors(settings, engine) == 2


def test_a_run_without_news_has_nothing_late(settings, engine):
    publish(engine)
    do_index(settings, engine, SubjectEncoder(), IndexJob())

    report = do_index(settings, engine, SubjectEncoder(), IndexJob())

    assert not report.built
    assert find_manifest(settings.index_dir).vectors == 1


def test_what_is_published_while_a_job_runs_is_encoded_beside_it(engine):
    publish(engine, "It was there before.")
    with encoding_what_is_published(engine, SubjectEncoder()):
        publish(engine)
        publish(engine, "Not to be seen yet", state="draft")
        wait_until(lambda: is_encoded(engine, TITLE))

    assert not is_encoded(engine, "Not to be seen yet")
    assert not is_encoded(engine, "It was there before.")


def test_without_a_model_nothing_is_encoded_beside_a_job(engine):
    with encoding_what_is_published(engine, None):
        publish(engine)

    assert not is_encoded(engine, TITLE)
