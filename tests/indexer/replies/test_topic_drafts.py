"""The stored draft of a topic, read from the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from indexer.clean import clean_questions
from indexer.replies.topic_drafts import OTHERS_KEPT, draft_of_topic
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.store.engine import transaction
from kb.store.questions.incoming import store_question

WRITTEN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
RESET = "Open the settings page, choose Account and press Reset password to get a new link."
RESET_DE = (
    "Öffnen Sie die Einstellungen, wählen Sie Konto und drücken Sie auf Passwort zurücksetzen."
)


@pytest.fixture
def ask(engine):
    """Store a question with one reply and return its id: `ask("q1", RESET, author="agent")`."""

    def store(source_id, text, *, author="agent", kind="", lang="en"):
        asked = (
            "Wie setze ich mein Passwort zurück?" if lang == "de" else "How to reset my password"
        )
        reply = IncomingReply(
            f"r-{source_id}", text, author=author, kind=kind, created_at=WRITTEN + timedelta(1)
        )
        incoming = IncomingQuestion(
            source_id, asked, f"{asked} ({source_id})", created_at=WRITTEN, lang=lang,
            replies=(reply,),
        )  # fmt: skip
        with transaction(engine) as conn:
            return store_question(conn, incoming, channel="ticket", source="ticket")[0]

    return store


def drafted(engine, ids):
    clean_questions(engine)
    return draft_of_topic(engine, ids)


def test_the_draft_names_its_source_and_date_and_counts_who_agrees(engine, ask):
    ids = [ask(f"q{n}", f"{RESET} Case {n}.") for n in range(3)]
    ids.append(ask("other", "Our shop in the old town is open from nine to five on every day."))
    ids.append(ask("asks", "Which version of the app are you using, and on what phone exactly?"))

    draft = drafted(engine, ids)

    assert draft["question_id"] in ids[:3]
    assert draft["written_at"].startswith("2026-05-05")
    assert (draft["agreeing"], draft["replies"], draft["read"]) == (3, 4, 5)
    assert {one["question_id"] for one in draft["others"]} == set(ids[:3]) - {draft["question_id"]}


def test_copies_of_the_draft_agree_but_are_not_shown_again(engine, ask):
    draft = drafted(engine, [ask(f"q{n}", RESET) for n in range(OTHERS_KEPT + 3)])

    assert draft["agreeing"] == draft["replies"] == OTHERS_KEPT + 3
    assert draft["others"] == []


def test_what_the_asker_wrote_is_quoted_only_where_it_was_marked_as_the_solution(engine, ask):
    own = ask("own", f"I found it: {RESET}", author="customer")
    assert drafted(engine, [own]) is None

    solved = ask("solved", RESET, author="customer", kind="solution")
    assert drafted(engine, [own, solved])["question_id"] == solved


def test_a_topic_in_two_languages_has_a_draft_in_the_one_of_most_and_one_in_the_other(engine, ask):
    ids = [ask(f"d{n}", f"{RESET_DE} ({n})", lang="de") for n in range(3)]
    ids += [ask("e0", RESET)]

    draft = drafted(engine, ids)

    assert (draft["lang"], draft["text"][:6]) == ("de", "Öffnen")
    assert [(one["lang"], one["question_id"]) for one in draft["translations"]] == [("en", ids[3])]


def test_a_language_of_few_questions_has_no_draft_of_its_own(engine, ask):
    ids = [ask(f"d{n}", f"{RESET_DE} ({n})", lang="de") for n in range(5)]
    ids += [ask("e0", RESET)]

    assert drafted(engine, ids)["translations"] == []


def test_a_topic_without_a_useful_reply_has_no_draft(engine, ask):
    assert drafted(engine, [ask("q", "Thank you for your patience, kind regards!")]) is None
    assert draft_of_topic(engine, []) is None


def test_both_sides_of_a_contradiction_come_with_their_dates(engine, ask):
    yes = ask("y", "You can return opened headphones within thirty days with the printed label.")
    no = ask("n", "You cannot return opened headphones within thirty days, even with the label.")

    (clash,) = drafted(engine, [yes, no])["contradictions"]

    assert (clash["question_id"], clash["other_question_id"]) == (yes, no)
    assert clash["written_at"] == clash["other_written_at"]


def test_personal_data_and_ticket_numbers_are_not_quoted(engine, ask):
    text = f"Hello Maria Lindqvist, about ticket #48213: {RESET} Mail tom@acme.example. Yours, Tom"
    draft = drafted(engine, [ask("q", text)])

    for secret in ("Maria", "48213", "tom@", "Yours"):
        assert secret not in draft["text"]
    assert RESET in draft["text"]
