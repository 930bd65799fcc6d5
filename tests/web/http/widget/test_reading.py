"""What the widget finds and reads: as safe as the pages, and nothing that they do not show."""

import pytest

from tests.web.http.widget.conftest import HELP, from_shop
from web.http.api.widget_bodies import (
    WidgetConfigOut,
    WidgetEntryOut,
    WidgetSearchOut,
    WidgetSuggestOut,
)
from web.http.markdown import render_markdown
from web.http.widget.script import MAX_BYTES, widget_script
from web.http.widget.trees import tree_of

BASE = "/api/v1/widget"
URL = f"{HELP}/faq/1-how"


def get(site, path):
    return site.get(f"{BASE}{path}", headers=from_shop()).json()


def test_hits_come_with_snippet_marks_and_absolute_links(site):
    found = get(site, "/search?q=reset+my+password&lang=en")
    hit = found["hits"][0]

    assert hit["title"] == "How do I reset my password?"
    assert hit["url"].startswith(f"{HELP}/faq/")
    assert hit["marks"]
    assert found["verdict"] in ("answer", "maybe")
    assert found["said"]
    assert found["intent"]
    assert "score" not in hit


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "We have no answer to this yet"), ("de", "Darauf haben wir noch keine Antwort")],
)
def test_a_search_without_an_answer_says_so_in_the_readers_language(site, lang, said):
    found = get(site, f"/search?q=blorptastic+quux&lang={lang}")

    assert found["verdict"] == "none"
    assert found["said"] == said
    assert found["hits"] == []


def test_a_product_comes_first_and_all_else_where_it_has_no_answer(site):
    with_product = get(site, "/search?q=reset+my+password&product=Piazza&lang=en")
    elsewhere = get(site, "/search?q=reset+my+password&product=duetta&lang=en")

    assert with_product["hits"][0]["title"] == "How do I reset my password?"
    assert elsewhere["hits"] == with_product["hits"]


@pytest.mark.parametrize("path", ["/search?q={}", "/suggest?q={}"])
@pytest.mark.parametrize(
    "words", ["zugangswort", "verschusselt xylophon", "quarzwolke", "nebelhorn"]
)
def test_customers_own_words_internal_entries_and_drafts_are_never_shown(site, path, words):
    reply = site.get(f"{BASE}{path.format(words)}", headers=from_shop())
    said = reply.text.lower().replace(f'"query":"{words}"', "")

    assert not any(word in said for word in words.split())


@pytest.mark.parametrize("name", ["internal", "draft"])
def test_what_pages_do_not_show_cannot_be_read(site, entries, name):
    path = f"{BASE}/entries/{entries[name]}"

    assert site.get(path, headers=from_shop()).status_code == 404
    vote = site.post(f"{path}/helpful", json={"helpful": True}, headers=from_shop())
    assert vote.status_code == 404


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/config", WidgetConfigOut),
        ("/search?q=reset+my+password", WidgetSearchOut),
        ("/suggest?q=how", WidgetSuggestOut),
        ("/entries/1", WidgetEntryOut),
    ],
)
def test_replies_are_what_the_description_of_the_api_says(site, path, model):
    reply = get(site, path)

    assert model.model_validate(reply).model_dump(mode="json").keys() == reply.keys()


def test_suggestions_are_titles_and_say_how_many_there_are(site):
    found = get(site, "/suggest?q=how+do+i&lang=de")

    assert {one["type"] for one in found["suggestions"]} == {"entry"}
    assert found["said"].startswith("2 Vorschläge")


def test_an_entry_is_a_tree_with_headings_below_its_title(site, entries):
    entry = get(site, f"/entries/{entries['descale']}")

    assert [node[0] for node in entry["answer"]] == ["p", *["h3", "p"] * 3]
    assert entry["url"] == f"{HELP}/faq/{entry['id']}-how-do-i-descale-the-coffee-machine"
    assert entry["facts"].startswith("Piazza")
    assert entry["vote"] is None


def test_addresses_in_an_answer_lead_to_the_help_site():
    html = render_markdown("[a](/ask) [b](#s-x) [c](https://x.example/y) ![d](/files/t/p.png)").html
    paragraph = tree_of(html, base=URL)[0]
    addresses = [node[1].get("href") or node[1]["src"] for node in paragraph[2] if node != " "]

    assert addresses == [
        f"{HELP}/ask",
        f"{URL}#s-x",
        "https://x.example/y",
        f"{HELP}/files/t/p.png",
    ]


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        '[x](/a" onclick="alert(1))',
        "<style>*{}</style>",
    ],
)
def test_no_answer_brings_code_along(attack):
    def nodes(tree):
        for node in tree:
            if not isinstance(node, str):
                yield node
                yield from nodes(node[2])

    for name, given, _ in nodes(tree_of(render_markdown(attack).html, base=URL)):
        assert name not in ("script", "style", "iframe")
        assert not any(key.startswith("on") or key == "style" for key in given)
        assert not any("javascript:" in value for value in given.values())


def test_line_breaks_inside_a_sentence_are_kept_and_those_between_blocks_left_out():
    html = "<ul>\n<li><em>a</em>\n<em>b</em></li>\n</ul>\n"

    assert tree_of(html, base=URL) == [
        ["ul", {}, [["li", {}, [["em", {}, ["a"]], "\n", ["em", {}, ["b"]]]]]]
    ]


def test_the_whole_script_is_smaller_than_15_kb():
    assert len(widget_script("").content) < MAX_BYTES
    assert len(widget_script("#ff8800").content) < MAX_BYTES


def test_the_script_says_what_it_must_in_both_languages_and_stores_nothing():
    script = widget_script("").content.decode()

    assert '"Hilfe"' in script
    assert "</" not in script
    for word in ("cookie", "localStorage", "sessionStorage", "innerHTML", "eval(", "Function("):
        assert word not in script


def test_the_accent_is_the_sites():
    assert b"#ff8800" in widget_script("#ff8800").content


@pytest.mark.usefixtures("standing_clock")
def test_too_many_reads_of_one_address_are_refused(client):
    replies = [client.get(f"{BASE}/suggest?q=ab") for _ in range(130)]

    assert replies[0].status_code == 200
    assert replies[-1].status_code == 429


def test_the_first_view_offers_what_is_read_most_and_may_be_read(site, entries, restricted, sign):
    ids = {entries["reset"], restricted["members"]}
    for reader in range(6):
        headers = {**from_shop(sign()), "user-agent": f"Reader {reader}"}
        for entry_id in ids:
            path = f"{BASE}/entries/{entry_id}?typed=words&rank=1"
            assert site.get(path, headers=headers).status_code == 200
    opened = site.app.state.site
    opened.intents.flush()
    opened.live.count_popular()

    def offered(headers):
        found = site.get(f"{BASE}/config?lang=en", headers=headers).json()["popular"]
        return {one["id"] for one in found}

    assert offered(from_shop(sign())) == ids
    assert offered(from_shop()) == {entries["reset"]}
