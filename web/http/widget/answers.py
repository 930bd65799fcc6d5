"""What the widget's script is given: hits, suggestions and entries, with absolute links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_decimal
from sqlalchemy import Connection

from kb.addresses import entry_path
from kb.attachments import Attachment
from kb.entries import Entry
from kb.store.attachments.files import attachments_of
from kb.store.entries.reading import find_vote
from kb.store.links.found import related_entries
from search.results import Hit, SearchResults
from search.suggest import Suggestion
from web.http.i18n import region_of
from web.http.markdown import render_markdown
from web.http.widget.callers import Caller
from web.http.widget.texts import LAST_REVIEWED, MATCHED, results_said, suggestions_said
from web.http.widget.trees import tree_of

RELATED = 4
POPULAR = 8
"""Searches among them are left out, so that about half of them stay."""

BYTES_PER_MB = 1_000_000


def search_reply(results: SearchResults, caller: Caller, *, intent: str) -> dict[str, Any]:
    """What was found; `more` leads to all of it, None where all is here."""
    more = caller.absolute(f"/search?{urlencode({'q': results.query, 'locale': caller.locale})}")
    verdict = str(results.verdict)
    return {
        "query": results.query,
        "verdict": verdict,
        "total": results.total,
        "said": results_said(verdict, results.total, caller.locale),
        "did_you_mean": results.did_you_mean,
        "hits": [_hit(hit, caller) for hit in results.hits],
        "near": [_hit(hit, caller) for hit in results.near],
        "more": more if results.total > len(results.hits) else None,
        "intent": intent,
    }


def _hit(hit: Hit, caller: Caller) -> dict[str, Any]:
    matched = hit.matched_phrasing
    return {
        "id": hit.id,
        "type": hit.type,
        "title": hit.title,
        "url": caller.absolute(hit.url),
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
        "facts": _joined(matched and f"{caller.visit.text(MATCHED)} “{matched}”"),
        "lang": hit.lang,
    }


def _joined(*facts: str | None) -> str:
    return " · ".join(fact for fact in facts if fact)


def suggestions_reply(found: Sequence[Suggestion], caller: Caller) -> dict[str, Any]:
    """Titles, wordings and popular searches."""
    return {
        "suggestions": [{"text": one.text, "type": one.type, "id": one.id} for one in found],
        "said": suggestions_said(len(found), caller.locale),
    }


def popular_entries(caller: Caller) -> list[dict[str, Any]]:
    """What readers open most, of what the caller may read; nothing where nobody reads yet."""
    found = caller.site.live.suggest("", viewer=caller.viewer, limit=POPULAR)
    return [
        {"id": one.id, "type": one.type, "title": one.text, "url": caller.absolute(one.url)}
        for one in found
        if one.type == "entry"
    ]


def entry_reply(conn: Connection, entry: Entry, caller: Caller) -> dict[str, Any]:
    """One entry as it is read in the widget, with what this visitor said of it."""
    files = attachments_of(conn, "entry", [entry.id])[entry.id]
    url = caller.absolute(entry_path(entry.id, entry.title))
    said = find_vote(conn, entry, caller.visit.visitor())
    return {
        "id": entry.id,
        "title": entry.title,
        "lang": entry.locale,
        "url": url,
        "answer": tree_of(render_markdown(entry.answer, files=files).html, base=url),
        "facts": _joined(entry.product_name, _reviewed(entry, caller)),
        "files": [_file(one, caller) for one in files],
        "related": [
            {
                "id": one.id,
                "type": "entry",
                "title": one.title,
                "url": caller.absolute(one.url),
            }
            for one in related_entries(conn, entry.id, viewer=caller.viewer)[:RELATED]
        ],
        "vote": None if said is None else {"helpful": said[0], "reason": said[1]},
    }


def _reviewed(entry: Entry, caller: Caller) -> str | None:
    if entry.reviewed_at is None:
        return None
    day = format_date(entry.reviewed_at.date(), "long", locale=region_of(caller.locale))
    return f"{caller.visit.text(LAST_REVIEWED)} {day}"


def _file(one: Attachment, caller: Caller) -> dict[str, str]:
    size = max(round(one.size / BYTES_PER_MB, 1), 0.1)
    shown = f"{one.label or one.name} ({format_decimal(size, locale=region_of(caller.locale))} MB)"
    return {"label": shown, "url": caller.absolute(one.path)}
