"""Which pages may use the widget: those of the sites that the admin named, exactly."""

import pytest

from tests.web.http.widget.conftest import HELP, SHOP, STRANGER

READS = ("/config", "/search?q=password", "/suggest?q=pass", "/entries/1")
WRITES = ("/entries/1/helpful", "/questions")
FOREIGN = (
    STRANGER,
    "null",
    "http://shop.example.com",
    "https://shop.example.com:8443",
    "https://shop.example.com.evil.example",
    "https://a.shop.example.com",
    "https://SHOP.example.com",
    "https://shop.example.com/",
    "x" * 5_000,
)


def at(path):
    return f"/api/v1/widget{path}"


@pytest.mark.parametrize("path", READS)
def test_a_page_of_an_allowed_site_reads(site, path):
    reply = site.get(at(path), headers={"origin": SHOP})

    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in reply.headers
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", READS[:2])
def test_a_page_of_any_other_site_is_shown_nothing(site, path, origin):
    reply = site.get(at(path), headers={"origin": origin})

    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize("origin", [*FOREIGN, None])
@pytest.mark.parametrize("path", WRITES)
def test_a_write_from_anywhere_else_is_refused(site, path, origin):
    headers = {} if origin is None else {"origin": origin}
    reply = site.post(at(path), json={"helpful": True}, headers=headers)

    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


def test_a_vote_from_an_allowed_site_counts(site, entries):
    path = at(f"/entries/{entries['reset']}/helpful")
    said = site.post(path, json={"helpful": False, "reason": "unclear"}, headers={"origin": SHOP})
    entry = site.get(at(f"/entries/{entries['reset']}"), headers={"origin": SHOP}).json()

    assert said.json() == entry["vote"] == {"helpful": False, "reason": "unclear"}
    assert said.headers["access-control-allow-origin"] == SHOP


def test_the_help_site_itself_may_write(site, entries):
    path = at(f"/entries/{entries['reset']}/helpful")

    assert site.post(path, json={"helpful": True}, headers={"origin": HELP}).status_code == 200


def test_a_preflight_is_answered_and_kept(site):
    asked = {
        "origin": SHOP,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    reply = site.options(at("/questions"), headers=asked)

    assert reply.status_code == 204
    assert reply.headers["access-control-allow-origin"] == SHOP
    assert reply.headers["access-control-allow-headers"] == "authorization, content-type"
    assert reply.headers["access-control-allow-methods"] == "GET, POST"
    assert reply.headers["access-control-max-age"] == "7200"


def test_a_preflight_of_another_site_is_refused(site):
    reply = site.options(at("/questions"), headers={"origin": STRANGER})

    assert reply.status_code == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/api/v1/search?q=password", "/", "/health", "/api/v1/entries"])
def test_nothing_but_the_widget_is_shared_across_sites(site, path):
    reply = site.get(path, headers={"origin": SHOP})

    assert reply.status_code == 200
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_other_writes_of_an_allowed_site_stay_refused(site):
    reply = site.post("/api/v1/entries/1/helpful", json={"helpful": True}, headers={"origin": SHOP})

    assert reply.status_code == 403


def test_errors_are_readable_by_the_page_that_made_them(site):
    reply = site.get(at("/entries/999999"), headers={"origin": SHOP})

    assert reply.status_code == 404
    assert reply.headers["access-control-allow-origin"] == SHOP


def test_cookies_and_api_keys_count_for_nothing(site, agent, entries):
    path = at(f"/entries/{entries['internal']}")

    assert site.get(path, headers={"origin": SHOP}).status_code == 404
    assert site.get(path, headers={"origin": SHOP, **agent}).status_code == 401
    cookie = {"origin": SHOP, "cookie": "kb_session=anything"}
    assert site.get(path, headers=cookie).status_code == 404


def test_the_script_loads_everywhere_and_is_kept_for_minutes(site):
    reply = site.get("/widget.js", headers={"origin": STRANGER})
    again = site.get("/widget.js", headers={"if-none-match": reply.headers["etag"]})

    assert reply.headers["content-type"].startswith("text/javascript")
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=300" in reply.headers["cache-control"]
    assert again.status_code == 304
