"""No cell of a download is run by a spreadsheet."""

from __future__ import annotations

import pytest

from web.http.csv_cells import safe_cell


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_would_be_a_formula_is_text(first: str) -> None:
    assert safe_cell(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["", "Kim", "1-2", "'quoted'", "a=b"])
def test_all_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text
