"""Members of an allowed site see what is theirs, with a token that its server signed just now."""

import base64
import json
import time
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from kb.access import OPERATOR
from kb.store.engine import transaction
from kb.store.people.widget_sites import keep_members_out, let_members_in, remove_widget_site
from tests.web.http.widget.conftest import HELP, SHOP, STRANGER, allow, from_shop
from web.http.widget.secrets import site_secret

SEARCH = "/api/v1/widget/search?q=bergkristall+rebate+for+members"


def titles(reply):
    return [hit["title"] for hit in reply.json()["hits"]]


def test_guests_do_not_find_what_is_for_members(site, restricted):
    reply = site.get(SEARCH, headers=from_shop())

    assert reply.json()["hits"] == reply.json()["near"] == []
    for entry_id in restricted.values():
        path = f"/api/v1/widget/entries/{entry_id}"
        assert site.get(path, headers=from_shop()).status_code == 404


def test_a_member_finds_and_reads_what_is_for_members(site, restricted, sign):
    reply = site.get(SEARCH, headers=from_shop(sign()))
    entry = site.get(
        f"/api/v1/widget/entries/{restricted['members']}", headers=from_shop(sign())
    ).json()

    assert titles(reply) == ["Bergkristall rebate for members"]
    assert entry["answer"] == [["p", {}, ["Bergkristall answer for members."]]]
    assert reply.headers["cache-control"] == "private, no-store"


def test_a_members_groups_are_those_that_exist(site, restricted, sign, entries):
    groups = ["partner", "internal", "nobody", "Not a group", 7]
    headers = from_shop(sign(groups=groups))

    assert len(titles(site.get(SEARCH, headers=headers))) == 2
    internal = f"/api/v1/widget/entries/{entries['internal']}"
    assert site.get(internal, headers=headers).status_code == 404


