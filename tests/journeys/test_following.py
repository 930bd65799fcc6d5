"""Following an entry by mail, as a guest and with an account, and stopping it again."""

from __future__ import annotations

import re
import urllib.request

from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage
from tests.journeys.mailbox import Mailbox, link_in, one_click_address, text_of
from tests.waiting import PATIENCE_S

GUEST = "leo.guest@example.com"
CUSTOMER = "clara@example.com"
SEARCH = "/api/v1/search?q=which+grind+setting+for+espresso&lang=en"


def test_a_followed_entry_is_mailed_when_it_changes_until_one_click_ends_it(
    open_page: OpenPage, sign_in: OpenPage, mailbox: Mailbox, agent_key: str
) -> None:
    guest = open_page("/search?q=which+grind+setting+for+espresso", locale="en-GB")
    guest.get_by_role("link", name=re.compile("Which grind setting")).click()
    expect(guest).to_have_url(re.compile(r"/faq/\d+"))
    path = guest.url
    found = re.search(r"/faq/(\d+)", path)
    assert found is not None
    guest.get_by_text("Tell me when this answer changes").click()
    guest.get_by_label("Your email address").fill("leo@")
    guest.get_by_role("button", name="Follow", exact=True).click()
    expect(guest.get_by_label("Your email address")).to_have_attribute("aria-invalid", "true")
    expect(guest.get_by_label("Your email address")).to_have_value("leo@")
    guest.get_by_label("Your email address").fill(GUEST)
    guest.get_by_role("button", name="Follow", exact=True).click()
    expect(guest.get_by_role("heading", name="Check your email")).to_be_visible()

    customer = sign_in(CUSTOMER, path)
    customer.get_by_text("Tell me when this answer changes").click()
    customer.get_by_role("button", name="Follow", exact=True).click()
    expect(customer.get_by_text("You follow this").first).to_be_visible()

    guest.goto(link_in(mailbox.wait_for(GUEST, "Confirm that you want email"), "/watch/confirm/"))
    guest.get_by_role("button", name="Yes, tell me by email").click()
    expect(guest.get_by_role("heading", name="You follow this now")).to_be_visible()

    def change(answer: str) -> None:
        entry = f"/api/v1/entries/{found[1]}"
        key = {"authorization": f"Bearer {agent_key}"}
        revision = agent.request.get(entry, headers=key).json()["revision"]
        body = {"revision": revision, "answer": answer}
        assert agent.request.patch(entry, headers=key, data=body).ok

    agent = open_page("/robots.txt", expected="status of 404")
    change("Begin at step **9** from now on.")
    first = mailbox.wait_for(GUEST, "Changed answer")
    mailbox.wait_for(CUSTOMER, "Changed answer")
    assert "step 9" in text_of(first).replace("*", "")
    assert link_in(first, "/faq/").startswith(path.partition("/faq/")[0])

    opened = link_in(first, "/unsubscribe/")
    assert guest.request.get(opened).ok
    one_click = urllib.request.Request(
        one_click_address(first),
        data=b"List-Unsubscribe=One-Click",
        headers={"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"},
    )
    with urllib.request.urlopen(one_click, timeout=PATIENCE_S) as answer:
        assert answer.status == 200
    change("Begin at step **10** from now on.")
    mailbox.wait_for(CUSTOMER, "Changed answer", number=2)
    assert len(mailbox.mails_to(GUEST, "Changed answer")) == 1

    guest.goto(opened)
    expect(guest.get_by_role("heading", name="No more email about this")).to_be_visible()
    guest.get_by_role("button", name="Follow it again").click()
    expect(guest.get_by_role("heading", name="Stop these emails?")).to_be_visible()

    customer.goto("/account/watches")
    row = customer.locator(".watches-row").filter(has_text="Which grind setting")
    row.get_by_role("button", name="Stop following").click()
    expect(row).to_have_count(0)
