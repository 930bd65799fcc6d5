"""Following: from the button to the confirmed address, the list, and the one-click end."""

import re

import pytest

from kb.access import OPERATOR, Role
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import list_deliveries
from kb.store.mail.watches import add_watch, list_watches
from kb.watches import Follower
from tests.web.http.conftest import bearer
from web.http.account.arriving import safe_path

GUEST = Follower("guest@example.org", "en")


@pytest.fixture
def mara(make_account, client, sign_in):
    """A customer who is signed in."""
    account_id = make_account(email="mara@example.org")
    sign_in(client, account_id)
    return Follower("mara@example.org", "en", account_id)


def followed(engine, follower=GUEST):
    with reading(engine) as conn:
        return [
            (one.kind, one.target_id, one.frequency)
            for one in list_watches(conn, follower=follower)
        ]


def mails(engine):
    with reading(engine) as conn:
        return list_deliveries(conn, viewer=OPERATOR)


def wish(target, *, kind="entry", **changes):
    return {"kind": kind, "target": target, "frequency": "daily"} | changes


def link_in(text, start):
    return re.search(rf"({re.escape(start)}\S+)", text).group(1)


def test_a_guest_follows_once_the_address_is_confirmed(client, site_engine, entries):
    target = entries["reset"]
    sent = client.post("/watch", data=wish(target, watch_email="Guest@Example.org"))
    assert sent.status_code == 200
    assert "guest@example.org" in sent.text
    assert followed(site_engine) == []

    (mail,) = mails(site_engine)
    path = link_in(mail.body_text, "/watch/confirm/")
    looked = client.get(path)
    assert "How do I reset my password?" in looked.text
    assert followed(site_engine) == [], "programs that look at links in mails follow nothing"
    done = client.post(path)
    assert done.status_code == 200
    assert followed(site_engine) == [("entry", target, "daily")]
    again = client.post(path)
    assert again.status_code == 404
    assert "This link no longer works" in again.text


def test_a_guest_who_is_known_here_follows_with_the_account(
    client, site_engine, entries, make_account
):
    account_id = make_account(email="mara@example.org")
    client.post("/watch", data=wish(entries["reset"], watch_email="mara@example.org"))
    client.post(link_in(mails(site_engine)[0].body_text, "/watch/confirm/"))

    mara = Follower("mara@example.org", "en", account_id)
    assert followed(site_engine, mara) == [("entry", entries["reset"], "daily")]
    assert followed(site_engine, Follower("mara@example.org", "en")) == []


def test_a_wrong_address_is_shown_with_what_was_typed(client, site_engine, entries):
    page = client.post("/watch", data=wish(entries["reset"], watch_email="guest at example"))

    assert page.status_code == 422
    assert 'value="guest at example"' in page.text
    assert "Write your email address like name@example.com." in page.text
    assert '<option value="daily" selected>' in page.text
    assert mails(site_engine) == []


def test_the_page_says_the_same_when_no_mail_leaves(client, site_engine, entries):
    pages = [
        client.post("/watch", data=wish(entries["reset"], watch_email="guest@example.org"))
        for _ in range(4)
    ]

    assert {page.text for page in pages} == {pages[0].text}
    assert len(mails(site_engine)) == 3


def test_what_a_program_filled_in_is_answered_and_forgotten(client, site_engine, entries):
    data = wish(entries["reset"], watch_email="guest@example.org", website="https://x.example")

    assert client.post("/watch", data=data).status_code == 200
    assert mails(site_engine) == []


@pytest.mark.parametrize("hidden", ["internal", "draft"])
def test_nobody_follows_what_they_may_not_read(client, site_engine, entries, hidden, request):
    for _ in range(2):
        for kind, target in (("entry", entries[hidden]), ("entry", 9999), ("question", 1)):
            data = wish(target, kind=kind, watch_email="guest@example.org")
            assert client.post("/watch", data=data).status_code == 404
            assert client.get(f"/watch?kind={kind}&target={target}").status_code == 404
        request.getfixturevalue("mara")
    assert mails(site_engine) == []


