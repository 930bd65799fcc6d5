"""What somebody wrote stays theirs: a session that ended meanwhile, and a second question."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage, arrived, send_sign_in
from tests.waiting import wait_until

CLARA = "clara@example.com"
PRIYA = "priya@caldrosa.example.com"
MARTA = "marta@caldrosa.example.com"
WRITTEN = "It squeaks again since this morning,\nand there is a smell of rubber."
DRAFT = "() => localStorage.getItem('kundig-draft-ask')"


def test_who_was_signed_out_while_writing_finds_the_text_in_the_form_again(
    sign_in: OpenPage, password: str
) -> None:
    page = sign_in(CLARA, "/account/questions", expected="status of 403")
    page.locator(".own-title a").last.click()
    arrived(page)
    address = page.url
    page.locator("details.more > summary").click()
    page.locator("#body").fill(WRITTEN)
    page.context.clear_cookies()

    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in any more")
    expect(page.get_by_label("What you wrote")).to_have_value(WRITTEN)
    arrived(page)
    page.locator("main").get_by_role("link", name="Sign in").click()
    send_sign_in(page, CLARA, password)

    expect(page).to_have_url(address)
    body = page.locator("#body")
    expect(body).to_have_value(WRITTEN)
    expect(body).to_be_visible()
    expect(body).to_be_focused()
    expect(page.locator("main")).to_contain_text("This is what you wrote before.")

    page.reload()
    arrived(page)
    expect(body).to_have_value("")


def test_nobody_else_who_signs_in_there_finds_the_text(sign_in: OpenPage, password: str) -> None:
    page = sign_in(CLARA, "/account/questions")
    page.locator(".own-title a").last.click()
    arrived(page)
    address = page.url
    page = sign_in(PRIYA, address, expected="status of 403")
    page.get_by_label("Your answer").fill(WRITTEN)
    page.context.clear_cookies()
    page.get_by_role("button", name="Send the answer", exact=True).click()
    expect(page.get_by_label("What you wrote")).to_have_value(WRITTEN)
    arrived(page)
    page.locator("main").get_by_role("link", name="Sign in").click()
    send_sign_in(page, MARTA, password)

    expect(page).to_have_url(address)
    arrived(page)
    expect(page.locator("textarea[name=body]")).to_have_value("")
    assert page.evaluate("() => sessionStorage.getItem('kundig-written-text')") is None


def test_a_second_question_that_was_begun_outlives_a_look_at_the_first(
    sign_in: OpenPage,
) -> None:
    page = sign_in(CLARA, "/ask")
    page.get_by_label("Your question").fill("Where do I put the beans of my second mill?")
    page.get_by_role("button", name="Ask this question").click()
    expect(page.locator("[data-sent]")).to_be_visible()
    arrived(page)
    assert "sent=" not in page.url
    assert page.evaluate(DRAFT) is None

    page.goto("/ask")
    arrived(page)
    page.get_by_label("Your question").fill("And how loud may it be at night?")
    wait_until(lambda: page.evaluate(DRAFT))
    page.go_back()
    arrived(page)
    expect(page.locator("[data-sent]")).to_have_count(0)
    assert "at night" in page.evaluate(DRAFT)


def test_the_slash_asks_for_the_search_also_where_its_field_is_focused_already(
    open_page: OpenPage,
) -> None:
    page = open_page("/", locale="en-GB")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    arrived(page)
    page.keyboard.press("/")
    expect(field).to_have_value("")
    expect(page.get_by_role("listbox")).to_be_visible()

    page.keyboard.type("and/or")
    expect(field).to_have_value("and/or")
