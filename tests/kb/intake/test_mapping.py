"""Columns find their fields: by option, by help desk, by name."""

import pytest

from kb.errors import InvalidInput
from kb.intake.mapping import ColumnMapping, choose_mapping, parse_map_options


def test_options_are_read_with_their_aliases():
    assert parse_map_options(["body=comment", "title=head", "text=body"]) == {
        "text": "body",
        "subject": "head",
    }


@pytest.mark.parametrize("option", ["text", "text=", "=body", ""])
def test_an_option_of_another_shape_is_refused(option):
    with pytest.raises(InvalidInput, match="write it as field=column"):
        parse_map_options([option])


def test_an_unknown_field_is_refused_with_the_likely_one():
    with pytest.raises(InvalidInput, match=r"no field 'subjet' \(did you mean 'subject'\?\)"):
        parse_map_options(["subjet=title"])


def test_a_column_that_is_not_there_is_refused_with_the_columns_that_are():
    with pytest.raises(
        InvalidInput, match=r"'Boddy' \(did you mean 'body'\?\); its columns are: id, body"
    ):
        choose_mapping(["id", "body"], [{"id": "1", "body": "x"}], {"text": "Boddy"})


def test_a_file_without_any_text_column_is_refused_and_says_how_to_name_one():
    with pytest.raises(InvalidInput, match=r"--map text=COLUMN; the columns are: a, b"):
        choose_mapping(["a", "b"], [{"a": "1", "b": "2"}], {})


def test_what_a_person_names_wins_over_what_is_recognised():
    mapping = choose_mapping(["body", "notes", "title"], [], {"text": "notes"})
    assert mapping.columns["text"] == "notes"
    assert mapping.columns["subject"] == "title"


def test_a_column_inside_an_object_is_named_with_dots():
    row = {"id": 1, "ticket": {"body": "It does not charge"}}
    mapping = choose_mapping(["id", "ticket"], [row], {"text": "ticket.body"})
    assert mapping.value(row, "text") == "It does not charge"
    assert mapping.value({"id": 2, "ticket": None}, "text") is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Question", "Answer"], {"text": "Question", "reply": "Answer"}),
        (["Betreff", "Nachricht", "Datum"], {"subject": "Betreff", "text": "Nachricht"}),
        (["text", "body"], {"subject": "text", "text": "body"}),
        (["Question", "Description"], {"subject": "Question", "text": "Description"}),
        (["createdAt", "Message"], {"created": "createdAt", "text": "Message"}),
        (["id", "subject", "body", "reply", "reply_kind"], {"reply_kind": "reply_kind"}),
    ],
)
def test_common_names_are_recognised_in_any_spelling(columns, expected):
    mapping = choose_mapping(columns, [], {})
    assert mapping.name == "column names"
    assert expected.items() <= dict(mapping.columns).items()


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (["Summation column", "Id", "Requester", "Subject", "Status"], "Zendesk"),
        (["id", "subject", "raw_subject", "description", "requester_id"], "Zendesk"),
        (["Ticket ID", "Subject", "Created time", "Resolved time", "Status"], "Freshdesk"),
        (["id", "title", "number", "articles"], "Zammad"),
        (["id", "inbox_id", "messages", "meta", "status"], "Chatwoot"),
        (["id", "subject", "body"], "column names"),
    ],
)
def test_the_help_desk_is_recognised_and_named(columns, name):
    assert choose_mapping(columns, [], {}).name == name


def test_a_mapping_is_told_in_one_line():
    assert str(ColumnMapping("", {"text": "body", "id": "id"})) == "columns: text from body, id"
    assert str(ColumnMapping("zendesk", {"id": "id"})) == "Zendesk export: id"
