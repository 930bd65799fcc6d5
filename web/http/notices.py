"""The line at the head of a page about what was just done, with what takes it back."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request

from web.http import messages
from web.http.account import own_texts, watch_texts
from web.http.account import texts as account_texts
from web.http.admin import texts as admin_texts
from web.http.contexts import Notice
from web.http.i18n import translations
from web.http.languages import LOCALE

NOTICE = "done"
"""Query parameter that names what was just done."""

UNDO = "undo"
"""Query parameter that names, by 32 hexadecimal digits, what takes it back."""

NOTICES = {
    "published": messages.ENTRY_PUBLISHED,
    "drafted": messages.DRAFT_SAVED,
    "dismissed": messages.TOPIC_DISMISSED,
    "topic-restored": messages.TOPIC_RESTORED,
    "topic-merged": messages.TOPIC_MERGED,
    "topic-split": messages.TOPIC_SPLIT,
    "topic-attached": messages.TOPIC_ATTACHED,
    "topic-detached": messages.TOPIC_DETACHED,
    "question-moved": messages.QUESTION_MOVED,
    "question-out": messages.QUESTION_OUT,
    "decision-undone": messages.DECISION_UNDONE,
    "decision-redone": messages.DECISION_REDONE,
    "signed-out": messages.SIGNED_OUT,
    "solved": messages.ANSWER_FOUND,
    "search-asked": messages.SEARCH_ASKED,
    "set-aside": messages.SET_ASIDE,
    "taken-in": messages.TAKEN_IN,
    "noise-undone": messages.NOISE_UNDONE,
    "language": messages.LANGUAGE_CHANGED,
    "signed-out-everywhere": account_texts.SIGNED_OUT_EVERYWHERE,
    "address-confirmed": account_texts.ADDRESS_CONFIRMED,
    "password-set": account_texts.PASSWORD_SET,
    "mail-again": account_texts.MAIL_SENT_AGAIN,
    **own_texts.NOTICES,
    **admin_texts.NOTICES,
    **watch_texts.NOTICES,
}
"""What `?done=` may say, one line each; a room adds its own with its texts."""

REGROUPED = (
    "dismissed",
    "topic-restored",
    "topic-merged",
    "topic-split",
    "question-moved",
    "question-out",
    "decision-redone",
)
UNDO_PATHS = {
    "set-aside": "/desk/noise/{}/undo",
    "taken-in": "/desk/noise/{}/undo",
    **dict.fromkeys(REGROUPED, "/desk/decisions/{}/undo"),
}
"""What takes a POST that undoes what a notice tells of."""

BATCH = re.compile("[0-9a-f]{32}")
MAX_FIELDS = 50
PATH_SIGNS = "/:@!$&'()*+,;=~"
"""What stands in a path as it is (RFC 3986)."""


def notice_of(request: Request, locale: str) -> Notice | None:
    """The notice that the address asks for, None for none of ours."""
    done = request.query_params.get(NOTICE, "")
    said = NOTICES.get(done)
    if said is None:
        return None
    return Notice(translations(locale).gettext(said), _undo_url(request, done, locale))


def here(request: Request) -> str:
    """This page's address without what is said once, and without a chosen language."""
    query = parse_qsl(request.url.query, keep_blank_values=True)[:MAX_FIELDS]
    kept = [(name, value) for name, value in query if name not in (LOCALE, NOTICE, UNDO)]
    # "//host" would be read as another site's address.
    path = "/" + quote(request.url.path.lstrip("/\\"), safe=PATH_SIGNS, errors="replace")
    return f"{path}?{urlencode(kept, errors='replace')}" if kept else path


def _undo_url(request: Request, done: str, locale: str) -> str | None:
    """Where the notice's Undo leads; it comes back to this page."""
    batch = request.query_params.get(UNDO, "")
    if done not in UNDO_PATHS or not BATCH.fullmatch(batch):
        return None
    query = urlencode({"back": here(request), LOCALE: locale})
    return f"{UNDO_PATHS[done].format(batch)}?{query}"
