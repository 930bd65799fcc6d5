"""Answers in another language than the question's, with the real model and its German pack."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.encoder import OnnxEncoder
from kb.access import GUEST
from search.bootstrap import connected, measure_pairs
from search.calibration import Calibration
from search.candidates import Request
from search.generation import make_segment
from search.index import snapshot_of
from search.query import parse_query
from search.ranking import rank
from search.shipped_weights import SHIPPED
from tests.search.stores import entry

PAIRS = (
    ("How do I reset my password?", "Wie setze ich mein Passwort zurück?"),
    ("Where is my parcel?", "Wo ist mein Paket?"),
    ("How do I cancel my order?", "Wie storniere ich meine Bestellung?"),
    ("Why is my invoice wrong?", "Warum ist meine Rechnung falsch?"),
    ("The water is cold", "Das Wasser ist kalt"),
    ("How do I delete my account?", "Wie lösche ich mein Konto?"),
    ("When will the doctor come?", "Wann kommt der Arzt?"),
    ("The window does not close", "Das Fenster schließt nicht"),
)
ENGLISH = tuple(entry(number, english) for number, (english, _) in enumerate(PAIRS, start=1))
GERMAN = tuple(
    entry(number, german, lang="de") for number, (_, german) in enumerate(PAIRS, start=11)
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The pairs as a judged corpus: German questions, English entries."""
    rows = [{"id": f"e{n}", "question": en, "lang": "en"} for n, (en, _) in enumerate(PAIRS)]
    asked = [
        {"id": f"q{n}", "text": de, "lang": "de", "none": False} for n, (_, de) in enumerate(PAIRS)
    ]
    for name, lines in (("faq.jsonl", rows), ("queries.jsonl", asked)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / name).write_text(text, encoding="utf-8")
    judged = "".join(f"q{n}\te{n}\t1\n" for n in range(len(PAIRS)))
    (tmp_path / "qrels.tsv").write_text(f"query_id\tfaq_id\trelevance\n{judged}", encoding="utf-8")
    return tmp_path


def calibration(encoder: OnnxEncoder, *bridged: str) -> Calibration:
    return replace(SHIPPED, fingerprint=encoder.fingerprint, connected=bridged)


def found(encoder, documents, text, *, lang, bridged=()):
    """(ids, scores) of a search by a reader of `lang`."""
    parsed = parse_query(text)
    request = Request(parsed, encoder.encode([text])[0], lang, GUEST.audiences)
    texts = {p.text_hash: p.text for document in documents for p in document.phrasings}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    held = snapshot_of(make_segment(documents, lambda _: vectors), fingerprint=encoder.fingerprint)
    ranking = rank(held, request, calibration(encoder, *bridged))
    return [id_ for _, id_ in ranking.keys], ranking.scores


def test_the_pack_bridges_two_languages_and_the_model_alone_does_not(
    encoder, plain_encoder, corpus
):
    assert connected(measure_pairs(encoder, corpus)) == ("de>en",)
    assert connected(measure_pairs(plain_encoder, corpus)) == ()


def test_too_few_questions_tell_nothing_of_a_bridge(encoder, corpus):
    judged = (corpus / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    (corpus / "qrels.tsv").write_text("\n".join(judged[:-1]) + "\n", encoding="utf-8")

    assert connected(measure_pairs(encoder, corpus)) == ()


def test_an_answer_over_the_bridge_is_as_sure_as_its_meaning(encoder):
    _, german = PAIRS[1]
    ids, bridged = found(encoder, ENGLISH, german, lang="de", bridged=("de>en",))
    _, doubted = found(encoder, ENGLISH, german, lang="de")
    _, other_way = found(encoder, ENGLISH, german, lang="de", bridged=("en>de",))

    assert ids[0] == 2
    assert bridged[0] > doubted[0] == other_way[0]


def test_the_readers_own_language_comes_first_and_the_other_one_next(encoder):
    _, german = PAIRS[1]
    asked = german.replace("Wo ist", "Wo bleibt")

    ids, _ = found(encoder, ENGLISH + GERMAN, asked, lang="de", bridged=("de>en", "en>de"))

    assert ids[:2] == [12, 2]


def test_within_one_language_nothing_changes(encoder):
    english, _ = PAIRS[3]
    with_bridge = found(encoder, ENGLISH, english, lang="en", bridged=("de>en", "en>de"))
    without = found(encoder, ENGLISH, english, lang="en")

    assert with_bridge[0] == without[0]
    assert with_bridge[1].tolist() == without[1].tolist()


def test_a_calibration_from_before_bridges_is_read_on(encoder):
    fields = json.loads(calibration(encoder, "de>en").to_json())
    del fields["across"], fields["connected"]

    older = Calibration.from_json(json.dumps(fields))

    assert (older.across, older.connected) == (None, ())
    assert older.hybrid == SHIPPED.hybrid
