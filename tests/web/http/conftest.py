"""A small site with real content, served in this process, searched by keyword."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from kb.access import OPERATOR, Role, Scope
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import add_account
from kb.store.people.groups import add_group, list_groups, set_groups
from kb.store.people.keys import add_api_key
from kb.store.people.sessions import add_session
from search.build import build_index
from tests.conftest import QueryCounter
from tests.web.http.damage import LATER
from web.http.account import sign_up_switch
from web.http.app import create_app

SECRET = "a secret that is long enough for signing cookies"
NO_MODEL = ""

Keys = Callable[..., str]


def write_entries(engine: Engine) -> dict[str, int]:
    """Store what the site of the tests holds; return ids by a short name."""
    contents = {
        "reset": (
            EntryContent(
                title="How do I reset my password?",
                answer="Open **Sign in**, choose *Forgot password* and follow the mail.",
                category="Account",
                product="Piazza",
                tags=("Sign in",),
                translation_group="reset",
                phrasings=("zugangswort verschusselt xylophon",),
            ),
            "published",
        ),
        "reset-de": (
            EntryContent(
                title="Wie setze ich mein Passwort zurück?",
                answer="Wählen Sie *Passwort vergessen* und folgen Sie der Mail.",
                locale="de",
                category="Account",
                translation_group="reset",
            ),
            "published",
        ),
        "descale": (
            EntryContent(
                title="How do I descale the coffee machine?",
                answer="Use the descaler CD-3011.\n\n## You need\n\nWater.\n\n## Steps\n\nWait.\n\n"
                "## Afterwards\n\nRinse.",
                category="Care",
                product="Piazza",
            ),
            "published",
        ),
        "internal": (
            EntryContent(
                title="Quarzwolke: when to refund a machine",
                answer="Refund up to zwölfhundert quarzwolken.",
                audience="internal",
                category="Geheimregal",
            ),
            "published",
        ),
        "draft": (
            EntryContent(title="Nebelhorn draft about noise", answer="Not yet nebelhorn."),
            "draft",
        ),
    }
    with transaction(engine) as conn:
        return {
            name: add_entry(conn, content, viewer=OPERATOR, state=state)
            for name, (content, state) in contents.items()
        }


@pytest.fixture(scope="session")
def filled_home(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> tuple[Path, dict[str, int]]:
    """A home with a record, a secret and an index, to be copied; and its entries by name."""
    home = tmp_path_factory.mktemp("home")
    shutil.copyfile(sqlite_template, home / "record.sqlite3")
    (home / "secret").write_text(SECRET, encoding="ascii")
    settings = Settings(home=home)
    engine = open_engine(settings.record_url)
    ids = write_entries(engine)
    build_index(engine, settings.index_dir, fingerprint=NO_MODEL)
    engine.dispose()
    return home, ids


@pytest.fixture
def entries(filled_home: tuple[Path, dict[str, int]]) -> dict[str, int]:
    """The ids of the site's entries, by a short name."""
    return filled_home[1]


@pytest.fixture
def settings(tmp_path: Path, filled_home: tuple[Path, dict[str, int]]) -> Settings:
    """The settings of a site of its own with those entries."""
    home = tmp_path / "home"
    shutil.copytree(filled_home[0], home)
    return Settings(home=home, site_name="Help at Alba")


@pytest.fixture
def site_engine(settings: Settings) -> Iterator[Engine]:
    """The record as another process would open it."""
    engine = open_engine(settings.record_url)
    yield engine
    engine.dispose()


@pytest.fixture
def settings_without_model(settings: Settings) -> Settings:
    """The settings of a site whose worker makes an index of words alone, at once."""
    return Settings(home=settings.home, model=str(settings.home / "no model"))


@pytest.fixture
def two_generations(settings_without_model: Settings, site_engine: Engine) -> Settings:
    """A site with an entry that only the newer one of its two generations holds."""
    with transaction(site_engine) as conn:
        add_entry(conn, EntryContent(LATER, "So."), viewer=OPERATOR, state="published")
    build_index(site_engine, settings_without_model.index_dir, fingerprint=NO_MODEL)
    return settings_without_model


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A guest's browser on the site; redirects are not followed."""
    with browser(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def shared(
    filled_home: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A guest's browser on a site that the tests of a module share: they only read."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(filled_home[0], home)
    with browser(create_app(Settings(home=home))) as client:
        yield client


def browser(app: FastAPI) -> TestClient:
    """A browser that does not follow redirects."""
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def count_queries(count_queries: QueryCounter, monkeypatch: pytest.MonkeyPatch) -> QueryCounter:
    """Lists the SQL of a page; what is read once a second is read for each, not by chance."""
    monkeypatch.setattr(sign_up_switch, "REMEMBERED_S", 0.0)
    return count_queries


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no time go by for rate limits, however long a slow machine takes to reach one."""
    now = time.time()
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def make_key(site_engine: Engine) -> Keys:
    """Makes an account with a key: `make_key(Role.AGENT, Scope.READ)`."""

    def make(role: Role = Role.AGENT, *scopes: Scope, name: str = "Robin") -> str:
        with transaction(site_engine) as conn:
            account_id = add_account(conn, name, role=role)
            return add_api_key(conn, account_id, "test", scopes=scopes or tuple(Scope))

    return make


@pytest.fixture
def agent(make_key: Keys) -> dict[str, str]:
    """The header of an agent's key with every scope."""
    return bearer(make_key(Role.AGENT))


@pytest.fixture
def make_account(site_engine: Engine) -> Callable[..., int]:
    """Makes an account: `make_account(Role.CUSTOMER, email="mara@example.com")`."""

    def make(
        role: Role = Role.CUSTOMER,
        *,
        name: str = "Mara",
        email: str | None = None,
        groups: tuple[str, ...] = (),
    ) -> int:
        with transaction(site_engine) as conn:
            account_id = add_account(conn, name, role=role, email=email, confirmed=True)
            there = {group.name for group in list_groups(conn)}
            for group in groups:
                if group not in there:
                    add_group(conn, group)
            set_groups(conn, account_id, groups)
        return account_id

    return make


@pytest.fixture
def sign_in(site_engine: Engine) -> Callable[[TestClient, int], None]:
    """Signs a browser in as an account: `sign_in(client, make_account())`."""

    def start(client: TestClient, account_id: int) -> None:
        with transaction(site_engine) as conn:
            secret = add_session(conn, account_id, device="Firefox on Linux")
        app: Any = client.app
        client.cookies.set(app.state.site.sessions.cookie_name, secret)

    return start


@pytest.fixture
def session_of(
    client: TestClient, sign_in: Callable[[TestClient, int], None]
) -> Callable[[int], dict[str, str]]:
    """Gives the header of a new session: `session_of(make_account())`, for any site over http."""

    def start(account_id: int) -> dict[str, str]:
        sign_in(client, account_id)
        session = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        client.cookies.clear()
        return {"cookie": session}

    return start


@pytest.fixture
def admin_in_person(
    make_account: Callable[..., int], session_of: Callable[[int], dict[str, str]]
) -> dict[str, str]:
    """The header of an administrator who signed in with a password, for any site over http."""
    return session_of(make_account(Role.ADMIN, name="Chief"))


def bearer(key: str) -> dict[str, str]:
    """The header that a key goes into."""
    return {"authorization": f"Bearer {key}"}
