"""Nothing of ours reports to the makers of what it is built on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = "import {module}, onnxruntime; onnxruntime.get_available_providers()"


@pytest.mark.parametrize("module", ["indexer.encoding.session", "indexer.encoding.graph"])
@pytest.mark.parametrize("said", [None, "0"])
def test_the_runtime_of_models_leaves_no_identifier_of_the_machine(
    tmp_path: Path, module: str, said: str | None
) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"
    }
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    if said is not None:
        environment["ORT_DISABLE_TELEMETRY"] = said
    subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)], check=True, env=environment
    )

    assert list(tmp_path.rglob("*")) == []
