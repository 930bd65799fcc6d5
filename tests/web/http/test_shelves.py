"""Home, shelves and downloads as readers get them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest
from sqlalchemy import insert

from kb.access import OPERATOR, Role
from kb.attachments import check_file
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.settings import Settings
from kb.shelves import NamedShelf
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.entries.pins import set_pinned
from kb.store.entries.shelves import give_names
from kb.store.entries.writing import add_entry
from kb.store.schema import clicks
from tests.web.http.conftest import SECRET, bearer, browser
from web.http.app import create_app
from web.http.pages.reading.shelves import MAX_SHELVES, ON_A_PAGE

MANY = EntryContent("Parcel", "It is on its way.", category="Orders", product="Alba")
HOME_QUERIES = 9
SHELF_QUERIES = 13


@pytest.fixture
def german_names(site_engine):
    with transaction(site_engine) as conn:
        give_names(conn, NamedShelf("category", "Account", {"de": "Kundenkonto"}))
        give_names(conn, NamedShelf("product", "Piazza", {"de": "Piazza Maschine"}))
        give_names(conn, NamedShelf("tag", "Sign in", {"de": "Anmeldung"}))


def fill(site_engine, number):
    """Publish so many entries of one category in it."""
    with transaction(site_engine) as conn:
        for place in range(number):
            content = replace(MANY, title=f"Parcel {place:03}", tags=(f"tag {place % 9}",))
            add_entry(conn, content, viewer=OPERATOR, state="published")


def text_of(page):
    return " ".join(re.sub("<[^>]*>", " ", page.text).split())


def test_the_home_page_leads_to_shelves_and_new_entries(client, entries):
    page = client.get("/").text

    assert 'href="/categories/account"' in page
    assert 'href="/products/piazza"' in page
    assert f'href="/faq/{entries["descale"]}-how-do-i-descale-the-coffee-machine"' in page
    assert "/downloads" not in page
    assert "geheimregal" not in page.lower()


def test_the_home_page_shows_what_is_pinned_and_what_five_people_read(client, entries, site_engine):
    live = client.app.state.site.live
    # Its thread counts too, perhaps from before the clicks.
    live.stop()
    assert "Read most" not in client.get("/").text
    with transaction(site_engine) as conn:
        set_pinned(conn, entries["descale"], pinned=True, viewer=OPERATOR)
        for name, people in (("reset", 5), ("reset-de", 4), ("internal", 9)):
            for number in range(people):
                row = {"visitor": f"{name}{number}", "intent_key": f"{name}{number}"}
                what = {"action": "opened", "type": "entry", "target_id": entries[name]}
                conn.execute(insert(clicks).values(at=utc_now(), **row, **what))
    live.count_popular()

    page = client.get("/").text
    pinned, _, rest = page.partition("By category")
    popular, _, _ = rest.partition("New answers")
    assert "How do I descale" in pinned
    assert popular.index("Read most") < popular.index("How do I reset")
    assert "Wie setze ich" not in popular
    assert "quarzwolke" not in page.lower()


def test_names_are_in_the_readers_language_everywhere(client, entries, german_names):
    for path in ("/", "/categories", "/categories/account", "/search?q=password&category=account"):
        sign = "&" if "?" in path else "?"
        german = text_of(client.get(f"{path}{sign}locale=de"))
        assert ("Kundenkonto" in german, "Account" in german) == (True, False), path
        assert "Account" in text_of(client.get(f"{path}{sign}locale=en")), path
    tag = client.get("/tags/sign-in?locale=de").text
    assert "<h1>Anmeldung</h1>" in tag
    assert "Kundenkonto" in client.get("/categories/account/feed?locale=de").text


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/categories/ACCOUNT", "/categories/account"),
        ("/categories/Kundenkonto?page=1", "/categories/account?page=1"),
        ("/products/Piazza%20Maschine", "/products/piazza"),
        ("/tags/SIGN%20in", "/tags/sign-in"),
    ],
)
def test_another_spelling_of_a_shelf_leads_to_it_for_ever(client, german_names, path, leads_to):
    moved = client.get(path)

    assert (moved.status_code, moved.headers["location"]) == (301, leads_to)


@pytest.mark.parametrize(
    "path",
    [
        "/categories/geheimregal",
        "/categories/Geheimregal",
        "/categories/geheimregal/feed",
        "/categories/nothing",
        "/products/nothing/feed",
        "/categories/account?page=2",
        "/tags/%00",
    ],
)
def test_a_shelf_with_nothing_to_read_does_not_exist(client, path):
    assert client.get(path).status_code == 404


def test_agents_see_the_shelves_of_their_team(client, agent):
    page = client.get("/categories/geheimregal", headers=agent)

    assert (page.status_code, "Quarzwolke" in page.text) == (200, True)


def test_a_shelf_shows_one_entry_of_translations_and_filters_by_true_counts(client, german_names):
    page = client.get("/categories/account").text
    german = client.get("/categories/account?locale=de").text

    assert "How do I reset" in page
    assert "Wie setze ich" not in page
    assert "Wie setze ich" in german
    narrowed = client.get("/categories/account?lang=de").text
    assert "Wie setze ich" in narrowed
    assert 'content="noindex"' in narrowed
    assert 'content="noindex"' not in page
    nothing = client.get("/categories/account?product=nothing").text
    assert "With these filters nothing fits" in nothing


def test_a_long_shelf_has_pages_that_keep_their_filters(client, site_engine):
    fill(site_engine, ON_A_PAGE + 3)
    first = client.get("/categories/orders?product=alba").text
    (following,) = re.findall(r'<a [^>]*href="([^"]*page=2)"', first)
    second = client.get(following.replace("&amp;", "&")).text

    assert f"{ON_A_PAGE + 3} answers" in first
    assert "Page 1 of 2" in first
    shown = {name for page in (first, second) for name in re.findall(r"Parcel \d{3}", page)}
    assert len(shown) == ON_A_PAGE + 3
    assert 'rel="prev" href="/categories/orders?product=alba"' in second
    assert 'rel="canonical" href="http://testserver/categories/orders?page=2"' in (
        client.get("/categories/orders?page=2").text
    )


def test_a_search_without_words_leads_to_the_shelf_it_names(client):
    cases = {
        "category=account": "/categories/account",
        "category=account&product=piazza&type=entry": "/categories/account?product=piazza",
        "tag=sign-in&lang=de": "/tags/sign-in?lang=de",
        "product=a&product=b": "/products/a",
    }
    for query, target in cases.items():
        moved = client.get(f"/search?{query}")
        assert (moved.status_code, moved.headers["location"]) == (302, target)
    assert client.get("/search?lang=de").status_code == 200


def test_files_of_a_product_are_on_its_page_and_among_the_downloads(
    client, entries, site_engine, make_key
):
    assert "Nothing here yet" in client.get("/downloads").text
    with transaction(site_engine) as conn:
        file = check_file("piazza.txt", b"How to use the Piazza.")
        add_attachment(conn, "entry", entries["reset"], file, by_id=None, label="Manual")
        add_attachment(conn, "entry", entries["descale"], file, by_id=None, label="Manual")
        secret = check_file("secret.txt", b"Refunds")
        add_attachment(conn, "entry", entries["internal"], secret, by_id=None, label="Refunds")

    for path in ("/products/piazza", "/downloads"):
        page = client.get(path).text
        assert page.count('class="file-title"') == 1
        assert "Manual" in page
        assert "Refunds" not in page
        assert '<span class="file-title">' in page
        german = client.get(f"{path}?locale=de").text
        assert '<span class="file-title" lang="en">Manual</span>' in german
        assert "Englisch" in german
    assert 'class="file-title"' not in client.get("/categories/care").text
    assert 'href="/downloads"' in client.get("/").text
    agent = bearer(make_key(Role.AGENT))
    assert "Refunds" in client.get("/downloads", headers=agent).text


@pytest.mark.parametrize("path", ["/", "/categories/orders", "/categories", "/products/alba"])
def test_a_page_asks_the_record_as_often_for_many_entries_as_for_few(
    client, site_engine, count_queries, path
):
    # Its thread looks for changes meanwhile, with questions of its own.
    client.app.state.site.live.stop()
    numbers = []
    for more in (9, 60):
        fill(site_engine, more)
        with count_queries(client.app.state.site.engine) as asked:
            assert client.get(path).status_code == 200
        numbers.append(len(asked))

    assert numbers[0] == numbers[1] <= (HOME_QUERIES if path == "/" else SHELF_QUERIES)


def test_an_empty_site_says_what_will_be_here(settings, tmp_path, sqlite_template):

    home = tmp_path / "empty"
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "record.sqlite3")
    (home / "secret").write_text(SECRET, encoding="ascii")
    with browser(create_app(Settings(home=home))) as client:
        assert "The first answers are on their way" in client.get("/").text
        for path in ("/categories", "/products", "/tags", "/downloads"):
            page = client.get(path).text
            assert "Nothing here yet" in page
            assert 'content="noindex"' in page
        for path in ("/sitemap.xml", "/sitemaps/0.xml"):
            # The standard allows no sitemap without a page.
            assert client.get(path).text.count("<loc>") == 1
        assert "noindex" not in client.get("/").text
        assert "<updated>" in client.get("/feed").text
        with transaction(client.app.state.site.engine) as conn:
            add_entry(conn, EntryContent("No shelf", "So."), viewer=OPERATOR, state="published")
        found = client.get("/sitemap.xml").text
        assert re.findall(r"<loc>http://testserver(.*?)</loc>", found) == ["/", "/faq/1-no-shelf"]
        assert found.count("<lastmod>") == 2


def test_an_administrator_names_shelves(client, make_key, entries):
    admin = bearer(make_key(Role.ADMIN))
    listed = client.get("/admin/shelves", headers=admin).text
    action = re.search(r'action="(/admin/shelves/category/\d+)"', listed)[1]
    assert "geheimregal" in listed

    form = {"name": "Account", "name_de": "Ihr Konto"}
    sent = client.post(action, data=form, headers=admin)
    assert sent.status_code == 303
    assert "Saved" in client.get(sent.headers["location"], headers=admin).text
    assert "<h1>Ihr Konto</h1>" in client.get("/categories/account?locale=de").text


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "Write a name."), ("Care", "Another one has this name"), ("x" * 201, "at most 200")],
)
def test_a_name_that_cannot_be_is_refused_and_kept(client, make_key, name, reason):
    admin = bearer(make_key(Role.ADMIN))
    listed = client.get("/admin/shelves", headers=admin).text
    action = re.search(r'action="(/admin/shelves/category/\d+)"', listed)[1]

    refused = client.post(action, data={"name": name, "name_de": "Was <neu> ist"}, headers=admin)

    assert refused.status_code == 422
    assert reason in refused.text
    assert 'value="Was &lt;neu&gt; ist"' in refused.text


def test_nobody_else_names_shelves(client, agent):
    assert client.get("/admin/shelves", headers=agent).status_code == 403
    sent = client.post("/admin/shelves/category/1", data={"name": "x"}, headers=agent)
    assert sent.status_code == 403


def test_a_long_list_of_shelves_goes_on_where_it_ends(client, site_engine):
    with transaction(site_engine) as conn:
        for place in range(MAX_SHELVES):
            content = replace(MANY, category=f"Room {place:03}", product=None)
            add_entry(conn, content, viewer=OPERATOR, state="published")

    first, second = client.get("/categories").text, client.get("/categories?page=2").text
    shown = [set(re.findall(r'href="(/categories/[^"?]+)"', page)) for page in (first, second)]

    assert 'href="/categories?page=2" rel="next"' in first
    assert 'rel="next"' not in second
    assert len(shown[0]) == MAX_SHELVES
    assert len(shown[0] | shown[1]) == MAX_SHELVES + 2
    assert not shown[0] & shown[1]
    assert 'rel="canonical" href="http://testserver/categories?page=2"' in second
    assert client.get("/categories?page=3").status_code == 404
