"""Makes a FAQ entry of a topic: its distinct wordings become the entry's phrasings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from kb.access import Viewer
from kb.desk.rewriting import TO_CHECK, is_machine_made, revision_note
from kb.embedded_text import embedded_text
from kb.entries import MAX_TITLE_CHARS, EntryContent
from kb.errors import Conflict, InvalidInput
from kb.questions import Question
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_change
from kb.store.entries.phrasings import add_phrasings
from kb.store.entries.writing import add_entry, set_entry_state
from kb.store.grouping.assignments import topic_members
from kb.store.jobs import enqueue
from kb.store.people.groups import require_audience
from kb.store.questions.reading import questions_by_id
from kb.store.topics.merged import lock_topics
from kb.store.topics.record import get_topic, set_topic_state
from kb.store.topics.rewritings import note_first_revision
from kb.topics import Topic

NEAR_COPY_RATIO = 92.0
"""rapidfuzz ratio from which two wordings are one: they differ by a typo or a full stop."""

MAX_PHRASINGS = 1_000
"""Wordings taken over from one topic, the surest members first."""

FOLD_WINDOW = 400
"""A wording is compared with this many kept ones, so that folding stays linear in the topic."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a person decided on the way from topic to entry; empty fields take the topic's.

    `checked`: the person has read a machine's wording and stands for it as it is.
    """

    answer: str = ""
    title: str = ""
    publish: bool = False
    audience: str = "public"
    category: str | None = None
    checked: bool = False


def distinct_wordings(texts: Sequence[str], *, limit: int = MAX_PHRASINGS) -> list[int]:
    """Places of the texts that stay when near-copies are folded into the first of them.

    Texts are compared without case and outer white space; at most `limit` places, in order.
    """
    kept: list[int] = []
    folded: list[str] = []
    exact: set[str] = set()
    for place, text in enumerate(texts):
        plain = " ".join(text.casefold().split())
        if not plain or plain in exact:
            continue
        exact.add(plain)
        near = process.extractOne(
            plain, folded[-FOLD_WINDOW:], scorer=fuzz.ratio, score_cutoff=NEAR_COPY_RATIO
        )
        if near is not None:
            continue
        kept.append(place)
        folded.append(plain)
        if len(kept) == limit:
            break
    return kept


def wordings_of(question: Question) -> list[str]:
    """The wordings that a question gives: its subject, and subject with body as one text.

    A body without a subject stands alone. The whole text has its vector already.
    """
    whole = embedded_text(question.subject, question.body)
    return [whole] if not question.subject else [question.subject, whole]


def promote_topic(conn: Connection, topic_id: int, promotion: Promotion, *, viewer: Viewer) -> int:
    """Make an entry of a topic and return its id.

    Its phrasings are the distinct wordings of the topic's questions; only the title is shown.
    Raises NotFound, NotPermitted, Conflict for a topic that is no candidate, and InvalidInput
    when there is neither an answer nor a draft to start from, or when a draft alone, or a
    machine's wording that nobody edited or checked, would be published (what customers read is
    written or read by a person first), and for an audience that no group has.
    """
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "candidate":
        entry = f" as entry {topic.entry_id}" if topic.entry_id else ""
        raise Conflict(f"topic {topic.id} is {topic.state}{entry} already")
    answer = promotion.answer.strip()
    if not answer:
        if promotion.publish:
            raise InvalidInput("publishing needs an answer that a person wrote", field="answer")
        answer = str((topic.draft or {}).get("text", ""))
    if promotion.publish and not promotion.checked and is_machine_made(topic, answer):
        raise InvalidInput(TO_CHECK, field="checked")
    require_audience(conn, promotion.audience)
    members = questions_by_id(
        conn,
        [row.question_id for row in topic_members(conn, topic.id, viewer=viewer)],
        viewer=viewer,
    )
    content = EntryContent(
        title=(promotion.title or topic.label)[:MAX_TITLE_CHARS],
        answer=answer,
        locale=topic.lang or "en",
        audience=promotion.audience,
        category=promotion.category,
        product=_common_product(list(members.values())),
    )
    entry_id = add_entry(conn, content, viewer=viewer, state="draft", topic_id=topic.id)
    if note := revision_note(topic, answer, checked=promotion.checked):
        note_first_revision(conn, entry_id, note)
    added = add_member_phrasings(conn, entry_id, topic, members)
    if promotion.publish:
        set_entry_state(conn, entry_id, "published", checked=promotion.checked)
    set_topic_state(conn, topic.id, "promoted", entry_id=entry_id)
    record_audit(
        conn,
        "promote",
        Subject("topic", topic.id),
        viewer=viewer,
        facts={"entry": entry_id, "phrasings": added, "published": promotion.publish},
    )
    enqueue(conn, "index")
    return entry_id


def add_member_phrasings(
    conn: Connection, entry_id: int, topic: Topic, members: dict[int, Question]
) -> int:
    """Give the entry the distinct wordings of the topic's questions; return how many were new."""
    ordered = [members[one] for one in topic.typical if one in members]
    seen = {question.id for question in ordered}
    ordered += [question for key, question in members.items() if key not in seen]
    texts, owners = [], []
    for question in ordered:
        for text in wordings_of(question):
            texts.append(text)
            owners.append(question.id)
    kept = distinct_wordings(texts)
    added = add_phrasings(
        conn,
        entry_id,
        [texts[place] for place in kept],
        origin="topic",
        question_ids=[owners[place] for place in kept],
    )
    if added:
        record_change(conn, "entry", entry_id)
    return added


def _common_product(members: Sequence[Question]) -> str | None:
    """Return the product that most of the questions name, None where there is no majority."""
    named = [question.product for question in members if question.product]
    for product in set(named):
        if named.count(product) * 2 > len(members):
            return product
    return None
