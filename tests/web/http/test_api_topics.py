"""Topics over the API: agents read and decide, nobody else learns that they exist."""

from datetime import UTC, datetime

import pytest

from kb.access import Role, Scope
from kb.store.engine import transaction
from kb.store.topics.effects import TopicVerdict, save_effects, save_topic_verdict
from kb.store.topics.record import save_near_topics
from kb.topics import AskedWording, Evidence, NearTopic
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import bearer

PATH = "/api/v1/topics"


@pytest.fixture
def topics(site_engine) -> dict[str, int]:
    with transaction(site_engine) as conn:
        steam = [give_question(conn, f"s{n}", f"there is no steam {n}") for n in range(4)]
        noise = [give_question(conn, f"n{n}", f"a loud noise {n}") for n in range(3)]
        return {
            "steam": give_topic(conn, "there is no steam", steam),
            "noise": give_topic(conn, "a loud noise", noise),
            "question": steam[3],
        }


def test_topics_come_page_by_page(client, agent, topics):
    first = client.get(PATH, params={"limit": 1}, headers=agent).json()
    second = client.get(PATH, params={"limit": 1, "cursor": first["cursor"]}, headers=agent).json()

    assert [one["id"] for one in first["topics"]] == [topics["steam"]]
    assert [one["id"] for one in second["topics"]] == [topics["noise"]]
    assert second["cursor"] is None


def test_a_topic_shows_its_evidence(client, agent, topics):
    found = client.get(f"{PATH}/{topics['steam']}", headers=agent).json()

    assert (found["label"], found["size"]) == ("there is no steam", 4)
    assert found["samples"][0]["source_id"] == "s0"
    assert found["draft"]["text"] == "Switch Bluetooth off and on again."
    assert found["weeks"] == {"2026-W19": 4}


def test_the_queue_is_in_the_order_of_effect_and_says_what_it_rests_on(
    client, agent, topics, site_engine, entries
):
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    asked = (AskedWording(topics["question"], "en", "maybe", 0.4, entries["descale"]),)
    evidence = Evidence(asked, entries["descale"], 1, 2, (("unclear", 2),), noon)
    with transaction(site_engine) as conn:
        save_topic_verdict(conn, topics["noise"], TopicVerdict("not found", 1.0, evidence))
        save_effects(conn, {topics["noise"]: 3.5})
        save_near_topics(conn, {topics["noise"]: [NearTopic(topics["steam"], 0.61, ("loud",))]})

    listed = client.get(PATH, headers=agent).json()["topics"]
    found = client.get(f"{PATH}/{topics['noise']}", headers=agent).json()

    assert [one["id"] for one in listed] == [topics["noise"], topics["steam"]]
    assert [one["effect"] for one in listed] == [3.5, 0.0]
    assert [one["next_step"] for one in listed] == ["add wordings", "wait"]
    assert found["near"] == [{"id": topics["steam"], "cosine": 0.61, "shared": ["loud"]}]
    assert found["evidence"]["asked"][0]["entry_id"] == entries["descale"]
    assert found["evidence"]["reasons"] == {"unclear": 2}
    assert (found["unanswered_share"], found["reposts"], found["langs"]) == (1.0, 0, {})
    described = client.get("/openapi.json").json()["components"]["schemas"]["TopicOut"]
    assert "no answer" in described["properties"]["effect"]["description"]


def test_a_topic_of_two_languages_is_named_in_the_readers(client, agent, site_engine):
    with transaction(site_engine) as conn:
        asked = [give_question(conn, f"s{n}", f"there is no steam {n}") for n in range(2)]
        asked += [
            give_question(conn, "d1", "kein Dampf", lang="de"),
            give_question(conn, "d2", "warum kommt kein Dampf?", lang="de"),
        ]
        topic = give_topic(conn, "there is no steam", asked)

    for path in (PATH, f"{PATH}/{topic}"):
        shown = {}
        for lang in ("de", "en", "fr"):
            found = client.get(path, params={"lang": lang}, headers=agent).json()
            one = found["topics"][0] if "topics" in found else found
            shown[lang] = (one["label"], one["lang"])
        assert shown == {
            "de": ("Warum kommt kein Dampf?", "de"),
            "en": ("there is no steam", "en"),
            "fr": ("there is no steam", "en"),
        }
    assert client.get(PATH, params={"lang": "German"}, headers=agent).status_code == 422


