"""One site for all tests of a module; each test writes the entries that it needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.attachments import Attachment, CheckedFile, check_file
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from tests.kb.files_given import PDF
from tests.web.http.conftest import browser
from web.http.app import create_app

MANUAL = check_file("Größe & Maß.pdf", PDF)


@pytest.fixture(scope="module")
def settings(
    filled_home: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The settings of the site that the tests of a module share."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(filled_home[0], home)
    return Settings(home=home, site_name="Help at Alba")


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[TestClient]:
    """The running site."""
    with browser(create_app(settings)) as client:
        yield client


@pytest.fixture
def client(site: TestClient) -> TestClient:
    """A guest's browser on it, a new one for each test."""
    return browser(site.app)  # type: ignore[arg-type]


@pytest.fixture
def write(site_engine: Engine) -> Callable[..., int]:
    """Writes an entry: `write(audience="members", state="draft")`."""

    def written(
        title: str = "Is the tank full?",
        answer: str = "Look at it.",
        state: str = "published",
        **more: object,
    ) -> int:
        content = EntryContent(title=title, answer=answer, **more)  # type: ignore[arg-type]
        with transaction(site_engine) as conn:
            return add_entry(conn, content, viewer=OPERATOR, state=state)

    return written


@pytest.fixture
def add(site_engine: Engine) -> Callable[..., Attachment]:
    """Puts a file on something: `add("entry", 3)`."""

    def put(kind: str, object_id: int, file: CheckedFile = MANUAL, label: str = "") -> Attachment:
        with transaction(site_engine) as conn:
            return add_attachment(conn, kind, object_id, file, by_id=None, label=label)

    return put
