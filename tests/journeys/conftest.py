"""A real site with the demo company in it, a real mail server, and a real browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from kb.access import Role, Scope
from kb.store.engine import open_engine, transaction
from kb.store.people.accounts import add_account
from kb.store.people.keys import add_api_key
from tests.journeys.mailbox import Mailbox
from tests.ports import kept_port
from tests.waiting import PATIENCE_S, wait_until
from tests.web.mail.smtp_server import running
from web.cli.demo_people import demo_accounts, renew_password

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = PATIENCE_S * 1000
"""How long the browser waits for what must come; a busy machine takes its time."""

OpenPage = Callable[..., Page]


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
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes what the site sends."""
    with running(Mailbox()) as found:
        assert isinstance(found, Mailbox)
        yield found


@pytest.fixture(scope="session")
def site(site_home: Path, mailbox: Mailbox) -> Iterator[str]:
    """Address of `kb serve`, its worker beside it, until the tests are over."""
    settings = {
        "KB_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "KB_MAIL_FROM": "Caldrosa Help <help@caldrosa.example.com>",
        "KB_TRUSTED_PROXIES": "127.0.0.1",
    }
    with served(site_home, **settings) as address:
        yield address


@contextmanager
def served(home: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Address of `kb serve` on this KB_HOME, with a public address, until the block ends."""
    with kept_port() as port:
        address = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [*KB, "serve", "--port", str(port), *arguments],
            env={**environment(home), "KB_PUBLIC_URL": address, **settings},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until_healthy(address, process)
            yield address
        finally:
            # At once: the home is thrown away, and a worker that computes would finish that first.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_S)


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the site serves; fails where it ends or takes too long."""

    def is_healthy() -> bool:
        assert process.poll() is None, "kb serve ended by itself"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=PATIENCE_S) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_until(is_healthy, "the site did not become healthy")


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
def password(site_home: Path) -> str:
    """The one password of all accounts of the demo."""
    engine = open_engine(f"sqlite:///{site_home / 'record.sqlite3'}")
    found = renew_password(engine)
    engine.dispose()
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


READERS = count(1)
"""Each context is another person elsewhere: what one has used up does not stop the next one."""


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Opens a page in a context of its own; nothing may complain in its console.

    `expected` is a pattern of what Chromium complains about though it must come.
    """
    complaints: list[str] = []
    contexts = []

    # A form that comes back with its errors is a 422, which Chromium reports as an error.
    def open_(path: str = "/", *, expected: str = "status of 422", **options: object) -> Page:
        def complain(message: ConsoleMessage) -> None:
            if message.type == "error" and not re.search(expected, message.text):
                complaints.append(f"{page.url}: {message.text}")

        address = f"10.0.{next(READERS)}.1"
        context = browser.new_context(
            base_url=site,
            extra_http_headers={"X-Forwarded-For": address},
            **{"reduced_motion": "reduce", **options},  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", complain)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(open_page: OpenPage, password: str) -> OpenPage:
    """Opens a page of the demo account that has an e-mail address, signed in by the form.

    Its language is that of the account.
    """

    def sign_in_(email: str, path: str = "/", **options: object) -> Page:
        page = open_page("/sign-in", **options)
        send_sign_in(page, email, password)
        name = next(one.name for one in demo_accounts() if one.email == email)
        expect(page.locator(".account-menu > summary")).to_contain_text(name)
        page.goto(path)
        return page

    return sign_in_


def arrived(page: Page) -> None:
    """Wait until the page that came is whole and its scripts have run.

    What is seen of a page is there before: keys that are pressed then go nowhere.
    """
    page.wait_for_load_state("load")


def send_sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the form of /sign-in, in whichever language it is, and send it."""
    page.locator("#email").fill(email)
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
