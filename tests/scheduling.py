"""Which tests run in one process when several run side by side (`pytest -n 2`)."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/", "tests/floors/")
"""Folders whose tests share what takes long to make: a loaded demo, a browser."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of one file run in one process, those of `TOGETHER` by folder."""

    def _split_scope(self, nodeid: str) -> str:
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Make xdist hand tests out by file."""
    return ByFile(config, log)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes after their argument: packed ones hold the time, which differs by process."""
    return argname if isinstance(val, bytes) else None
