"""Groups of synonyms are read as people write them, and kept within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import InvalidInput
from kb.searches.synonyms import (
    MAX_TERM_CHARS,
    MAX_TERMS,
    SynonymGroup,
    groups_as_text,
    make_group,
    parse_group,
    parse_groups,
)


@pytest.mark.parametrize(
    ("line", "group"),
    [
        ("brew group, brewing  unit", SynonymGroup(("brew group", "brewing unit"))),
        ("PSU => power supply unit", SynonymGroup(("PSU", "power supply unit"), "one-way")),
        ("de: Netzteil, Trafo", SynonymGroup(("Netzteil", "Trafo"), lang="de")),
        (
            "de: NT => Netzteil, Trafo",
            SynonymGroup(("NT", "Netzteil", "Trafo"), "one-way", "de"),
        ),
        ("lamp, Lamp, light,", SynonymGroup(("lamp", "light"))),
    ],
)
def test_a_line_is_a_group(line, group):
    assert parse_group(line) == group
    assert parse_group(group.line) == group


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("lamp", "two different words"),
        ("lamp, LAMP", "two different words"),
        ("=> lamp", "before =>"),
        ("lamp =>", "before =>"),
        ("a, b => c", "before =>"),
        ("a => b => c", "before =>"),
        ("lamp, !!!", "no word"),
        ("lamp, " + "x" * (MAX_TERM_CHARS + 1), "too long"),
        ("lamp, one two three four five six seven", "too long"),
        (", ".join(f"w{n}" for n in range(MAX_TERMS + 1)), "at most"),
    ],
)
def test_a_line_that_says_nothing_is_refused(line, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_group(line)


def test_an_unknown_kind_of_language_is_refused():
    with pytest.raises(InvalidInput, match="language"):
        make_group(["lamp", "light"], lang="German")


def test_order_and_case_do_not_make_another_group_but_direction_and_language_do():
    keys = [parse_group(line).key for line in ("a, b, c", "C, a, B")]

    assert keys[0] == keys[1]
    assert len({parse_group(line).key for line in ("a, b", "a => b", "b => a", "de: a, b")}) == 4


def test_a_file_is_read_line_by_line_and_a_wrong_line_is_named():
    text = "# names of parts\n\nlamp, light\nde: Trafo, Netzteil\nlight, lamp\n"

    assert [group.line for group in parse_groups(text)] == ["lamp, light", "de: Trafo, Netzteil"]
    with pytest.raises(InvalidInput, match="line 2"):
        parse_groups("lamp, light\nlamp\n")


TERM = st.text(st.characters(exclude_characters=",=>#:"), max_size=20)


@given(st.lists(TERM, max_size=8), st.booleans(), st.sampled_from([None, "de", "pt-br"]))
def test_what_is_accepted_is_written_and_read_back(terms, one_way, lang):
    try:
        group = make_group(terms, one_way=one_way, lang=lang)
    except InvalidInput:
        return
    assert parse_groups(groups_as_text([group])) == [group]
