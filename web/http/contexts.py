"""What each page template may read: one frozen dataclass per template, plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from web.http.link_contexts import LinkEditor, RelatedEntry

Marks = tuple[tuple[int, int], ...]
"""(start, end) character ranges of a text to emphasise, end exclusive."""

MIN_CONTENTS = 3
"""A contents list pays from this many headings on; below, scrolling is quicker."""


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
class Chrome:
    """What the frame shows: whose site it is, in which language, for whom.

    `theme_url` serves `web.http.theme.theme_css`; `logo_url` may be empty (a mark is drawn).
    `viewer_name` is empty for guests; `path` is that of the page.
    """

    site_name: str
    locale: str
    languages: tuple[LanguageLink, ...] = ()
    theme_url: str = ""
    logo_url: str = ""
    viewer_name: str = ""
    is_staff: bool = False
    path: str = ""
    notice: Notice | None = None


# --- pieces that several pages share ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled link."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryLink:
    """An entry in a list of links; `note` is a category or product, may be empty."""

    title: str
    url: str
    note: str = ""


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
class AskForm:
    """The question form with what was typed and what is wrong with it.

    `search` names the search that led to it, empty for none.
    """

    title: str = ""
    body: str = ""
    email: str = ""
    errors: tuple[FieldError, ...] = ()
    search: str = ""


# --- customers' pages -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category or product with the number of entries in it that the viewer may read."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that home.html may read; every list may be empty."""

    examples: tuple[Link, ...] = ()
    categories: tuple[Shelf, ...] = ()
    products: tuple[Shelf, ...] = ()
    popular: tuple[EntryLink, ...] = ()
    latest: tuple[EntryLink, ...] = ()


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


@dataclass(frozen=True, slots=True)
class SearchPage:
    """All that search/results.html may read; an empty `query` shows the bare form.

    `verdict` is a word of `search.results.Verdict`. `filters` are the selected values, each
    with the link that removes it. `near` stands below the floor, never shown as answers.
    `search` names this search for what is done next.
    """

    query: str
    verdict: str = "none"
    total: int = 0
    rows: tuple[ResultRow, ...] = ()
    near: tuple[ResultRow, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    filters: tuple[FacetChoice, ...] = ()
    clear_url: str = ""
    did_you_mean: Link | None = None
    degraded: bool = False
    first_url: str | None = None
    next_url: str | None = None
    search: str = ""

    @property
    def ask(self) -> AskForm:
        """The question form with the query carried over."""
        return AskForm(title=self.query, search=self.search)


@dataclass(frozen=True, slots=True)
class VoteBar:
    """What this visitor said about the entry; `reason` only goes with a "no"."""

    action: str
    value: Literal["yes", "no"] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """All that entry/entry.html may read.

    `answer` and `json_ld` are safe markup (`markdown.render_markdown`,
    `structured_data.faq_page`). `state` other than `published` is announced to the agent who
    previews it; `editor` is for agents only. `translations` are this entry in other languages;
    `canonical_url` is absolute.
    """

    title: str
    lang: str
    answer: Markup
    vote: VoteBar
    canonical_url: str
    ask_url: str
    contents: tuple[Heading, ...] = ()
    breadcrumb: tuple[Link, ...] = ()
    product: str | None = None
    tags: tuple[Link, ...] = ()
    reviewed_on: date | None = None
    related: tuple[RelatedEntry, ...] = ()
    translations: tuple[LanguageLink, ...] = ()
    json_ld: Markup | None = None
    state: str = "published"
    editor: LinkEditor | None = None

    @property
    def related_groups(self) -> tuple[tuple[str, tuple[RelatedEntry, ...]], ...]:
        """The cross-links by kind, in the order in which they come."""
        kinds = dict.fromkeys(one.kind for one in self.related)
        return tuple((kind, tuple(o for o in self.related if o.kind == kind)) for kind in kinds)

    @property
    def has_contents(self) -> bool:
        """Whether the answer is long enough for a contents list."""
        return len(self.contents) >= MIN_CONTENTS


@dataclass(frozen=True, slots=True)
class SignInPage:
    """All that sign_in.html may read; `next_url` is where a good key leads."""

    next_url: str = "/desk/topics"
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """All that error.html may read.

    `detail` is one clear line for a person, empty for none; `request_id` helps support to
    find the log line, None where there is none.
    """

    status: int
    detail: str = ""
    request_id: str | None = None
