"""What was decided about topics is told by page and API, and taken back from there."""

import pytest

from kb.access import Role
from kb.store.engine import reading, transaction
from kb.store.grouping.decisions import active_decisions, set_overridden
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import bearer
from web.http.pages.desk.decisions import PAGE, desk_path

API = "/api/v1"
DESK = "/desk/decisions"


@pytest.fixture
def given(site_engine):
    """Two topics of three questions each: their ids, and those of the questions."""
    with transaction(site_engine) as conn:
        asked = [give_question(conn, f"q{n}", f"why <b>steam</b> {n}") for n in range(3)]
        asked += [give_question(conn, f"q{n}", f"where is parcel {n}") for n in range(3, 6)]
        steam = give_topic(conn, "Steam <comes> out", asked[:3])
        return {"steam": steam, "parcel": give_topic(conn, "Parcels", asked[3:]), "asked": asked}


@pytest.fixture
def post(client, agent):
    def send(path, body=None):
        return client.post(f"{API}{path}", json=body, headers=agent)

    return send


def actions(given):
    """A path, a body and the action that they do, one after the other possible."""
    steam, parcel, asked = given["steam"], given["parcel"], given["asked"]
    return [
        (f"/questions/{asked[0]}/not-same", {"question_id": asked[4]}, "not same"),
        (f"/questions/{asked[1]}/same", {"question_id": asked[2]}, "same"),
        (f"/questions/{asked[0]}/not-same", None, "out"),
        (f"/questions/{asked[0]}/move", {"topic_id": parcel}, "move"),
        (f"/topics/{parcel}/split", {"questions": asked[4:]}, "split"),
        (f"/topics/{parcel}/dismiss", None, "dismiss"),
        (f"/topics/{parcel}/restore", None, "restore"),
        (f"/topics/{steam}/merge", {"topic_id": parcel}, "merge"),
    ]


def test_every_action_is_listed_and_taken_back_in_turn(client, agent, post, given):
    batches = []
    for path, body, action in actions(given):
        reply = post(path, body)
        assert reply.status_code == 200, (action, reply.text)
        batches.append(reply.json()["decision"])
    listed = client.get(f"{API}/decisions", headers=agent).json()["decisions"]
    assert [one["action"] for one in reversed(listed)] == [one[2] for one in actions(given)]
    assert listed[0]["topic"] == {"id": given["steam"], "text": "Steam <comes> out"}
    assert {one["state"] for one in listed} == {"stands"}

    for batch in reversed(batches):
        assert post(f"/decisions/{batch[:10]}/undo").status_code == 200
        assert post(f"/decisions/{batch}/undo").status_code == 409
    listed = client.get(f"{API}/decisions", params={"show": "undone"}, headers=agent).json()
    assert len(listed["decisions"]) == len(batches)
    assert listed["decisions"][0]["undone_by"] == "Robin"
    assert post(f"/decisions/{batches[0]}/redo").json()["decision"] not in batches


def test_the_list_is_read_page_by_page(client, agent, post, given):
    for path, body, _action in actions(given)[:3]:
        post(path, body)

    first = client.get(f"{API}/decisions", params={"limit": 2}, headers=agent).json()
    rest = client.get(f"{API}/decisions", params={"cursor": first["cursor"]}, headers=agent).json()

    assert [one["action"] for one in first["decisions"]] == ["out", "same"]
    assert ([one["action"] for one in rest["decisions"]], rest["cursor"]) == (["not same"], None)


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/topics/{steam}/merge", {"topic_id": 0}, 422, "topic_id"),
        ("/topics/{steam}/merge", {"topic_id": 4711}, 404, None),
        ("/topics/{steam}/split", {"questions": [4711]}, 422, "questions"),
        ("/topics/{steam}/restore", None, 409, None),
        ("/questions/1/same", {}, 422, "question_id"),
        ("/questions/1/same", {"question_id": 1}, 422, "question_id"),
        ("/questions/4711/not-same", None, 404, None),
        ("/questions/1/not-same", {"question_id": "x"}, 422, "question_id"),
        ("/decisions/feedface/undo", None, 404, None),
        ("/decisions/%25/undo", None, 404, None),
    ],
)
def test_bad_input_is_refused_by_its_name(post, given, path, body, status, field, site_engine):
    refused = post(path.format(**given), body)

    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in refused.json().get("errors", [])] == ([field] if field else [])
    with reading(site_engine) as conn:
        assert active_decisions(conn) == []


