"""The frame of every page: language, ways for each kind of reader, errors in their words."""

import re

import pytest

from kb.access import Role
from kb.store.engine import reading
from kb.store.people.accounts import get_account
from kb.store.people.preferences import set_language, set_single_keys
from tests.web.http.conftest import bearer

GERMAN = '<html lang="de"'
ENGLISH = '<html lang="en"'
HTML = {"accept": "text/html"}


@pytest.fixture
def mara(client, make_account, sign_in):
    """The id of a customer who is signed in."""
    account_id = make_account(name="Mara")
    sign_in(client, account_id)
    return account_id


def test_the_account_decides_the_language_before_address_and_browser(client, mara, site_engine):
    wishes = {"accept-language": "de", "referer": "http://testserver/?locale=de"}
    assert ENGLISH in client.get("/?locale=de", headers=wishes).text

    with site_engine.begin() as conn:
        set_language(conn, mara, "de")
    page = client.get("/?locale=en", headers={"accept-language": "en"})
    assert GERMAN in page.text
    assert page.headers["content-language"] == "de"


def test_a_guest_gets_the_language_of_the_address_then_of_the_browser(client):
    wishes = {"accept-language": "de"}

    assert ENGLISH in client.get("/?locale=en", headers=wishes).text
    assert GERMAN in client.get("/", headers=wishes).text


def test_a_program_names_the_language_it_wants(client, agent):
    assert GERMAN in client.get("/?locale=de", headers=agent).text
    assert ENGLISH in client.get("/", headers=agent).text


def test_the_switch_changes_the_account_and_comes_back(client, mara, site_engine):
    page = client.get("/search?q=a+b&done=language").text
    assert '<input type="hidden" name="back" value="/search?q=a+b">' in page

    changed = client.post("/language", data={"locale": "de", "back": "/search?q=a+b"})
    assert changed.status_code == 303
    assert changed.headers["location"] == "/search?q=a+b&done=language"
    with reading(site_engine) as conn:
        assert get_account(conn, mara).locale == "de"
    assert "Ihr Konto hat jetzt diese Sprache" in client.get(changed.headers["location"]).text


def test_the_switch_takes_a_guest_to_the_page_in_that_language(client):
    moved = client.post("/language", data={"locale": "de", "back": "/search?q=x"})

    assert moved.headers["location"] == "/search?q=x&locale=de"


def test_the_switch_refuses_other_languages_and_other_sites(client, mara, site_engine):
    assert client.post("/language", data={"locale": "xx"}).status_code == 422
    for back in ("//evil.example/", "https://evil.example/", "/\\evil.example", "/\t/evil.example"):
        moved = client.post("/language", data={"locale": "en", "back": back})
        assert moved.headers["location"] == "/?done=language"
    with reading(site_engine) as conn:
        assert get_account(conn, mara).locale == "en"


def test_the_frame_leads_each_kind_of_reader_where_they_may_go(
    client, make_account, sign_in, entries
):
    def ways():
        header = client.get("/search").text.split("<main")[0]
        return set(re.findall(r'<a href="(/[^"]*)"', header))

    guest = ways()
    assert {"/ask", "/sign-up", "/sign-in?next=%2Fsearch"} <= guest
    assert not [one for one in guest if one.startswith(("/desk", "/admin", "/account"))]
    seen = {}
    for role in (Role.CUSTOMER, Role.AGENT, Role.ADMIN):
        sign_in(client, make_account(role))
        seen[role] = ways()
        assert {"/ask", "/account", "/account/questions", "/account/watches"} <= seen[role]
        assert "/sign-up" not in seen[role]
    assert not [one for one in seen[Role.CUSTOMER] if one.startswith(("/desk", "/admin"))]
    assert "/desk/topics" in seen[Role.AGENT] & seen[Role.ADMIN]
    assert "/admin/accounts" in seen[Role.ADMIN] - seen[Role.AGENT]
    pieces = client.get("/admin/pieces").text.split("<main")[0]
    for path in ("accounts", "groups", "keys", "shelves", "widget-sites", "outbox"):
        assert f'href="/admin/{path}"' in pieces
    assert 'href="/admin/pieces" aria-current="page"' in pieces


def test_single_keys_are_turned_off_by_the_account(client, mara, site_engine):
    assert 'data-single-keys="off"' not in client.get("/").text
    with site_engine.begin() as conn:
        set_single_keys(conn, mara, False)

    assert 'data-single-keys="off"' in client.get("/").text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/faq/999999", "Diese Antwort gibt es nicht, oder sie ist für Sie nicht freigegeben."),
        ("/faq/nothing", "Diese Seite gibt es nicht"),
        ("/nothing", "Diese Seite gibt es nicht"),
    ],
)
def test_an_error_speaks_the_readers_language_and_the_api_english(client, path, said):
    page = client.get(path, headers={**HTML, "accept-language": "de"})

    assert (page.status_code, said in page.text) == (404, True)
    assert page.headers["content-language"] == "de"
    assert "does not exist" not in page.text
    assert "there is nothing" not in page.text
    api = client.get("/api/v1/entries/999999", headers={**HTML, "accept-language": "de"})
    assert api.json()["detail"] == "entry 999999 does not exist"


def test_refusals_of_the_guard_are_german_on_german_pages(client):
    german = {"accept-language": "de"}
    foreign = client.post("/ask", headers={**german, "sec-fetch-site": "cross-site"})
    large = client.post("/sign-in", headers={**german, "content-length": "99999"})

    assert "Das kam von einer anderen Website." in foreign.text
    assert "größer als 16 kB" in large.text


def test_who_is_signed_in_stays_so_on_error_pages(client, mara):
    page = client.get("/faq/999999", headers=HTML).text

    assert "Account of Mara" in page
    assert "/sign-up" not in page


def test_a_key_shows_its_account_in_the_frame(client, make_key):
    page = client.get("/", headers=bearer(make_key(Role.CUSTOMER, name="Kim"))).text

    assert "Account of Kim" in page
