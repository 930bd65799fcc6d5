"""Finds addresses and numbers in a text: personal ones, and those that must stay."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, end exclusive; `kind` is its placeholder, None if it has to stay."""

    start: int
    end: int
    kind: str | None


PLACEHOLDER = re.compile(r"\[(?:email|phone|iban|card|ip|order|name|secret)\]")
NUMBER = re.compile(r"\d[\d .()/\-–]{0,4}\d|\d{2}")

LINK = re.compile(r"\b[a-z][a-z0-9+.\-]{1,15}://[^\s<>\"'\[\]]{1,2000}", re.IGNORECASE)
LINK_USER = re.compile(r"://([^/@\s]{1,200})@")
# Values of a query and long random path parts open accounts; the names before "=" say nothing.
LINK_VALUE = re.compile(r"[?&#;][\w.\-]{1,60}=([^&#;\s]{1,1000})")
LINK_TOKEN = re.compile(
    r"/((?=[^/?#]{0,200}\d)(?=[^/?#]{0,200}[A-Za-z])[A-Za-z0-9_\-=.~]{24,200})(?=[/?#]|$)"
)
HARMLESS_VALUE = re.compile(r"(?:[a-z]{1,12}(?:[-_.][a-z0-9]{1,10}){0,3}|\d{1,4})$", re.IGNORECASE)
LINK_IP = re.compile(r"://(?:[^/@\s]{1,200}@)?(\d{1,3}(?:\.\d{1,3}){3})(?=[:/]|$)")
EMAIL = re.compile(r"(?<![\w.+\-])[\w.+%'\-]{1,64}@(?:[\w\-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w\-])")
# People who fear robots write "jane (at) example.com".
SPELLED_AT = re.compile(r"[(\[](?:at|ät)[)\]]", re.IGNORECASE)
EMAIL_SPELLED = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64} ?[(\[](?:at|ät)[)\]] ?"
    r"(?:[\w\-]{1,63}(?:\.| ?[(\[](?:dot|punkt)[)\]] ?)){1,4}[a-z]{2,10}(?!\w)",
    re.IGNORECASE,
)

IPV4 = re.compile(r"(?<![\w.\-])(?:\d{1,3}\.){3}\d{1,3}(?![\w\-]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
VERSION_BEFORE = re.compile(
    r"(?:version|versions|ver|v|release|build|firmware|update|upgrade|driver|treiber|software)"
    r"(?:[\s:.#=]{1,3}(?:is|was|now|ist|from|to|number|nr)?[\s:]{0,2}|)$",
    re.IGNORECASE,
)

ORDER = re.compile(
    r"\b(?:(?:purchase |sales )?orders?|invoices?|customer|account|contract|booking|"
    r"reservation|shipment|shipping|tracking|parcel|member(?:ship)?|subscription|licen[cs]e|rma|"
    r"tickets?|(?:support |service )?cases?|ticket(?:nummer|[ \-]?nr)|fall(?:nummer|[ \-]?nr)|"
    r"receipt|transaction|payment|"
    r"bestell(?:ung|nummer|[ \-]?nr)|auftrags?(?:nummer|[ \-]?nr)?|rechnungs?(?:nummer|[ \-]?nr)?|"
    r"kunden(?:nummer|konto|[ \-]?nr)|vertrags?(?:nummer|[ \-]?nr)?|sendungs?(?:nummer|[ \-]?nr)?|"
    r"buchungs?(?:nummer|[ \-]?nr)?|lieferschein(?:nummer)?|mitglieds(?:nummer|[ \-]?nr)|"
    r"lizenz(?:nummer|schlüssel)?|vorgangs(?:nummer|[ \-]?nr)|reklamations(?:nummer|[ \-]?nr)|"
    r"commande|facture|pedido|factura|ordine|fattura|bestelling|bestelnummer|factuur|klantnummer)"
    r"(?P<called>[ \-]{0,2}(?:numbers?|no|nr|num|id|key|code|ref|reference|nummer|numéro|número|"
    r"numero|n°|#)\b\.?)?(?:[ :#=(]|\.(?=[ :#]{0,2}\d)|\b(?:ist|is|lautet)\b){0,6}"
    r"(?P<number>(?=[A-Za-z\-_/]{0,8}\d)[A-Za-z0-9][A-Za-z0-9\-_/]{3,39})(?!\w)",
    re.IGNORECASE,
)
# Shops number orders like CO-448117 or RMA-2024118; parts have shorter numbers, serials more parts.
ORDER_SHAPE = re.compile(r"(?<![\w\-/.])[A-Za-z]{2,4}-\d{6,12}(?![\w\-/]|\.\d)")
# "account 2000" may be a year or an amount; "order 12345" is a number of an order.
MIN_ORDER_DIGITS = 5
MIN_CALLED_ORDER_DIGITS = 4
DIGIT_RUN = re.compile(r"\d{4}")

# Numbers that help to answer and belong to nobody.
PLAIN_NUMBERS = re.compile(
    r"(?:0x[0-9A-Fa-f]{2,16}\b)"  # error codes
    r"|(?<![\w.])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?(?!\d)"  # dates
    r"|(?<![\w.])\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d{2})(?:[ ,]{1,2}\d{1,2}:\d{2})?(?!\d|\.\d)"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{6})?(?!\d)"  # 20250304
    r"|(?<!\d)(?:1[5-9]|20)\d\d ?[-–] ?(?:1[5-9]|20)\d\d(?!\d)"  # years
    r"|(?<![\w:])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"  # times
    r"|(?<![\w.])[vV]?\d{1,5}(?:\.\d{1,5}){2,4}(?![\w])"  # versions of three parts and more
    r"|(?<![\w.])\d{1,3}(?:[., ]\d{3}){0,3}(?:[.,]\d{1,2})? ?(?:€|EUR|USD|\$|£|GBP|CHF)"
    r"|(?:€|EUR|USD|\$|£|GBP|CHF) ?\d{1,3}(?:[.,]?\d{3}){0,3}(?:[.,]\d{1,2})?"
    r"|(?<!\w)(?=[\w\-/.]{0,30}\d)[A-Za-z]+[A-Za-z0-9]*(?:[-/.][A-Za-z0-9]+){0,6}"  # part numbers
    r"|(?<![\w+(])\d+[A-Za-z][A-Za-z0-9]*(?:[-/.][A-Za-z0-9]+){0,6}"
)

