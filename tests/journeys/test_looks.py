"""Light, dark, more contrast, the reader's own colours, and pages that keep still."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import faint_texts, violations
from tests.journeys.conftest import OpenPage

MAIN_PAGES = (
    "/",
    "/search?q=water+filter",
    "/search?q=how+do+I+bake+bread",
    "/faq/1",
    "/ask",
    "/sign-in",
    "/products",
)
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "light, more contrast": {"color_scheme": "light", "contrast": "more"},
    "dark, more contrast": {"color_scheme": "dark", "contrast": "more"},
}
RING = """(one) => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
  return [outlineStyle, parseFloat(outlineWidth), outlineColor];
}"""
EDGES = """() => [...document.querySelectorAll(
    "button, a.button, input:not([type=hidden]), select")]
  .filter((one) => one.checkVisibility() && !one.closest(".only-programs, .only-read"))
  .filter((one) => !one.matches(".button-link, .menu-list button, .search-box input")
    && one.getBoundingClientRect().width > 2)
  .filter((one) => {
    const style = getComputedStyle(one), page = getComputedStyle(document.body).backgroundColor;
    const lined = style.borderStyle !== "none" && parseFloat(style.borderWidth) >= 1
      && style.borderColor !== page;
    return !lined && [page, "rgba(0, 0, 0, 0)"].includes(style.backgroundColor)
      && style.appearance === "none";
  })
  .map((one) => one.outerHTML.slice(0, 160))"""
"""Controls that have neither a line nor a ground of their own."""
PHONE = {"width": 360, "height": 740}
SMALL = """(least) => [...document.querySelectorAll(
    "a, button, summary, select, label, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility() && !one.closest(".only-read, .only-programs, .prose"))
  .filter((one) => !one.matches("label input, .field label"))
  .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 160)])
  .filter(([box]) => box.width > 2 && box.height < least)
  .map(([box, html]) => `${box.height} px: ${html}`)"""
"""What can be hit and is less tall than this, apart from links in the text of an answer."""
FINGER_PX = 36
ONLY_ON_SCREENS = (".site-header", ".site-footer", ".tags", ".vote", ".related", ".still-stuck")


@pytest.mark.parametrize("look", [name for name in LOOKS if name != "light"])
def test_the_main_pages_can_be_read_in_each_set_of_colours(open_page: OpenPage, look: str) -> None:
    page = open_page("/", locale="en-GB", **LOOKS[look])
    for path in MAIN_PAGES:
        page.goto(path)
        assert faint_texts(page) == [], path


@pytest.mark.parametrize("look", LOOKS)
def test_what_opens_on_a_page_passes_axe(open_page: OpenPage, look: str) -> None:
    page = open_page("/", locale="en-GB", **LOOKS[look])
    page.get_by_role("combobox").press_sequentially("descal", delay=10)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.goto("/faq/1")
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("radio").first).to_be_visible()
    page.get_by_text("Tell me when this answer changes").click()
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []


def test_each_set_has_colours_of_its_own(open_page: OpenPage) -> None:
    def colours(look: str) -> tuple[str, ...]:
        style = "getComputedStyle(document.documentElement).getPropertyValue"
        page = open_page("/", **LOOKS[look])
        names = ("--paper", "--ink", "--ink-faint", "--control-line")
        return tuple(page.evaluate(f"{style}('{name}')") for name in names)

    assert len({colours(look) for look in LOOKS}) == len(LOOKS)


def test_in_the_readers_own_colours_buttons_and_focus_can_be_seen(open_page: OpenPage) -> None:
    page = open_page("/", locale="en-GB", forced_colors="active")
    for path in MAIN_PAGES:
        page.goto(path)
        assert page.evaluate(EDGES) == [], path
    page.goto("/faq/1")
    page.get_by_role("button", name="Yes", exact=True).focus()
    page.keyboard.press("Tab")
    ring(page, "Highlight")
    page.goto("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    box = page.get_by_role("combobox").locator("xpath=..").evaluate(RING)
    assert box[0] != "none"
    assert box[1] >= 2


def ring(page: Page, colour: str) -> None:
    """The focused element has an outline of a system colour."""
    probe = f"""() => {{ const one = document.createElement("i"); one.style.color = "{colour}";
      document.body.append(one); const found = getComputedStyle(one).color;
      one.remove(); return found; }}"""
    style, width, shown = page.evaluate(f"({RING})(document.activeElement)")
    assert (style, shown) == ("solid", page.evaluate(probe))
    assert width >= 2


def test_what_a_finger_hits_is_tall_enough(open_page: OpenPage) -> None:
    page = open_page("/", locale="en-GB", viewport=PHONE, has_touch=True, is_mobile=True)
    for path in MAIN_PAGES:
        page.goto(path)
        assert page.evaluate(SMALL, FINGER_PX) == [], path


def test_on_paper_stands_the_answer_alone(open_page: OpenPage) -> None:
    page = open_page("/faq/1", locale="en-GB")
    for place in ONLY_ON_SCREENS:
        expect(page.locator(place).first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".prose")).to_be_visible()
    for place in ONLY_ON_SCREENS:
        expect(page.locator(place).first).to_be_hidden()


def test_with_reduced_motion_nothing_moves(open_page: OpenPage) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return parseFloat(transitionDuration) > 0 || animationName !== "none";
    }).length"""
    still = open_page("/", reduced_motion="reduce")
    usual = open_page("/", reduced_motion="no-preference")
    assert still.evaluate(moving) == 0
    assert usual.evaluate(moving) > 0
