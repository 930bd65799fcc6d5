"""Names and titles are made of something that people see."""

import pytest

from kb.visible_text import has_visible, one_line


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "\u200b", "\u2060\ufeff", "\u3164", "\u2800 \u115f", "\x00", "\u0301", "\u202e"],
)
def test_what_nobody_sees_is_no_name(text: str) -> None:
    assert not has_visible(text)
    assert one_line(text) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Ada\n Lovelace ", "Ada Lovelace"),
        ("?", "?"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("م\u200cم", "م\u200cم"),
        ("Kim\u202e nimda", "Kim nimda"),
        ("a\x00b\x1b[31m\ud800", "ab[31m"),
        ("Kim\r\nBcc: all@example.org", "Kim Bcc: all@example.org"),
    ],
)
def test_a_name_is_one_line_that_turns_nothing_beside_it(text: str, line: str) -> None:
    assert one_line(text) == line
