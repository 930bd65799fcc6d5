"""Questions that come in over the API, and who may read them."""

import json

import pytest
from sqlalchemy import Engine, func, select

from kb.access import OPERATOR, Role, Scope
from kb.store.engine import reading, transaction
from kb.store.questions.reading import get_question
from kb.store.schema import jobs, questions, replies
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import Keys, bearer

PATH = "/api/v1/questions"
BATCH = f"{PATH}/batch"
QUESTION = {"source_id": "T-1", "subject": "No steam", "body": "It hisses only.", "lang": "en"}


def count(engine: Engine) -> int:
    with reading(engine) as conn:
        return conn.execute(select(func.count()).select_from(questions)).scalar_one()


def test_a_question_is_stored_and_waits_for_the_worker(client, agent, site_engine):
    stored = client.post(PATH, json=QUESTION, headers=agent)

    assert stored.status_code == 201
    assert stored.json()["outcome"] == "new"
    assert count(site_engine) == 1
    with reading(site_engine) as conn:
        assert conn.execute(select(jobs.c.kind)).scalars().all() == ["index"]


def test_the_same_question_again_changes_nothing_and_another_text_updates_it(
    client, agent, site_engine
):
    first = client.post(PATH, json=QUESTION, headers=agent).json()
    again = client.post(PATH, json=QUESTION, headers=agent)
    other = client.post(PATH, json={**QUESTION, "body": "Now it is silent."}, headers=agent)

    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert (other.status_code, other.json()["outcome"]) == (200, "updated")
    assert first["id"] == again.json()["id"] == other.json()["id"]
    assert count(site_engine) == 1


def test_replies_come_with_their_question(client, agent, site_engine):
    sent = {**QUESTION, "replies": [{"body": "Open the steam valve.", "author": "agent"}]}
    client.post(PATH, json=sent, headers=agent)

    with reading(site_engine) as conn:
        assert conn.execute(select(replies.c.body_raw)).scalars().all() == ["Open the steam valve."]


def test_a_guest_cannot_send_questions_in_over_the_api(client, site_engine):
    assert client.post(PATH, json=QUESTION).status_code == 401
    assert client.post(BATCH, json={"items": [QUESTION]}).status_code == 401
    assert count(site_engine) == 0


def test_a_key_without_the_scope_ask_is_refused(client, make_key: Keys):
    headers = bearer(make_key(Role.AGENT, Scope.READ))

    assert client.post(PATH, json=QUESTION, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"source_id": ""}, "source_id"),
        ({"source_id": None}, "source_id"),
        ({"channel": "pigeon"}, "channel"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
        ({"created_at": "9999-12-31T23:59:59-14:00"}, "created_at"),
        ({"lang": "x" * 40}, "lang"),
        ({"replies": [{"body": ""}]}, "replies.0.body"),
        ({"subject": "\ud800"}, "subject"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_stored(
    client, agent, site_engine, changed, field
):
    body = json.dumps({**QUESTION, **changed})
    refused = client.post(PATH, content=body, headers={**agent, **JSON})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
    assert count(site_engine) == 0


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"source_id":1}', b"[" * 5_000]
)
def test_a_body_that_is_no_question_is_refused(client, agent, body):
    refused = client.post(PATH, content=body, headers={**agent, **JSON})

    assert refused.status_code in (400, 422)
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_question_without_words_is_refused(client, agent):
    refused = client.post(PATH, json={"source_id": "T-1", "body": " \n"}, headers=agent)

    assert refused.status_code == 422


def test_null_bytes_in_a_question_are_stored_without_an_error(client, agent):
    assert client.post(PATH, json={**QUESTION, "body": "a\x00b"}, headers=agent).status_code == 201


def test_a_question_over_64_kb_is_too_large(client, agent, site_engine):
    sent = {**QUESTION, "body": "x" * 64 * 1024}

    refused = client.post(PATH, json=sent, headers=agent)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert count(site_engine) == 0


def test_a_body_in_pieces_is_stopped_at_the_limit_too(client, agent):
    pieces = (b"x" * 10_000 for _ in range(10))

    assert client.post(PATH, content=pieces, headers={**agent, **JSON}).status_code == 413


def test_a_request_with_an_idempotency_key_is_done_once(client, agent, site_engine):
    headers = {**agent, "idempotency-key": "import-7"}
    first = client.post(PATH, json=QUESTION, headers=headers)
    again = client.post(PATH, json=QUESTION, headers=headers)
    other = client.post(PATH, json={**QUESTION, "source_id": "T-2"}, headers=headers)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert other.status_code == 409
    assert count(site_engine) == 1


def test_the_idempotency_key_of_one_account_is_nothing_to_another(client, make_key: Keys):
    for name in ("Robin", "Kim"):
        headers = {**bearer(make_key(Role.AGENT, name=name)), "idempotency-key": "1"}
        sent = {**QUESTION, "source_id": name}
        assert client.post(PATH, json=sent, headers=headers).status_code == 201


