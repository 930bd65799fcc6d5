"""Every page of the site, for whoever may open it: held against WCAG AA, and against its frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kb.store.engine import open_engine, transaction
from tests.journeys.addresses import CUSTOMER, examples, looked_at_by, page_routes
from tests.journeys.axe import GROW, misfits, violations, violations_without_colours
from tests.journeys.conftest import PATIENCE_MS, send_sign_in
from web.http.who_may import WHO_MAY

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 760}
ZOOMED = {"width": 640, "height": 400}
"""What a page has of 1280 x 800 when it is shown at 200 %."""


@pytest.fixture(scope="module")
def addresses(site: str, site_home: Path) -> dict[str, str]:
    """An address for each route that has a place in it."""
    engine = open_engine(f"sqlite:///{site_home / 'record.sqlite3'}")
    with transaction(engine) as conn:
        found = examples(conn, site_home)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def page_of(browser: Browser, site: str, password: str) -> Iterator[Callable[[str], Page]]:
    """The one page of whoever has this address, signed in; of a guest for the empty one."""
    pages: dict[str, Page] = {}

    def page_of_(email: str) -> Page:
        if email not in pages:
            context = browser.new_context(
                base_url=site, locale="en-GB", reduced_motion="reduce", viewport=WIDE
            )
            context.set_default_timeout(PATIENCE_MS)
            pages[email] = context.new_page()
            if email:
                pages[email].goto("/sign-in")
                send_sign_in(pages[email], email, password)
                pages[email].wait_for_selector("form[action='/sign-out']", state="attached")
        return pages[email]

    yield page_of_
    for page in pages.values():
        page.context.close()


@pytest.mark.parametrize("route", page_routes())
def test_each_page_passes_axe_and_fits(
    route: str, addresses: dict[str, str], page_of: Callable[[str], Page]
) -> None:
    # A question is private: whoever asked it opens it.
    asker = CUSTOMER if route.startswith("/q/") else ""
    page = page_of(asker or looked_at_by(WHO_MAY[f"GET {route}"]))
    path = addresses.get(route, route)
    assert "{" not in path, "tests/journeys/addresses.py has no address for it yet"
    page.set_viewport_size(WIDE)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert "/sign-in?" not in page.url
    assert "<Macro" not in page.content()
    assert violations(page) == []
    assert misfits(page) == []
    page.set_viewport_size(ZOOMED)
    assert misfits(page) == []
    page.set_viewport_size(PHONE)
    assert violations_without_colours(page) == []
    assert misfits(page) == []
    page.evaluate(GROW)
    assert misfits(page) == []
    page.set_viewport_size(WIDE)
    assert misfits(page) == []
