import json

import pytest

from indexer import embed
from indexer.embed import EMBEDDED_TO, embed_missing
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.embedded_text import text_hash
from kb.entries import EntryContent
from kb.passages import passage_texts
from kb.store.check import check_record
from kb.store.embeddings import forget_vectors, missing_hashes, vector_counts
from kb.store.engine import reading, transaction
from kb.store.entries.writing import add_entry, change_entry, set_entry_state
from kb.store.instance import find_value, renew_incarnation, set_value
from tests.indexer.subjects import SubjectEncoder, give_subject, wording
from tests.kb.questions_given import give_question


def test_every_question_wording_and_passage_of_published_entries_gets_a_vector(engine):
    with transaction(engine) as conn:
        give_subject(conn, "parcel", range(3))
        content = EntryContent("Where is my parcel?", "On its way.", phrasings=("parcel lost",))
        add_entry(conn, content, viewer=OPERATOR, state="published")
        draft = EntryContent("How loud is a grinder?", "Very.")
        add_entry(conn, draft, viewer=OPERATOR, state="draft")
    encoder = SubjectEncoder()

    assert embed_missing(engine, encoder) == 6

    assert encoder.encoded[:2] == ["Where is my parcel?", "parcel lost"]
    assert "Where is my parcel?\nOn its way." in encoder.encoded
    assert "How loud is a grinder?" not in encoder.encoded
    with reading(engine) as conn:
        assert vector_counts(conn) == {encoder.fingerprint: 6}
    assert check_record(engine) == []


def test_no_stored_text_is_encoded_again(sqlite_engine):
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(3))
    embed_missing(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        give_question(conn, "a copy", wording("parcel", 1))
        give_subject(conn, "grinder", range(2))
        content = EntryContent("Grinders", "Loud.", phrasings=(wording("parcel", 2),))
        add_entry(conn, content, viewer=OPERATOR, state="published")

    assert embed_missing(sqlite_engine, encoder) == 4
    assert embed_missing(sqlite_engine, encoder, everything=True) == 0
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 7


def test_an_entry_published_later_is_embedded_then(sqlite_engine):
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        entry_id = add_entry(conn, EntryContent("Grinders", "Loud."), viewer=OPERATOR)
    assert embed_missing(sqlite_engine, encoder) == 0
    with transaction(sqlite_engine) as conn:
        set_entry_state(conn, entry_id, "published")

    assert embed_missing(sqlite_engine, encoder) == 2


def test_an_edited_answer_is_cut_anew_and_what_stayed_is_not_encoded_again(sqlite_engine):
    encoder = SubjectEncoder()
    title, steps = "Where is my parcel?", [f"Step {n}: {'walk on ' * 30}." for n in range(12)]
    before, after = "\n\n".join(steps), "\n\n".join([*steps[:-1], "The end."])
    with transaction(sqlite_engine) as conn:
        content = EntryContent(title, before)
        entry_id = add_entry(conn, content, viewer=OPERATOR, state="published")
    known, new = (set(passage_texts(title, text)) for text in (before, after))
    assert embed_missing(sqlite_engine, encoder) == 1 + len(known)
    with transaction(sqlite_engine) as conn:
        change_entry(conn, entry_id, EntryContent(title, after), viewer=OPERATOR)

    assert embed_missing(sqlite_engine, encoder) == len(new - known) < len(new)
    assert embed_missing(sqlite_engine, encoder, everything=True) == 0


def test_a_record_embedded_without_passages_gets_them(sqlite_engine):
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        content = EntryContent("Where is my parcel?", "On its way.")
        add_entry(conn, content, viewer=OPERATOR, state="published")
    embed_missing(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        known = json.loads(find_value(conn, EMBEDDED_TO))
        forget_vectors(conn, [text_hash("Where is my parcel?\nOn its way.")])
        set_value(conn, EMBEDDED_TO, json.dumps(known[:3]))

    assert embed_missing(sqlite_engine, encoder) == 1


def test_a_stopped_run_keeps_every_batch_that_was_stored(sqlite_engine, monkeypatch):
    monkeypatch.setattr(embed, "BATCH_TEXTS", 4)
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(10))
    encoder = SubjectEncoder()

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done == 8:
            raise Stop

    with pytest.raises(Stop):
        embed_missing(sqlite_engine, encoder, on_progress=stop)

    with reading(sqlite_engine) as conn:
        assert vector_counts(conn) == {encoder.fingerprint: 4}
    assert embed_missing(sqlite_engine, encoder) == 6


def test_another_encoder_gets_vectors_of_its_own(sqlite_engine):
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(3))
    first, second = SubjectEncoder(), SubjectEncoder()
    second.fingerprint = "subjects-other"

    assert embed_missing(sqlite_engine, first) == 3
    assert embed_missing(sqlite_engine, second) == 3
    assert embed_missing(sqlite_engine, first) == 0


def test_a_restored_record_is_looked_through_from_the_start(sqlite_engine):
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(3))
    embed_missing(sqlite_engine, encoder)
    lost = text_hash(wording("parcel", 1))
    with transaction(sqlite_engine) as conn:
        forget_vectors(conn, [lost])
        renew_incarnation(conn)

    assert embed_missing(sqlite_engine, encoder) == 1
    with reading(sqlite_engine) as conn:
        assert missing_hashes(conn, encoder.fingerprint, [lost]) == []


def test_many_changes_are_found_by_looking_at_all_texts(sqlite_engine, monkeypatch):
    monkeypatch.setattr(embed, "MAX_CHANGES", 3)
    monkeypatch.setattr(embed, "PAGE_TEXTS", 4)
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(1))
    embed_missing(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(1, 11))

    assert embed_missing(sqlite_engine, encoder) == 10
