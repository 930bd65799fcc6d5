"""The secret with which a site's server signs its members' tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac

from kb.store.people.widget_sites import WidgetSite
from web.http.site import Site, read_secret

PURPOSE = "kundig widget members"


def site_secret(secret: bytes, site: WidgetSite) -> str:
    """The signing secret of a site, 43 characters, made of the instance's own and the site's salt.

    So it is stored nowhere: a copy of the record alone does not let anybody sign.
    """
    message = "\x00".join((PURPOSE, site.origin, site.salt)).encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def secret_of(site: Site, widget_site: WidgetSite) -> str:
    """The signing secret of a site of this installation."""
    return site_secret(read_secret(site.settings), widget_site)
