"""What the templates of account are rendered with."""

from __future__ import annotations

from typing import Any

PAGES: dict[str, tuple[Any, ...]] = {}
