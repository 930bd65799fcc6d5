"""What surrounds every page: language, who is signed in, notices, and how long it may be kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from kb.access import GUEST, Viewer, may_administer, may_edit
from web.http.contexts import Alternate, Chrome, LanguageLink
from web.http.i18n import LOCALES, best_locale, own_name, translations
from web.http.languages import (
    LOCALE,
    LanguageWanted,
    accepted_locale,
    chosen_before,
    chosen_here,
    has_own_language,
    page_before,
)
from web.http.notices import NOTICE, UNDO, here, notice_of
from web.http.replies import VARY, page_cache_control
from web.http.rules import ANYBODY, Rule
from web.http.site import Look, Site

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["NOTICE", "UNDO", "Visit", "accepted_locale", "guest_chrome", "page_before", "visit_of"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: by whom, in which language."""

    request: Request
    site: Site
    viewer: Viewer
    locale: str

    def page(
        self,
        template: str,
        context: DataclassInstance,
        *,
        status: int = 200,
        max_age_s: int = 0,
        canonical: str = "",
    ) -> HTMLResponse:
        """The rendered page; `canonical` is the path under which search engines keep it."""
        chrome = self._chrome(canonical)
        html = self.site.look.renderer.render(template, context, chrome=chrome)
        rule: Rule = getattr(self.request.state, "rule", ANYBODY)
        kept = page_cache_control(self.viewer, is_private=rule.is_private, max_age_s=max_age_s)
        headers = {
            "cache-control": kept,
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

    def _chrome(self, canonical: str) -> Chrome:
        chrome = _chrome(self.request, self.site.look, self.locale)
        return replace(
            _for_viewer(chrome, self.request, self.viewer),
            may_sign_up=self.site.sign_up.is_open(),
            notice=notice_of(self.request, self.locale),
            canonical_url=self.absolute(canonical) if canonical else "",
            alternates=self._alternates(canonical) if canonical else (),
        )

    def _alternates(self, canonical: str) -> tuple[Alternate, ...]:
        """The page in each language of the site, and where the browser's language decides."""
        address = self.absolute(canonical)
        sign = "&" if "?" in address else "?"
        found = [Alternate(one, f"{address}{sign}{LOCALE}={one}") for one in LOCALES]
        return (*found, Alternate("x-default", address))


def visit_of(request: Request, site: Site, viewer: Viewer) -> Visit:
    """The visit of a viewer: language by account, address, page before, browser, in this order.

    A guest's language chosen in an address stays for the pages reached from it without any
    cookie: a page whose referrer names a language redirects to itself in that language. Raises
    LanguageWanted for this.
    """
    if has_own_language(request, viewer):
        locale = best_locale([viewer.locale])
    else:
        locale = _locale_by_address(request, viewer)
    return Visit(request, site, replace(viewer, locale=locale), locale)


def _locale_by_address(request: Request, viewer: Viewer) -> str:
    chosen = chosen_here(request)
    if chosen is not None:
        return chosen
    known = viewer.locale if viewer.account_id is not None else accepted_locale(request)
    locale = best_locale([known])
    before = chosen_before(request)
    if before is None or before == locale:
        return locale
    if request.method == "GET":
        raise LanguageWanted(_with_locale(here(request), before))
    return before


def guest_chrome(request: Request) -> Chrome:
    """The frame of an error page: of whoever is known by now, since it must not need the record."""
    viewer: Viewer = getattr(request.state, "viewer", GUEST)
    if has_own_language(request, viewer):
        locale = best_locale([viewer.locale])
    else:
        locale = chosen_here(request) or chosen_before(request) or accepted_locale(request)
    site: Site | None = getattr(request.app.state, "site", None)
    chrome = _chrome(request, request.app.state.look, locale)
    if site is not None:
        chrome = replace(chrome, may_sign_up=site.sign_up.last_known)
    return _for_viewer(chrome, request, viewer)


def _for_viewer(chrome: Chrome, request: Request, viewer: Viewer) -> Chrome:
    return replace(
        chrome,
        viewer_name=viewer.name if viewer.account_id is not None else "",
        viewer_key="" if viewer.account_id is None else str(viewer.account_id),
        is_staff=may_edit(viewer),
        is_admin=may_administer(viewer),
        single_keys=viewer.single_keys,
        keeps_language=has_own_language(request, viewer),
    )


def _chrome(request: Request, look: Look, locale: str) -> Chrome:
    # The answer to a form may have no page of its own: the form's page has.
    own = here(request) if request.method == "GET" else page_before(request) or here(request)
    languages = tuple(
        LanguageLink(
            locale=one,
            label=own_name(one),
            url=_with_locale(here(request), one),
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
        here=own,
        imprint_url=look.settings.imprint_url,
        privacy_url=look.settings.privacy_url,
    )


def _with_locale(address: str, locale: str) -> str:
    """Return a page's address in a language; a form's target leads to its own GET page."""
    sign = "&" if "?" in address else "?"
    return f"{address}{sign}{urlencode({LOCALE: locale})}"
