"""From a sign-up, an invitation or a forgotten password to an account of one's own."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, update

from kb.access import OPERATOR, Role
from kb.asking.conversations import ASKED_HERE
from kb.errors import InvalidInput, NotFound
from kb.intake.records import IncomingQuestion
from kb.people.signing_up import (
    CONFIRM,
    RESET,
    SignUp,
    confirm,
    confirmation_link,
    find_linked,
    is_sign_up_open,
    open_sign_up,
    own_by_issuer,
    password_link,
    set_password,
    set_password_by_link,
    sign_up,
)
from kb.store.audit import Subject, audit_of
from kb.store.people.accounts import (
    Account,
    add_account,
    find_password_hash,
    get_account,
    set_password_hash,
)
from kb.store.people.directory import disable_account
from kb.store.people.sessions import add_session, list_sessions
from kb.store.questions.incoming import Asker, note_asker, store_question
from kb.store.schema import accounts, questions
from tests.kb.questions_given import ASKED_AT

MARA = SignUp("Mara", "mara@example.com", "her hash", "de")


@pytest.fixture
def mara(conn: Connection) -> Account:
    account = sign_up(conn, MARA)
    assert account is not None
    return account


def test_a_sign_up_waits_for_its_address(conn: Connection, mara: Account) -> None:
    assert (mara.role, mara.locale, mara.email_confirmed_at) == (Role.CUSTOMER, "de", None)
    assert find_password_hash(conn, mara.id) == "her hash"
    with pytest.raises(InvalidInput):
        sign_up(conn, SignUp(" ", "x@example.com", "h", "en"))


def test_who_signs_up_again_before_confirming_begins_anew(conn: Connection, mara: Account) -> None:
    again = sign_up(conn, SignUp("Mara Lind", "mara@example.com", "another hash", "en"))

    assert again is not None
    assert (again.id, again.name, again.locale) == (mara.id, "Mara Lind", "en")
    assert find_password_hash(conn, mara.id) == "another hash"


def test_an_account_that_is_somebodys_is_not_taken_over(conn: Connection, mara: Account) -> None:
    confirm(conn, confirmation_link(conn, mara))
    invited = add_account(conn, "Ida", role=Role.CUSTOMER, email="ida@example.com")
    staff = add_account(conn, "Kim", role=Role.ADMIN, email="kim@example.com")
    set_password_hash(conn, staff, "kept")

    for email in ("mara@example.com", "ida@example.com", "kim@example.com"):
        assert sign_up(conn, SignUp("Mallory", email, "planted", "en")) is None
    assert find_password_hash(conn, mara.id) == "her hash"
    assert find_password_hash(conn, invited) is None
    assert find_password_hash(conn, staff) == "kept"


def test_a_link_confirms_once_and_for_its_own_purpose(conn: Connection, mara: Account) -> None:
    secret, older = confirmation_link(conn, mara), confirmation_link(conn, mara)
    assert find_linked(conn, CONFIRM, secret) == mara
    assert find_linked(conn, RESET, secret) is None

    assert confirm(conn, secret).email_confirmed_at is not None
    for used in (secret, older, "guessed"):
        with pytest.raises(NotFound):
            confirm(conn, used)


def test_confirming_adopts_what_the_address_asked_as_a_guest(
    conn: Connection, mara: Account
) -> None:
    for number, sender in enumerate(("mara@example.com", "ida@example.com")):
        incoming = IncomingQuestion(
            source_id=f"q{number}",
            subject="It beeps",
            body="",
            created_at=ASKED_AT,
            sender=sender,
        )
        asked, _ = store_question(conn, incoming, channel=ASKED_HERE, source="here")
        note_asker(conn, asked, Asker("de"))
    confirm(conn, confirmation_link(conn, mara))

    owners = {
        row.sender: row.account_id
        for row in conn.execute(select(questions.c.sender, questions.c.account_id))
    }
    assert owners == {"mara@example.com": mara.id, "ida@example.com": None}


def test_a_password_by_link_ends_sessions_and_links_and_confirms(
    conn: Connection, mara: Account
) -> None:
    add_session(conn, mara.id)
    first, second = password_link(conn, mara), password_link(conn, mara)
    account = set_password_by_link(conn, first, "new hash")

    assert account.email_confirmed_at is not None
    assert find_password_hash(conn, mara.id) == "new hash"
    assert list_sessions(conn, mara.id) == []
    for used in (first, second):
        with pytest.raises(NotFound):
            set_password_by_link(conn, used, "another")


def test_a_link_of_a_changed_address_or_a_disabled_account_is_nobodys(
    conn: Connection, mara: Account
) -> None:
    secret = password_link(conn, mara)
    conn.execute(update(accounts).values(email="lind@example.com"))
    assert find_linked(conn, RESET, secret) is None
    conn.execute(update(accounts).values(email="mara@example.com"))
    assert find_linked(conn, RESET, secret) is not None

    disable_account(conn, mara.id, viewer=OPERATOR)
    assert find_linked(conn, RESET, secret) is None


def test_an_operator_sets_a_password(conn: Connection, mara: Account) -> None:
    add_session(conn, mara.id)
    secret = password_link(conn, mara)
    set_password(conn, mara.id, "set", viewer=OPERATOR)

    assert find_password_hash(conn, mara.id) == "set"
    assert list_sessions(conn, mara.id) == []
    assert find_linked(conn, RESET, secret) is None
    with pytest.raises(NotFound):
        set_password(conn, 999, "set", viewer=OPERATOR)


def test_an_issuer_owns_an_unproved_address_but_keeps_a_proved_password(
    conn: Connection, mara: Account
) -> None:
    owned = own_by_issuer(conn, mara, issuer="https://a.example", subject="1")
    assert find_password_hash(conn, mara.id) is None
    assert owned.email_confirmed_at is not None

    set_password_hash(conn, mara.id, "later")
    own_by_issuer(conn, get_account(conn, mara.id), issuer="https://b.example", subject="1")
    assert find_password_hash(conn, mara.id) == "later"


def test_the_sign_up_is_open_until_it_is_closed(conn: Connection) -> None:
    assert is_sign_up_open(conn)
    open_sign_up(conn, False, viewer=OPERATOR)
    assert not is_sign_up_open(conn)
    open_sign_up(conn, True, viewer=OPERATOR)
    assert is_sign_up_open(conn)
    assert len(audit_of(conn, Subject("instance", None))) <= 2