def unsigned(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(time.time())
    whole = {"iss": SHOP, "aud": HELP, "sub": "1", "iat": now, "exp": now + 60, **claims}
    return f"{part({'alg': 'none'})}.{part(whole)}."


REFUSED = {
    "ended": {"iat": -700, "exp": -100},
    "not yet": {"nbf": 300},
    "made in the future": {"iat": 300, "exp": 400},
    "lasts too long": {"lasts_s": 16 * 60},
    "ends before it begins": {"iat": 30, "exp": 20},
    "never ends": {"exp": None},
    "made at no time": {"iat": None},
    "for another help site": {"aud": "https://other.example.com"},
    "for nobody": {"aud": None},
    "of another site": {"iss": STRANGER},
    "of nobody": {"iss": None},
    "about nobody": {"sub": ""},
    "about a number": {"sub": 7},
    "for ever as a word": {"exp": "tomorrow"},
    "signed with another secret": {"key": "another secret that is long enough too"},
    "enormous": {"name": "x" * 5_000},
}


TIMES = ("iat", "exp", "nbf")
"""Given in seconds from now."""


@pytest.mark.parametrize("why", REFUSED)
def test_a_token_is_refused_that_is(site, restricted, sign, why):
    now = int(time.time())
    changed = {
        name: now + value if name in TIMES and isinstance(value, int) else value
        for name, value in REFUSED[why].items()
    }
    reply = site.get(SEARCH, headers=from_shop(sign(**changed)))

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    # Else the page could not see that it must sign a new one.
    assert reply.headers["access-control-allow-origin"] == SHOP


def test_a_token_is_refused_that_is_not_signed(site):
    assert site.get(SEARCH, headers=from_shop(unsigned())).status_code == 401


def test_a_token_is_refused_that_is_signed_with_a_public_key(site):
    now = int(time.time())
    key = RSAKey.generate_key(2048)
    claims = {"iss": SHOP, "aud": HELP, "sub": "1", "iat": now, "exp": now + 60}
    token = jwt.encode({"alg": "RS256"}, claims, key)

    assert site.get(SEARCH, headers=from_shop(token)).status_code == 401


def test_a_token_never_chooses_how_it_is_checked(site, secret):
    now = int(time.time())
    claims = {"iss": SHOP, "aud": HELP, "sub": "1", "iat": now, "exp": now + 60}
    key = OctKey.import_key(secret)
    token = jwt.encode({"alg": "HS512"}, claims, key, algorithms=["HS512"])

    assert site.get(SEARCH, headers=from_shop(token)).status_code == 401


@pytest.mark.parametrize("token", ["a.b.c", "..", "a.b", "kb_something"])
def test_a_token_is_refused_that_cannot_be_read(site, token):
    assert site.get(SEARCH, headers=from_shop(token)).status_code == 401


def test_a_token_holds_on_the_pages_of_its_own_site_alone(site, record, sign):
    allow(record, STRANGER)
    token = sign()

    for origin in ({"origin": STRANGER}, {}, {"origin": "null"}):
        headers = {**origin, "authorization": f"Bearer {token}"}
        assert site.get(SEARCH, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "path", ["/api/v1/search?q=bergkristall+rebate+for+members", "/api/v1/entries", "/account", "/"]
)
def test_a_token_opens_nothing_but_the_widget(site, sign, path):
    assert site.get(path, headers=from_shop(sign())).status_code == 401


@pytest.fixture
def another(record, sign, instance_secret):
    """Another site whose members are let in, and what signs its tokens."""
    known = allow(record, f"https://{uuid4()}.example.com")

    def headers(changed=known):
        key = site_secret(instance_secret, changed)
        return from_shop(sign(key=key, iss=known.origin), origin=known.origin)

    return known, headers


def test_a_token_is_worthless_once_members_are_kept_out(site, record, another):
    known, headers = another
    assert site.get(SEARCH, headers=headers()).status_code == 200
    with transaction(record) as conn:
        keep_members_out(conn, known.id, viewer=OPERATOR)

    assert site.get(SEARCH, headers=headers()).status_code == 401


def test_a_new_secret_makes_old_tokens_worthless(site, record, another):
    known, headers = another
    with transaction(record) as conn:
        changed = let_members_in(conn, known.id, viewer=OPERATOR)

    assert site.get(SEARCH, headers=headers()).status_code == 401
    assert site.get(SEARCH, headers=headers(changed)).status_code == 200


def test_a_site_that_is_removed_is_a_stranger(site, record, another):
    known, headers = another
    with transaction(record) as conn:
        remove_widget_site(conn, known.id, viewer=OPERATOR)
    reply = site.get(SEARCH, headers=headers())

    assert reply.status_code == 401
    assert "access-control-allow-origin" not in reply.headers


def test_without_a_public_address_no_token_holds(client, site_engine, sign, settings):
    known = allow(site_engine, SHOP)
    token = sign(key=site_secret(settings.secret_path.read_bytes(), known))

    assert client.get(SEARCH, headers=from_shop(token)).status_code == 401
    assert client.get(SEARCH, headers=from_shop()).status_code == 200


def test_two_installations_never_share_a_secret(shop):
    assert site_secret(b"one secret", shop) != site_secret(b"another secret", shop)


def test_the_language_is_the_members_unless_the_widget_says_so(site, sign):
    config = "/api/v1/widget/config"
    headers = from_shop(sign(locale="de", email="Mara@Example.com"))

    assert site.get(config, headers=headers).json()["lang"] == "de"
    assert site.get(f"{config}?lang=en", headers=headers).json()["lang"] == "en"
    assert site.get(config, headers=headers).json()["email"] == "mara@example.com"


def test_a_key_that_fits_a_token_is_not_taken_from_the_token(site, sign, secret):
    key = OctKey.import_key(secret).as_dict()
    token = sign(header={"alg": "HS256", "jwk": key, "kid": "../../dev/null"}, key="y" * 43)

    assert site.get(SEARCH, headers=from_shop(token)).status_code == 401
