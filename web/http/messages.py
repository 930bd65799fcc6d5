"""What routes say after an action or about a form, as keys of the catalogues."""

from __future__ import annotations


def to_translate(text: str) -> str:
    """The text as it is; marks it for the extraction of the catalogues.

    Translate where it is shown: `translations(locale).gettext(KEY_MISSING)`.
    """
    return text


KEY_MISSING = to_translate("Enter your key.")
KEY_UNKNOWN = to_translate(
    "This key is not known, or it has been revoked. Check it, or ask for a new one."
)
TITLE_MISSING = to_translate("Write the question as the title of the entry.")
ANSWER_MISSING = to_translate("Write the answer. Without it there is nothing to publish.")

ANSWER_FOUND = to_translate("Thank you. Good to know that it helped.")
SEARCH_ASKED = to_translate("It is a question now. The next index run groups it.")
ENTRY_PUBLISHED = to_translate("Entry published.")
DRAFT_SAVED = to_translate("Draft saved. Nobody outside the team sees it.")
TOPIC_DISMISSED = to_translate("Topic dismissed.")
TOPIC_RESTORED = to_translate("The topic is back in the queue.")
TOPIC_MERGED = to_translate("Topics merged. They stay one in every later run.")
TOPIC_SPLIT = to_translate("This is the new topic. Its questions stay apart in every later run.")
TOPIC_ATTACHED = to_translate("Wordings added. Searches in these words find the entry.")
TOPIC_DETACHED = to_translate("Wordings taken back. The topic is in the queue again.")
QUESTION_MOVED = to_translate("Moved. It stays there in every later run.")
QUESTION_OUT = to_translate("Taken out. It does not come back to this topic.")
ENTRIES_MERGED = to_translate("Merged. The old address leads to the entry that stays.")
MERGE_UNDONE = to_translate("Taken back. Both entries are separate again.")
FINDING_DISMISSED = to_translate(
    "Called different. The pair comes back only when one of the two says something else."
)
FINDING_REOPENED = to_translate("The pair is open again.")
SIGNED_OUT = to_translate("You are signed out.")
LANGUAGE_CHANGED = to_translate("Your account has this language now, on every device.")

SET_ASIDE = to_translate("It takes no part in topics any more.")
TAKEN_IN = to_translate("It is a question now. It joins the topics with the next run.")
NOISE_UNDONE = to_translate("Taken back. All is as before.")

SYNONYMS_ADDED = to_translate("Synonyms added. Searches use them within a second.")
SYNONYMS_REMOVED = to_translate("Synonyms removed.")
SYNONYMS_KNOWN = to_translate("These synonyms are there already. There is nothing more to do.")
SYNONYMS_WRONG = to_translate(
    "Write 2 to 20 different words with commas between them, each of at most 6 words and 80 "
    "characters."
)
SYNONYMS_FULL = to_translate(
    "There is no room for more synonyms: 5,000 groups are the most. Remove one first."
)
EVERY_LANGUAGE = to_translate("Every language")

DECISION_UNDONE = to_translate("Taken back. The next index run groups without it.")
DECISION_REDONE = to_translate("Done again. It holds in every later run.")
MERGED_SINCE = to_translate("Topic %(topic)s was merged into another one since.")
PROMOTED_SINCE = to_translate("Topic %(topic)s was promoted to entry %(entry)s since.")
CHANGED_SINCE = to_translate("Topic %(topic)s is in another state by now.")
UNDONE_ALREADY = to_translate("It was taken back already.")
TAKE_BACK_FIRST = to_translate("Take decision %(batch)s back first.")
