"""Takes the pictures in docs/screenshots from the demo: `make screenshots`. Needs Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from kb.store.engine import open_engine
from web.cli.demo_people import renew_password

FOLDER = Path(__file__).parent / "screenshots"
KB = [sys.executable, "-c", "from web.cli import main; main()"]
START_TIMEOUT_S = 120
DESKTOP = (1280, 860)
PHONE = (360, 760)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which page, for whom, how large, light or dark, in which language."""

    name: str
    path: str
    account: str | None = None
    size: tuple[int, int] = DESKTOP
    dark: bool = False
    locale: str = "en"
    typed: str = ""


SHOTS = (
    Shot("home", "/"),
    Shot("home-dark", "/", dark=True),
    Shot("home-phone-de", "/", size=PHONE, locale="de"),
    Shot("suggestions", "/", typed="desca"),
    Shot("results", "/search?q=the+orange+light+will+not+go+off"),
    Shot("no-answer", "/search?q=how+do+I+bake+bread"),
    Shot("entry", "/search?q=descale+the+piazza"),
    Shot("entry-phone-de", "/search?q=Piazza+entkalken", size=PHONE, locale="de"),
    Shot("ask", "/ask?title=The+pump+hums+every+twenty+minutes"),
    Shot("product", "/products/piazza"),
    Shot("my-questions", "/account/questions", account="clara@example.com"),
    Shot("account-de", "/account", account="bernd@example.com", locale="de"),
    Shot("desk-topics", "/desk/topics", account="priya@caldrosa.example.com"),
    Shot("outbox", "/admin/outbox", account="jonas@caldrosa.example.com"),
)


@contextmanager
def demo_site(home: Path) -> Iterator[str]:
    """Serve the demo from a KB_HOME and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "KB_HOME": str(home), "KB_SITE_NAME": "Caldrosa"}
    subprocess.run([*KB, "demo", "--load-only"], env=environment, check=True)
    process = subprocess.Popen(
        [*KB, "serve", "--port", str(port)],
        env={**environment, "KB_PUBLIC_URL": address},
        start_new_session=True,
    )
    try:
        _wait_for(address)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the demo did not start")


def take(browser: Browser, address: str, shot: Shot, password: str) -> None:
    """Take one picture."""
    width, height = shot.size
    context = browser.new_context(
        base_url=address,
        locale=shot.locale,
        color_scheme="dark" if shot.dark else "light",
        viewport={"width": width, "height": height},
        device_scale_factor=1.5,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if shot.account is not None:
        _sign_in(page, shot.account, password)
    page.goto(shot.path)
    if shot.name.startswith("entry"):
        page.locator(".result-title a").first.click()
        page.wait_for_load_state()
    if shot.typed:
        page.locator("[data-search-field]").first.press_sequentially(shot.typed, delay=20)
        page.get_by_role("option").first.wait_for()
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").first.fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def main() -> None:
    """Take all pictures, or those that are named."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("screenshots need Chromium: apt install chromium (Debian, Ubuntu)")
    wanted = set(sys.argv[1:])
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(os.environ.get("KB_HOME", folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with demo_site(home) as address:
            engine = open_engine(f"sqlite:///{home / 'record.sqlite3'}")
            password = renew_password(engine)
            engine.dispose()
            for shot in SHOTS:
                if not wanted or shot.name in wanted:
                    take(browser, address, shot, password)
        browser.close()


if __name__ == "__main__":
    main()
