"""The second thread of the worker: its duties do not stand in each other's way."""

import shutil
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from kb.clock import utc_now
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.people.tokens import OneTimeToken, add_token
from kb.store.schema import deliveries, one_time_tokens
from tests.web.mail.smtp_server import Inbox, running
from web.mail.confirm_letters import confirm_letter
from web.mail.letters import MailLook
from web.mail.posting import post
from web.worker.post_office import PostOffice
from web.worker.sweeping import AT_ONCE, sweep


def test_what_is_over_is_deleted(sqlite_engine):
    with transaction(sqlite_engine) as conn:
        for days in (-8, 1):
            add_token(conn, OneTimeToken("confirm-watch"), lasts=timedelta(days=days))
        post(conn, MailLook(Settings()), confirm_letter("a@b.example", "en", "s"))
        conn.execute(update(deliveries).values(created_at=utc_now() - timedelta(days=40)))
    sweep(sqlite_engine)

    with reading(sqlite_engine) as conn:
        left = conn.execute(select(func.count()).select_from(one_time_tokens)).scalar_one()
        assert left == 1
        assert conn.execute(select(deliveries.c.body_text)).scalar_one() == ""


def test_more_than_fits_into_one_transaction_is_deleted_too(sqlite_engine):
    with transaction(sqlite_engine) as conn:
        old = {"purpose": "confirm-watch", "created_at": utc_now(), "expires_at": utc_now()}
        rows = [
            old | {"token_hash": f"{number}", "expires_at": utc_now() - timedelta(days=8)}
            for number in range(2 * AT_ONCE + 1)
        ]
        conn.execute(insert(one_time_tokens), rows)
    sweep(sqlite_engine)

    with reading(sqlite_engine) as conn:
        assert conn.execute(select(func.count()).select_from(one_time_tokens)).scalar_one() == 0


def test_one_duty_that_fails_keeps_no_other_from_being_done(sqlite_template, tmp_path, caplog):
    shutil.copyfile(sqlite_template, tmp_path / "record.sqlite3")
    engine = open_engine(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    with running(Inbox()) as inbox:
        settings = Settings(
            smtp_url=f"smtp://127.0.0.1:{inbox.port}",
            mail_from="help@example.com",
            public_url="https://help.example.com",
        )
        with transaction(engine) as conn:
            post(conn, MailLook(settings), confirm_letter("a@b.example", "en", "s"))
            conn.exec_driver_sql("DROP TABLE watches")
        PostOffice(settings, engine).step()
    engine.dispose()

    assert inbox.recipients == ["a@b.example"]
    assert "watches" in caplog.text
