"""A site whose widget stands on one other site, which may vouch for its members."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.entries.writing import add_entry
from kb.store.people.groups import add_group
from kb.store.people.widget_sites import WidgetSite, add_widget_site, let_members_in
from search.build import build_index
from tests.web.http.conftest import NO_MODEL, browser
from web.http.app import create_app
from web.http.widget.secrets import site_secret

HELP = "http://testserver"
SHOP = "https://shop.example.com"
STRANGER = "https://stranger.example.com"
Sign = Callable[..., str]


@pytest.fixture(scope="module")
def home(
    filled_home: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The settings of a site with a public address, which the tests of a module share."""
    folder = tmp_path_factory.mktemp("widget") / "home"
    shutil.copytree(filled_home[0], folder)
    return Settings(home=folder, site_name="Help at Alba", public_url=HELP)


@pytest.fixture(scope="module")
def record(home: Settings) -> Iterator[Engine]:
    """Its record, as another process would open it."""
    engine = open_engine(home.record_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def restricted(home: Settings, record: Engine) -> dict[str, int]:
    """Entries for members and for a named group; ids by audience."""
    with transaction(record) as conn:
        add_group(conn, "partner", label="Partners")
        ids = {
            audience: add_entry(
                conn,
                EntryContent(
                    f"Bergkristall rebate for {audience}",
                    f"Bergkristall answer for {audience}.",
                    audience=audience,
                ),
                viewer=OPERATOR,
                state="published",
            )
            for audience in ("members", "partner")
        }
    build_index(record, home.index_dir, fingerprint=NO_MODEL)
    return ids


@pytest.fixture(scope="module")
def shop(record: Engine) -> WidgetSite:
    """The site on which the widget stands; its members are let in."""
    return allow(record, SHOP)


def allow(record: Engine, origin: str) -> WidgetSite:
    """Let the widget and members of a site in."""
    with transaction(record) as conn:
        site = add_widget_site(conn, origin, viewer=OPERATOR)
        return let_members_in(conn, site.id, viewer=OPERATOR)


@pytest.fixture(scope="module")
def instance_secret(home: Settings) -> bytes:
    """The secret of the installation."""
    return home.secret_path.read_bytes()


@pytest.fixture(scope="module")
def secret(instance_secret: bytes, shop: WidgetSite) -> str:
    """The secret that the shop's server signs with."""
    return site_secret(instance_secret, shop)


@pytest.fixture(scope="module")
def sign(secret: str) -> Sign:
    """Signs a token as the shop's server does: `sign(groups=["partner"], lasts_s=60)`."""

    def made(
        *, key: str = "", header: dict[str, Any] | None = None, lasts_s: int = 600, **claims: Any
    ) -> str:
        now = int(time.time())
        whole = {
            "iss": SHOP,
            "aud": HELP,
            "sub": "customer-17",
            "iat": now,
            "exp": now + lasts_s,
            **claims,
        }
        present = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(header or {"alg": "HS256"}, present, OctKey.import_key(key or secret))

    return made


@pytest.fixture(scope="module")
def open_site(home: Settings, shop: WidgetSite, restricted: dict[str, int]) -> Iterator[TestClient]:
    """The help site, open."""
    with browser(create_app(home)) as client:
        yield client


@pytest.fixture
def site(open_site: TestClient) -> TestClient:
    """A browser on the help site without cookies."""
    open_site.cookies.clear()
    return open_site


def from_shop(token: str = "", *, origin: str = SHOP) -> dict[str, str]:
    """The headers of a request out of a page of the shop, or of another site."""
    return {"origin": origin} | ({"authorization": f"Bearer {token}"} if token else {})
