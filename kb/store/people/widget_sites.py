"""Sites of the company on which the widget may stand."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from kb.access import Viewer, may_administer
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.audit import Subject, record_audit
from kb.store.engine import new_id
from kb.store.schema import widget_sites

MAX_ORIGIN_CHARS = 200
MAX_SITES = 200
SALT_BYTES = 24
DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST_LABELS = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class WidgetSite:
    """One site by its origin; `salt` makes its signing secret, a new one makes another secret."""

    id: int
    origin: str
    salt: str
    members: bool
    by_name: str
    created_at: datetime

    @property
    def is_private(self) -> bool:
        """Whether nobody between the reader and the site can read along."""
        parts = urlsplit(self.origin)
        return parts.scheme == "https" or parts.hostname in LOOPBACK


def parse_origin(typed: str) -> str:
    """The origin as browsers send it: scheme, ASCII host, and the port if it is not the usual one.

    The address of any page of the site will do. Raises InvalidInput for what is no web address.
    """
    try:
        parts = urlsplit(typed.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except (ValueError, UnicodeError) as problem:
        raise _no_origin() from problem
    scheme = parts.scheme.lower()
    if (
        scheme not in DEFAULT_PORTS
        or not HOST_LABELS.fullmatch(host)
        or "@" in parts.netloc
        or len(host) > MAX_ORIGIN_CHARS
    ):
        raise _no_origin()
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port and port != DEFAULT_PORTS[scheme] else "")


def _no_origin() -> InvalidInput:
    return InvalidInput("an origin is like https://www.example.com", field="origin")


def list_widget_sites(conn: Connection, *, viewer: Viewer) -> list[WidgetSite]:
    """All sites by origin, at most `MAX_SITES`, for an admin; raises NotPermitted."""
    _check(viewer)
    statement = select(widget_sites).order_by(widget_sites.c.origin).limit(MAX_SITES)
    return [_site(row) for row in conn.execute(statement).mappings()]


def find_widget_site(conn: Connection, origin: str) -> WidgetSite | None:
    """The site with exactly this origin, None where the widget may not stand on it."""
    row = conn.execute(select(widget_sites).where(widget_sites.c.origin == origin))
    found = row.mappings().one_or_none()
    return None if found is None else _site(found)


def add_widget_site(conn: Connection, origin: str, *, viewer: Viewer) -> WidgetSite:
    """Let the widget stand on a site, without members; raises InvalidInput, Conflict."""
    _check(viewer)
    origin = parse_origin(origin)
    if find_widget_site(conn, origin) is not None:
        raise Conflict(f"the widget may stand on {origin} already")
    if len(list_widget_sites(conn, viewer=viewer)) >= MAX_SITES:
        raise InvalidInput(f"at most {MAX_SITES} sites may have the widget")
    result = conn.execute(
        insert(widget_sites).values(
            origin=origin,
            salt=secrets.token_urlsafe(SALT_BYTES),
            members=False,
            by_id=viewer.account_id,
            by_name=viewer.signature,
            created_at=utc_now(),
        )
    )
    site = get_widget_site(conn, new_id(result), viewer=viewer)
    _note(conn, "add", site, viewer)
    return site


def get_widget_site(conn: Connection, site_id: int, *, viewer: Viewer) -> WidgetSite:
    """One site, for an admin; raises NotFound, NotPermitted."""
    _check(viewer)
    row = conn.execute(select(widget_sites).where(widget_sites.c.id == site_id))
    found = row.mappings().one_or_none()
    if found is None:
        raise NotFound("widget site", site_id)
    return _site(found)


def remove_widget_site(conn: Connection, site_id: int, *, viewer: Viewer) -> WidgetSite:
    """Take the widget and its members' tokens off a site and return what it was."""
    site = get_widget_site(conn, site_id, viewer=viewer)
    conn.execute(delete(widget_sites).where(widget_sites.c.id == site_id))
    _note(conn, "remove", site, viewer)
    return site


def let_members_in(conn: Connection, site_id: int, *, viewer: Viewer) -> WidgetSite:
    """Take tokens of the site's members from now on, signed with a new secret.

    Raises InvalidInput for a site that is not served over https: tokens could be read there.
    """
    site = get_widget_site(conn, site_id, viewer=viewer)
    if not site.is_private:
        raise InvalidInput(f"{site.origin} needs https before it may vouch for members")
    salt = secrets.token_urlsafe(SALT_BYTES)
    _change(conn, site_id, {"members": True, "salt": salt})
    _note(conn, "new secret" if site.members else "members on", site, viewer)
    return get_widget_site(conn, site_id, viewer=viewer)


def keep_members_out(conn: Connection, site_id: int, *, viewer: Viewer) -> WidgetSite:
    """Take no tokens of the site any more."""
    site = get_widget_site(conn, site_id, viewer=viewer)
    _change(conn, site_id, {"members": False})
    _note(conn, "members off", site, viewer)
    return get_widget_site(conn, site_id, viewer=viewer)


def _check(viewer: Viewer) -> None:
    if not may_administer(viewer):
        raise NotPermitted("only an administrator says where the widget may stand")


def _change(conn: Connection, site_id: int, values: dict[str, object]) -> None:
    conn.execute(update(widget_sites).where(widget_sites.c.id == site_id).values(**values))


def _note(conn: Connection, action: str, site: WidgetSite, viewer: Viewer) -> None:
    facts = {"origin": site.origin}
    record_audit(conn, action, Subject("widget_site", site.id), viewer=viewer, facts=facts)


def _site(row: RowMapping) -> WidgetSite:
    return WidgetSite(
        id=row["id"],
        origin=row["origin"],
        salt=row["salt"],
        members=row["members"],
        by_name=row["by_name"],
        created_at=row["created_at"],
    )
