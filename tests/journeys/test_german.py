"""Everything a German customer meets, on a phone 360 px wide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import misfits
from tests.journeys.conftest import OpenPage, arrived

PHONE = {"width": 360, "height": 760}
CUSTOMER = "bernd@example.com"
ENGLISH = re.compile(
    r"\b(the|your|you|and|with|from|sign in|search|answer|answers|question|ask|follow|of|or)\b",
    re.IGNORECASE,
)
"""Words that stand in nearly every English text of the pages, and in no German one."""

GERMAN_DATE = re.compile(
    r"\b\d{1,2}\. (Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November"
    r"|Dezember) \d{4}\b|\b\d{2}\.\d{2}\.\d{4}\b"
)
ENGLISH_DATE = re.compile(
    r"\b(January|February|March|May|June|July|October|December)\b|\b\w{3} \d{1,2}, \d{4}\b"
)
TEXTS = """() => {
  const found = [document.title];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const around = words.currentNode.parentElement;
    if (around.closest("script, style, .only-programs")) continue;
    if (around.closest("[lang]").lang.startsWith("de")) found.push(words.currentNode.data);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    for (const name of ["aria-label", "placeholder", "title"])
      if (one.hasAttribute(name) && one.closest("[lang]").lang.startsWith("de"))
        found.push(one.getAttribute(name));
  return found.map((one) => one.trim()).filter(Boolean);
}"""
"""All that a page says in German, as it says itself; files are called what an editor named them."""


def check_page(page: Page) -> str:
    """Hold a page against what a German reader may expect; return its words."""
    arrived(page)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert misfits(page) == []
    texts: list[str] = page.evaluate(TEXTS)
    assert [text for text in texts if ENGLISH.search(text)] == []
    whole = " ".join(texts)
    assert not ENGLISH_DATE.search(whole)
    return whole


def test_a_german_customer_searches_reads_and_asks_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/", locale="de-DE", viewport=PHONE)
    check_page(page)
    page.get_by_role("combobox").press_sequentially("entkal", delay=10)
    expect(page.get_by_role("option").first).to_be_visible()
    check_page(page)
    page.get_by_role("combobox").fill("Wie entkalke ich die Piazza?")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    check_page(page)
    page.get_by_role("link", name=re.compile("Wie entkalke ich die Piazza")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("entkalke")
    assert GERMAN_DATE.search(check_page(page))
    page.get_by_role("button", name="Nein").click()
    expect(page.get_by_role("button", name="Grund senden")).to_be_visible()
    check_page(page)

    page.goto("/search?q=Wie+backe+ich+Brot")
    expect(page.get_by_role("heading", name="noch keine Antwort")).to_be_visible()
    check_page(page)
    page.goto("/ask?title=Wie+backe+ich+Brot")
    page.locator("#body").fill("Es geht nicht auf.")
    page.locator("#email").fill("keine Adresse")
    page.locator("#email").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#title")).to_have_value("Wie backe ich Brot")
    expect(page.locator("#body")).to_have_value("Es geht nicht auf.")
    expect(page.locator("#email")).to_have_value("keine Adresse")
    expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")
    check_page(page)


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/sign-up", "/forgotten-password", "/categories", "/products", "/downloads"],
)
def test_the_pages_around_are_german_and_fit(open_page: OpenPage, path: str) -> None:
    check_page(open_page(path, locale="de-DE", viewport=PHONE))


def test_the_pages_of_an_account_are_german_and_fit(sign_in: OpenPage) -> None:
    # The language is that of the account, whatever the browser asks for.
    page = sign_in(CUSTOMER, "/account", locale="en-GB", viewport=PHONE)
    for path in (
        "",
        "/questions",
        "/watches",
        "/consents",
        "/devices",
        "/data",
        "/data/erase",
        "/name",
        "/email",
        "/password",
        "/preferences",
    ):
        page.goto(f"/account{path}")
        whole = check_page(page)
        assert path != "/devices" or GERMAN_DATE.search(whole)
    page.goto("/account/questions")
    page.get_by_role("link", name=re.compile("Gutschrift")).click()
    assert GERMAN_DATE.search(check_page(page))
    page.locator(".account-menu > summary").click()
    expect(page.get_by_role("link", name="Meine Fragen")).to_be_visible()
    assert misfits(page) == []
