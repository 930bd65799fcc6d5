"""Replaces personal data in a text by placeholders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.intake import bank_numbers, numbers
from kb.intake import names as person_names

# A span is (start, end, kind); kind None keeps the text and shields it from later rules.
Finder = Callable[[str], Iterator[numbers.Span]]


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data; `counts` says how many of each kind were replaced."""

    text: str
    counts: Mapping[str, int]


def mask_personal_data(text: str, *, names: Sequence[str] = (), lang: str | None = None) -> Masked:
    """Return the text with personal data replaced by [email], [phone], [iban], [card] and so on.

    Masks e-mail addresses, phone numbers (valid ones, read in the countries of `lang`), IBANs and
    card numbers (checksums), IP addresses, order and customer numbers that are called or shaped
    so, secrets in links, the given `names` of the sender, and names in salutations and sign-offs.
    Error codes, part numbers, versions, dates, times and prices stay. Masking masked text changes
    nothing.
    Time is linear in the length of the text. It cannot find every name: nothing can.
    """
    finders: list[Finder] = [numbers.find_placeholders]
    if "://" in text:
        finders.append(numbers.find_links)
    if numbers.may_hold_email(text):
        finders.append(numbers.find_emails)
    if numbers.has_number(text):
        finders += [bank_numbers.find_ibans, bank_numbers.find_cards]
        finders += [numbers.find_ips, numbers.find_orders, numbers.find_plain_numbers]
        finders.append(lambda found: numbers.find_phones(found, lang=lang))
    elif ":" in text:
        finders.append(numbers.find_ips)
    finders.append(lambda found: person_names.find_names(found, own=names))
    return _replaced(text, finders)


def _replaced(text: str, finders: Sequence[Finder]) -> Masked:
    claimed = bytearray(len(text))
    spans: list[numbers.Span] = []
    for finder in finders:
        for span in finder(text):
            if claimed.find(1, span.start, span.end) < 0:
                claimed[span.start : span.end] = b"\x01" * (span.end - span.start)
                if span.kind is not None:
                    spans.append(span)
    if not spans:
        return Masked(text, {})
    parts: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda one: one.start):
        parts += (text[done : span.start], f"[{span.kind}]")
        done = span.end
    parts.append(text[done:])
    return Masked("".join(parts), dict(Counter(span.kind or "" for span in spans)))
