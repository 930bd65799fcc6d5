"""What somebody may not read is in nothing that a search tells them, whoever asks and however."""

from dataclasses import asdict, replace

import pytest

from kb.access import GUEST, INTERNAL, MEMBERS, Role, Scope, Viewer
from search.bootstrap import calibrate_bootstrap
from search.documents import DocumentPhrasing
from search.generation import RecordState, build_generation
from search.index import IndexFollower, Part, snapshot_of
from search.metadata import Metadata
from search.searcher import Searcher
from search.suggest import Suggester
from tests.search.stores import (
    FINGERPRINT,
    HELP_DESK,
    LetterEncoder,
    MemoryRecord,
    Shelf,
    entry,
    snapshot,
)

SECRETS = {MEMBERS: "zylindermund", "partners": "quarzwolken", INTERNAL: "nebelhorner"}
"""A word for each audience, of which its entry and its labels are full."""

UNSHOWN = "xylophonisch"
"""Stands in a wording of a public entry that nobody has shown."""

PARTNERS = frozenset({"partners"})
VIEWERS = {
    "guest": GUEST,
    "customer": Viewer(role=Role.CUSTOMER),
    "partner": Viewer(role=Role.CUSTOMER, groups=PARTNERS),
    "agent": Viewer(role=Role.AGENT),
    "agent in the group": Viewer(role=Role.AGENT, groups=PARTNERS),
    "agent's key for reading": Viewer(role=Role.AGENT, scopes=frozenset({Scope.READ})),
    "admin's key for asking": Viewer(role=Role.ADMIN, scopes=frozenset({Scope.ASK})),
    "guest who claims a group": Viewer(groups=PARTNERS),
}
READS = {
    "guest": set(),
    "customer": {MEMBERS},
    "partner": {MEMBERS, "partners"},
    "agent": {MEMBERS, "partners", INTERNAL},
    "agent in the group": {MEMBERS, "partners", INTERNAL},
    "agent's key for reading": {MEMBERS},
    "admin's key for asking": {MEMBERS},
    "guest who claims a group": set(),
}


def secret_entry(number, audience):
    word = SECRETS[audience]
    document = entry(
        number,
        f"Return an item with {word}",
        f"The {word} label of the parcel is printed. Error {word[:2].upper()}-41 means so.",
        audience=audience,
        category=word,
        product=word,
        tags=(word, "parcel"),
        wordings=[f"{word} password"],
    )
    shown = DocumentPhrasing(f"How do I return {word}?", True)
    return replace(document, phrasings=(*document.phrasings, shown))


STORE = (
    *HELP_DESK,
    entry(20, "Reset the coffee machine", "Hold the button.", wordings=[f"{UNSHOWN} button"]),
    *(secret_entry(30 + place, audience) for place, audience in enumerate(SECRETS)),
)
QUERIES = [
    "return an item",
    "parcel label",
    "password",
    "error QU-41 ZY-41 NE-41",
    "tag:parcel parcel",
    '"return" item',
    *SECRETS.values(),
    *(f"category:{word} parcel" for word in SECRETS.values()),
    *(f"{word[:-2]}e parcel" for word in SECRETS.values()),
    *(f"parcel -{word}" for word in SECRETS.values()),
    UNSHOWN,
    "xylophonixch button",
]


@pytest.fixture(scope="module", params=["hybrid", "keyword"])
def new_searcher(request):
    """Makes searchers over the same store that remember nothing yet."""
    encoder = LetterEncoder() if request.param == "hybrid" else None
    calibration, shelf = calibrate_bootstrap(encoder), Shelf(snapshot(STORE))
    return lambda: Searcher(shelf, encoder, calibration)


@pytest.fixture(scope="module")
def searcher(new_searcher):
    return new_searcher()


def everything_told(searcher, query, viewer, **options):
    """All pages of a search as one text, without the query that it repeats."""
    told, cursor = [], None
    while True:
        page = searcher.search(query, viewer=viewer, cursor=cursor, limit=2, **options)
        told.append(repr({**asdict(page), "query": ""}))
        cursor = page.cursor
        if cursor is None:
            return "\n".join(told).casefold()


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("query", QUERIES)
def test_no_part_of_a_search_names_what_its_viewer_may_not_read(searcher, name, query):
    told = everything_told(searcher, query, VIEWERS[name], floor=False, explain=True)
    told += everything_told(searcher, query, VIEWERS[name])

    hidden = [word for audience, word in SECRETS.items() if audience not in READS[name]]
    assert not [word for word in (*hidden, UNSHOWN) if word in told]


@pytest.mark.parametrize("name", VIEWERS)
def test_every_viewer_finds_all_that_they_may_read(searcher, name):
    for audience, word in SECRETS.items():
        found = searcher.search(word, viewer=VIEWERS[name], floor=False)
        assert (word in repr(found.hits)) == (audience in READS[name])
        assert (word in repr(found.facets)) == (audience in READS[name])


