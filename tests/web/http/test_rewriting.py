"""Rewording a draft by machine: off by default, for agents only, never published by itself."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from itertools import count

import pytest
from sqlalchemy import select, update

from indexer.clean import clean_questions
from indexer.replies.topic_drafts import draft_of_topic
from kb.access import OPERATOR, Role, Scope
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.settings import Settings
from kb.store.audit import Subject, audit_of
from kb.store.engine import open_engine, reading, transaction
from kb.store.questions.incoming import store_question
from kb.store.schema import entries, entry_revisions, topics
from kb.store.topics.record import get_topic
from tests.kb.questions_given import ASKED_AT, give_topic
from tests.web.http.conftest import bearer, browser
from tests.web.stub_endpoint import stub_endpoint
from web.http.app import create_app

STEPS = "Hello Maria, thank you for order CO-448117. Open Settings > General and hold the power "
STEPS += "button for ten seconds. Mail me at tom@acme.example. Kind regards, Tom Miller"
TOO = "Hold the power button for ten seconds after you opened Settings > General, Maria Lindqvist."
MADE = "Open **Settings > General**. Hold the power button for 10 seconds. It takes 45 minutes."
NUMBERS = count()
FORM = {"title": "How do I reset it?", "answer": MADE, "action": "publish"}


@pytest.fixture(scope="module")
def settings(filled_home, tmp_path_factory) -> Settings:
    """One site for all tests here; each has a topic, an account and an endpoint's memory anew."""
    home = tmp_path_factory.mktemp("rewording") / "home"
    shutil.copytree(filled_home[0], home)
    return Settings(home=home)


@pytest.fixture(scope="module")
def site_engine(settings):
    engine = open_engine(settings.record_url)
    yield engine
    engine.dispose()


@pytest.fixture
def topic(site_engine) -> int:
    """A topic whose draft is read from two agents' replies that agree."""
    with transaction(site_engine) as conn:
        ids = [
            store_question(
                conn,
                IncomingQuestion(
                    source_id=f"r{next(NUMBERS)}",
                    subject="How do I reset the power button?",
                    body=f"Maria Lindqvist asks {n}",
                    created_at=ASKED_AT,
                    lang="en",
                    sender_name="Maria Lindqvist",
                    replies=(IncomingReply(f"a{next(NUMBERS)}", text, author="agent"),),
                ),
                channel="ticket",
                source="ticket",
            )[0]
            for n, text in enumerate((STEPS, TOO))
        ]
    clean_questions(site_engine)
    draft = draft_of_topic(site_engine, ids)
    with transaction(site_engine) as conn:
        found = give_topic(conn, "How do I reset it?", ids)
        conn.execute(update(topics).where(topics.c.id == found).values(draft=draft))
    return found


@pytest.fixture(scope="module")
def endpoint():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with stub_endpoint() as running:
            yield running


@pytest.fixture
def stub(endpoint):
    """The endpoint, which has heard nothing yet and answers as it should."""
    endpoint.forget()
    endpoint.text = MADE
    return endpoint


@contextmanager
def site(settings, stub, **changed):
    named = {"rewrite_url": stub.url, "rewrite_model": "small-1", "rewrite_key": "k-1"} | changed
    with browser(create_app(replace(settings, **named))) as client:
        yield client


@pytest.fixture(scope="module")
def rewording_site(settings, endpoint):
    with site(settings, endpoint) as client:
        yield client


@pytest.fixture
def rewording(rewording_site, stub):
    """A browser on the site whose endpoint answers."""
    return rewording_site


def page_of(client, agent, topic, query=""):
    return client.get(f"/desk/topics/{topic}{query}", headers=agent).text


def reword(client, agent, topic):
    return client.post(f"/desk/topics/{topic}/rewrite", headers=agent)


def reword_by_api(client, key, topic):
    return client.post(f"/api/v1/topics/{topic}/rewrite", headers=key)


def stored(site_engine, topic):
    with reading(site_engine) as conn:
        return get_topic(conn, topic, viewer=OPERATOR).draft


def test_without_an_address_nothing_is_offered_and_nothing_is_sent(settings, stub, agent, topic):
    with site(settings, stub, rewrite_url="") as client:
        assert "/rewrite" not in page_of(client, agent, topic)
        assert reword_by_api(client, agent, topic).status_code == 409
        assert reword(client, agent, topic).status_code == 409
    assert stub.bodies == []


