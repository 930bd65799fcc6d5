"""All that matters works without JavaScript: plain forms and links."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage, send_sign_in
from tests.journeys.mailbox import Mailbox, link_in

GUEST = "plain.guest@example.com"
TITLE = "Is there a spare knob for the steam valve in red?"


def press_until_taken(page: Page, button: str, heading: str) -> None:
    """Send a form that wants to be looked at for two seconds; it comes back as it was."""
    taken = page.get_by_role("heading", name=heading)
    for _ in range(50):
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        if taken.count():
            return
        expect(page.get_by_label("Your question")).to_have_value(TITLE)
        expect(page.get_by_label("Your email address")).to_have_value(GUEST)
    raise AssertionError(f"no {heading!r} after many tries")


def test_searching_reading_and_voting_need_no_javascript(open_page: OpenPage) -> None:
    page = open_page("/", java_script_enabled=False, locale="en-GB")
    page.get_by_role("searchbox").fill("water filter")
    page.get_by_role("button", name="Search", exact=True).click()
    before = page.get_by_role("heading", name=re.compile(r"^\d+ answers$")).inner_text()
    facets = page.get_by_role("complementary", name="Filter")
    facets.get_by_role("link", name=re.compile("Piazza")).first.click()
    expect(page).to_have_url(re.compile("product="))
    after = page.get_by_role("heading", name=re.compile(r"^\d+ answers?$")).inner_text()
    assert int(after.split()[0]) < int(before.split()[0])

    page.goto("/search?q=E-07")
    page.get_by_role("link", name=re.compile("What does error E-07")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("E-07")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("radio", name="It is hard to understand").check()
    page.get_by_role("button", name="Send the reason").click()
    expect(page).to_have_url(re.compile(r"#helpful$"))
    expect(page.get_by_role("radio", name="It is hard to understand")).to_be_checked()
    page.get_by_role("button", name="It helped after all").click()
    expect(page.get_by_role("heading", name="Thank you. Good to know")).to_be_visible()

    languages = page.locator(".languages")
    languages.get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    languages.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_asking_confirming_signing_in_and_unsubscribing_need_no_javascript(
    open_page: OpenPage, mailbox: Mailbox, password: str
) -> None:
    page = open_page("/ask", java_script_enabled=False, locale="en-GB")
    page.get_by_label("Your question").fill(TITLE)
    page.get_by_label("Your email address").fill(GUEST)
    press_until_taken(page, "Ask this question", "Please open the email that we sent")
    page.goto(link_in(mailbox.wait_for(GUEST, "Confirm your question"), "/ask/confirm"))
    page.get_by_role("button", name="Confirm this question").click()
    expect(page.get_by_role("heading", name="Your question is with us")).to_be_visible()
    page.get_by_text("Add something to your question").click()
    page.get_by_label("What you want to add").fill("The old one is black.")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator(".said-list")).to_contain_text("The old one is black.")

    agent = open_page("/sign-in", java_script_enabled=False, locale="en-GB")
    send_sign_in(agent, "priya@caldrosa.example.com", password)
    expect(agent.locator(".account-menu form")).to_have_count(1)
    agent.goto("/desk/questions")
    agent.get_by_role("link", name=TITLE).click()
    agent.get_by_label("Your answer").fill("Yes: number 4471.")
    agent.get_by_role("button", name="Send it and mark as solved").click()
    expect(agent.locator(".said-list")).to_contain_text("number 4471")
    agent.locator(".account-menu > summary").click()
    agent.get_by_role("button", name="Sign out").click()
    expect(agent.locator(".account-menu form")).to_have_count(0)

    page.goto(link_in(mailbox.wait_for(GUEST, "Answer to your question"), "/unsubscribe/"))
    expect(page.get_by_role("heading", name="Stop these emails?")).to_be_visible()
    page.get_by_role("button", name="Stop these emails").click()
    expect(page.get_by_role("heading", name="No more email about this")).to_be_visible()


def test_an_account_changes_its_language_without_javascript(sign_in: OpenPage) -> None:
    page = sign_in("clara@example.com", "/account", java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/account"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto")
    page.goto("/?locale=en")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
