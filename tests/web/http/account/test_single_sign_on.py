"""Signing in at a real OpenID provider of its own, on this machine."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import werkzeug.serving
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from kb.access import OPERATOR, STAFF, Role
from kb.errors import InvalidInput
from kb.people.signing_up import SignUp, sign_up
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email, find_password_hash, get_account
from kb.store.people.directory import disable_account
from kb.store.people.identities import identities_of
from kb.store.people.sessions import add_session
from tests.waiting import PATIENCE_S
from web.http.account.identity_provider import IdentityProvider, Pending, Person, SignInFailed
from web.http.account.provider_settings import Client
from web.http.app import create_app
from web.http.site import open_provider

# The provider of the tests uses parts of authlib that authlib itself announces the end of.
pytestmark = [
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]

HERE = "http://127.0.0.1:8000"
BACK = f"{HERE}/sign-in/company/back"


@dataclass
class Provider:
    """A provider in a thread; it keeps what it was asked, and its answers can be damaged."""

    url: str = ""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def choose(self, url: str, subject: str, *, deny: bool = False) -> str:
        """Sign somebody in at the provider's page; return where it leads the browser."""
        form = {"action": "deny"} if deny else {"sub": subject}
        return httpx2.post(url, data=form, timeout=PATIENCE_S).headers["location"]

    def describe(self, subject: str, **claims: object) -> None:
        address = f"{self.url}/users/{subject}"
        httpx2.put(address, json=claims, timeout=PATIENCE_S).raise_for_status()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    import oidc_provider_mock

    application = oidc_provider_mock.app(require_nonce=True)
    found = Provider()

    def noting(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        found.asked.append((environ["PATH_INFO"], parse_qs(body.decode())))
        return application(environ, start_response)

    server = werkzeug.serving.make_server("127.0.0.1", 0, noting, threaded=True)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def with_provider(settings: Settings, issuer: str) -> Settings:
    return replace(
        settings, oidc_issuer=issuer, oidc_client="kundig", oidc_secret="s", public_url=HERE
    )


@pytest.fixture
def client(settings, provider) -> Iterator[TestClient]:
    app = create_app(with_provider(settings, provider.url))
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client


def sign_in(client, provider, subject: str, *, next_url: str = "/faq/1"):
    started = client.get("/sign-in/company", params={"next": next_url})
    back = provider.choose(started.headers["location"], subject)
    assert back.startswith(BACK)
    return client.get(back.removeprefix(HERE))


def test_who_is_new_gets_a_customers_account(client, provider, site_engine):
    assert "Continue with 127.0.0.1" in client.get("/sign-in").text
    provider.describe(
        "mara-7", email="Mara@example.com", email_verified=True, name="Mara Lind", locale="de-AT"
    )
    provider.asked.clear()
    signed = sign_in(client, provider, "mara-7")

    assert (signed.status_code, signed.headers["location"]) == (303, "/faq/1")
    with reading(site_engine) as conn:
        account = find_account_by_email(conn, "mara@example.com")
        assert account is not None
        assert [one.subject for one in identities_of(conn, account.id)] == ["mara-7"]
    assert (account.role, account.name, account.locale) == (Role.CUSTOMER, "Mara Lind", "de")
    assert account.email_confirmed_at is not None
    assert "Mara Lind" in client.get("/").text
    token_call = next(body for path, body in provider.asked if path == "/oauth2/token")
    assert len(token_call["code_verifier"][0]) >= 43
    assert sign_in(client, provider, "mara-7").status_code == 303
    with reading(site_engine) as conn:
        assert len(identities_of(conn, account.id)) == 1


def test_who_has_a_name_that_nobody_sees_is_called_by_the_address(client, provider, site_engine):
    provider.describe("nil", email="nil@example.com", email_verified=True, name="\u200b\u2060")

    assert sign_in(client, provider, "nil").status_code == 303
    with reading(site_engine) as conn:
        assert find_account_by_email(conn, "nil@example.com").name == "nil"


def test_the_provider_is_asked_with_pkce_state_and_nonce(client, provider):
    url = urlsplit(client.get("/sign-in/company").headers["location"])
    asked = parse_qs(url.query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK]
    assert set(asked["scope"][0].split()) == {"openid", "email", "profile"}
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_an_account_is_linked_by_an_address_that_the_provider_checked(
    client, provider, make_account, site_engine
):
    known = make_account(Role.CUSTOMER, name="Ada", email="ada@example.com")
    provider.describe("ada-1", email="ada@example.com", email_verified=True)

    signed = sign_in(client, provider, "ada-1", next_url="")
    assert signed.headers["location"] == "/account/questions"
    with reading(site_engine) as conn:
        assert [one.subject for one in identities_of(conn, known)] == ["ada-1"]


@pytest.mark.parametrize("role", sorted(STAFF))
def test_an_account_of_the_team_is_linked_only_where_its_owner_is_signed_in(
    client, provider, make_account, site_engine, role
):
    known = make_account(role, name="Ada", email=f"{role}@example.com")
    provider.describe(f"{role}-1", email=f"{role}@example.com", email_verified=True)

    refused = sign_in(client, provider, f"{role}-1", next_url="")
    assert refused.status_code == 403
    assert "linked by their owners" in refused.text
    assert client.get("/desk/topics").status_code == 303
    with transaction(site_engine) as conn:
        assert identities_of(conn, known) == []
        client.cookies.set("kb_session", add_session(conn, known))

    assert "/sign-in/company?next=%2Faccount%2Fsign-ins" in client.get("/account/sign-ins").text
    linked = sign_in(client, provider, f"{role}-1", next_url="/account/sign-ins")
    assert linked.headers["location"] == "/account/sign-ins"
    assert "/sign-in/company" not in client.get("/account/sign-ins").text
    client.cookies.clear()
    assert sign_in(client, provider, f"{role}-1", next_url="").headers["location"] == "/desk/topics"


def test_an_unchecked_address_opens_nobodys_account(client, provider, make_account, site_engine):
    known = make_account(Role.ADMIN, name="Kim", email="kim@example.com")
    provider.describe("thief", email="kim@example.com", email_verified=False)
    refused = sign_in(client, provider, "thief")

    assert refused.status_code == 403
    assert "does not say that the address is yours" in refused.text
    with reading(site_engine) as conn:
        assert identities_of(conn, known) == []
    assert "Kim" not in client.get("/").text


def test_a_password_that_a_stranger_chose_for_the_address_ends(client, provider, site_engine):
    with transaction(site_engine) as conn:
        planted = sign_up(conn, SignUp("Mallory", "ida@example.com", "a hash", "en"))
    provider.describe("ida-1", email="ida@example.com", email_verified=True)
    assert sign_in(client, provider, "ida-1").status_code == 303

    with reading(site_engine) as conn:
        assert find_password_hash(conn, planted.id) is None
        assert get_account(conn, planted.id).email_confirmed_at is not None


def test_a_disabled_account_is_told_so(client, provider, make_account, site_engine):
    known = make_account(name="Ed", email="ed@example.com")
    provider.describe("ed-1", email="ed@example.com", email_verified=True)
    with transaction(site_engine) as conn:
        disable_account(conn, known, viewer=OPERATOR)

    refused = sign_in(client, provider, "ed-1")
    assert refused.status_code == 403
    assert "Your account here is closed" in refused.text


def test_who_stops_at_the_provider_comes_back_to_a_clear_page(client, provider):
    started = client.get("/sign-in/company")
    answer = f"/sign-in/company/back?error=access_denied&{state_of(started)}"
    stopped = client.get(answer)

    assert stopped.status_code == 403
    assert "did not sign you in" in stopped.text


def state_of(started) -> str:
    return re.search(r"state=[^&]+", started.headers["location"]).group()


def test_an_answer_that_no_sign_in_waits_for_is_refused(client, provider):
    started = client.get("/sign-in/company")
    back = provider.choose(started.headers["location"], "mara-7").removeprefix(HERE)
    other = TestClient(client.app, base_url=HERE, follow_redirects=False)

    assert "began in another browser" in other.get(back).text
    forged = re.sub(r"state=[^&]+", "state=forged", back)
    assert client.get(forged).status_code == 403
    assert client.get(back).status_code == 403, "the cookie was used up by the forged answer"
    assert client.get("/sign-in/company/back").status_code == 403


def test_a_code_that_is_none_gives_a_page_and_no_account(client, provider):
    started = client.get("/sign-in/company")
    wrong = client.get(f"/sign-in/company/back?code=guessed&{state_of(started)}")

    assert wrong.status_code == 502
    assert "could not be checked" in wrong.text


def test_an_unreachable_provider_gives_a_page(settings):
    app = create_app(with_provider(settings, "http://127.0.0.1:9"))
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        reply = client.get("/sign-in/company?next=/ask")

        assert reply.status_code == 503
        assert "does not answer at the moment" in reply.text
        assert "next=%2Fask" in reply.text
        assert client.get("/sign-in").status_code == 200


def test_a_site_without_a_provider_offers_none(settings):
    with TestClient(create_app(settings), follow_redirects=False) as client:
        assert client.get("/sign-in/company").status_code == 404
        assert "Continue with" not in client.get("/sign-in").text


KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
ISSUER = "https://login.example.com"
PENDING = Pending("state", "nonce", "verifier")
CLAIMS = {
    "iss": ISSUER,
    "aud": "kundig",
    "sub": "mara",
    "nonce": "nonce",
    "iat": 0,
    "exp": 600,
    "email": "mara@example.com",
}
DESCRIBED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
}


