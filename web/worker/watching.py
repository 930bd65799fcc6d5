"""Tells those who follow something what happened to it, by letters into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine

from kb.access import OPERATOR
from kb.attachments import Attachment
from kb.clock import utc_now
from kb.settings import Settings
from kb.store.attachments.files import attachments_of
from kb.store.engine import giving_way, reading
from kb.store.mail import waking
from kb.store.mail.news import Span, news_of
from kb.store.questions.conversation import get_conversation
from kb.watches import INSTANT, Follower, News, ReplyNews, Watch
from web.mail.letters import MailLook
from web.mail.posting import post
from web.mail.watch_letters import digest_of, letter_of

OVERLAP = timedelta(minutes=2)
"""What happened so shortly before the last thing told may have been stored after it: it is looked
at again, and its mail is known by its key. A digest, which has no key for each piece of news,
leaves what is newer to the next one."""

FOLLOWERS_A_STEP = 20
"""Followers told before mail is sent again, so that nobody's waits behind thousands."""


def tell_followers(engine: Engine, settings: Settings) -> int:
    """Wake who wants to know of what changed, tell some of those who are due, return how many.

    One transaction for each follower; raises Unavailable.
    """
    with reading(engine) as conn:
        has_changes, is_anybody_due = waking.has_changes(conn), waking.is_anybody_due(conn)
    if has_changes:
        with giving_way(engine) as conn:
            waking.wake_followers(conn)
    told = 0
    while (has_changes or is_anybody_due) and told < FOLLOWERS_A_STEP:
        with giving_way(engine) as conn:
            due = waking.claim_due(conn)
            if not due:
                break
            _tell(conn, MailLook(settings), due)
        told += 1
    return told


def _tell(conn: Connection, look: MailLook, due: Sequence[Watch]) -> None:
    now = utc_now()
    found = waking.find_reader(conn, due[0].follower)
    if found is None:
        for watch in due:
            waking.settle(conn, watch, told_until=watch.told_until)
        return
    reader, viewer = found
    is_instant = due[0].frequency == INSTANT
    told: list[tuple[Watch, list[News]]] = []
    for watch in due:
        since = watch.told_until - OVERLAP if is_instant else watch.told_until
        span = Span(max(since, watch.created_at), now if is_instant else now - OVERLAP)
        news = news_of(conn, watch, span, viewer=viewer)
        told.append((watch, news))
        latest = max((one.at for one in news), default=watch.told_until)
        waking.settle(conn, watch, told_until=latest if is_instant else span.until)
    if is_instant:
        _tell_at_once(conn, look, told, reader)
    elif any(news for _, news in told):
        post(conn, look, digest_of(told, reader, now.date()))


def _tell_at_once(
    conn: Connection,
    look: MailLook,
    told: Sequence[tuple[Watch, Sequence[News]]],
    reader: Follower,
) -> None:
    for watch, news in told:
        for one in news:
            post(conn, look, letter_of(one, watch, reader, _files_named(conn, one)))


def _files_named(conn: Connection, news: News) -> list[Attachment]:
    """What its text may name: the entry's files; those of the conversation, the reply's last."""
    if not isinstance(news, ReplyNews):
        return attachments_of(conn, "entry", [news.entry.id])[news.entry.id]
    question_id = news.about.id
    conversation = get_conversation(conn, question_id, viewer=OPERATOR)
    said = attachments_of(conn, "reply", [one.id for one in conversation.replies])
    own = said.pop(news.reply_id, [])
    asked = attachments_of(conn, "question", [question_id])[question_id]
    return [*asked, *(one for files in said.values() for one in files), *own]
