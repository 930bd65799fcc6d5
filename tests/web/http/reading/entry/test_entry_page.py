"""The page of an entry says all that readers, printers and search engines need."""

import json
import re

import pytest

from kb.access import GUEST, OPERATOR, Role
from kb.addresses import entry_path
from kb.attachments import check_file
from kb.entries import EntryContent
from kb.store.engine import transaction
from kb.store.entries.reading import get_entry
from kb.store.entries.writing import change_entry, vote_helpful
from kb.store.people.groups import add_group
from kb.store.redirects import add_redirect
from tests.kb.files_given import picture

TITLE = "Is the tank full?"
TANK = check_file("tank.png", picture(size=(64, 48)))


def page_of(client, entry_id, title=TITLE, **options):
    reply = client.get(entry_path(entry_id, title), **options)
    assert reply.status_code == 200
    return reply.text


def data_of(page):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return {json.loads(one)["@type"]: json.loads(one) for one in found}


def voted(engine, entry_id, yes, no, reason="unclear"):
    with transaction(engine) as conn:
        entry = get_entry(conn, entry_id, viewer=GUEST)
        for number in range(yes + no):
            helpful = number < yes
            vote_helpful(conn, entry, f"v{number}", helpful=helpful, reason=reason)


def test_pictures_of_the_answer_stand_in_it_and_other_files_below(client, write, add):
    entry_id = write(answer="![The tank](tank.png) All of it: [manual](Größe%20&%20Maß.pdf)")
    tank = add("entry", entry_id, TANK)
    manual = add("entry", entry_id, label="Manual of the Piazza")
    page = page_of(client, entry_id)

    assert f'<img src="{tank.path}" alt="The tank" width="64" height="48" loading="lazy"' in page
    assert page.count(f'href="{manual.path}"') == 2
    assert "Manuals and downloads" in page
    assert "Manual of the Piazza" in page
    assert "PDF, 1&nbsp;kB" in page
    assert f'href="{tank.path}"' not in page


def test_an_answer_without_files_has_no_list_of_them(client, write):
    assert "Manuals and downloads" not in page_of(client, write())


def test_a_public_entry_gives_search_engines_all_they_need(client, write, add):
    entry_id = write(
        answer="It **shows** `x`. [More](/faq/1)", category="Care & more", product="Piazza"
    )
    tank = add("entry", entry_id, TANK)
    page = page_of(client, entry_id)
    url = f"http://testserver{entry_path(entry_id, TITLE)}"
    data = data_of(page)

    assert f'<link rel="canonical" href="{url}">' in page
    assert '<meta name="description" content="It shows x. More">' in page
    assert f'<meta property="og:image" content="http://testserver{tank.path}">' in page
    assert f'<meta property="og:url" content="{url}">' in page
    assert "noindex" not in page
    answer = data["FAQPage"]["mainEntity"][0]["acceptedAnswer"]["text"]
    assert 'href="http://testserver/faq/1"' in answer
    assert [one["name"] for one in data["BreadcrumbList"]["itemListElement"]] == [
        "Home",
        "Care & more",
        TITLE,
    ]
    assert data["BreadcrumbList"]["itemListElement"][1]["item"].startswith(
        "http://testserver/categories/"
    )


@pytest.mark.parametrize(
    ("audience", "state", "said"),
    [
        ("members", "published", "members only"),
        ("internal", "published", "our team only"),
        ("public", "draft", "Draft"),
    ],
)
def test_what_is_not_public_is_kept_from_search_engines_and_says_for_whom_it_is(
    client, write, agent, audience, state, said
):
    page = page_of(client, write(audience=audience, state=state), headers=agent)

    assert '<meta name="robots" content="noindex">' in page
    assert said in page
    assert data_of(page) == {}
    for kept_back in ("og:title", 'name="description"'):
        assert kept_back not in page


def test_an_entry_for_a_group_names_the_group_as_people_know_it(
    client, write, site_engine, make_account, sign_in
):
    with transaction(site_engine) as conn:
        add_group(conn, "dealers-a", label="Dealers")
    entry_id = write(audience="dealers-a")
    sign_in(client, make_account(name="D", groups=("dealers-a",)))

    assert "Dealers" in page_of(client, entry_id)


