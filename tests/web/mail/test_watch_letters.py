"""Every letter about what is followed, in both languages, from what its context holds."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kb.entries import Entry
from kb.settings import Settings
from kb.watches import EntryNews, Follower, ReplyNews, Target, Watch
from web.http.i18n import LOCALES
from web.mail.composing import FOLDER, compose
from web.mail.confirm_letters import confirm_letter
from web.mail.watch_letters import digest_of, letter_of

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
SETTINGS = Settings(public_url="https://help.example.com")
ENTRY = Entry(
    id=7,
    source_id=None,
    state="published",
    title="How do I <descale>?",
    answer="Use **acid**.\n\n" + "Wait a while. " * 40,
    locale="en",
    audience="public",
    revision=3,
    translation_group=None,
    category=None,
    category_name=None,
    product=None,
    product_name=None,
    topic_id=None,
    created_at=AT,
    updated_at=AT,
    published_at=AT,
    reviewed_at=None,
)
READER = Follower("mara@example.org", "en")
ITSELF = Target("entry", 7, ENTRY.title, "/faq/7")
CARE = Target("category", 2, "Care *and* more", "/categories/care")
QUESTION = Target("question", 5, "It beeps", "/q/5?token=t")
WATCH = Watch(1, READER, "entry", 7, "instant", "k" * 43, AT, AT)
CHANGED = EntryNews("changed", ENTRY, AT, ITSELF)
NEW = EntryNews("new", ENTRY, AT, CARE)
BECAME = EntryNews("became", ENTRY, AT, QUESTION)
REPLY = ReplyNews(11, "Press it.\n\n*Firmly.*", True, False, AT, QUESTION)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("news", [CHANGED, NEW, BECAME, REPLY])
def test_a_letter_says_all_of_it_and_how_to_end_it(news, locale):
    reader = replace(READER, locale=locale)
    mail = compose(SETTINGS, letter_of(news, WATCH, reader))

    assert mail.locale == locale
    assert mail.subject
    assert f"https://help.example.com/unsubscribe/{'k' * 43}" in mail.text
    assert ("Press it." if news is REPLY else "Use acid.") in mail.text
    assert "{{" not in mail.html


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("frequency", ["daily", "weekly"])
def test_a_digest_names_each_shelf_once_with_what_is_new_there(locale, frequency):
    reader = replace(READER, locale=locale)
    watch = replace(WATCH, frequency=frequency)
    told = [(watch, [CHANGED]), (watch, [NEW, NEW]), (watch, []), (watch, [REPLY, BECAME])]
    mail = compose(SETTINGS, digest_of(told, reader, date(2026, 7, 1)))

    assert mail.subject.startswith("4 ")
    assert mail.text.count("Care *and* more") == 1
    assert "https://help.example.com/q/5?token=t" in mail.text
    assert f"/unsubscribe/{'k' * 43}?all=1" in mail.text
    assert " …" in mail.text


def test_a_guest_who_confirms_is_told_nothing_that_a_stranger_typed():
    for locale in LOCALES:
        mail = compose(SETTINGS, confirm_letter("mara@example.org", locale, "s" * 43))
        assert f"https://help.example.com/watch/confirm/{'s' * 43}" in mail.text


def test_replies_in_plain_words_and_in_html_come_as_plain_words():
    plain = replace(REPLY, text="First line\n* not a list", is_markdown=False)
    marked = replace(REPLY, text="<p>First <b>line</b></p><p>Second</p>", is_markdown=False)
    marked = replace(marked, is_html=True)

    assert "First line\n* not a list\n" in compose(SETTINGS, letter_of(plain, WATCH, READER)).text
    assert "First line" in compose(SETTINGS, letter_of(marked, WATCH, READER)).text
    assert "<b>" not in compose(SETTINGS, letter_of(marked, WATCH, READER)).text


def test_mails_about_one_thing_have_one_key_whatever_is_followed():
    same = letter_of(replace(NEW, about=ITSELF), WATCH, READER)

    assert letter_of(NEW, WATCH, READER).key == same.key
    assert letter_of(NEW, WATCH, replace(READER, email="b@c.example")).key != same.key
    assert letter_of(CHANGED, WATCH, READER).key != same.key


def test_of_two_buttons_in_a_row_the_first_is_the_one_that_is_meant():
    mail = compose(SETTINGS, letter_of(REPLY, WATCH, READER))

    assert mail.html.count('class="m-button"') == 1
    first, second = mail.html.index("This solved it"), mail.html.index("Not solved yet")
    assert mail.html.rindex('class="', 0, first) == mail.html.rindex('class="m-button"', 0, first)
    assert mail.html.rindex('class="', 0, second) == mail.html.rindex('class="m-link"', 0, second)


def test_every_template_begins_with_its_subject():
    parts = {"stop.md"}
    for path in FOLDER.glob("*.md"):
        first = path.read_text(encoding="utf-8").lstrip()
        assert path.name in parts or "Subject:" in first.split("\n\n")[0], path.name
