import json

import numpy as np
import pytest

from indexer.encoder import find_exported, open_encoder
from indexer.encoding.cache import model_source
from indexer.encoding.languages import (
    BASE_DIMENSION,
    BASE_WEIGHTS_SHA256,
    PackRefused,
    chosen_packs,
    pack_folders,
    read_card,
    read_pack,
)
from kb.errors import InvalidInput
from kb.settings import Settings
from tests.indexer.packs import random_rows, write_card, write_pack

BASE = {
    "model": "all-MiniLM-L6-v2",
    "weights_sha256": BASE_WEIGHTS_SHA256,
    "dimension": BASE_DIMENSION,
    "vocabulary": 30_522,
}


def test_packs_come_in_the_order_in_which_they_are_named(tmp_path):
    for name in ("nl", "fr"):
        write_pack(tmp_path / "languages" / name)

    found = chosen_packs(Settings(home=tmp_path, languages=" nl, en,fr ,nl"))

    assert [card.language for card in found] == ["nl", "fr"]


@pytest.mark.parametrize("languages", ["en", "", " , ", "EN"])
def test_english_alone_needs_no_pack(tmp_path, languages):
    settings = Settings(home=tmp_path, languages=languages)

    assert chosen_packs(settings) == ()
    assert model_source(settings).name == "minilm"


def test_a_language_without_a_pack_is_refused_with_what_there_is(tmp_path):
    write_pack(tmp_path / "languages" / "nl")

    with pytest.raises(InvalidInput, match=r"no language pack 'xx', there are en, .*\bnl\b"):
        open_encoder(Settings(home=tmp_path, languages="nl,xx"))


def test_what_is_no_language_is_no_pack(tmp_path):
    write_pack(tmp_path / "languages" / "Old Pack")

    assert "Old Pack" not in pack_folders(Settings(home=tmp_path))


def test_packs_change_the_name_and_the_place_of_the_export(tmp_path):
    folder = write_pack(tmp_path / "languages" / "nl")
    plain = model_source(Settings(home=tmp_path, languages=""))
    first = model_source(Settings(home=tmp_path, languages="nl"))
    write_card(folder, recipe="another one")

    second = model_source(Settings(home=tmp_path, languages="nl"))

    assert (plain.name, first.name) == ("minilm", "minilm-nl")
    assert len({plain.folder_name, first.folder_name, second.folder_name}) == 3


def test_another_model_gets_no_pack_not_even_a_broken_one(tmp_path):
    write_pack(tmp_path / "languages" / "nl", format=99)
    (tmp_path / "other").mkdir()
    settings = Settings(home=tmp_path, languages="nl,xx", model=str(tmp_path / "other"))

    assert model_source(settings).packs == ()


def test_a_pack_is_read_whole(tmp_path):
    card = read_card("nl", write_pack(tmp_path / "nl", ["één", "##heid"], rows=random_rows(2)))

    pack = read_pack(card)

    assert pack.pieces == ("één", "##heid")
    assert pack.rows.dtype == np.float32
    np.testing.assert_array_equal(pack.rows, random_rows(2).astype(np.float32))