@pytest.mark.parametrize("name", VIEWERS)
def test_suggestions_and_corrections_come_from_what_a_viewer_may_read(searcher, name):
    viewer = VIEWERS[name]
    suggester = Suggester.build(STORE)
    readable = suggester.audiences_of(viewer)
    for audience, word in SECRETS.items():
        misspelt = word[:4] + "x" + word[5:]
        for typed in (word[:5], misspelt, f"return an item with {word[:3]}", "how do i return"):
            offered = repr(suggester.suggest(typed, audiences=readable))
            assert audience in READS[name] or word not in offered
        corrected = searcher.search(misspelt, viewer=viewer).did_you_mean
        assert corrected in ((word, None) if audience in READS[name] else (None,))
    assert UNSHOWN not in repr(suggester.suggest("xylo", audiences=readable))


@pytest.mark.parametrize("typed", ["lam", "lax", "lap", "zeb", "zxb", "lamp bat"])
def test_what_is_hidden_changes_no_suggestion(typed):
    public = [entry(1, "Lamp battery"), entry(2, "Lamps"), entry(3, "Zebra stripes")]
    hidden = [
        entry(10 + place, f"{beginning}{chr(97 + place)} lamp", audience=INTERNAL)
        for beginning in ("la", "lam", "zeb")
        for place in range(26)
    ]
    alone, beside = Suggester.build(public), Suggester.build([*hidden, *public])

    expected = alone.suggest(typed, audiences=GUEST.audiences)
    assert beside.suggest(typed, audiences=GUEST.audiences) == expected


def test_an_unshown_wording_finds_its_entry_and_is_never_quoted(searcher):
    found = searcher.search(f"{UNSHOWN} button", viewer=GUEST, floor=False)

    assert found.hits[0].id == 20
    assert found.hits[0].matched_phrasing is None
    assert searcher.search("xylophonixch", viewer=Viewer(role=Role.AGENT)).did_you_mean is None


def test_the_same_words_of_two_readers_are_two_searches(searcher, new_searcher):
    readers = [Viewer(locale="en"), Viewer(locale="de"), VIEWERS["customer"], VIEWERS["agent"]]
    texts = ("password passwort", "parcel return", "refunds above the limit")

    def ask(searching, reader, text):
        return replace(searching.search(text, viewer=reader, floor=False), took_ms=0.0)

    for text in texts:
        told = [ask(searcher, reader, text) for _ in range(2) for reader in readers]
        for reader, found in zip(readers * 2, told, strict=True):
            assert found == ask(new_searcher(), reader, text)


def test_a_mask_that_is_wrong_is_made_good_when_hits_are_read(searcher):
    told = snapshot(STORE)
    (part,) = told.parts
    everything_public = Metadata.of([replace(one, audience="public") for one in STORE])
    segment = replace(part.segment, metadata=everything_public)
    fooled = replace(snapshot_of(segment, fingerprint=FINGERPRINT), parts=(Part(segment, None),))
    careless = Searcher(Shelf(fooled), None, calibrate_bootstrap(None))

    for word in SECRETS.values():
        found = careless.search(word, viewer=GUEST, floor=False, limit=100)
        assert word not in repr((found.hits, found.near))


def test_what_is_hidden_between_two_pages_is_on_none_that_follows(tmp_path):
    record = MemoryRecord(entry(id_, f"Parcel number {id_}", "Here.") for id_ in range(1, 9))
    build_generation(
        tmp_path,
        documents=record.kept.values(),
        vectors=lambda hashes: record.vectors(FINGERPRINT, hashes),
        state=RecordState(record.incarnation(), 0, FINGERPRINT),
    )
    follower = IndexFollower(tmp_path, record)
    follower.refresh()
    searcher = Searcher(follower, None, calibrate_bootstrap(None))
    first = searcher.search("parcel number", viewer=GUEST, limit=3, floor=False)
    rest = {hit.id for hit in searcher.search(
        "parcel number", viewer=GUEST, limit=5, floor=False, cursor=first.cursor
    ).hits}  # fmt: skip
    hidden = min(rest)

    record.put(entry(hidden, f"Parcel number {hidden}", "Here.", audience=INTERNAL))
    follower.refresh()

    following, again = (
        searcher.search("parcel number", viewer=GUEST, limit=5, floor=False, cursor=cursor)
        for cursor in (first.cursor, first.cursor)
    )
    assert following.hits == again.hits
    assert {hit.id for hit in following.hits} <= rest - {hidden}
    agents = searcher.search("parcel number", viewer=VIEWERS["agent"], limit=8, floor=False)
    assert hidden in {hit.id for hit in agents.hits}
