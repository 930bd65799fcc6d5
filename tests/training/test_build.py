"""The builder from end to end: a pack from a few hundred pairs, in seconds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from indexer.encoding.composing import INPUT_ROWS
from indexer.encoding.languages import read_card, read_pack
from tests.training.sentences import NOUNS, write_pairs
from training.base_model import load_base_model
from training.build_language_pack import main

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "training" / "build_language_pack.py"
PACK_FILES = ("card.json", "pieces.txt", "rows.npy", "scales.npy")
SMALL = ("--lang", "de", "--vocabulary", "2000", "--fit-pairs", "64")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pairs(tmp_path_factory.mktemp("pairs") / "shop.tsv")


@pytest.fixture(scope="module")
def pack(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack built in a process of its own, with one thread and one hash seed."""
    folder = tmp_path_factory.mktemp("pack")
    build_apart(pairs, folder, hash_seed="1", threads="1")
    return folder


def build_apart(pairs: Path, folder: Path, *, hash_seed: str, threads: str) -> None:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "RAYON_NUM_THREADS": threads,
    }
    command = [sys.executable, str(SCRIPT), str(pairs), *SMALL, "--out", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_two_builds_are_equal_to_the_byte_whatever_the_hash_seed_and_the_threads(
    pairs: Path, pack: Path, tmp_path: Path
) -> None:
    build_apart(pairs, tmp_path, hash_seed="2", threads="2")

    for name in PACK_FILES:
        assert (tmp_path / name).read_bytes() == (pack / name).read_bytes(), name


def test_the_product_reads_the_pack(pack: Path) -> None:
    found = read_pack(read_card("de", pack))

    assert found.rows.shape == (len(found.pieces), 384)
    assert "waschmaschine" in found.pieces


def test_a_word_lies_near_what_it_was_aligned_with(pack: Path) -> None:
    found = read_pack(read_card("de", pack))
    base = load_base_model()
    known = [english for english in NOUNS.values() if english in base.vocabulary]
    english_rows = base.rows[[base.vocabulary[english] for english in known]]
    english_rows /= np.linalg.norm(english_rows, axis=1, keepdims=True)
    for german in ("Bestellung", "Lieferung", "Schraube"):
        row = found.rows[found.pieces.index(german.lower())]
        assert known[int(np.argmax(english_rows @ row))] == NOUNS[german]


def test_the_card_names_the_sources_with_licence_and_count(pack: Path) -> None:
    card = json.loads((pack / "card.json").read_text(encoding="utf-8"))

    assert {"source": "shop", "licence": "not stated", "count": 600} in card["pairs"]
    assert [s["licence"] for s in card["pairs"] if s["source"] == "service_words"] == ["Apache-2.0"]
    assert card["seed"] == 0


def test_another_seed_gives_another_pack(pairs: Path, pack: Path, tmp_path: Path) -> None:
    assert main([str(pairs), *SMALL, "--seed", "7", "--out", str(tmp_path)]) == 0

    assert not np.array_equal(np.load(tmp_path / "rows.npy"), np.load(pack / "rows.npy"))


def test_bad_rows_are_named_and_the_pack_is_made(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "torn.tsv"
    path.write_text(pairs.read_text(encoding="utf-8") + "no tab\n" * 14, encoding="utf-8")

    assert main([str(path), *SMALL[:4], "--fit-pairs", "0", "--out", str(tmp_path / "out")]) == 0

    said = capsys.readouterr().err
    assert f"left out: {path}, row 601: 1 column" in said
    assert f"left out: 4 more rows of {path}" in said
    assert said.count("left out") == 11


@pytest.mark.parametrize(
    ("text", "arguments", "line"),
    [
        (None, (), "pairs file {path} does not exist"),
        ("", (), "{path}: no usable sentence pair"),
        ("no tab\n", (), "{path}: no usable sentence pair"),
        ("a\tb\n", ("--lang", "nl"), "1 usable sentence pairs, at least 50 are needed"),
        ("a\tb\n", ("--lang", "../de"), "'../de' is no language code such as de, nl or fr"),
        ("a\tb\n", ("--vocabulary", "10"), "--vocabulary must be at least 500, got 10"),
        ("a\tb\n", ("--fit-pairs", "-1"), "--fit-pairs must be at least 0, got -1"),
        ("a\tb\n", ("--base", "gone"), "gone holds no base model: model.safetensors is missing"),
        ("a\tb\n", ("--figures", "gone"), "gone: cannot be read as JSON"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    text: str | None,
    arguments: tuple[str, ...],
    line: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "pairs.tsv"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    code = main([str(path), "--lang", "de", "--out", str(tmp_path / "out"), *arguments])

    assert code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(line.format(path=path))
    assert not (tmp_path / "out").exists()


def test_a_base_of_another_dimension_is_refused(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled = load_base_model()
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(bundled.folder / "tokenizer.json", other)
    weights = load_file(bundled.folder / "model.safetensors")
    save_file({INPUT_ROWS: weights[INPUT_ROWS][:, :256].copy()}, other / "model.safetensors")

    code = main([str(pairs), *SMALL, "--base", str(other), "--out", str(tmp_path / "out")])

    assert code == 2
    assert "the base model has 256 dimensions, packs have 384" in capsys.readouterr().err
