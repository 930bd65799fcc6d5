"""The pages that readers and agents see."""

import re

import pytest
from sqlalchemy import select

from kb.access import OPERATOR, Role, Scope
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from kb.store.links.edits import set_link_mode
from kb.store.redirects import add_redirect
from kb.store.schema import helpful_votes
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import Keys

RESET = "how-do-i-reset-my-password"


def test_an_answer_is_shown_with_its_query_kept(client):
    page = client.get("/search", params={"q": "reset my password"}).text

    assert 'value="reset my password"' in page
    assert RESET in page


def test_without_an_answer_the_question_is_carried_over_to_the_form(client):
    page = client.get("/search", params={"q": "bake sourdough bread"}).text

    assert "We have no answer to this yet" in page
    assert 'action="/ask"' in page
    assert page.count("bake sourdough bread") >= 2


def test_the_id_decides_and_another_slug_redirects(client, entries):
    path = f"/faq/{entries['reset']}-{RESET}"
    assert client.get(path).status_code == 200
    for other in (f"/faq/{entries['reset']}", f"/faq/{entries['reset']}-old-title?locale=de"):
        moved = client.get(other)
        assert moved.status_code == 301
        assert moved.headers["location"].startswith(path)
    assert moved.headers["location"].endswith("?locale=de")


def test_a_merged_entry_leads_to_what_it_became(client, entries, site_engine):
    with transaction(site_engine) as conn:
        add_redirect(conn, "entry", entries["descale"], entries["reset"])
    moved = client.get(f"/faq/{entries['descale']}-how-do-i-descale-the-coffee-machine")

    assert moved.status_code == 301
    assert moved.headers["location"] == f"/faq/{entries['reset']}-{RESET}"


@pytest.mark.parametrize("name", ["internal", "draft"])
def test_an_entry_that_is_not_for_guests_does_not_exist(client, entries, agent, name):
    assert client.get(f"/faq/{entries[name]}").status_code == 404
    assert client.get(f"/faq/{entries[name]}", headers=agent).status_code == 301


def test_an_entry_page_says_what_programs_and_readers_need(client, entries):
    page = client.get(f"/faq/{entries['reset']}-{RESET}").text

    assert f'rel="canonical" href="http://testserver/faq/{entries["reset"]}-{RESET}"' in page
    assert '"@type": "FAQPage"' in page
    assert 'hreflang="de"' in page
    assert "<strong>Sign in</strong>" in page


def test_a_pinned_link_is_shown_with_its_reason(client, entries, site_engine):
    with transaction(site_engine) as conn:
        set_link_mode(conn, entries["reset"], entries["descale"], "pinned", viewer=OPERATOR)
        set_link_mode(conn, entries["reset"], entries["internal"], "pinned", viewer=OPERATOR)
    page = client.get(f"/faq/{entries['reset']}-{RESET}").text

    assert "descale-the-coffee-machine" in page
    assert "chosen by our team" in page
    assert "uarzwolke" not in page


def test_a_vote_leads_back_and_shows_until_it_is_changed(client, entries, site_engine):
    path = f"/faq/{entries['reset']}/helpful"
    voted = client.post(path, data={"value": "no", "reason": "unclear"})
    assert (voted.status_code, "#helpful" in voted.headers["location"]) == (303, True)
    assert 'value="unclear" checked' in client.get(voted.headers["location"]).text

    client.post(path, data={"value": "yes", "reason": "made up"})
    with reading(site_engine) as conn:
        votes = conn.execute(select(helpful_votes.c.helpful, helpful_votes.c.reason)).all()
    assert votes == [(True, None)]
    assert client.post(path, data={"value": "perhaps"}).status_code == 422


def test_answers_in_another_language_say_which(client):
    english = client.get("/search?q=descale+coffee+machine&locale=de").text
    german = client.get("/search?q=passwort+zur%C3%BCck&locale=en").text

    assert "Antwort auf Englisch" in english
    assert "German answer" in german
    assert "English answer" not in client.get("/search?q=descale&locale=en").text


