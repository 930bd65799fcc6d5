"""Sites on which the widget may stand: their origins, who names them, what members need."""

from __future__ import annotations

import pytest

from kb.access import GUEST, OPERATOR, Role, Viewer
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.audit import Subject, audit_of
from kb.store.people.groups import add_group, existing_groups
from kb.store.people.widget_sites import (
    add_widget_site,
    find_widget_site,
    get_widget_site,
    keep_members_out,
    let_members_in,
    list_widget_sites,
    parse_origin,
    remove_widget_site,
)

SHOP = "https://shop.example.com"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" HTTPS://WWW.Example.com/help?x=1 ", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:8443/", "https://example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_is_read_as_browsers_send_it(typed, origin):
    assert parse_origin(typed) == origin


@pytest.mark.parametrize(
    "typed",
    ["", "example.com", "null", "*", "https://*.example.com", "ftp://example.com", "https://",
     "https://user@example.com", "https://exa mple.com", "https://example.com:port",
     "javascript:alert(1)", "file:///etc", "https://" + "a" * 300 + ".example"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(typed):
    with pytest.raises(InvalidInput):
        parse_origin(typed)


@pytest.mark.parametrize("viewer", [GUEST, Viewer(role=Role.AGENT), Viewer(role=Role.MODERATOR)])
def test_only_admins_say_where_the_widget_may_stand(conn, viewer):
    with pytest.raises(NotPermitted):
        add_widget_site(conn, SHOP, viewer=viewer)
    with pytest.raises(NotPermitted):
        list_widget_sites(conn, viewer=viewer)
    assert add_widget_site(conn, SHOP, viewer=OPERATOR).origin == SHOP


def test_members_need_a_site_that_nobody_can_listen_to(conn):
    plain = add_widget_site(conn, "http://shop.example.com", viewer=OPERATOR)
    local = add_widget_site(conn, "http://localhost:3000", viewer=OPERATOR)
    with pytest.raises(InvalidInput):
        let_members_in(conn, plain.id, viewer=OPERATOR)
    assert let_members_in(conn, local.id, viewer=OPERATOR).members


def test_a_site_is_found_by_its_exact_origin_until_it_is_removed(conn):
    site = add_widget_site(conn, f"{SHOP}/any/page", viewer=OPERATOR)

    assert find_widget_site(conn, SHOP) == site
    assert find_widget_site(conn, f"{SHOP}/") is None
    assert find_widget_site(conn, "https://SHOP.example.com") is None
    with pytest.raises(Conflict):
        add_widget_site(conn, SHOP, viewer=OPERATOR)

    remove_widget_site(conn, site.id, viewer=OPERATOR)
    assert find_widget_site(conn, SHOP) is None
    with pytest.raises(NotFound):
        get_widget_site(conn, site.id, viewer=OPERATOR)


def test_sites_are_listed_by_origin(conn):
    for origin in ("https://b.example", "https://a.example"):
        add_widget_site(conn, origin, viewer=OPERATOR)

    listed = [site.origin for site in list_widget_sites(conn, viewer=OPERATOR)]
    assert listed == ["https://a.example", "https://b.example"]


def test_letting_members_in_again_gives_another_salt_and_everything_is_noted(conn):
    site = add_widget_site(conn, SHOP, viewer=OPERATOR)
    first = let_members_in(conn, site.id, viewer=OPERATOR)
    second = let_members_in(conn, site.id, viewer=OPERATOR)
    out = keep_members_out(conn, site.id, viewer=OPERATOR)

    assert len({site.salt, first.salt, second.salt}) == 3
    assert (site.members, first.members, out.members) == (False, True, False)
    noted = [one.action for one in audit_of(conn, Subject("widget_site", site.id))]
    assert noted == ["members off", "new secret", "members on", "add"]


def test_only_groups_that_exist_are_given(conn):
    add_group(conn, "partner")

    assert existing_groups(conn, frozenset({"partner", "nobody"})) == {"partner"}
    assert existing_groups(conn, frozenset()) == frozenset()
