import pytest

from indexer.replies.draft_text import as_markdown, draft_lines, passages_of, quotable

STEPS = ("steps", ("Open Settings", "Press Reset"))


def cut(text):
    return [(one.kind, one.lines) for one in passages_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "1. Open Settings\n2. Press Reset",
        "1) Open Settings\n2) Press Reset",
        "(1) Open Settings\n\n(2) Press Reset",
        "Step 1: Open Settings\nStep 2: Press Reset",
        "Schritt 1: Open Settings\nSchritt 2: Press Reset",
        "1. Open Settings 2. Press Reset",
    ],
)
def test_numbered_steps_are_a_list(text):
    assert cut(text) == [STEPS]


@pytest.mark.parametrize(
    "text",
    [
        "- highlight it\n- right-click it\n- choose Repair",
        "• highlight it\n* right-click it\n– choose Repair",
        "- highlight it - right-click it - choose Repair",
    ],
)
def test_points_are_a_list(text):
    assert cut(text) == [("points", ("highlight it", "right-click it", "choose Repair"))]


def test_a_list_keeps_what_stands_before_and_goes_on_after_a_paragraph():
    found = passages_of("Do this:\n1. Open it\n2. Wait\nIt beeps.\n3. Close it")
    assert [(one.kind, one.lines, one.start) for one in found] == [
        ("text", ("Do this:",), 1),
        ("steps", ("Open it", "Wait"), 1),
        ("text", ("It beeps.",), 1),
        ("steps", ("Close it",), 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "First open the lid. Then wipe the seal. Finally close it.",
        "Version 1.5 is out - please wait.",
        "It takes 2. No more.",
        "In 2019 we sold 3 - today 4.",
        "Press 3) twice.",
    ],
)
def test_steps_told_in_sentences_and_numbers_in_them_stay_a_paragraph(text):
    assert cut(text) == [("text", (text,))]


def test_nothing_is_no_passage():
    assert passages_of(" \n ") == ()
    assert as_markdown("") == ""


def test_markdown_keeps_lists_apart_from_paragraphs():
    text = "Do this:\n1) Open it\n2) Wait\nIt beeps."
    assert as_markdown(text) == "Do this:\n\n1. Open it\n2. Wait\n\nIt beeps."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hi Ada, thank you for writing. I am Tom from Acme. Turn it to 3. Tom", "Turn it to 3."),
        ("Turn it to 3. Yours, Tom Miller, Acme Support", "Turn it to 3."),
        ("Turn it to 3. Hope this helps! Let me know if it does.", "Turn it to 3."),
        ("Hallo Frau Roth, vielen Dank für Ihre Mail. Den Deckel abschrauben. Viele Grüße",
         "Den Deckel abschrauben."),
        ("Mein Name ist Tom und ich helfe gern. Den Deckel abschrauben. Melden Sie sich sonst.",
         "Den Deckel abschrauben."),
        ("Thanks for your mail.\n1. Open it\n2. Wait\nBest regards, Tom", "1. Open it\n2. Wait"),
    ],
)  # fmt: skip
def test_greeting_introduction_and_sign_off_are_left_out_of_a_quote(text, kept):
    assert quotable(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("About ticket #48213: open the lid.", "About ticket [ticket]: open the lid."),
        ("About #48213: open it.", "About [ticket]: open it."),
        ("[Ticket: 12345] Open the lid.", "[ticket] Open the lid."),
        ("Ihre Ticketnummer lautet 99120. Öffnen.", "Ihre Ticketnummer lautet [ticket]. Öffnen."),
        ("Your case number: CA-448117 is open.", "Your case number: [ticket] is open."),
        ("Case 3 of the list, part CD-3011, error E-07.",
         "Case 3 of the list, part CD-3011, error E-07."),
        ("In any case 200 ml are enough.", "In any case 200 ml are enough."),
    ],
)  # fmt: skip
def test_ticket_numbers_are_masked_and_other_numbers_stay(text, kept):
    assert quotable(text) == kept


@pytest.mark.parametrize("text", ["Thanks!", "Tom", "Best regards, Tom", ""])
def test_a_text_that_is_nothing_else_stays(text):
    assert quotable(text) == text


def test_for_a_terminal_the_steps_are_numbered_and_the_agreement_comes_last():
    draft = {"text": "Do this:\nStep 1: Open\nStep 2: Close", "agreeing": 7, "replies": 9}
    assert draft_lines(draft) == [
        "Do this:",
        "1. Open",
        "2. Close",
        "7 of 9 useful replies say much the same",
    ]
    assert draft_lines({"text": "Open it."}) == ["Open it."]