def test_pages_speak_the_readers_language(client):
    assert 'lang="en"' in client.get("/").text
    german = client.get("/", headers={"accept-language": "fr;q=0.4, de-AT;q=0.9, en;q=0.5"})
    assert '<html lang="de">' in german.text
    assert german.headers["content-language"] == "de"
    assert '<html lang="de">' in client.get("/?locale=de").text
    assert '<html lang="en">' in client.get("/?locale=xx").text


def test_a_chosen_language_stays_without_a_cookie(client):
    before = {"referer": "http://testserver/?locale=de"}
    moved = client.get("/search?q=x&done=y", headers=before)
    assert (moved.status_code, moved.headers["location"]) == (302, "/search?q=x&locale=de")
    assert "set-cookie" not in moved.headers

    elsewhere = {"referer": "http://elsewhere.example/?locale=de"}
    assert client.get("/", headers=elsewhere).status_code == 200


def test_the_language_switch_keeps_the_address(client):
    page = client.get("/search?q=a+b&locale=de").text

    assert 'href="/search?q=a+b&amp;locale=en"' in page


def sign_in(client, key: str, **form: str):
    return client.post("/sign-in", data={"key": key, **form})


def test_an_agent_signs_in_with_a_key_and_out_again(client, make_key: Keys):
    asked = client.get("/desk/topics")
    assert asked.headers["location"] == "/sign-in?next=%2Fdesk%2Ftopics"
    key = make_key()
    signed = sign_in(client, key, next="/desk/topics")
    assert (signed.status_code, signed.headers["location"]) == (303, "/desk/topics")
    cookie = signed.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert key not in cookie

    assert client.get("/desk/topics").status_code == 200
    client.post("/sign-out")
    assert client.get("/desk/topics").status_code == 303


@pytest.mark.usefixtures("standing_clock")
def test_a_wrong_key_is_told_so_and_guessing_is_stopped(client):
    assert sign_in(client, "").status_code == 422
    answers = [sign_in(client, "kb_guess").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", ""]
)
def test_after_signing_in_nobody_is_led_to_another_site(client, make_key: Keys, target):
    assert sign_in(client, make_key(), next=target).headers["location"] == "/desk/topics"


def test_a_forged_session_is_a_guest(client):
    client.cookies.set("kb_session", "MQ.YWJj.c2lnbmVk")

    assert client.get("/desk/topics").status_code == 303
    assert client.get("/").status_code == 200


def test_customers_do_not_see_the_desk(client, make_key: Keys):
    sign_in(client, make_key(Role.CUSTOMER))
    assert client.get("/desk/topics").status_code == 403
    assert client.get("/admin/pieces").status_code == 403


def test_only_admins_see_the_pieces(client, make_key: Keys):
    sign_in(client, make_key(Role.AGENT))
    assert client.get("/admin/pieces").status_code == 403
    sign_in(client, make_key(Role.ADMIN, name="Kim"))
    assert client.get("/admin/pieces").status_code == 200


@pytest.fixture
def topic(site_engine) -> int:
    with transaction(site_engine) as conn:
        asked = [give_question(conn, f"s{n}", f"there is no steam {n}") for n in range(4)]
        return give_topic(conn, "there is no steam", asked)


def test_the_desk_names_topics_in_the_agents_language(client, agent, site_engine):
    with transaction(site_engine) as conn:
        asked = [give_question(conn, f"s{n}", f"there is no steam {n}") for n in range(2)]
        asked.append(give_question(conn, "d1", "warum kommt kein Dampf?", lang="de"))
        topic = give_topic(conn, "there is no steam", asked)

    for locale, label in (("de", "Warum kommt kein Dampf?"), ("en", "there is no steam")):
        table = client.get(f"/desk/topics?locale={locale}&sort=label", headers=agent).text
        page = client.get(f"/desk/topics/{topic}?locale={locale}", headers=agent).text
        assert f'data-open lang="{locale}">{label}<' in table
        assert f'<h1 lang="{locale}">{label}</h1>' in page
        # The entry will be in the topic's own language, whoever promotes it.
        assert 'value="there is no steam"' in page