def test_guests_and_customers_learn_nothing_of_topics(client, make_key, topics):
    customer = bearer(make_key(Role.CUSTOMER, name="Kim"))
    narrow = bearer(make_key(Role.AGENT, Scope.READ, name="Lou"))
    for path in (PATH, f"{PATH}/{topics['steam']}", f"{PATH}/999"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=customer).status_code == 403
        assert client.get(path, headers=narrow).status_code == 403
    for action in ("promote", "merge", "split", "dismiss"):
        refused = client.post(f"{PATH}/{topics['steam']}/{action}", json={}, headers=customer)
        assert refused.status_code == 403


def test_a_promoted_topic_is_found_by_the_wordings_of_its_questions(client, agent, topics):
    wanted = {
        "answer": "Open the valve slowly.",
        "title": "Why is there no steam?",
        "publish": True,
    }
    made = client.post(f"{PATH}/{topics['steam']}/promote", json=wanted, headers=agent)
    client.app.state.site.live.refresh()

    assert (made.status_code, made.json()["state"]) == (201, "published")
    found = client.get("/api/v1/search", params={"q": "there is no steam 2"}).json()
    assert found["hits"][0]["id"] == made.json()["entry_id"]
    assert found["hits"][0]["matched_phrasing"] is None


def test_a_draft_alone_is_never_published_and_twice_is_a_conflict(client, agent, topics):
    path = f"{PATH}/{topics['steam']}/promote"
    unread = client.post(path, json={"publish": True}, headers=agent)
    assert (unread.status_code, unread.json()["errors"][0]["field"]) == (422, "answer")

    assert client.post(path, json={}, headers=agent).json()["state"] == "draft"
    assert client.post(path, json={}, headers=agent).status_code == 409


@pytest.mark.parametrize("audience", ["", "Not A Word ", "x" * 61, "no-such-group"])
def test_an_audience_must_be_one_that_somebody_is_in(client, agent, topics, audience):
    sent = {"answer": "Open the valve.", "audience": audience}
    refused = client.post(f"{PATH}/{topics['steam']}/promote", json=sent, headers=agent)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "audience")


def test_merging_leads_from_the_old_topic_to_the_one_that_stays(client, agent, topics):
    path = f"{PATH}/{topics['steam']}/merge"
    assert client.post(path, json={"topic_id": topics["steam"]}, headers=agent).status_code == 409

    merged = client.post(path, json={"topic_id": topics["noise"]}, headers=agent).json()
    assert merged["id"] == topics["steam"]
    old = client.get(f"{PATH}/{topics['noise']}", headers=agent).json()
    assert (old["id"], old["size"]) == (topics["steam"], 7)


def test_splitting_makes_a_new_topic_and_refuses_foreign_questions(client, agent, topics):
    path = f"{PATH}/{topics['steam']}/split"
    done = client.post(path, json={"questions": [topics["question"]]}, headers=agent).json()

    assert client.get(f"{PATH}/{done['new_id']}", headers=agent).json()["size"] == 1
    assert client.post(path, json={"questions": [999]}, headers=agent).status_code == 422
    assert client.post(path, json={"questions": []}, headers=agent).status_code == 422


def test_a_dismissed_topic_leaves_the_queue(client, agent, topics):
    path = f"{PATH}/{topics['noise']}/dismiss"
    assert client.post(path, headers=agent).status_code == 200
    assert client.post(path, headers=agent).status_code == 409

    queue = client.get(PATH, headers=agent).json()["topics"]
    assert [one["id"] for one in queue] == [topics["steam"]]
    dismissed = client.get(PATH, params={"state": "dismissed"}, headers=agent).json()["topics"]
    assert [one["id"] for one in dismissed] == [topics["noise"]]


def test_a_cursor_of_another_list_is_refused(client, agent, topics):
    cursor = client.get("/api/v1/entries", params={"limit": 1}).json()["cursor"]
    refused = client.get(PATH, params={"cursor": cursor}, headers=agent)

    assert refused.status_code == 422