def test_only_agents_decide_read_and_take_back(client, make_key, given, post):
    customer = bearer(make_key(Role.CUSTOMER))
    batch = post(f"/topics/{given['parcel']}/dismiss").json()["decision"]

    for path, body, _action in [*actions(given), (f"/decisions/{batch}/undo", None, "undo")]:
        assert client.post(f"{API}{path}", json=body, headers=customer).status_code == 403
        assert client.post(f"{API}{path}", json=body).status_code == 401
    assert client.get(f"{API}/decisions", headers=customer).status_code == 403
    assert client.get(DESK, headers=customer).status_code == 403
    assert client.get(DESK).status_code == 303
    assert client.post(f"{DESK}/{batch}/undo", headers=customer).status_code == 403


def test_the_page_says_who_did_what_and_takes_it_back(client, agent, post, given):
    empty = client.get(f"{DESK}?locale=en", headers=agent).text
    assert "No decisions yet" in empty
    batches = {action: post(path, body) for path, body, action in actions(given)}
    batch = batches["merge"].json()["decision"]

    page = client.get(f"{DESK}?locale=en", headers=agent).text
    assert page.count('class="decided"') == len(batches)
    assert "Steam &lt;comes&gt; out" in page
    assert "why &lt;b&gt;steam&lt;/b&gt; 0" in page
    assert "Robin" in page
    german = client.get(f"{DESK}?locale=de", headers=agent).text
    assert "zusammengelegt" in german

    form = {"next": f"{DESK}?show=all"}
    undone = client.post(f"{DESK}/{batch}/undo?locale=en", data=form, headers=agent)
    assert undone.status_code == 303
    page = client.get(undone.headers["location"], headers=agent).text
    assert "Taken back. The next index run" in page
    assert f'action="{DESK}/{batch}/redo"' in page
    redone = client.post(f"{DESK}/{batch}/redo?locale=en", headers=agent)
    page = client.get(redone.headers["location"], headers=agent).text
    assert "Done again" in page
    assert 'action="/desk/decisions/' in page.split("Done again")[1][:300]


def test_what_stands_in_the_way_is_named_with_a_link_to_it(client, agent, post, given):
    steam, parcel, asked = given["steam"], given["parcel"], given["asked"]
    split = post(f"/topics/{steam}/split", {"questions": asked[:1]}).json()
    merge = post(f"/topics/{parcel}/merge", {"topic_id": split["new_id"]}).json()

    refused = client.post(f"{DESK}/{split['decision']}/undo?locale=en", headers=agent)

    assert refused.status_code == 409
    assert "was merged into another one since" in refused.text
    assert f"{DESK}?at={merge['decision'][:8]}" in refused.text
    newest = client.get(f"{DESK}?at={split['decision'][:8]}", headers=agent).text
    assert newest.count('class="decided"') == 1
    assert client.get(f"{DESK}?at=feedface", headers=agent).status_code == 404


def test_what_is_overridden_leads_to_the_newer_decision(client, agent, post, given, site_engine):
    asked = given["asked"]
    older = post(f"/questions/{asked[0]}/same", {"question_id": asked[1]}).json()["decision"]
    newer = post(f"/questions/{asked[0]}/not-same", {"question_id": asked[1]}).json()["decision"]
    with transaction(site_engine) as conn:
        set_overridden(conn, [active_decisions(conn)[0].id])

    page = client.get(f"{DESK}?show=overridden&locale=en", headers=agent).text
    (told,) = client.get(f"{API}/decisions", params={"show": "overridden"}, headers=agent).json()[
        "decisions"
    ]

    assert (page.count('class="decided"'), f"?at={newer[:8]}#" in page) == (1, True)
    assert (told["decision"], told["overridden_by"]) == (older, [newer])
    assert told["statements"][0]["overridden_by"] == newer


def test_a_question_is_taken_out_from_a_page(client, agent, given):
    asked, steam = given["asked"], given["steam"]
    form = {"next": f"/desk/topics/{steam}"}

    done = client.post(f"/desk/questions/{asked[0]}/out?locale=en", data=form, headers=agent)

    assert done.status_code == 303
    assert done.headers["location"].startswith(f"/desk/topics/{steam}?done=question-out")
    again = client.post(f"/desk/questions/{asked[0]}/out?locale=en", data=form, headers=agent)
    assert again.status_code == 409


def test_many_decisions_are_paged(client, agent, post, given):
    path = f"/topics/{given['parcel']}"
    for _ in range(PAGE // 2 + 1):
        post(f"{path}/dismiss")
        post(f"{path}/restore")

    first = client.get(f"{DESK}?locale=en", headers=agent).text
    assert first.count('class="decided"') == PAGE
    more = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert client.get(more, headers=agent).text.count('class="decided"') == 2


@pytest.mark.parametrize(
    "path",
    ["//elsewhere.example", "/desk\\evil", "https://elsewhere.example/desk/", "/", "/dësk/x"],
)
def test_undo_leads_nowhere_but_to_the_desk(path):
    assert desk_path(path) == DESK
    assert desk_path("/desk/topics/7?x=1") == "/desk/topics/7?x=1"
