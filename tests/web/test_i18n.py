"""The catalogues are complete, and the right language is chosen."""

import re
from collections import Counter
from itertools import chain

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from web.http import i18n
from web.http.i18n import FOLDER, LOCALES, best_locale, language_name, own_name, translations

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "to_translate": None}


def texts_in_the_sources():
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    folders = (FOLDER.parent, FOLDER.parent.parent / "mail")
    found = (extract_from_dir(folder, methods, options, keywords=KEYWORDS) for folder in folders)
    return {message for _, _, message, _, _ in chain.from_iterable(found)}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_has_every_text_of_the_sources_and_no_other(locale):
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=locale, abort_invalid=True)
    entries = {message.id: message for message in catalogue if message.id}

    assert {i if isinstance(i, str) else tuple(i) for i in entries} == texts_in_the_sources()
    for message in entries.values():
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert all(strings), message.id
        assert not message.fuzzy
        assert list(message.check(catalogue)) == []


def test_german_says_sie():
    german = translations("de")

    assert german.gettext("What do you want to know?") == "Was möchten Sie wissen?"
    with (FOLDER / "de" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        words = Counter(str(m.string).lower() for m in read_po(file, locale="de"))
    assert not [
        text for text in words if {" du ", " dein ", " deine "} & {f" {w} " for w in text.split()}
    ]


def strings_of(locale):
    """Every text of a catalogue as people read it, plural forms one by one."""
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale=locale):
            if message.id:
                yield from [message.string] if isinstance(message.string, str) else message.string


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", r"!|e-mail|\b(a|an|the|one|by|no|more) mails?\b(?! server)|\bmails\b|\.\.\.| %%"),
        ("de", r"!|[\"”]|(?<!E-)\b(Mails?|Email|Account|Login|Bereich|Anfrage)\b|\.\.\.| %%| MB\b"),
        ("de", r"\b(Administrator|Moderator|Mitarbeiter|Leser|Nutzer|Benutzer)(s|n|en|in)?\b"),
        ("de", r"\bKunde\b|(?<!Kundinnen und )\bKunden\b|\b[Jj]eder (kann|darf|Mensch)\b"),
    ],
)
def test_no_text_has_what_the_page_of_words_rules_out(locale, words):
    markup = re.compile(r"<[^>]+>")

    assert [one for one in strings_of(locale) if re.search(words, markup.sub("", one))] == []


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [(["de-AT", "en"], "de"), (["fr", "en-GB"], "en"), (["fr"], "en"), ([], "en"), (["*"], "en")],
)
def test_the_first_wanted_language_that_we_have_is_taken(wanted, locale):
    assert best_locale(wanted) == locale


def test_an_unknown_locale_has_no_catalogue():
    with pytest.raises(KeyError):
        translations("fr")


def test_languages_are_named_for_the_reader():
    assert language_name("de", locale="en") == "German"
    assert language_name("pt-BR", locale="de") == "Portugiesisch"
    assert language_name("zz", locale="en") == "zz"
    assert [own_name(locale) for locale in i18n.LOCALES] == ["English", "Deutsch"]
