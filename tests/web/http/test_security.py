"""What guards every request: headers, hosts, cross-site writes, sizes, and what is planted."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from kb.access import OPERATOR
from kb.errors import InvalidInput, Unavailable
from kb.store.engine import transaction
from kb.store.links.edits import set_link_mode
from search.build import build_index
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import NO_MODEL, browser
from web.http.app import create_app
from web.http.security import body_limit

SURFACES = [
    "/",
    "/search",
    "/search?q={}",
    "/search?q={}&cursor=",
    "/search?category={}",
    "/categories",
    "/products",
    "/tags",
    "/downloads",
    "/categories/{}",
    "/products/{}",
    "/tags/{}",
    "/categories/{}/feed",
    "/categories/account",
    "/categories/account?product={}",
    "/opensearch/suggestions?q={}",
    "/sitemaps/1.xml",
    "/ask?title={}",
    "/api/v1/widget/search?q={}",
    "/api/v1/widget/suggest?q={}",
    "/api/v1/search?q={}&floor=off&explain=1",
    "/api/v1/search?q={}",
    "/api/v1/suggest?q={}",
    "/api/v1/entries",
    "/feed",
    "/sitemap.xml",
    "/opensearch.xml",
    "/robots.txt",
    "/health",
    "/docs",
    "/openapi.json",
]
SECRETS = (
    "quarzwolke",
    "zwölfhundert",
    "geheimregal",
    "nebelhorn",
    "xylophon",
    "verschusselt",
    "mondkalb",
    "mustermann",
    "traumschiff",
)


def test_no_public_surface_shows_what_was_planted(client, entries, site_engine, settings):
    with transaction(site_engine) as conn:
        ids = [
            give_question(conn, f"m{n}", f"mondkalb {n}", "Eva Mustermann, eva@traumschiff.example")
            for n in range(3)
        ]
        give_topic(conn, "mondkalb", ids)
        set_link_mode(conn, entries["reset"], entries["internal"], "pinned", viewer=OPERATOR)
        set_link_mode(conn, entries["reset"], entries["draft"], "pinned", viewer=OPERATOR)
    build_index(site_engine, settings.index_dir, fingerprint=NO_MODEL)
    client.app.state.site.live.refresh()
    paths = [f"/faq/{entries['reset']}-how-do-i-reset-my-password"]
    paths += [f"/api/v1/entries/{entries['reset']}{end}" for end in ("", "/related")]
    for surface in SURFACES:
        # A misspelt secret would come back right as "did you mean".
        words = [*SECRETS, *(f"{one[:-2]}x{one[-1]}" for one in SECRETS), "password"]
        paths += [surface.format(word) for word in words] if "{}" in surface else [surface]

    for path in paths:
        found = client.get(path)
        shown = found.text.lower()
        for secret in SECRETS:
            # What was typed may be repeated to the one who typed it, and is no leak.
            typed = secret in path or f"{secret[:-2]}x{secret[-1]}" in path
            assert typed or secret not in shown, (path, secret)
            if f"{secret[:-2]}x" in path:
                assert secret not in shown, (path, secret)


def test_an_unshown_wording_finds_its_entry_and_is_never_shown(shared, entries):
    found = shared.get("/api/v1/search", params={"q": "zugangswort verschusselt xylophon"}).json()

    assert found["hits"][0]["id"] == entries["reset"]
    assert found["hits"][0]["matched_phrasing"] is None
    shown = {name: value for name, value in found.items() if name != "query"}
    assert "xylophon" not in str(shown)


def test_a_mail_program_may_unsubscribe_from_its_own_page(client):
    foreign = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}

    assert client.post("/unsubscribe/nothing", headers=foreign).status_code != 403
    for ours in ("undo", "frequency"):
        sent = {"frequency": "daily", "body": "Words that stood on another site's page."}
        refused = client.post(f"/unsubscribe/nothing/{ours}", data=sent, headers=foreign)
        assert refused.status_code == 403
        assert "another site's page" not in refused.text


def test_uploads_are_limited_by_path(client):
    def sent(path, size):
        return client.post(path, headers={"content-length": str(size)}).status_code

    mega = 1_000_000
    for path, limit in (
        ("/ask", 50 * mega),
        ("/q/7/replies", 50 * mega),
        ("/faq/7-why/files", 50 * mega),
        ("/api/v1/entries/7/attachments", 10 * mega),
        ("/api/v1/widget/questions", 64 * 1024),
        ("/api/v1/widget/entries/7/helpful", 64 * 1024),
        ("/desk/topics/7/promote", 2 * mega),
    ):
        assert limit <= body_limit(path) <= limit + mega
        assert sent(path, body_limit(path) + 1) == 413


def test_what_people_uploaded_never_runs_with_the_rights_of_the_site(client):
    policy = client.get("/files/nothing/evil.html").headers["content-security-policy"]

    assert "sandbox" in policy
    assert "allow-" not in policy


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_a_site_tried_at_home_answers_under_each_name_of_the_machine(settings, name):
    with browser(create_app(replace(settings, public_url="http://127.0.0.1:8000"))) as client:
        assert client.get("/robots.txt", headers={"host": f"{name}:8000"}).status_code == 200
        assert client.get("/robots.txt", headers={"host": f"{name}:8001"}).status_code == 400
        assert client.get("/robots.txt", headers={"host": "evil.example:8000"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/api/v1/search?q=x", "/api/v1/nothing", "/feed"]
)
def test_every_reply_has_the_safety_headers(shared, path):
    headers = shared.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://other.testserver"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://[::1"},
    ],
)
def test_a_write_from_another_site_is_refused(client, entries, headers):
    path = f"/faq/{entries['reset']}/helpful"

    assert client.post(path, data={"value": "yes"}, headers=headers).status_code == 403
    sent = client.post(
        f"/api/v1/entries/{entries['reset']}/helpful", json={"helpful": True}, headers=headers
    )
    assert sent.status_code == 403
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://testserver"},
    ],
)
def test_a_write_from_our_own_pages_is_taken(client, entries, headers):
    path = f"/faq/{entries['reset']}/helpful"

    assert client.post(path, data={"value": "yes"}, headers=headers).status_code == 303


def test_a_key_may_write_from_anywhere(client, agent):
    headers = {**agent, "origin": "http://shop.example", "sec-fetch-site": "cross-site"}
    sent = client.post("/api/v1/questions", json={"source_id": "1", "body": "x"}, headers=headers)

    assert sent.status_code == 201


def test_with_a_public_address_other_hosts_are_refused(settings):
    app = create_app(replace(settings, public_url="https://help.example.com"))
    with browser(app) as client:
        there = {"host": "help.example.com"}
        assert client.get("/").status_code == 400
        assert client.get("/api/v1/search").status_code == 400
        assert client.get("/health").status_code == 200
        page = client.get("/sitemap.xml", headers=there)
        assert "https://help.example.com/faq/" in page.text
        assert "max-age" in page.headers["strict-transport-security"]


def test_a_redirect_names_no_host_and_no_scheme(client):
    for path, plain in (("/ask/", "/ask"), ("/admin/accounts/?q=x", "/admin/accounts?q=x")):
        for host in ("testserver", "evil.example"):
            led = client.get(path, headers={"host": host})
            assert (led.status_code, led.headers["location"]) == (307, plain)


def test_under_https_the_session_is_for_secure_connections_only(settings, make_key):
    app = create_app(replace(settings, public_url="https://help.example.com"))
    with browser(app) as client:
        there = {"host": "help.example.com"}
        signed = client.post("/sign-in", data={"key": make_key()}, headers=there)

    assert signed.headers["set-cookie"].startswith("__Host-kb_session=")
    assert "Secure" in signed.headers["set-cookie"]


@pytest.mark.parametrize("url", ["help.example.com", "ftp://x", "https://x/kb", "https://x?y"])
def test_a_public_address_that_is_none_is_refused(settings, url):
    with pytest.raises(InvalidInput):
        create_app(replace(settings, public_url=url))


@pytest.mark.parametrize("path", ["/ask", "/sign-in", "/api/v1/questions", "/api/v1/entries"])
def test_a_body_over_its_limit_is_refused_before_it_is_read(client, agent, path):
    limit = body_limit(path)
    headers = {**agent, "content-length": str(limit + 1)}
    sent = client.post(path, content=b"x", headers=headers)

    assert sent.status_code == 413


def test_a_forwarded_address_counts_only_from_a_trusted_proxy(settings):
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    seen = set()
    for trusted in ("", "10.9.9.9", "10.9.9.9, 127.0.0.0/8"):
        app = create_app(replace(settings, trusted_proxies=trusted))

        @app.get("/who")
        def who(request: Request) -> str:
            return request.client.host

        with TestClient(app, client=("127.0.0.1", 50000)) as client:
            seen.add((trusted, client.get("/who", headers=forwarded).json()))

    assert seen == {
        ("", "127.0.0.1"),
        ("10.9.9.9", "127.0.0.1"),
        ("10.9.9.9, 127.0.0.0/8", "203.0.113.9"),
    }


@pytest.mark.parametrize("wrong", ["nginx", "*", "10.0.0.300", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_keeps_the_site_from_starting(settings, wrong):
    with pytest.raises(InvalidInput, match="KB_TRUSTED_PROXIES"):
        create_app(replace(settings, trusted_proxies=f"127.0.0.1,{wrong}"))


def test_without_its_secret_or_record_a_site_does_not_start(settings, tmp_path):
    (settings.home / "secret").write_text("short")
    with pytest.raises(Unavailable), TestClient(create_app(settings)):
        pass
    with pytest.raises(Unavailable), TestClient(create_app(replace(settings, home=tmp_path))):
        pass


def test_a_fault_of_ours_is_a_number_and_tells_nothing(settings):
    app = create_app(settings)

    @app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("secret words")

    with TestClient(app, raise_server_exceptions=False) as client:
        failed = client.get("/api/v1/broken")

    assert (failed.status_code, "secret words" in failed.text) == (500, False)
    assert failed.headers["content-type"] == "application/problem+json"
    assert failed.json()["request_id"]
    assert "default-src 'none'" in failed.headers["content-security-policy"]


def test_a_lost_record_is_told_while_the_search_goes_on(client, settings):
    client.app.state.site.engine.dispose()
    for name in ("record.sqlite3", "record.sqlite3-wal", "record.sqlite3-shm"):
        (settings.home / name).unlink(missing_ok=True)
    (settings.home / "record.sqlite3").write_bytes(b"this is no database" * 100)

    assert client.get("/api/v1/search", params={"q": "password"}).status_code == 200
    lost = client.get("/api/v1/entries")
    assert (lost.status_code, lost.headers["retry-after"]) == (503, "5")
    assert client.get("/health").status_code == 503


def test_unknown_addresses_and_methods_are_problems(shared):
    assert shared.get("/api/v1/nothing").json()["status"] == 404
    wrong = shared.delete("/api/v1/entries")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert "allow" in wrong.headers


def test_the_docs_list_every_operation_and_load_nothing_from_elsewhere(shared):
    page = shared.get("/docs").text
    described = shared.get("/openapi.json").json()["paths"]

    assert len(described) >= 15
    for path in described:
        assert path in page
    assert "http://" not in page.replace("http://testserver", "")
    assert all(source.startswith("/static/") for source in re.findall(r'src="([^"]*)"', page))


def test_every_operation_of_the_api_describes_its_reply(settings):
    described = create_app(settings).openapi()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            good = [code for code in operation["responses"] if code.startswith("2")]
            schema = operation["responses"][good[0]]["content"]["application/json"]["schema"]
            assert schema, (method, path)
            assert operation["description"], (method, path)


def test_a_serving_process_never_loads_torch(settings):
    program = """
import sys
from pathlib import Path
from fastapi.testclient import TestClient
from kb.settings import Settings
from web.http.app import create_app
with TestClient(create_app(Settings(home=Path(sys.argv[1])))) as client:
    assert client.get("/api/v1/search?q=password").status_code == 200
loaded = {"torch", "sentence_transformers", "transformers"} & set(sys.modules)
assert not loaded, loaded
"""
    command = [sys.executable, "-c", program, str(settings.home)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
