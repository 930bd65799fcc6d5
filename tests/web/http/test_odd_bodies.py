"""Whatever is sent to a form or an operation, by anybody, it is answered and never an error."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from kb.access import OPERATOR, Role
from kb.store.engine import transaction
from kb.store.people.groups import add_group
from kb.store.people.widget_sites import add_widget_site
from tests.kb.questions_given import give_question, give_topic
from web.http.account.guesses import Guesses
from web.http.gate import routes_of
from web.http.rate_limits import RateLimits
from web.http.who_may import WHO_MAY

LEFT_OUT = {"POST /sign-out", "POST /sign-out-everywhere", "POST /account/data/export"}
"""They take nothing, and end what the others need."""

WRITES = sorted(key for key in WHO_MAY if not key.startswith("GET ") and key not in LEFT_OUT)
EVERYBODY = ("guest", "customer", "agent", "admin")
EACH = 16
"""Everybody sends another sixteenth of the bodies: all of them take minutes."""

READS = sorted(key for key in WHO_MAY if key.startswith("GET "))
PLACES = (
    *("%00", "%ff", "%ed%a0%80", "-1", "0", "1.5", str(2**31), str(2**63), str(2**80)),
    *("..%2f..%2fsecret", "1%0d%0ax:%20y", "%F0%9F%99%82", "x" * 3_000, "1;DROP", "%25%00"),
)
QUERIES = (
    *(
        "locale=xx&locale=de",
        "cursor=%ff",
        "q=%00",
        "q=%ed%a0%80",
        "state=%00",
        "next=//evil.example",
    ),
    *("next=/%09/evil.example", "done=%00", "said=%ff&before=%00&more=1", "show=x", "role=%00"),
    *("kind=entry&target=-1", "kind=category&target=9999999999999999999", "kind=%00&target=1"),
    *("token=%00", "secret=%ff", "s=%00&r=1", "account=%00", "stopped=1", "page=-1", "sort=%00"),
    *(
        "title=%00%ff",
        "product=%00",
        "all=maybe",
        "code=x&state=y&iss=z",
        "lang=%00",
        "undo=//evil",
    ),
)

OWN_PAGE = {"origin": "http://testserver"}
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PARTS = "multipart/form-data; boundary=b"

USUAL: Mapping[str, str] = {
    "title": "Why is it so loud?",
    "body": "Since Monday.",
    "email": "kim@example.org",
    "watch_email": "kim@example.org",
    "name": "Kim",
    "password": "a passphrase of many words",
    "locale": "de",
    "kind": "entry",
    "frequency": "daily",
    "target": "1",
    "role": "agent",
    "state": "open",
    "value": "no",
    "reason": "outdated",
    "action": "pin",
    "to": "2",
    "entry": "1",
    "other": "1",
    "question": "1",
    "answer": "Clean it.",
    "terms": "kettle, pot",
    "origin": "https://shop.example.net",
    "account": "1",
    "scopes": "read",
    "mode": "anonymise",
    "let": "in",
    "keep": "1",
    "back": "/",
    "next": "/",
}
"""What a field holds while another one is odd."""

TEXTS: tuple[str, ...] = (
    "",
    "%00",
    "a%00b",
    "%ed%a0%80",
    "%ff%fe",
    "%e2%80%ae%e2%80%8bevil",
    "-1",
    "0",
    "1.5",
    "1" * 40,
    "true",
    "%2f%2fevil.example",
    "%2f%5cevil.example%0d%0aset-cookie:%20x=y",
    "Kim%0d%0aBcc:%20all@example.org",
    "kim@example.org%0aBcc:all@example.org",
    "kim%2bfaq@m%c3%bcller.example",
    "@",
    quote_plus("é" * 200 + "@" + "x" * 300),
    quote_plus("x" * 30_000),
    quote_plus("\u0301" * 9_000),
    quote_plus("=cmd|' /C calc'!A0 <script>{{7*7}}%(num)d ${x}"),
)
VALUES: tuple[Any, ...] = (
    None,
    "",
    "\x00",
    "a\x00b",
    "x" * 30_000,
    -1,
    0,
    1.5,
    2**80,
    True,
    [],
    ["x"],
    [None],
    {},
    {"a": []},
    "//evil.example",
    "Kim\r\nBcc: all@example.org",
)
RAW_VALUES = (b'"\\ud800"', b"1e400", b"-1e400", b"NaN", b"1e40")
BODIES: tuple[tuple[str, bytes], ...] = (
    (FORM, b""),
    (FORM, b"="),
    (FORM, b"%"),
    (FORM, b"&&&===\x00\xff"),
    (FORM, b"a=b&" * 2_000),
    ("", b"title=x"),
    ("text/plain", b"title=x"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"title=x"),
    (JSON, b""),
    (JSON, b"{"),
    (JSON, b"null"),
    (JSON, b"[]"),
    (JSON, b"\xff\xfe"),
    (JSON, b"[" * 50_000),
    ("application/json; charset=latin-1", b"{}"),
    ("multipart/form-data", b"--b\r\n"),
    (PARTS, b""),
    (PARTS, b"--b"),
    (PARTS, b'--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nx'),
    (PARTS, b'--b\r\ncontent-disposition: form-data; name="files"; filename="x.png"\r\n\r\nx'),
    (PARTS, b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    (PARTS, b'--b\r\ncontent-disposition: form-data; name="\xff\xed\xa0\x80"\r\n\r\n\xff\r\n--b--'),
    (PARTS, b"--b\r\n\xff\x00: \r\n\r\n--b--\r\n"),
)
NAMES = (
    b"",
    b"x.png",
    b"../../etc/passwd",
    b"a\\b/c.png",
    b"x" * 3_000 + b".png",
    b"\xff\xfe.png",
    b"\xe2\x80\xaegpj.exe",
    b"a%0d%0ab.txt",
    b"a\x00b.txt",
    b"con.txt",
    b".",
)
CONTENTS = (b"", b"\x89PNG\r\n\x1a\n", b"plain", b"PK\x03\x04", b"%PDF-1.7", b"<svg onload=x>")


class Field(NamedTuple):
    """One field of a form or of a JSON body; `kind` is Form, File or Body."""

    name: str
    kind: str


class Browser(NamedTuple):
    """Sends what is odd, and keeps what was not answered well."""

    client: TestClient
    headers: Mapping[str, str]
    who: str
    wrong: list[str]

    def send(self, key: str, path: str, body: bytes, content_type: str) -> None:
        method = key.partition(" ")[0]
        headers = {**self.headers, **OWN_PAGE}
        if content_type:
            headers["content-type"] = content_type
        reply = self.client.request(method, path, content=body, headers=headers)
        fault = _fault(reply)
        if fault:
            sent = f"{path[:200]} {content_type} {body[:80]!r}"
            self.wrong.append(f"{self.who}: {key}: {sent}: {fault}")


def _fault(reply: Any) -> str:
    """What is wrong with a reply; empty where it is one that anybody can go on from."""
    kind = reply.headers.get("content-type", "")
    if reply.status_code >= 500:
        return f"status {reply.status_code}"
    location = reply.headers.get("location", "/")
    if not location.startswith("/") or location.startswith("//") or "evil" in location[:3]:
        return f"leads to {location}"
    if "set-cookie" in reply.headers and "x=y" in reply.headers["set-cookie"]:
        return "a header was injected"
    if reply.status_code < 400:
        return ""
    if kind.startswith("application/problem+json"):
        problem = reply.json()
        fine = problem["detail"] and len(problem["detail"].splitlines()) == 1
        fine = fine and problem["status"] == reply.status_code
        return "" if fine else f"says {reply.text[:300]}"
    if kind.startswith("text/html"):
        return "" if "</html>" in reply.text and "<h1" in reply.text else "is no whole page"
    return f"is {kind!r}"


@pytest.fixture
def there(site_engine: Engine, entries: Mapping[str, int], make_account: Any) -> Mapping[str, int]:
    """One of each thing that an address names, by the name of its parameter."""
    with transaction(site_engine) as conn:
        question_ids = [give_question(conn, f"s{n}", f"pump {n}", "loud") for n in range(3)]
        topic_id = give_topic(conn, "pump", question_ids[1:])
        group_id = add_group(conn, "partner")
        site_id = add_widget_site(conn, "https://shop.example.com", viewer=OPERATOR).id
    return {
        "question_id": question_ids[0],
        "topic_id": topic_id,
        "group_id": group_id,
        "site_id": site_id,
        "entry_id": entries["reset"],
        "place": entries["reset"],
        "other_id": entries["descale"],
        "account_id": make_account(name="Victim"),
    }


@pytest.fixture
def as_who(
    make_account: Any, session_of: Callable[[int], dict[str, str]]
) -> Callable[[str], Mapping[str, str]]:
    """The headers of somebody, with a new session each time."""
    roles = {"customer": Role.CUSTOMER, "agent": Role.AGENT, "admin": Role.ADMIN}
    ids = {
        name: make_account(role, name=name, email=f"{name}@example.com")
        for name, role in roles.items()
    }

    def headers(name: str) -> Mapping[str, str]:
        return session_of(ids[name]) if name in ids else {}

    return headers


@pytest.fixture
def fields(client: TestClient) -> Mapping[str, tuple[Field, ...]]:
    """The fields that each route takes."""
    app: Any = client.app
    return {key: tuple(_fields(route)) for key, route in routes_of(app)}


def _fields(route: Any) -> Iterator[Field]:
    found = getattr(route, "dependant", None)
    for one in _params(found) if found else ():
        kind = type(one.field_info).__name__
        model = getattr(one.field_info.annotation, "model_fields", None)
        if kind == "Body" and model:
            yield from (Field(name, "Body") for name in model)
        else:
            yield Field(one.alias, kind)


def _params(dependant: Any) -> Iterator[Any]:
    yield from dependant.body_params
    for one in dependant.dependencies:
        yield from _params(one)


def _path(key: str, there: Mapping[str, int]) -> str:
    path = key.partition(" ")[2]
    path = path.replace("{purpose}", "news").replace("{kind}", "category")
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: str(there.get(found[1], 1)), path)


def _forms(fields: tuple[Field, ...]) -> Iterator[bytes]:
    usual = {one.name: quote_plus(USUAL.get(one.name, "x")) for one in fields}
    for one in fields:
        others = "&".join(f"{name}={text}" for name, text in usual.items() if name != one.name)
        yield others.encode()
        yield f"{others}&{one.name}=x&{one.name}=y".encode()
        for text in TEXTS:
            yield f"{others}&{one.name}={text}".encode()


def _objects(fields: tuple[Field, ...]) -> Iterator[bytes]:
    usual = {one.name: USUAL.get(one.name, "x") for one in fields}
    for one in fields:
        for value in VALUES:
            yield json.dumps({**usual, one.name: value}).encode()
        for raw in RAW_VALUES:
            yield json.dumps({**usual, one.name: "@@"}).encode().replace(b'"@@"', raw)


def _uploads(name: str) -> Iterator[bytes]:
    for file_name in NAMES:
        yield _parts([(name, file_name, b"plain words")])
    for content in CONTENTS:
        yield _parts([(name, b"x.png", content)])
    yield _parts([(name, b"x.txt", b"plain words")] * 6)
    yield _parts([(name, b"x.txt", b"plain words")] * 1_001)


def _parts(files: list[tuple[str, bytes, bytes]]) -> bytes:
    found = b""
    for field, name, content in files:
        named = b'; filename="' + name + b'"'
        found += b'--b\r\ncontent-disposition: form-data; name="' + field.encode() + b'"' + named
        found += b"\r\n\r\n" + content + b"\r\n"
    for field, text in USUAL.items():
        found += f'--b\r\ncontent-disposition: form-data; name="{field}"'.encode()
        found += b"\r\n\r\n" + text.encode() + b"\r\n"
    return found + b"--b--\r\n"


def _bodies(fields: tuple[Field, ...]) -> Iterator[tuple[str, bytes]]:
    yield from BODIES
    for form in _forms(tuple(one for one in fields if one.kind == "Form")):
        yield FORM, form
    for made in _objects(tuple(one for one in fields if one.kind == "Body")):
        yield JSON, made
    for one in fields:
        if one.kind == "File":
            yield from ((PARTS, body) for body in _uploads(one.name))


@pytest.mark.parametrize("who", ["guest", "customer", "admin"])
def test_no_address_breaks_a_page_or_an_operation(
    who: str,
    there: Mapping[str, int],
    as_who: Callable[[str], Mapping[str, str]],
    client: TestClient,
) -> None:
    app: Any = client.app
    loose = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    browser = Browser(loose, {**as_who(who), "accept": "text/html"}, who, [])
    turns = itertools.count(EVERYBODY.index(who))
    for key in READS:
        path = key.partition(" ")[2]
        odd = [re.sub(r"\{[^}]+\}", place, path) for place in PLACES] if "{" in path else []
        asked = [f"{_path(key, there)}?{query}" for query in QUERIES]
        object.__setattr__(app.state.site, "limits", RateLimits())
        for address in odd + [one for one in asked if next(turns) % 8 == 0]:
            browser.send(key, address, b"", "")

    assert not browser.wrong, "\n".join(browser.wrong[:60])


# Parts that never end are closed when their memory is freed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("who", EVERYBODY)
def test_no_body_breaks_a_form_or_an_operation(
    who: str,
    there: Mapping[str, int],
    as_who: Callable[[str], Mapping[str, str]],
    fields: Mapping[str, tuple[Field, ...]],
    client: TestClient,
) -> None:
    app: Any = client.app
    loose = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    turns, wrong = itertools.count(EVERYBODY.index(who)), []
    for key in WRITES:
        browser = Browser(loose, as_who(who), who, wrong)
        path = _path(key, there)
        for content_type, body in _bodies(fields[key]):
            if next(turns) % EACH == 0:
                # Else the counters would answer.
                object.__setattr__(app.state.site, "limits", RateLimits())
                object.__setattr__(app.state.site, "guesses", Guesses())
                browser.send(key, path, body, content_type)

    assert not wrong, "\n".join(wrong[:60])
