"""A real site with the demo company in it, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from kb.access import Role, Scope
from kb.store.engine import open_engine, transaction
from kb.store.people.accounts import add_account
from kb.store.people.keys import add_api_key

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 90


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; CI requires one, a newcomer is told how to get it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        line = "the browser journeys need Chromium: apt install chromium (Debian, Ubuntu)"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(line)
        pytest.skip(line)
    return found


@pytest.fixture(scope="session")
def site_home(
    tmp_path_factory: pytest.TempPathFactory, link_models: Callable[[Path], None]
) -> Path:
    """A KB_HOME with the demo loaded and indexed."""
    home = tmp_path_factory.mktemp("site")
    link_models(home)
    run = subprocess.run(
        [*KB, "demo", "--load-only"], env=environment(home), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return home


KB = [sys.executable, "-c", "from web.cli import main; main()"]


def environment(home: Path) -> dict[str, str]:
    """The variables of a process that serves this KB_HOME."""
    return {**os.environ, "KB_HOME": str(home), "KB_SITE_NAME": "Caldrosa"}


@pytest.fixture(scope="session")
def site(site_home: Path) -> Iterator[str]:
    """Address of `kb serve`, its worker beside it, until the tests are over."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*KB, "serve", "--port", str(port)],
        env=environment(site_home),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "kb serve ended by itself"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site did not become healthy")


@pytest.fixture(scope="session")
def agent_key(site_home: Path) -> str:
    """API key of a support agent."""
    engine = open_engine(f"sqlite:///{site_home / 'record.sqlite3'}")
    with transaction(engine) as conn:
        account = add_account(conn, "Ada", role=Role.AGENT)
        key = add_api_key(conn, account, "journeys", scopes=list(Scope))
    engine.dispose()
    return key


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own; nothing may complain in its console."""
    complaints: list[str] = []
    contexts = []

    def complain(message: ConsoleMessage) -> None:
        # A form that comes back with its errors is a 422, which Chromium reports as an error.
        if message.type == "error" and "status of 422" not in message.text:
            complaints.append(message.text)

    def open_(path: str = "/", **options: object) -> Page:
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", complain)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
