"""Synonyms: the words that search counts as the same, for agents to read and change."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.searches.synonyms import MAX_TERM_CHARS, MAX_TERMS, ONE_WAY, SynonymGroup, make_group
from kb.store.engine import reading, transaction
from kb.store.searches.synonyms import add_synonym_group, list_synonyms, remove_synonyms
from web.http.dependencies import EditorDep, Id, Limit, PageCursor, SiteDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import json_reply

router = APIRouter(tags=["synonyms"])

CURSOR = "api synonyms"

Kind = Literal["two-way", "one-way"]
Term = Annotated[str, Field(max_length=2 * MAX_TERM_CHARS)]


class GroupIn(BaseModel):
    """Words that mean the same; of a `one-way` group the first one also finds the others."""

    terms: list[Term] = Field(min_length=2, max_length=MAX_TERMS)
    kind: Kind = "two-way"
    lang: str | None = Field(None, max_length=12, description="None: in every language.")


class GroupOut(BaseModel):
    """One group of synonyms."""

    id: int
    terms: list[str]
    kind: Kind
    lang: str | None
    by: str
    created_at: str | None


class GroupsOut(BaseModel):
    """One page of groups, oldest first."""

    synonyms: list[GroupOut]
    cursor: str | None


class RemovedOut(BaseModel):
    """The group that is gone."""

    removed: int


@router.get("/synonyms", response_model=GroupsOut)
def synonyms(
    site: SiteDep, viewer: EditorDep, limit: Limit = 100, cursor: PageCursor = None
) -> Response:
    """The groups of synonyms, oldest first."""
    after = decode_cursor(CURSOR, cursor) or 0
    with reading(site.engine) as conn:
        found = list_synonyms(conn, viewer=viewer, after=after, limit=limit + 1)
    shown = found[:limit]
    more = encode_cursor(CURSOR, shown[-1].id) if len(found) > limit else None
    answer = {"synonyms": [_answer(group) for group in shown], "cursor": more}
    return json_reply(answer, viewer=viewer)


@router.post("/synonyms", response_model=GroupOut, status_code=201)
def add(site: SiteDep, viewer: EditorDep, body: GroupIn) -> Response:
    """Add a group; searches use it within a second. 409 where it is there already."""
    group = make_group(body.terms, one_way=body.kind == ONE_WAY, lang=body.lang)
    with transaction(site.engine) as conn:
        group_id = add_synonym_group(conn, group, viewer=viewer)
        stored = list_synonyms(conn, viewer=viewer, after=group_id - 1, limit=1)[0]
    return json_reply(_answer(stored), viewer=viewer, status=201)


@router.delete("/synonyms/{group_id}", response_model=RemovedOut)
def remove(site: SiteDep, viewer: EditorDep, group_id: Id) -> Response:
    """Remove a group."""
    with transaction(site.engine) as conn:
        remove_synonyms(conn, group_id, viewer=viewer)
    return json_reply({"removed": group_id}, viewer=viewer)


def _answer(group: SynonymGroup) -> dict[str, object]:
    return {
        "id": group.id,
        "terms": list(group.terms),
        "kind": group.kind,
        "lang": group.lang,
        "by": group.by_name,
        "created_at": group.created_at.isoformat() if group.created_at else None,
    }
