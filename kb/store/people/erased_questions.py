"""Takes a person out of their questions, and out of what was made of these."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from kb.embedded_text import embedded_text, text_hash
from kb.intake.cleaning import CLEANING_VERSION, CleanText
from kb.intake.masking import mask_personal_data
from kb.people.masked_texts import MaskedTexts, RawText
from kb.store.embeddings import forget_vectors
from kb.store.engine import chunks
from kb.store.people.erased_topics import Gone, erase_from_topics
from kb.store.questions.noise import leave_topics
from kb.store.questions.owned import drop_what_leads_there
from kb.store.schema import phrasings, questions, replies
from kb.unguessable import new_secret

TITLE = "title"
"""Origin of the one wording of an entry that its editor wrote."""


@dataclass(slots=True)
class Touched:
    """What else is another one now: topics and entries by id."""

    topics: set[int] = field(default_factory=set)
    entries: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class HowErased:
    """`whole`: the text goes, too. `names` are the person's, in whatever form is known."""

    whole: bool
    names: tuple[str, ...]
    at: datetime
    texts: MaskedTexts = field(default_factory=MaskedTexts)


def clean_ahead(conn: Connection, ids: Sequence[int], how: HowErased) -> None:
    """Mask the texts of questions and replies before the transaction that stores them."""
    if how.whole:
        return
    for part in chunks(sorted(ids)):
        answers = _replies_of(conn, part)
        for row in _rows(conn, part):
            mine = _with_names(how, row)
            _clean_question(row, mine)
            for reply in answers.get(row.id, []):
                _clean_reply(reply, row.lang, mine)


def erase_questions(conn: Connection, ids: Sequence[int], how: HowErased) -> Touched:
    """Leave of the questions their masked text, or with `whole` that there was something.

    Sender, names, files and links go in both cases; ids, times, topic decisions and the hash of
    what came in stay, so that importing the same file again brings nothing back.
    """
    touched = Touched()
    every_name = dict.fromkeys(how.names)
    old_hashes: set[str] = set()
    reworded: set[int] = set()
    for part in chunks(sorted(ids)):
        answers = _replies_of(conn, part)
        drop_what_leads_there(conn, part)
        for row in _rows(conn, part):
            mine = _with_names(how, row)
            every_name |= dict.fromkeys(mine.names)
            if row.text_hash is not None:
                old_hashes.add(row.text_hash)
            reworded |= _erase_replies(conn, answers.get(row.id, []), row.lang, mine)
            _erase_question(conn, row, mine)
            old_hashes |= _erase_phrasings(conn, row.id, mine, touched)
    gone = Gone(frozenset(ids), frozenset(reworded), tuple(every_name), whole=how.whole)
    touched.topics |= erase_from_topics(conn, gone)
    if how.whole:
        leave_topics(conn, sorted(ids))
    forget_vectors(conn, sorted(old_hashes - _still_used(conn, old_hashes)))
    return touched


def _rows(conn: Connection, ids: Sequence[int]) -> list[Any]:
    wanted = select(questions).where(questions.c.id.in_(ids)).order_by(questions.c.id)
    return list(conn.execute(wanted).all())


def _with_names(how: HowErased, row: Row[Any]) -> HowErased:
    return replace(
        how, names=tuple(one for one in (*how.names, row.sender_name, row.sender) if one)
    )


def _replies_of(conn: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    statement = select(replies).where(replies.c.question_id.in_(ids)).order_by(replies.c.id)
    for row in conn.execute(statement):
        found.setdefault(row.question_id, []).append(row)
    return found


def _erase_replies(
    conn: Connection, rows: Sequence[Row[Any]], lang: str | None, how: HowErased
) -> set[int]:
    """Leave of the replies their masked text, or nothing; return which read otherwise now."""
    reworded: set[int] = set()
    for row in rows:
        body = "" if how.whole else _clean_reply(row, lang, how).body
        if body != row.body:
            reworded.add(row.id)
        values: dict[str, Any] = {"body_raw": body, "body": body, "is_html": False}
        if row.author == "customer":
            values["by_id"] = None
        conn.execute(update(replies).where(replies.c.id == row.id).values(**values))
    return reworded


def _erase_question(conn: Connection, row: Row[Any], how: HowErased) -> None:
    values: dict[str, Any] = {
        "sender": None,
        "sender_name": None,
        "account_id": None,
        "token": new_secret(),
        "source_id": _source_id(row, how.names),
        "is_html": False,
        "confirm_until": None,
        "cleaning_version": CLEANING_VERSION,
        "erased_at": how.at,
    }
    if how.whole:
        values |= {"state": "hidden", "subject_raw": "", "body_raw": "", "subject": "", "body": ""}
        values |= {"text_hash": None, "masked": None, "tags": []}
    else:
        clean = _clean_question(row, how)
        values |= {"subject": clean.subject, "body": clean.body}
        values |= {"subject_raw": clean.subject, "body_raw": clean.body}
        values |= {
            "lang": row.lang or clean.lang,
            "masked": dict(clean.masked),
            "text_hash": text_hash(embedded_text(clean.subject, clean.body)),
        }
        if row.confirm_until is not None:
            # Nobody confirmed that somebody wanted to ask it.
            values["state"] = "hidden"
    conn.execute(update(questions).where(questions.c.id == row.id).values(**values))


def _clean_question(row: Row[Any], how: HowErased) -> CleanText:
    raw = RawText(row.subject_raw, row.body_raw, row.is_html, row.lang_hint)
    return how.texts.clean(raw, how.names)


def _clean_reply(row: Row[Any], lang: str | None, how: HowErased) -> CleanText:
    return how.texts.clean(RawText("", row.body_raw, row.is_html, lang), how.names)


def _source_id(row: Row[Any], names: tuple[str, ...]) -> str:
    """The source's own id, by which an import knows it; a digest where it holds a name."""
    known: str = row.source_id
    if mask_personal_data(known, names=names).text == known:
        return known
    return f"erased-{hashlib.sha256(known.encode()).hexdigest()[:32]}"


def _erase_phrasings(
    conn: Connection, question_id: int, how: HowErased, touched: Touched
) -> set[str]:
    """Remove or mask the wordings that entries took from a question; return their old hashes.

    A wording that an editor shows is theirs to take back: it stays, without the names.
    """
    old_hashes: set[str] = set()
    rows = conn.execute(select(phrasings).where(phrasings.c.question_id == question_id)).all()
    for row in rows:
        masked = mask_personal_data(row.text, names=how.names).text
        goes = how.whole and not row.shown
        if row.origin == TITLE or (masked == row.text and not goes):
            continue
        digest = text_hash(masked)
        twin = conn.execute(
            select(phrasings.c.id).where(
                phrasings.c.entry_id == row.entry_id,
                phrasings.c.text_hash == digest,
                phrasings.c.id != row.id,
            )
        ).first()
        this = phrasings.c.id == row.id
        if goes or twin is not None:
            conn.execute(delete(phrasings).where(this))
        else:
            conn.execute(update(phrasings).where(this).values(text=masked, text_hash=digest))
        old_hashes.add(row.text_hash)
        touched.entries.add(row.entry_id)
    return old_hashes


def _still_used(conn: Connection, hashes: set[str]) -> set[str]:
    """Those of the hashes that a question or a wording of somebody else has."""
    used: set[str] = set()
    for part in chunks(sorted(hashes)):
        for table in (questions, phrasings):
            found = select(table.c.text_hash).where(table.c.text_hash.in_(part))
            used.update(conn.execute(found).scalars())
    return used
