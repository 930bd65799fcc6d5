"""Agents keep synonyms on a page and by API, and searches follow without a restart."""

from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from kb.access import OPERATOR, Role
from kb.searches.synonyms import parse_group
from kb.store.engine import transaction
from kb.store.searches.synonyms import add_synonyms
from tests.waiting import wait_until
from tests.web.http.conftest import Keys, bearer
from web.http.pages.desk.synonyms import PAGE

PATH = "/api/v1/synonyms"


def test_an_added_synonym_is_used_by_the_running_site(
    client: TestClient, agent: dict[str, str]
) -> None:
    asked = "/api/v1/search?q=gunkaway&floor=off"
    assert "coffee machine" not in first_title(client.get(asked).json())

    added = client.post(PATH, json={"terms": ["gunkaway", "descaler"]}, headers=agent)

    assert added.status_code == 201
    wait_until(lambda: "coffee machine" in first_title(client.get(asked).json()))


def first_title(answer: dict[str, list[dict[str, str]]]) -> str:
    return answer["hits"][0]["title"] if answer["hits"] else ""


def test_the_api_lists_adds_and_removes_for_agents_alone(
    client: TestClient, agent: dict[str, str], make_key: Keys
) -> None:
    customer = bearer(make_key(Role.CUSTOMER))
    body = {"terms": ["PSU", "power supply unit"], "kind": "one-way", "lang": "en"}

    assert client.post(PATH, json=body).status_code == 401
    assert client.post(PATH, json=body, headers=customer).status_code == 403
    assert client.get(PATH, headers=customer).status_code == 403
    added = client.post(PATH, json=body, headers=agent).json()
    assert client.post(PATH, json=body, headers=agent).status_code == 409
    assert client.post(PATH, json={"terms": ["a", "A"]}, headers=agent).status_code == 422
    listed = client.get(PATH, headers=agent).json()
    assert [group["id"] for group in listed["synonyms"]] == [added["id"]]
    assert {**added, **body} == added
    assert client.delete(f"{PATH}/{added['id']}", headers=customer).status_code == 403
    assert client.delete(f"{PATH}/{added['id']}", headers=agent).json() == {"removed": added["id"]}
    assert client.delete(f"{PATH}/{added['id']}", headers=agent).status_code == 404


def test_the_page_adds_a_group_and_can_bring_a_removed_one_back(
    client: TestClient, agent: dict[str, str]
) -> None:
    empty = client.get("/desk/synonyms?locale=en", headers=agent).text
    assert "No synonyms yet" in empty

    form = {"terms": "<b>Trafo</b>, Netzteil", "lang": "de"}
    added = client.post("/desk/synonyms?locale=en", data=form, headers=agent)
    assert added.status_code == 303
    page = client.get(added.headers["location"], headers=agent).text
    assert "&lt;b&gt;Trafo&lt;/b&gt;" in page
    assert "Synonyms added" in page

    again = client.post("/desk/synonyms?locale=de", data=form, headers=agent)
    assert again.status_code == 422
    assert "gibt es schon" in again.text
    assert 'value="&lt;b&gt;Trafo&lt;/b&gt;, Netzteil"' in again.text

    removed = client.post("/desk/synonyms/1/remove?locale=en", headers=agent)
    page = client.get(removed.headers["location"], headers=agent).text
    assert "Synonyms removed" in page
    undo = page.split('action="/desk/synonyms/restore')[1].split('"')[0].replace("&amp;", "&")
    back = client.post(f"/desk/synonyms/restore{undo}", headers=agent)
    assert "Netzteil" in client.get(back.headers["location"], headers=agent).text


def test_the_page_is_for_agents_and_refuses_other_sites(
    client: TestClient, agent: dict[str, str], make_key: Keys
) -> None:
    customer = bearer(make_key(Role.CUSTOMER))
    signed_in = client.post("/sign-in", data={"key": agent["authorization"].split()[1]})
    form = {"terms": "lamp, light"}

    assert signed_in.status_code == 303
    elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert client.post("/desk/synonyms", data=form, headers=elsewhere).status_code == 403
    assert client.post("/desk/synonyms", data=form).status_code == 303
    client.cookies.clear()
    assert client.get("/desk/synonyms").status_code == 303
    assert client.get("/desk/synonyms", headers=customer).status_code == 403
    assert client.post("/desk/synonyms", data=form, headers=customer).status_code == 403


def test_many_groups_are_paged_and_looked_through(
    client: TestClient, agent: dict[str, str], site_engine: Engine
) -> None:
    groups = [parse_group(f"lamp{n}, light{n}") for n in range(PAGE + 1)]
    with transaction(site_engine) as conn:
        add_synonyms(conn, groups, viewer=OPERATOR)

    page = client.get("/desk/synonyms?locale=en", headers=agent).text
    assert page.count('id="group-') == PAGE
    assert 'rel="next"' in page
    found = client.get("/desk/synonyms?locale=en&q=LIGHT42", headers=agent).text
    assert found.count('id="group-') == 1
    nothing = client.get("/desk/synonyms?locale=en&q=%3Cnothing%3E", headers=agent).text
    assert "No synonyms with these letters" in nothing
