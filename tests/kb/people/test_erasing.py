"""Erasing a person leaves nothing that leads to them, and a restore does not bring them back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from kb.access import OPERATOR, Role, Viewer
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from kb.intake.records import IncomingQuestion
from kb.people.erasing import erase_account
from kb.people.erasures import JOURNAL, Mode, read_journal
from kb.store.backup.restoring import restore
from kb.store.backup.writing import back_up
from kb.store.changes import changes_since
from kb.store.check import check_record
from kb.store.engine import open_engine, reading, transaction
from kb.store.migrate import create_record
from kb.store.people.accounts import add_account, find_account
from kb.store.people.erasing import list_erasures
from kb.store.people.whole_erasure import replay_erasures
from kb.store.questions.incoming import store_question
from kb.store.schema import (
    assignments,
    attachment_contents,
    audit_log,
    decisions,
    deliveries,
    embeddings,
    entry_revisions,
    phrasings,
    questions,
    topics,
)
from tests.kb.people.planted import (
    BODY,
    EMAIL,
    LEADS_TO_HER,
    NAME,
    OTHER_TITLE,
    SECRETS,
    TITLE,
    Planted,
    everything,
    holds_account,
    plant,
)

ADMIN = Viewer(Role.ADMIN, account_id=999, name="Ada")


@pytest.fixture
def planted(engine: Engine) -> Planted:
    with transaction(engine) as conn:
        return plant(conn)


def her(planted: Planted) -> Viewer:
    return Viewer(Role.CUSTOMER, account_id=planted.account_id, name=NAME)


@pytest.mark.parametrize("mode", Mode)
def test_nothing_that_leads_to_an_erased_person_stays(
    engine: Engine, planted: Planted, tmp_path: Path, mode: Mode
) -> None:
    before = everything(engine)
    assert all(word.lower() in before for word in (*LEADS_TO_HER, *SECRETS[:2]))

    erase_account(engine, tmp_path, planted.account_id, mode=mode, viewer=her(planted))

    after = everything(engine)
    assert [word for word in LEADS_TO_HER if word.lower() in after] == []
    journal = (tmp_path / JOURNAL).read_text(encoding="ascii").lower()
    assert [word for word in LEADS_TO_HER if word.lower() in journal] == []
    assert check_record(engine) == []


def test_anonymising_keeps_what_was_asked_without_who_asked_it(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    with reading(engine) as conn:
        token = conn.execute(_column(questions.c.token, planted)).scalar_one()

    erase_account(engine, tmp_path, planted.account_id, mode=Mode.ANONYMISE, viewer=her(planted))

    with reading(engine) as conn:
        row = conn.execute(select(questions).where(questions.c.id == planted.owned_id)).one()
        kept = conn.execute(select(func.count()).select_from(decisions)).scalar_one()
        files = conn.execute(select(func.count()).select_from(attachment_contents)).scalar_one()
        inside = conn.execute(select(assignments.c.topic_id)).scalars().all()
        topic = conn.execute(select(topics)).one()
        wordings = conn.execute(select(phrasings.c.text)).scalars().all()
    assert "quarzwolke" in row.body_raw
    assert (row.subject_raw, row.body_raw) == (row.subject, row.body)
    assert (row.sender, row.sender_name, row.account_id) == (None, None, None)
    assert row.token != token
    assert row.state == "open"
    assert (kept, files, len(inside)) == (1, 0, 3)
    assert topic.draft is None
    assert topic.label.startswith("Quarzwolke on the display of [name]")
    assert "Quarzwolke on the display of [name]" in wordings


def test_deleting_takes_the_text_too_but_no_decision(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))

    after = everything(engine)
    assert [word for word in SECRETS if word in after] == []
    with reading(engine) as conn:
        row = conn.execute(select(questions).where(questions.c.id == planted.owned_id)).one()
        topic = conn.execute(select(topics)).one()
        kept = conn.execute(select(func.count()).select_from(decisions)).scalar_one()
        inside = conn.execute(select(assignments.c.question_id)).scalars().all()
        hashes = set(conn.execute(select(embeddings.c.text_hash)).scalars())
        used = set(conn.execute(select(questions.c.text_hash)).scalars())
        changed = {(one.kind, one.id) for one in changes_since(conn, 0)}
    assert (row.subject_raw, row.body_raw, row.subject, row.body) == ("", "", "", "")
    assert row.state == "hidden"
    assert kept == 1
    assert inside == [planted.other_id]
    assert (topic.label, topic.size, topic.keywords) == (OTHER_TITLE, 1, ["beeps"])
    assert hashes == used - {None}
    assert {("entry", planted.entry_id), ("topic", planted.topic_id)} <= changed
    assert {("question", planted.owned_id), ("question", planted.guest_id)} <= changed


def test_what_an_editor_shows_stays_without_the_name(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    with transaction(engine) as conn:
        conn.execute(update(phrasings).where(phrasings.c.text == TITLE).values(shown=True))

    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))

    with reading(engine) as conn:
        shown = conn.execute(select(phrasings.c.text).where(phrasings.c.shown.is_(True))).scalars()
        assert "Quarzwolke on the display of [name]" in shown.all()


def test_nobody_else_loses_anything(engine: Engine, planted: Planted, tmp_path: Path) -> None:
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))

    with reading(engine) as conn:
        other = conn.execute(select(questions).where(questions.c.id == planted.other_id)).one()
        assert find_account(conn, planted.other_account_id) is not None
        assert holds_account(conn, planted.other_account_id)
    assert other.subject_raw == OTHER_TITLE
    assert other.sender == "robin@example.org"
    assert other.account_id == planted.other_account_id


def test_an_address_that_was_never_proved_erases_no_questions_sent_from_it(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as conn:
        sent = IncomingQuestion("1", "Mine alone", "b", sender="victim@example.org")
        question_id, _ = store_question(conn, sent, channel="form", source="form")
        claimed = add_account(conn, "Eve", role=Role.CUSTOMER, email="victim@example.org")

    viewer = Viewer(Role.CUSTOMER, account_id=claimed, name="Eve")
    erase_account(engine, tmp_path, claimed, mode=Mode.DELETE, viewer=viewer)

    with reading(engine) as conn:
        row = conn.execute(select(questions).where(questions.c.id == question_id)).one()
        assert (row.subject_raw, row.sender) == ("Mine alone", "victim@example.org")


def test_importing_the_same_file_again_brings_nothing_back(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))

    again = IncomingQuestion("1", TITLE, BODY, sender=EMAIL, sender_name=NAME)
    longer = IncomingQuestion("1", TITLE, f"{BODY}\nZabrowski!", sender=EMAIL, sender_name=NAME)
    with transaction(engine) as conn:
        for one in (again, longer):
            _, outcome = store_question(conn, one, channel="form", source="form")
            assert outcome == "unchanged"

    assert "zabrowski" not in everything(engine)


def test_mails_that_wait_are_not_sent_to_an_erased_person(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.ANONYMISE, viewer=her(planted))

    with reading(engine) as conn:
        rows = conn.execute(select(deliveries)).all()
    assert {row.state for row in rows} == {"failed"}
    assert {(row.recipient, row.subject, row.body_text, row.body_html) for row in rows} == {
        ("", "", "", "")
    }


def test_the_log_keeps_who_erased_whom_by_number(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.ANONYMISE, viewer=her(planted))

    with reading(engine) as conn:
        found = conn.execute(select(audit_log).where(audit_log.c.action == "erase")).one()
        (erasure,) = list_erasures(conn)
    assert (found.object_id, found.actor) == (planted.account_id, f"account {planted.account_id}")
    assert found.facts == {"mode": "anonymise", "questions": 2}
    assert [one.id for one in erasure.questions] == [planted.owned_id, planted.guest_id]
    assert read_journal(tmp_path) == [erasure]


def test_what_an_erased_agent_decided_stands_under_a_number(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as conn:
        planted = plant(conn, role=Role.AGENT)
        values = {"by_id": planted.account_id, "by_name": NAME}
        conn.execute(update(decisions).values(**values))
        conn.execute(update(entry_revisions).values(**values))

    erase_account(engine, tmp_path, planted.account_id, mode=Mode.ANONYMISE, viewer=ADMIN)

    number = f"account {planted.account_id}"
    with reading(engine) as conn:
        assert conn.execute(select(decisions.c.by_name)).scalars().all() == [number]
        assert set(conn.execute(select(entry_revisions.c.by_name)).scalars()) == {number}
    assert "zabrowski" not in everything(engine)


def test_only_the_person_or_an_administrator_may_erase(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    stranger = Viewer(Role.CUSTOMER, account_id=planted.other_account_id, name="Robin")
    colleague = Viewer(Role.AGENT, account_id=998, name="Kim")
    for viewer in (stranger, colleague):
        with pytest.raises(NotPermitted):
            erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=viewer)
    with pytest.raises(NotFound):
        erase_account(engine, tmp_path, 12345, mode=Mode.DELETE, viewer=OPERATOR)

    assert read_journal(tmp_path) == []
    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=ADMIN)
    with pytest.raises(Conflict, match="erased already"):
        erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=ADMIN)


def test_the_last_administrator_cannot_be_erased(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as conn:
        first = add_account(conn, "Ada", role=Role.ADMIN)
    viewer = Viewer(Role.ADMIN, account_id=first, name="Ada")
    with pytest.raises(Conflict, match="last administrator"):
        erase_account(engine, tmp_path, first, mode=Mode.ANONYMISE, viewer=viewer)

    with transaction(engine) as conn:
        add_account(conn, "Bea", role=Role.ADMIN)
    erase_account(engine, tmp_path, first, mode=Mode.ANONYMISE, viewer=viewer)


def test_nobody_is_erased_where_the_journal_cannot_be_written(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    (tmp_path / JOURNAL).mkdir()

    with pytest.raises(Unavailable, match="nobody was erased"):
        erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))

    with reading(engine) as conn:
        assert holds_account(conn, planted.account_id)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("told_by", ["journal", "record"])
def test_an_older_backup_does_not_bring_an_erased_person_back(
    empty_url: str, tmp_path: Path, mode: Mode, told_by: str
) -> None:
    """Either the journal or the record that stood there knows of it."""
    engine = open_engine(empty_url)
    create_record(engine)
    with transaction(engine) as conn:
        planted = plant(conn)
    saved = back_up(engine, tmp_path / "saved.kb").path
    erase_account(engine, tmp_path, planted.account_id, mode=mode, viewer=her(planted))
    engine.dispose()
    url = empty_url
    if told_by == "journal":
        url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    else:
        (tmp_path / JOURNAL).unlink()

    report = restore(url, saved, replace=True, home=tmp_path)

    assert report.erased == 1
    restored = open_engine(url)
    after = everything(restored)
    with reading(restored) as conn:
        assert len(list_erasures(conn)) == 1
    restored.dispose()
    words = LEADS_TO_HER if mode is Mode.ANONYMISE else (*LEADS_TO_HER, *SECRETS)
    assert [word for word in words if word.lower() in after] == []
    assert OTHER_TITLE.lower() in after


def test_an_erasure_of_another_record_touches_nobody(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    """The same numbers in another record are other people."""
    other = open_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    create_record(other)
    with transaction(other) as conn:
        stranger = plant(conn)
    erase_account(other, tmp_path, stranger.account_id, mode=Mode.DELETE, viewer=her(stranger))
    other.dispose()

    with transaction(engine) as conn:
        assert replay_erasures(conn, read_journal(tmp_path)) == 0
        assert holds_account(conn, planted.account_id)


def test_a_line_of_the_journal_that_a_crash_cut_off_is_left_out(
    engine: Engine, planted: Planted, tmp_path: Path
) -> None:
    path = tmp_path / JOURNAL
    path.write_text('{"account_id": 1, "acc', encoding="ascii")
    assert read_journal(tmp_path) == []

    erase_account(engine, tmp_path, planted.account_id, mode=Mode.DELETE, viewer=her(planted))
    assert [one.account_id for one in read_journal(tmp_path)] == [planted.account_id]

    path.write_text("nonsense\n" + path.read_text(encoding="ascii"), encoding="ascii")
    with pytest.raises(InvalidInput, match="line 1"):
        read_journal(tmp_path)


def _column(column: object, planted: Planted) -> object:
    return select(column).where(questions.c.id == planted.owned_id)  # type: ignore[call-overload]
