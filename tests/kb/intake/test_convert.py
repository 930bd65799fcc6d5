"""Rows become questions, or say why not."""

from datetime import UTC, datetime

import pytest

from kb.errors import InvalidInput
from kb.intake.convert import Defaults, to_incoming
from kb.intake.dates import read_date
from kb.intake.faq_rows import to_faq
from kb.intake.files import open_questions, read_faq
from kb.intake.mapping import choose_mapping
from kb.intake.records import BadRow, IncomingEntry, IncomingQuestion, Row

DEFAULTS = Defaults("ab" * 32)


def convert(values, **explicit):
    mapping = choose_mapping(list(values), [values], explicit)
    return to_incoming(Row(7, values), mapping, defaults=DEFAULTS)


def test_all_plain_columns_arrive():
    question = convert(
        {
            "id": 41,
            "subject": " Broken\nhinge ",
            "body": "The hinge broke.",
            "created": "2025-03-04",
            "lang": "en-US",
            "product": "Lamp 3",
            "email": "jo@example.org",
            "name": "Jo Finch",
            "status": "closed",
            "tags": "hinge|warranty, spare part",
            "category": "Repairs",
            "reply": "We send a new one.",
            "reply_kind": "solution",
        }
    )
    assert isinstance(question, IncomingQuestion)
    assert (question.source_id, question.subject, question.row) == ("41", "Broken hinge", 7)
    assert (question.lang, question.product, question.state) == ("en", "Lamp 3", "solved")
    assert question.created_at == datetime(2025, 3, 4, tzinfo=UTC)
    assert question.tags == ("hinge", "warranty", "spare part", "Repairs")
    assert [(reply.body, reply.kind) for reply in question.replies] == [
        ("We send a new one.", "solution")
    ]


def test_leading_zeros_of_an_id_stay():
    assert convert({"id": "00123", "text": "Where?"}).source_id == "00123"


def test_a_row_without_an_id_gets_the_file_and_its_number():
    assert convert({"text": "Where?"}).source_id == "file:abababababab:7"


def test_defaults_fill_what_a_row_does_not_say():
    mapping = choose_mapping(["text", "lang"], [], {})
    defaults = Defaults("ab" * 32, lang="de", product="Lamp")
    question = to_incoming(Row(1, {"text": "Wo?", "lang": ""}), mapping, defaults=defaults)
    assert (question.lang, question.product) == ("de", "Lamp")
    said = to_incoming(Row(1, {"text": "Where?", "lang": "English"}), mapping, defaults=defaults)
    assert said.lang == "en"


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"subject": " ", "body": ""}, "text", "no text"),
        ({"subject": None, "body": None}, "text", "no text"),
        ({"body": "Why?", "created": "soon"}, "created", "'soon' is no date"),
        ({"body": "Why?", "created": "31.02.2025"}, "created", "day"),
        ({"body": "Why?", "created": "0001-01-01"}, "created", "year 1 is not between"),
        ({"body": "Why?", "spam": True}, "state", "marked as spam"),
        ({"body": "x" * 1_000_001}, "text", "longer than 1,000,000"),
    ],
)
def test_a_row_that_is_no_question_says_its_number_field_and_reason(values, field, reason):
    bad = convert(values)
    assert isinstance(bad, BadRow)
    assert (bad.row, bad.field) == (7, field)
    assert reason in bad.reason


def test_what_no_database_takes_is_replaced():
    assert convert({"body": "broken \ud83d emoji \x00"}).body == "broken \ufffd emoji \ufffd"


@pytest.mark.parametrize(
    ("word", "reply", "state"),
    [
        ("New", "", "open"),
        ("Pending", "", "answered"),
        ("Geschlossen", "", "solved"),
        ("no such word", "", "open"),
        ("open", "Please restart it.", "answered"),
    ],
)
def test_the_words_of_help_desks_become_three_states(word, reply, state):
    assert convert({"body": "Why?", "status": word, "reply": reply}).state == state


@pytest.mark.parametrize(
    "value",
    [
        "2025-03-04T10:30:00Z",
        "2025-03-04T11:30:00+01:00",
        "2025-03-04 10:30:00",
        "2025-03-04 10:30:00 UTC",
        "2025-03-04 11:30:00 +0100",
        "Tue, 04 Mar 2025 11:30:00 +0100",
        "1741084200",
        1741084200,
        1741084200.0,
        1741084200000,
        "4.3.2025 10:30",
        "04.03.2025, 10:30 Uhr",
        "03/04/2025 10:30 AM",
        "Mar 4, 2025, 10:30 AM",
        "4 March 2025 10:30",
    ],
)
def test_dates_of_all_kinds_name_one_moment(value):
    assert read_date(value) == datetime(2025, 3, 4, 10, 30, tzinfo=UTC)


