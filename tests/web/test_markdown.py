"""Markdown becomes markup that is safe to show."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.attachments import Attachment
from web.http.markdown import render_markdown, slug, with_absolute_links

TANK = Attachment(
    id=1,
    kind="entry",
    object_id=1,
    token="t0ken",
    name="the tank.png",
    label="",
    media_type="image/png",
    size=900,
    sha256="0" * 64,
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
    width=640,
    height=480,
)
MANUAL = Attachment(
    id=2,
    kind="entry",
    object_id=1,
    token="m4nual",
    name="manual.pdf",
    label="Manual of the Piazza",
    media_type="application/pdf",
    size=9_000_000,
    sha256="1" * 64,
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
)


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


@pytest.mark.parametrize("address", ["https://tracker.example/p.png", "//tracker.example/p.png"])
def test_an_image_of_another_site_becomes_a_link(address):
    html = render_markdown(f"![The tank](<{address}>)").html

    assert "<img" not in html
    assert ">The tank</a>" in html


def test_an_image_that_is_nowhere_leaves_its_words():
    assert render_markdown("![The tank](p.png)").html.strip() == "<p>The tank</p>"


@pytest.mark.parametrize("address", ["<the tank.png>", "the%20tank.png", "/files/t0ken/other.png"])
def test_a_file_of_the_text_is_found_by_name_or_address_and_says_its_size(address):
    html = render_markdown(f"![The tank]({address})", files=[TANK]).html

    assert '<img src="/files/t0ken/the%20tank.png" alt="The tank"' in html
    for said in ('width="640"', 'height="480"', 'loading="lazy"'):
        assert said in html


def test_a_manual_is_linked_by_name_and_never_shown_as_an_image():
    linked = render_markdown("[All of it](manual.pdf)", files=[MANUAL]).html
    shown = render_markdown("![](manual.pdf)", files=[MANUAL]).html

    assert '<a href="/files/m4nual/manual.pdf">All of it</a>' in linked
    assert '<a href="/files/m4nual/manual.pdf">Manual of the Piazza</a>' in shown
    assert "<img" not in shown


def test_the_name_of_a_file_that_is_gone_leaves_its_words():
    html = render_markdown("[All of it](manual.pdf) ![The tank](tank.png)").html

    assert "manual.pdf" not in html
    assert "<img" not in html
    assert "All of it" in html
    assert "The tank" in html


def test_a_text_knows_which_pictures_it_shows():
    rendered = render_markdown("![](<the tank.png>) [all](manual.pdf)", files=[TANK, MANUAL])

    assert rendered.shows(TANK)
    assert not rendered.shows(MANUAL)


def test_links_become_addresses_for_whoever_reads_elsewhere():
    html = render_markdown('[x](/faq/3) ` href="/x"` ![y](/files/a/b.png)').html
    absolute = with_absolute_links(html, "https://help.example.com")

    assert 'href="https://help.example.com/faq/3"' in absolute
    assert 'src="https://help.example.com/files/a/b.png"' in absolute
    assert '<code> href="/x"</code>' in absolute


def test_links_to_other_sites_tell_nothing_and_own_links_keep_the_language():
    assert 'rel="noopener noreferrer"' in render_markdown("[x](https://example.com)").html
    assert "rel=" not in render_markdown("[x](/faq/3)").html


@pytest.mark.parametrize("address", ["https://example.com", "HTTP://EXAMPLE.com", "//example.com"])
def test_links_of_posts_give_search_engines_nothing(address):
    html = render_markdown(f"[x]({address}) ![y]({address}/y.png)", ugc=True).html

    assert html.count('rel="nofollow ugc noopener noreferrer"') == 2
    assert "nofollow" not in render_markdown(f"[x]({address})").html


def test_posts_keep_line_breaks_show_own_files_only_and_have_headings_without_ids():
    html = render_markdown("# Help\none\ntwo ![a](/sign-out) ![b](/files/x/y.png)", ugc=True).html

    assert "<h3>Help</h3>" in html
    assert "one<br" in html
    assert html.count("<img") == 1
    assert "/sign-out" not in html


def test_code_stands_as_written_in_a_box_that_the_keyboard_scrolls():
    html = render_markdown("```html\n<script>x</script>\n```").html

    assert '<pre tabindex="0"><code>&lt;script&gt;x&lt;/script&gt;\n</code></pre>' in html


def test_ten_thousand_equal_headings_have_ids_of_their_own():
    rendered = render_markdown("# a\n" * 10_000)

    assert len({heading.id for heading in rendered.headings}) == 10_000


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


class _Hostile(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self):
        super().__init__()
        self.acts: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style", "iframe", "svg", "object", "embed", "form", "base", "meta"):
            self.acts.append(tag)
        for name, value in attrs:
            flat = "".join((value or "").split()).lower()
            if name.startswith("on") or name in ("style", "srcset", "formaction"):
                self.acts.append(name)
            if name in ("href", "src") and flat.startswith(("javascript:", "data:", "vbscript:")):
                self.acts.append(flat)


HOSTILE = (
    "[x](javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '![x" onerror="alert(1)](/files/a/b.png)',
    '![x](/files/a/b.png" onerror="alert(1))',
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](/a "t" onclick="alert(1)")',
    '<https://a.example/"onclick=alert(1)>',
    "<javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<scr<script>ipt>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '```"><script>alert(1)</script>\nx\n```',
    "# <img src=x onerror=alert(1)>",
    "| a |\n|---|\n| <svg onload=alert(1)> |",
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


@pytest.mark.parametrize("ugc", [False, True])
@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_does_nothing_in_a_browser(source, ugc):
    read = _Hostile()
    read.feed(str(render_markdown(source, ugc=ugc, files=[TANK, MANUAL]).html))

    assert read.acts == []


@given(st.lists(st.sampled_from([*"[]()!<>&\"'`#|\n: /\\=", "javascript:", "on", "x", "https:"])))
def test_no_mix_of_signs_does_anything_in_a_browser(pieces):
    read = _Hostile()
    read.feed(str(render_markdown("".join(pieces), ugc=True).html))

    assert read.acts == []


@given(st.text(max_size=400))
def test_no_text_renders_to_script_style_or_handlers(source):
    html = str(render_markdown(source).html).lower()

    for forbidden in ("<script", "<style", "<iframe", "<svg", " onerror=", ' style="'):
        assert forbidden not in html.replace("&lt;", "")
