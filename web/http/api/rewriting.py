"""Having a topic's draft reworded by the endpoint of the settings."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.desk.rewriting import rewriting_to_json
from web.http.dependencies import EditorDep, Id, SiteDep
from web.http.replies import json_reply
from web.http.rewriters import rewritten_for

router = APIRouter(tags=["topics"])


class RewritingOut(BaseModel):
    """A topic's draft in a machine's words, for an agent to check; no customer gets it."""

    topic_id: int
    text: str
    model: str
    host: str = Field(description="Where the masked draft was sent.")
    at: str
    unsupported: list[str] = Field(description="Facts of the text that stand in no reply.")


@router.post("/topics/{topic_id}/rewrite", response_model=RewritingOut)
def rewrite(site: SiteDep, viewer: EditorDep, topic_id: Id) -> Response:
    """Reword the draft from its reply and those that agree; 503 where the endpoint fails."""
    rewriting = rewritten_for(site, topic_id, viewer=viewer)
    return json_reply({"topic_id": topic_id, **rewriting_to_json(rewriting)}, viewer=viewer)
