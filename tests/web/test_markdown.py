"""Markdown becomes markup that is safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.http.markdown import render_markdown, slug


def test_plain_markdown_becomes_markup():
    html = render_markdown("Hold the **power button** for `10 s`.").html

    assert html.strip() == "<p>Hold the <strong>power button</strong> for <code>10 s</code>.</p>"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "text <b onclick='x()'>bold</b>",
        "<svg><script>alert(1)</script></svg>",
    ],
)
def test_html_in_markdown_is_shown_as_text(source):
    html = render_markdown(source).html

    assert "&lt;" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b " not in html


@pytest.mark.parametrize("address", ["https://example.com/a", "mailto:help@example.com", "/faq/3"])
def test_links_to_web_mail_and_this_site_stay(address):
    assert f'href="{address}"' in render_markdown(f"[here]({address})").html


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://example.com"],
)
def test_links_of_other_schemes_lose_their_address(address):
    assert "href" not in render_markdown(f"[here]({address})").html


def test_an_image_of_this_site_is_shown():
    html = render_markdown("![The tank](/files/tank.webp)").html

    assert 'src="/files/tank.webp"' in html
    assert 'alt="The tank"' in html


@pytest.mark.parametrize(
    "address", ["https://tracker.example/p.png", "//tracker.example/p.png", "p.png"]
)
def test_an_image_of_another_site_becomes_a_link(address):
    html = render_markdown(f"![The tank](<{address}>)").html

    assert "<img" not in html
    assert ">The tank</a>" in html


def test_headings_fit_under_the_title_of_the_page_and_have_ids():
    rendered = render_markdown("# Häufige Fälle\n\n### Größe\n\n# Häufige Fälle\n\n# 東京")

    assert [(h.level, h.id, h.text) for h in rendered.headings] == [
        (2, "s-haufige-falle", "Häufige Fälle"),
        (4, "s-grosse", "Größe"),
        (2, "s-haufige-falle-2", "Häufige Fälle"),
        (2, "s-part", "東京"),
    ]
    assert '<h2 id="s-haufige-falle-2">Häufige Fälle</h2>' in rendered.html


def test_a_heading_inside_a_quote_or_list_is_listed_too():
    assert [h.text for h in render_markdown("> ## Quoted").headings] == ["Quoted"]


def test_tables_align_by_class_since_style_attributes_are_refused():
    html = render_markdown("| a | b |\n| --- | --: |\n| 1 | 2 |").html

    assert '<td class="to-right">2</td>' in html
    assert "style=" not in html
    assert '<div class="table-scroll" tabindex="0"><table>' in html


def test_a_slug_has_only_letters_digits_and_hyphens():
    assert slug("E-07: Straße & Öl?") == "e-07-strasse-ol"
    assert slug("???") == ""


@given(st.text(max_size=400))
def test_no_text_renders_to_script_style_or_handlers(source):
    html = str(render_markdown(source).html).lower()

    for forbidden in ("<script", "<style", "<iframe", "<svg", " onerror=", ' style="'):
        assert forbidden not in html.replace("&lt;", "")
