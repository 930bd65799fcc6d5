"""Mail that left, waits, or would have left."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
