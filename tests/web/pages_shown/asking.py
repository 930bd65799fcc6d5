"""What the templates of asking are rendered with."""

from __future__ import annotations

from typing import Any

PAGES: dict[str, tuple[Any, ...]] = {}
