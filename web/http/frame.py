"""What surrounds every page: language, language switch, who is signed in, notices."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kb.access import Viewer, may_edit
from web.http import messages
from web.http.contexts import Chrome, LanguageLink, Notice
from web.http.i18n import LOCALES, best_locale, own_name, translations
from web.http.replies import VARY, cache_control
from web.http.site import Look, Site

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LOCALE = "locale"
"""Query parameter that chooses the language of a page."""

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
}
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
MAX_ACCEPTED = 20
"""Languages read from an Accept-Language header."""


class LanguageWanted(Exception):
    """The reader chose a language on the page before; `url` is this page in it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def language_redirect(request: Request, error: Exception) -> Response:
    """Lead to the same page in the language that was chosen before."""
    assert isinstance(error, LanguageWanted)
    return RedirectResponse(error.url, status_code=302, headers={"cache-control": "no-store"})


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: by whom, in which language."""

    request: Request
    site: Site
    viewer: Viewer
    locale: str

    def page(
        self, template: str, context: DataclassInstance, *, status: int = 200, max_age_s: int = 0
    ) -> HTMLResponse:
        """The rendered page."""
        chrome = self._chrome()
        html = self.site.look.renderer.render(template, context, chrome=chrome)
        headers = {
            "cache-control": cache_control(self.viewer, max_age_s=max_age_s),
            "vary": f"{VARY}, Referer",
            "content-language": self.locale,
        }
        return HTMLResponse(html, status_code=status, headers=headers)

    def text(self, message: str) -> str:
        """A message of `web.http.messages` in the language of the page."""
        return translations(self.locale).gettext(message)

    def absolute(self, path: str) -> str:
        """An absolute link to a path of this site."""
        return self.site.look.absolute(self.request, path)

    def visitor(self) -> str:
        """The visitor's name of today."""
        return self.site.visitors.name(self.request)

    def _chrome(self) -> Chrome:
        chrome = _chrome(self.request, self.site.look, self.locale)
        done = self.request.query_params.get(NOTICE, "")
        said = NOTICES.get(done)
        return replace(
            chrome,
            viewer_name=self.viewer.name,
            is_staff=may_edit(self.viewer),
            notice=Notice(self.text(said), self._undo_url(done)) if said else None,
        )

    def _undo_url(self, done: str) -> str | None:
        """Where the notice's Undo leads; it comes back to this page."""
        batch = self.request.query_params.get(UNDO, "")
        if done not in UNDO_PATHS or not BATCH.fullmatch(batch):
            return None
        pairs = parse_qsl(self.request.url.query)[:50]
        kept = [pair for pair in pairs if pair[0] not in (NOTICE, UNDO, LOCALE)]
        back = f"{self.request.url.path}?{urlencode(kept)}" if kept else self.request.url.path
        query = urlencode({"back": back, LOCALE: self.locale})
        return f"{UNDO_PATHS[done].format(batch)}?{query}"


def visit_of(request: Request, site: Site, viewer: Viewer) -> Visit:
    """The visit of a viewer: language by address, page before, account, browser, in this order.

    The language chosen in an address stays for the pages reached from it without any cookie:
    a page whose referrer names a language redirects to itself in that language. Raises
    LanguageWanted for this.
    """
    chosen = request.query_params.get(LOCALE)
    if chosen in LOCALES:
        locale = str(chosen)
    else:
        locale = viewer.locale if viewer.account_id is not None else accepted_locale(request)
        locale = best_locale([locale])
        before = _language_before(request)
        if before is not None and request.method != "GET":
            locale = before
        elif before is not None and before != locale:
            raise LanguageWanted(_with_locale(request, before))
    return Visit(request, site, replace(viewer, locale=locale), locale)


def accepted_locale(request: Request) -> str:
    """The language of ours that the browser wants most."""
    header = request.headers.get("accept-language", "")
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:MAX_ACCEPTED]):
        tag, _, weight = part.strip().partition(";q=")
        if tag.replace("-", "").isalnum() and tag.isascii():
            wanted.append((-_weight(weight), place, tag))
    return best_locale([tag for _, _, tag in sorted(wanted)])


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def guest_chrome(request: Request) -> Chrome:
    """The frame of an error page, which must not need the record."""
    chosen = request.query_params.get(LOCALE) or _language_before(request)
    locale = chosen if chosen in LOCALES else accepted_locale(request)
    return _chrome(request, request.app.state.look, locale)


def _chrome(request: Request, look: Look, locale: str) -> Chrome:
    languages = tuple(
        LanguageLink(
            locale=one,
            label=own_name(one),
            url=_with_locale(request, one),
            current=one == locale,
        )
        for one in LOCALES
    )
    return Chrome(
        site_name=look.settings.site_name,
        locale=locale,
        languages=languages,
        theme_url=look.theme_url,
        path=request.url.path,
    )


def _with_locale(request: Request, locale: str) -> str:
    """Return this page's address in a language; a form's target leads to its own GET page."""
    query = parse_qsl(request.url.query, keep_blank_values=True)[:50]
    pairs = [(name, value) for name, value in query if name not in (LOCALE, NOTICE, UNDO)]
    # "//host" would be read as another site's address.
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode([*pairs, (LOCALE, locale)], errors='replace')}"


def _language_before(request: Request) -> str | None:
    """Return the language that the address of the page before names, if it was one of ours."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
        if before.netloc.lower() != request.headers.get("host", "").lower():
            return None
        chosen = parse_qs(before.query, max_num_fields=50).get(LOCALE, [""])[0]
    except ValueError:
        return None
    return chosen if chosen in LOCALES else None
