from __future__ import annotations

import pytest

from kb.access import GUEST, OPERATOR
from kb.errors import NotPermitted
from kb.importing import import_entries, import_questions
from kb.intake.records import BadRow, IncomingEntry, IncomingQuestion
from kb.store.counts import record_counts

GOOD = IncomingQuestion(source_id="a", subject="No steam", body="It hisses.", row=1)
TOO_LONG = IncomingQuestion(source_id="x" * 400, subject="No steam", body="", row=2)
UNREADABLE = BadRow(3, "created", "no date")


def test_bad_rows_are_told_and_the_rest_goes_in(engine):
    report = import_questions(engine, [GOOD, TOO_LONG, UNREADABLE], channel="ticket", source="shop")

    assert (report.new, report.bad, report.read) == (1, 2, 3)
    assert [(bad.row, bad.field) for bad in report.bad_rows] == [(2, "source_id"), (3, "created")]
    assert record_counts(engine).questions == 1


def test_a_second_import_changes_nothing(engine):
    import_questions(engine, [GOOD], channel="ticket", source="shop")
    report = import_questions(engine, [GOOD], channel="ticket", source="shop")

    assert (report.new, report.updated, report.unchanged) == (0, 0, 1)


ENTRY = IncomingEntry("e1", "Why no steam?", "Clean the tip.", phrasings=("no steam",), row=1)
WITHOUT_ANSWER = IncomingEntry("e2", "Why no foam?", " ", row=2)


def test_an_entry_without_an_answer_stays_out(engine):
    report = import_entries(engine, [ENTRY, WITHOUT_ANSWER], viewer=OPERATOR)

    assert report.new == 1
    assert [(bad.row, bad.field) for bad in report.bad_rows] == [(2, "answer")]


def test_a_guest_imports_no_entries(engine):
    with pytest.raises(NotPermitted):
        import_entries(engine, [ENTRY], viewer=GUEST)

    assert record_counts(engine).entries == 0
