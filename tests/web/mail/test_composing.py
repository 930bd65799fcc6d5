"""Letters become a subject, a plain text and HTML, and nobody's words become more than words."""

import re
from dataclasses import dataclass, field, replace

import pytest
from jinja2 import UndefinedError

from kb.settings import Settings
from web.mail.composing import FOLDER, compose
from web.mail.letters import Letter, Written, plain_words

SETTINGS = Settings(public_url="https://help.example.com", site_name="Röster & Co")
TEMPLATE = """Subject: {{ _("Answer to your question: %(title)s", title=title) }}

{% trans %}You asked:{% endtrans %} **{{ title }}**

{{ answer }}

[{{ _("Open the answer") }}]({{ link(path) }})

- [in a list]({{ link(path) }})
"""


@dataclass(frozen=True, slots=True)
class Context:
    title: str = "Does it beep?"
    answer: Written = field(default=Written("It **does**."))
    path: str = "/faq/1"


@pytest.fixture
def composed(tmp_path):
    """Composes a letter from a template of this test."""

    def compose_it(context=None, *, locale="en", template=TEMPLATE, settings=SETTINGS):
        (tmp_path / "test.md").write_text(template, encoding="utf-8")
        letter = Letter("test", "a@b.example", locale, context or Context(), "test")
        return compose(settings, letter, folder=tmp_path)

    return compose_it


def test_both_bodies_say_the_same_from_one_source(composed):
    mail = composed()

    assert mail.subject == "Answer to your question: Does it beep?"
    assert "It does." in mail.text
    assert "<strong>does</strong>" in mail.html
    assert "Open the answer:\nhttps://help.example.com/faq/1\n" in mail.text
    assert 'href="https://help.example.com/faq/1" class="m-button"' in mail.html
    assert mail.text.endswith("-- \nRöster & Co: https://help.example.com/\n")
    assert "Röster &amp; Co" in mail.html


def test_a_mail_names_the_pages_a_company_must_name(composed):
    settings = replace(
        SETTINGS, imprint_url="https://r.example/i", privacy_url="https://r.example/p"
    )
    mail = composed(locale="de", settings=settings)

    signature = mail.text.split("-- \n")[1].splitlines()
    assert signature[1:] == ["Impressum: https://r.example/i", "Datenschutz: https://r.example/p"]
    assert 'href="https://r.example/p"' in mail.html
    assert "Impressum" not in composed(locale="de").html


def test_a_letter_speaks_the_language_of_its_reader(composed):
    assert composed(locale="de-AT").locale == "de"
    assert composed(locale="de-AT").subject.startswith("Antwort auf Ihre Frage:")
    assert composed(locale="fr").locale == "en"


def test_words_of_others_are_never_markup_links_or_headers(composed):
    nasty = "50% *so* [here](http://evil.example) <b>x</b>\r\nBcc: y@z.example\n# head"
    mail = composed(Context(title=nasty))

    shown = "50% *so* [here](http://evil.example) <b>x</b> Bcc: y@z.example # head"
    assert mail.subject == f"Answer to your question: {shown}"
    assert f"You asked: {shown}" in " ".join(mail.text.split())
    assert 'href="http://evil' not in mail.html
    assert "&lt;b&gt;x&lt;/b&gt;" in mail.html
    assert "<h1" not in mail.html


def test_what_an_editor_leaves_open_swallows_nothing(composed):
    mail = composed(Context(answer=Written("```\nfor ever open\n\n- <script>alert(1)</script>")))

    assert "<script" not in mail.html
    assert "Open the answer:\n" in mail.text
    assert 'class="m-button"' in mail.html


def test_a_mail_loads_nothing_and_its_links_lead_here_from_anywhere(composed):
    answer = Written(
        "See [this](/faq/2), ![arrows](arrows.png), [part](#part) and "
        "![far](https://cdn.example/far.png)."
    )
    mail = composed(Context(answer=answer))

    assert "<img" not in mail.html
    assert 'href="https://help.example.com/faq/2"' in mail.html
    assert 'href="https://cdn.example/far.png"' in mail.html
    assert "arrows.png" not in mail.html
    assert "arrows, part and" in mail.text
    assert "this (https://help.example.com/faq/2)" in mail.text


def test_only_a_link_that_stands_alone_is_a_button(composed):
    mail = composed(Context(answer=Written("[read](https://a.example)\n\nAnd [more](/b).")))

    assert mail.html.count('class="m-button"') == 1


def test_text_that_is_no_markdown_keeps_its_lines(composed):
    mail = composed(Context(answer=plain_words("Hello\n# not *this*\n\n1. and that")))

    assert "Hello\n# not *this*\n\n1. and that\n" in mail.text


def test_lists_tables_and_code_stay_readable_in_plain_text(composed):
    answer = "## First\n\n1. open\n2. close\n\n> said\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n    code"
    text = composed(Context(answer=Written(answer))).text

    assert "First\n-----\n\n1. open\n2. close\n\n> said\n\na | b\n1 | 2\n\n    code" in text


def test_cells_of_an_aligned_column_look_like_the_others(composed):
    answer = "| Part | Price |\n| --- | ---: |\n| Valve | 3.10 € |"
    html = composed(Context(answer=Written(answer))).html
    cells = re.findall(r'<t[hd] style="([^"]*border-bottom[^"]*)"', html)

    assert len(cells) == 4
    assert [style.endswith("text-align:right") for style in cells] == [False, True, False, True]


def test_long_lines_of_text_are_wrapped_but_no_address_is(composed):
    address = "https://help.example.com/" + "x" * 90
    answer = Written(f"{'many words ' * 20}\n\n[link]({address})")
    lines = composed(Context(answer=answer)).text.splitlines()

    assert max(len(line) for line in lines if "http" not in line) <= 76
    assert any(address in line for line in lines)


def test_without_a_public_address_links_are_paths(composed):
    mail = composed(settings=Settings())

    assert "Open the answer:\n/faq/1\n" in mail.text
    assert 'href="/faq/1"' in mail.html


def test_a_template_may_read_its_context_alone(composed):
    with pytest.raises(UndefinedError):
        composed(template="Subject: {{ other }}\n")
    with pytest.raises(ValueError, match="does not begin with Subject:"):
        composed(template="Hello\n")


def test_no_paragraph_of_a_letter_runs_into_the_next():
    """Jinja drops the line break after a block, unless the block ends with `+%}`."""
    swallowing = re.compile(r"^.*[^\s{].*\{% end(?:trans|if) %\}$", re.MULTILINE)

    for template in FOLDER.glob("*.md"):
        words = template.read_text(encoding="utf-8")
        assert swallowing.findall(words) == [], template.name
