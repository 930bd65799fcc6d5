"""What the page of an entry may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from web.http.account.watch_contexts import WatchBox
from web.http.contexts import FieldError, Heading, LanguageLink, Link
from web.http.link_contexts import LinkEditor, RelatedEntry
from web.http.reading.file_contexts import ShownFile

MIN_CONTENTS = 3
"""A contents list pays from this many headings on; below, scrolling is quicker."""


@dataclass(frozen=True, slots=True)
class VoteBar:
    """What this visitor said about the entry; `reason` only goes with a "no".

    `yes` of `total` readers said that it helped; a `total` of 0 says nothing.
    """

    action: str
    value: Literal["yes", "no"] | None = None
    reason: str | None = None
    yes: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many readers said why an answer did not help."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class VoteReport:
    """Votes as the team sees them, in whole percent; `low` and `high` bound the true share.

    `earlier_yes` of `earlier` votes are about revisions before the present one.
    """

    yes: int
    total: int
    share: int = 0
    low: int = 0
    high: int = 100
    reasons: tuple[ReasonCount, ...] = ()
    earlier_yes: int = 0
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class FileEditor:
    """The editors' form for the files of an entry; `label` and `errors` after a refusal."""

    action: str
    files: tuple[ShownFile, ...] = ()
    label: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamTools:
    """What only agents see of an entry; `pin_url` takes a POST, empty where nothing can be pinned.

    `audit_url` leads to what was done to it.
    """

    links: LinkEditor
    files: FileEditor
    votes: VoteReport
    pin_url: str = ""
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class SharedCard:
    """What other sites show of the page when somebody shares it; addresses are absolute."""

    description: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """All that entry/entry.html may read.

    `answer` and `json_ld` are safe markup (`markdown.render_markdown`, `structured_data`).
    `state` other than `published` is announced to the agent who previews it. `audience` is
    empty where everybody may read, else who may; search engines may keep what `is_public`.
    `translations` are this entry in other languages; `canonical_url` and `default_url` are
    absolute. `watch` is the form that follows the entry, `team` is for agents only.
    """

    title: str
    lang: str
    answer: Markup
    vote: VoteBar
    canonical_url: str
    ask_url: str
    contents: tuple[Heading, ...] = ()
    breadcrumb: tuple[Link, ...] = ()
    product: Link | None = None
    tags: tuple[Link, ...] = ()
    reviewed_on: date | None = None
    related: tuple[RelatedEntry, ...] = ()
    translations: tuple[LanguageLink, ...] = ()
    default_url: str = ""
    json_ld: tuple[Markup, ...] = ()
    state: str = "published"
    audience: str = ""
    is_public: bool = True
    card: SharedCard = SharedCard()
    files: tuple[ShownFile, ...] = ()
    watch: WatchBox | None = None
    team: TeamTools | None = None

    @property
    def related_groups(self) -> tuple[tuple[str, tuple[RelatedEntry, ...]], ...]:
        """The cross-links by kind, in the order in which they come."""
        kinds = dict.fromkeys(one.kind for one in self.related)
        return tuple((kind, tuple(o for o in self.related if o.kind == kind)) for kind in kinds)

    @property
    def has_contents(self) -> bool:
        """Whether the answer is long enough for a contents list."""
        return len(self.contents) >= MIN_CONTENTS

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is wrong with the team's forms."""
        if self.team is None:
            return ()
        wrong_link = self.team.links.error
        found = (FieldError("to", wrong_link),) if wrong_link else ()
        return found + self.team.files.errors
