"""The documents say what is true: links lead somewhere; commands, paths and addresses exist."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer.main

from web.cli.app import app
from web.http.who_may import WHO_MAY

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ROOTS = ("kb", "indexer", "search", "web", "data", "training", "tests", "benchmarks", "docs")
SHORT_PATHS = (Path("web/http"), Path("training"), Path("web/http/static"), Path())
"""Where a document may count a path from: it names the folder before."""

OTHER_SITES = ("/help-token", "/sign-in/company/back")
"""Addresses that stand in examples for a reader's own site."""

PROGRAMS = re.compile(r"^(?:[A-Z_]+=\S+ )*(kb|make) ([^\s].*)$")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_blocks(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def in_code(text: str) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return re.findall(r"`([^`\n]+)`", without_blocks(text))


def in_blocks(text: str) -> list[str]:
    """The lines of all blocks."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()]


def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as code hosts make them."""
    found = set()
    for line in without_blocks(page.read_text(encoding="utf-8")).splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(words.replace(" ", "-"))
    return found


@cache
def commands() -> dict[str, set[str]]:
    """The options of each command by its words; a group like `user` has none of its own."""
    found = {"": {"--help", "--verbose", "--install-completion"}}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        found[name] = {"--help"}
        for words, one in [(f"{name} {sub}", two) for sub, two in inner.items()] or [
            (name, command)
        ]:
            options = {option for param in one.params for option in param.opts}
            found[words] = options | {o for p in one.params for o in p.secondary_opts} | {"--help"}
    return found


def wrong_in_command(program: str, rest: str) -> str:
    """What does not exist in `kb …` or `make …`; empty if all does."""
    if program == "make":
        target = rest.split()[0]
        rules = (ROOT / "Makefile").read_text(encoding="utf-8")
        return "" if re.search(rf"^{re.escape(target)}:", rules, re.MULTILINE) else target
    rest = re.split(r"\s{2,}|\s#|[|;&>)]", rest)[0]
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    plain = [word for word in words if not word.startswith("-")]
    known = commands()
    name = " ".join(plain[:2]) if " ".join(plain[:2]) in known else " ".join(plain[:1])
    if name.isupper():
        return ""
    if name not in known:
        return name
    options = {re.split("[=,]", word)[0] for word in words if re.match("--[a-z]", word)}
    return ", ".join(sorted(options - known[name]))


def begins(address: str, route: str) -> bool:
    """Whether an address like `/api/v1` or `/categories/…` names all routes that begin so."""
    return re.sub(r"\\(.)", r"\1", route).startswith(address.rstrip("/…") + "/")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    lost = []
    prose = re.sub(r"`[^`\n]+`", "", without_blocks(page.read_text(encoding="utf-8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, part = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (part and part not in anchors(file)):
            lost.append(target)

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_the_documents_exists_with_its_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wrong = []
    for line in [*in_blocks(text), *in_code(text)]:
        said = PROGRAMS.match(line.removeprefix("$ "))
        if said and (missing := wrong_in_command(*said.groups())):
            wrong.append(f"{line}: {missing}")

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_that_the_documents_name_is_there(page: Path) -> None:
    lost = []
    for code in in_code(page.read_text(encoding="utf-8")):
        path = code.split(" ")[0].rstrip("/.,")
        if not re.fullmatch(rf"({'|'.join(ROOTS)})/[\w./-]+", path):
            continue
        if not any((ROOT / start / path).exists() for start in SHORT_PATHS):
            lost.append(code)

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_address_of_the_site_that_the_documents_name_is_there(page: Path) -> None:
    shapes = [re.escape(route.split(" ")[1]) for route in WHO_MAY]
    routes = [re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", shape)) for shape in shapes]
    beginnings = {route.split(" ")[1].split("/")[1] for route in WHO_MAY} - {""}
    lost = []
    for code in in_code(page.read_text(encoding="utf-8")):
        said = re.fullmatch(r"(?:(?:GET|POST|PUT|PATCH|DELETE) )?(/[\w/.…{}-]+)(\?\S*)?", code)
        if not said or said[1] in OTHER_SITES or said[1].split("/")[1] not in beginnings:
            continue
        if not any(route.fullmatch(said[1]) or begins(said[1], route.pattern) for route in routes):
            lost.append(code)

    assert lost == []


def test_the_checks_of_documents_find_what_is_wrong() -> None:
    assert wrong_in_command("kb", "serve --port 8000") == ""
    assert wrong_in_command("kb", "user add Ada --role admin") == ""
    assert wrong_in_command("kb", "fly") == "fly"
    assert wrong_in_command("kb", "serve --wings") == "--wings"
    assert wrong_in_command("make", "demo") == ""
    assert wrong_in_command("make", "coffee") == "coffee"
