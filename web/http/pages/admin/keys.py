"""API keys: made, shown once, revoked."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
