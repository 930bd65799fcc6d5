"""The table of who may use which route holds for every route and everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import Response

from kb.access import Role, Scope
from tests.web.http.conftest import bearer
from web.http import rules
from web.http.error_texts import TEXTS
from web.http.gate import API_PREFIX, PAGE_GATE, check_table, routes_of
from web.http.rules import Rule
from web.http.who_may import WHO_MAY

READS = (Scope.READ,)
ASKS = (Scope.ASK,)
WORKS = (Scope.READ, Scope.AGENT)
KEYS: Mapping[str, tuple[Role, tuple[Scope, ...]]] = {
    "customer": (Role.CUSTOMER, ()),
    "agent": (Role.AGENT, ()),
    "moderator": (Role.MODERATOR, ()),
    "admin": (Role.ADMIN, ()),
    "customer who reads": (Role.CUSTOMER, READS),
    "customer who asks": (Role.CUSTOMER, ASKS),
    "agent who reads": (Role.AGENT, READS),
    "moderator at work": (Role.MODERATOR, WORKS),
    "admin at work": (Role.ADMIN, WORKS),
    "admin who administers": (Role.ADMIN, (Scope.ADMIN,)),
}
"""A key each: its account's role, and its scopes (none named: every one)."""

IN_PERSON = {"partner", "chief"}
"""A customer in a group and an administrator, both signed in by a session, not by a key."""

WHOLE = {"customer", "agent", "moderator", "admin"} | IN_PERSON
READING = WHOLE | {"customer who reads", "agent who reads", "moderator at work", "admin at work"}
ASKING = WHOLE | {"customer who asks"}
EVERYBODY = {"guest", *IN_PERSON, *KEYS}
LET_IN: Mapping[str, set[str]] = {
    "ANYBODY": EVERYBODY,
    "READER": READING | {"guest"},
    "ASKER": ASKING | {"guest"},
    "LINK_HOLDER": EVERYBODY,
    "LINK_HOLDER_ASKS": ASKING | {"guest"},
    "OBJECT_READER": READING | {"guest"},
    "TOKEN_HOLDER": EVERYBODY,
    "WIDGET": EVERYBODY,
    "ACCOUNT": READING,
    "ACCOUNT_ASKS": ASKING,
    "ACCOUNT_OWNER": IN_PERSON,
    "AGENT": {"agent", "moderator", "admin", "moderator at work", "admin at work", "chief"},
    "MODERATOR": {"moderator", "admin", "chief"},
    "ADMIN": {"admin", "admin who administers", "chief"},
    "ADMIN_IN_PERSON": {"chief"},
}
"""Written out once more, so that a slip in `kb.access` shows."""

UNKNOWN = "999999"
RULES = {name: rule for name, rule in vars(rules).items() if isinstance(rule, Rule)}
Viewers = Mapping[str, Mapping[str, str]]


@pytest.fixture
def viewers(
    client: TestClient,
    make_key: Callable[..., str],
    signed_in: Callable[[], Viewers],
) -> Viewers:
    """The headers of everybody."""
    keys = {
        name: bearer(make_key(role, *scopes, name=name)) for name, (role, scopes) in KEYS.items()
    }
    return {"guest": {}, **signed_in(), **keys}


@pytest.fixture
def signed_in(
    make_account: Callable[..., int], session_of: Callable[[int], dict[str, str]]
) -> Callable[[], Viewers]:
    """Gives the headers of those who come in person, with a new session each."""
    ids = {
        "partner": make_account(groups=("partner",)),
        "chief": make_account(Role.ADMIN, name="Chief"),
    }

    return lambda: {name: session_of(account_id) for name, account_id in ids.items()}


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", UNKNOWN, path)


def is_refused(reply: Any, rule: Rule) -> bool:
    """Whether the gate answered; what a route says itself does not count."""
    if rule.permission is None:
        return False
    if reply.status_code == 303:
        return rule.signed_in and reply.headers["location"].startswith("/sign-in?next=")
    told = f"this needs {rule.needs}"
    return reply.status_code in (401, 403) and (told in reply.text or _text(rule) in reply.text)


def _text(rule: Rule) -> str:
    return TEXTS[rule.text_key].replace("'", "&#39;")


def test_every_rule_is_told_apart_here() -> None:
    assert set(RULES) == set(LET_IN)


def test_every_route_is_in_the_table_and_every_row_is_a_route(client: TestClient) -> None:
    app: Any = client.app

    assert sorted(WHO_MAY) == sorted(key for key, _ in routes_of(app))


def test_every_route_lets_in_whom_its_row_names_and_nobody_else(
    client: TestClient, viewers: Viewers, signed_in: Callable[[], Viewers]
) -> None:
    named = {id(rule): name for name, rule in RULES.items()}
    wrong = []
    for key, rule in WHO_MAY.items():
        method, path = key.split(" ", 1)
        let_in = LET_IN[named[id(rule)]]
        # Some routes end the session.
        for name, headers in {**viewers, **signed_in()}.items():
            reply = client.request(method, filled(path), headers=headers)
            if is_refused(reply, rule) == (name in let_in):
                wrong.append((key, name, reply.status_code))

    assert not wrong, "\n".join(map(str, wrong))


def test_a_refused_program_is_told_in_one_way_and_a_person_in_another(
    client: TestClient, viewers: Viewers
) -> None:
    operation = f"{API_PREFIX}/topics"
    for name, status in (("guest", 401), ("customer", 403), ("agent who reads", 403)):
        reply = client.get(operation, headers=viewers[name])
        assert reply.status_code == status
        assert reply.headers["content-type"] == "application/problem+json"

    led = client.get("/desk/topics?verdict=failing")
    page = client.get("/desk/topics", headers={**viewers["partner"], "accept": "text/html"})
    assert led.headers["location"] == "/sign-in?next=%2Fdesk%2Ftopics%3Fverdict%3Dfailing"
    assert (page.status_code, TEXTS["staff"] in page.text) == (403, True)


def test_after_a_form_a_guest_comes_back_to_the_page_it_stood_on(client: TestClient) -> None:
    def led(referer: str) -> str:
        sent = client.post("/desk/topics/1/dismiss", headers={"referer": referer})
        return str(sent.headers["location"])

    assert led("http://testserver/desk/topics/1?x=1").endswith("%2Fdesk%2Ftopics%2F1%3Fx%3D1")
    assert led("http://evil.example/desk").endswith("next=%2Fdesk%2Ftopics")
    assert led("http://testserver//evil.example").endswith("next=%2Fevil.example")


def test_a_members_token_opens_nothing_outside_the_widget(client: TestClient) -> None:
    token = bearer("eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk")
    for key, rule in WHO_MAY.items():
        method, path = key.split(" ", 1)
        if rule.permission is not None:
            assert client.request(method, filled(path), headers=token).status_code in (401, 429)


def test_a_site_with_a_route_that_nobody_decided_on_does_not_start() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/secret-plans")
    def show() -> Response:
        return Response()

    with pytest.raises(LookupError, match="GET /secret-plans"):
        check_table(app)


def test_a_site_with_a_route_past_the_gate_does_not_start() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/health")
    @app.get("/", dependencies=[PAGE_GATE])
    def show() -> Response:
        return Response()

    check_table(app)
    app.get("/desk/topics")(show)
    with pytest.raises(LookupError, match="past the gate"):
        check_table(app)
