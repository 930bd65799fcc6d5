"""Filters and figures of the pages."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from web.http.assets import FOR_EVER, REVALIDATE, Assets
from web.http.contexts import Chrome
from web.http.figures import sparkline, weekly_bars
from web.http.rendering import Renderer, environment, marked
from web.http.structured_data import faq_page


@dataclass(frozen=True, slots=True)
class Nothing:
    """A context without a field."""


def test_marked_ranges_are_emphasised_and_the_rest_is_escaped():
    assert marked("a <b> c", [(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"


def test_marks_that_overlap_or_reach_too_far_do_not_repeat_text():
    assert marked("abcdef", [(4, 99), (0, 2), (1, 3), (5, 4), (-3, 1)]) == (
        "<mark>a</mark><mark>b</mark><mark>c</mark>d<mark>ef</mark>"
    )


@given(st.text(alphabet="ab<&", max_size=20), st.lists(st.tuples(st.integers(), st.integers())))
def test_marking_never_loses_or_adds_text(text, marks):
    shown = marked(text, marks).replace("<mark>", "").replace("</mark>", "")

    assert shown.unescape() == text


def test_dates_and_numbers_are_written_in_the_language_of_the_page():
    german = environment("de", str).from_string(
        "{{ day | date }} {{ 12345 | number }} {{ 75 | percent }}"
    )
    english = environment("en", str).from_string(
        "{{ day | date }} {{ 12345 | number }} {{ 75 | percent }}"
    )

    assert german.render(day=date(2026, 11, 2)) == "2. November 2026 12.345 75\xa0%"
    assert english.render(day=date(2026, 11, 2)) == "2 November 2026 12,345 75%"


def test_a_template_that_reads_what_its_context_lacks_fails():
    renderer = Renderer(static_url=str)

    with pytest.raises(UndefinedError):
        renderer.render("ask/sent.html", Nothing(), chrome=Chrome("Caldrosa", "en"))


def test_a_sparkline_has_a_text_alternative_and_ends_in_the_newest_value():
    figure = sparkline([0, 5, 10], label='10 & "more"')

    assert 'aria-label="10 &amp; &#34;more&#34;"' in figure
    assert 'cx="93.0" cy="3.0"' in figure


@pytest.mark.parametrize("counts", [[], [3]])
def test_too_few_values_leave_only_the_text_alternative(counts):
    figure = sparkline(counts, label="3 questions")

    assert "<svg" not in figure
    assert "3 questions" in figure


@pytest.mark.parametrize("counts", [[], [0, 0], [1, 2, 3]])
def test_weekly_bars_draw_one_bar_a_week(counts):
    assert weekly_bars(counts, label="x").count("<rect") == len(counts)


def test_structured_data_cannot_close_its_script_element():
    text = faq_page(
        title="</script><script>", answer="<p>a</p>", url="https://x.example", lang="en"
    )

    assert "<" not in text
    assert '"@type": "FAQPage"' in text


def test_a_static_file_has_an_address_that_changes_with_its_content(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b{}")
    after = Assets(tmp_path)

    assert before != after.url("a.css")
    content_hash = after.url("a.css").split("/")[2]
    assert after.find(content_hash, "a.css").cache_control == FOR_EVER
    assert after.find("0" * 12, "a.css").cache_control == REVALIDATE


def test_an_unknown_static_file_is_not_found(tmp_path):
    assets = Assets(tmp_path)

    assert assets.find("0" * 12, "../secret") is None
    with pytest.raises(KeyError):
        assets.url("a.css")
