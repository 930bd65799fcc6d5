"""Over HTTP each key reads what its audiences are, and what is withdrawn is gone everywhere."""

import pytest

from kb.access import OPERATOR, Role, Scope
from kb.entries import EntryContent
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.links.edits import set_link_mode
from tests.web.http.conftest import bearer

SECRETS = {"members": "zylindermund", "partners": "kuckuckslicht", "internal": "nebelhorner"}
READS = {
    (Role.CUSTOMER, (Scope.READ,)): {"members"},
    (Role.AGENT, (Scope.READ,)): {"members"},
    (Role.AGENT, (Scope.READ, Scope.AGENT)): {"members", "partners", "internal"},
    (Role.MODERATOR, (Scope.READ, Scope.MODERATE)): {"members"},
    (Role.ADMIN, tuple(Scope)): {"members", "partners", "internal"},
}


@pytest.fixture
def planted(client, entries, site_engine):
    """The ids of an entry for each audience, all of them linked from a public one."""
    found = {}
    with transaction(site_engine) as conn:
        for audience, word in SECRETS.items():
            content = EntryContent(
                f"Return policy {word}",
                f"Only {word} may know. The password is {word}.",
                audience=audience,
                category=word,
                product=word,
                tags=(word,),
                phrasings=(f"{word} password",),
            )
            found[audience] = add_entry(conn, content, viewer=OPERATOR, state="published")
            set_link_mode(conn, entries["reset"], found[audience], "pinned", viewer=OPERATOR)
    client.app.state.site.live.refresh()
    return found


def searches(word):
    misspelt = word[:4] + "x" + word[5:]
    yield f"/api/v1/search?q={word}&floor=off&explain=1"
    yield f"/api/v1/search?q={misspelt}"
    yield "/api/v1/search?q=return+policy+password&floor=off&limit=2"
    yield f"/api/v1/search?q=password&category={word}&product={word}&tag={word}&floor=off"
    yield f"/api/v1/suggest?q={word[:5]}"
    yield f"/api/v1/suggest?q={misspelt}"
    yield "/api/v1/suggest?q=return+policy"
    yield "/search?q=return+policy+password"


def readings(entries, planted):
    yield "/api/v1/entries?limit=50"
    yield f"/api/v1/entries/{entries['reset']}/related"
    for id_ in planted.values():
        yield f"/api/v1/entries/{id_}"
        yield f"/api/v1/entries/{id_}/related"
        yield f"/faq/{id_}"
    yield from ("/", "/feed", "/sitemap.xml", "/categories", "/products", "/tags", "/downloads")
    yield from ("/categories/account", "/opensearch/suggestions?q=return+policy")
    for word in SECRETS.values():
        yield f"/categories/account?product={word[:-1]}"


def told(client, path, headers):
    """What a reply says, without the query that it repeats."""
    answer = client.get(path, headers=headers)
    assert answer.status_code in (200, 301, 404), (path, answer.text)
    if answer.headers.get("content-type") == "application/json":
        return str({**answer.json(), "query": ""})
    return answer.text + answer.headers.get("location", "")


@pytest.mark.parametrize("who", [None, *READS])
def test_a_key_finds_its_audiences_and_nothing_else(client, planted, make_key, who):
    headers = bearer(make_key(who[0], *who[1])) if who else {}
    readable = READS[who] if who else set()

    for audience, word in SECRETS.items():
        naming = [path for path in searches(word) if word in told(client, path, headers)]
        assert len(naming) >= 5 if audience in readable else naming == []


@pytest.mark.parametrize("who", [None, *(who for who in READS if Scope.AGENT not in who[1])])
def test_who_does_not_edit_reads_their_audiences_and_nothing_else(
    client, entries, planted, make_key, who
):
    headers = bearer(make_key(who[0], *who[1])) if who else {}
    readable = READS[who] if who else set()

    for audience, word in SECRETS.items():
        naming = [p for p in readings(entries, planted) if word in told(client, p, headers)]
        assert bool(naming) == (audience in readable), naming
        for path in (f"/faq/{planted[audience]}", f"/api/v1/entries/{planted[audience]}"):
            gone = client.get(path, headers=headers).status_code == 404
            assert gone == (audience not in readable)


@pytest.mark.parametrize("change", [{"state": "archived"}, {"audience": "internal"}])
def test_what_is_withdrawn_is_gone_from_every_surface_at_the_next_step(
    client, entries, agent, site_engine, change
):
    path = f"/api/v1/entries/{entries['descale']}"
    with transaction(site_engine) as conn:
        set_link_mode(conn, entries["reset"], entries["descale"], "pinned", viewer=OPERATOR)
    everywhere = [
        "/api/v1/search?q=descale+the+coffee+machine&floor=off",
        "/api/v1/search?q=descxle",
        "/api/v1/suggest?q=how+do+i+desc",
        "/api/v1/entries?limit=50",
        f"/api/v1/entries/{entries['reset']}/related",
        path,
        "/",
        "/sitemap.xml",
    ]
    for surface in everywhere:
        assert "descale" in client.get(surface).text, surface

    assert client.patch(path, json={"revision": 1, **change}, headers=agent).status_code == 200
    client.app.state.site.live.refresh()

    for surface in everywhere:
        told = client.get(surface).text.replace('"query":"descale the coffee machine"', "")
        assert "descale" not in told, surface
    care = client.get("/api/v1/search?q=coffee+machine&floor=off").json()["facets"]["category"]
    assert "care" not in {one["value"] for one in care}
