"""What routes say after an action or about a form, as keys of the catalogues."""

from __future__ import annotations


def to_translate(text: str) -> str:
    """The text as it is; marks it for the extraction of the catalogues.

    Translate where it is shown: `translations(locale).gettext(QUESTION_MISSING)`.
    """
    return text


QUESTION_MISSING = to_translate("Write your question in one sentence.")
QUESTION_TOO_LONG = to_translate("Shorten your question to 300 characters; the rest fits below.")
BODY_TOO_LONG = to_translate("Shorten what happened to 20,000 characters.")
EMAIL_UNREADABLE = to_translate("Write the e-mail address like name@example.com, or leave it out.")
KEY_MISSING = to_translate("Enter your key.")
KEY_UNKNOWN = to_translate(
    "This key is not known, or it has been revoked. Check it, or ask for one."
)
TITLE_MISSING = to_translate("Write the question as the title of the entry.")
ANSWER_MISSING = to_translate("Write the answer. Without it there is nothing to publish.")

ANSWER_FOUND = to_translate("Thank you. Good to know that it helped.")
SEARCH_ASKED = to_translate("It is a question now. The next index run groups it.")
ENTRY_PUBLISHED = to_translate("Entry published.")
DRAFT_SAVED = to_translate("Draft saved. Nobody outside the team sees it.")
TOPIC_DISMISSED = to_translate("Topic dismissed.")
SIGNED_OUT = to_translate("You are signed out.")

SYNONYMS_ADDED = to_translate("Synonyms added. Searches use them within a second.")
SYNONYMS_REMOVED = to_translate("Synonyms removed.")
SYNONYMS_KNOWN = to_translate("These synonyms are there already.")
SYNONYMS_WRONG = to_translate(
    "Write 2 to 20 different words with commas between them, each of at most 6 words and 80 "
    "characters."
)
SYNONYMS_FULL = to_translate("There is no room for more synonyms: 5,000 groups are the most.")
EVERY_LANGUAGE = to_translate("Every language")
