"""Categories, products and tags with their entries."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
