"""Cuts quoted mails and signatures off a mail's text, in bounded time."""

from __future__ import annotations

import re

from mailparser_reply.constants import MAIL_LANGUAGES
from mailparser_reply.parser import EmailMessage

# The library's patterns take cubic time in the length of a line ("Am 3 schrieb Am 3 schrieb ...":
# 0.4 s at 1,000 characters, minutes at 20,000) and quadratic time in blank lines. Lines of mail
# headers are short, so longer lines stand aside while it works; blank lines are folded before.
MAX_LINE_CHARACTERS = 160
MAX_LINES = 400
# More than this many header words are no conversation but an attack or a log.
MAX_HEADER_WORDS = 40
HEADER_WORDS = re.compile(
    r"\b(?:on|am|le|el|il|em|op|dne|den|wrote|schrieb|escribió|écrit|scritto|schreef|napsal)\b",
    re.I,
)
DEFAULT_LANGUAGES = ("en", "de")
ASIDE = "\ue000"
ASIDE_LINE = re.compile(f"{ASIDE}(\\d+){ASIDE}")

QUOTED_LINE = re.compile(r"^(?:> ?)+.*$", re.MULTILINE)
ORIGINAL_MESSAGE = re.compile(
    r"^[-_*]{3,40} ?(?:original message|forwarded message|ursprüngliche nachricht|"
    r"originalnachricht|weitergeleitete nachricht|message d.origine|message transféré|"
    r"messaggio originale|oorspronkelijk bericht|mensaje original)[ :]?[-_*]{3,40}",
    re.IGNORECASE | re.MULTILINE,
)
# German mail programs, and two-line headers, that the library does not know.
WROTE_HEADER = re.compile(
    r"^(?:am|on|le) [^\n]{4,120}(?:\n[^\n]{0,80})? ?(?:schrieb|wrote|a écrit)[^\n]{0,80}:\n+(?=>)",
    re.IGNORECASE | re.MULTILINE,
)
REPLY_ABOVE = re.compile(
    r"^[#\- ]{2,10}(?:please type your reply above this line|bitte geben sie ihre antwort oberhalb "
    r"dieser zeile ein|reply above this line)[#\- ]{2,10}$",
    re.IGNORECASE | re.MULTILINE,
)
# What starts the signature block of a mail: "-- " alone on its line.
SIGNATURE_MARK = re.compile(r"\n(?:--|__)\n")
MAX_SIGNATURE_CHARACTERS = 1_000
MAX_SIGNATURE_LINES = 15


def strip_quotes(text: str, *, lang: str | None = None) -> str:
    """Return the newest message of a mail's text: no quoted mails, no `-- ` signature.

    `text` has its white space folded and at most 20,000 characters. May return "" where all is
    quoted. Source of the header patterns: mail-parser-reply, for `lang`, English and German.
    """
    text = REPLY_ABOVE.sub("", text).strip()
    if match := ORIGINAL_MESSAGE.search(text):
        text = text[: match.start()].rstrip() if match.start() else text[match.end() :].strip()
    if match := WROTE_HEADER.search(text):
        text = text[: match.start()] + text[match.end() :]
    text = _newest_message(text, lang)
    text = QUOTED_LINE.sub("", text)
    return _without_signature(text).strip()


def _newest_message(text: str, lang: str | None) -> str:
    if len(HEADER_WORDS.findall(text)) == 0 and ":" not in text:
        return text
    lines = text.split("\n")
    head, rest = lines[:MAX_LINES], lines[MAX_LINES:]
    long_lines: list[str] = []
    for index, line in enumerate(head):
        if len(line) > MAX_LINE_CHARACTERS or _is_suspicious(line):
            head[index] = f"{ASIDE}{len(long_lines)}{ASIDE}"
            long_lines.append(line)
    languages = [*DEFAULT_LANGUAGES]
    if lang is not None and lang in MAIL_LANGUAGES and lang not in languages:
        languages.append(lang)
    shortened = "\n".join(head)
    message = EmailMessage(text=shortened, languages=languages, keep_hyphen_lists=True)
    headers = [match.start() for match in message.HEADER_REGEX.finditer(message.text)]
    if not headers:
        return text
    newest = message.text[: headers[0]].strip() or message.HEADER_REGEX.sub("", message.text)
    restored = ASIDE_LINE.sub(lambda match: long_lines[int(match[1])], newest)
    return restored if message.text[: headers[0]].strip() else "\n".join([restored, *rest])


def _is_suspicious(line: str) -> bool:
    return len(HEADER_WORDS.findall(line)) > MAX_HEADER_WORDS // 8


def _without_signature(text: str) -> str:
    match = SIGNATURE_MARK.search(f"\n{text}")
    if match is None:
        return text
    signature = text[match.end() - 1 :]
    if len(signature) > MAX_SIGNATURE_CHARACTERS or signature.count("\n") > MAX_SIGNATURE_LINES:
        return text
    return text[: max(match.start() - 1, 0)]