def answered(token: str, *, key: RSAKey = KEY, described: dict[str, object] = DESCRIBED) -> Person:
    """Whom the site takes the bearer of an ID token for."""

    def reply(request: httpx2.Request) -> httpx2.Response:
        answers = {
            "/.well-known/openid-configuration": described,
            "/keys": {"keys": [key.as_dict(private=False)]},
            "/token": {"access_token": "a", "token_type": "Bearer", "id_token": token},
        }
        return httpx2.Response(200, json=answers[request.url.path])

    client = Client(ISSUER, "kundig", "a secret that is long enough for a signature", BACK)
    provider = IdentityProvider(client, transport=httpx2.MockTransport(reply))
    return provider.finish(PENDING, {"state": "state", "code": "c"})


def signed(*, key: RSAKey = KEY, algorithm: str = "RS256", **changed: object) -> str:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 600, **changed}
    return jwt.encode({"alg": algorithm, "kid": "one"}, claims, key)


def test_a_token_is_believed_when_all_of_it_fits():
    assert answered(signed()).subject == "mara"
    assert answered(signed(aud=["kundig", "other"], azp="kundig")).subject == "mara"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "another client"},
        {"aud": ["kundig", "other"], "azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"iat": 2**33},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
        {"at_hash": "forged"},
    ],
    ids=str,
)
def test_a_token_with_one_wrong_claim_is_not(changed):
    with pytest.raises(SignInFailed):
        answered(signed(**changed))


