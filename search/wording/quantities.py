"""Numbers with their units, so that 230V, 230 V and 230 volts are one thing to find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MARK = "="
"""Goes before a quantity among the terms, so that it never meets a stem or a code."""

_UNITS = {
    "v": "v volt volts",
    "w": "w watt watts",
    "kw": "kw kilowatt kilowatts",
    "kwh": "kwh",
    "a": "a amp amps ampere amperes",
    "mah": "mah",
    "hz": "hz hertz",
    "l": "l liter liters litre litres litern",
    "ml": "ml milliliter milliliters millilitre millilitres",
    "cl": "cl",
    "g": "g gram grams gramm",
    "kg": "kg kilo kilos kilogram kilograms kilogramm",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "cm": "cm centimeter centimeters centimetre centimetres zentimeter",
    "m": "m meter meters metre metres metern",
    "bar": "bar",
    "c": "c °c celsius grad",
    "db": "db decibel",
    "gb": "gb gigabyte gigabytes",
    "mb": "mb megabyte megabytes",
    "tb": "tb terabyte terabytes",
    "min": "min mins minute minutes minuten",
    "h": "h hour hours stunde stunden",
    "s": "s sec secs second seconds sekunde sekunden",
    "inch": "inch inches zoll",
    "%": "% percent prozent",
}
_CANONICAL = {name: unit for unit, names in _UNITS.items() for name in names.split()}
_NAMES = "|".join(sorted(map(re.escape, _CANONICAL), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?<![\w.,/:#-])(\d{{1,6}}(?:[.,]\d{{1,3}})?)(?:[ \u00a0\u202f-])?({_NAMES})(?![\w])",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number with its unit: the term by which it is found and where it stands, text[start:end].

    `term` is the same for every spelling.
    """

    term: str
    start: int
    end: int


def find_quantities(text: str) -> Iterator[Quantity]:
    """Yield the numbers with units of a text, in order."""
    for found in _QUANTITY.finditer(text):
        number = found.group(1).replace(",", ".")
        if "." in number:
            number = number.rstrip("0").rstrip(".")
        yield Quantity(f"{MARK}{number}{_CANONICAL[found.group(2).lower()]}", *found.span())


def is_quantity(word: str) -> bool:
    """Whether the whole word is a number with its unit, and so no code.

    One digit and one letter (a 5S, 4G) are more often the name of a thing.
    """
    return len(word) > 2 and _QUANTITY.fullmatch(word) is not None