def test_a_batch_tells_of_each_item_and_stores_the_good_ones(client, agent, site_engine):
    items = [QUESTION, {"source_id": "T-2"}, {**QUESTION, "source_id": "T-3"}]
    answered = client.post(BATCH, json={"items": items}, headers=agent).json()

    assert (answered["stored"], answered["refused"]) == (2, 1)
    assert [one["outcome"] for one in answered["items"]] == ["new", "refused", "new"]
    assert answered["items"][1]["errors"]
    assert count(site_engine) == 2


@pytest.mark.parametrize("item", [{"source_id": 1e400}, {"body": "\ud800"}, {"x": {"y": []}}])
def test_a_bad_item_never_takes_the_batch_down(client, agent, item):
    body = json.dumps({"items": [item, QUESTION]})
    answered = client.post(BATCH, content=body, headers={**agent, **JSON})

    assert answered.status_code in (200, 422)


def test_a_batch_of_more_than_a_hundred_is_too_large(client, agent, site_engine):
    items = [{**QUESTION, "source_id": str(number)} for number in range(101)]

    assert client.post(BATCH, json={"items": items}, headers=agent).status_code == 413
    assert client.post(BATCH, json={"items": []}, headers=agent).status_code == 422
    assert count(site_engine) == 0
    assert client.post(BATCH, json={"items": items[:100]}, headers=agent).status_code == 200
    assert count(site_engine) == 100


def test_an_item_of_a_batch_is_no_larger_than_a_question(client, agent):
    items = [{**QUESTION, "body": "x" * 64 * 1024}, {**QUESTION, "source_id": "T-2"}]
    answered = client.post(BATCH, json={"items": items}, headers=agent).json()

    assert [one["outcome"] for one in answered["items"]] == ["refused", "new"]


def test_a_customers_key_cannot_touch_what_another_source_sent(client, make_key, agent):
    first = client.post(PATH, json={**QUESTION, "source": "desk"}, headers=agent).json()
    customer = bearer(make_key(Role.CUSTOMER, name="Kim"))
    forged = {**QUESTION, "source": "desk", "state": "solved", "replies": [{"body": "Wrong."}]}
    own = client.post(PATH, json=forged, headers=customer).json()

    assert own["id"] != first["id"]
    read = client.get(f"{PATH}/{own['id']}", headers=customer)
    assert (read.status_code, read.json()["state"]) == (200, "open")


def test_agents_the_owner_and_who_has_the_link_read_a_question(client, make_key, agent):
    owner = bearer(make_key(Role.CUSTOMER, name="Kim"))
    stranger = bearer(make_key(Role.CUSTOMER, name="Lou"))
    stored = client.post(PATH, json=QUESTION, headers=owner).json()
    path = f"{PATH}/{stored['id']}"
    token = stored["url"].partition("token=")[2]

    assert client.get(path, headers=agent).status_code == 200
    assert client.get(path, headers=owner).status_code == 200
    by_link = client.get(path, params={"token": token})
    assert by_link.status_code == 200
    assert by_link.headers["cache-control"] == "private, no-store"
    assert client.get(path, headers=stranger).status_code == 404
    assert client.get(path).status_code == 404
    assert client.get(path, params={"token": "é" + token[1:]}).status_code == 404


def test_moving_a_question_is_an_agents_decision(client, agent, make_key, site_engine):
    with transaction(site_engine) as conn:
        steam = [give_question(conn, f"s{n}", f"no steam {n}") for n in range(3)]
        noise = [give_question(conn, f"n{n}", f"loud noise {n}") for n in range(3)]
        give_topic(conn, "no steam", steam)
        target = give_topic(conn, "loud noise", noise)
    path = f"{PATH}/{steam[0]}/move"

    moved = client.post(path, json={"topic_id": target}, headers=agent)
    assert (moved.status_code, moved.json()["topic_id"]) == (200, target)
    assert client.post(path, json={"topic_id": target}, headers=agent).status_code == 409
    assert client.post(path, json={"topic_id": 999}, headers=agent).status_code == 404
    assert client.post(path, json={"topic_id": target}).status_code == 401
    customer = bearer(make_key(Role.CUSTOMER, name="Kim"))
    assert client.post(path, json={"topic_id": target}, headers=customer).status_code == 403


def test_a_question_keeps_what_it_was_sent_with(client, agent, site_engine):
    sent = {**QUESTION, "source": "zendesk-eu", "product": "Piazza", "channel": "email"}
    stored = client.post(PATH, json=sent, headers=agent).json()

    with reading(site_engine) as conn:
        found = get_question(conn, stored["id"], viewer=OPERATOR)
    assert (found.source, found.source_id, found.channel) == ("zendesk-eu", "T-1", "email")
    assert found.product == "piazza"
