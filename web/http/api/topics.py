"""Topics: the agents' queue, one with its evidence, and making an entry of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from kb.access import Viewer
from kb.addresses import entry_path
from kb.desk.next_steps import next_step
from kb.desk.promotion import Promotion, promote_topic
from kb.entries import MAX_ANSWER_CHARS
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from kb.store.questions.reading import questions_by_id
from kb.store.topics.record import get_topic, list_topics
from kb.topics import Topic
from web.http.api.fields import Word
from web.http.dependencies import EditorDep, Id, Limit, PageCursor, SiteDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import json_reply
from web.topic_labels import topics_for_reader

router = APIRouter(tags=["topics"])

SAMPLE_QUESTIONS = 10

State = Literal["candidate", "promoted", "dismissed", "merged"]
ReaderLang = Annotated[
    str | None,
    Query(
        pattern="^[a-z]{2,3}$",
        description="The reader's language: labels are in it where a topic has such questions.",
    ),
]


class SampleOut(BaseModel):
    """One question of a topic, cleaned and without personal data."""

    id: int
    source: str
    source_id: str
    subject: str
    body: str
    lang: str | None
    asked_at: str


class NearTopicOut(BaseModel):
    """Another topic close by meaning: perhaps a twin to merge."""

    id: int
    cosine: float = Field(description="Of the mean vectors of both topics, -1 to 1.")
    shared: list[str] = Field(description="Keywords of both.")


class AskedOut(BaseModel):
    """One question of the topic, searched as a customer would."""

    question_id: int
    lang: str | None
    verdict: Literal["answer", "maybe", "none"]
    confidence: float = Field(description="That the first hit answers it, 0 to 1.")
    entry_id: int | None = Field(description="The first hit, or the nearest below the floor.")


class EvidenceOut(BaseModel):
    """Why the topic has its verdict."""

    asked: list[AskedOut]
    entry_id: int | None = Field(description="The entry that the verdict is about.")
    helpful: int = Field(description="Votes on the present text of that entry.")
    unhelpful: int
    reasons: dict[str, int] = Field(description="Of those whom it did not help.")
    checked_at: str


class TopicOut(BaseModel):
    """Questions that mean the same."""

    id: int
    state: State
    label: str
    lang: str | None = Field(description="The label's language.")
    keywords: list[str]
    size: int = Field(description="Distinct asks: what one sender repeats counts once.")
    reposts: int = Field(description="Questions that repeat an ask; with size all questions.")
    askers: int
    langs: dict[str, int] = Field(description="Asks by language code, most first.")
    products: dict[str, int] = Field(description="Asks by product slug, most first.")
    trend: str | None
    weeks: dict[str, int] = Field(description="Asks per ISO week, oldest first.")
    verdict: Literal["covered", "not found", "failing", "open"] | None = Field(
        description="Whether published entries answer it; null before the first index run."
    )
    unanswered_share: float | None = Field(
        description="Share of those who ask that get no answer, 0 to 1."
    )
    effect: float = Field(
        description="People a week who ask this and get no answer, lately, smoothed; the order"
        " of the list."
    )
    next_step: Literal["nothing", "add wordings", "revise", "publish", "write", "wait"] = Field(
        description="What an agent should do; for `publish` see the topic's page."
    )
    first_asked_at: str | None
    last_asked_at: str | None
    entry_id: int | None
    merged_into: int | None


class TopicDetailOut(TopicOut):
    """A topic with its evidence."""

    cohesion: float | None = Field(description="Mean cosine of its questions to their mean.")
    samples: list[SampleOut] = Field(description="The most typical questions, each different.")
    atypical: list[SampleOut] = Field(description="Those to check before promoting.")
    near: list[NearTopicOut] = Field(description="The nearest topics, nearest first.")
    evidence: EvidenceOut | None = Field(description="What the verdict rests on.")
    draft: dict[str, Any] | None = Field(description="A real reply with its source.")


class TopicsOut(BaseModel):
    """One page of topics, the greatest effect first, then the largest."""

    topics: list[TopicOut]
    cursor: str | None


class PromoteIn(BaseModel):
    """What a person decided; empty fields take the topic's."""

    answer: str = Field("", max_length=MAX_ANSWER_CHARS, description="Markdown.")
    title: str = Field("", max_length=300)
    publish: bool = False
    checked: bool = Field(
        False, description="A person has read a machine's wording and stands for it as it is."
    )
    audience: str = "public"
    category: Word | None = None


class PromotedOut(BaseModel):
    """The new entry."""

    topic_id: int
    entry_id: int
    state: str
    url: str