def test_a_token_that_somebody_else_signed_is_not_believed():
    other = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
    with pytest.raises(SignInFailed):
        answered(signed(key=other))
    header, claims, _ = signed().split(".")
    for forged in (f"{header}.{claims}.", f"eyJhbGciOiJub25lIn0.{claims}.", "no token", ""):
        with pytest.raises(SignInFailed):
            answered(forged)


def test_a_description_of_another_issuer_is_not_believed():
    with pytest.raises(SignInFailed):
        answered(signed(), described={**DESCRIBED, "issuer": "https://evil.example.com"})
    with pytest.raises(SignInFailed):
        answered(signed(), described={"issuer": ISSUER})


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"oidc_secret": ""}, "KB_OIDC_SECRET"),
        ({"oidc_client": ""}, "KB_OIDC_CLIENT"),
        ({"oidc_issuer": ""}, "KB_OIDC_ISSUER"),
        ({"oidc_issuer": "http://login.example.com"}, "KB_OIDC_ISSUER"),
        ({"oidc_issuer": "login.example.com"}, "KB_OIDC_ISSUER"),
        ({"public_url": ""}, "KB_PUBLIC_URL"),
    ],
)
def test_half_a_setting_is_named_at_the_start(settings, changed, named):
    from web.http.site import make_look

    whole = with_provider(settings, ISSUER)
    assert open_provider(make_look(whole)) is not None
    with pytest.raises(InvalidInput) as refused:
        open_provider(make_look(replace(whole, **changed)))
    assert refused.value.field == named


def test_the_secret_may_stand_in_a_file(settings, tmp_path):
    from web.http.site import make_look

    file = tmp_path / "oidc"
    file.write_text("secret\n", encoding="utf-8")
    whole = replace(with_provider(settings, ISSUER), oidc_secret="", oidc_secret_file=file)
    assert open_provider(make_look(whole)) is not None
    with pytest.raises(InvalidInput):
        open_provider(make_look(replace(whole, oidc_secret_file=tmp_path / "none")))
    with pytest.raises(InvalidInput):
        open_provider(make_look(replace(whole, oidc_secret="x")))
