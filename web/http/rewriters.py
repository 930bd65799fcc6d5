"""Lets an agent have a topic's draft reworded: whether it is on, and how often."""

from __future__ import annotations

from kb.access import Viewer, may_edit
from kb.desk.rewriting import Rewriting
from kb.errors import Conflict, NotPermitted
from web.http.rate_limits import Allowance
from web.http.site import Site
from web.rewriting import rewrite_draft


def rewritten_for(site: Site, topic_id: int, *, viewer: Viewer) -> Rewriting:
    """Have the draft reworded by the endpoint of the settings.

    Raises NotPermitted for who is not staff, Conflict where rewriting is off or the topic has no
    draft, TooMany beyond the agent's allowance, and what `rewrite_draft` raises.
    """
    if not may_edit(viewer):
        raise NotPermitted("drafts are for support agents")
    if site.rewriter is None:
        raise Conflict("no endpoint rewords drafts here: KB_REWRITE_URL is not set")
    site.limits.spend(Allowance.REWRITE, f"account {viewer.account_id}")
    return rewrite_draft(site.engine, site.rewriter, topic_id, viewer=viewer)
