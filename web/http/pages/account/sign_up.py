"""Signing up, and confirming the address."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
