"""Agents see what takes no part in topics, take it back in, and undo their word."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from kb.access import OPERATOR, Role
from kb.desk.noise import say_noise
from kb.intake.records import IncomingQuestion
from kb.questions import CleanedQuestion
from kb.store.engine import reading, transaction
from kb.store.questions.cleaned import save_cleaned
from kb.store.questions.incoming import store_question
from kb.store.schema import questions
from tests.web.http.conftest import Keys, bearer
from web.http.pages.desk import noise as desk_noise

PATH = "/desk/noise"
API = "/api/v1/noise"
ASKED_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def messages(site_engine: Engine) -> dict[str, int]:
    """Four cleaned messages by what they are."""
    kinds = {"out": "auto_reply", "ta": "thanks", "drip": None, "odd": None}
    ids = {}
    with transaction(site_engine) as conn:
        for name, noise in kinds.items():
            incoming = IncomingQuestion(name, "", f"text {name}", created_at=ASKED_AT)
            ids[name], _ = store_question(conn, incoming, channel="email", source="mail")
            clean = CleanedQuestion(ids[name], "", f"text {name}", "en", noise, {}, name * 8, {})
            save_cleaned(conn, [clean], version=1)
    return ids


def noise_of(engine: Engine, question_id: int) -> str | None:
    with reading(engine) as conn:
        found: str | None = conn.execute(
            select(questions.c.noise).where(questions.c.id == question_id)
        ).scalar_one()
        return found


def test_the_page_shows_each_message_with_its_reason_and_takes_one_back_in(
    client: TestClient, agent: dict[str, str], messages: dict[str, int], site_engine: Engine
) -> None:
    page = client.get(PATH, headers=agent).text
    assert "text out" in page
    assert "Automatic reply" in page
    assert "text drip" not in page

    form = {"reason": "question", "only": str(messages["out"]), "back": PATH}
    answer = client.post(PATH, data=form, headers=agent, follow_redirects=True)

    assert noise_of(site_engine, messages["out"]) is None
    assert noise_of(site_engine, messages["ta"]) == "thanks"
    undo = re.search(r'action="(/desk/noise/[0-9a-f]{32}/undo[^"]*)"', answer.text)
    assert undo is not None
    client.post(undo[1].replace("&amp;", "&"), headers=agent)
    assert noise_of(site_engine, messages["out"]) == "auto_reply"


def test_ticked_messages_change_together_and_none_ticked_is_told(
    client: TestClient, agent: dict[str, str], messages: dict[str, int], site_engine: Engine
) -> None:
    ticked = {"reason": "question", "question": [messages["out"], messages["ta"]], "back": PATH}
    assert client.post(PATH, data=ticked, headers=agent).status_code == 303
    assert {noise_of(site_engine, messages[name]) for name in ("out", "ta")} == {None}

    answer = client.post(PATH, data={"reason": "question", "back": PATH}, headers=agent)
    assert answer.status_code == 422
    assert "Tick at least one message first." in answer.text


def test_a_topics_page_can_take_a_question_out_and_leads_back(
    client: TestClient, agent: dict[str, str], messages: dict[str, int], site_engine: Engine
) -> None:
    path = f"/desk/questions/{messages['drip']}/noise"
    form = {"reason": "no_question", "back": "/desk/topics?state=candidate"}
    answer = client.post(path, data=form, headers=agent, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/topics?state=candidate&done=set-aside")
    assert noise_of(site_engine, messages["drip"]) == "no_question"
    for elsewhere in ("//evil.example/desk/", "https://evil.example/desk/x", "/admin"):
        form = {"reason": "spam", "back": elsewhere}
        again = client.post(path, data=form, headers=agent, follow_redirects=False)
        assert again.headers["location"].startswith("/desk/noise?")


def test_pages_and_api_are_for_agents_alone(
    client: TestClient, make_key: Keys, agent: dict[str, str], messages: dict[str, int]
) -> None:
    customer = bearer(make_key(Role.CUSTOMER))
    one = f"/api/v1/questions/{messages['drip']}/noise"

    assert client.get(API, headers=customer).status_code == 403
    assert client.post(one, json={"reason": "spam"}, headers=customer).status_code == 403
    assert client.post(one, json={"reason": "spam"}).status_code == 401
    assert client.get(PATH, headers=customer).status_code == 403
    assert client.post(one, json={"reason": "boring"}, headers=agent).status_code == 422
    unknown = client.post("/api/v1/questions/999/noise", json={"reason": "spam"}, headers=agent)
    assert unknown.status_code == 404


def test_what_is_named_twice_is_said_once_and_what_is_unknown_changes_nothing(
    client: TestClient, agent: dict[str, str], messages: dict[str, int], site_engine: Engine
) -> None:
    drip = messages["drip"]
    mixed = {"questions": [drip, 999_999], "reason": "spam"}
    assert client.post(API, json=mixed, headers=agent).status_code == 404
    assert noise_of(site_engine, drip) is None

    said = client.post(API, json={"questions": [drip, drip], "reason": "spam"}, headers=agent)
    assert said.json()["questions"] == [drip]
    assert client.post(f"{API}/{'9' * 200}/undo", headers=agent).status_code == 422


def test_the_api_lists_says_and_takes_back(
    client: TestClient, agent: dict[str, str], messages: dict[str, int]
) -> None:
    one = f"/api/v1/questions/{messages['drip']}/noise"
    said = client.post(one, json={"reason": "spam"}, headers=agent).json()
    assert (said["noise"], said["said"], said["said_by"]) == ("spam", "spam", "Robin")
    assert client.post(one, json={"reason": "spam"}, headers=agent).status_code == 409

    first = client.get(API, params={"limit": 2}, headers=agent).json()
    assert first["counts"] == {"auto_reply": 1, "thanks": 1, "spam": 1}
    rest = client.get(API, params={"limit": 2, "cursor": first["cursor"]}, headers=agent).json()
    assert rest["cursor"] is None
    listed = {item["source_id"] for item in (*first["items"], *rest["items"])}
    assert listed == {"out", "ta", "drip"}

    both = {"questions": [messages["drip"], messages["odd"]], "reason": "greeting"}
    batch = client.post(API, json=both, headers=agent).json()["batch"]
    undone = client.post(f"{API}/{batch}/undo", headers=agent)
    assert undone.json() == {"questions": 2}
    assert client.post(f"{API}/{batch}/undo", headers=agent).status_code == 409
    assert client.post(f"{API}/{'0' * 32}/undo", headers=agent).status_code == 404


def test_an_empty_page_says_what_will_be_here(client: TestClient, agent: dict[str, str]) -> None:
    assert "Every message is a question so far" in client.get(PATH, headers=agent).text
    german = client.get(f"{PATH}?reason=spam&locale=de", headers=agent).text
    assert "Nichts aus diesem Grund" in german


def test_long_lists_are_paged(
    client: TestClient, agent: dict[str, str], site_engine: Engine, messages: dict[str, int]
) -> None:
    with transaction(site_engine) as conn:
        ids = []
        for number in range(desk_noise.PAGE + 1):
            incoming = IncomingQuestion(f"n{number}", "", "hm", created_at=ASKED_AT)
            ids.append(store_question(conn, incoming, channel="email", source="mail")[0])
        say_noise(conn, ids, "no_question", viewer=OPERATOR)

    first = client.get(f"{PATH}?reason=no_question", headers=agent).text
    more = re.search(r'href="(/desk/noise\?reason=no_question&amp;cursor=[^"]+)" rel="next"', first)
    assert more is not None
    second = client.get(more[1].replace("&amp;", "&"), headers=agent).text
    assert second.count('name="question"') == 1
