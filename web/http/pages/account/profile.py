"""The account: name, language, address, password."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
