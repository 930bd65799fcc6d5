"""What categories, products and tags are called in each language."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