def test_rows_of_bytes_have_a_scale_each(tmp_path):
    whole = np.arange(2 * BASE_DIMENSION).reshape(2, -1) % 127
    folder = write_pack(
        tmp_path / "nl",
        ["a1", "b2"],
        rows=whole.astype(np.int8),
        scales=np.array([0.5, 2.0], dtype=np.float32),
    )

    rows = read_pack(read_card("nl", folder)).rows

    np.testing.assert_array_equal(rows[0], whole[0] * 0.5)
    np.testing.assert_array_equal(rows[1], whole[1] * 2.0)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"format": 2}, "format 2"),
        ({"language": "fr"}, "of language 'fr'"),
        (
            {"base": {**BASE, "weights_sha256": "0" * 64, "model": "other"}},
            "another model, 'other'",
        ),
        ({"base": {**BASE, "dimension": 768}}, "768 dimensions"),
        ({"base": None}, "card.json"),
        ({"sha256": {}}, "no checksum of pieces.txt"),
        ({"sha256": {"pieces.txt": "", "rows.npy": "", "../secret": ""}}, "'../secret'"),
        ({"replacements": [["ä", 1]]}, "replacement 'ä'"),
        ({"replacements": ["ä"]}, "card.json"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(tmp_path, changed, reason):
    folder = write_pack(tmp_path / "nl", **changed)

    assert_refused_in_one_line(lambda: read_card("nl", folder), reason)


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff", '{"format": 1}'])
def test_a_card_that_is_torn_is_refused(tmp_path, text):
    folder = write_pack(tmp_path / "nl")
    (folder / "card.json").write_bytes(text.encode("latin-1"))

    assert_refused_in_one_line(lambda: read_card("nl", folder), "card.json")


@pytest.mark.parametrize("name", ["card.json", "pieces.txt", "rows.npy"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_pack(tmp_path / "nl")
    (folder / name).unlink()

    assert_refused_in_one_line(lambda: read_pack(read_card("nl", folder)), f"{name}: No such file")


def test_a_changed_file_is_refused_by_its_checksum(tmp_path):
    folder = write_pack(tmp_path / "nl")
    with (folder / "rows.npy").open("r+b") as file:
        file.seek(-5, 2)
        file.write(b"xx")

    assert_refused_in_one_line(lambda: read_pack(read_card("nl", folder)), "rows.npy is damaged")


def test_a_torn_file_is_refused_though_its_card_was_written_from_it(tmp_path):
    folder = write_pack(tmp_path / "nl")
    whole = (folder / "rows.npy").read_bytes()
    for part in (b"", whole[:60], whole[:-100], b"PK\x03\x04" + whole):
        (folder / "rows.npy").write_bytes(part)
        write_card(folder)

        assert_refused_in_one_line(lambda: read_pack(read_card("nl", folder)), "language pack nl")


@pytest.mark.parametrize(
    ("pieces", "rows", "reason"),
    [
        (["a1", "b2"], random_rows(3), "shape (3, 384)"),
        (["a1"], np.zeros((1, 768), np.float16), "shape (1, 768)"),
        (["a1"], np.zeros((1, 384), np.float64), "must be float16"),
        (["a1"], np.zeros((1, 384), np.int8), "scales.npy"),
        (["a1"], np.full((1, 384), np.nan, np.float16), "numbers that are none"),
        (["a1"], np.array([[{}] * 384]), "language pack nl"),
        (["a1", "a1"], random_rows(2), "a piece twice"),
        (["a1", "##"], random_rows(2), "line 2"),
        (["a1", ""], random_rows(2), "line 2"),
        (["[CLS]"], random_rows(1), "'[CLS]' is no piece"),
    ],
)
def test_pieces_and_rows_that_do_not_fit_are_refused(tmp_path, pieces, rows, reason):
    folder = write_pack(tmp_path / "nl", pieces, rows=rows)

    assert_refused_in_one_line(lambda: read_pack(read_card("nl", folder)), reason)


def test_a_refused_pack_leaves_nothing_behind(tmp_path):
    folder = write_pack(tmp_path / "languages" / "nl")
    (folder / "pieces.txt").write_text("other\n")
    settings = Settings(home=tmp_path, languages="nl")

    assert_refused_in_one_line(lambda: open_encoder(settings), "pieces.txt is damaged")

    assert [path for path in settings.models_dir.iterdir() if path.is_dir()] == []
    assert find_exported(settings) is None


def assert_refused_in_one_line(act, reason):
    with pytest.raises(PackRefused) as refused:
        act()
    line = str(refused.value)
    assert line.startswith("language pack nl is refused: ")
    assert line.endswith("; check KB_LANGUAGES")
    assert reason in line
    assert "\n" not in line


def test_every_shipped_pack_is_whole_and_says_where_it_is_from(tmp_path):
    for language, folder in pack_folders(Settings(home=tmp_path)).items():
        pack = read_pack(read_card(language, folder))
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))

        assert len(pack.pieces) > 1_000
        assert all(pair["licence"] and pair["count"] > 0 for pair in card["pairs"])
        assert card["pairs"]
