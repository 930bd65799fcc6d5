"""Puts together what the page of one topic shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.entries import MAX_TITLE_CHARS, Entry
from kb.questions import Question
from kb.store.entries.reading import entries_by_id
from kb.store.entries.shelf_queries import shelf_names
from kb.store.grouping.regroupings import Regrouping, list_regroupings
from kb.store.questions.reading import questions_by_id
from kb.store.topics.questions import channel_counts, members_page
from kb.store.topics.record import topics_by_id
from kb.topics import Evidence, NearTopic, Topic
from web.http.contexts import FieldError, Link, Notice
from web.http.desk.draft_contexts import PromoteForm
from web.http.desk.quoted_replies import answered_by_quotes, clashes_of, draft_of, source_of
from web.http.desk.topic_contexts import (
    AskedLine,
    DecisionLine,
    EvidenceBox,
    MemberLine,
    MemberList,
    NearLine,
    QuestionLine,
    Share,
    SharesOf,
    TopicPage,
)
from web.http.desk.topic_rows import (
    entries_named,
    entry_link,
    pace_of,
    step_of,
    topic_path,
    trend_of,
)
from web.http.frame import Visit
from web.http.i18n import language_name
from web.http.paging import encode_cursor
from web.topic_labels import for_reader, topics_for_reader

SAMPLES = 8
SAMPLE_CHARS = 600
MEMBERS = 50
MEMBER_CHARS = 200
SHARES = 6
DECISIONS = 10
CURSOR = "members"
SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a topic's page depends on the way to it: form, errors, place in the long list."""

    form: PromoteForm | None = None
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    start: int = 0


def topic_page(
    conn: Connection,
    topic: Topic,
    visit: Visit,
    shown: Shown = Shown(),
) -> TopicPage:
    """All that explains a topic, in the agent's language where it was asked in it."""
    path = topic_path(topic.id)
    members = members_page(
        conn, topic.id, viewer=visit.viewer, offset=shown.start, limit=MEMBERS + 1
    )
    questions = _questions(conn, topic, [one for one, _ in members], visit)
    entries = _entries(conn, topic, visit)
    own = entries.get(topic.entry_id) if topic.entry_id is not None else None
    is_open = topic.state == "candidate"
    as_read = for_reader(topic, visit.locale, questions)
    return TopicPage(
        label=as_read.label,
        state=topic.state,
        size=topic.size,
        askers=topic.askers,
        trend=trend_of(topic),
        verdict=topic.verdict,
        lang=as_read.lang,
        keywords=topic.keywords,
        first_asked_on=topic.first_asked_at.date() if topic.first_asked_at else None,
        last_asked_on=topic.last_asked_at.date() if topic.last_asked_at else None,
        samples=_lines(topic.typical[:SAMPLES], questions),
        atypical=_lines(topic.atypical[:SAMPLES], questions),
        draft=draft_of(topic, questions, rewriter=visit.site.rewriter),
        clashes=clashes_of(topic, questions),
        entry=entry_link(topic.entry_id, entries),
        promote=(shown.form or empty_form(topic)) if is_open else None,
        dismiss_url=f"{path}/dismiss" if is_open else None,
        restore_url=f"{path}/restore" if topic.state == "dismissed" else None,
        detach_url=f"{path}/detach" if own is not None and own.topic_id != topic.id else None,
        reposts=topic.reposts,
        cohesion_percent=None if topic.cohesion is None else _percent(topic.cohesion),
        pace=pace_of(topic),
        step=step_of(topic, entries),
        evidence=_evidence(topic.evidence, questions, entries) if topic.evidence else None,
        near=_near(conn, topic, visit),
        shares=_shares(conn, topic, visit),
        members=_members(members, questions, topic, shown.start),
        decisions=_decisions(conn, topic, visit),
        here=path,
        notice=shown.notice,
        errors=shown.errors,
    )


def empty_form(topic: Topic) -> PromoteForm:
    """The form to promote a topic with, before anything is typed."""
    has_draft = bool(topic.draft and topic.draft.get("text"))
    path = topic_path(topic.id)
    start = f"{path}?start=draft#promote-title" if has_draft else ""
    title = topic.label[:MAX_TITLE_CHARS]
    return PromoteForm(f"{path}/promote", title, start_from_draft_url=start)


def _questions(
    conn: Connection, topic: Topic, members: Sequence[int], visit: Visit
) -> dict[int, Question]:
    asked = [one.question_id for one in topic.evidence.asked] if topic.evidence else []
    wanted = {
        *topic.typical[:SAMPLES],
        *topic.atypical[:SAMPLES],
        *answered_by_quotes(topic),
        *asked,
        *members,
    }
    return questions_by_id(conn, sorted(wanted), viewer=visit.viewer)


def _entries(conn: Connection, topic: Topic, visit: Visit) -> dict[int, Entry]:
    found = {one.entry_id for one in topic.evidence.asked} if topic.evidence else set()
    wanted = entries_named(topic) | {one for one in found if one is not None}
    return entries_by_id(conn, sorted(wanted), viewer=visit.viewer)