def test_slashes_are_month_first_unless_that_cannot_be():
    assert read_date("03/04/2025") == datetime(2025, 3, 4, tzinfo=UTC)
    assert read_date("31/12/2025") == datetime(2025, 12, 31, tzinfo=UTC)
    assert read_date("12/31/2025 11:05 PM") == datetime(2025, 12, 31, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", ["yesterday", "2025", "13/13/2025", True, "4.3.2025 99:00", "-"])
def test_what_is_no_date_is_refused(value):
    with pytest.raises(ValueError, match=r".+"):
        read_date(value)


def test_bad_rows_come_beside_the_good_ones(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("id,text,created\n1,Where?,soon\n2,How?,2025-03-04\n3,,\n", encoding="utf-8")
    items = list(open_questions(path))
    assert [(type(item).__name__, item.row) for item in items] == [
        ("BadRow", 1),
        ("IncomingQuestion", 2),
        ("BadRow", 3),
    ]


def test_a_file_with_only_bad_rows_is_refused_before_anything_is_yielded(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("id,text\n1,\n2,\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="no row can be used; row 1: no text") as caught:
        next(iter(open_questions(path)))
    assert (caught.value.row, caught.value.field) == (1, "text")


def test_the_same_file_gives_the_same_ids_twice(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("text\nWhere?\nHow?\n", encoding="utf-8")
    file = open_questions(path)
    assert [one.source_id for one in file] == [one.source_id for one in open_questions(path)]


def test_a_faq_row_arrives_with_all_its_fields():
    entry = to_faq(
        Row(
            3,
            {
                "Question": "How do I\nreset it?",
                "answer": "Hold the button.\n\nWait.",
                "tags": '["reset", "power"]',
                "phrasings": "How to reset, fast? | restart | how do i reset it?",
                "lang": "en",
                "category": "Basics",
                "audience": "internal",
                "translation_group": "reset",
                "published": "2025-09-20",
                "reviewed": "02.03.2026",
            },
        ),
        defaults=DEFAULTS,
    )
    assert entry == IncomingEntry(
        source_id="file:abababababab:3",
        question="How do I reset it?",
        answer="Hold the button.\n\nWait.",
        lang="en",
        category="Basics",
        tags=("reset", "power"),
        phrasings=("How to reset, fast?", "restart"),
        audience="internal",
        translation_group="reset",
        published_at=datetime(2025, 9, 20, tzinfo=UTC),
        reviewed_at=datetime(2026, 3, 2, tzinfo=UTC),
        row=3,
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": "How?"}, "answer"),
        ({"question": " ", "answer": "So."}, "question"),
        ({"question": "x" * 1_001, "answer": "So."}, "question"),
        ({"question": "How?", "answer": "So.", "audience": "some people"}, "audience"),
        ({"question": "How?", "answer": "So.", "audience": "x" * 61}, "audience"),
        ({"question": "How?", "answer": "So.", "reviewed": "last spring"}, "reviewed"),
    ],
)
def test_a_faq_row_without_what_it_needs_is_bad(values, field):
    bad = to_faq(Row(1, values), defaults=DEFAULTS)
    assert isinstance(bad, BadRow)
    assert bad.field == field


@pytest.mark.parametrize(
    ("written", "audience"),
    [
        ("", "public"),
        ("Everyone", "public"),
        ("members", "members"),
        ("Agents", "internal"),
        ("Resellers", "resellers"),
        ("team-de", "team-de"),
    ],
)
def test_an_audience_is_one_of_ours_or_a_group(written, audience):
    values = {"question": "How?", "answer": "So.", "audience": written}
    entry = to_faq(Row(1, values), defaults=DEFAULTS)
    assert isinstance(entry, IncomingEntry)
    assert entry.audience == audience


def test_an_answer_may_be_missing_where_nobody_will_read_it():
    row = Row(1, {"question": "How?"})
    assert isinstance(to_faq(row, defaults=DEFAULTS, answer_required=False), IncomingEntry)
    assert isinstance(to_faq(row, defaults=DEFAULTS), BadRow)


def test_a_faq_file_without_the_columns_is_refused_with_the_columns_it_has(tmp_path):
    path = tmp_path / "faq.csv"
    path.write_text("head,text\nHow?,So.\n", encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"has no column question and answer; its columns are: head, text"
    ):
        list(read_faq(path))


def test_a_faq_file_is_read(tmp_path):
    path = tmp_path / "faq.jsonl"
    path.write_text('{"id": "f1", "question": "How?", "answer": "So."}\n{}\n', encoding="utf-8")
    first, second = read_faq(path, lang="en", product="Lamp")
    assert (first.source_id, first.lang, first.product) == ("f1", "en", "Lamp")
    assert isinstance(second, BadRow)
