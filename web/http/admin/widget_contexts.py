"""What the template of the widget's sites may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from web.http.contexts import FieldError, Notice


@dataclass(frozen=True, slots=True)
class WidgetSiteRow:
    """A site on which the widget may stand; `is_private` where members may be let in at all."""

    origin: str
    members: bool
    is_private: bool
    added_by: str
    added_on: date
    members_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The signing secret of a site, shown this once."""

    origin: str
    secret: str


@dataclass(frozen=True, slots=True)
class WidgetSitesPage:
    """All that admin/widget_sites.html may read.

    `snippet` is what goes into the pages of a site. `typed` is what stands in the form, kept
    where it has errors. Without `takes_members` the site has no address that tokens could name.
    """

    rows: tuple[WidgetSiteRow, ...]
    snippet: str
    takes_members: bool
    typed: str = ""
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    new_secret: NewSecret | None = None
