"""Accounts: role, groups, disabling."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
