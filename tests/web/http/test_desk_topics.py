"""The agents' queue and one topic: what explains it, and what can be done from its page."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kb.access import OPERATOR
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of
from kb.store.topics.effects import TopicVerdict, save_effects, save_topic_verdict
from kb.store.topics.record import get_topic, save_near_topics, save_topic_facts, set_topic_state
from kb.topics import AskedWording, Evidence, NearTopic, TopicFacts
from tests.kb.questions_given import give_question, give_topic

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
QUEUE = "/desk/topics"


def facts_of(conn, topic_id: int, **changed) -> TopicFacts:
    topic = get_topic(conn, topic_id, viewer=OPERATOR)
    kept = {
        name: getattr(topic, name)
        for name in TopicFacts.__slots__
        if name not in ("label_question_id",)
    }
    return replace(TopicFacts(label_question_id=None, **kept), **changed)


@pytest.fixture
def asked(site_engine) -> list[int]:
    with transaction(site_engine) as conn:
        return [give_question(conn, f"s{n}", f"there is no steam {n}") for n in range(4)]


@pytest.fixture
def topic(site_engine, asked) -> int:
    with transaction(site_engine) as conn:
        return give_topic(conn, "there is no steam", asked)


@pytest.fixture
def other(site_engine) -> int:
    with transaction(site_engine) as conn:
        ids = [give_question(conn, f"o{n}", f"steam wand blocked {n}") for n in range(3)]
        return give_topic(conn, "steam wand blocked", ids)


def judged(conn, topic_id: int, verdict: str, *, entry: int | None, ids: list[int], votes=(0, 0)):
    lines = tuple(AskedWording(one, "en", "answer", 0.8, entry) for one in ids)
    reasons = (("out_of_date", votes[1]),) if votes[1] else ()
    evidence = Evidence(lines, entry, *votes, reasons, NOON)
    save_topic_verdict(conn, topic_id, TopicVerdict(verdict, 1.0, evidence))


def test_the_queue_begins_where_the_most_people_get_no_answer(
    client, agent, topic, other, site_engine
):
    with transaction(site_engine) as conn:
        save_effects(conn, {other: 12.4, topic: 0.3})
        judged(conn, topic, "open", entry=None, ids=[])

    page = client.get(f"{QUEUE}?locale=en", headers=agent).text

    assert page.index("steam wand blocked") < page.index("there is no steam")
    assert re.search(r"<strong>12</strong>\s*<span class=\"per\">a week", page)
    assert re.search(r"<strong>1</strong>\s*<span class=\"per\">a month", page)
    assert "write an answer" in page
    german = client.get(f"{QUEUE}?locale=de", headers=agent).text
    assert "in der Woche" in german


def test_the_queue_is_filtered_and_says_so_when_nothing_is_left(
    client, agent, topic, other, site_engine
):
    with transaction(site_engine) as conn:
        changed = facts_of(conn, topic, langs=(("de", 4),), products=(("piazza", 2),))
        save_topic_facts(conn, topic, changed, run_id=None)
        judged(conn, topic, "open", entry=None, ids=[])

    def shown(**chosen: str) -> list[int]:
        page = client.get(QUEUE, params={"locale": "en", **chosen}, headers=agent).text
        return [int(one) for one in re.findall(r'href="/desk/topics/(\d+)" data-open', page)]

    assert sorted(shown()) == sorted([topic, other])
    assert shown(lang="de") == shown(product="piazza") == shown(verdict="open") == [topic]
    assert shown(lang="de", verdict="covered") == []
    page = client.get(f"{QUEUE}?verdict=failing&locale=en", headers=agent).text
    assert "No topic like this" in page
    for wrong in ("lang=DEU9", "verdict=good", "sort=cost", "state=lost"):
        assert client.get(f"{QUEUE}?{wrong}", headers=agent).status_code == 422


def test_more_topics_need_no_more_queries(
    client, agent, topic, other, site_engine, entries, count_queries
):
    def queries() -> int:
        with count_queries(client.app.state.site.engine) as statements:
            assert client.get(f"{QUEUE}?locale=de", headers=agent).status_code == 200
        return len(statements)

    with transaction(site_engine) as conn:
        judged(conn, topic, "covered", entry=entries["reset"], ids=[])
    queries()
    few = queries()
    with transaction(site_engine) as conn:
        for n in range(20):
            made = give_topic(conn, f"topic {n}", [give_question(conn, f"q{n}", f"word {n} x")])
            judged(conn, made, "not found", entry=entries["descale"], ids=[])

    assert queries() == few


def test_a_download_runs_nothing_in_a_spreadsheet(client, agent, topic, site_engine):
    with transaction(site_engine) as conn:
        changed = facts_of(conn, topic, label="=HYPERLINK(1)", keywords=("@risky", "steam"))
        save_topic_facts(conn, topic, changed, run_id=None)
        save_effects(conn, {topic: 2.5})

    done = client.get(f"{QUEUE}.csv?state=candidate", headers=agent)

    assert done.headers["content-disposition"] == 'attachment; filename="topics.csv"'
    assert "no-store" in done.headers["cache-control"]
    (row,) = csv.DictReader(io.StringIO(done.text.removeprefix("\ufeff")))
    assert (row["topic"], row["keywords"]) == ("'=HYPERLINK(1)", "'@risky, steam")
    assert (row["people_a_week_without_an_answer"], row["next_step"]) == ("2.5", "wait")
    assert client.get(f"{QUEUE}.csv").status_code == 303


def test_a_topic_shows_why_it_has_its_verdict(client, agent, topic, asked, site_engine, entries):
    with transaction(site_engine) as conn:
        judged(conn, topic, "failing", entry=entries["reset"], ids=asked[:3], votes=(2, 7))
        save_effects(conn, {topic: 8.0})

    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text

    assert "About 8 people a week ask this and get no answer." in page
    assert "3 of 3 wordings get an answer" in page
    assert "7 of 9 readers say that it does not help." in page
    assert "Mostly: out of date." in page
    assert page.count("How do I reset my password?") >= 4


def test_wordings_go_to_the_entry_that_was_not_found_and_can_be_taken_back(
    client, agent, topic, asked, site_engine, entries
):
    entry = entries["descale"]
    with transaction(site_engine) as conn:
        judged(conn, topic, "not found", entry=entry, ids=asked[:1])
    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text
    assert f'action="/desk/topics/{topic}/attach"' in page

    def texts() -> set[str]:
        with reading(site_engine) as conn:
            return {one.text for one in phrasings_of(conn, [entry])[entry]}

    before = texts()
    done = client.post(f"{QUEUE}/{topic}/attach", data={"entry": entry}, headers=agent)
    assert done.status_code == 303
    page = client.get(done.headers["location"], headers=agent).text
    assert texts() - before == {"there is no steam 0"}
    assert f'action="/desk/topics/{topic}/detach"' in page
    again = client.post(f"{QUEUE}/{topic}/attach", data={"entry": entry}, headers=agent)
    assert again.status_code == 409

    back = client.post(f"{QUEUE}/{topic}/detach", headers=agent)
    assert back.status_code == 303
    assert texts() == before
    with reading(site_engine) as conn:
        found = get_topic(conn, topic, viewer=OPERATOR)
    assert (found.state, found.entry_id) == ("candidate", None)


def test_a_twin_is_merged_from_its_page_and_taken_apart_again(
    client, agent, topic, other, site_engine
):
    with transaction(site_engine) as conn:
        save_near_topics(conn, {topic: [NearTopic(other, 0.83, ("steam",))]})
    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text
    assert "83% alike" in page
    assert f'action="/desk/topics/{topic}/merge"' in page

    done = client.post(f"{QUEUE}/{topic}/merge", data={"other": other}, headers=agent)
    page = client.get(done.headers["location"], headers=agent).text
    undo = re.search(r'action="(/desk/decisions/[0-9a-f]{32}/undo[^"]*)"', page)
    assert "Merged with" in page
    with reading(site_engine) as conn:
        assert get_topic(conn, topic, viewer=OPERATOR).size == 7

    client.post(undo.group(1).replace("&amp;", "&"), headers=agent)
    with reading(site_engine) as conn:
        sizes = [get_topic(conn, it, viewer=OPERATOR).size for it in (topic, other)]
    assert sizes == [4, 3]


def test_ticked_questions_are_split_off_or_moved(client, agent, topic, other, asked, site_engine):
    split = {"question": [asked[2], asked[3]]}
    done = client.post(f"{QUEUE}/{topic}/split", data=split, headers=agent)
    new = int(re.search(r"/desk/topics/(\d+)", done.headers["location"]).group(1))
    moved = {"question": [asked[1]], "to": str(other)}
    done = client.post(f"{QUEUE}/{topic}/move", data=moved, headers=agent)

    assert done.status_code == 303
    with reading(site_engine) as conn:
        sizes = [get_topic(conn, it, viewer=OPERATOR).size for it in (topic, other, new)]
    assert sizes == [1, 4, 2]


def test_undoing_a_split_leads_to_the_topic_that_is_whole_again(client, agent, topic, asked):
    done = client.post(f"{QUEUE}/{topic}/split", data={"question": asked[:2]}, headers=agent)
    page = client.get(done.headers["location"], headers=agent).text
    undo = re.search(r'action="(/desk/decisions/[0-9a-f]{32}/undo[^"]*)"', page).group(1)

    back = client.post(undo.replace("&amp;", "&"), headers=agent)
    for _ in range(2):
        back = client.get(back.headers["location"], headers=agent)
        if back.status_code == 200:
            break

    assert back.url.path == f"{QUEUE}/{topic}"
    assert 'class="notice"' in back.text
    assert client.get(f"{QUEUE}/99999", headers=agent).status_code == 404


@pytest.mark.parametrize(
    ("action", "form", "said"),
    [
        ("split", {}, "Tick at least one question first."),
        ("move", {"to": "1"}, "Tick at least one question first."),
        (
            "move",
            {"question": "1", "to": "the other"},
            "There is no topic with this number. Take the one that its page shows.",
        ),
        ("move", {"question": "1", "to": "99999"}, "topic"),
        ("split", {"question": "99999"}, "99999"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(client, agent, topic, action, form, said):
    path = f"{QUEUE}/{topic}/{action}?locale=en"
    done = client.post(path, data=form, headers=agent)

    assert done.status_code == 422
    assert said in done.text
    assert "there is no steam 1" in done.text


def test_a_dismissed_topic_is_put_back(client, agent, topic, site_engine):
    client.post(f"{QUEUE}/{topic}/dismiss", headers=agent)
    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text
    assert f'action="/desk/topics/{topic}/restore"' in page

    done = client.post(f"{QUEUE}/{topic}/restore", headers=agent)

    assert f'href="/desk/topics/{topic}"' in client.get(QUEUE, headers=agent).text
    assert client.get(done.headers["location"], headers=agent).status_code == 200


def test_each_question_of_a_topic_leads_to_its_own_page(client, agent, topic, asked):
    page = client.get(f"{QUEUE}/{topic}", headers=agent).text
    members = page.partition('class="members"')[2]

    for number in asked:
        assert f'<a href="/q/{number}" data-open>' in members
    assert client.get(f"/q/{asked[0]}", headers=agent).status_code == 200


def test_all_questions_of_a_topic_are_there_in_pages(client, agent, site_engine):
    with transaction(site_engine) as conn:
        ids = [give_question(conn, f"m{n}", f"the number {n} drips") for n in range(60)]
        topic = give_topic(conn, "it drips", ids)

    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text
    more = re.search(r'href="([^"]*members=[^"#]*)#all-title" rel="next"', page).group(1)
    rest = client.get(more.replace("&amp;", "&"), headers=agent).text

    boxes = [
        set(re.findall(r'name="question" value="(\d+)" data-open> <span', one))
        for one in (page, rest)
    ]
    assert boxes[0] | boxes[1] == {str(one) for one in ids}
    assert (len(boxes[0]), boxes[0] & boxes[1]) == (50, set())
    assert client.get(f"{QUEUE}/{topic}?members=zzz", headers=agent).status_code == 422


@pytest.mark.parametrize("action", ["merge", "split", "move", "dismiss", "restore", "attach"])
def test_only_staff_changes_topics(client, make_key, topic, action):
    from kb.access import Role

    form = {"other": "2", "entry": "1", "question": "1", "to": "2"}
    assert client.post(f"{QUEUE}/{topic}/{action}", data=form).status_code == 303
    customer = {"authorization": f"Bearer {make_key(Role.CUSTOMER)}"}
    assert client.post(f"{QUEUE}/{topic}/{action}", data=form, headers=customer).status_code == 403


def test_a_promoted_topic_whose_entry_is_a_draft_says_publish(
    client, agent, topic, site_engine, entries
):
    with transaction(site_engine) as conn:
        set_topic_state(conn, topic, "promoted", entry_id=entries["draft"])

    page = client.get(f"{QUEUE}/{topic}?locale=en", headers=agent).text

    assert "Finish and publish:" in page
    assert f'action="/desk/topics/{topic}/promote"' not in page
