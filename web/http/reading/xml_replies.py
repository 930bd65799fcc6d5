"""Replies in XML that every cache may keep for a while."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from starlette.responses import Response

from web.http.site import Site

KEPT_S = 300
"""How long caches may keep these; what was taken down is gone from them after five minutes."""


def xml_reply(site: Site, root: ET.Element, media_type: str, *, varies: bool = False) -> Response:
    """The document; `varies` where the browser's language decides what it says."""
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    headers = kept(site) | ({"vary": "Accept-Language"} if varies else {})
    return Response(body, media_type=media_type, headers=headers)


def kept(site: Site) -> dict[str, str]:
    """What caches may do: nothing where the links follow the name that was asked for."""
    public = f"public, max-age={KEPT_S}"
    return {"cache-control": public if site.look.public_url else "no-cache"}
