"""A rewriting stands beside the draft that it was made of, and only beside that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.access import OPERATOR
from kb.clock import utc_now
from kb.desk.promotion import Promotion, promote_topic
from kb.desk.rewriting import Rewriting, began_machine_made, find_rewriting, is_machine_made
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.entries.reading import get_entry
from kb.store.entries.writing import change_entry, set_entry_state
from kb.store.topics.record import get_topic
from kb.store.topics.rewritings import keep_rewriting, save_rewriting
from tests.kb.questions_given import give_question, give_topic

QUOTED = "Switch Bluetooth off and on again."
MADE = Rewriting("Turn **Bluetooth** off, then on.", "small-1", "llm.example", utc_now(), ("on",))


@pytest.fixture
def topic_id(conn):
    return give_topic(conn, "no pairing", [give_question(conn, "q1", "The pairing fails")])


def test_it_is_read_as_it_was_stored(conn, topic_id):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)

    topic = get_topic(conn, topic_id, viewer=OPERATOR)
    assert find_rewriting(topic.draft) == MADE
    assert topic.draft["text"] == QUOTED


def test_a_newer_one_takes_its_place(conn, topic_id):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)
    newer = replace(MADE, text="Restart it.")
    save_rewriting(conn, topic_id, newer, quoted=QUOTED, viewer=OPERATOR)

    assert find_rewriting(get_topic(conn, topic_id, viewer=OPERATOR).draft) == newer


def test_what_was_made_of_another_reply_is_refused(conn, topic_id):
    with pytest.raises(Conflict, match="quotes another reply by now"):
        save_rewriting(conn, topic_id, MADE, quoted="Restart it.", viewer=OPERATOR)
    with pytest.raises(NotFound):
        save_rewriting(conn, 99_999, MADE, quoted=QUOTED, viewer=OPERATOR)


def test_a_new_run_keeps_it_while_the_topic_quotes_the_same_reply(conn, topic_id):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)

    same = keep_rewriting(conn, topic_id, {"text": QUOTED, "agreeing": 7})
    assert find_rewriting(same) == MADE
    assert same["agreeing"] == 7
    for other in ({"text": "Restart it."}, {"text": QUOTED, "reply_id": 9}):
        assert keep_rewriting(conn, topic_id, other) == other
    assert keep_rewriting(conn, topic_id, None) is None
    assert keep_rewriting(conn, 99_999, {"text": QUOTED}) == {"text": QUOTED}


@pytest.mark.parametrize(
    ("answer", "unread", "began"),
    [
        (MADE.text, True, True),
        ("turn bluetooth OFF, then on", True, True),
        ("Turn Bluetooth off, then on. Wait a minute.", False, True),
        ("Turn Bluetooth off, then wait.", False, True),
        (QUOTED, False, False),
        ("Restart it.", False, False),
        ("", False, False),
    ],
)
def test_the_machines_wording_is_known_again(conn, topic_id, answer, unread, began):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)
    topic = get_topic(conn, topic_id, viewer=OPERATOR)

    assert is_machine_made(topic, answer) is unread
    assert began_machine_made(topic, answer) is began


def test_it_is_published_only_by_who_has_checked_it(conn, topic_id):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)
    promotion = Promotion(answer=MADE.text, publish=True)

    with pytest.raises(InvalidInput, match="machine's wording as it came") as refused:
        promote_topic(conn, topic_id, promotion, viewer=OPERATOR)
    entry_id = promote_topic(conn, topic_id, replace(promotion, checked=True), viewer=OPERATOR)

    assert refused.value.field == "checked"
    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "published"


def test_as_a_draft_nobody_sees_it_may_be_stored_unread(conn, topic_id):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)
    entry_id = promote_topic(conn, topic_id, Promotion(answer=MADE.text), viewer=OPERATOR)

    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "draft"


def saved_as_draft(conn, topic_id, **decided):
    save_rewriting(conn, topic_id, MADE, quoted=QUOTED, viewer=OPERATOR)
    return promote_topic(conn, topic_id, Promotion(MADE.text, **decided), viewer=OPERATOR)


def retitled(conn, entry_id, **changed):
    entry = get_entry(conn, entry_id, viewer=OPERATOR)
    content = EntryContent(title="Why no pairing?", answer=entry.answer, locale=entry.locale)
    change_entry(conn, entry_id, replace(content, **changed), viewer=OPERATOR)


def test_saved_unread_it_is_not_published_later_either(conn, topic_id):
    entry_id = saved_as_draft(conn, topic_id)
    retitled(conn, entry_id)

    with pytest.raises(InvalidInput, match="say that you have checked it") as refused:
        set_entry_state(conn, entry_id, "published")
    assert refused.value.field == "checked"
    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "draft"
    set_entry_state(conn, entry_id, "review")


def test_saved_unread_it_is_published_by_who_has_checked_it_and_nobody_is_asked_again(
    conn, topic_id
):
    entry_id = saved_as_draft(conn, topic_id)

    set_entry_state(conn, entry_id, "published", checked=True)
    set_entry_state(conn, entry_id, "archived")
    set_entry_state(conn, entry_id, "published")

    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "published"


def test_saved_unread_and_edited_it_is_published_like_any_other_answer(conn, topic_id):
    entry_id = saved_as_draft(conn, topic_id)
    retitled(conn, entry_id, answer=f"{MADE.text} Then pair anew.")

    set_entry_state(conn, entry_id, "published")
    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "published"


def test_checked_before_it_was_saved_it_needs_no_second_tick(conn, topic_id):
    entry_id = saved_as_draft(conn, topic_id, checked=True)

    set_entry_state(conn, entry_id, "published")
    assert get_entry(conn, entry_id, viewer=OPERATOR).state == "published"
