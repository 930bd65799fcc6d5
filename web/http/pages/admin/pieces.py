"""The page that shows every part of the design in all its states."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.http.dependencies import AdminVisitDep
from web.http.samples import pieces_page

router = APIRouter()


@router.get("/admin/pieces", response_class=HTMLResponse, name="pieces")
def show_pieces(visit: AdminVisitDep) -> HTMLResponse:
    """Show the pieces with invented content."""
    return visit.page("admin/pieces.html", pieces_page())
