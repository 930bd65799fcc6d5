"""What `kb check` finds, what `kb status` counts, what `kb export` writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, delete, insert, update

from kb.access import Viewer
from kb.attachments import check_file
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.errors import InvalidInput
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.store.attachments.files import add_attachment
from kb.store.backup.export import export_record
from kb.store.check import check_record
from kb.store.counts import record_counts
from kb.store.embeddings import save_vectors
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.grouping.assignments import save_assignments
from kb.store.grouping.decisions import SAME, Said, add_decisions, undo_decisions
from kb.store.grouping.runs import finish_run, start_run
from kb.store.jobs import enqueue, finish
from kb.store.links.found import FoundLink, replace_auto_links
from kb.store.questions.incoming import store_question
from kb.store.redirects import add_redirect
from kb.store.schema import attachments, entry_revisions, phrasings, redirects, topics
from kb.store.topics.record import add_topic, set_topic_state
from kb.topics import Assignment, TopicFacts

FACTS = TopicFacts("t", "en", None, (), 1, 1, None, (), None, (), (), None, None, None)


NOWHERE = 1_000_000_000
"""An id above all others: ids go on rising from test to test."""


def _fill(conn: Connection, agent: Viewer) -> tuple[list[int], int, list[int]]:
    """Store two questions, a topic of the first one and two entries."""
    asked = [
        store_question(
            conn,
            IncomingQuestion(str(n), "s", "b", replies=(IncomingReply("r", "Hm."),)),
            channel="ticket",
            source="desk",
        )[0]
        for n in range(2)
    ]
    topic = add_topic(conn, FACTS, run_id=None)
    save_assignments(
        conn,
        [
            Assignment(asked[0], topic, topic, "grouped", 0.9),
            Assignment(asked[1], None, topic, "unclear", 0.1),
        ],
        run_id=None,
    )
    written = [
        add_entry(conn, EntryContent(f"Question {n}?", "Yes."), viewer=agent, state=state)
        for n, state in enumerate(("published", "draft"))
    ]
    replace_auto_links(conn, [FoundLink(written[0], written[1], 0.9, {"fact": "x"})])
    return asked, topic, written


def test_files_without_content_or_owner_are_found(engine: Engine, agent: Viewer) -> None:
    with transaction(engine) as conn:
        asked, _, written = _fill(conn, agent)
        files = [
            add_attachment(conn, kind, owner, check_file(f"{n}.txt", b"%d" % n), by_id=None)
            for n, (kind, owner) in enumerate(
                (("entry", written[0]), ("question", asked[0]), ("question", -7))
            )
        ]
    assert check_record(engine) == []

    lost = "f" * 64
    with transaction(engine) as conn:
        for one, values in (
            (files[0], {"sha256": lost}),
            (files[1], {"object_id": NOWHERE}),
        ):
            conn.execute(update(attachments).where(attachments.c.id == one.id).values(**values))

    found = {one.what: one for one in check_record(engine)}
    assert found.keys() == {
        *("without their content", "that no file has", "of a question that does not exist"),
    }
    assert found["without their content"].ids == (files[0].id,)
    assert found["of a question that does not exist"].ids == (files[1].id,)
    assert found["that no file has"].ids == (check_file("0.txt", b"0").sha256,)


def test_nothing_is_found_in_a_sound_record(engine: Engine, agent: Viewer) -> None:
    with transaction(engine) as conn:
        asked, topic, _ = _fill(conn, agent)
        add_decisions(conn, [Said(SAME, *asked)], "merge", viewer=agent)
        other = add_topic(conn, FACTS, run_id=None)
        add_redirect(conn, "topic", other, topic)
        set_topic_state(conn, other, "merged", merged_into=topic)
        save_vectors(conn, "f", {key: np.ones(4, np.float32) for key in "ab"})

    assert check_record(engine) == []


def test_every_kind_of_damage_is_named_with_its_ids(engine: Engine, agent: Viewer) -> None:
    with transaction(engine) as conn:
        asked, topic, written = _fill(conn, agent)
        conn.execute(delete(phrasings))
        conn.execute(delete(entry_revisions).where(entry_revisions.c.entry_id == written[1]))
        conn.execute(update(topics).values(size=7, entry_id=NOWHERE))
        add_decisions(conn, [Said(SAME, asked[0], NOWHERE)], "merge", viewer=agent)
        replace_auto_links(conn, [FoundLink(written[0], NOWHERE, 0.9, {})])
        row = {"kind": "topic", "at": utc_now()}
        conn.execute(
            insert(redirects), [row | {"from_id": a, "to_id": b} for a, b in ((1, 2), (2, 1))]
        )
        save_vectors(conn, "f", {key: np.ones(4, np.float32) for key in "ab"})
        save_vectors(conn, "f", {"c": np.ones(3, np.float32)})

    told = [str(finding) for finding in check_record(engine)]

    assert f"topics: 1 with a entry_id that does not exist (id {topic})" in told
    assert f"topics: 1 with another size than they have questions (id {topic})" in told
    assert any("decisions: 1 with a question_b" in line for line in told)
    assert any("links: 1 with a to_id" in line for line in told)
    assert f"entries: 1 published without a title among their phrasings (id {written[0]})" in told
    assert f"entries: 1 without their present revision in the history (id {written[1]})" in told
    assert any("redirects: 2 leading to another redirect" in line for line in told)
    assert "embeddings: 1 vectors of f have 12 bytes, not 16" in told
    assert len(told) == 8


def test_rows_that_lost_their_target_are_found_in_a_file(sqlite_engine: Engine) -> None:
    with closing(sqlite3.connect(str(sqlite_engine.url.database))) as conn, conn:
        conn.execute("INSERT INTO entry_tags (entry_id, tag_id) VALUES (404, 404)")

    told = [str(finding) for finding in check_record(sqlite_engine)]

    assert any("entry_tags points to a row of entries" in line for line in told)


def test_the_counts_tell_what_is_in_the_record(engine: Engine, agent: Viewer) -> None:
    with transaction(engine) as conn:
        asked, _, _ = _fill(conn, agent)
        batch = add_decisions(conn, [Said(SAME, *asked)], "merge", viewer=agent)
        add_decisions(conn, [Said(SAME, *asked)], "merge", viewer=agent)
        undo_decisions(conn, batch)
        save_vectors(conn, "f", {key: np.ones(4, np.float32) for key in "ab"})
        finish(conn, enqueue(conn, "mail"), error="no server")
        enqueue(conn, "index")
        finish_run(conn, start_run(conn, "index", fingerprint="f"), {})

    counts = record_counts(engine)

    assert (counts.questions, counts.questions_by_state) == (2, {"open": 2})
    assert counts.questions_by_channel == {"ticket": 2}
    assert (counts.cleaned, counts.noise, counts.replies) == (0, 0, 2)
    assert (counts.topics_by_state, counts.grouped, counts.ungrouped) == ({"candidate": 1}, 1, 1)
    assert counts.entries_by_state == {"draft": 1, "published": 1}
    assert (counts.phrasings, counts.links_by_mode, counts.decisions) == (2, {"auto": 1}, 1)
    assert counts.embeddings == {"f": 2}
    assert (counts.jobs_waiting, counts.jobs_failed) == (1, 1)
    assert counts.last_run_state == "done"
    assert counts.seq > 0


def test_files_count_one_by_one_and_their_content_once(engine: Engine, agent: Viewer) -> None:
    with transaction(engine) as conn:
        asked, _, written = _fill(conn, agent)
        for kind, owner, text in (
            ("entry", written[0], b"same"),
            ("question", asked[0], b"same"),
            ("question", asked[0], b"another"),
        ):
            add_attachment(conn, kind, owner, check_file("log.txt", text), by_id=None)
    counts = record_counts(engine)

    assert (counts.files, counts.file_bytes) == (3, len(b"same") + len(b"another"))


def test_a_new_record_counts_nothing(conn: Connection) -> None:
    counts = record_counts(conn)

    assert (counts.files, counts.file_bytes) == (0, 0)
    assert (counts.questions, counts.topics, counts.entries, counts.seq) == (0, 0, 0, 0)
    assert (counts.last_run_at, counts.embeddings) == (None, {})


def test_an_export_can_be_read_by_other_tools(
    engine: Engine, agent: Viewer, tmp_path: Path
) -> None:
    with transaction(engine) as conn:
        _fill(conn, agent)
    target = tmp_path / "export.sqlite3"

    counts = export_record(engine, target)

    assert (counts["questions"], counts["entries"], counts["links"]) == (2, 2, 1)
    with closing(sqlite3.connect(target)) as conn_:
        names = {row[1] for row in conn_.execute("PRAGMA table_info(questions)")}
        titles = [row[0] for row in conn_.execute("SELECT title FROM entries ORDER BY id")]
    assert "token" not in names
    assert titles == ["Question 0?", "Question 1?"]


def test_an_export_into_a_missing_folder_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        export_record(engine, tmp_path / "nowhere" / "export.sqlite3")
