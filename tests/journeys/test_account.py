"""An account's life: signed up, confirmed, used on two devices, renewed, taken along, erased."""

from __future__ import annotations

import json
import re
import zipfile

from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage, send_sign_in
from tests.journeys.mailbox import Mailbox, link_in

PERSON = "nora@example.com"
FIRST = "seven cups before noon"
SECOND = "eight cups before dusk"
QUESTION = "Does the Duetta fit under a shelf of 38 cm?"


def sign_up(page: Page, mailbox: Mailbox) -> str:
    """Fill in the form and return the link that its mail has."""
    page.goto("/sign-up?locale=en")
    page.get_by_label("Your name").fill("Nora")
    page.get_by_label("Your email address").fill(PERSON)
    page.get_by_role("textbox", name="Password").fill("short")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Your email address")).to_have_value(PERSON)
    page.get_by_role("textbox", name="Password").fill(FIRST)
    page.get_by_role("button", name="Show: Password").click()
    expect(page.get_by_role("textbox", name="Password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    return link_in(mailbox.wait_for(PERSON, "Confirm your email address"), "/confirm/")


def is_let_in(page: Page, password: str) -> bool:
    """Whether signing in works; else there is a reason, or the mail that is still to be opened."""
    page.goto("/sign-in?locale=en")
    send_sign_in(page, PERSON, password)
    inside = page.locator("form[action='/sign-out']")
    outside = page.get_by_role("alert").or_(page.get_by_role("heading", name="Check your email"))
    expect(inside.or_(outside)).to_have_count(1)
    return inside.count() == 1


def test_the_whole_life_of_an_account(open_page: OpenPage, mailbox: Mailbox) -> None:
    laptop = open_page("/", locale="en-GB")
    link = sign_up(laptop, mailbox)
    phone = open_page("/", locale="en-GB", viewport={"width": 360, "height": 760})
    assert not is_let_in(phone, FIRST)
    assert laptop.request.get(link).ok
    assert not is_let_in(phone, FIRST)
    laptop.goto(link)
    laptop.get_by_role("button", name="Confirm the address").click()
    expect(laptop).to_have_url(re.compile("/account/questions"))

    laptop.goto("/ask")
    laptop.get_by_label("Your question").fill(QUESTION)
    laptop.get_by_role("button", name="Ask this question").click()
    expect(laptop.get_by_text("With our team")).to_be_visible()
    laptop.goto("/account/questions")
    expect(laptop.get_by_role("link", name=QUESTION)).to_be_visible()

    assert is_let_in(phone, FIRST)
    phone.goto("/account/devices")
    expect(phone.locator(".own-rows > li")).to_have_count(2)
    phone.get_by_role("button", name="Sign out everywhere").click()
    expect(phone.get_by_role("status").first).to_contain_text("here and everywhere else")
    laptop.goto("/account")
    expect(laptop).to_have_url(re.compile(r"/sign-in\?next="))

    phone.goto("/forgotten-password")
    phone.get_by_label("Your email address").fill(PERSON)
    phone.get_by_role("button", name="Send me a link").click()
    reset = link_in(mailbox.wait_for(PERSON, "Choose a new password"), "/new-password/")
    phone.goto(reset)
    phone.get_by_role("textbox", name="New password").fill(SECOND)
    phone.get_by_role("button", name="Set the password").click()
    expect(phone.locator(".account-menu > summary")).to_contain_text("Nora")
    mailbox.wait_for(PERSON, "was changed")
    assert phone.request.get(reset).status in (404, 410)
    assert not is_let_in(laptop, FIRST)
    assert is_let_in(laptop, SECOND)
    check_consents(laptop)
    check_data(laptop)
    erase(laptop)
    assert not is_let_in(phone, SECOND)


def check_consents(page: Page) -> None:
    """Agree to one purpose, and take it back."""
    page.goto("/account/consents")
    purpose = page.locator(".purpose").first
    expect(purpose).to_contain_text("You have not agreed")
    purpose.get_by_role("button", name=re.compile("^I agree")).click()
    expect(purpose).to_contain_text("You agreed on")
    purpose.get_by_role("button", name=re.compile("^Withdraw")).click()
    expect(purpose).to_contain_text("You have not agreed")
    expect(page.locator(".history li")).to_have_count(1)
    expect(page.locator(".history")).to_contain_text("withdrawn on")


def check_data(page: Page) -> None:
    """The zip holds what was asked, and what was agreed to."""
    page.goto("/account/data")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download my data").click()
    assert coming.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(coming.value.path()) as data:
        texts = [data.read(name).decode() for name in data.namelist() if name.endswith(".json")]
    assert all(json.loads(text) is not None for text in texts)
    whole = "".join(texts)
    assert QUESTION in whole
    assert PERSON in whole
    assert "argon2" not in whole


def erase(page: Page) -> None:
    """Have the account erased; what must be typed is asked for once more where it is not."""
    page.get_by_role("link", name="Go on to erase my account").click()
    page.get_by_role("radio", name="Delete it too").check()
    page.get_by_role("button", name="Erase my account for good").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("radio", name="Delete it too")).to_be_checked()
    page.get_by_label("to confirm").fill(PERSON)
    page.get_by_role("button", name="Erase my account for good").click()
    expect(page.get_by_role("heading", name="Your account is erased")).to_be_visible()
    page.goto("/account")
    expect(page).to_have_url(re.compile("/sign-in"))
