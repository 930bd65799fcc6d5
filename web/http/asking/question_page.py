"""The private page of a question, out of what the record holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from kb.access import may_edit
from kb.addresses import entry_path
from kb.asking.conversations import STATES, AskedQuestion, Conversation, SaidReply
from kb.attachments import Attachment
from kb.entries import Entry
from kb.intake.html_text import html_to_text
from kb.store.attachments.files import attachments_of
from kb.store.audit import Subject, audit_of
from kb.store.entries.shelf_queries import shelf_names
from kb.store.grouping.assignments import find_assignment
from kb.store.mail.watches import count_watches
from kb.store.questions.became import find_entry_of_question
from web.http.account.watch_boxes import watch_box
from web.http.account.watch_contexts import WatchBox
from web.http.asking.question_contexts import (
    AskerTools,
    BecameEntry,
    QuestionPage,
    Said,
    Status,
    Step,
    TeamTools,
)
from web.http.frame import Visit
from web.http.markdown import render_markdown
from web.http.reading.file_contexts import shown_files

TITLE_CHARS = 300


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What belongs to a conversation: files by question and reply, its entry, topic and mail."""

    files: Sequence[Attachment]
    said_files: Mapping[int, Sequence[Attachment]]
    became: Entry | None
    topic_id: int | None
    confirmed_on: date | None
    told: int
    watch: WatchBox | None
    product: str


def read_facts(conn: Connection, visit: Visit, conversation: Conversation) -> QuestionFacts:
    """What the page shows beside what was said."""
    question = conversation.question
    number = question.id
    owns = visit.viewer.account_id is not None and visit.viewer.account_id == question.account_id
    replies = [one.id for one in conversation.replies]
    assignment = find_assignment(conn, number) if may_edit(visit.viewer) else None
    confirmed = [
        one.at.date()
        for one in audit_of(conn, Subject("question", number))
        if one.action == "confirm"
    ]
    return QuestionFacts(
        files=attachments_of(conn, "question", [number])[number],
        said_files=attachments_of(conn, "reply", replies),
        became=find_entry_of_question(conn, number, viewer=visit.viewer),
        topic_id=assignment.topic_id if assignment else None,
        confirmed_on=confirmed[0] if confirmed else None,
        told=count_watches(conn, "question", [number]),
        watch=watch_box(conn, visit, "question", number) if owns else None,
        product=_product_name(conn, question, visit.locale),
    )


def question_page(
    visit: Visit, conversation: Conversation, facts: QuestionFacts, *, token: str
) -> QuestionPage:
    """The page as it stands, without what was just typed or done."""
    question = conversation.question
    is_team = may_edit(visit.viewer)
    title, text = title_and_text(question)
    return QuestionPage(
        address=f"/q/{question.id}",
        token=token,
        title=title,
        text=text,
        status=status_of(question, has_answer=conversation.has_answer),
        steps=_steps(conversation, facts),
        product=facts.product,
        files=shown_files(facts.files, token=token),
        said=tuple(_said(one, facts, token, is_team=is_team) for one in conversation.replies),
        email=question.sender if question.waits else "",
        confirm_by=question.confirm_until.date() if question.confirm_until else None,
        tells_by_mail=facts.told > 0,
        became=_became(question, facts.became),
        watch=None if is_team else facts.watch,
        asker=AskerTools() if is_team else _asker_tools(visit, conversation),
        team=_team_tools(question, facts) if is_team else None,
    )


def _product_name(conn: Connection, question: AskedQuestion, locale: str) -> str:
    """Return the name of the question's product in the reader's language, "" without one."""
    if question.product is None:
        return ""
    names = shelf_names(conn, {"product": [question.product]}, locale=locale)
    return names.get(("product", question.product), question.product_name or "")


def title_and_text(question: AskedQuestion) -> tuple[str, str]:
    """The question in one line, and what else was written, both plain."""
    body = html_to_text(question.body) if question.is_html else question.body
    body = body.strip()
    if question.subject.strip():
        return question.subject.strip()[:TITLE_CHARS], body
    first, _, rest = body.partition("\n")
    if len(first) <= TITLE_CHARS:
        return first, rest.strip()
    return f"{first[:TITLE_CHARS]} …", body


def status_of(question: AskedQuestion, *, has_answer: bool) -> Status:
    """How a question stands for its asker."""
    if question.is_put_aside:
        return "aside"
    if question.waits:
        return "waits"
    if question.state == "solved":
        return "solved"
    if question.state == "answered":
        return "answered"
    if question.is_held:
        return "held"
    return "more" if has_answer else "open"


def _steps(conversation: Conversation, facts: QuestionFacts) -> tuple[Step, ...]:
    question = conversation.question
    steps = [Step("asked", "done", question.asked_at.date())]
    if question.waits:
        steps.append(Step("confirmed", "now"))
    elif facts.confirmed_on is not None:
        steps.append(Step("confirmed", "done", facts.confirmed_on))
    solved = question.state == "solved"
    if question.state in ("answered", "solved"):
        answered = conversation.answered_at
        if conversation.has_answer or not solved:
            steps.append(Step("answered", "done", answered.date() if answered else None))
    elif not question.is_put_aside:
        steps.append(Step("answered", "next" if question.waits else "now"))
    if solved:
        steps.append(Step("solved", "done", question.solved_at and question.solved_at.date()))
    elif not question.is_put_aside:
        steps.append(Step("solved", "now" if question.state == "answered" else "next"))
    return tuple(steps)


def _said(reply: SaidReply, facts: QuestionFacts, token: str, *, is_team: bool) -> Said:
    files = facts.said_files.get(reply.id, ())
    # By address a text may show every file of the conversation, by its name its own first.
    known = [*facts.files, *(one for said in facts.said_files.values() for one in said), *files]
    html = None
    if reply.is_markdown:
        html = render_markdown(reply.text, ugc=True, files=known, token=token).html
    text = html_to_text(reply.text) if reply.is_html else reply.text
    return Said(
        number=reply.id,
        author=AUTHORS.get(reply.author, "other"),
        name=reply.by_name if is_team else "",
        on=reply.written_at.date() if reply.written_at else None,
        html=html,
        text=text.strip(),
        files=shown_files(files, token=token),
    )


AUTHORS: Mapping[str, Literal["team", "asker"]] = {"agent": "team", "customer": "asker"}


def _became(question: AskedQuestion, entry: Entry | None) -> BecameEntry | None:
    if entry is None or question.is_put_aside:
        return None
    return BecameEntry(
        title=entry.title,
        url=entry_path(entry.id, entry.title),
        is_new=entry.created_at > question.asked_at,
    )


def _asker_tools(visit: Visit, conversation: Conversation) -> AskerTools:
    question = conversation.question
    if question.is_put_aside or question.waits:
        return AskerTools()
    account_id = visit.viewer.account_id
    return AskerTools(
        may_add=True,
        may_solve=conversation.has_answer and question.state != "solved",
        may_keep=account_id is not None and question.account_id is None,
    )


def _team_tools(question: AskedQuestion, facts: QuestionFacts) -> TeamTools:
    return TeamTools(
        state=question.state,
        states=tuple(one for one in STATES if one != question.state),
        topic_url=f"/desk/topics/{facts.topic_id}" if facts.topic_id else "",
        source="" if question.is_ours else question.source,
        mailed=facts.told > 0,
    )
