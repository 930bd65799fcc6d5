"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
