"""A person whose name, address and secrets are planted in every corner of a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from sqlalchemy import Connection, Engine, insert, select, update

from kb.access import OPERATOR, Role, Scope, Viewer
from kb.attachments import check_file
from kb.clock import utc_now
from kb.embedded_text import text_hash
from kb.entries import EntryContent
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.store.attachments.files import add_attachment
from kb.store.audit import Subject, record_audit
from kb.store.embeddings import save_vectors
from kb.store.entries.phrasings import add_phrasings
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import add_account
from kb.store.people.consents import Agreement, give_consent
from kb.store.people.keys import add_api_key
from kb.store.people.sessions import add_session
from kb.store.people.tokens import OneTimeToken, add_token
from kb.store.questions.incoming import set_question_owner, store_question
from kb.store.schema import (
    accounts,
    assignments,
    decisions,
    deliveries,
    idempotency_keys,
    identities,
    metadata,
    questions,
    replies,
    topics,
    watches,
)

NAME = "Wilhelmine Zabrowski"
EMAIL = "wilhelmine.zabrowski@example.org"
LEADS_TO_HER = ("Wilhelmine", "Zabrowski", "wilhelmine.zabrowski")
"""What must be nowhere after an erasure of either kind."""

SECRETS = ("quarzwolke", "nebelhorn", "xylophon")
"""Words of her questions, of a reply to them and of a file."""

TITLE = f"Quarzwolke on the display of {NAME}"
BODY = (
    "My machine shows a quarzwolke and beeps. Why does it do that?\n\n"
    f"Write to {EMAIL}, please.\n\nKind regards\n{NAME}"
)
REPLY = (
    f"Dear Mrs Zabrowski,\n\nturn the nebelhorn to the left, Wilhelmine. Then {EMAIL} gets news."
)
OTHER_TITLE = "The display shows a cloud and the machine beeps"
VECTOR = np.array([1.0, 0.0], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Planted:
    """What the record holds of her: her account and questions, somebody else's, an entry."""

    account_id: int
    owned_id: int
    guest_id: int
    other_id: int
    other_account_id: int
    entry_id: int
    topic_id: int


def plant(conn: Connection, *, role: Role = Role.CUSTOMER) -> Planted:
    """Put her everywhere; one question is hers by account, one by her address alone."""
    account_id = add_account(conn, NAME, role=role, email=EMAIL, locale="de", confirmed=True)
    other_account_id = add_account(
        conn, "Robin", role=Role.CUSTOMER, email="robin@example.org", confirmed=True
    )
    owned_id = _question(conn, "1", TITLE, BODY, EMAIL)
    guest_id = _question(conn, f"mail-{EMAIL}", "", f"Again a quarzwolke.\n{NAME}", EMAIL.upper())
    other_id = _question(conn, "3", OTHER_TITLE, "It beeps, too.", "robin@example.org")
    set_question_owner(conn, owned_id, account_id)
    set_question_owner(conn, other_id, other_account_id)
    file = check_file(f"letter of {NAME}.txt", b"xylophon and my whole life")
    add_attachment(conn, "question", owned_id, file, by_id=account_id)
    entry_id = _entry(conn, owned_id)
    topic_id = _topic(conn, entry_id, owned_id, (owned_id, guest_id, other_id))
    _account_rows(conn, account_id, owned_id)
    return Planted(account_id, owned_id, guest_id, other_id, other_account_id, entry_id, topic_id)


def _question(conn: Connection, source_id: str, title: str, body: str, sender: str) -> int:
    answers = (IncomingReply("r", REPLY, author="agent"),) if title == TITLE else ()
    incoming = IncomingQuestion(
        source_id,
        title,
        body,
        sender=sender,
        sender_name=NAME if "zabrowski" in sender.lower() else "Robin",
        replies=answers,
    )
    question_id, _ = store_question(conn, incoming, channel="form", source="form")
    # As the worker leaves it where its rules did not know all her names.
    digest = text_hash(f"{title}\n{body}")
    conn.execute(
        update(questions)
        .where(questions.c.id == question_id)
        .values(subject=title, body=body, text_hash=digest, lang="en", cleaning_version=1)
    )
    save_vectors(conn, "f", {digest: VECTOR})
    return question_id


def _entry(conn: Connection, question_id: int) -> int:
    content = EntryContent("What does the cloud mean?", "That it needs water.")
    entry_id = add_entry(conn, content, viewer=OPERATOR, state="published")
    wordings = [TITLE, f"beeps and shows a quarzwolke, says {NAME}"]
    add_phrasings(conn, entry_id, wordings, origin="topic", question_ids=[question_id] * 2)
    save_vectors(conn, "f", {text_hash(one): VECTOR for one in wordings})
    return entry_id


