"""The private page of a question, its answer, and whether it solved it."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
