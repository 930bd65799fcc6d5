"""Cleans what people wrote: from the raw text of a message to the text that is compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb.intake.courtesies import cut_footers, cut_greeting, cut_sign_off
from kb.intake.forms import take_message
from kb.intake.html_text import html_to_text, looks_like_html, unescape_entities
from kb.intake.language import detect_language
from kb.intake.masking import mask_personal_data
from kb.intake.noise import Noise, find_noise
from kb.intake.quotes import strip_quotes
from kb.intake.small_talk import cut_small_talk
from kb.intake.subjects import adds_nothing

# Part of what decides whether a stored cleaned text is still current; raise it with every change
# of a rule here or in the modules above.
CLEANING_VERSION = 4

# No question needs more; the stripping of quotes is super-linear.
MAX_CHARACTERS = 20_000
# Read at most this much of a raw text: long mails are quotes, logs and pictures as text.
MAX_RAW_CHARACTERS = 300_000
MAX_SUBJECT_CHARACTERS = 300

LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
SPACES = re.compile(r"[^\S\n]+")
# Control, zero-width and private-use characters, which no reader sees.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff"
    "\ue000-\uf8ff]"
)
SPACE_AT_LINE_ENDS = re.compile(r" ?\n ?")
BLANK_LINES = re.compile(r"\n{3,}")
READABLE = re.compile(r"[^\W_]")
ANSWER_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|fwd?|wg|tr|rv|sv|vs|odp|r|i)(?:\[\d{1,2}\]|\(\d{1,2}\))?\s?:\s*)+",
    re.IGNORECASE,
)
TICKET_TAG = re.compile(r"\[(?:ticket|case|request|anfrage|#)[^\[\]\n]{0,40}\]\s*", re.IGNORECASE)
NO_SUBJECT = re.compile(
    r"\W*(?:no subject|kein betreff|ohne betreff|sans objet|none|null)\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class CleanText:
    """A message ready to be compared and shown to agents: no quotes, courtesies, personal data.

    `noise` says why it asks nothing (None where it may ask something); `masked` counts what was
    replaced, by kind.
    """

    subject: str
    body: str
    lang: str | None
    noise: Noise | None
    masked: Mapping[str, int]


def fold_white_space(text: str) -> str:
    """Return the text in Unicode NFC with single spaces, at most one blank line in a row."""
    text = unicodedata.normalize("NFC", text[:MAX_RAW_CHARACTERS])
    text = UNSEEN.sub("", LINE_ENDS.sub("\n", text))
    text = SPACE_AT_LINE_ENDS.sub("\n", SPACES.sub(" ", text))
    return BLANK_LINES.sub("\n\n", text).strip()


def clean_body(raw: str, *, is_html: bool = False, lang: str | None = None) -> str:
    """Return what somebody wrote in a message, without markup, quotes, signature, courtesies.

    HTML is recognised where `is_html` does not say so. A step that would leave nothing readable is
    undone, so the result is empty only if the message is. At most 20,000 characters.
    """
    return _asked(_newest_text(raw, is_html=is_html, lang=lang))


def _newest_text(raw: str, *, is_html: bool, lang: str | None) -> str:
    """Return what the sender wrote this time, courtesies included."""
    if is_html or looks_like_html(raw):
        # Line ends mean nothing in HTML, so white space is folded after, not before.
        text = fold_white_space(html_to_text(raw))
    else:
        text = fold_white_space(unescape_entities(raw[:MAX_RAW_CHARACTERS]))
    text = text[:MAX_CHARACTERS]
    return _unless_empty(text, lambda before: strip_quotes(before, lang=lang))


def _cut_courtesies(text: str) -> str:
    for step in (cut_footers, cut_sign_off, cut_greeting):
        text = _unless_empty(text, step)
    return fold_white_space(text)


def _asked(text: str) -> str:
    """Return what is asked: without the labels of forms, courtesies and small talk."""
    for step in (cut_footers, take_message, cut_sign_off, cut_greeting, cut_small_talk):
        text = _unless_empty(text, step)
    return fold_white_space(text)


def clean_subject(raw: str) -> str:
    """Return a subject in one line without "Re:", "AW:" and ticket tags; at most 300 characters."""
    return _split_answer_prefix(raw)[1]


def _split_answer_prefix(raw: str) -> tuple[bool, str]:
    """Return whether the subject is only carried over, and the subject cleaned."""
    line = " ".join(fold_white_space(unescape_entities(raw[:MAX_CHARACTERS])).split())
    line = TICKET_TAG.sub("", line)
    prefix = ANSWER_PREFIX.match(line)
    text = line[prefix.end() :].strip() if prefix else line.strip()
    short = "" if NO_SUBJECT.match(text) else text[:MAX_SUBJECT_CHARACTERS]
    return prefix is not None, short


def clean_question(
    subject: str,
    body: str,
    *,
    is_html: bool = False,
    lang: str | None = None,
    names: Sequence[str] = (),
) -> CleanText:
    """Return a question cleaned and masked, with its language and whether it asks anything.

    `lang` is what the source says about the language (None if it does not); `names` are the
    sender's own. Use it for replies too, with an empty subject.
    """
    written = _newest_text(body, is_html=is_html, lang=lang)
    clean = _asked(written)
    is_answer, short = _split_answer_prefix(subject)
    found_lang = detect_language(f"{short}\n{clean}", hint=lang)
    noise = find_noise(short, _cut_courtesies(written), is_answer=is_answer, written=written)
    if adds_nothing(short, clean):
        short = ""
    masked_subject = mask_personal_data(short, names=names, lang=found_lang)
    masked_body = mask_personal_data(clean, names=names, lang=found_lang)
    counts = dict(masked_body.counts)
    for kind, count in masked_subject.counts.items():
        counts[kind] = counts.get(kind, 0) + count
    return CleanText(masked_subject.text, masked_body.text, found_lang, noise, counts)


def _unless_empty(before: str, step: Callable[[str], str]) -> str:
    after = step(before)
    return after if READABLE.search(after) else before
