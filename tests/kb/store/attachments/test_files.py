"""Files in the record: found by object and by address, equal contents kept once."""

import pytest
from sqlalchemy import func, select

from kb.access import GUEST, OPERATOR, Role, Viewer
from kb.attachments import check_file
from kb.desk.merging import merge_entries, undo_merge
from kb.entries import EntryContent
from kb.errors import InvalidInput, NotFound, NotPermitted
from kb.store.attachments.files import (
    add_attachment,
    attachments_of,
    drop_attachment,
    drop_attachments_of,
    find_attachment,
    read_content,
)
from kb.store.attachments.of_entries import add_entry_file, drop_entry_file, entry_files
from kb.store.audit import Subject, audit_of
from kb.store.changes import changes_since, last_seq
from kb.store.entries.writing import add_entry
from kb.store.schema import attachment_contents

NOTES = check_file("notes.txt", b"The tank is full.")
OTHER = check_file("other.txt", b"The tank is empty.")
CUSTOMER = Viewer(role=Role.CUSTOMER, account_id=7, name="Mara")


def contents(conn):
    return conn.execute(select(func.count()).select_from(attachment_contents)).scalar_one()


def published(conn, title="Is the tank full?", audience="public"):
    content = EntryContent(title=title, answer="Look at it.", audience=audience)
    return add_entry(conn, content, viewer=OPERATOR, state="published")


def test_a_file_is_found_by_its_object_and_its_address(conn):
    added = add_attachment(conn, "question", 5, NOTES, by_id=None, label=" The  notes ")

    assert attachments_of(conn, "question", [5, 6]) == {5: [added], 6: []}
    assert attachments_of(conn, "entry", [5]) == {5: []}
    assert find_attachment(conn, added.token) == added
    assert find_attachment(conn, "nobody knows it") is None
    assert added.label == "The notes"
    assert added.path == f"/files/{added.token}/notes.txt"


def test_contents_are_read_whole_or_in_part(conn):
    added = add_attachment(conn, "question", 5, NOTES, by_id=None)

    assert read_content(conn, added) == NOTES.content
    assert read_content(conn, added, start=4, length=4) == b"tank"
    assert read_content(conn, added, start=12) == b"full."


def test_equal_contents_are_kept_once_and_go_with_the_last_file(conn):
    first = add_attachment(conn, "question", 5, NOTES, by_id=None)
    second = add_attachment(conn, "reply", 9, NOTES, by_id=None)
    assert contents(conn) == 1

    assert drop_attachment(conn, first.id)
    assert read_content(conn, second) == NOTES.content

    assert drop_attachment(conn, second.id)
    assert contents(conn) == 0
    assert not drop_attachment(conn, second.id)


def test_all_files_of_many_objects_go_at_once_and_others_stay(conn):
    for question_id in (1, 2, 3):
        add_attachment(conn, "question", question_id, NOTES, by_id=None)
    add_attachment(conn, "question", 2, OTHER, by_id=None)

    assert drop_attachments_of(conn, "question", [1, 2]) == 3
    assert contents(conn) == 1
    assert drop_attachments_of(conn, "question", []) == 0


def test_a_name_that_is_taken_gets_a_number(conn):
    names = [add_attachment(conn, "question", 5, NOTES, by_id=None).name for _ in range(3)]

    assert names == ["notes.txt", "notes (2).txt", "notes (3).txt"]


def test_unknown_kinds_long_labels_and_the_fifty_first_file_are_refused(conn):
    with pytest.raises(InvalidInput, match="no files"):
        add_attachment(conn, "topic", 1, NOTES, by_id=None)
    with pytest.raises(InvalidInput, match="200 characters"):
        add_attachment(conn, "entry", 1, NOTES, by_id=None, label="x" * 201)
    for _ in range(50):
        add_attachment(conn, "entry", 1, NOTES, by_id=None)
    with pytest.raises(InvalidInput, match="50 files"):
        add_attachment(conn, "entry", 1, NOTES, by_id=None)


def test_files_of_an_entry_leave_a_trace_in_log_and_changes(conn):
    entry_id = published(conn)
    seq = last_seq(conn)

    added = add_entry_file(conn, entry_id, NOTES, viewer=OPERATOR, label="Notes")
    assert entry_files(conn, entry_id, viewer=GUEST) == [added]
    drop_entry_file(conn, entry_id, added.id, viewer=OPERATOR)

    assert entry_files(conn, entry_id, viewer=GUEST) == []
    actions = [one.action for one in audit_of(conn, Subject("entry", entry_id))]
    assert actions[:2] == ["remove file", "add file"]
    changed = [(one.kind, one.id) for one in changes_since(conn, seq)]
    assert changed == [("entry", entry_id)] * 2


def test_only_staff_changes_files_and_only_those_of_that_entry(conn):
    entry_id, other_id = published(conn), published(conn, "Is it empty?")
    added = add_entry_file(conn, entry_id, NOTES, viewer=OPERATOR)

    for viewer in (GUEST, CUSTOMER):
        with pytest.raises(NotPermitted):
            add_entry_file(conn, entry_id, NOTES, viewer=viewer)
        with pytest.raises(NotPermitted):
            drop_entry_file(conn, entry_id, added.id, viewer=viewer)
    with pytest.raises(NotFound):
        drop_entry_file(conn, other_id, added.id, viewer=OPERATOR)
    with pytest.raises(NotFound):
        add_entry_file(conn, 999, NOTES, viewer=OPERATOR)


def test_files_of_an_entry_that_somebody_may_not_read_do_not_exist_for_them(conn):
    entry_id = published(conn, audience="members")
    add_entry_file(conn, entry_id, NOTES, viewer=OPERATOR)

    assert len(entry_files(conn, entry_id, viewer=CUSTOMER)) == 1
    with pytest.raises(NotFound):
        entry_files(conn, entry_id, viewer=GUEST)


def test_a_merge_takes_files_along_and_its_undo_brings_them_back(conn):
    gone, stays = published(conn), published(conn, "Is the water tank full?")
    mine = add_entry_file(conn, gone, NOTES, viewer=OPERATOR)
    theirs = add_entry_file(conn, stays, OTHER, viewer=OPERATOR)

    merge_id = merge_entries(conn, gone, stays, viewer=OPERATOR)
    together = entry_files(conn, stays, viewer=GUEST)
    undo_merge(conn, merge_id, viewer=OPERATOR)

    assert [one.token for one in together] == [mine.token, theirs.token]
    assert [one.token for one in entry_files(conn, gone, viewer=GUEST)] == [mine.token]
    assert [one.token for one in entry_files(conn, stays, viewer=GUEST)] == [theirs.token]