def test_translations_are_named_to_search_engines_and_readers(client, write):
    english = write(translation_group="tank")
    german = write("Ist der Tank voll?", locale="de", translation_group="tank")
    page = page_of(client, german, "Ist der Tank voll?")

    for locale, entry_id, title in (
        ("en", english, TITLE),
        ("de", german, "Ist der Tank voll?"),
        ("x-default", english, TITLE),
    ):
        address = f"http://testserver{entry_path(entry_id, title)}"
        assert f'hreflang="{locale}" href="{address}"' in page
    assert "This answer is in German." in page
    assert "Read it in English" in page


def test_a_page_in_the_readers_language_needs_no_word_on_it(client, write):
    page = page_of(client, write())

    assert "This answer is in" not in page
    assert "x-default" not in page


def test_asking_takes_title_and_product_along_and_what_did_not_help(client, write):
    entry_id = write(product="Piazza")
    page = page_of(client, entry_id)

    asked = f"title=Is+the+tank+full%3F&amp;product=piazza&amp;read={entry_id}"
    assert f'href="/ask?{asked}"' in page


def test_readers_hear_of_votes_once_they_are_enough(client, write, site_engine):
    entry_id = write()
    voted(site_engine, entry_id, yes=8, no=1)
    assert "say this helped" not in page_of(client, entry_id)

    voted(site_engine, entry_id, yes=8, no=2)
    assert "8 of 10 people say this helped." in page_of(client, entry_id)


def test_the_team_sees_votes_with_their_interval_and_reasons(client, write, site_engine, agent):
    entry_id = write()
    voted(site_engine, entry_id, yes=3, no=1)
    page = page_of(client, entry_id, headers=agent)

    assert "3 of 4 readers say it helped: 75%, with 95% certainty between 30% and 95%." in page
    assert "It is hard to understand: 1" in page
    assert "For the team" not in page_of(client, entry_id)


def test_votes_on_an_older_text_are_told_apart(client, write, site_engine, agent):
    entry_id = write()
    voted(site_engine, entry_id, yes=9, no=3)
    with transaction(site_engine) as conn:
        changed = EntryContent(title=TITLE, answer="Lift it.")
        change_entry(conn, entry_id, changed, viewer=OPERATOR)

    page = page_of(client, entry_id, headers=agent)
    assert "No reader has said yet" in page
    assert "Before the last change of the text 9 of 12 said so." in page
    assert "say this helped" not in page_of(client, entry_id)


def test_a_vote_on_a_merged_entry_counts_for_what_it_became(client, write, site_engine):
    gone, stays = write(state="archived"), write()
    with transaction(site_engine) as conn:
        add_redirect(conn, "entry", gone, stays)
    reply = client.post(f"/faq/{gone}/helpful", data={"value": "yes"})

    assert reply.status_code == 303
    assert reply.headers["location"].startswith(entry_path(stays, TITLE))


@pytest.mark.parametrize("audience", ["members", "internal"])
def test_nobody_votes_on_what_they_may_not_read(client, write, audience):
    entry_id = write(audience=audience)

    assert client.post(f"/faq/{entry_id}/helpful", data={"value": "yes"}).status_code == 404


def test_an_entry_page_needs_few_queries_however_much_it_shows(
    client, write, add, site, count_queries
):
    entry_id = write(category="Care", product="Piazza", tags=("a", "b"), translation_group="q")
    write("Ist er voll?", locale="de", translation_group="q")
    for _ in range(5):
        add("entry", entry_id)
    page_of(client, entry_id)
    with count_queries(site.app.state.site.engine) as counted:
        page_of(client, entry_id)

    assert len(counted) <= 16, counted


def test_a_moderator_sees_drafts_and_the_teams_tools(client, write, make_account, sign_in):
    entry_id = write(state="draft")
    sign_in(client, make_account(Role.MODERATOR, name="Mo"))

    assert "For the team" in page_of(client, entry_id)