def _lines(ids: Sequence[int], questions: Mapping[int, Question]) -> tuple[QuestionLine, ...]:
    return tuple(
        QuestionLine(
            text=_cut(f"{one.subject}\n{one.body}".strip(), SAMPLE_CHARS),
            source=_source(one),
            asked_on=one.asked_at.date(),
            id=one.id,
            lang=one.lang,
        )
        for one in (questions[key] for key in ids if key in questions)
    )


def _source(question: Question) -> str:
    """Where a question is from; what a search is called says nothing to anybody."""
    return question.channel if question.channel == SEARCH else source_of(question)


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"{text[:chars].rstrip()} …"


def _percent(share: float) -> int:
    return round(100 * share)


def _evidence(
    evidence: Evidence, questions: Mapping[int, Question], entries: Mapping[int, Entry]
) -> EvidenceBox:
    return EvidenceBox(
        asked=tuple(
            AskedLine(
                text=_cut(questions[one.question_id].wording, MEMBER_CHARS),
                lang=one.lang,
                verdict=one.verdict,
                percent=_percent(one.confidence),
                entry=entry_link(one.entry_id, entries),
            )
            for one in evidence.asked
            if one.question_id in questions
        ),
        answered=evidence.answered,
        entry=entry_link(evidence.entry_id, entries),
        helpful=evidence.helpful,
        unhelpful=evidence.unhelpful,
        reasons=evidence.reasons,
        checked_on=evidence.checked_at.date(),
    )


def _near(conn: Connection, topic: Topic, visit: Visit) -> tuple[NearLine, ...]:
    found = topics_by_id(conn, [one.id for one in topic.near], viewer=visit.viewer)
    there = [found[one.id] for one in topic.near if one.id in found and found[one.id].size]
    named = topics_for_reader(conn, there, visit.locale, viewer=visit.viewer)
    likeness = {one.id: one for one in topic.near}
    return tuple(_near_line(topic, one, likeness[one.id]) for one in named)


def _near_line(topic: Topic, other: Topic, near: NearTopic) -> NearLine:
    states = {topic.state, other.state}
    may_merge = states == {"candidate"} or states == {"candidate", "promoted"}
    return NearLine(
        id=other.id,
        label=other.label,
        lang=other.lang,
        url=topic_path(other.id),
        percent=_percent(near.cosine),
        shared=near.shared,
        size=other.size,
        state=other.state,
        merge_url=f"{topic_path(topic.id)}/merge" if may_merge else None,
    )


def _shares(conn: Connection, topic: Topic, visit: Visit) -> tuple[SharesOf, ...]:
    names = shelf_names(conn, {"product": [slug for slug, _ in topic.products]})
    channels = channel_counts(conn, topic.id, viewer=visit.viewer)
    parts = (
        ("lang", [(language_name(one, locale=visit.locale), n) for one, n in topic.langs]),
        ("product", [(names.get(("product", one), one), n) for one, n in topic.products]),
        ("channel", list(channels)),
    )
    return tuple(
        SharesOf(
            kind,
            tuple(
                Share(label, count, _percent(count / sum(n for _, n in counts)))
                for label, count in counts[:SHARES]
            ),
        )
        for kind, counts in parts
        if counts
    )


def _members(
    members: Sequence[tuple[int, float]],
    questions: Mapping[int, Question],
    topic: Topic,
    start: int,
) -> MemberList:
    path = topic_path(topic.id)
    more = f"{path}?{CURSOR}={encode_cursor(CURSOR, start + MEMBERS)}#all-title"
    return MemberList(
        rows=tuple(
            MemberLine(
                id=one,
                text=_cut(questions[one].wording, MEMBER_CHARS),
                source=_source(questions[one]),
                asked_on=questions[one].asked_at.date(),
                percent=_percent(confidence),
                lang=questions[one].lang,
            )
            for one, confidence in members[:MEMBERS]
            if one in questions
        ),
        total=topic.size + topic.reposts,
        first=start + 1,
        action=path,
        first_url=f"{path}#all-title" if start else None,
        next_url=more if len(members) > MEMBERS else None,
    )


def _decisions(conn: Connection, topic: Topic, visit: Visit) -> tuple[DecisionLine, ...]:
    made = list_regroupings(conn, viewer=visit.viewer, topic_id=topic.id, limit=DECISIONS)
    others = {one for each in made for one in (each.topic_id, each.other_id) if one is not None}
    found = topics_by_id(conn, sorted(others - {topic.id}), viewer=visit.viewer)
    return tuple(_decision_line(one, topic, found) for one in made)


def _decision_line(made: Regrouping, topic: Topic, others: Mapping[int, Topic]) -> DecisionLine:
    named = made.other_id if made.topic_id == topic.id else made.topic_id
    other = others.get(named) if named is not None else None
    return DecisionLine(
        action=made.action,
        by=made.by_name,
        on=made.at.date(),
        undo_url=None if made.undone_at else f"/desk/decisions/{made.batch}/undo",
        other=Link(other.label, topic_path(other.id)) if other else None,
    )
