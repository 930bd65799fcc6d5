"""No text, however it is made, becomes a page or a mail out of all proportion to it."""

from __future__ import annotations

import pytest

from kb.bounded_markdown import FREE_REFERENCE_CHARS, MAX_CELLS
from web.http.markdown import render_markdown
from web.mail.markup import parse

LINK = f"[a]: https://example.com/{'x' * 9_000}\n\n"
COLUMNS = 60
HEAD = f"{'a|' * COLUMNS}\n{'-|' * COLUMNS}\n"


@pytest.mark.parametrize("ugc", [False, True])
def test_an_address_that_is_named_once_is_not_repeated_for_ever(ugc: bool) -> None:
    few = str(render_markdown(LINK + "[a] " * 5, ugc=ugc).html)
    many = str(render_markdown(LINK + "[a] " * 2_000, ugc=ugc).html)

    assert few.count("<a ") == 5
    assert many.count("<a ") == FREE_REFERENCE_CHARS // 9_020
    assert many.count("[a]") == 2_000 - many.count("<a ")


def test_a_picture_that_is_named_once_is_not_either() -> None:
    assert str(render_markdown(LINK + "![a] " * 2_000).html).count("<a ") < 20


@pytest.mark.parametrize("ugc", [False, True])
def test_tables_have_together_no_more_cells_than_a_page_can_show(ugc: bool) -> None:
    table = HEAD + "|\n" * (MAX_CELLS // COLUMNS // 2 - 2) + "\n"
    two, nine = (str(render_markdown(table * n, ugc=ugc).html) for n in (2, 9))

    assert two.count("<table>") == 2
    assert nine.count("<table>") == 3
    assert MAX_CELLS - COLUMNS <= nine.count("<td") + nine.count("<th") <= MAX_CELLS + 10
    assert nine.count("a|a|a|") >= 6, "the others stay as they were written"


def test_an_endless_table_ends_and_what_follows_is_still_there() -> None:
    page = str(render_markdown(HEAD + "|\n" * 9_000 + "\nThe end.").html)

    assert page.count("<td") < MAX_CELLS
    assert "<p>The end.</p>" in page


def test_mails_are_bounded_as_pages_are() -> None:
    links = [one for token in parse(LINK + "[a] " * 2_000) for one in token.children or ()]

    assert sum(one.type == "link_open" for one in links) < 20
    cells = [token for token in parse(HEAD + "|\n" * 9_000) if token.type == "td_open"]
    assert len(cells) < MAX_CELLS


def test_each_text_has_its_own_measure() -> None:
    full = LINK + "[a] " * 11
    for _ in range(3):
        assert str(render_markdown(full).html).count("<a ") == 11
