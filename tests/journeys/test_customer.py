"""What customers do with the keyboard alone, in a real browser against a real site."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenPage, arrived

FOCUS_RING = """() => {
  const one = document.activeElement;
  if (!one.matches(":focus-visible")) return "not focus-visible: " + one.outerHTML.slice(0, 120);
  for (let at = one, up = 0; at && up < 3; at = at.parentElement, up++) {
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) return "";
    if (at.matches(".search-box") && getComputedStyle(at).boxShadow.includes("3px")) return "";
  }
  return "no ring: " + one.outerHTML.slice(0, 120);
}"""
"""Says what is wrong with how the focused element shows that it is."""


def tab_to(page: Page, wanted: Locator, *, most: int = 60) -> None:
    """Press Tab until an element has the focus; each on the way shows it, and is on the screen."""
    arrived(page)
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_RING) == ""
        if wanted.evaluate("(one) => one === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
    raise AssertionError(f"{wanted} was not reached with {most} presses of Tab")


def test_with_the_keyboard_alone_from_the_home_page_to_an_answer_and_a_vote(
    open_page: OpenPage,
) -> None:
    page = open_page("/", locale="en-GB")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("warrantee for the", delay=10)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-live]")).to_contain_text("Use the arrow keys")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    expect(field).to_have_attribute("aria-activedescendant", str(chosen))
    page.keyboard.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", str(chosen))
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("warrantee for the")

    page.keyboard.press("Control+a")
    page.keyboard.type("how long is the warranty")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=how\+long\+is\+the\+warranty"))
    result = page.get_by_role("link", name=re.compile("How long is the warranty"))
    tab_to(page, result)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/faq/\d+-how-long-is-the-warranty"))
    arrived(page)

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Yes", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you. Good to know")).to_be_focused()

    tab_to(page, page.get_by_role("button", name="It did not help after all"), most=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What was wrong?")).to_be_focused()
    tab_to(page, page.get_by_role("radio").first, most=2)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="It is out of date")).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Send the reason"), most=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We will look at this answer")).to_be_focused()
    page.reload()
    expect(page.get_by_role("radio", name="It is out of date")).to_be_checked()

    header = page.get_by_role("combobox")
    page.keyboard.press("/")
    expect(header).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("Control+k")
    expect(header).to_be_focused()
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_suggestion_leads_to_its_entry_and_nothing_found_is_said_aloud(
    open_page: OpenPage,
) -> None:
    page = open_page("/", locale="en-GB")
    page.get_by_role("combobox").press_sequentially("qqqzzz", delay=10)
    expect(page.locator("[data-live]")).to_contain_text("No suggestions")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("combobox").fill("")
    page.get_by_role("combobox").press_sequentially("descal", delay=10)
    expect(page.get_by_role("option", name=re.compile("descale the Piazza"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/faq/\d+-"))


def test_a_wrong_slug_leads_to_the_right_address(open_page: OpenPage) -> None:
    page = open_page("/faq/3-something-else")

    expect(page).to_have_url(re.compile(r"/faq/3-what-does-error-e-07"))


def test_what_is_internal_is_found_by_the_team_alone(
    open_page: OpenPage, sign_in: OpenPage
) -> None:
    path = "/search?q=goodwill+after+the+end+of+the+warranty+e-09"
    title = re.compile("Agents: goodwill for E-09")
    guest = open_page(path, locale="en-GB")
    expect(guest.get_by_role("heading", level=1)).to_be_attached()
    assert guest.get_by_role("link", name=title).count() == 0
    agent = sign_in("priya@caldrosa.example.com", path)
    expect(agent.get_by_role("link", name=title)).to_be_visible()
