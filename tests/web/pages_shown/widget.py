"""What the templates of widget are rendered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from web.http.admin.widget_contexts import NewSecret, WidgetSiteRow, WidgetSitesPage
from web.http.contexts import FieldError, Notice

ROW = WidgetSiteRow(
    "https://shop.example.com",
    members=False,
    is_private=True,
    added_by="Ada",
    added_on=date(2026, 7, 1),
    members_url="/admin/widget-sites/1/members",
    remove_url="/admin/widget-sites/1/remove",
)
SITES = WidgetSitesPage(
    rows=(ROW, replace(ROW, origin="http://plain.example.com", is_private=False)),
    snippet='<script src="https://help.example.com/widget.js" async></script>',
    takes_members=True,
    notice=Notice("Site allowed."),
)
PAGES: dict[str, tuple[Any, ...]] = {
    "admin/widget_sites.html": (
        SITES,
        replace(
            SITES,
            rows=(replace(ROW, members=True),),
            new_secret=NewSecret("https://shop.example.com", "Zx9-secret"),
        ),
        replace(
            SITES,
            rows=(),
            takes_members=False,
            typed="shop",
            errors=(FieldError("origin", "Write an address like https://www.example.com."),),
        ),
        replace(SITES, takes_members=False),
    ),
}
