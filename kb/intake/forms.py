"""Takes what people wrote out of web forms and device blocks: lines of labels with values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["message", "facts", "consent"]

MAX_FACT_CHARACTERS = 90
MAX_LINES = 400
"""Forms are short; what is longer is a log, in which nothing is looked for."""
MIN_MESSAGE_WORDS = 1

YOUR = r"(?:(?:your|the|my|ihre?n?|deine?|die|das|der|meine?) )?"
OF = r"(?: (?:of|for|about|zu|zum|zur|des|der|ihres|ihrer) (?:\w+ ){0,3}\w+)?"
MESSAGE = re.compile(
    rf"{YOUR}(?:message(?: text)?|problem(?: description)?|issue(?: description)?|question|"
    r"description|details|comments?|remarks?|inquiry|enquiry|request|what happened|"
    r"how can we help(?: you)?\??|what can we do for you\??|steps to reproduce|subject|summary|"
    r"nachricht|mitteilung|problem(?:beschreibung)?|fehler(?:beschreibung)?|beschreibung|frage|"
    r"anfrage|anliegen|kommentar|bemerkung(?:en)?|betreff|was ist passiert\??|"
    rf"(?:wie|womit) können wir (?:ihnen )?helfen\??){OF}",
    re.IGNORECASE,
)
"""What stands before the customer's own words."""

NUMBER = r"[ -]?(?:no\.?|nr\.?|number|id|#|nummer|code)"
FACTS = re.compile(
    rf"{YOUR}(?:"
    # Who writes.
    r"(?:(?:first|last|full|user|sur|given|family|customer|contact|company)[ -]?)?names?|"
    r"salutation|title|company|organi[sz]ation|e-?mail(?:[ -]?address)?|(?:tele)?phone|mobile|"
    rf"cell|fax|street|address|zip(?: code)?|post(?:al)? ?code|city|town|state|country|region|"
    r"(?:vor|nach|familien|benutzer|kunden|firmen)-?namen?|anrede|firma|e-?mail-?adresse|telefon|"
    r"mobil|handy|stra(?:ß|ss)e|adresse|anschrift|plz|ort|stadt|land|"
    # What it is about.
    rf"(?:customer|client|order|purchase order|invoice|ticket|case|serial|article|item|part|"
    rf"account|contract|booking|tracking|reference|model|po){NUMBER}|serial|imei|"
    rf"(?:kunden|bestell|auftrags|rechnungs|ticket|vorgangs|serien|artikel|vertrags|buchungs|"
    rf"sendungs|modell|konto){NUMBER}|"
    r"product(?: name)?|model|category|sub-?category|department|type|priority|severity|"
    r"topic|area|(?:order|purchase) date|date(?: of (?:purchase|order|birth))?|time|shop|store|"
    r"retailer|warranty|produkt(?:name)?|gerät(?:etyp)?|modell|artikel|kategorie|abteilung|"
    r"bereich|priorität|thema|kaufdatum|datum|bestelldatum|uhrzeit|händler|garantie|"
    # The device.
    r"(?:web )?browser(?:[ -]version)?|operating system|os|os[ -]version|platform|device(?: "
    r"model)?|app(?:[ -]version)?|software(?:[ -]version)?|firmware(?:[ -]version)?|version|build|"
    r"(?:ios|android|windows|macos|thunderbird|firefox|chrome|app|client|server|driver)"
    r"[ -]versione?|screen(?: (?:size|resolution))?|resolution|user[ -]?agent|ip(?:[ -]address)?|"
    r"referrer|referer|url|page|link|site|language|locale|time ?zone|plugins?|extensions?|"
    r"betriebssystem|system|smartphone|geräte?modell|plattform|sprache|bildschirm|auflösung|"
    r"seite|webseite|treiber|"
    # What the form asks beside it.
    r"preferred (?:contact(?: method)?|language|time)|contact method|best time to (?:call|reach)"
    r"(?: you)?|attachments?|files?|newsletter|captcha|source|channel|submitted(?: (?:on|at|by|"
    r"from))?|date submitted|sent(?: from)?|gewünschter? (?:kontakt(?:weg|art)?|rückruf)|"
    r"kontaktart|anhang|anhänge|datei(?:en)?|herkunft|gesendet (?:am|von))",
    re.IGNORECASE,
)
"""What a form or a mail program adds: it is about the sender, the order or the device."""