PHONE = re.compile(
    r"(?<![\w.@#=\-])(?:\+|00)?[ ]?\(?\d(?:[ .()/\-–]{0,3}\d){5,17}(?![\w@=]|[.\-]\d)"
)
# Written bare, ten digits are a phone number in America alone.
AMERICAN = re.compile(r"(?<!\d)[2-9]\d{2}[ .\-]?[2-9]\d{2}[ .\-]?\d{4}$")
PHONE_CUE = re.compile(
    r"\b(?:phone|tel|telefon|telephone|call|mobile|mobil|cell|handy|fax|whatsapp|rufnummer|nummer|"
    r"erreichbar|anrufen|hotline|contact|sms)[^\n]{0,25}$",
    re.IGNORECASE,
)
ID_CUE = re.compile(
    r"(?:\bid|build|error|fehler|code|serial|serien\w{0,8}|part|teil\w{0,8}|model\w{0,3}|port|ports|"
    r"bug|article|artikel\w{0,8}|version|kb|case|ticket|question|#)[\s:.#=nr\-]{0,8}$",
    re.IGNORECASE,
)
MAX_PHONE_CANDIDATES = 60
MIN_PHONE_DIGITS = 7
MAX_PHONE_DIGITS = 16
REGIONS: Mapping[str, tuple[str, ...]] = {
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES", "MX"),
    "it": ("IT",),
    "nl": ("NL", "BE"),
    "pt": ("PT", "BR"),
    "pl": ("PL",),
    "cs": ("CZ",),
    "da": ("DK",),
    "sv": ("SE",),
    "no": ("NO",),
    "fi": ("FI",),
    "hu": ("HU",),
    "ja": ("JP",),
}
DEFAULT_REGIONS = ("US", "DE", "GB")


def has_number(text: str) -> bool:
    """Tell whether a text has two digits near each other, so that the number rules are worth it."""
    return NUMBER.search(text) is not None


def may_hold_email(text: str) -> bool:
    """Tell whether a text has what every e-mail address has, so that the rule is worth it."""
    return "@" in text or SPELLED_AT.search(text) is not None


def find_placeholders(text: str) -> Iterator[Span]:
    """Yield the placeholders of an earlier masking, which stay as they are."""
    for match in PLACEHOLDER.finditer(text):
        yield Span(match.start(), match.end(), None)


