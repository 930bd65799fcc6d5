"""The least site around txtai's hybrid search: what `benchmarks.http` measures beside Kundig.

It does less than txtai's own API, which needs more packages than the search itself.
"""

from __future__ import annotations

import os

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create_app() -> Starlette:
    """A site over the index in the folder that TXTAI_INDEX names."""
    from txtai import Embeddings

    index = Embeddings()
    index.load(os.environ["TXTAI_INDEX"])

    async def search(request: Request) -> Response:
        query = request.query_params.get("query", "")
        found = await run_in_threadpool(index.search, query, 10)
        return Response(orjson.dumps(found), media_type="application/json")

    return Starlette(routes=[Route("/search", search)])