CONSENT = re.compile(
    r"(?:i (?:have read|agree|accept|consent|confirm)|ich (?:habe|stimme|akzeptiere|bin|willige)|"
    r"privacy(?: policy)?|"
    r"datenschutz|terms|agb|einwilligung|consent|subscribe|may we contact|dürfen wir "
    r"sie)\b.{0,120}",
    re.IGNORECASE,
)
ABOUT_US = re.compile(
    r"(?:how|where) did you (?:hear (?:about|of)|find|learn about) (?:us|our \w+)\b.{0,100}|"
    r"(?:wie|wo|woher) (?:sind|haben|kennen) sie (?:auf |von )?uns\b.{0,120}",
    re.IGNORECASE,
)
ANNOUNCED = re.compile(
    r"\W*(?:(?:new )?(?:contact|support|web|feedback|complaint)[ -]?(?:form|request)"
    r"(?: submission| entry| message)?|(?:form|web) submission|"
    r"(?:neue )?(?:kontakt|support|web|service)-?(?:formular|anfrage)|"
    r"(?:a )?new (?:submission|message|enquiry) (?:from|via|through) .{1,60}|"
    r"(?:sie haben )?(?:eine )?neue (?:nachricht|anfrage) (?:von|über|vom) .{1,60})\W*",
    re.IGNORECASE,
)
RULE = re.compile(r"[-=_*~#. ]{3,}")
LABEL_LINE = re.compile(r"[-*•>\s]{0,4}\*{0,2}(?P<label>[^\n:=]{1,60}?)\*{0,2} ?[:=](?P<value>.*)")
AGENT_LINE = re.compile(r"(?:mozilla/\d|applewebkit/|gecko/\d).{0,300}", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its label's kind (None: no label we know) and the value behind it."""

    kind: Kind | None
    value: str
    text: str


def take_message(text: str) -> str:
    """Return what somebody wrote into a form, or a text without the block about the device.

    Labels before the own words ("Problem:") go and so do lines of facts ("Order no: ...") where
    own words are left beside them; a text of facts only stays whole. "Subject: printer" and the
    like keep their values. Time is linear in the length of the text.
    """
    lines = text.split("\n")
    if len(lines) > MAX_LINES or (":" not in text and "=" not in text):
        return text
    read = [_read(line.strip()) for line in lines]
    own = _own_words(read)
    if len(WORD.findall(own)) < MIN_MESSAGE_WORDS and own.strip() != text.strip():
        return text
    return own


def _read(line: str) -> _Line:
    if any(known.fullmatch(line) for known in (ANNOUNCED, ABOUT_US, AGENT_LINE)):
        return _Line("consent", "", line)
    if CONSENT.fullmatch(line) and ":" in line:
        return _Line("consent", "", line)
    match = LABEL_LINE.fullmatch(line)
    if match is None:
        return _Line(None, "", line)
    label, value = match["label"].strip(), match["value"].strip()
    if MESSAGE.fullmatch(label):
        return _Line("message", value, line)
    if FACTS.fullmatch(label) and len(value) <= MAX_FACT_CHARACTERS and not value.endswith("?"):
        return _Line("facts", value, line)
    return _Line(None, "", line)


def _own_words(lines: Sequence[_Line]) -> str:
    kinds = [line.kind for line in lines]
    facts = kinds.count("facts") + kinds.count("consent")
    if "message" not in kinds and facts == 0:
        return "\n".join(line.text for line in lines)
    if "message" in kinds and facts > 0:
        return _from_form(lines)
    kept = []
    for place, line in enumerate(lines):
        # One label alone is a form only where the text begins with it.
        if line.kind == "message" and place == 0:
            kept.append(line.value)
        elif line.kind not in ("facts", "consent") or not _in_block(lines, place):
            kept.append(line.text)
    return "\n".join(kept)


def _from_form(lines: Sequence[_Line]) -> str:
    """Return the values of the message labels, and what stands under no label."""
    kept: list[str] = []
    for line in lines:
        if line.kind == "message":
            kept.append(line.value)
        elif line.kind is None and not RULE.fullmatch(line.text):
            kept.append(line.text)
    return "\n".join(kept)


def _in_block(lines: Sequence[_Line], place: int) -> bool:
    """Return whether a line of facts stands beside another, as in a device block."""
    near = [*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2]]
    return any(one.kind in ("facts", "consent") for one in near)
