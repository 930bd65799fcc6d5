"""What somebody agreed to, and taking it back."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
