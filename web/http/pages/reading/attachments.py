"""Files of entries and questions, served after the check of what they belong to."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
