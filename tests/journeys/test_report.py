"""What a support lead does with the report: opens the file, looks around, finds a topic."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import KB, environment
from tests.waiting import wait_until


@pytest.fixture(scope="session")
def report(site_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report about the demo's record."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    ran = subprocess.run(
        [*KB, "report", "--out", path], env=environment(site_home), capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return path


@pytest.fixture
def open_report(browser: Browser, report: Path) -> Iterator[Callable[..., Page]]:
    """Opens the file; it may ask for nothing, and nothing may complain."""
    complaints: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(asked) == {report.as_uri()}


TWO_FRAMES = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


def picture(page: Page, *, other_than: str = "") -> str:
    """What the map shows once it keeps still and is another one than before."""
    drawn: list[str] = []

    def keeps_still() -> bool:
        page.evaluate(TWO_FRAMES)
        drawn.append(page.evaluate("document.getElementById('map').toDataURL()"))
        return drawn[-3:] == [drawn[-1]] * 3 and drawn[-1] != other_than

    wait_until(keeps_still, "the map goes on moving, or does not move")
    return drawn[-1]


def test_the_map_zooms_by_wheel_button_and_key_and_comes_back(
    open_report: Callable[..., Page],
) -> None:
    page = open_report(viewport={"width": 1280, "height": 1400})
    whole = picture(page)

    page.locator("#map").hover()
    page.mouse.wheel(0, -400)
    nearer = picture(page, other_than=whole)
    page.get_by_role("button", name="Zoom in").click()
    nearest = picture(page, other_than=nearer)
    page.locator("#map").focus()
    page.keyboard.press("0")
    page.mouse.move(2, 2)
    assert picture(page, other_than=nearest) == whole
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    moved = picture(page, other_than=whole)
    page.get_by_role("button", name="Show all").click()
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    assert picture(page, other_than=moved) == whole


def test_a_dot_tells_its_question_and_a_click_chooses_its_topic(
    open_report: Callable[..., Page],
) -> None:
    page = open_report(viewport={"width": 1280, "height": 1400})
    first = page.locator("#topic-list button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    chosen = page.locator("#map-chosen")
    label = first.locator(".list-label").inner_text()
    expect(chosen).to_contain_text(label)
    page.get_by_role("button", name="Let go of this topic").click()
    expect(chosen).to_be_empty()

    page.locator("#map").focus()
    page.keyboard.press("+")
    tip = page.locator("#map-tip")
    expect(tip).to_be_visible()
    assert len(tip.inner_text()) > 10
    page.keyboard.press("Enter")
    pressed = page.locator("#topic-list button[aria-pressed=true]")
    if pressed.count():
        expect(chosen).to_contain_text(pressed.locator(".list-label").inner_text())
        chosen.get_by_role("link", name="Examples and trend").click()
        expect(page.locator("tr.is-chosen details[open]")).to_have_count(1)


def test_the_filter_narrows_list_and_tables(open_report: Callable[..., Page]) -> None:
    page = open_report()
    every = page.locator("#topic-list button").count()
    page.get_by_label("Filter topics").fill("machine")
    expect(page.locator("#topic-list button")).not_to_have_count(every)
    found = page.locator("#topic-list button").count()
    assert 0 < found < every
    expect(page.locator("#filter-count")).to_have_text(f"{found} of {every} topics")
    expect(page.locator("tr[data-topic]:not([hidden])")).to_have_count(found)

    page.get_by_label("Filter topics").fill("nobody asks this")
    expect(page.locator("#topic-list")).to_have_text("No topic has these words.")
    page.get_by_label("Filter topics").press("Escape")
    expect(page.locator("#topic-list button")).to_have_count(every)


COLOURS = """() => {
  const map = document.getElementById("map");
  const bytes = map.getContext("2d").getImageData(0, 0, map.width, map.height).data;
  const seen = new Set();
  for (let i = 0; i < bytes.length; i += 4) if (bytes[i + 3] > 250)
    seen.add((bytes[i] >> 4) * 256 + (bytes[i + 1] >> 4) * 16 + (bytes[i + 2] >> 4));
  return seen.size;
}"""
"""How many colours the map has."""


@pytest.mark.parametrize("width", [360, 768, 1280, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_the_map_is_drawn(
    open_report: Callable[..., Page], width: int, scheme: str
) -> None:
    page = open_report(viewport={"width": width, "height": 800}, color_scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wait_until(lambda: page.evaluate(COLOURS) > 10, lambda: page.evaluate(COLOURS))


def test_fingers_choose_and_the_page_still_scrolls(open_report: Callable[..., Page]) -> None:
    page = open_report(viewport={"width": 360, "height": 760}, has_touch=True, is_mobile=True)
    expect(page.locator("#map")).to_have_css("touch-action", "pan-y")

    button = page.locator("#topic-list button").first
    button.tap()
    expect(page.locator("#map-chosen")).to_contain_text(button.locator(".list-label").inner_text())


def test_without_a_script_tables_say_it_all(open_report: Callable[..., Page]) -> None:
    page = open_report(java_script_enabled=False)

    expect(page.get_by_text("The map needs JavaScript")).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("questions are"))
    expect(page.locator("tr[data-topic] svg.spark").first).to_be_visible()
    expect(page.get_by_role("heading", name="How far answers would get")).to_be_visible()
