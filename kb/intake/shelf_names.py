"""Names of categories, products and tags in several languages, as files of entries give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kb.intake.values import list_of, text_of
from kb.shelves import NamedShelf, ShelfKind

LANGUAGE = re.compile("[a-z]{2}")
NOT_LANGUAGES = frozenset({"id", "no", "nr"})
"""What `category_id` and `product_no` end with are numbers, though Indonesian is called id."""


class UnevenNames(ValueError):
    """A list of tags in a language that does not name each tag of the row."""

    def __init__(self, column: str, named: int, tags: int) -> None:
        super().__init__(f"{column} names {named} tags, the row has {tags}")
        self.column = column


def shelf_name(value: object) -> str:
    """The own name of a shelf: the text, or the first name of an object of names by language."""
    if isinstance(value, Mapping):
        return next((name for each in value.values() if (name := text_of(each))), "")
    return text_of(value)


def names_in_languages(
    values: Mapping[str, object], kind: ShelfKind, columns: Sequence[str]
) -> tuple[str, NamedShelf | None]:
    """The own name of a row's category or product, and its names in languages where it has any.

    They stand in an object, `{"en": "Care", "de": "Pflege"}`, or in columns like `category_de`.
    """
    value = next((values[name] for name in columns if name in values), None)
    names = _by_language(value) if isinstance(value, Mapping) else {}
    for column, lang in _columns_with_language(values, columns):
        if text_of(values[column]):
            names[lang] = text_of(values[column])
    own = shelf_name(value) or next(iter(names.values()), "")
    others = _without(own, names)
    return own, NamedShelf(kind, own, others) if own and others else None


def tags_in_languages(
    values: Mapping[str, object], columns: Sequence[str]
) -> tuple[tuple[str, ...], tuple[NamedShelf, ...]]:
    """The tags of a row, and their names in languages: `tags_de` in the order of `tags`.

    Raises UnevenNames where a language names more or fewer tags than there are.
    """
    value = next((values[name] for name in columns if name in values), None)
    if isinstance(value, list | tuple):
        # A tag may be an object of names by language itself; `name` is what Zendesk calls it.
        named = [one for one in value if isinstance(one, Mapping) and "name" not in one]
        own = list_of([shelf_name(one) if one in named else one for one in value])
        found = {shelf_name(one): _by_language(one) for one in named}
    else:
        own, found = list_of(value), {}
    for column, lang in _columns_with_language(values, columns):
        there = list_of(values[column])
        if there and len(there) != len(own):
            raise UnevenNames(column, len(there), len(own))
        for name, translated in zip(own, there, strict=bool(there)):
            found.setdefault(name, {})[lang] = translated
    others = {name: _without(name, names) for name, names in found.items()}
    return own, tuple(NamedShelf("tag", name, names) for name, names in others.items() if names)


def _without(own: str, names: Mapping[str, str]) -> dict[str, str]:
    """The names that say more than the own one."""
    return {lang: name for lang, name in names.items() if name != own}


def _by_language(value: Mapping[object, object]) -> dict[str, str]:
    texts = {str(lang).strip().lower(): text_of(name) for lang, name in value.items()}
    return {lang: name for lang, name in texts.items() if name and LANGUAGE.fullmatch(lang)}


def _columns_with_language(
    values: Mapping[str, object], columns: Sequence[str]
) -> list[tuple[str, str]]:
    found = []
    for column in values:
        stem, _, lang = column.rpartition("_")
        if stem in columns and LANGUAGE.fullmatch(lang) and lang not in NOT_LANGUAGES:
            found.append((column, lang))
    return found
