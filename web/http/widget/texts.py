"""What the widget says, in the languages of the site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal

from web.http.i18n import translations
from web.http.messages import to_translate

BUTTON_TEXTS: Mapping[str, str] = {
    "button": to_translate("Help"),
    "close": to_translate("Close the help"),
    "lost": to_translate("The help cannot be shown on this page right now."),
    "home": to_translate("Open the help centre"),
    "retry": to_translate("Try again"),
}
"""What is needed before the first request, and where that one fails: part of the script."""

PANEL_TEXTS: Mapping[str, str] = {
    "panel": to_translate("How can we help?"),
    "back": to_translate("Back"),
    "field": to_translate("Search the answers"),
    "placeholder": to_translate("In your own words"),
    "search": to_translate("Search"),
    "suggestions": to_translate("Suggestions"),
    "popular": to_translate("Read most"),
    "noneHint": to_translate("Ask it here. We answer, and the next person finds it."),
    "near": to_translate("What others read"),
    "nearHint": to_translate(
        "These do not match your question. They only have words or a subject in common with it."
    ),
    "meant": to_translate("Did you mean"),
    "all": to_translate("All answers in the help centre"),
    "newTab": to_translate("(opens in a new tab)"),
    "stuck": to_translate("Did you not find what you need?"),
    "ask": to_translate("Ask a question"),
    "page": to_translate("Open this answer in the help centre"),
    "files": to_translate("Downloads"),
    "related": to_translate("Related answers"),
    "helped": to_translate("Did this answer your question?"),
    "yes": to_translate("Yes"),
    "no": to_translate("No"),
    "not": to_translate("It did not help after all"),
    "after": to_translate("It helped after all"),
    "thanks": to_translate("Thank you. Good to know that it helped."),
    "sorry": to_translate("Sorry to hear that. What was wrong?"),
    "noted": to_translate("Thank you. We will look at this answer."),
    "title": to_translate("Your question"),
    "titleHint": to_translate("One sentence, in your own words."),
    "body": to_translate("What happened"),
    "bodyHint": to_translate(
        "If you like: the product, what you did, what you saw. Please leave out passwords and "
        "card numbers."
    ),
    "email": to_translate("Your email address"),
    "emailHint": to_translate("Only to write to you about this question."),
    "vouched": to_translate("We write to #."),
    "send": to_translate("Ask this question"),
    "sent": to_translate("Your question is with us"),
    "next": to_translate("What happens next"),
    "follow": to_translate("Open the page of your question"),
    "failed": to_translate("That did not work. What you typed is kept. Try again in a moment."),
    "tooMany": to_translate("That was a lot in a short time. Try again in a minute."),
}
REASONS: Mapping[str, str] = {
    "did_not_work": to_translate("It did not work"),
    "out_of_date": to_translate("It is out of date"),
    "unclear": to_translate("It is hard to understand"),
    "not_my_question": to_translate("It is not my question"),
}
SUGGEST_NONE = to_translate("No suggestions. Press Enter to search.")
SUGGEST_ONE = to_translate("1 suggestion. Use the arrow keys.")
SUGGEST_MANY = to_translate("# suggestions. Use the arrow keys.")
MAYBE = to_translate("Not sure, but perhaps")
NONE = to_translate("We have no answer to this yet")
MATCHED = to_translate("matched:")
LAST_REVIEWED = to_translate("Last reviewed")
CONFIRM = to_translate(
    "We have sent an email to %(address)s. Please open it and confirm your question; until then "
    "nobody reads it."
)
READ = to_translate("A person from our support team reads your question.")
ANSWERED = to_translate("We write to %(address)s as soon as there is an answer.")


def button_texts(locale: str) -> dict[str, str]:
    """What the script itself holds, in one language."""
    return _in(locale, BUTTON_TEXTS)


def panel_texts(locale: str) -> dict[str, Any]:
    """What the open panel says, in one language; `#` stands for an address."""
    return _in(locale, PANEL_TEXTS) | {"reasons": _in(locale, REASONS)}


def suggestions_said(count: int, locale: str) -> str:
    """What a screen reader says when suggestions came."""
    text = SUGGEST_NONE if count == 0 else SUGGEST_ONE if count == 1 else SUGGEST_MANY
    return translations(locale).gettext(text).replace("#", str(count))


def results_said(verdict: str, total: int, locale: str) -> str:
    """The heading of the results: how many, or that it is not sure, or that there is none."""
    catalogue = translations(locale)
    if verdict == "answer":
        text = catalogue.ngettext("%(shown)s answer", "%(shown)s answers", total)
        return text % {"shown": format_decimal(total, locale=locale)}
    return catalogue.gettext(MAYBE if verdict == "maybe" else NONE)


def next_steps(email: str, locale: str, *, waits: bool) -> list[str]:
    """What happens with a question that was sent, step by step."""
    steps = [CONFIRM, READ, ANSWERED] if waits else [READ, ANSWERED]
    catalogue = translations(locale)
    return [catalogue.gettext(step) % {"address": email} for step in steps if email or step == READ]


def _in(locale: str, texts: Mapping[str, str]) -> dict[str, str]:
    catalogue = translations(locale)
    return {name: catalogue.gettext(text) for name, text in texts.items()}
