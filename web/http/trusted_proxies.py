"""The proxies of the settings, whose word on where a request came from is believed."""

from __future__ import annotations

import ipaddress

from kb.errors import InvalidInput

SETTING = "KB_TRUSTED_PROXIES"


def trusted_proxies(setting: str) -> list[str]:
    """The addresses and networks of the setting; raises InvalidInput for anything else.

    A host name would never fit an address, and everybody (`*`) would let each visitor choose
    the address that limits count.
    """
    found = [one.strip() for one in setting.split(",") if one.strip()]
    for one in found:
        try:
            ipaddress.ip_network(one)
        except ValueError as problem:
            raise InvalidInput(
                f"{SETTING} must be addresses or networks by comma, like 127.0.0.1,10.0.0.0/8, "
                f"got {one!r}",
                field=SETTING,
            ) from problem
    return found
