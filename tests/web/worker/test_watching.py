"""Who follows something is told what happened to it, and nothing that is not for them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from kb.access import OPERATOR, Role, Viewer
from kb.asking.replying import answer_question, change_state
from kb.attachments import check_file
from kb.clock import utc_now
from kb.desk.merging import merge_entries
from kb.desk.promotion import Promotion, promote_topic
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.attachments.files import add_attachment
from kb.store.engine import reading, transaction
from kb.store.entries.shelves import category_id_for
from kb.store.entries.writing import add_entry, change_entry, set_entry_state
from kb.store.mail.deliveries import list_deliveries
from kb.store.mail.waking import wake_followers
from kb.store.mail.watches import add_watch, list_watches, stop_watch, watch_question
from kb.store.people.accounts import add_account
from kb.store.schema import accounts, assignments, entry_revisions, questions, topics, watches
from kb.watches import Follower
from web.worker.watching import OVERLAP, tell_followers

SETTINGS = Settings(public_url="https://help.example.com")
GUEST = Follower("guest@example.org", "en")
EDITOR = Viewer(role=Role.AGENT, account_id=900, name="Ada")


@pytest.fixture
def engine(sqlite_engine):
    """A record whose log of changes is followed from here on."""
    with transaction(sqlite_engine) as conn:
        wake_followers(conn)
    return sqlite_engine


def content(title="How do I descale?", answer="Use **citric** acid.", **changes):
    return EntryContent(title=title, answer=answer, **changes)


def publish(engine, **changes):
    with transaction(engine) as conn:
        return add_entry(conn, content(**changes), viewer=OPERATOR, state="published")


def edit(engine, entry_id, viewer=EDITOR, **changes):
    with transaction(engine) as conn:
        change_entry(conn, entry_id, content(**changes), viewer=viewer)


def follow(engine, kind, target_id, *, follower=GUEST, frequency="instant"):
    with transaction(engine) as conn:
        return add_watch(conn, kind, target_id, frequency=frequency, follower=follower)


def account(engine, email="mara@example.org", role=Role.CUSTOMER, locale="en"):
    with transaction(engine) as conn:
        account_id = add_account(
            conn, "Mara", role=role, email=email, locale=locale, confirmed=True
        )
    return Follower(email, locale, account_id)


def told(engine):
    """The mails there are after everybody was told, the oldest first."""
    while tell_followers(engine, SETTINGS):
        pass
    with reading(engine) as conn:
        return list_deliveries(conn, viewer=OPERATOR)[::-1]


def make_due(engine):
    """Let a day pass for those who are told in a digest."""
    with transaction(engine) as conn:
        conn.execute(update(watches).values(next_at=utc_now() - timedelta(seconds=1)))
        conn.execute(update(entry_revisions).values(at=utc_now() - 2 * OVERLAP))
        earlier = utc_now() - timedelta(days=1)
        conn.execute(update(watches).values(told_until=earlier, created_at=earlier))


def test_a_changed_answer_comes_whole_to_who_follows_it(engine):
    entry_id = publish(engine)
    watch = follow(engine, "entry", entry_id)
    assert told(engine) == []
    edit(engine, entry_id, answer="Use **vinegar**.")

    (mail,) = told(engine)
    assert mail.recipient == GUEST.email
    assert mail.subject == "Changed answer: How do I descale?"
    assert "Use vinegar." in mail.body_text
    assert f"https://help.example.com/unsubscribe/{watch.token}" in mail.body_text
    assert mail.headers["List-Unsubscribe"] == (
        f"<https://help.example.com/unsubscribe/{watch.token}>"
    )
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(told(engine)) == 1, "nobody is told twice"
    edit(engine, entry_id, answer="Use lemon.")
    assert len(told(engine)) == 2


def test_a_mended_word_is_told_to_nobody(engine):
    entry_id = publish(engine)
    follow(engine, "entry", entry_id)
    edit(engine, entry_id, answer="Use **citric** acid, please.")
    with transaction(engine) as conn:
        conn.execute(update(entry_revisions).values(weight="minor"))

    assert told(engine) == []


def test_nobody_is_told_what_they_wrote_themselves(engine):
    entry_id = publish(engine)
    ada = account(engine, role=Role.AGENT)
    follow(engine, "entry", entry_id, follower=ada)
    edit(engine, entry_id, Viewer(role=Role.AGENT, account_id=ada.account_id), answer="New.")

    assert told(engine) == []


@pytest.mark.parametrize("what", ["members only", "archived"])
def test_what_the_follower_may_not_read_any_more_is_not_told(engine, what):
    entry_id = publish(engine)
    mara = account(engine)
    follow(engine, "entry", entry_id)
    follow(engine, "entry", entry_id, follower=mara)
    edit(engine, entry_id, answer="For members.", audience="members")
    if what == "archived":
        with transaction(engine) as conn:
            set_entry_state(conn, entry_id, "archived")

    assert [mail.recipient for mail in told(engine)] == (
        [mara.email] if what == "members only" else []
    )


def test_a_closed_account_gets_no_mail(engine):
    entry_id = publish(engine)
    follow(engine, "entry", entry_id, follower=account(engine))
    edit(engine, entry_id, answer="New.")
    with transaction(engine) as conn:
        conn.execute(update(accounts).values(disabled_at=utc_now()))

    assert told(engine) == []


def test_mail_goes_to_the_address_and_in_the_language_of_today(engine):
    entry_id = publish(engine)
    follow(engine, "entry", entry_id, follower=account(engine))
    edit(engine, entry_id, answer="New.")
    with transaction(engine) as conn:
        conn.execute(update(accounts).values(email="new@example.org", locale="de"))

    (mail,) = told(engine)
    assert (mail.recipient, mail.locale) == ("new@example.org", "de")
    assert mail.subject.startswith("Geänderte Antwort:")


def test_a_merged_answer_carries_its_followers_along(engine):
    old, new = publish(engine), publish(engine, title="Descaling, step by step")
    follow(engine, "entry", old)
    with transaction(engine) as conn:
        merge_entries(conn, old, new, viewer=EDITOR)
    assert told(engine) == []
    edit(engine, new, title="Descaling, step by step", answer="First, empty the tank.")

    (mail,) = told(engine)
    assert mail.subject == "Changed answer: Descaling, step by step"


def test_new_answers_on_a_shelf_are_told_once_whatever_shelves_they_stand_on(engine):
    with transaction(engine) as conn:
        care = category_id_for(conn, "Care")
    publish(engine, category="Care")
    follow(engine, "category", care)
    new = publish(engine, title="Which acid?", category="Care", tags=("acid",))
    publish(engine, title="Not for you", category="Care", audience="internal")
    publish(engine, title="Elsewhere", category="Parts")

    (mail,) = told(engine)
    assert mail.subject == "New answer: Which acid?"
    assert "New in Care" in mail.body_text
    edit(engine, new, title="Which acid?", answer="None.", category="Care")
    assert len(told(engine)) == 1, "a shelf tells what is new, not what changes"


def test_a_digest_is_one_mail_about_all_that_is_followed(engine):
    mara = account(engine, locale="de")
    with transaction(engine) as conn:
        care = category_id_for(conn, "Care")
    entry_id = publish(engine)
    follow(engine, "entry", entry_id, follower=mara, frequency="daily")
    follow(engine, "category", care, follower=mara, frequency="daily")
    follow(engine, "entry", entry_id, follower=GUEST, frequency="weekly")
    edit(engine, entry_id, answer="Use vinegar.")
    new = publish(engine, title="Which <acid>?", category="Care")
    assert told(engine) == []
    make_due(engine)
    with transaction(engine) as conn:
        from kb.store.schema import entries

        earlier = utc_now() - 2 * OVERLAP
        conn.execute(update(entries).where(entries.c.id == new).values(published_at=earlier))

    german, english = sorted(told(engine), key=lambda mail: mail.locale)
    assert german.recipient == mara.email
    assert german.subject == "2 Neuigkeiten heute von Kundig"
    assert "Which <acid>?" in german.body_text
    assert "Geändert: Use vinegar." in " ".join(german.body_text.split())
    assert english.subject == "1 update this week from Kundig"
    assert re.search(r"/unsubscribe/\S+\?all=1>$", german.headers["List-Unsubscribe"])
    make_due_again = told(engine)
    assert len(make_due_again) == 2


def test_a_digest_without_news_is_no_mail(engine):
    follow(engine, "entry", publish(engine), frequency="daily")
    make_due(engine)

    assert told(engine) == []


def test_who_stopped_following_is_told_nothing(engine):
    entry_id = publish(engine)
    watch = follow(engine, "entry", entry_id)
    with transaction(engine) as conn:
        stop_watch(conn, watch)
    edit(engine, entry_id, answer="New.")

    assert told(engine) == []


# --- own questions ----------------------------------------------------------------------------


def ask(engine, follower=GUEST):
    now = utc_now() - timedelta(hours=1)
    with transaction(engine) as conn:
        result = conn.execute(
            questions.insert().values(
                channel="form",
                source="form",
                source_id=f"q-{now.timestamp()}",
                token="t" * 43,
                subject_raw="It beeps <three> times",
                body_raw="and stops",
                content_hash="x",
                sender=follower.email,
                account_id=follower.account_id,
                tags=[],
                asked_at=now,
                received_at=now,
            )
        )
        question_id = result.inserted_primary_key[0]
        watch_question(
            conn,
            question_id,
            email=follower.email,
            account_id=follower.account_id,
            locale=follower.locale,
        )
    return question_id


def answer(engine, question_id, text="Press the tank **firmly**."):
    with transaction(engine) as conn:
        answer_question(conn, question_id, text, viewer=OPERATOR)


def test_the_asker_gets_the_whole_answer_with_a_way_to_say_that_it_helped(engine):
    question_id = ask(engine)
    answer(engine, question_id)

    (mail,) = told(engine)
    page = f"https://help.example.com/q/{question_id}?token={'t' * 43}"
    assert mail.purpose == "answer"
    assert mail.subject == "Answer to your question: It beeps <three> times"
    assert "Press the tank firmly." in mail.body_text
    assert f"{page}#solved" in mail.body_text
    assert f"{page}&more=1#more" in mail.body_text
    assert mail.headers["In-Reply-To"] == f"<question-{question_id}@help.example.com>"
    answer(engine, question_id, "And then switch it on.")
    assert len(told(engine)) == 2


def test_files_of_an_answer_come_with_the_key_of_the_question(engine):
    question_id = ask(engine)
    with transaction(engine) as conn:
        theirs = check_file("photo.txt", b"what is shown")
        shown = add_attachment(conn, "question", question_id, theirs, by_id=None)
        text = f"Like ![this](plan.txt), not [that]({shown.path}) and not [here](gone.txt)."
        said = answer_question(conn, question_id, text, viewer=OPERATOR)
        plan = check_file("plan.txt", b"how it is done")
        own = add_attachment(conn, "reply", said.reply_id, plan, by_id=None)

    (mail,) = told(engine)
    site, key = "https://help.example.com", f"?token={'t' * 43}"
    words = " ".join(mail.body_text.split())
    assert f"Like this ({site}{own.path}{key})," in words
    assert f"not that ({site}{shown.path}{key}) and not here." in words
    assert f"Files - plan.txt: {site}{own.path}{key} " in words


def test_files_of_a_changed_answer_are_linked_where_its_text_names_them(engine):
    entry_id = publish(engine)
    follow(engine, "entry", entry_id)
    with transaction(engine) as conn:
        manual = check_file("manual.txt", b"all of it")
        file = add_attachment(conn, "entry", entry_id, manual, by_id=None)
    edit(engine, entry_id, answer="Read the [manual](manual.txt).")

    (mail,) = told(engine)
    assert f"Read the manual (https://help.example.com{file.path})." in " ".join(
        mail.body_text.split()
    )


@pytest.mark.parametrize("state", ["hidden", "spam"])
def test_nothing_is_told_of_a_question_that_was_put_aside(engine, state):
    question_id = ask(engine)
    answer(engine, question_id)
    with transaction(engine) as conn:
        change_state(conn, question_id, state, viewer=OPERATOR)

    assert told(engine) == []


def test_an_answer_is_told_to_its_asker_alone(engine):
    question_id = ask(engine)
    follow(engine, "question", question_id, follower=Follower("nosy@example.org", "en"))
    follow(engine, "question", question_id, follower=account(engine, "other@example.org"))
    answer(engine, question_id)

    assert [mail.recipient for mail in told(engine)] == [GUEST.email]


def promote(engine, question_id, *, publish_it):
    now = utc_now()
    with transaction(engine) as conn:
        conn.execute(
            update(questions)
            .where(questions.c.id == question_id)
            .values(subject="It beeps", body="It beeps and stops", cleaning_version=1, lang="en")
        )
        topic_id = conn.execute(
            topics.insert().values(
                label="It beeps",
                lang="en",
                label_question_id=question_id,
                keywords=[],
                size=1,
                weeks=[],
                typical=[question_id],
                atypical=[],
                created_at=now,
                updated_at=now,
            )
        ).inserted_primary_key[0]
        conn.execute(
            assignments.insert().values(
                question_id=question_id, topic_id=topic_id, how="person", confidence=1.0
            )
        )
        promotion = Promotion("Press the tank.", "Why does it beep?", publish=publish_it)
        return promote_topic(conn, topic_id, promotion, viewer=EDITOR)


def test_the_asker_hears_once_that_the_question_became_an_answer_for_all(engine):
    question_id = ask(engine)
    entry_id = promote(engine, question_id, publish_it=False)
    assert told(engine) == [], "a draft is nobody's business"
    with transaction(engine) as conn:
        set_entry_state(conn, entry_id, "published", checked=True)

    (mail,) = told(engine)
    assert mail.subject == "Now an answer for everybody: Why does it beep?"
    assert "Press the tank." in mail.body_text
    edit(engine, entry_id, title="Why does it beep?", answer="Press it well.")
    assert len(told(engine)) == 1


def test_who_follows_the_question_no_more_does_not_hear_of_it(engine):
    question_id = ask(engine)
    with transaction(engine) as conn:
        (watch,) = list_watches(conn, follower=GUEST)
        stop_watch(conn, watch)
    promote(engine, question_id, publish_it=True)

    assert told(engine) == []
