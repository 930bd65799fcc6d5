"""Asking a question: what is taken, what is shown again, what is caught."""

from __future__ import annotations

import io
import re
import time

import pytest
from PIL import Image
from sqlalchemy import select, update

from kb.access import Role, Scope
from kb.clock import utc_now
from kb.store.attachments.files import attachments_of
from kb.store.engine import reading, transaction
from kb.store.questions.waiting import forget_unconfirmed
from kb.store.schema import attachments, questions
from web.http.asking.stamps import make_stamp


def test_a_guest_asks_and_is_mailed_a_link_without_a_typed_word(client, form, stored, mails):
    sent = client.post("/ask", data={**form, "body": "Buy pills at pills.example."})
    page = client.get(sent.headers["location"])

    assert sent.status_code == 303
    assert "Please open the email that we sent" in page.text
    assert "kim@example.org" in page.text
    (row,) = stored()
    assert (row.channel, row.sender, row.asker_locale) == ("form", "kim@example.org", "en")
    assert row.confirm_until is not None
    (mail,) = mails()
    assert (mail.recipient, mail.purpose) == ("kim@example.org", "confirm-question")
    assert "loud" not in mail.subject + mail.body_text
    assert "pills" not in mail.subject + mail.body_text + mail.body_html


def test_an_account_asks_without_an_address_and_owns_the_question(
    client, form, stored, mails, make_account, sign_in
):
    account_id = make_account(email="mara@example.com")
    sign_in(client, account_id)
    page = client.get("/ask").text
    sent = client.post("/ask", data={"title": form["title"]})

    assert 'name="email"' not in page
    assert sent.status_code == 303
    (row,) = stored()
    assert (row.account_id, row.confirm_until) == (account_id, None)
    assert mails() == []


WRONG = (
    ({"title": " "}, "title"),
    ({"title": "x" * 301}, "title"),
    ({"body": "x" * 20_001}, "body"),
    ({"body": "see http://a.example " * 9}, "body"),
    ({"email": "nobody"}, "email"),
    ({"email": ""}, "email"),
    ({"product": "geheimregal"}, "product"),
)


def test_a_wrong_field_is_named_and_what_was_typed_is_kept(client, form, stored):
    for changed, field in WRONG:
        page = client.post("/ask", data={**form, "body": "Since <Monday>.", **changed})

        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert f'href="#{field}"' in page.text
        assert field == "body" or "Since &lt;Monday&gt;." in page.text
    assert stored() == []


def test_a_form_sent_too_fast_is_shown_again_and_taken_the_next_time(client, form, stored):
    app = client.app
    # Shown in a minute's time: too fast, however slow the machine is.
    form["started"] = make_stamp(app.state.site, shown_at=time.time() + 60)
    page = client.post("/ask", data=form)
    again = re.search(r'name="started" value="([^"]+)"', page.text)[1]

    assert page.status_code == 422
    assert "That was quick" in page.text
    assert 'value="Why is it so loud?"' in page.text
    assert again == form["started"]
    assert stored() == []

    form["started"] = make_stamp(app.state.site, shown_at=time.time() - 5)
    assert client.post("/ask", data=form).status_code == 303


def test_a_forged_stamp_is_replaced_by_a_good_one(client, form):
    for started in ("", "made up", "1.0.forged"):
        page = client.post("/ask", data={**form, "started": started})

        assert page.status_code == 422
        fresh = re.search(r'name="started" value="([^"]+)"', page.text)[1]
        assert fresh not in ("", started)


def test_a_program_that_fills_the_trap_is_thanked_and_nothing_is_stored(client, form, stored):
    page = client.post("/ask", data={**form, "website": "http://x.example"})

    assert page.status_code == 200
    assert "Your question is with us" in page.text
    assert stored() == []


def test_the_same_question_sent_twice_is_one_and_mailed_once(client, ask, stored, mails):
    assert len({ask(body="Since Monday.") for _ in range(2)}) == 1
    assert len(stored()) == len(mails()) == 1


