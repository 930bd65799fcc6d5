"""Finds the facts of a rewritten text that stand in none of the replies it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.replies.claims import NUMBERS, UNITS
from indexer.replies.sentences import LINK, reading_language

MAX_SHOWN = 20
"""More than an agent reads tell no more than that the text is not to be trusted."""

LIST_MARK = re.compile(r"(?m)^\s*(?:[-*•]\s+|\(?\d{1,2}[.)]\s+|#{1,6}\s+)+")
ADDRESS = re.compile(
    r"(?<![\w@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b(?:/\S*)?", re.I
)
NUMBER = re.compile(
    r"(?<![\w.,-])(?P<number>\d+(?:[.,:]\d+)*|"
    + "|".join(sorted(NUMBERS, key=len, reverse=True))
    + r")(?P<gap>[\s-]?)(?P<unit>[^\W\d_]+|[%°€$£]C?)?",
    re.IGNORECASE,
)
# "CD-3011", "v115", "IPv6": letters and digits in one word.
CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[^\W\d_])\w[\w-]*\w(?![\w-])")
MENU = re.compile(
    r"[^\s>→›.,;:()][^>→›.,;:()\n]{0,40}?(?:\s*[>→›]\s*[^\s>→›.,;:()\n]+(?: [A-ZÄÖÜ][\w-]*)*)+"
)
MENU_MARK = re.compile(r"\s*[>→›]\s*")
MARKED = re.compile(r"\*\*([^*\n]{2,60})\*\*|`([^`\n]{2,80})`|[\"“„«]([^\"“”„«»\n]{2,60})[\"”“»]")
EMPHASISED = re.compile(r"(?<![*\w])[*_]([^*_\n]{2,60})[*_](?![*\w])")
CAPITALISED = re.compile(r"(?<=[a-z,;] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
WORD = re.compile(r"\w+")
# English words that are capitalised anywhere.
ALWAYS_CAPITAL = frozenset({"i", "ok"})


def unsupported_facts(text: str, sources: Sequence[str]) -> tuple[str, ...]:
    """Facts of `text` that stand in no source, in the text's order, as they are written there.

    Facts are addresses, numbers with their unit, codes and versions, and names of menus and
    buttons: what is set in bold, quotes or code, follows a ">", or, in English, has a capital
    inside a sentence. At most twenty. What is told in other words is not found: an agent still
    has to read both.
    """
    plain = LIST_MARK.sub("", text)
    known = _Sources(sources)
    found: dict[str, int] = {}
    for start, fact, is_known in _facts(plain, known):
        shown = " ".join(fact.split())
        if not is_known and shown not in found and not _inside(shown, found):
            found[shown] = start
    return tuple(sorted(found, key=found.__getitem__))[:MAX_SHOWN]


class _Sources:
    """What the replies say, in the forms in which facts are looked up."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\n".join(texts)
        self.lower = joined.casefold()
        self.words = f" {' '.join(WORD.findall(self.lower))} "
        self.amounts = {
            (_value(match["number"]), _unit(match["unit"])) for match in NUMBER.finditer(joined)
        }
        self.values = {value for value, _ in self.amounts}

    def says(self, name: str) -> bool:
        """Whether the words of a name stand somewhere one after the other."""
        words = " ".join(WORD.findall(name.casefold()))
        return not words or f" {words} " in self.words


def _facts(text: str, known: _Sources) -> Iterator[tuple[int, str, bool]]:
    """Yield (place, fact, whether a source says it)."""
    rest = text
    for pattern in (LINK, ADDRESS):
        for match in pattern.finditer(rest):
            address = match[0].rstrip(".,;:!?)/")
            yield match.start(), address, address.casefold() in known.lower
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    for match in CODE.finditer(rest):
        yield match.start(), match[0], known.says(match[0])
    for match in NUMBER.finditer(rest):
        unit = _unit(match["unit"])
        value = _value(match["number"])
        if not match["number"][0].isdigit() and not unit:
            continue
        shown = match[0] if unit else match["number"]
        yield match.start(), shown, _is_known_amount(value, unit, known)
    yield from _names(rest, known)


def _names(text: str, known: _Sources) -> Iterator[tuple[int, str, bool]]:
    for match in MENU.finditer(text):
        for part in MENU_MARK.split(match[0])[1:]:
            yield match.start(), part.strip("*_` "), known.says(part)
    for pattern in (MARKED, EMPHASISED):
        for match in pattern.finditer(text):
            name = next(group for group in match.groups() if group)
            yield match.start(), name, known.says(name)
    if reading_language(text) == "en":
        for match in CAPITALISED.finditer(text):
            is_word = match[0].casefold() in ALWAYS_CAPITAL
            yield match.start(), match[0], is_word or known.says(match[0])


def _is_known_amount(value: str, unit: str, known: _Sources) -> bool:
    return (value, unit) in known.amounts if unit else value in known.values


def _inside(shown: str, found: dict[str, int]) -> bool:
    return any(f" {shown} " in f" {other} " for other in found)


def _value(number: str) -> str:
    spelled = NUMBERS.get(number.casefold())
    return str(spelled) if spelled is not None else number.replace(",", ".")


def _unit(word: str | None) -> str:
    """The unit in its one form, empty for a word that is none."""
    return UNITS.get((word or "").casefold(), "")
