"""The widget that other sites embed: its script."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