@pytest.mark.usefixtures("standing_clock")
def test_a_flood_keeps_what_was_typed(client, form, stored):
    answers = [client.post("/ask", data={**form, "title": f"Question {n}?"}) for n in range(6)]

    assert [one.status_code for one in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert 'value="Question 5?"' in answers[-1].text
    assert len(stored()) == 5


def test_one_address_gets_three_mails_a_day_and_the_page_says_the_same(client, form, mails):
    pages = []
    for number in range(4):
        sent = client.post("/ask", data={**form, "title": f"Question {number}?"})
        pages.append(client.get(sent.headers["location"]).text)

    assert len(mails()) == 3
    assert all("Please open the email that we sent" in page for page in pages)


def test_what_looks_like_advertising_is_held_for_a_person(client, make_account, sign_in, stored):
    sign_in(client, make_account(email="mara@example.com"))
    body = "We offer backlinks for your website from 50 $. Click here now: https://seo.example"
    sent = client.post("/ask", data={"title": "Rank your site on page one", "body": body})
    page = client.get(sent.headers["location"]).text

    assert "A person looks at it first" in page
    assert stored()[0].noise == "spam"


def test_the_product_of_the_entry_read_before_is_chosen(client, entries):
    before = {"referer": f"http://testserver/faq/{entries['reset']}-x"}
    page = client.get("/ask", headers=before).text
    secret = {"referer": f"http://testserver/faq/{entries['internal']}-x"}

    assert '<option value="piazza" selected>' in page
    assert " selected>" not in client.get("/ask", headers=secret).text
    assert '<option value="piazza" selected>' in client.get("/ask?product=piazza").text


def test_only_products_with_readable_answers_are_offered(client, form, stored):
    page = client.get("/ask").text
    client.post("/ask", data={**form, "product": "piazza"})

    assert re.findall(r'<option value="([^"]+)"', page) == ["piazza"]
    assert stored()[0].product_id is not None


def test_the_form_shows_what_may_answer_already(client):
    page = client.get("/ask", params={"title": "how do I reset my password"}).text

    assert 'value="how do I reset my password"' in page
    assert "How do I reset my password?" in page
    assert "xylophon" not in page


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(held, "PNG")
    return held.getvalue()


def test_what_left_its_reader_stuck_is_not_offered_again(client, entries):
    asked = "/ask?title=How+do+I+reset+my+password%3F"
    mine = f'name="entry" value="{entries["reset"]}"'

    assert mine in client.get(asked).text
    page = client.get(f"{asked}&read={entries['reset']}").text
    assert mine not in page
    assert f'data-read="{entries["reset"]}"' in page


def test_an_answer_in_another_language_is_named_as_such(client, entries):
    page = client.get("/ask?title=Wie+setze+ich+mein+Passwort+zur%C3%BCck%3F&locale=en").text

    assert 'hreflang="de" lang="de">Wie setze ich mein Passwort zurück?</a>' in page
    assert "German answer" in page


def test_files_come_with_the_question_and_only_with_its_link(client, form, stored, site_engine):
    files = [("files", ("a.png", picture(), "image/png")), ("files", ("b.txt", b"log", "x/y"))]
    sent = client.post("/ask", data=form, files=files)
    page = client.get(sent.headers["location"]).text
    links = re.findall(r'href="(/files/[^"]+)"', page)

    assert len(links) == 2
    assert client.get(links[0].replace("&amp;", "&")).status_code == 200
    assert client.get(links[0].partition("?")[0]).status_code == 404


def test_a_bad_file_loses_neither_the_words_nor_the_good_files(client, form, stored, site_engine):
    files = [("files", ("a.png", picture(), "image/png")), ("files", ("b.exe", b"MZ\x90", "x/y"))]
    page = client.post("/ask", data=form, files=files)
    parcel = re.search(r'name="parcel" value="([^"]+)"', page.text)[1]
    kept = re.findall(r'name="keep" value="(\d+)" checked', page.text)

    assert page.status_code == 422
    assert 'id="files-error"' in page.text
    assert "a.png" in page.text
    assert stored() == []

    sent = client.post("/ask", data={**form, "parcel": parcel, "keep": kept})
    assert sent.status_code == 303
    number = stored()[0].id
    with reading(site_engine) as conn:
        assert [one.name for one in attachments_of(conn, "question", [number])[number]] == ["a.png"]


def test_files_that_are_not_wanted_any_more_are_dropped(client, form, site_engine):
    page = client.post(
        "/ask", data={**form, "title": ""}, files=[("files", ("b.txt", b"log", "x/y"))]
    )
    parcel = re.search(r'name="parcel" value="([^"]+)"', page.text)[1]
    client.post("/ask", data={**form, "parcel": parcel})

    with reading(site_engine) as conn:
        assert conn.execute(select(attachments.c.id)).all() == []


def test_a_forged_parcel_brings_no_files(client, form, site_engine):
    client.post("/ask", data={**form, "title": ""}, files=[("files", ("b.txt", b"log", "x/y"))])
    assert client.post("/ask", data={**form, "parcel": "x", "keep": ["1"]}).status_code == 303

    with reading(site_engine) as conn:
        (kept,) = conn.execute(select(attachments)).all()
    assert kept.object_id < 0


def test_six_files_are_too_many(client, form, stored):
    files = [("files", (f"{n}.txt", b"log", "x/y")) for n in range(6)]

    assert client.post("/ask", data=form, files=files).status_code == 422
    assert stored() == []


def test_what_nobody_confirmed_is_deleted_with_its_files(client, form, stored, site_engine):
    client.post("/ask", data=form, files=[("files", ("b.txt", b"log", "x/y"))])
    now = utc_now()
    with transaction(site_engine) as conn:
        assert forget_unconfirmed(conn, now=now) == 0
        conn.execute(update(questions).values(confirm_until=now))
    with transaction(site_engine) as conn:
        assert forget_unconfirmed(conn, now=utc_now()) == 1
        assert conn.execute(select(attachments.c.id)).all() == []
    assert stored() == []


def test_a_guest_with_a_key_that_may_not_ask_is_refused(client, form, make_key):
    key = make_key(Role.CUSTOMER, Scope.READ)
    refused = client.post("/ask", data=form, headers={"authorization": f"Bearer {key}"})

    assert refused.status_code == 403
