"""The questions of whoever is signed in."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