def test_an_account_follows_at_once_and_comes_back_to_the_page(client, site_engine, entries, mara):
    reply = client.post("/watch", data=wish(entries["reset"]))

    assert reply.status_code == 303
    assert reply.headers["location"].startswith(f"/faq/{entries['reset']}-")
    assert reply.headers["location"].endswith("?done=followed")
    assert safe_path(reply.headers["location"])
    assert followed(site_engine, mara) == [("entry", entries["reset"], "daily")]
    assert mails(site_engine) == []
    shown = client.get(f"/watch?kind=entry&target={entries['reset']}")
    assert "You follow this" in shown.text or "Stop following" in shown.text


def test_unknown_words_are_refused(client, entries, mara):
    assert client.post("/watch", data=wish(1, kind="forum")).status_code == 422
    assert client.post("/watch", data=wish(entries["reset"], frequency="hourly")).status_code == 422


def test_an_account_without_a_confirmed_address_is_told_to_confirm_it(
    client, make_account, sign_in, entries
):
    sign_in(client, make_account(email=None))

    assert (
        client.post("/watch", data=wish(entries["reset"]))
        .headers["location"]
        .startswith("/account")
    )
    assert "not confirmed yet" in client.get("/account/watches").text


def test_the_list_shows_changes_and_ends_what_is_followed(client, site_engine, entries, mara):
    client.post("/watch", data=wish(entries["reset"]))
    page = client.get("/account/watches")
    assert "How do I reset my password?" in page.text
    path = link_in(page.text, "/account/watches/").rstrip('"').partition('"')[0]

    client.post(path, data={"frequency": "weekly"})
    assert followed(site_engine, mara) == [("entry", entries["reset"], "weekly")]
    stopped = client.post(f"{path}/stop")
    assert followed(site_engine, mara) == []
    page = client.get(stopped.headers["location"])
    assert f'action="{path}/resume"' in page.text
    client.post(f"{path}/resume")
    assert followed(site_engine, mara) == [("entry", entries["reset"], "weekly")]


def test_stopping_on_the_page_itself_leads_back_there(client, entries, mara):
    client.post("/watch", data=wish(entries["reset"]))
    page = client.get("/account/watches").text
    path = re.search(r'formaction="(/account/watches/\d+/stop)"', page).group(1)
    before = {"referer": f"{client.base_url}/faq/{entries['reset']}-x?done=followed"}

    reply = client.post(path, headers=before)
    assert reply.headers["location"] == f"/faq/{entries['reset']}-x?done=unfollowed"


def test_nobody_sees_or_ends_what_somebody_else_follows(
    client, site_engine, entries, make_account, sign_in
):
    with transaction(site_engine) as conn:
        watch = add_watch(conn, "entry", entries["reset"], frequency="daily", follower=GUEST)
    assert client.get("/account/watches").headers["location"].startswith("/sign-in")
    sign_in(client, make_account(email="other@example.org"))

    assert "How do I reset" not in client.get("/account/watches").text
    for end in ("", "/stop", "/resume"):
        path = f"/account/watches/{watch.id}{end}"
        assert client.post(path, data={"frequency": "daily"}).status_code == 404


def test_what_is_no_longer_to_be_read_stays_in_the_list_without_its_name(
    client, site_engine, entries, mara
):
    with transaction(site_engine) as conn:
        add_watch(conn, "entry", entries["internal"], frequency="daily", follower=mara)
    page = client.get("/account/watches").text

    assert "No longer to be read" in page
    assert f"/faq/{entries['internal']}" not in page


def test_the_list_asks_as_often_however_much_is_followed(
    client, site_engine, entries, mara, count_queries
):
    def queries():
        with count_queries(client.app.state.site.engine) as counted:
            client.get("/account/watches")
        return len(counted)

    client.post("/watch", data=wish(entries["reset"]))
    few = queries()
    for name in ("reset-de", "descale"):
        client.post("/watch", data=wish(entries[name]))
    assert queries() == few


# --- links in mails ---------------------------------------------------------------------------


@pytest.fixture
def watch(site_engine, entries):
    with transaction(site_engine) as conn:
        return add_watch(conn, "entry", entries["reset"], frequency="daily", follower=GUEST)


