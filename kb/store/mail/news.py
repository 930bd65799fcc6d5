"""What happened to what somebody follows, read from the record when they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from kb.access import GUEST, Viewer
from kb.clock import utc_now
from kb.entries import Entry
from kb.store.entries.readable import published_for
from kb.store.entries.reading import entries_by_id, translations_of
from kb.store.mail.targets import find_target
from kb.store.questions.conversation import get_conversation
from kb.store.schema import assignments, entries, entry_revisions, entry_tags, questions, topics
from kb.watches import INSTANT, EntryNews, News, ReplyNews, Target, Watch

MAX_NEWS = 50
"""New entries of one shelf in one mail; the shelf's page has them all."""

BECAME_DAYS = 90
"""Until when an asker hears of an entry made of their question; mails' keys are kept longer."""

TOLD_WEIGHTS = ("content", "major")
"""Edits that followers hear of; a minor one mends a word."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when (exclusive) until when (inclusive) something happened."""

    since: datetime
    until: datetime


def news_of(conn: Connection, watch: Watch, span: Span, *, viewer: Viewer) -> list[News]:
    """What happened to it, the oldest first, as far as the viewer may read it now.

    Nothing of what was merged away, archived or hidden, and nothing that the viewer did.
    """
    email = watch.follower.email
    about = find_target(conn, watch.kind, watch.target_id, viewer=viewer, email=email)
    if about is None:
        return []
    if watch.kind == "entry":
        return _changes(conn, about, span, viewer)
    if watch.kind == "question":
        became = _became(conn, about, viewer)
        if watch.frequency != INSTANT:
            became = [news for news in became if span.since < news.at <= span.until]
        told = [*_replies(conn, about, span), *became]
        return sorted(told, key=lambda news: news.at)
    return _new_on_shelf(conn, about, span, viewer)


def _changes(conn: Connection, about: Target, span: Span, viewer: Viewer) -> list[News]:
    revisions = entry_revisions.c
    latest: datetime | None = conn.execute(
        select(func.max(revisions.at)).where(
            revisions.entry_id == about.id,
            revisions.number > 1,
            revisions.weight.in_(TOLD_WEIGHTS),
            revisions.at > span.since,
            revisions.at <= span.until,
            func.coalesce(revisions.by_id, 0) != (viewer.account_id or -1),
        )
    ).scalar_one()
    if latest is None:
        return []
    entry = entries_by_id(conn, [about.id], viewer=viewer)[about.id]
    return [EntryNews("changed", entry, latest, about)]


def _new_on_shelf(conn: Connection, about: Target, span: Span, viewer: Viewer) -> list[News]:
    columns = {"category": entries.c.category_id, "product": entries.c.product_id}
    if about.kind == "tag":
        tagged = select(entry_tags.c.entry_id).where(entry_tags.c.tag_id == about.id)
        stands_there: ColumnElement[bool] = entries.c.id.in_(tagged)
    else:
        stands_there = columns[about.kind] == about.id
    statement = (
        select(entries.c.id)
        .where(
            published_for(viewer),
            stands_there,
            entries.c.published_at > span.since,
            entries.c.published_at <= span.until,
        )
        .order_by(entries.c.published_at, entries.c.id)
        .limit(MAX_NEWS)
    )
    ids = list(conn.execute(statement).scalars())
    found = entries_by_id(conn, ids, viewer=viewer)
    kept = _one_language([found[one] for one in ids if one in found], viewer.locale)
    return [
        EntryNews("new", entry, entry.published_at, about)
        for entry in kept
        if entry.published_at is not None
    ]


def _one_language(found: list[Entry], locale: str) -> list[Entry]:
    """Leave out what is there in the reader's own language too."""
    own = {one.translation_group for one in found if one.locale == locale}
    return [
        one
        for one in found
        if one.locale == locale or one.translation_group is None or one.translation_group not in own
    ]


def _replies(conn: Connection, about: Target, span: Span) -> list[News]:
    token: str = conn.execute(
        select(questions.c.token).where(questions.c.id == about.id)
    ).scalar_one()
    replies = get_conversation(conn, about.id, viewer=GUEST, token=token).replies
    return [
        ReplyNews(reply.id, reply.text, reply.is_markdown, reply.is_html, reply.written_at, about)
        for reply in replies
        if reply.author != "customer"
        and reply.written_at is not None
        and span.since < reply.written_at <= span.until
    ]


def _became(conn: Connection, about: Target, viewer: Viewer) -> list[News]:
    """The entry made of the question's topic, for a while: the mail's key lets it go out once."""
    row = conn.execute(
        select(entries.c.id, entries.c.published_at)
        .join(topics, topics.c.entry_id == entries.c.id)
        .join(assignments, assignments.c.topic_id == topics.c.id)
        .join(questions, questions.c.id == assignments.c.question_id)
        .where(
            questions.c.id == about.id,
            topics.c.state == "promoted",
            published_for(viewer),
            entries.c.published_at > questions.c.asked_at,
            entries.c.published_at > utc_now() - timedelta(days=BECAME_DAYS),
        )
    ).one_or_none()
    if row is None:
        return []
    entry = entries_by_id(conn, [row.id], viewer=viewer)[row.id]
    if entry.locale != viewer.locale:
        others = translations_of(conn, entry, viewer=viewer)
        entry = next((one for one in others if one.locale == viewer.locale), entry)
    return [EntryNews("became", entry, row.published_at, about)]
