"""Setting a new password by a link in a mail."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