def test_looking_at_the_link_ends_nothing_and_its_button_does(client, site_engine, watch):
    page = client.get(f"/unsubscribe/{watch.token}")
    assert "How do I reset my password?" in page.text
    assert "g…@example.org" in page.text
    assert "guest@example.org" not in page.text
    assert followed(site_engine)

    done = client.post(f"/unsubscribe/{watch.token}")
    assert "No more email about this" in done.text
    assert followed(site_engine) == []
    client.post(f"/unsubscribe/{watch.token}/undo")
    assert followed(site_engine)


def test_a_mail_program_ends_it_with_one_click_from_its_own_pages(client, site_engine, watch):
    headers = {"origin": "https://mail.example.net", "sec-fetch-site": "cross-site"}
    done = client.post(
        f"/unsubscribe/{watch.token}", data={"List-Unsubscribe": "One-Click"}, headers=headers
    )

    assert done.status_code == 200
    assert followed(site_engine) == []


def test_one_click_on_a_digest_ends_all_of_it(client, site_engine, entries, watch):
    with transaction(site_engine) as conn:
        add_watch(conn, "entry", entries["descale"], frequency="daily", follower=GUEST)
        add_watch(conn, "entry", entries["reset-de"], frequency="instant", follower=GUEST)
    assert "2 things" in client.get(f"/unsubscribe/{watch.token}?all=1").text

    client.post(f"/unsubscribe/{watch.token}?all=1")
    assert [one[2] for one in followed(site_engine)] == ["instant"]
    client.post(f"/unsubscribe/{watch.token}/undo?all=1")
    assert len(followed(site_engine)) == 3


def test_less_often_is_a_choice_too(client, site_engine, watch):
    path = f"/unsubscribe/{watch.token}/frequency"
    page = client.post(path, data={"frequency": "weekly"})

    assert "Saved." in page.text
    assert [one[2] for one in followed(site_engine)] == ["weekly"]
    assert client.post(path, data={"frequency": "never"}).status_code == 422


def test_an_unknown_link_ends_nothing(client, site_engine, watch):
    for path in ("/unsubscribe/unknown", "/watch/confirm/unknown"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert client.post("/unsubscribe/unknown/undo").status_code == 404
    assert followed(site_engine)


# --- the outbox -------------------------------------------------------------------------------


def test_an_administrator_reads_every_mail_and_nothing_keeps_the_page(
    client, entries, admin_in_person
):
    client.post("/watch", data=wish(entries["reset"], watch_email="guest@example.org"))
    listed = client.get("/admin/outbox", headers=admin_in_person)
    assert "guest@example.org" in listed.text
    assert listed.headers["cache-control"] == "no-store"

    path = re.search(r'href="(/admin/outbox/\d+)"', listed.text).group(1)
    shown = client.get(path, headers=admin_in_person)
    assert "/watch/confirm/" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    as_html = client.get(f"{path}/html", headers=admin_in_person)
    assert as_html.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert as_html.headers["cache-control"] == "no-store"
    assert client.post(f"{path}/send", headers=admin_in_person).status_code == 409, (
        "its links are paths"
    )


def test_nobody_else_reads_the_outbox(client, entries, agent, make_key):
    client.post("/watch", data=wish(entries["reset"], watch_email="guest@example.org"))
    for path in ("/admin/outbox", "/admin/outbox/1", "/admin/outbox/1/html"):
        assert client.get(path, headers=agent).status_code == 403
        assert client.get(path).status_code == 303
    assert client.post("/admin/outbox/1/send", headers=agent).status_code == 403
    # Mails have links in them that open accounts: a key that is found must not show these.
    key = bearer(make_key(Role.ADMIN))
    for path in ("/admin/outbox/1", "/admin/outbox/1/html"):
        assert client.get(path, headers=key).status_code == 403


def test_the_outbox_is_looked_through_by_state_and_recipient(client, entries, admin_in_person):
    for name in ("anna", "berta"):
        client.post("/watch", data=wish(entries["reset"], watch_email=f"{name}@example.org"))

    found = client.get("/admin/outbox?q=anna&state=kept", headers=admin_in_person).text
    assert "anna@example.org" in found
    assert "berta@example.org" not in found
    assert "No such email" in client.get("/admin/outbox?state=failed", headers=admin_in_person).text
    assert client.get("/admin/outbox/99", headers=admin_in_person).status_code == 404
