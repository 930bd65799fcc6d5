"""Text for CSV downloads, which spreadsheets must not take for formulas."""

from __future__ import annotations

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is a formula to spreadsheets. Source: OWASP, CSV Injection."""


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(RISKY) else text
