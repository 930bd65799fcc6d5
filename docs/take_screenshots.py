"""Takes the pictures in docs/screenshots from the demo: `make screenshots`. Needs Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from kb.store.engine import open_engine
from tests.journeys.conftest import BROWSER_ARGUMENTS, KB, environment, send_sign_in, served
from web.cli.demo_people import renew_password

FOLDER = Path(__file__).parent / "screenshots"
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
        page.goto("/sign-in")
        with page.expect_navigation():
            send_sign_in(page, shot.account, password)
    page.goto(shot.path)
    if shot.name.startswith("entry"):
        page.locator(".result-title a").first.click()
        page.wait_for_load_state()
    if shot.typed:
        page.locator("[data-search-field]").first.press_sequentially(shot.typed, delay=20)
        page.get_by_role("option").first.wait_for()
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def main() -> None:
    """Take all pictures, or those that are named."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("screenshots need Chromium: apt install chromium (Debian, Ubuntu)")
    wanted = set(sys.argv[1:])
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(os.environ.get("KB_HOME", folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        subprocess.run([*KB, "demo", "--load-only"], env=environment(home), check=True)
        with served(home) as address:
            engine = open_engine(f"sqlite:///{home / 'record.sqlite3'}")
            password = renew_password(engine)
            engine.dispose()
            for shot in SHOTS:
                if not wanted or shot.name in wanted:
                    take(browser, address, shot, password)
        browser.close()


if __name__ == "__main__":
    main()
