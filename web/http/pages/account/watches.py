"""What somebody follows, and unsubscribing with one click."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
