"""Taking one's data along, and being erased."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