def find_links(text: str) -> Iterator[Span]:
    """Yield what is secret in links (user, query values, long random parts); the rest stays."""
    for match in LINK.finditer(text):
        link, start = match[0], match.start()
        for kind, pattern in (
            ("secret", LINK_USER),
            ("ip", LINK_IP),
            ("secret", LINK_VALUE),
            ("secret", LINK_TOKEN),
        ):
            for part in pattern.finditer(link):
                harmless = pattern is LINK_VALUE and HARMLESS_VALUE.match(part[1])
                if not harmless and not (kind == "ip" and _is_nobody(part[1])):
                    yield Span(start + part.start(1), start + part.end(1), kind)
        for part in re.finditer(r"[^\[\]?&#=;/]+", link):
            yield Span(start + part.start(), start + part.end(), None)


def find_emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, also those written with (at)."""
    for pattern in (EMAIL, EMAIL_SPELLED):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "email")


def find_ips(text: str) -> Iterator[Span]:
    """Yield IP addresses; those of no machine of anybody's (127.0.0.1, masks) stay."""
    for match in IPV4.finditer(text):
        if _is_ip(match[0]):
            before = text[max(0, match.start() - 24) : match.start()]
            # The last part of a machine's address is never 0, that of a version often is.
            is_version = match[0].endswith(".0") or VERSION_BEFORE.search(before)
            is_kept = is_version or _is_nobody(match[0])
            yield Span(match.start(), match.end(), None if is_kept else "ip")
    if text.count(":") < 2:
        return
    for match in IPV6.finditer(text):
        if _is_ip(match[0]) and len(match[0]) > 3 and not re.fullmatch(r"[\d:]{5,8}", match[0]):
            yield Span(match.start(), match.end(), None if _is_nobody(match[0]) else "ip")


def find_orders(text: str) -> Iterator[Span]:
    """Yield numbers that are called an order, invoice, customer or contract number, or look so."""
    for match in ORDER.finditer(text):
        number = match["number"].rstrip("-_/")
        needed = MIN_CALLED_ORDER_DIGITS if match["called"] else MIN_ORDER_DIGITS
        is_long_enough = sum(map(str.isdigit, number)) >= needed and DIGIT_RUN.search(number)
        if is_long_enough and not _is_date(number):
            start = match.start("number")
            yield Span(start, start + len(number), "order")
    for match in ORDER_SHAPE.finditer(text):
        if not ID_CUE.search(text[max(0, match.start() - 40) : match.start()]):
            yield Span(match.start(), match.end(), "order")


def find_plain_numbers(text: str) -> Iterator[Span]:
    """Yield dates, times, versions, prices, error codes and part numbers, which stay."""
    for match in PLAIN_NUMBERS.finditer(text):
        yield Span(match.start(), match.end(), None)


def find_phones(text: str, *, lang: str | None) -> Iterator[Span]:
    """Yield phone numbers that are valid in a country of `lang`, or possible if they start with +.

    Digits without +, leading 0 or an American grouping count only where a word like "phone" is
    near.
    After 60 candidates what has the look of a number is taken as one, unchecked: that many are no
    ticket, and the check is slow.
    """
    regions = tuple(dict.fromkeys((*REGIONS.get(lang or "", ()), *DEFAULT_REGIONS)))
    checked = 0
    for match in PHONE.finditer(text):
        raw = match[0]
        count = sum(map(str.isdigit, raw))
        if not MIN_PHONE_DIGITS <= count <= MAX_PHONE_DIGITS:
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        is_called_phone = PHONE_CUE.search(before) is not None
        looks_like_one = raw.lstrip().startswith(("+", "0", "(")) or AMERICAN.search(raw)
        if not is_called_phone and (not looks_like_one or ID_CUE.search(before)):
            continue
        checked += 1
        if checked > MAX_PHONE_CANDIDATES or _is_phone(raw, regions):
            start = match.start() + len(raw) - len(raw.lstrip())
            yield Span(start, match.end(), "phone")


def _is_phone(raw: str, regions: tuple[str, ...]) -> bool:
    number = raw.strip()
    if number.startswith("00"):
        number = f"+{number[2:].strip()}"
    # Nobody writes a country code before anything else: there the right length is enough.
    is_international = number.startswith("+")
    is_good = phonenumbers.is_possible_number if is_international else phonenumbers.is_valid_number
    for region in (None,) if is_international else regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except NumberParseException:
            continue
        if is_good(parsed):
            return True
    return False


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_nobody(text: str) -> bool:
    if text.startswith("255."):
        return True
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True
    return address.is_loopback or address.is_unspecified or address.is_multicast


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/\-]\d{1,2}[/\-]\d{2,4}", text) is not None
