"""How long each page takes in a store of two busy years.

`python -m benchmarks.pages_grown [--home FOLDER]` lets a demo grow as `benchmarks.grown` says
and asks for the pages of `benchmarks.pages`. `<` marks what takes more than 50 ms at p95. That
is the bound of the demo's pages, and of these only a measure: it ends with 0 where every page
was shown.
"""

from __future__ import annotations

import asyncio
import sys
import time

from benchmarks.grown.size import Size
from benchmarks.grown.store import grow
from benchmarks.page_times import measure_pages
from benchmarks.pages import demo_copy, pages_of
from kb.settings import Settings
from kb.store.engine import open_engine
from search.build import build_index, find_manifest


def main() -> int:
    """Print the times of each page; raises RuntimeError for one that fails."""
    with demo_copy("benchmarks.pages_grown") as measured:
        started = time.perf_counter()
        _grow(measured.settings)
        print(f"grown in {time.perf_counter() - started:.0f} s", flush=True)
        pages = pages_of(measured.settings)
        asyncio.run(measure_pages(measured.settings, pages, measured.requests))
    return 0


def _grow(settings: Settings) -> None:
    """Let the demo become a store of two busy years, with an index of what it publishes."""
    grow(settings.home / "record.sqlite3", Size())
    manifest = find_manifest(settings.index_dir)
    engine = open_engine(settings.record_url)
    build_index(engine, settings.index_dir, fingerprint=manifest.fingerprint if manifest else "")
    engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
