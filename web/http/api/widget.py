"""What the widget on other sites asks."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
