"""Every operation of the API refuses whom it is not for, and says in one line what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kb.access import Role, Scope
from tests.web.http.conftest import bearer
from web.http.rules import AGENT
from web.http.who_may import WHO_MAY

API = "/api/v1"
UNKNOWN = 999_999
IDS = ("0", "-1", "1.5", "x", str(2**62 + 1), str(2**80), "%00", "1" * 300)
CURSORS = ("x", "%00", "9" * 40, "dG9waWNzOi0x", "a" * 299)
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"\x00",
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"topic_id": "x", "question_id": [], "questions": 1, "entry_id": {}, "into_id": -1}',
    b'{"topic_id": 0, "question_id": 1.5, "questions": [], "entry_id": true, "into_id": null}',
    b'{"topic_id": 1e400, "questions": [1e40], "entry_id": 1e30, "into_id": 1e30}',
    b'{"questions": [' + b"1," * 20_000 + b"1]}",
    b'{"reason": "\\ud800", "title": "\\ud800", "answer": 5}',
)
"""None of them is a body of any operation that changes topics, noise, links or entries."""


@pytest.fixture
def operations(client: Any) -> list[tuple[str, str]]:
    """Method and path of all operations, without the prefix."""
    paths = client.app.openapi()["paths"]
    return [(method, path.removeprefix(API)) for path, found in paths.items() for method in found]


def filled(path: str, value: object = UNKNOWN) -> str:
    """The path with a value for each of its parameters."""
    parts = (str(value) if part.startswith("{") else part for part in path.split("/"))
    return API + "/".join(parts)


def for_agents(operations: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield from (
        (method, path)
        for method, path in operations
        if WHO_MAY[f"{method.upper()} {API}{path}"] is AGENT
    )


def assert_one_line(reply: Any) -> None:
    """Problem+json with one line, and for bad input the fields that are wrong."""
    assert 400 <= reply.status_code < 500, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["detail"]
    assert len(problem["detail"].splitlines()) == 1
    if reply.status_code == 422:
        assert all(one["field"] for one in problem["errors"])


def test_what_is_for_agents_is_refused_to_everybody_else(
    client: Any, make_key: Any, operations: list[tuple[str, str]]
) -> None:
    customer = bearer(make_key(Role.CUSTOMER, name="Kim"))
    narrow = bearer(make_key(Role.AGENT, Scope.READ, Scope.ASK))
    asked = list(for_agents(operations))

    assert len(asked) > 30
    for method, path in asked:
        for headers, status in (({}, 401), (customer, 403), (narrow, 403)):
            reply = client.request(method, filled(path), headers=headers)
            assert reply.status_code == status, (method, path)
            assert_one_line(reply)


def test_a_page_of_another_site_cannot_use_an_agents_session(
    client: Any, operations: list[tuple[str, str]]
) -> None:
    foreign = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    for method, path in operations:
        if method != "get":
            assert client.request(method, filled(path), headers=foreign).status_code == 403


def test_no_number_in_an_address_breaks_anything(
    client: Any, agent: dict[str, str], operations: list[tuple[str, str]]
) -> None:
    for method, path in for_agents(operations):
        if "{" in path:
            for value in IDS:
                assert_one_line(client.request(method, filled(path, value), headers=agent))


def test_no_cursor_of_others_breaks_a_list(
    client: Any, agent: dict[str, str], operations: list[tuple[str, str]]
) -> None:
    for method, path in for_agents(operations):
        names = {one["name"] for one in _parameters(client, method, path)}
        if "cursor" in names:
            for cursor in CURSORS:
                reply = client.get(f"{filled(path)}?cursor={cursor}", headers=agent)
                assert_one_line(reply)
                assert [one["field"] for one in reply.json()["errors"]] == ["cursor"]


def test_a_body_that_is_none_is_refused_in_one_line(
    client: Any, agent: dict[str, str], operations: list[tuple[str, str]]
) -> None:
    headers = {**agent, "content-type": "application/json"}
    for method, path in for_agents(operations):
        if _operation(client, method, path).get("requestBody"):
            for body in BODIES:
                reply = client.request(method, filled(path), content=body, headers=headers)
                assert_one_line(reply)


def test_every_operation_and_field_is_described(
    client: Any, operations: list[tuple[str, str]]
) -> None:
    schema = client.app.openapi()
    for method, path in operations:
        assert _operation(client, method, path).get("description"), (method, path)
    # FastAPI makes a schema of its own for what is uploaded.
    theirs = ("Body_", "HTTPValidation", "Validation")
    ours = {n: s for n, s in schema["components"]["schemas"].items() if not n.startswith(theirs)}
    assert [name for name, one in ours.items() if not one.get("description")] == []


def _operation(client: Any, method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.app.openapi()["paths"][API + path][method]
    return found


def _parameters(client: Any, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _operation(client, method, path).get("parameters", [])
    return found
