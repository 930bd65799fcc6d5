"""What the team sees beside an entry: its votes, its files, its links."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from kb.attachments import Attachment
from kb.entries import Entry
from kb.store.entries.pins import is_pinned
from kb.store.entries.votes import votes_by_revision
from kb.store.links.edits import edited_links
from web.http.frame import Visit
from web.http.link_contexts import EditedEntryLink, LinkEditor
from web.http.reading.entry_contexts import FileEditor, ReasonCount, TeamTools, VoteReport
from web.http.reading.file_contexts import shown_files


def team_tools(
    conn: Connection, entry: Entry, files: Sequence[Attachment], visit: Visit
) -> TeamTools:
    """The editors' forms for an entry, and how its readers judged it."""
    pinned = is_pinned(conn, entry.id, viewer=visit.viewer)
    may_pin = pinned or entry.state == "published"
    return TeamTools(
        links=_link_editor(conn, entry, visit),
        files=FileEditor(
            action=f"/faq/{entry.id}/files",
            files=shown_files(files, remove_url=f"/faq/{entry.id}/files/{{}}/remove"),
        ),
        votes=_vote_report(conn, entry, visit),
        pin_url=f"/faq/{entry.id}/{'unpin' if pinned else 'pin'}" if may_pin else "",
        is_pinned=pinned,
    )


def _link_editor(conn: Connection, entry: Entry, visit: Visit) -> LinkEditor:
    edited = tuple(
        EditedEntryLink(
            id=one.to_id,
            title=one.title,
            url=one.url,
            said="first" if one.kind == "prerequisite" else one.mode,
        )
        for one in edited_links(conn, entry.id, viewer=visit.viewer)
    )
    return LinkEditor(action=f"/faq/{entry.id}/links", edited=edited)


def _vote_report(conn: Connection, entry: Entry, visit: Visit) -> VoteReport:
    present, *before = votes_by_revision(conn, entry, viewer=visit.viewer)
    low, high = present.interval
    return VoteReport(
        yes=present.yes,
        total=present.total,
        share=round(100 * present.yes / present.total) if present.total else 0,
        low=round(100 * low),
        high=round(100 * high),
        reasons=tuple(ReasonCount(reason, count) for reason, count in present.reasons),
        earlier_yes=sum(one.yes for one in before),
        earlier=sum(one.total for one in before),
    )
