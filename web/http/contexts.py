"""What each page template may read: one frozen dataclass per template, plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlencode

from web.http.written_text import WrittenText

MAX_CHOICES = 8
"""Values of a facet that a reader takes in at a glance."""

Marks = tuple[tuple[int, int], ...]
"""(start, end) character ranges of a text to emphasise, end exclusive."""


# --- the frame around every page --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in one language of the site; `label` is the language's own name."""

    locale: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One line about what was just done; `undo_url` takes a POST that takes it back."""

    text: str
    undo_url: str | None = None


@dataclass(frozen=True, slots=True)
class Alternate:
    """The page in another language, for search engines; `hreflang` may be `x-default`."""

    hreflang: str
    url: str


@dataclass(frozen=True, slots=True)
class Chrome:
    """What the frame shows: whose site it is, in which language, for whom.

    `theme_url` serves `web.http.theme.theme_css`; `logo_url` may be empty (a mark is drawn).
    `viewer_name` and `viewer_key` are empty for guests; the key tells one reader of a browser from
    another. `path` is that of the page, `here` its whole address
    without a host. `keeps_language` says that the language is the account's, so that another
    one is chosen by a form. `may_sign_up` says that the site lets anybody make an account.
    `canonical_url` is absolute, empty where the page names its own. `imprint_url` and
    `privacy_url` are pages of the company, empty for none.
    """

    site_name: str
    locale: str
    languages: tuple[LanguageLink, ...] = ()
    theme_url: str = ""
    logo_url: str = ""
    viewer_name: str = ""
    viewer_key: str = ""
    is_staff: bool = False
    is_admin: bool = False
    single_keys: bool = True
    keeps_language: bool = False
    may_sign_up: bool = True
    path: str = ""
    here: str = "/"
    canonical_url: str = ""
    alternates: tuple[Alternate, ...] = ()
    notice: Notice | None = None
    imprint_url: str = ""
    privacy_url: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether the reader has an account."""
        return bool(self.viewer_name)

    @property
    def sign_in_url(self) -> str:
        """The sign-in, which leads back to this page; from its own neighbours to none."""
        leaves = self.path.startswith(("/sign-", "/forgotten-", "/new-password", "/confirm"))
        return "/sign-in" if leaves else f"/sign-in?{urlencode({'next': self.here})}"


# --- pieces that several pages share ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled link."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one form field: what happened and what to do, in one line."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several views of a list; `count` is None where counting would be slow."""

    key: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A table heading that sorts; `order` is None while the table is sorted by another one."""

    key: str
    url: str
    order: Literal["ascending", "descending"] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside an answer: level 2 to 4, `id` unique in the page."""

    id: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One search hit for readers. `lang` is None where it is the language of the page."""

    title: str
    title_marks: Marks
    url: str
    snippet: str
    marks: Marks
    type: str
    product: str | None = None
    reviewed_on: date | None = None
    matched_phrasing: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A product that a question may be about, by its slug."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AskForm:
    """The question form with what was typed and what is wrong with it.

    `search` names the search that led to it, empty for none, `read` the entry that did not help
    before, which is not offered again. `started` tells when it was shown
    and `parcel` names the `files` that came with it before, both signed. Whoever is signed in
    needs no e-mail address (`asks_email`). `web.http.asking.forms.blank_form` makes one.
    """

    title: str = ""
    body: str = ""
    email: str = ""
    errors: tuple[FieldError, ...] = ()
    search: str = ""
    read: int | None = None
    products: tuple[ProductChoice, ...] = ()
    asks_email: bool = True
    started: str = ""
    parcel: str = ""
    files: tuple[KeptFile, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that came with a form that has to be sent again; `unit` is `kB` or `MB`."""

    id: int
    name: str
    amount: float
    unit: str


# --- customers' pages -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """One value to filter by; `url` adds the filter, or removes it when selected."""

    label: str
    count: int
    url: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of one facet; `name` is `product category type lang` or `tag`."""

    name: str
    choices: tuple[FacetChoice, ...]

    @property
    def first(self) -> tuple[FacetChoice, ...]:
        """The values that stand there at once: the selected ones, then as they come."""
        return self._selected_first[: self._cut]

    @property
    def rest(self) -> tuple[FacetChoice, ...]:
        """Those that stand folded away."""
        return self._selected_first[self._cut :]

    @property
    def _selected_first(self) -> tuple[FacetChoice, ...]:
        return tuple(sorted(self.choices, key=lambda one: not one.selected))

    @property
    def _cut(self) -> int:
        """How many stand there at once; to fold a single one away saves nothing."""
        number = len(self.choices)
        return number if number <= MAX_CHOICES + 1 else MAX_CHOICES


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """All that error.html may read.

    `detail` is one clear line for a person, empty for none; `request_id` helps support to
    find the log line, None where there is none. `sign_in_url` is set where only the sign-in is
    missing. `written` is what stood in the form that was refused.
    """

    status: int
    detail: str = ""
    request_id: str | None = None
    sign_in_url: str = ""
    written: tuple[WrittenText, ...] = ()
