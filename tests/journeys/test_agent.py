"""What support agents do, in a real browser against a real site."""

from __future__ import annotations

import re

from playwright.sync_api import expect

ANSWER = """Since app 4.2 every machine must be paired once more.

1. Delete the machine in the phone's Bluetooth settings.
2. Open *Machine › Pair* in the app and hold the machine's pairing button for 5 seconds.
"""


def test_a_guest_does_not_get_to_the_desk(open_page):
    page = open_page("/desk/topics", locale="en-GB")

    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_wrong_key_is_refused_with_a_reason(open_page):
    page = open_page("/sign-in", locale="en-GB")
    page.get_by_label("Your key").fill("kb_wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator("[role=alert], .error-summary").first).to_be_visible()


def test_an_agent_promotes_a_topic_and_customers_find_it_within_a_second(open_page, agent_key):
    page = open_page("/sign-in", locale="en-GB")
    page.get_by_label("Your key").fill(agent_key)
    page.get_by_role("button", name="Sign in").click()

    page.goto("/desk/topics")
    row = page.get_by_role("row").filter(has_text=re.compile("machine found|app", re.IGNORECASE))
    row.get_by_role("link").first.click()
    page.get_by_role("textbox", name="Title").fill("Why does the app not find my machine any more?")
    page.get_by_role("textbox", name="Answer").fill(ANSWER)
    page.get_by_role("button", name=re.compile("Publish")).click()
    expect(page.get_by_role("button", name=re.compile("Publish"))).to_have_count(0)
    expect(page.locator(".error-summary")).to_have_count(0)

    customer = open_page("/", locale="en-GB")
    found = customer.get_by_role("link", name=re.compile("Why does the app not find my machine"))
    for _ in range(20):
        customer.goto("/search?q=app+cannot+find+my+machine+any+more")
        if found.count():
            break
        customer.wait_for_timeout(250)
    expect(found.first).to_be_visible()
