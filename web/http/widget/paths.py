"""Which addresses pages of other sites may ask: these and no others."""

from __future__ import annotations

PREFIX = "/api/v1/widget"


def is_widget_path(path: str) -> bool:
    """Whether a request for this path is answered across origins."""
    return path.startswith(f"{PREFIX}/")