@router.get("/topics", response_model=TopicsOut)
def topics(
    site: SiteDep,
    viewer: EditorDep,
    state: Annotated[list[State] | None, Query(max_length=4)] = None,
    lang: ReaderLang = None,
    limit: Limit = 20,
    cursor: PageCursor = None,
) -> Response:
    """The queue: candidates, unless other states are asked for, the greatest effect first."""
    offset = decode_cursor("topics", cursor) or 0
    with reading(site.engine) as conn:
        found = list_topics(
            conn, viewer=viewer, states=state or ("candidate",), offset=offset, limit=limit + 1
        )
        if lang:
            found = topics_for_reader(conn, found, lang, viewer=viewer)
    more = encode_cursor("topics", offset + limit) if len(found) > limit else None
    answer = {"topics": [topic_answer(one) for one in found[:limit]], "cursor": more}
    return json_reply(answer, viewer=viewer)


@router.get("/topics/{topic_id}", response_model=TopicDetailOut)
def topic(site: SiteDep, viewer: EditorDep, topic_id: Id, lang: ReaderLang = None) -> Response:
    """One topic with typical questions and a draft; a merged one gives what it became."""
    with reading(site.engine) as conn:
        found = get_topic(conn, topic_id, viewer=viewer)
        if lang:
            (found,) = topics_for_reader(conn, [found], lang, viewer=viewer)
        answer = topic_answer(found) | {
            "cohesion": found.cohesion,
            "samples": _samples(conn, found.typical, viewer),
            "atypical": _samples(conn, found.atypical, viewer),
            "near": [
                {"id": one.id, "cosine": one.cosine, "shared": list(one.shared)}
                for one in found.near
            ],
            "evidence": _evidence(found),
            "draft": found.draft,
        }
    return json_reply(answer, viewer=viewer)


@router.post("/topics/{topic_id}/promote", status_code=201, response_model=PromotedOut)
def promote(site: SiteDep, viewer: EditorDep, topic_id: Id, wanted: PromoteIn) -> Response:
    """Make an entry of a topic; every wording of its questions finds it."""
    promotion = Promotion(
        answer=wanted.answer,
        title=wanted.title.strip(),
        publish=wanted.publish,
        checked=wanted.checked,
        audience=wanted.audience,
        category=wanted.category,
    )
    with transaction(site.engine) as conn:
        promoted = get_topic(conn, topic_id, viewer=viewer)
        entry_id = promote_topic(conn, topic_id, promotion, viewer=viewer)
        entry = get_entry(conn, entry_id, viewer=viewer)
    answer = {
        "topic_id": promoted.id,
        "entry_id": entry.id,
        "state": entry.state,
        "url": entry_path(entry.id, entry.title),
    }
    return json_reply(answer, viewer=viewer, status=201)


def topic_answer(topic: Topic) -> dict[str, Any]:
    """A topic without its evidence."""
    return {
        "id": topic.id,
        "state": topic.state,
        "label": topic.label,
        "lang": topic.lang,
        "keywords": list(topic.keywords),
        "size": topic.size,
        "reposts": topic.reposts,
        "askers": topic.askers,
        "langs": dict(topic.langs),
        "products": dict(topic.products),
        "trend": topic.trend,
        "weeks": dict(topic.weeks),
        "verdict": topic.verdict,
        "unanswered_share": topic.unanswered_share,
        "effect": topic.effect,
        "next_step": next_step(topic).kind,
        "first_asked_at": topic.first_asked_at,
        "last_asked_at": topic.last_asked_at,
        "entry_id": topic.entry_id,
        "merged_into": topic.merged_into,
    }


def _evidence(topic: Topic) -> dict[str, Any] | None:
    if topic.evidence is None:
        return None
    return {
        "asked": [asdict(one) for one in topic.evidence.asked],
        "entry_id": topic.evidence.entry_id,
        "helpful": topic.evidence.helpful,
        "unhelpful": topic.evidence.unhelpful,
        "reasons": dict(topic.evidence.reasons),
        "checked_at": topic.evidence.checked_at,
    }


def _samples(conn: Connection, ids: tuple[int, ...], viewer: Viewer) -> list[dict[str, Any]]:
    wanted = ids[:SAMPLE_QUESTIONS]
    found = questions_by_id(conn, wanted, viewer=viewer)
    return [
        {
            "id": one.id,
            "source": one.source,
            "source_id": one.source_id,
            "subject": one.subject,
            "body": one.body,
            "lang": one.lang,
            "asked_at": one.asked_at,
        }
        for one in (found[key] for key in wanted if key in found)
    ]
