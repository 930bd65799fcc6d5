"""Signing in at the company's own identity provider (OpenID Connect)."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
