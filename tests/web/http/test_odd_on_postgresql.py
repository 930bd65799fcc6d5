"""What SQLite takes and PostgreSQL refuses in a statement breaks no page there either."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from kb.access import Role
from kb.settings import Settings
from kb.store.engine import open_engine
from search.build import build_index
from tests.conftest import PostgresqlDatabases
from tests.web.http.conftest import NO_MODEL, SECRET, write_entries
from web.http.who_may import WHO_MAY

READS = sorted(key.partition(" ")[2] for key in WHO_MAY if key.startswith("GET "))
ODD = ("\x00", "a\x00b", "x" * 300, str(2**62))
QUERIES = ("q", "product", "token", "secret", "account", "search")
FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/admin/accounts/new", {"name": "Kim", "email": "kim@example.org", "role": "agent"}),
    ("/admin/shelves/category/1", {}),
    ("/admin/groups", {"label": "Partners"}),
)


@pytest.fixture
def settings(tmp_path: Path, postgresql_databases: PostgresqlDatabases) -> Settings:
    """A site whose record is on the server."""
    (tmp_path / "secret").write_text(SECRET, encoding="ascii")
    settings = Settings(home=tmp_path, database_url=postgresql_databases.with_record())
    engine = open_engine(settings.record_url)
    write_entries(engine)
    build_index(engine, settings.index_dir, fingerprint=NO_MODEL)
    engine.dispose()
    return settings


def test_no_word_breaks_a_statement(
    client: TestClient, make_account: Any, sign_in: Callable[[TestClient, int], None]
) -> None:
    loose = TestClient(client.app, follow_redirects=False, raise_server_exceptions=False)
    sign_in(loose, make_account(Role.ADMIN, name="Chief"))
    replies = {}
    for path in READS:
        plain = re.sub(r"\{[^}]+\}", "1", path)
        for odd in ODD[:2]:
            asked = "&".join(f"{name}={quote(odd)}" for name in QUERIES)
            for address in {f"{plain}?{asked}", re.sub(r"\{[^}]+\}", quote(odd), path)}:
                replies[f"GET {address}"] = loose.get(address)
    for path, usual in FORMS:
        for field in ("name", "label", "locale", "names-de", "groups"):
            for odd in ODD:
                sent: Mapping[str, str] = {**usual, field: odd}
                replies[f"{path} {field}={odd[:9]!r}"] = loose.post(path, data=sent)

    assert [what for what, reply in replies.items() if reply.status_code >= 500] == []
