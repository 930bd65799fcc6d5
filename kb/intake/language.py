"""Tells the language of a short support text."""

from __future__ import annotations

import re
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# What European support desks get; more candidates cost accuracy on short texts.
LANGUAGES = (
    "ca cs da de en es et fi fr hr hu is it lt lv nl no pl pt ro sk sl sq sv tr be bg mk ru sr uk"
)
# Languages of one script, or told apart by script alone.
SCRIPTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("[\u3040-\u30ff]"), "ja"),
    (re.compile("[\uac00-\ud7af]"), "ko"),
    (re.compile("[\u4e00-\u9fff]"), "zh"),
    (re.compile("[\u0e00-\u0e7f]"), "th"),
    (re.compile("[\u0590-\u05ff]"), "he"),
    (re.compile("[\u0900-\u097f]"), "hi"),
    (re.compile("[\u0370-\u03ff]"), "el"),
    (re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]"), "fa"),
    (re.compile("[\u0600-\u06ff]"), "ar"),
    (re.compile("[\u0530-\u058f]"), "hy"),
    (re.compile("[\u0980-\u09ff]"), "bn"),
    (re.compile("[\u0a00-\u0a7f]"), "pa"),
    (re.compile("[\u0a80-\u0aff]"), "gu"),
    (re.compile("[\u0b80-\u0bff]"), "ta"),
    (re.compile("[\u0c00-\u0c7f]"), "te"),
    (re.compile("[\u0c80-\u0cff]"), "kn"),
    (re.compile("[\u0d00-\u0d7f]"), "ml"),
    (re.compile("[\u0d80-\u0dff]"), "si"),
    (re.compile("[\u0e80-\u0eff]"), "lo"),
    (re.compile("[\u1000-\u109f]"), "my"),
    (re.compile("[\u10a0-\u10ff]"), "ka"),
    (re.compile("[\u1200-\u137f]"), "am"),
    (re.compile("[\u1780-\u17ff]"), "km"),
)
# More text than this changes no answer and costs time.
MAX_CHARACTERS = 400
MIN_LETTERS = 8
MIN_WORDS = 2
# On 8,000 short German and English questions this leaves 11 % untold and 0.3 % wrong; at 0.4,
# 10 % and 0.7 %. A wrong language costs a search more than none.
MIN_CONFIDENCE = 0.5
# A hint (the file's or the site's language) wins over a guess that is not this sure.
MIN_CONFIDENCE_AGAINST_HINT = 0.9
MIN_SCRIPT_SHARE = 0.3
# A question that is kept out of topics for its language must leave no doubt about it.
SURE_LETTERS = 30
SURE_WORDS = 5
SURE_CONFIDENCE = 0.995
SURE_SCRIPT_LETTERS = 6
SURE_SCRIPT_SHARE = 0.8

LETTERS = re.compile(r"[^\W\d_]")
# Addresses, markers and codes are in no language.
NO_WORDS = re.compile(r"https?://\S{1,2000}|\S{1,64}@\S{1,255}|\[\w+\]|\S*\d\S*")


def detect_language(text: str, *, hint: str | None = None) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, None where it cannot be told.

    Texts of under 8 letters or two words, and texts between two languages, give `hint` (None
    without one); a hint also wins over an unsure guess. About 30 European languages are told
    apart by py3langid, others by their script.
    """
    words = " ".join(NO_WORDS.sub(" ", text[: 3 * MAX_CHARACTERS]).split())[:MAX_CHARACTERS]
    letters = len(LETTERS.findall(words))
    if letters == 0:
        return hint
    for script, code in SCRIPTS:
        if len(script.findall(words)) >= MIN_SCRIPT_SHARE * letters:
            return _by_script(code, words)
    if letters < MIN_LETTERS or words.count(" ") + 1 < MIN_WORDS:
        return hint
    code, confidence = _identifier().classify(words)
    needed = MIN_CONFIDENCE if hint in (None, code) else MIN_CONFIDENCE_AGAINST_HINT
    return str(code) if confidence >= needed else hint


def is_surely_in(text: str, lang: str) -> bool:
    """Return whether `text` leaves no doubt that it is in the language of this code.

    True by script where nearly all letters are of it, else only for texts of some length.
    """
    words = " ".join(NO_WORDS.sub(" ", text[: 3 * MAX_CHARACTERS]).split())[:MAX_CHARACTERS]
    letters = len(LETTERS.findall(words))
    for script, code in SCRIPTS:
        if code == lang or (code == "zh" and lang == "ja"):
            own = len(script.findall(words))
            if own >= SURE_SCRIPT_LETTERS and own >= SURE_SCRIPT_SHARE * letters:
                return True
    if letters < SURE_LETTERS or words.count(" ") + 1 < SURE_WORDS:
        return False
    code, confidence = _identifier().classify(words)
    return bool(code == lang and confidence >= SURE_CONFIDENCE)


def _by_script(code: str, words: str) -> str:
    # Japanese mixes kana into Chinese characters, so a few kana decide.
    return "ja" if code == "zh" and SCRIPTS[0][0].search(words) else code


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES.split())
    return identifier
