"""What people install is whole: a wheel, away from this checkout, loads and searches the demo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = ("kb", "indexer", "search", "web", "data")
FILES = ("pyproject.toml", "README.md", "LICENSE")


def test_every_package_is_in_the_list() -> None:
    listed = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]
    there = {
        ".".join(path.parent.relative_to(PROJECT).parts)
        for name in SOURCES
        for path in (PROJECT / name).rglob("__init__.py")
    }

    assert {name.replace("kb.demo", "data") for name in listed["packages"]} == there


def succeed(command: list[str | Path], *, cwd: Path, env: dict[str, str]) -> str:
    ran = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def clean_environment() -> dict[str, str]:
    """Our variables without anything that leads back to this checkout."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KB_", "PYTHON", "PIP_", "COV_"))
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, clean_environment: dict[str, str]) -> Path:
    """The wheel of a copy of the sources: setuptools leaves its build folder beside them."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, copy / name, ignore=ignored)
    for name in FILES:
        shutil.copy(PROJECT / name, copy / name)
    succeed(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", copy / "dist"],
        cwd=copy,
        env=clean_environment,
    )
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed_kb(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, clean_environment: dict[str, str]
) -> Path:
    """The command `kb` of a fresh environment that has the wheel and our other packages."""
    folder = tmp_path_factory.mktemp("environment")
    succeed(
        [sys.executable, "-m", "venv", "--without-pip", folder],
        cwd=folder,
        env=clean_environment,
    )
    python = folder / "bin" / "python"
    succeed(
        [
            *(sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"),
            *("install", "--quiet", "--no-deps", "--no-index", wheel),
        ],
        cwd=folder,
        env=clean_environment,
    )
    (packages,) = (folder / "lib").glob("python*/site-packages")
    # A plain path: the .pth files of our own environment, that of an editable install among
    # them, are not read.
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin" / "kb"


def test_the_demo_runs_from_an_installed_wheel(
    installed_kb: Path,
    clean_environment: dict[str, str],
    link_models: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    home = tmp_path / "home"
    link_models(home)
    environment = {**clean_environment, "KB_HOME": str(home)}

    succeed([installed_kb, "demo", "--load-only"], cwd=empty, env=environment)

    found = succeed(
        [installed_kb, "search", "orange drop is lit", "--json"], cwd=empty, env=environment
    )
    answer = json.loads(found)
    assert answer["mode"] == "hybrid"
    assert answer["hits"][0]["source_id"].startswith("piazza-descale")
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("package", ["http", "report"])
def test_an_installed_wheel_has_the_files_of_its_pages(
    installed_kb: Path, clean_environment: dict[str, str], tmp_path: Path, package: str
) -> None:
    python = installed_kb.with_name("python")
    asked = (
        f"import web.{package} as h, pathlib;"
        "root = pathlib.Path(h.__file__).parent;"
        "print(root, *(str(p.relative_to(root)) for p in root.rglob('*')"
        " if p.suffix in ('.html', '.css', '.js', '.po', '.svg')), sep='\\n')"
    )
    root, *there = succeed([python, "-c", asked], cwd=tmp_path, env=clean_environment).splitlines()

    assert not Path(root).is_relative_to(PROJECT)
    source = PROJECT / "web" / package
    wanted = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.suffix in (".html", ".css", ".js", ".po", ".svg")
    }
    assert wanted
    assert wanted == set(there)