@pytest.mark.parametrize("sort", ["label", "size", "trend", "verdict", "last"])
def test_the_desk_lists_topics_in_any_order(client, agent, topic, sort):
    page = client.get("/desk/topics", params={"sort": sort}, headers=agent)

    assert page.status_code == 200
    assert f'href="/desk/topics/{topic}"' in page.text


def test_an_agent_promotes_a_topic_from_its_page(client, agent, topic, site_engine):
    page = client.get(f"/desk/topics/{topic}", headers=agent).text
    assert "there is no steam 1" in page
    assert "Switch Bluetooth off and on again." in page

    form = {"title": "Why no steam?", "answer": "Open the valve.", "action": "publish"}
    done = client.post(f"/desk/topics/{topic}/promote", data=form, headers=agent)
    assert done.status_code == 303
    shown = client.get(done.headers["location"], headers=agent)
    assert "Entry published." in shown.text
    assert client.get(done.headers["location"].partition("?")[0]).status_code == 200


def test_promoting_without_an_answer_keeps_the_title_that_was_typed(client, agent, topic):
    form = {"title": "Why no steam at all?", "answer": " ", "action": "publish"}
    page = client.post(f"/desk/topics/{topic}/promote", data=form, headers=agent)

    assert page.status_code == 422
    assert "Why no steam at all?" in page.text
    assert 'id="answer-error"' in page.text


def test_the_form_starts_empty_or_from_the_draft_as_the_agent_likes(client, agent, topic):
    path = f"/desk/topics/{topic}"
    assert f"{path}?start=draft" in client.get(path, headers=agent).text

    started = client.get(f"{path}?start=draft", headers=agent).text

    answer = re.search(r"<textarea[^>]*>(.*?)</textarea>", started, re.DOTALL)
    assert answer.group(1).strip() == "Switch Bluetooth off and on again."


def test_a_dismissed_topic_is_gone_from_the_desk(client, agent, topic):
    done = client.post(f"/desk/topics/{topic}/dismiss", headers=agent)
    page = client.get(done.headers["location"], headers=agent).text

    assert "Topic dismissed." in page
    assert f'href="/desk/topics/{topic}"' not in page


def test_static_files_are_kept_for_long_under_their_hash(client):
    path = re.search(r'href="(/static/[^"]+site.css)"', client.get("/").text)[1]
    kept = client.get(path)
    assert (kept.status_code, "immutable" in kept.headers["cache-control"]) == (200, True)
    assert client.get("/static/x/site.css").headers["cache-control"] == "no-cache"
    for unknown in ("/static/x/nothing.css", "/static/x/..%2f..%2fapp.py", "/static/x/%00"):
        assert client.get(unknown).status_code == 404
    theme = re.search(r'href="(/theme/[^"]+)"', client.get("/").text)[1]
    assert client.get(theme).headers["content-type"].startswith("text/css")


def test_health_says_what_is_missing(client):
    found = client.get("/health")

    assert (found.status_code, found.json()) == (200, {"status": "degraded", "degraded": ["model"]})


def test_a_page_that_does_not_exist_is_shown_as_one(client):
    page = client.get("/nothing", headers={"accept": "text/html"})

    assert (page.status_code, "This page does not exist" in page.text) == (404, True)


def test_a_key_for_asking_alone_opens_no_page(client, make_key: Keys):
    sign_in(client, make_key(Role.CUSTOMER, Scope.ASK))

    assert client.get("/").status_code == 403


def test_head_is_answered_like_get(client, entries):
    for path in ("/", "/feed", "/api/v1/entries", f"/faq/{entries['reset']}-{RESET}"):
        assert client.head(path).status_code == 200


def test_a_published_entry_stays_the_one_that_was_written(client, agent, site_engine):
    made = client.post("/api/v1/entries", json={"title": "T?", "answer": "A."}, headers=agent)
    with reading(site_engine) as conn:
        assert get_entry(conn, made.json()["id"], viewer=OPERATOR).state == "draft"
