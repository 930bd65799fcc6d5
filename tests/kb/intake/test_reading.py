"""Files in, rows out: every format, every way a file can be wrong."""

import csv
import gzip
import json
import os

import pytest

from kb.errors import InvalidInput
from kb.intake.reading import read_rows
from kb.intake.records import BadRow, Row

ROWS = [
    {"id": "00123", "text": "The strap broke, can I get a new one?"},
    {"id": "00124", "text": "Die Schnalle schließt nicht mehr."},
]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def values(path):
    return [dict(row.values) for row in read_rows(path) if isinstance(row, Row)]


def table(delimiter=","):
    lines = [delimiter.join(("id", "text"))]
    lines += [delimiter.join((row["id"], f'"{row["text"]}"')) for row in ROWS]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.csv", table()),
        ("german.csv", table(";")),
        ("q.tsv", table("\t")),
        ("excel.csv", "sep=;\r\n" + table(";").replace("\n", "\r\n")),
        ("q.json", json.dumps(ROWS)),
        ("wrapped.json", json.dumps({"count": 2, "tickets": ROWS})),
        ("nested.json", json.dumps({"data": {"meta": {}, "payload": ROWS}})),
        ("oddly.json", json.dumps({"total": 2, "whatever": ROWS})),
        ("q.jsonl", "\n".join(json.dumps(row) for row in ROWS)),
        ("no_ending", "\n".join(json.dumps(row) for row in ROWS)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_rows(tmp_path, name, content, packed):
    path = tmp_path / (name + ".gz" if packed else name)
    data = content.encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    assert values(path) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["q.csv", "q.json", "q.ndjson"])
def test_every_encoding_gives_the_same_rows(tmp_path, name, encoding):
    content = {
        "q.csv": table(),
        "q.json": json.dumps(ROWS, ensure_ascii=False),
        "q.ndjson": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    }[name]
    path = write(tmp_path / name, content, encoding)
    rows = read_rows(path)
    assert [dict(row.values) for row in rows] == ROWS
    assert bool(rows.note) is (encoding == "cp1252")


def test_a_packed_file_has_the_fingerprint_of_the_plain_one(tmp_path):
    plain = write(tmp_path / "q.csv", table())
    packed = tmp_path / "q.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_rows(plain).sha256 == read_rows(packed).sha256


def test_types_are_reported_and_never_converted(tmp_path):
    path = write(tmp_path / "q.csv", "id,phone,text\n00123,0301234567,Where is my parcel?\n")
    rows = read_rows(path)
    assert [dict(row.values) for row in rows] == [
        {"id": "00123", "phone": "0301234567", "text": "Where is my parcel?"}
    ]
    assert rows.types == {"id": "integer", "phone": "integer", "text": "text"}


def test_line_breaks_and_separators_inside_quotes_belong_to_the_field(tmp_path):
    path = write(tmp_path / "q.csv", 'id,text\n1,"Hello,\nit broke; again"\n')
    assert values(path) == [{"id": "1", "text": "Hello,\nit broke; again"}]


def test_a_field_longer_than_the_csv_limit_is_read(tmp_path):
    path = write(tmp_path / "q.csv", "id,text\n1," + "word " * 60_000 + "\n")
    assert len(values(path)[0]["text"]) == 300_000
    assert csv.field_size_limit() >= 300_000


def test_a_damaged_line_is_a_bad_row_and_the_rest_goes_in(tmp_path):
    path = write(tmp_path / "q.jsonl", '{"text": "one"}\n{"text": "tw\n[1]\n\n{"text": "three"}\n')
    items = list(read_rows(path))
    assert [item.values["text"] for item in items if isinstance(item, Row)] == ["one", "three"]
    bad = [item for item in items if isinstance(item, BadRow)]
    assert [(item.row, item.field) for item in bad] == [(2, "line"), (3, "line")]
    assert "not valid JSON" in bad[0].reason
    assert "not an object" in bad[1].reason


def test_a_row_with_more_fields_than_the_header_is_bad(tmp_path):
    path = write(tmp_path / "q.csv", "id,text\n1,a question\n2,one, too many\n3,another\n")
    items = list(read_rows(path))
    assert [item.row if isinstance(item, BadRow) else "" for item in items] == ["", 2, ""]
    assert "1 more fields than the header" in items[1].reason


def test_a_file_whose_rows_are_all_bad_is_refused(tmp_path):
    path = write(tmp_path / "q.jsonl", "{broken\n{more broken\n")
    with pytest.raises(InvalidInput, match=r"no row can be read; row 1: not valid JSON"):
        read_rows(path).columns()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("blank.csv", b"\xef\xbb\xbf \n\n", "blank.csv is empty"),
        ("tickets.xlsx", b"PK\x03\x04rest", "tickets.xlsx is an Excel workbook: save it as CSV"),
        ("tickets.xls", b"\xd0\xcf\x11\xe0rest", "is an Excel workbook: save it as CSV"),
        ("tickets.zip", b"PK\x03\x04rest", "tickets.zip is a zip archive: unpack it first"),
        ("tickets.pdf", b"%PDF-1.7 rest", "is a PDF file"),
        ("tickets.bz2", b"BZh91AY", "compressed with bzip2"),
        ("db.csv", b"SQLite format 3\x00rest", "is an SQLite database"),
        ("image.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is a binary file"),
        ("packed.csv.gz", gzip.compress(b""), "is empty"),
        ("cut.jsonl.gz", gzip.compress(os.urandom(9_000))[:4_000], "breaks off"),
        ("bad.json", b'[{"text": "one"}, {"text": ', "is not valid JSON: .* line 1, column"),
        ("scalar.json", b'"just text"', "is not JSON"),
        ("deep.json", b"[" * 200_000, "is not valid JSON: nested too deep"),
        ("latin.csv", b"id,text\n1,gr\xfc\xdfe \x81 kaputt\n", "byte 12 cannot be decoded"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_one_clear_line(tmp_path, name, data, message):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InvalidInput, match=message) as caught:
        read_rows(path).columns()
    assert "\n" not in str(caught.value)


def test_a_utf8_file_with_one_damaged_byte_is_not_taken_for_cp1252(tmp_path):
    path = tmp_path / "q.csv"
    path.write_bytes("id,text\n1,Grüße größer über Öl\n".encode() + b"2,gr\xfc\xdfe\n")
    with pytest.raises(InvalidInput, match="is not valid UTF-8: byte"):
        read_rows(path)


def test_a_header_without_rows_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="has a header but no rows"):
        read_rows(write(tmp_path / "q.csv", "id,text\n")).columns()
    with pytest.raises(InvalidInput, match="has no rows"):
        read_rows(write(tmp_path / "q.json", "[]")).columns()


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist"):
        read_rows(tmp_path / "missing.csv")
    with pytest.raises(InvalidInput, match="is a folder"):
        read_rows(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = write(tmp_path / "q.csv", table())
    path.chmod(0)
    with pytest.raises(InvalidInput, match="permission denied"):
        read_rows(path)
