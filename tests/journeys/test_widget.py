"""The widget on somebody else's page, in a real browser: ugly styles, strict policy."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import expect

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.mail.deliveries import list_deliveries
from kb.store.people.widget_sites import add_widget_site, let_members_in
from tests.journeys.conftest import PATIENCE_MS, served
from tests.journeys.host_site import host_site
from tests.waiting import wait_until
from web.http.widget.secrets import site_secret

PHONE = {"width": 360, "height": 740}
A_PERSON_NEEDS_MS = 2_200
MEMBERS_TITLE = "Which rebate do members of the bean club get?"


COUNT_SEARCHES = """() => { window.searches = 0;
    document.addEventListener("kundig:search", () => { searches++; }); }"""

ADD_TAG = """(source) => { const tag = document.createElement("script");
    tag.src = trustedTypes.createPolicy("x", { createScriptURL: (one) => one })
        .createScriptURL(source);
    return new Promise((done) => { tag.onload = done; document.body.append(tag); }); }"""


@pytest.fixture(scope="module")
def help_site(site_home):
    """The help site with a public address of its own, which members' tokens name."""
    with served(site_home, "--no-worker") as address:
        yield address


@pytest.fixture(scope="module")
def record(site_home):
    engine = open_engine(f"sqlite:///{site_home / 'record.sqlite3'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def shop(help_site, record, site_home):
    """Origin of a site on which the widget may stand and whose members are let in."""
    signing = {}

    def token():
        now = int(time.time())
        claims = {"iss": signing["origin"], "aud": help_site, "sub": "17", "email": "mia@x.example"}
        key = OctKey.import_key(signing["secret"])
        return jwt.encode({"alg": "HS256"}, {**claims, "iat": now, "exp": now + 60}, key)

    with host_site(help_site, token) as origin:
        with transaction(record) as conn:
            known = add_widget_site(conn, origin, viewer=OPERATOR)
            known = let_members_in(conn, known.id, viewer=OPERATOR)
        secret = site_secret((site_home / "secret").read_bytes().strip(), known)
        signing.update(origin=origin, secret=secret)
        yield origin


@pytest.fixture
def visit(browser):
    """Opens a page of a site in a context of its own; nothing may complain in its console."""
    complaints, contexts = [], []
    expect.set_options(timeout=PATIENCE_MS)

    def open_(url, *, expected="status of 422", **options):
        # Another reader each time, as far as the help site can tell.
        reader = {"locale": "en-GB", "user_agent": f"Reader {uuid4()}", "reduced_motion": "reduce"}
        context = browser.new_context(**{**reader, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and not re.search(expected, message.text)
                else None
            ),
        )
        page.goto(url)
        page.locator("kundig-widget").wait_for(state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def opened(page, name="Help"):
    page.get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("combobox")


def test_a_reader_finds_reads_and_votes_with_the_keyboard_alone(visit, shop):
    page = visit(shop)
    launch = page.get_by_role("button", name="Help", exact=True)
    expect(launch).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launch).to_be_focused()
    expect(launch).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="How can we help?")).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_focused()

    page.keyboard.type("how long is the warranty")
    page.keyboard.press("Enter")
    expect(page.locator("kundig-widget ol.hits")).to_be_visible()
    link = page.get_by_role("link", name=re.compile("How long is the warranty"))
    for _ in range(4):
        page.keyboard.press("Tab")
        if link.first.evaluate("(one) => one.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    title = page.get_by_role("heading", name=re.compile("How long is the warranty"))
    expect(title).to_be_focused()

    page.get_by_role("button", name="Yes", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Thank you. Good to know")).to_be_focused()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(launch).to_be_focused()


def test_the_focus_stays_in_the_open_panel(visit, shop):
    page = visit(shop)
    opened(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.localName")
        assert inside in ("kundig-widget", "body"), inside


def test_suggestions_are_chosen_with_arrows_and_escape_closes_them_first(visit, shop):
    page = visit(shop)
    field = opened(page)
    field.press_sequentially("descal", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("Use the arrow keys")

    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_be_visible()

    page.get_by_role("button", name="Back").click()
    expect(field).to_have_value("descal")


def test_escape_calls_off_suggestions_that_are_on_their_way(visit, shop):
    page = visit(shop)
    field = opened(page)
    held = []
    page.route("**/widget/suggest?*", lambda route: held.append(route))
    with page.expect_request("**/widget/suggest?*"):
        field.press_sequentially("how long is the warranty", delay=20)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_visible()

    for route in held:
        route.continue_()
    field.press("Enter")
    expect(page.locator("kundig-widget ol.hits")).to_be_visible()
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_fails_offline_says_so_once_and_works_again_afterwards(visit, shop):
    page = visit(shop, expected="ERR_INTERNET_DISCONNECTED")
    field = opened(page)
    field.fill("how long is the warranty")
    page.context.set_offline(True)
    field.press("Enter")
    failed = page.get_by_role("alert").filter(has_text="What you typed is kept")
    expect(failed).to_have_count(1)
    expect(field).to_have_value("how long is the warranty")

    page.context.set_offline(False)
    field.press("Enter")
    link = page.get_by_role("link", name=re.compile("How long is the warranty"))
    expect(link).to_be_visible()
    page.context.set_offline(True)
    for _ in range(2):
        with page.expect_event("requestfailed"):
            link.click()
        expect(failed).to_have_count(1)
    page.context.set_offline(False)
    link.click()
    expect(page.get_by_role("article")).to_be_visible()
    expect(failed).to_have_count(0)


def test_no_answer_becomes_a_question_that_is_confirmed_by_mail(visit, shop, record):
    page = visit(shop)
    field = opened(page)
    field.fill("how do I bake bread")
    field.press("Enter")
    expect(page.get_by_role("heading", name="We have no answer to this yet")).to_be_visible()
    page.get_by_role("button", name="Ask this question").click()
    expect(page.get_by_label("Your question")).to_have_value("how do I bake bread")

    page.get_by_label("What happened").fill("It does not rise.")
    page.get_by_label("Your email address").fill("mara@")
    page.get_by_role("button", name="Ask this question").click()
    email = page.get_by_label("Your email address")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_be_focused()
    expect(page.get_by_label("What happened")).to_have_value("It does not rise.")

    email.fill("widget-guest@example.com")
    page.wait_for_timeout(A_PERSON_NEEDS_MS)  # Programs are told apart by their haste.
    page.get_by_role("button", name="Ask this question").click()
    expect(page.get_by_role("heading", name="Your question is with us")).to_be_focused()
    expect(page.get_by_role("dialog")).to_contain_text("sent an email to widget-guest@example.com")
    with reading(record) as conn:
        sent = list_deliveries(conn, viewer=OPERATOR)
    assert [one for one in sent if one.recipient == "widget-guest@example.com"]


def test_members_see_what_is_theirs_and_guests_do_not(visit, shop, record):
    with transaction(record) as conn:
        content = EntryContent(MEMBERS_TITLE, "Ten per cent on beans.", audience="members")
        add_entry(conn, content, viewer=OPERATOR, state="published")
    page = visit(shop, expected="status of 401")
    field = opened(page)
    field.fill(MEMBERS_TITLE)
    field.press("Enter")
    expect(page.get_by_role("status")).not_to_be_empty()
    expect(page.get_by_role("link", name=MEMBERS_TITLE)).to_have_count(0)

    # The first token has ended already: the widget fetches another one by itself.
    page.evaluate("""() => { let asked = 0; KundigWidget.setMemberToken(async () =>
        asked++ ? (await fetch("/token")).text() : "a.b.c"); }""")
    field = page.get_by_role("combobox")
    expect(field).to_have_value("")

    page.evaluate(COUNT_SEARCHES)

    def finds_it():
        before = page.evaluate("searches")
        field.fill(MEMBERS_TITLE)
        field.press("Enter")
        wait_until(lambda: page.evaluate("searches") > before, "the search did not come back")
        return page.get_by_role("link", name=MEMBERS_TITLE).count()

    wait_until(finds_it, "the members' entry was not found", pause_s=1)
    page.get_by_role("link", name=MEMBERS_TITLE).click()
    expect(page.get_by_text("Ten per cent on beans.")).to_be_visible()

    page.get_by_role("button", name="Ask a question").click()
    expect(page.get_by_text("We write to mia@x.example.")).to_be_visible()


def test_on_a_site_that_is_not_allowed_the_panel_leads_to_the_help_site(visit, help_site):
    with host_site(help_site, str) as stranger:
        page = visit(stranger, expected="CORS|Failed to load|ERR_FAILED")
        page.get_by_role("button", name="Help", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be shown")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        link = page.get_by_role("link", name="Open the help centre")
        expect(link).to_have_attribute("href", help_site)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_it_speaks_german_and_fills_a_phone(visit, shop):
    page = visit(f"{shop}/?lang=de", viewport=PHONE, locale="de-DE")
    field = opened(page, "Hilfe")
    assert page.get_by_role("dialog", name="Wie können wir helfen?").bounding_box() == {
        "x": 0, "y": 0, **PHONE,
    }  # fmt: skip
    field.fill("wie entkalke ich die Piazza")
    field.press("Enter")
    page.get_by_role("link", name=re.compile("Wie entkalke ich die Piazza")).click()
    expect(page.get_by_role("heading", name="Hat das Ihre Frage beantwortet")).to_be_visible()
    place = page.locator("kundig-widget .place")
    assert place.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_the_language_of_the_tag_stands_above_that_of_the_page(visit, shop):
    page = visit(f"{shop}/?lang=en&data-lang=de")

    expect(page.get_by_role("button", name="Hilfe", exact=True)).to_be_visible()


def test_neither_page_nor_widget_styles_the_other(visit, shop):
    page = visit(shop)
    style_of = "(one) => [...getComputedStyle(one)].map((key) => getComputedStyle(one)[key])"
    before = page.locator("main h1").evaluate(style_of)
    opened(page)
    dialog = page.get_by_role("dialog")

    styles = dialog.evaluate("""(one) => { const found = getComputedStyle(one);
        return [found.display, found.letterSpacing, found.textTransform, found.fontSize]; }""")
    assert styles == ["flex", "normal", "none", "16px"]
    assert "fantasy" not in dialog.evaluate("(one) => getComputedStyle(one).fontFamily")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator("main h1").evaluate(style_of) == before
    assert page.evaluate("document.adoptedStyleSheets.length") == 0


def test_it_leaves_one_name_and_nothing_stored(visit, shop):
    page = visit(shop)
    field = opened(page)
    field.fill("warranty")
    field.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_be_visible()

    plain = page.evaluate("""() => { const frame = document.createElement("iframe");
        document.body.append(frame);
        const known = new Set(Object.getOwnPropertyNames(frame.contentWindow));
        frame.remove();
        return Object.getOwnPropertyNames(window).filter((name) => !known.has(name)); }""")
    assert [name for name in plain if not re.fullmatch(r"[0-9]+|__.*", name)] == ["KundigWidget"]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []


def test_before_it_is_opened_nothing_is_asked_and_a_second_tag_does_nothing(visit, shop, help_site):
    page = visit(shop)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(ADD_TAG, f"{help_site}/widget.js?again")

    assert page.locator("kundig-widget").count() == 1
    assert [url for url in asked if "/api/" in url] == []


def test_a_page_that_took_it_away_gets_it_back_and_prints_without_it(visit, shop, help_site):
    page = visit(shop)
    widget = page.locator("kundig-widget")
    launch = page.get_by_role("button", name="Help", exact=True)
    widget.evaluate("(one) => one.remove()")
    page.evaluate("KundigWidget.open()")
    expect(page.get_by_role("dialog", name="How can we help?")).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_focused()

    widget.evaluate("(one) => one.remove()")
    page.evaluate(ADD_TAG, f"{help_site}/widget.js?again")
    expect(launch).to_be_visible()
    assert widget.count() == 1
    launch.click()
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    expect(launch).to_be_hidden()


def test_a_page_opens_it_from_its_own_link_and_from_its_code(visit, shop):
    page = visit(f"{shop}/?data-open=%23help&data-title=Ask%20Alba&data-accent=%23aa3300")
    assert page.get_by_role("button", name="Help", exact=True).count() == 0
    page.evaluate("""() => { window.heard = [];
        for (const name of ["open", "search", "close"]) document.addEventListener(
            `kundig:${name}`, (event) => heard.push([name, event.detail])); }""")

    page.locator("#help").click()
    expect(page.get_by_role("dialog", name="Ask Alba")).to_be_visible()
    page.evaluate("KundigWidget.close()")
    expect(page.locator("#help")).to_be_focused()
    page.evaluate("KundigWidget.search('how long is the warranty')")
    expect(page.get_by_role("link", name=re.compile("How long is the warranty"))).to_be_visible()

    wait_until(lambda: page.evaluate("heard.length === 4"), lambda: page.evaluate("heard"))
    names = [name for name, _ in page.evaluate("heard")]
    assert names == ["open", "close", "open", "search"]
    assert page.evaluate("heard.at(-1)[1].verdict") in ("answer", "maybe")


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
def test_every_state_passes_axe(visit, shop, options):
    page = visit(shop, bypass_csp=True, **options)

    def check():
        page.wait_for_timeout(100)
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        found = Axe().run(page, "kundig-widget", {"resultTypes": ["violations"], **rules})
        assert found.response["violations"] == []

    check()
    field = opened(page)
    field.press_sequentially("descal", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    check()
    field.fill("how do I descale the Piazza")
    field.press("Enter")
    page.get_by_role("link", name=re.compile("How do I descale the Piazza")).click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("button", name="It is out of date")).to_be_visible()
    check()
    page.get_by_role("button", name="Back").click()
    field.fill("how do I bake bread")
    field.press("Enter")
    expect(page.get_by_role("heading", name="We have no answer to this yet")).to_be_visible()
    check()
    page.get_by_role("button", name="Ask this question").click()
    page.get_by_role("button", name="Ask this question").click()
    expect(page.get_by_label("Your email address")).to_have_attribute("aria-invalid", "true")
    check()
