"""Makes a FAQ entry out of one row of a file for `kb import-faq`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from kb.access import INTERNAL, MEMBERS, PUBLIC, is_audience
from kb.intake.convert import Defaults
from kb.intake.dates import read_date
from kb.intake.encodings import made_id
from kb.intake.records import BadRow, IncomingEntry, Row
from kb.intake.shelf_names import UnevenNames, names_in_languages, tags_in_languages
from kb.intake.values import language_code, list_of, optional_text, text_of
from kb.visible_text import one_line

MAX_QUESTION_CHARACTERS = 1_000
MAX_ANSWER_CHARACTERS = 200_000
COLUMN_NAMES: Mapping[str, str] = {
    "id": "id source_id key nr",
    "question": "question title q frage titel",
    "answer": "answer body a antwort content",
    "lang": "lang language locale sprache",
    "category": "category section topic kategorie",
    "product": "product produkt",
    "tags": "tags keywords schlagworte",
    "phrasings": "phrasings questions wordings variants formulierungen",
    "audience": "audience visibility",
    "translation_group": "translation_group translationgroup translations",
    "published": "published published_at publishedat created created_at",
    "reviewed": "reviewed reviewed_at reviewedat updated updated_at last_reviewed",
}
AUDIENCE_WORDS: Mapping[str, str] = {
    "": PUBLIC,
    "everyone": PUBLIC,
    "all": PUBLIC,
    "customers": MEMBERS,
    "agents": INTERNAL,
    "staff": INTERNAL,
    "private": INTERNAL,
}


def to_faq(row: Row, *, defaults: Defaults, answer_required: bool = True) -> IncomingEntry | BadRow:
    """Return the FAQ entry in a row, or why there is none in it.

    `question` and `answer` are required; id, lang, category, product, tags, phrasings,
    translation_group, audience (public, members, internal or a group) and the dates published
    and reviewed may stand beside them. Tags and phrasings are a JSON list or text with |
    between. Category, product and tags have names in other languages in columns like
    category_de, or as an object. A row without an id gets the file's hash and its number.
    """
    values = {name.strip().lower(): value for name, value in row.values.items()}
    question = one_line(text_of(_value(values, "question")))
    answer = text_of(_value(values, "answer"))
    for name, text, longest in (
        ("question", question, MAX_QUESTION_CHARACTERS),
        ("answer", answer, MAX_ANSWER_CHARACTERS),
    ):
        if not text and (answer_required or name != "answer"):
            return BadRow(row.number, name, f"{name} is missing or empty")
        if len(text) > longest:
            return BadRow(row.number, name, f"{name} is longer than {longest:,} characters")
    audience = text_of(_value(values, "audience")).lower()
    audience = AUDIENCE_WORDS.get(audience, audience)
    if not is_audience(audience):
        known = f"{PUBLIC}, {MEMBERS}, {INTERNAL}"
        return BadRow(row.number, "audience", f"audience is neither {known} nor a group's name")
    dates: dict[str, datetime | None] = {}
    for name in ("published", "reviewed"):
        try:
            dates[name] = _date(values, name)
        except ValueError as error:
            return BadRow(row.number, name, str(error))
    category, category_names = names_in_languages(values, "category", _columns("category"))
    product, product_names = names_in_languages(values, "product", _columns("product"))
    try:
        tags, tag_names = tags_in_languages(values, _columns("tags"))
    except UnevenNames as error:
        return BadRow(row.number, error.column, str(error))
    return IncomingEntry(
        source_id=text_of(_value(values, "id")) or made_id(defaults.fingerprint, row.number),
        question=question,
        answer=answer,
        lang=language_code(_value(values, "lang")) or defaults.lang,
        category=category or None,
        product=product or defaults.product,
        tags=tags,
        phrasings=_phrasings(_value(values, "phrasings"), question),
        audience=audience,
        translation_group=optional_text(_value(values, "translation_group")),
        published_at=dates["published"],
        reviewed_at=dates["reviewed"],
        shelves=tuple(one for one in (category_names, product_names) if one) + tag_names,
        row=row.number,
    )


def missing_columns(columns: Sequence[str]) -> str:
    """Return "question", "answer" or both, as far as no column feeds them; "" if all is there."""
    present = {column.strip().lower() for column in columns}
    needed = ("question", "answer")
    return " and ".join(
        field for field in needed if present.isdisjoint(COLUMN_NAMES[field].split())
    )


def _columns(field: str) -> list[str]:
    return COLUMN_NAMES[field].split()


def _value(values: Mapping[str, object], field: str) -> object:
    return next((values[name] for name in _columns(field) if name in values), None)


def _date(values: Mapping[str, object], field: str) -> datetime | None:
    value = _value(values, field)
    return read_date(value) if text_of(value) else None


def _phrasings(value: object, question: str) -> tuple[str, ...]:
    # A comma or semicolon belongs to a sentence, so only | separates wordings.
    if isinstance(value, str) and not value.lstrip().startswith("["):
        value = value.split("|")
    seen = {question.casefold()}
    distinct: list[str] = []
    for part in list_of(value):
        text = " ".join(part.split())
        if text.casefold() not in seen:
            seen.add(text.casefold())
            distinct.append(text)
    return tuple(distinct)
