"""What support agents do, in a real browser against a real site."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import OpenPage, arrived
from tests.waiting import wait_until

QUEUE = "/desk/topics"
AGENT = "priya@caldrosa.example.com"
MODERATOR = "marta@caldrosa.example.com"
TITLE = "Why does the app not find my machine any more?"
SEARCH = "app does not find my machine any more"


def figure(page: Page, name: str) -> Locator:
    """One of the figures at the top of a topic."""
    return (
        page.locator(".figures > div").filter(has=page.locator("dt", has_text=name)).locator("dd")
    )


def members(page: Page) -> Locator:
    """The boxes of the list of all questions."""
    return page.locator(".member-rows input[type=checkbox]")


def open_first_with_draft(page: Page) -> None:
    """Open the first topic of the queue whose replies say enough to quote one."""
    for place in range(10):
        page.goto(QUEUE)
        page.locator(".table-topics tbody [data-open]").nth(place).press("Enter")
        expect(page.get_by_role("heading", name="Next step")).to_be_visible()
        arrived(page)
        if page.get_by_role("link", name="Start from this draft").count():
            return
    raise AssertionError("no draft among the first ten topics")


def undo(page: Page) -> None:
    """Take back what the notice tells of."""
    page.get_by_role("status").get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("status").get_by_text("taken back")).to_be_visible()


def test_a_guest_does_not_get_to_the_desk(open_page: OpenPage) -> None:
    page = open_page(QUEUE, locale="en-GB")

    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_customer_does_not_get_to_the_desk(sign_in: OpenPage) -> None:
    page = sign_in("clara@example.com", QUEUE, expected="status of 403")

    expect(page.get_by_role("heading", level=1)).to_contain_text("not open to you")


def test_a_key_lets_an_agent_in_and_a_wrong_one_is_refused_with_a_reason(
    open_page: OpenPage, agent_key: str
) -> None:
    page = open_page("/sign-in", locale="en-GB")
    page.get_by_text("With a key, for our team").click()
    page.get_by_label("Your key").fill("kb_wrong")
    page.get_by_role("button", name="Sign in with the key").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Your key").fill(agent_key)
    page.get_by_role("button", name="Sign in with the key").click()
    expect(page).to_have_url(re.compile(QUEUE))


def test_an_agent_works_through_the_top_topic_by_keyboard(
    open_page: OpenPage, sign_in: OpenPage
) -> None:
    page = sign_in(AGENT, QUEUE)
    top = page.locator(".table-topics tbody [data-open]").first
    label = top.inner_text()
    page.keyboard.press("j")
    expect(top).to_be_focused()
    page.keyboard.press("Enter")

    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(label)
    expect(page.get_by_role("heading", name="Next step")).to_be_visible()
    arrived(page)
    evidence = page.get_by_role("region", name="What customers find").get_by_role("row")
    assert evidence.count() > 1
    size = figure(page, "Questions").inner_text()

    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert members(page).evaluate_all("boxes => boxes.filter(box => box.checked).length") == 2
    page.get_by_role("button", name="Split the ticked ones off").press("Enter")
    expect(figure(page, "Questions")).to_have_text("2")
    undo(page)
    expect(title).to_have_text(label)
    expect(figure(page, "Questions")).to_have_text(size)

    near = page.get_by_role("region", name="Nearest topics")
    near.get_by_role("button", name=re.compile("^Merge ")).first.press("Enter")
    expect(figure(page, "Questions")).not_to_have_text(size)
    undo(page)
    page.goto(QUEUE)
    page.locator(".table-topics").get_by_role("link", name=label).press("Enter")
    expect(figure(page, "Questions")).to_have_text(size)

    typical = page.get_by_role("region", name="Typical questions")
    typical.get_by_text("Does not belong here?").first.press("Enter")
    stray = typical.locator("li > p").first.inner_text()
    typical.get_by_role("button", name="Not a question").first.press("Enter")
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    expect(title).to_have_text(label)
    page.get_by_role("link", name="Not questions").press("Enter")
    page.get_by_role("link", name=re.compile("^No question")).press("Enter")
    expect(page.get_by_role("row").nth(1)).to_contain_text(stray.split("\n")[0][:40])

    open_first_with_draft(page)
    page.get_by_role("link", name="Start from this draft").press("Enter")
    answer = page.get_by_role("textbox", name="Answer")
    expect(answer).not_to_be_empty()
    page.get_by_role("textbox", name="Title").fill(TITLE)
    page.get_by_role("button", name="Publish").press("Enter")
    expect(title).to_have_text(TITLE)
    expect(page.locator(".error-summary")).to_have_count(0)

    customer = open_page("/", locale="en-GB")
    found = customer.get_by_role("link", name=TITLE)

    def finds_it() -> bool:
        customer.goto(f"/search?q={quote_plus(SEARCH)}")
        return found.count() > 0

    wait_until(finds_it, "what was published is not found", pause_s=0.25)
    expect(found.first).to_be_visible()


def test_without_a_script_the_same_forms_work(sign_in: OpenPage) -> None:
    page = sign_in(AGENT, QUEUE, java_script_enabled=False)
    topic = page.locator(".table-topics tbody [data-open]").nth(1)
    label = topic.inner_text()
    topic.click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(label)
    size = figure(page, "Questions").inner_text()
    here = page.url.partition("?")[0]

    page.get_by_role("button", name="Split the ticked ones off").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick at least one question first.")
    members(page).nth(0).check()
    members(page).nth(1).check()
    page.get_by_role("button", name="Split the ticked ones off").click()
    expect(figure(page, "Questions")).to_have_text("2")
    undo(page)
    page.goto(here)
    expect(figure(page, "Questions")).to_have_text(size)

    page.get_by_role("button", name="Dismiss this topic").click()
    expect(page.get_by_role("link", name=label)).to_have_count(0)
    undo(page)
    expect(page.get_by_role("link", name=label)).to_have_count(1)

    page.goto(here)
    page.get_by_role("textbox", name="Title").fill("")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("alert")).to_be_visible()

    page.goto("/desk/noise")
    page.get_by_role("row").nth(1).get_by_role("button", name="It is a question").click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()


def test_every_desk_page_fits_a_phone_in_german_and_names_what_it_holds(sign_in: OpenPage) -> None:
    phone = {"width": 360, "height": 760}
    page = sign_in(MODERATOR, QUEUE, viewport=phone, color_scheme="dark")
    for path in ("questions", "topics", "decisions", "noise", "searches", "synonyms", "audit"):
        page.goto(f"/desk/{path}")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        expect(page.locator(".desk-nav [aria-current=page]")).to_have_count(1)
        assert page.evaluate(UNNAMED) == [], path


UNNAMED = """() => [...document.querySelectorAll('input, select, textarea, button, a[href]')]
  .filter(one => one.type !== 'hidden' && one.checkVisibility())
  .filter(one => !(one.getAttribute('aria-label') || one.labels?.length || one.textContent.trim()
    || one.value && one.type === 'submit'))
  .map(one => one.outerHTML.slice(0, 120))"""
