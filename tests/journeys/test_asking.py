"""A question nobody answered yet: from the search to "solved", with mails between."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from kb.settings import Settings
from tests.journeys.conftest import OpenPage, arrived
from tests.journeys.mailbox import Mailbox, link_in, text_of
from tests.waiting import wait_until
from web.http.asking.stamps import make_stamp

GUEST = "mara.guest@example.com"
TITLE = "Which flour do I need for baking bread?"
ANSWER = "Strong white flour. Ours is the **Caldrosa mill no. 4**."
A_PERSON_NEEDS = """() =>
  performance.now() - performance.getEntriesByType("navigation")[0].responseEnd > 2200"""
"""A form that is sent sooner after it came is taken for a program's."""


def names_in_queue(page: Page) -> list[str]:
    """The questions that wait for an answer, as an agent sees them."""
    page.goto("/desk/questions")
    return page.locator("main table [data-open]").all_inner_texts()


def test_no_answer_leads_to_a_question_that_is_confirmed_answered_and_solved(
    open_page: OpenPage, sign_in: OpenPage, mailbox: Mailbox
) -> None:
    guest = open_page("/search?q=which+flour+for+baking+bread", locale="en-GB")
    expect(guest.get_by_role("heading", name="We have no answer to this yet")).to_be_visible()
    expect(guest.get_by_label("Your question")).to_have_value("which flour for baking bread")
    guest.get_by_role("button", name="Send as a question").click()
    email = guest.get_by_label("Your email address")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(guest.get_by_label("Your question")).to_have_value("which flour for baking bread")

    guest.get_by_label("Your question").fill(TITLE)
    email.fill(GUEST)
    arrived(guest)
    wait_until(lambda: guest.evaluate(A_PERSON_NEEDS))
    guest.get_by_role("button", name="Ask this question").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(guest.get_by_text("Waits for you to confirm it")).to_be_visible()
    private = guest.url.partition("&")[0]

    agent = sign_in("priya@caldrosa.example.com")
    confirm = mailbox.wait_for(GUEST, "Confirm your question")
    assert TITLE not in text_of(confirm)
    link = link_in(confirm, "/ask/confirm")
    assert guest.request.get(link).ok
    assert TITLE not in names_in_queue(agent)

    guest.goto(link)
    guest.get_by_role("button", name="Confirm this question").click()
    expect(guest.get_by_text("With our team")).to_be_visible()
    assert guest.request.get(link).status in (404, 410)
    assert TITLE in names_in_queue(agent)

    number = re.search(r"/q/\d+", private)
    assert number is not None
    stranger = open_page("/", expected="status of 404")
    for path in (number[0], f"{number[0]}?token=guessed"):
        answer = stranger.goto(path)
        assert answer is not None
        assert answer.status == 404

    agent.get_by_role("link", name=TITLE).click()
    agent.get_by_label("Your answer").fill(ANSWER)
    agent.get_by_role("button", name="Preview").click()
    expect(agent.get_by_role("region", name="How it will look")).to_contain_text("mill no. 4")
    agent.get_by_role("button", name="Send the answer", exact=True).click()
    expect(agent.locator(".said-list")).to_contain_text("Caldrosa mill no. 4")

    answered = mailbox.wait_for(GUEST, "Answer to your question")
    assert "Strong white flour" in text_of(answered)
    assert answered["References"] == confirm["Message-ID"]
    assert "/unsubscribe/" in str(answered["List-Unsubscribe"])
    assert link_in(answered, "#more")
    guest.goto(link_in(answered, "#solved"))
    expect(guest.get_by_role("heading", name="Did this solve it?")).to_be_in_viewport()
    guest.get_by_role("button", name="Yes, it is solved").click()
    expect(guest.locator(".question-status")).to_contain_text("Solved")
    agent.goto(number[0])
    expect(agent.get_by_role("region", name="For the team")).to_contain_text("Solved")

    guest.goto("/sign-up")
    guest.get_by_label("Your name").fill("Mara")
    guest.get_by_label("Your email address").fill(GUEST)
    guest.get_by_role("textbox", name="Password").fill("copper kettle in the morning")
    guest.get_by_role("button", name="Sign up").click()
    expect(guest.get_by_role("heading", name="Check your email")).to_be_visible()
    guest.goto(link_in(mailbox.wait_for(GUEST, "Confirm your email address"), "/confirm/"))
    guest.get_by_role("button", name="Confirm the address").click()
    expect(guest.get_by_role("heading", name="My questions")).to_be_visible()
    row = guest.locator(".own-question").filter(has_text=TITLE)
    expect(row).to_contain_text("Solved")


@dataclass
class OfHome:
    """What stamps are signed with."""

    settings: Settings


def test_a_form_that_is_sent_at_once_is_shown_again_with_all_that_was_typed(
    open_page: OpenPage, site_home: Path
) -> None:
    page = open_page("/ask", locale="en-GB")
    page.get_by_label("Your question").fill("May I descale with vinegar at all?")
    page.get_by_label("What happened").fill("Nothing yet.")
    page.get_by_label("Your email address").fill("hasty@example.com")
    # Shown in a minute's time: it is sent at once, however slow the machine is.
    stamp = make_stamp(OfHome(Settings(home=site_home)), shown_at=time.time() + 60)
    page.locator("[name=started]").evaluate("(one, stamp) => { one.value = stamp; }", stamp)
    page.get_by_label("Your email address").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("once more")
    expect(page.get_by_label("What happened")).to_have_value("Nothing yet.")
    expect(page.get_by_label("Your email address")).to_have_value("hasty@example.com")


def test_a_near_answer_under_the_title_closes_the_question_before_it_is_sent(
    open_page: OpenPage, mailbox: Mailbox
) -> None:
    page = open_page("/ask", locale="en-GB")
    page.get_by_label("Your question").fill("How do I descale my Piazza?")
    page.get_by_label("Your question").press("Tab")
    near = page.get_by_role("link", name=re.compile("How do I descale the Piazza"))
    expect(near).to_be_visible()
    page.get_by_role("button", name=re.compile("This answers it")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("descale")
