import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from indexer.encoding.cache import DEFAULT_MODEL_PACKAGE
from indexer.encoding.composing import INPUT_ROWS, compose
from indexer.encoding.languages import BASE_VOCABULARY, read_card, read_pack
from kb.errors import Unavailable
from tests.indexer.packs import random_rows, write_pack

BASE = Path(importlib.util.find_spec(DEFAULT_MODEL_PACKAGE).origin).parent / "model"
FIRST = ["bruehgruppe", "##lauf", "wasser", "fuer"]
SECOND = ["##lauf", "filter", "koffie"]


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    """The bundled model with two packs; "##lauf", "wasser" and "filter" are in both or in it."""
    folder = tmp_path_factory.mktemp("packs")
    packs = [
        read_pack(read_card(name, write_pack(folder / name, pieces, rows=rows)))
        for name, pieces, rows in (
            ("de", FIRST, random_rows(4, seed=1)),
            ("nl", SECOND, random_rows(3, seed=2)),
        )
    ]
    compose(BASE, packs, folder / "composed")
    return folder / "composed"


@pytest.fixture(scope="module")
def tokenizer(composed):
    return Tokenizer.from_file(str(composed / "tokenizer.json"))


def pieces(tokenizer, text):
    tokenizer.no_padding()
    return tokenizer.encode(text, add_special_tokens=False).tokens


def test_new_pieces_follow_the_old_ones_and_old_ones_keep_their_place(tokenizer):
    old = json.loads((BASE / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    new = tokenizer.get_vocab()

    assert {piece: new[piece] for piece in old} == old
    added = sorted(set(new) - set(old), key=new.__getitem__)
    assert [new[piece] for piece in added] == list(
        range(BASE_VOCABULARY, BASE_VOCABULARY + len(added))
    )
    assert [piece for piece in added if piece != "koffie"] == [p for p in FIRST if p not in old]


def test_umlauts_are_spelled_out_however_they_are_encoded(tokenizer):
    assert pieces(tokenizer, "für") == pieces(tokenizer, "fuer") == ["fuer"]
    assert pieces(tokenizer, "fu\u0308r") == ["fuer"]
    assert pieces(tokenizer, "BRÜHGRUPPE") == ["bruehgruppe"]
    assert pieces(tokenizer, "schön") != pieces(tokenizer, "schon")


def test_english_splits_as_before(tokenizer):
    plain = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    for text in ("How do I return my order?", "naïve café", "E-17 won't reset, 230 V"):
        assert pieces(tokenizer, text) == pieces(plain, text)


def test_rows_are_set_and_everything_else_stays_to_the_bit(composed, tokenizer):
    old, new = load_file(BASE / "model.safetensors"), load_file(composed / "model.safetensors")
    assert set(old) == set(new)
    assert all(np.array_equal(old[name], new[name]) for name in old if name != INPUT_ROWS)
    number = tokenizer.get_vocab()
    rows = new[INPUT_ROWS]
    assert len(rows) == len(number)
    np.testing.assert_array_equal(
        rows[[number[piece] for piece in FIRST]], random_rows(4, seed=1).astype(np.float32)
    )
    set_by_second = [number[piece] for piece in SECOND[1:]]
    np.testing.assert_array_equal(
        rows[set_by_second], random_rows(3, seed=2)[1:].astype(np.float32)
    )
    touched = {number[piece] for piece in (*FIRST, *SECOND)}
    kept = [row for row in range(BASE_VOCABULARY) if row not in touched]
    np.testing.assert_array_equal(rows[kept], old[INPUT_ROWS][kept])


LOAD = """
import sys
from sentence_transformers import SentenceTransformer
for row in SentenceTransformer(sys.argv[1], device="cpu").encode(sys.argv[2:]):
    print(*row.tolist())
"""


def test_sentence_transformers_loads_the_composed_folder_as_it_is_served(encoder, encoder_home):
    (folder,) = (encoder_home / "models").glob("composed-*")
    texts = ["Wie setze ich mein Passwort zurück?", "How do I reset my password?"]

    done = subprocess.run(
        [sys.executable, "-c", LOAD, folder, *texts], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    vectors = np.array([line.split() for line in done.stdout.splitlines()], dtype=np.float32)
    assert ((vectors * encoder.encode(texts)).sum(axis=1) > 0.99).all()


def test_german_and_english_of_one_question_meet_and_english_stays(encoder, plain_encoder):
    german, english, other = texts = [
        "Wie setze ich mein Passwort zurück?",
        "How do I reset my password?",
        "Where is the nearest hospital?",
    ]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    plain = dict(zip(texts, plain_encoder.encode(texts), strict=True))

    assert vectors[german] @ vectors[english] > 0.6 > 0.3 > vectors[german] @ vectors[other]
    assert plain[german] @ plain[english] < 0.3
    assert vectors[english] @ plain[english] > 0.999


def test_other_weights_are_refused(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "model.safetensors").write_bytes(b"something else")

    with pytest.raises(Unavailable, match="damaged: reinstall kundig"):
        compose(base, [], tmp_path / "composed")
    with pytest.raises(Unavailable, match="cannot be read"):
        compose(tmp_path / "nothing", [], tmp_path / "composed")
