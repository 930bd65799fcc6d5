"""What customers wrote of themselves shows on no public page, even after topics became entries."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from indexer.encoder import OnnxEncoder
from kb.access import GUEST, OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.reading import latest_entries
from kb.store.topics.record import list_topics
from tests.floors.conftest import World
from tests.kb.demo.world import PERSONAL
from web.http.app import create_app
from web.worker.index_run import run_index

PROMOTED = 12
PAGES = ("/", "/ask", "/feed", "/sitemap.xml", "/opensearch.xml", "/api/v1/entries?limit=100")


@pytest.fixture(scope="module")
def site(
    world: World, encoder: OnnxEncoder, link_models, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The demo's site after an agent promoted its biggest topics with their drafts as answers."""
    home = tmp_path_factory.mktemp("promoted") / "home"
    shutil.copytree(world.settings.home, home)
    link_models(home)
    (home / "secret").write_text("a secret that is long enough for signing", encoding="ascii")
    settings = Settings(home=home)
    engine = open_engine(settings.record_url)
    promoted = 0
    with transaction(engine) as conn:
        for topic in list_topics(conn, viewer=OPERATOR, limit=100):
            if topic.draft is not None and promoted < PROMOTED:
                decided = Promotion(str(topic.draft["text"]), publish=True)
                promote_topic(conn, topic.id, decided, viewer=OPERATOR)
                promoted += 1
    assert promoted == PROMOTED
    run_index(settings, engine, encoder)
    engine.dispose()
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def shown_on(site: TestClient) -> Iterator[tuple[str, str]]:
    """Every public page and answer with its path."""
    engine = open_engine(f"sqlite:///{site.app.state.site.settings.home / 'record.sqlite3'}")
    with reading(engine) as conn:
        entries = latest_entries(conn, viewer=GUEST, limit=200)
    engine.dispose()
    paths = [*PAGES, *(f"/api/v1/entries/{entry.id}" for entry in entries)]
    paths += [f"/api/v1/entries/{entry.id}/related" for entry in entries]
    for path in paths:
        answer = site.get(path)
        assert answer.status_code == 200, path
        yield path, answer.text


def test_nothing_planted_is_on_any_public_page(site):
    pages = list(shown_on(site))
    assert len(pages) >= 150
    for path, text in pages:
        bare = digits(text)
        for row in PERSONAL:
            if row["kind"] == "name":
                # A family name may be a common word; a full name is nobody but the sender.
                leaked = " " in row["text"] and row["text"] in text
            elif row["kind"] == "email":
                leaked = row["text"].lower() in text.lower()
            elif row["kind"] == "order":
                leaked = row["text"] in text
            else:
                leaked = digits(row["text"]) in bare and row["text"] in text
            assert not leaked, (path, row)


def test_nobody_is_found_by_what_was_planted(site):
    """A search may repeat what was typed to the one who typed it, and finds no one by it."""
    for row in PERSONAL[:: max(1, len(PERSONAL) // 60)]:
        for path in ("/api/v1/search", "/api/v1/suggest"):
            found = site.get(path, params={"q": row["text"]}).json()
            told = str({key: value for key, value in found.items() if key not in ("query", "q")})
            assert row["text"] not in told, (path, row)


def test_masking_finds_what_is_planted(world):
    """The masked text of a question holds nothing of its planted items but a few names."""
    masked = {one.source_id: f"{one.subject}\n{one.body}" for one in world.questions}
    left = [
        (row["kind"], row["question_id"], row["text"])
        for row in PERSONAL
        if row["text"] in masked[row["question_id"]]
    ]
    assert [one for one in left if one[0] in ("email", "phone", "iban", "card", "order")] == []
    names = sum(row["kind"] == "name" for row in PERSONAL)
    assert len(left) <= 0.05 * names, left
