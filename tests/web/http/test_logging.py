"""What goes wrong is logged without links that stand for their reader, and without their words."""

from __future__ import annotations

import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from kb.settings import Settings
from kb.store.engine import transaction
from web.http.app import create_app
from web.http.problems import path_without_secrets

LINK = "kUq0-secret-of-a-mail"


def test_a_link_out_of_a_mail_stands_in_no_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        (settings.home / "record.sqlite3").write_bytes(b"no database at all" * 1000)
        with caplog.at_level(logging.DEBUG):
            replies = [
                client.get(path, headers={"accept": "text/html"})
                for path in (f"/new-password/{LINK}", f"/unsubscribe/{LINK}", f"/q/7?token={LINK}")
            ]

    assert [reply.status_code for reply in replies] == [503, 503, 503]
    told = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("web.")
    )
    assert "GET /new-password/{secret}: " in told
    assert "GET /q/7: " in told
    assert LINK not in told


def test_a_path_that_no_route_knows_is_named_by_its_beginning() -> None:
    for path, told in (
        (f"/unsubscribe/{LINK}", "/unsubscribe/…"),
        ("/search", "/search"),
        ("/", "/"),
    ):
        assert path_without_secrets(Request({"type": "http", "path": path})) == told


def test_a_failure_of_the_database_does_not_quote_what_was_to_be_stored(
    site_engine: Engine,
) -> None:
    with pytest.raises(SQLAlchemyError) as failed, transaction(site_engine) as conn:
        conn.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "mara@example.org"})

    assert "mara@example.org" not in str(failed.value)