def _topic(conn: Connection, entry_id: int, label_id: int, members: tuple[int, ...]) -> int:
    now = utc_now()
    reply_id = conn.execute(select(replies.c.id)).scalar_one()
    draft = {"text": REPLY, "reply_id": reply_id, "question_id": label_id, "others": []}
    values = {
        "state": "candidate",
        "label": TITLE,
        "lang": "en",
        "label_question_id": label_id,
        "keywords": ["quarzwolke", "beeps", "zabrowski"],
        "weeks": [],
        "typical": [label_id, members[-1]],
        "atypical": [],
        "draft": draft,
        "near": [{"id": 9, "cosine": 0.5, "shared": ["quarzwolke", "beeps"]}],
        "created_at": now,
        "updated_at": now,
        "size": len(members),
        "askers": 2,
    }
    topic_id = conn.execute(insert(topics).values(**values)).inserted_primary_key
    assert topic_id is not None
    rows = [
        {"question_id": one, "topic_id": topic_id[0], "how": "leiden", "confidence": 1.0}
        for one in members
    ]
    conn.execute(insert(assignments), rows)
    decided = {
        "kind": "same",
        "question_a": members[0],
        "question_b": members[-1],
        "action": "move",
        "batch": "b" * 32,
        "by_id": None,
        "by_name": "Ada",
        "at": now,
    }
    conn.execute(insert(decisions).values(**decided))
    return int(topic_id[0])


def _account_rows(conn: Connection, account_id: int, question_id: int) -> None:
    now = utc_now()
    me = Viewer(Role.CUSTOMER, account_id=account_id, name=NAME)
    add_session(conn, account_id, device=f"{NAME}'s phone")
    add_api_key(conn, account_id, f"key of {NAME}", scopes=[Scope.READ])
    give_consent(
        conn,
        Agreement(account_id, "tips", "Send me tips.", "en", {"page": "/x", "address": EMAIL}),
    )
    token = OneTimeToken("change-address", EMAIL, account_id, facts={"name": NAME})
    add_token(conn, token, lasts=timedelta(days=1))
    guest = OneTimeToken("confirm-question", EMAIL, question_id=question_id)
    add_token(conn, guest, lasts=timedelta(days=1))
    record_audit(conn, "ask", Subject("question", question_id), viewer=me, facts={})
    record_audit(
        conn, "add", Subject("account", account_id), viewer=OPERATOR, facts={"email": EMAIL}
    )
    identity = {"issuer": "https://id.example.org", "subject": EMAIL, "created_at": now}
    conn.execute(insert(identities).values(account_id=account_id, **identity))
    kept = {"key": "k", "request_hash": "h" * 64, "status": 201, "response": {"name": NAME}}
    conn.execute(insert(idempotency_keys).values(owner=f"account:{account_id}", at=now, **kept))
    for number, owner in enumerate((account_id, None)):
        mail = {
            "purpose": "question-answered",
            "recipient": EMAIL,
            "account_id": owner,
            "locale": "de",
            "subject": f"To {NAME}",
            "body_text": f"{NAME}: nebelhorn",
            "body_html": f"<p>{NAME}: nebelhorn</p>",
            "headers": {"To": EMAIL},
            "message_id": f"<{number}@example.org>",
            "state": "waiting",
            "not_before": now,
            "created_at": now,
            "error": f"550 {EMAIL} refused",
        }
        conn.execute(insert(deliveries).values(**mail))
        watch = {
            "email": EMAIL,
            "locale": "de",
            "kind": "entry",
            "target_id": number,
            "frequency": "daily",
            "token": f"{number}" * 43,
            "created_at": now,
            "told_until": now,
            "next_at": now,
        }
        conn.execute(insert(watches).values(account_id=owner, **watch))


def everything(engine: Engine) -> str:
    """Every value of every table of the record, in small letters."""
    with engine.connect() as conn:
        rows = (
            f"{table.name}.{column}={value!r}"
            for table in metadata.sorted_tables
            for row in conn.execute(select(table)).mappings()
            for column, value in row.items()
        )
        return "\n".join(rows).lower()


def holds_account(conn: Connection, account_id: int) -> bool:
    """Whether the account has a name, an address and a password still."""
    row = conn.execute(select(accounts).where(accounts.c.id == account_id)).one()
    return row.email is not None and row.erased_at is None
