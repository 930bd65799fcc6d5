"""How pages travel: ETags, what caches may keep, compression."""

import gzip

import pytest

from kb.access import Role
from tests.web.http.conftest import bearer

PAGES = ["/", "/search?q=password", "/feed", "/sitemap.xml", "/robots.txt", "/opensearch.xml"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_the_reader_has_is_not_sent_again(shared, path):
    first = shared.get(path)
    again = shared.get(path, headers={"if-none-match": f'"other", {first.headers["etag"]}'})

    assert (again.status_code, again.content) == (304, b"")
    for name in ("cache-control", "etag", "content-security-policy"):
        assert again.headers.get(name) == first.headers.get(name)
    assert again.headers["vary"].startswith(first.headers.get("vary", "Accept-Encoding"))
    assert "content-length" not in again.headers
    assert shared.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    assert shared.head(path).headers["etag"] == first.headers["etag"]


def test_a_page_has_another_etag_in_another_language_and_for_another_reader(
    client, make_account, sign_in
):
    tags = {client.get(f"/?locale={locale}").headers["etag"] for locale in ("en", "de")}
    sign_in(client, make_account())
    tags.add(client.get("/").headers["etag"])

    assert len(tags) == 3


def test_who_is_signed_in_keeps_public_pages_in_their_browser_and_private_ones_nowhere(
    client, make_account, sign_in, entries
):
    assert client.get("/").headers["cache-control"] == "no-cache"
    sign_in(client, make_account(Role.AGENT))
    for path in ("/", "/search?q=x", "/desk/topics"):
        reply = client.get(path)
        kept = "private, no-store" if path.startswith("/desk") else "private, no-cache"
        assert reply.headers["cache-control"] == kept
        assert ("etag" in reply.headers) is not path.startswith("/desk")
        assert "Cookie" in reply.headers["vary"]


def test_an_error_is_kept_by_nobody(shared):
    lost = shared.get("/nothing", headers={"if-none-match": "*"})

    assert (lost.status_code, lost.headers["cache-control"]) == (404, "no-store")
    assert "etag" not in lost.headers


def test_pages_of_guests_are_compressed_and_pages_with_secrets_are_not(
    client, make_key, make_account, sign_in
):
    wanted = {"accept-encoding": "gzip, br"}
    assert client.get("/", headers=wanted).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/", headers={"accept-encoding": "br"}).headers

    known = {**wanted, **bearer(make_key())}
    assert "content-encoding" not in client.get("/", headers=known).headers
    sign_in(client, make_account())
    assert "content-encoding" not in client.get("/", headers=wanted).headers


def test_static_files_are_compressed_for_everybody_and_kept_for_a_year(
    client, make_account, sign_in
):
    sign_in(client, make_account())
    url = client.app.state.look.assets.url("site.css")
    plain = client.get(url, headers={"accept-encoding": "identity"})
    with client.stream("GET", url, headers={"accept-encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())

    assert gzip.decompress(body) == plain.content
    assert len(body) < len(plain.content) / 2
    for reply in (plain, packed):
        assert reply.headers["vary"] == "Accept-Encoding"
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(url, headers={"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304


def test_the_api_goes_as_it_is(shared):
    found = shared.get("/api/v1/search?q=password", headers={"accept-encoding": "gzip"})

    assert "etag" not in found.headers
    assert "content-encoding" not in found.headers
