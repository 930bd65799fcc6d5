"""Taking one's data along and being erased, in the browser: for oneself alone."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, select, update

from kb.access import OPERATOR, Role
from kb.attachments import check_file
from kb.clock import utc_now
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.people.erasures import JOURNAL
from kb.settings import Settings
from kb.store.attachments.files import add_attachment
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import list_deliveries
from kb.store.people.accounts import find_account
from kb.store.people.consents import Agreement, consents_of, give_consent, who_agreed
from kb.store.questions.incoming import set_question_owner, store_question
from kb.store.schema import accounts, questions, sessions

EMAIL = "mara@example.com"
MakeAccount = Callable[..., int]
SignIn = Callable[[TestClient, int], None]


@pytest.fixture
def mara(client: TestClient, make_account: MakeAccount, sign_in: SignIn) -> int:
    account_id = make_account(name="Mara Lind", email=EMAIL)
    sign_in(client, account_id)
    return account_id


@pytest.fixture
def asked(site_engine: Engine, mara: int, make_account: MakeAccount) -> int:
    """A question of hers with a reply and a file, one she sent as a guest, one of a stranger."""
    stranger = make_account(name="Robin", email="robin@example.com")
    with transaction(site_engine) as conn:
        reply = IncomingReply("r", "Turn the nebelhorn.", author="agent")
        mine = IncomingQuestion("1", "Where is the quarzwolke?", "Mine.", replies=(reply,))
        theirs = IncomingQuestion("2", "The xylophon is loud", "Theirs.")
        guest = IncomingQuestion("3", "Asked as a guest", "Mine, too.", sender=EMAIL)
        own_id, _ = store_question(conn, mine, channel="form", source="form")
        their_id, _ = store_question(conn, theirs, channel="form", source="form")
        store_question(conn, guest, channel="form", source="form")
        set_question_owner(conn, own_id, mara)
        set_question_owner(conn, their_id, stranger)
        file = check_file("photo of the machine.txt", b"what is written on it")
        add_attachment(conn, "question", own_id, file, by_id=mara)
        give_consent(conn, Agreement(mara, "tips", "Send me tips.", "en", {"page": "/x"}))
        give_consent(conn, Agreement(stranger, "news", "Secret of Robin.", "en", {}))
    return own_id


def exported(client: TestClient) -> zipfile.ZipFile:
    reply = client.post("/account/data/export")
    assert reply.status_code == 200
    assert "no-store" in reply.headers["cache-control"]
    assert reply.headers["content-disposition"].startswith("attachment")
    return zipfile.ZipFile(io.BytesIO(reply.content))


def test_the_export_holds_all_of_hers_and_nothing_of_others(
    client: TestClient, mara: int, asked: int
) -> None:
    archive = exported(client)
    everything = {name: archive.read(name).decode() for name in archive.namelist()}

    told: dict[str, Any] = {
        name: json.loads(text) for name, text in everything.items() if name.endswith(".json")
    }
    assert told["account.json"]["email"] == EMAIL
    assert [one["title"] for one in told["questions.json"]] == [
        "Where is the quarzwolke?",
        "Asked as a guest",
    ]
    (reply,) = told["questions.json"][0]["replies"]
    assert reply["text"] == "Turn the nebelhorn."
    (path,) = told["questions.json"][0]["files"]
    assert everything[path] == "what is written on it"
    assert [one["purpose"] for one in told["consents.json"]] == ["tips"]
    assert len(told["sessions.json"]) == 1
    assert "cannot trace back to you" in everything["README.txt"]
    whole = "\n".join(everything.values())
    assert "Robin" not in whole
    assert "xylophon" not in whole
    assert "password_hash" not in whole
    assert "token" not in whole


def test_the_note_in_the_export_is_in_the_language_of_the_page(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    client.post("/language", data={"locale": "de", "back": "/account"})

    assert "Ihre Daten" in exported(client).read("README.txt").decode()


def test_the_export_needs_a_recent_sign_in_and_is_not_given_without_end(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    for _ in range(5):
        assert client.post("/account/data/export").status_code == 200
    assert client.post("/account/data/export").status_code == 429

    with transaction(site_engine) as conn:
        conn.execute(update(sessions).values(created_at=utc_now() - timedelta(minutes=11)))
    reply = client.post("/account/data/export")
    assert reply.headers["location"] == "/account/confirm?next=%2Faccount%2Fdata"


def test_the_page_of_erasing_says_how_much_there_is(
    client: TestClient, mara: int, asked: int
) -> None:
    page = client.get("/account/data/erase").text

    assert "your 2 questions" in page
    assert "The file that belongs to it" in page
    assert EMAIL in page


def test_erasing_needs_the_typed_address(
    client: TestClient, mara: int, asked: int, site_engine: Engine
) -> None:
    for typed in ("", "yes", "robin@example.com"):
        reply = client.post("/account/data/erase", data={"mode": "delete", "typed": typed})
        assert reply.status_code == 422
        assert 'value="delete" checked' in reply.text
    assert client.post("/account/data/erase", data={"typed": EMAIL}).status_code == 422

    with reading(site_engine) as conn:
        found = find_account(conn, mara)
    assert found is not None
    assert found.is_open


def test_an_erased_person_is_signed_out_and_gone(
    client: TestClient,
    mara: int,
    asked: int,
    sign_in: SignIn,
    site_engine: Engine,
    settings: Settings,
) -> None:
    phone = TestClient(client.app, follow_redirects=False)
    sign_in(phone, mara)
    with reading(site_engine) as conn:
        token = conn.execute(select(questions.c.token).where(questions.c.id == asked)).scalar_one()
    assert client.get(f"/q/{asked}?token={token}").status_code == 200

    done = client.post("/account/data/erase", data={"mode": "delete", "typed": EMAIL.upper()})

    assert (done.status_code, done.headers["location"]) == (303, "/erased?locale=en")
    assert "Your account is erased" in client.get("/erased").text
    assert client.get("/account").status_code == 303
    assert phone.get("/account").status_code == 303
    assert client.get(f"/q/{asked}?token={token}").status_code == 404
    assert (settings.home / JOURNAL).is_file()
    with reading(site_engine) as conn:
        found = find_account(conn, mara)
        texts = conn.execute(select(questions.c.subject_raw)).scalars().all()
    assert found is not None
    assert found.email is None
    assert not found.is_open
    assert "Where is the quarzwolke?" not in texts
    assert "The xylophon is loud" in texts


def test_the_last_administrator_is_told_what_stands_in_the_way(
    client: TestClient, make_account: MakeAccount, sign_in: SignIn, tmp_path: Path
) -> None:
    sign_in(client, make_account(Role.ADMIN, name="Ada"))

    reply = client.post("/account/data/erase", data={"mode": "anonymise", "typed": "Ada"})

    assert reply.status_code == 422
    assert "last administrator" in reply.text


def agrees(conn: Connection, account_id: int, purpose: str) -> bool:
    return account_id in [one.account_id for one in who_agreed(conn, purpose)]


def test_agreeing_and_taking_back_are_one_click_each_and_both_are_kept(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    assert client.post("/account/consents/tips/give").status_code == 303
    assert client.post("/account/consents/tips/give").status_code == 303
    with reading(site_engine) as conn:
        assert agrees(conn, mara, "tips")
        assert not agrees(conn, mara, "news")
        (given,) = consents_of(conn, mara)
    assert given.wording.startswith("Tips by email. Send me tips")
    assert given.proof["page"] == "/account/consents"
    assert given.proof["version"] == 1
    assert "address_confirmed_at" in given.proof
    assert "You agreed on" in client.get("/account/consents").text

    assert client.post("/account/consents/tips/withdraw").status_code == 303
    assert client.post("/account/consents/tips/withdraw").status_code == 303
    with reading(site_engine) as conn:
        assert not agrees(conn, mara, "tips")
        (kept,) = consents_of(conn, mara)
    assert kept.withdrawn_at is not None
    assert kept.proof["withdrawn"] == {"page": "/account/consents"}
    assert client.get("/account").status_code == 200
    assert client.post("/account/consents/everything/give").status_code == 404


def test_each_agrees_for_themselves_alone(
    client: TestClient, mara: int, make_account: MakeAccount, site_engine: Engine
) -> None:
    other = make_account(name="Robin", email="robin@example.com")
    client.post("/account/consents/news/give")

    with reading(site_engine) as conn:
        assert agrees(conn, mara, "news")
        assert not agrees(conn, other, "news")


def test_an_address_that_is_not_confirmed_agrees_by_a_mail(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    with transaction(site_engine) as conn:
        conn.execute(update(accounts).values(email_confirmed_at=None))
    assert "not confirmed yet" in client.get("/account/consents").text

    client.post("/account/consents/news/give")
    with reading(site_engine) as conn:
        assert not agrees(conn, mara, "news")
        (mail,) = list_deliveries(conn, viewer=OPERATOR)
    found = re.search(r"/account/consents/confirm/[\w-]+", mail.body_text)
    assert found is not None
    assert "new products" in mail.body_text
    path = found.group()
    assert "new products" in client.get(path).text
    with reading(site_engine) as conn:
        assert not agrees(conn, mara, "news")

    assert client.post(path).status_code == 303
    with reading(site_engine) as conn:
        assert agrees(conn, mara, "news")
        (given,) = consents_of(conn, mara)
    assert len(given.proof["mail"]) == 16
    assert client.post(path).status_code == 410


def test_pages_of_many_rows_ask_the_record_as_often_as_pages_of_one(
    client: TestClient,
    mara: int,
    sign_in: SignIn,
    site_engine: Engine,
    count_queries: Callable[..., Any],
) -> None:
    engine = client.app.state.site.engine  # type: ignore[attr-defined]
    paths = ("/account", "/account/consents", "/account/devices", "/account/data")
    few = {}
    for path in paths:
        client.get(path)
        with count_queries(engine) as counted:
            assert client.get(path).status_code == 200
        few[path] = len(counted)
        assert len(counted) <= 10, path
    for _ in range(20):
        sign_in(TestClient(client.app), mara)
        client.post("/account/consents/tips/give")
        client.post("/account/consents/tips/withdraw")
    for path in paths:
        with count_queries(engine) as counted:
            assert client.get(path).status_code == 200
        assert len(counted) <= few[path], path
