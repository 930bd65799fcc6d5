"""What customers do, in a real browser against a real site."""

from __future__ import annotations

import re

from playwright.sync_api import expect

PHONE = {"viewport": {"width": 360, "height": 760}}


def has_no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_customer_finds_an_answer_with_the_keyboard_and_votes(open_page):
    page = open_page("/", locale="en-GB")
    page.keyboard.type("how long is the warranty")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=how\+long\+is\+the\+warranty"))

    page.locator("body").press("/")
    expect(page.get_by_role("combobox")).to_be_focused()

    page.get_by_role("link", name=re.compile("How long is the warranty")).press("Enter")
    expect(page).to_have_url(re.compile(r"/faq/\d+-how-long-is-the-warranty"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("warranty")

    page.get_by_role("button", name="Yes").press("Enter")
    expect(page).to_have_url(re.compile(r"#helpful$"))
    expect(page.locator("#helpful")).to_contain_text("Thank")


def test_suggestions_come_while_typing_and_lead_to_the_entry(open_page):
    page = open_page("/", locale="en-GB")
    page.get_by_role("combobox").press_sequentially("descal", delay=30)

    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/faq/\d+-"))


def test_a_search_without_an_answer_says_so_and_carries_the_words_over(open_page):
    page = open_page("/search?q=how+do+I+bake+bread", locale="en-GB")
    expect(page.get_by_role("heading", name="We have no answer to this yet")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("how do I bake bread")

    page.get_by_label("What happened").fill("It does not rise.")
    page.get_by_role("button", name="Ask this question").click()

    expect(page.get_by_role("heading", name="Your question is with us")).to_be_visible()
    expect(page.get_by_text("how do I bake bread").first).to_be_visible()


def test_everything_is_read_asked_and_voted_without_javascript(open_page):
    page = open_page("/", java_script_enabled=False, locale="en-GB")
    page.get_by_role("combobox").or_(page.get_by_role("searchbox")).first.fill("E-07")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("What does error E-07")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("E-07")

    page.get_by_role("button", name="No").click()
    expect(page.locator("#helpful")).to_be_visible()


def test_german_pages_fit_a_phone(open_page):
    page = open_page("/", locale="de-DE", **PHONE)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert has_no_sideways_scroll(page)

    page.goto("/search?q=wie+entkalke+ich+die+maschine")
    page.get_by_role("link", name=re.compile("Wie entkalke ich die Piazza")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("entkalke")
    assert has_no_sideways_scroll(page)


def test_a_wrong_slug_leads_to_the_right_address(open_page):
    page = open_page("/faq/3-something-else")

    expect(page).to_have_url(re.compile(r"/faq/3-what-does-error-e-07"))


def test_what_is_internal_is_nowhere_to_be_found(open_page):
    page = open_page("/search?q=goodwill+e-09", locale="en-GB")

    assert "goodwill" not in page.locator("main").inner_text().lower().replace("goodwill e-09", "")


def test_dark_and_light_have_their_own_colours(open_page):
    def background(scheme):
        page = open_page("/", color_scheme=scheme)
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert background("dark") != background("light")
