"""Putting files on an entry, and taking them off."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