def test_looking_at_a_topic_sends_nothing_and_says_what_a_click_would_send(
    rewording, stub, agent, topic
):
    page = page_of(rewording, agent, topic)

    assert f'action="/desk/topics/{topic}/rewrite"' in page
    assert "127.0.0.1" in page
    assert "2 texts" in page
    assert stub.bodies == []


def test_a_click_shows_the_wording_beside_the_quote_marked_with_what_no_reply_says(
    rewording, stub, agent, topic, site_engine
):
    answer = reword(rewording, agent, topic)
    page = page_of(rewording, agent, topic)

    assert answer.status_code == 303
    assert "Machine-made" in page
    assert "small-1" in page
    assert "<mark>45 minutes</mark>" in page
    assert "<mark>10 seconds</mark>" not in page
    assert "button for ten seconds" in page
    assert stub.keys == ["Bearer k-1"]
    with reading(site_engine) as conn:
        (first, *_) = audit_of(conn, Subject("topic", topic))
    assert (first.action, first.actor) == ("rewrite draft", "Robin")


def test_over_the_api_the_same_comes_back(rewording, agent, topic, site_engine):
    found = reword_by_api(rewording, agent, topic).json()

    assert (found["topic_id"], found["text"], found["model"]) == (topic, MADE, "small-1")
    assert found["unsupported"] == ["45 minutes"]
    assert stored(site_engine, topic)["rewritten"]["text"] == MADE


def test_no_personal_data_leaves_the_house(rewording, stub, agent, topic):
    reword(rewording, agent, topic)

    for secret in ("Maria", "Lindqvist", "CO-448117", "tom@acme", "Tom Miller", "k-1"):
        assert secret not in stub.sent
    assert "hold the power button for ten seconds" in stub.sent


def test_what_is_masked_nowhere_yet_is_masked_before_it_is_sent(
    rewording, stub, agent, topic, site_engine
):
    raw = {**stored(site_engine, topic), "text": f"Mail tom@acme.example. {TOO[:60]} #48213"}
    with transaction(site_engine) as conn:
        conn.execute(update(topics).where(topics.c.id == topic).values(draft=raw))

    assert reword(rewording, agent, topic).status_code == 303
    assert "tom@acme" not in stub.sent
    assert "48213" not in stub.sent


@pytest.mark.parametrize(
    ("role", "scopes", "status"),
    [(Role.CUSTOMER, tuple(Scope), 403), (Role.AGENT, (Scope.READ, Scope.ASK), 403)],
)
def test_only_agents_may_have_a_draft_reworded(
    rewording, stub, topic, make_key, role, scopes, status
):
    key = bearer(make_key(role, *scopes))

    assert reword_by_api(rewording, key, topic).status_code == status
    assert reword(rewording, key, topic).status_code == status
    assert reword_by_api(rewording, {}, topic).status_code == 401
    assert reword(rewording, {}, topic).headers["location"].startswith("/sign-in")
    assert stub.bodies == []


def test_another_site_cannot_make_a_browser_ask_for_it(rewording, stub, topic):
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    assert rewording.post(f"/desk/topics/{topic}/rewrite", headers=headers).status_code == 403
    assert stub.bodies == []


@pytest.mark.usefixtures("standing_clock")
def test_an_agent_may_not_have_it_done_all_the_time(rewording, stub, agent, topic):
    for _ in range(6):
        assert reword_by_api(rewording, agent, topic).status_code == 200
    refused = reword_by_api(rewording, agent, topic)

    assert refused.status_code == 429
    assert "retry-after" in refused.headers
    assert len(stub.bodies) == 6


