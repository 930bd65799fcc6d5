"""Reading files of sentence pairs."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kb.errors import InvalidInput, NotFound
from training.sentence_pairs import MAX_CHARACTERS, SentencePair, read_pairs


def test_two_columns_are_foreign_and_english_and_the_file_names_the_source(tmp_path: Path) -> None:
    path = tmp_path / "shop.tsv"
    path.write_text("Wo ist mein Paket?\tWhere is my parcel?\n", encoding="utf-8")

    assert read_pairs(path).pairs == (
        SentencePair("shop", "Where is my parcel?", "Wo ist mein Paket?"),
    )


def test_three_columns_are_source_english_and_foreign_gzipped_or_not(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress(b"web\tGood day\tGuten Tag\n"))

    assert read_pairs(path).pairs == (SentencePair("web", "Good day", "Guten Tag"),)


def test_a_first_line_with_the_names_of_the_columns_is_no_pair(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("foreign\tenglish\nGuten Tag\tGood day\n", encoding="utf-8")

    assert [pair.foreign for pair in read_pairs(path).pairs] == ["Guten Tag"]


def test_each_bad_row_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(
        b"Guten Tag\tGood day\nohne Englisch\n\tempty\n\n"
        + b"Stra\xdfe\tstreet\n"
        + f"{'x' * (MAX_CHARACTERS + 1)}\tlong\n".encode()
        + b"a\tb\tc\td\n"
    )

    found = read_pairs(path)

    assert len(found.pairs) == 1
    assert [(row.number, row.reason) for row in found.bad_rows] == [
        (2, "1 column, expected 2 (foreign, English) or 3 (source, English, foreign)"),
        (3, "the foreign side is empty"),
        (5, "not UTF-8 (byte 5 of the row)"),
        (6, "the foreign side has 1,001 characters, at most 1,000"),
        (7, "4 columns, expected 2 (foreign, English) or 3 (source, English, foreign)"),
    ]
    assert str(found.bad_rows[0]).startswith(f"{path}, row 2: ")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.tsv does not exist"):
        read_pairs(tmp_path / "gone.tsv")


def test_a_torn_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress(b"Guten Tag\tGood day\n" * 500)[:-12])

    with pytest.raises(InvalidInput, match="the gzip file is broken"):
        read_pairs(path)
