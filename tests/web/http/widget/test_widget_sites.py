"""The admin's page of the sites on which the widget may stand."""

import re
from dataclasses import replace

import pytest

from kb.access import OPERATOR, Role
from kb.store.engine import reading, transaction
from kb.store.people.widget_sites import (
    add_widget_site,
    find_widget_site,
    let_members_in,
)
from tests.web.http.conftest import bearer, browser
from web.http.app import create_app
from web.http.widget.secrets import site_secret

PAGE = "/admin/widget-sites"
SHOP = "https://shop.example.com"


@pytest.fixture
def site_with_address(settings):
    """A browser on a site that knows its public address."""
    with browser(create_app(replace(settings, public_url="http://testserver"))) as client:
        yield client


def send(client, admin, path="", **fields):
    return client.post(f"{PAGE}{path}", data=fields, headers={**admin, "accept": "text/html"})


def test_an_admin_allows_a_site_and_gets_the_line_for_its_pages(client, admin_in_person):
    done = send(client, admin_in_person, origin=f"{SHOP}/some/page")
    page = client.get(done.headers["location"], headers=admin_in_person)

    assert done.status_code == 303
    assert SHOP in page.text
    assert "&lt;script src=&#34;http://testserver/widget.js&#34; async&gt;" in page.text
    assert "Site allowed." in page.text


@pytest.mark.parametrize("typed", ["shop", SHOP])
def test_a_wrong_or_known_address_is_said_and_kept(client, admin_in_person, site_engine, typed):
    with transaction(site_engine) as conn:
        add_widget_site(conn, SHOP, viewer=OPERATOR)
    page = send(client, admin_in_person, origin=typed)

    assert page.status_code == 422
    assert f'value="{typed}"' in page.text
    assert 'id="origin-error"' in page.text


def test_the_secret_is_shown_once_and_kept_by_no_cache(
    site_with_address, site_engine, admin_in_person, settings
):
    client = site_with_address
    with transaction(site_engine) as conn:
        site = add_widget_site(conn, SHOP, viewer=OPERATOR)
    page = send(client, admin_in_person, f"/{site.id}/members", let="in")
    with reading(site_engine) as conn:
        now = find_widget_site(conn, SHOP)
    secret = site_secret(settings.secret_path.read_bytes(), now)

    assert page.headers["cache-control"] == "private, no-store"
    assert secret in page.text
    assert secret not in client.get(PAGE, headers=admin_in_person).text
    assert now.members
    assert now.salt != site.salt


def test_members_are_kept_out_again(site_with_address, site_engine, admin_in_person):
    with transaction(site_engine) as conn:
        site = let_members_in(
            conn, add_widget_site(conn, SHOP, viewer=OPERATOR).id, viewer=OPERATOR
        )
    done = send(site_with_address, admin_in_person, f"/{site.id}/members", let="out")

    assert done.status_code == 303
    with reading(site_engine) as conn:
        assert not find_widget_site(conn, SHOP).members


def test_without_a_public_address_members_stay_out_and_the_page_says_why(
    client, site_engine, admin_in_person
):
    with transaction(site_engine) as conn:
        site = add_widget_site(conn, SHOP, viewer=OPERATOR)
    page = send(client, admin_in_person, f"/{site.id}/members", let="in")

    assert page.status_code == 422
    assert "KB_PUBLIC_URL" in page.text


def test_a_key_does_not_let_members_in(client, site_engine, make_key):
    with transaction(site_engine) as conn:
        site = add_widget_site(conn, SHOP, viewer=OPERATOR)
    refused = send(client, bearer(make_key(Role.ADMIN)), f"/{site.id}/members", let="in")

    assert refused.status_code == 403
    with reading(site_engine) as conn:
        assert not find_widget_site(conn, SHOP).members


def test_a_removed_site_is_gone(client, site_engine, admin_in_person):
    with transaction(site_engine) as conn:
        site = add_widget_site(conn, SHOP, viewer=OPERATOR)
    done = send(client, admin_in_person, f"/{site.id}/remove")

    assert SHOP not in re.sub(
        r"<input[^>]*>", "", client.get(done.headers["location"], headers=admin_in_person).text
    )
    assert send(client, admin_in_person, f"/{site.id}/remove").status_code == 404


@pytest.mark.parametrize("path", ["", "/1/remove", "/1/members"])
def test_an_agent_is_refused(client, agent, path):
    assert client.post(f"{PAGE}{path}", headers=agent).status_code == 403
    assert client.get(PAGE, headers=agent).status_code == 403