def test_a_topic_that_is_not_there_or_has_no_draft_is_refused(
    rewording, stub, agent, topic, site_engine
):
    with transaction(site_engine) as conn:
        conn.execute(update(topics).where(topics.c.id == topic).values(draft=None))

    assert reword_by_api(rewording, agent, topic).status_code == 409
    assert reword_by_api(rewording, agent, 99_999).status_code == 404
    assert stub.bodies == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 401}, "refused the key"),
        ({"status": 500}, "status 500"),
        ({"raw": b"<html>"}, "something else than a text"),
        ({"text": ""}, "empty text"),
        ({"text": "Press it. " * 1_000}, "far longer than the draft"),
        ({"text": "Press it.<script>alert(1)</script>"}, "markup"),
        ({"text": "Press it. <img src=x onerror=alert(1)>"}, "markup"),
        ({"text": "Press it. ![](https://evil.example/a.png)"}, "markup"),
        ({"text": "[Press it](javascript:alert(1))"}, "markup"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_line_and_nothing_is_lost(
    rewording, stub, agent, topic, site_engine, answer, told
):
    reword(rewording, agent, topic)
    before = stored(site_engine, topic)
    for name, value in answer.items():
        setattr(stub, name, value)
    problem = reword_by_api(rewording, agent, topic)
    page = reword(rewording, agent, topic)

    assert problem.status_code == 503
    assert problem.headers["content-type"] == "application/problem+json"
    assert told in problem.json()["detail"]
    assert page.status_code == 503
    assert told in page.text
    assert "<script>alert" not in page.text
    assert stored(site_engine, topic) == before


def test_an_endpoint_that_is_down_is_one_line(settings, stub, agent, topic):
    with site(settings, stub, rewrite_url="http://127.0.0.1:9/v1") as client:
        assert "cannot be reached" in reword_by_api(client, agent, topic).json()["detail"]


def test_the_machines_text_is_shown_as_text(rewording, stub, agent, topic):
    stub.text = 'Press "A" & <b, then 3 > 2.'
    reword(rewording, agent, topic)

    assert "&amp; &lt;b, then 3 &gt; 2." in page_of(rewording, agent, topic)


def promote(client, agent, topic, **changed):
    return client.post(f"/desk/topics/{topic}/promote", data=FORM | changed, headers=agent)


def test_the_machines_wording_is_not_published_unread_but_it_is_kept_in_the_form(
    rewording, agent, topic
):
    reword(rewording, agent, topic)
    form = page_of(rewording, agent, topic, "?start=rewriting")
    refused = promote(rewording, agent, topic)

    assert escape(MADE) in form
    assert 'name="checked"' in form
    assert refused.status_code == 422
    assert "edit it, or say that you have checked it" in refused.text
    assert escape(MADE) in refused.text
    assert 'name="checked"' in refused.text


@pytest.mark.parametrize(
    "changed", [{"checked": "true"}, {"answer": f"{MADE} Then wait."}], ids=["ticked", "edited"]
)
def test_read_or_edited_it_is_published_and_the_first_revision_says_where_it_began(
    rewording, agent, topic, site_engine, changed
):
    reword(rewording, agent, topic)
    assert promote(rewording, agent, topic, **changed).status_code == 303
    with reading(site_engine) as conn:
        entry = conn.execute(select(entries).where(entries.c.topic_id == topic)).one()
        note = conn.execute(
            select(entry_revisions.c.note).where(entry_revisions.c.entry_id == entry.id)
        ).scalar_one()

    assert entry.state == "published"
    assert note == "began from wording that a machine made (small-1)"


def test_an_answer_of_ones_own_needs_no_tick_and_gets_no_note(rewording, agent, topic, site_engine):
    reword(rewording, agent, topic)
    assert promote(rewording, agent, topic, answer="Turn it off and on.").status_code == 303
    with reading(site_engine) as conn:
        assert conn.execute(select(entry_revisions.c.note)).scalars().all().count("") >= 1
        notes = conn.execute(
            select(entry_revisions.c.note).join(entries).where(entries.c.topic_id == topic)
        ).scalars()
        assert list(notes) == [""]


def test_over_the_api_the_tick_is_a_field(rewording, agent, topic):
    reword(rewording, agent, topic)
    path = f"/api/v1/topics/{topic}/promote"
    wanted = {"answer": MADE, "publish": True}

    refused = rewording.post(path, json=wanted, headers=agent)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "checked"
    assert rewording.post(path, json=wanted | {"checked": True}, headers=agent).status_code == 201


def test_what_was_saved_unread_is_published_over_the_api_with_the_tick_only(
    rewording, agent, topic
):
    reword(rewording, agent, topic)
    path = f"/api/v1/topics/{topic}/promote"
    saved = rewording.post(path, json={"answer": MADE}, headers=agent).json()
    path, wanted = f"/api/v1/entries/{saved['entry_id']}", {"revision": 1, "state": "published"}

    refused = rewording.patch(path, json=wanted, headers=agent)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "checked"
    published = rewording.patch(path, json=wanted | {"checked": True}, headers=agent)
    assert published.json()["state"] == "published"
