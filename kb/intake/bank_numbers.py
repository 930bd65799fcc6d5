"""Finds numbers of bank accounts and payment cards, which their check digits tell from others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from kb.intake.numbers import Span

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]{1,4}){3,8}(?![A-Za-z0-9])")
MIN_IBAN_LENGTH = 15
DIGIT_GROUPS = re.compile(r"(?<![\w.\-])\d+(?:[ \-]\d+)*(?![\w\-])")
CARD_DIGITS = range(13, 20)
MIN_GROUP_DIGITS = 3
"""Cards print 4-4-4-4, 4-6-5 or 4-4-4-4-3 digits; in a list of small numbers is none."""

CARD_BRANDS = re.compile(
    r"(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|"
    r"3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})$"
)


def find_ibans(text: str) -> Iterator[Span]:
    """Yield account numbers whose length and checksum are those of an IBAN."""
    for match in IBAN.finditer(text):
        end = match.end()
        # What follows in capital letters may have been taken along: give it back word by word.
        while len(candidate := text[match.start() : end]) >= MIN_IBAN_LENGTH:
            if iban.is_valid(candidate.replace("-", ""), check_country=False):
                yield Span(match.start(), end, "iban")
                break
            cut = candidate.rfind(" ")
            if cut < 0:
                break
            end = match.start() + cut


def find_cards(text: str) -> Iterator[Span]:
    """Yield payment card numbers: the length and start of a brand and a right check digit.

    Other numbers may stand right before and after one, with no more than a space between.
    """
    for run in DIGIT_GROUPS.finditer(text):
        if len(run[0]) < CARD_DIGITS.start:
            continue
        groups = [found.span() for found in re.finditer(r"\d+", run[0])]
        first = 0
        while first < len(groups):
            last = _card_end(run[0], groups, first)
            if last is not None:
                yield Span(run.start() + groups[first][0], run.start() + groups[last][1], "card")
            first = first + 1 if last is None else last + 1


def _card_end(run: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the card number that begins with the first one, None for no card."""
    digits, found = "", None
    for place in range(first, len(groups)):
        start, end = groups[place]
        if len(digits) + end - start >= CARD_DIGITS.stop:
            break
        digits += run[start:end]
        is_whole = first == 0 and place == len(groups) - 1
        if not is_whole and any(b - a < MIN_GROUP_DIGITS for a, b in groups[first : place + 1]):
            continue
        if len(digits) in CARD_DIGITS and CARD_BRANDS.match(digits) and luhn.is_valid(digits):
            found = place
    return found
