"""What the templates of admin are rendered with."""

from __future__ import annotations

from typing import Any

from tests.web.pages_shown import admin_people

PAGES: dict[str, tuple[Any, ...]] = {**admin_people.PAGES}
