"""Draws the demo's files from their sources: pictures from SVG, cards from HTML.

Run it after a change of `files/sources`: `python data/draw_files.py`. It needs Chromium.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FILES = Path(__file__).parent / "files"
SOURCES = FILES / "sources"
WIDTH = 960


def draw_picture(browser: Browser, source: Path) -> None:
    """Write the PNG of one SVG, 960 px wide."""
    page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH})
    page.set_content(f"<body style='margin:0'>{source.read_text(encoding='utf-8')}</body>")
    page.locator("svg").screenshot(path=FILES / f"{source.stem}.png")
    page.close()


def print_card(browser: Browser, source: Path) -> None:
    """Write the PDF of one HTML page."""
    page = browser.new_page()
    page.goto(source.as_uri())
    name = source.stem.replace(".", "-")
    page.pdf(path=FILES / f"{name}.pdf", prefer_css_page_size=True)
    page.close()


def main() -> None:
    """Draw all of them."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for source in sorted(SOURCES.glob("*.svg")):
            draw_picture(browser, source)
        for source in sorted(SOURCES.glob("*.html")):
            print_card(browser, source)
        browser.close()


if __name__ == "__main__":
    main()
