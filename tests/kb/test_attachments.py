"""Files from outside are told by their content, cleaned, or refused with a clear line."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kb.attachments import MAX_FILE_BYTES, FileRefused, Refusal, check_file
from kb.errors import InvalidInput
from kb.files.names import clean_name, split_name
from tests.kb import files_given as given_files
from tests.kb.files_given import PDF, office, open_document, opened, packed, picture, saved


def why(name: str, content: bytes) -> Refusal:
    with pytest.raises(FileRefused) as refused:
        check_file(name, content)
    assert refused.value.field == "files"
    return refused.value.why


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kept"),
    [
        ("a.png", picture("PNG"), "image/png", "a.png"),
        ("a.jpeg", picture("JPEG"), "image/jpeg", "a.jpeg"),
        ("a.webp", picture("WEBP"), "image/webp", "a.webp"),
        ("a.gif", picture("GIF"), "image/png", "a.png"),
        ("a.pdf", PDF, "application/pdf", "a.pdf"),
        ("a.log", b"12:00 beep\n", "text/plain", "a.log"),
        ("a.csv", b"a,b\n1,2\n", "text/csv", "a.csv"),
        ("a.zip", packed({"notes.txt": b"x"}), "application/zip", "a.zip"),
        ("a.mp4", given_files.MP4, "video/mp4", "a.mp4"),
        ("a.mov", given_files.MOV, "video/quicktime", "a.mov"),
    ],
)
def test_each_kind_that_is_taken_is_told_by_its_content(name, content, media_type, kept):
    file = check_file(name, content)

    assert (file.media_type, file.name) == (media_type, kept)


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("a.docx", office("word"), "wordprocessingml.document"),
        ("a.xlsx", office("xl"), "spreadsheetml.sheet"),
        ("a.pptx", office("ppt"), "presentationml.presentation"),
        ("a.odt", open_document("text"), "opendocument.text"),
        ("a.ods", open_document("spreadsheet"), "opendocument.spreadsheet"),
        ("a.odp", open_document("presentation"), "opendocument.presentation"),
    ],
)
def test_office_documents_are_told_from_plain_archives(name, content, ending):
    assert check_file(name, content).media_type.endswith(ending)
    assert why("a.zip", content) is Refusal.WRONG_NAME


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"\xef\xbb\xbf", Refusal.EMPTY),
        (b"a" * (MAX_FILE_BYTES + 1), Refusal.TOO_LARGE),
        (given_files.WINDOWS_PROGRAM, Refusal.PROGRAM),
        (given_files.LINUX_PROGRAM, Refusal.PROGRAM),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", Refusal.PROGRAM),
        (b"#!/bin/sh\nrm -rf ~\n", Refusal.PROGRAM),
        (given_files.SVG, Refusal.WEB_PAGE),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", Refusal.WEB_PAGE),
        (b"<!-- hello -->\n<HTML><body>", Refusal.WEB_PAGE),
        (b"<script>alert(1)</script>", Refusal.WEB_PAGE),
        ("<html>".encode("utf-16"), Refusal.WEB_PAGE),
        (given_files.HEIC, Refusal.HEIC),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, Refusal.OLD_OFFICE),
        (b"{\\rtf1 hello}", Refusal.OLD_OFFICE),
        (b"Rar!\x1a\x07\x00" + b"\x00" * 40, Refusal.UNKNOWN),
        (b"plain until\x00here", Refusal.UNKNOWN),
        (b"\x00" * 64, Refusal.UNKNOWN),
    ],
)
def test_what_is_not_taken_says_why_whatever_it_is_called(content, reason):
    for name in ("harmless.txt", "picture.png", "manual.pdf", ""):
        assert why(name, content) is reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manual.exe", PDF),
        ("manual.pdf.exe", PDF),
        ("notes.html", b"only words"),
        ("run.bat", b"del *.*"),
        ("code.js", b"alert(1)"),
        ("picture.pdf", picture()),
        ("archive.jar", packed({"a.txt": b"x"})),
        ("film.pdf", given_files.MP4),
    ],
)
def test_a_name_that_promises_something_else_is_refused(name, content):
    assert why(name, content) is Refusal.WRONG_NAME


def test_a_picture_called_by_another_pictures_suffix_is_renamed_and_a_missing_one_is_added():
    assert check_file("IMG_1.JPG", picture("PNG")).name == "IMG_1.png"
    assert check_file("scan", picture("JPEG")).name == "scan.jpg"
    assert check_file("Manual", PDF).name == "Manual.pdf"
    assert check_file("v1.2 notes", b"words").name == "v1.2 notes.txt"


def test_a_picture_loses_place_camera_comment_and_profile():
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif[0x8825] = {1: "N", 2: (47.0, 22.0, 1.0)}
    content = picture("JPEG", exif=exif, comment=b"SECRET COMMENT", icc_profile=b"SECRET" * 40)
    content = content + b"PK SECRET TAIL"

    kept = check_file("a.jpg", content).content

    assert b"SECRET" in content
    assert b"SECRET" not in kept
    assert b"Exif" not in kept
    assert not opened(kept).getexif()


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_pictures_lose_what_they_said_besides_too(form):
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"

    kept = check_file("a", picture(form, exif=exif, icc_profile=b"SECRET" * 40)).content

    assert b"SECRET" not in kept
    assert not opened(kept).getexif()


def test_a_picture_stands_upright_whatever_its_camera_said():
    exif = Image.Exif()
    exif[0x0112] = 6

    file = check_file("a.jpg", picture("JPEG", exif=exif, quality=95))

    assert (file.width, file.height) == (40, 60)
    red, _, blue = opened(file.content).getpixel((20, 5))
    assert red > 200 > 100 > blue


def test_a_large_picture_is_made_to_fit_and_keeps_its_shape():
    file = check_file("a.png", saved(Image.new("L", (8192, 1024)), "PNG"))

    assert (file.width, file.height) == (4096, 512)


def test_see_through_and_deep_pictures_survive():
    clear = check_file("a.png", saved(Image.new("RGBA", (3, 2), (0, 0, 0, 0)), "PNG"))
    indexed = saved(Image.new("P", (3, 2)), "PNG", transparency=0)
    deep = Image.new("I;16", (2, 1), 65535)

    assert opened(clear.content).getpixel((0, 0)) == (0, 0, 0, 0)
    assert opened(check_file("a.png", indexed).content).getpixel((0, 0))[3] == 0
    assert opened(check_file("a.png", saved(deep, "PNG")).content).getpixel((0, 0)) == 255
    assert check_file("a.jpg", saved(Image.new("CMYK", (3, 2)), "JPEG")).width == 3


def test_of_a_moving_picture_the_first_frame_stays():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])

    kept = opened(check_file("a.gif", moving).content)

    assert getattr(kept, "n_frames", 1) == 1
    assert kept.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("size", [(7_200, 7_200), (20_000, 20_000), (60_000, 60_000)])
def test_a_picture_bomb_is_refused_before_it_is_decoded(size):
    width, height = size
    small = bytearray(saved(Image.new("1", (8, 8)), "PNG"))
    # The size stands in the header, whose checksum has to fit it.
    small[16:24] = struct.pack(">II", width, height)
    small[29:33] = struct.pack(">I", zlib.crc32(bytes(small[12:29])))

    assert why("a.png", bytes(small)) is Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        picture("PNG")[:60],
        picture("JPEG")[:200],
        b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>",
        b"GIF89a" + b"<script>alert(1)</script>",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"PK\x03\x04" + b"\x00" * 60,
        packed({"a.txt": b"x" * 500})[:-30],
    ],
)
def test_what_only_begins_like_a_file_is_damaged(content):
    assert why("a", content) is Refusal.DAMAGED


def test_a_picture_that_is_also_a_page_or_an_archive_is_only_a_picture_afterwards():
    page = picture("PNG") + b"<script>alert(document.cookie)</script>"
    archive = picture("GIF") + packed({"Evil.class": b"\xca\xfe\xba\xbe"})

    for content in (page, archive):
        kept = check_file("a", content).content
        assert b"script" not in kept
        assert not zipfile.is_zipfile(io.BytesIO(kept))


@pytest.mark.parametrize(
    "content",
    [
        PDF + packed({"a.txt": b"x"}),
        packed({"%PDF-1.7": b"%PDF-1.7"}, stored=True),
    ],
)
def test_a_manual_that_is_also_an_archive_is_refused(content):
    assert why("a.pdf", content) is Refusal.TWO_KINDS


def test_an_archive_within_a_manual_is_no_second_kind():
    inner = packed({"a.txt": b"x"})

    assert check_file("a.pdf", PDF + inner + b"\nendstream\n%%EOF\n").media_type.endswith("pdf")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"setup.exe": b"MZ"}, Refusal.PROGRAM),
        ({"folder/Run.BAT ": b"x"}, Refusal.PROGRAM),
        ({"AndroidManifest.xml": b"x"}, Refusal.PROGRAM),
        ({"META-INF/MANIFEST.MF": b"x"}, Refusal.PROGRAM),
        ({f"{n}.txt": b"" for n in range(10_001)}, Refusal.UNPACKS_TOO_LARGE),
        ({"zeros.bin": b"\x00" * 60_000_000}, Refusal.UNPACKS_TOO_LARGE),
    ],
)
def test_archives_with_programs_or_bombs_are_refused(parts, reason):
    assert why("a.zip", packed(parts)) is reason


def test_documents_with_macros_are_refused():
    assert why("a.docx", office("word", **{"vbaProject.bin": b"x"})) is Refusal.MACROS
    assert why("a.docm", office("word", **{"vbaProject.bin": b"x"})) is Refusal.MACROS


def test_texts_of_other_encodings_become_utf_8():
    for text, encoding in (("Größe: 12 µm", "cp1252"), ("Größe", "utf-16"), ("Größe", "utf-8-sig")):
        assert check_file("a.txt", text.encode(encoding)).content == text.encode()


def test_a_text_may_begin_like_a_windows_program():
    assert check_file("a.txt", b"MZ-5000 beeps").media_type == "text/plain"


def test_equal_contents_have_one_digest():
    assert check_file("a.txt", b"same").sha256 == check_file("b.txt", b"same").sha256


def test_a_refusal_is_bad_input_and_names_the_file():
    with pytest.raises(InvalidInput, match=r"^setup\.exe is or holds a program"):
        check_file("C:\\Users\\x\\setup.exe", given_files.WINDOWS_PROGRAM)


@pytest.mark.parametrize(
    ("given_name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\manual.pdf", "manual.pdf"),
        ("ma\x00nu\nal.pdf", "manual.pdf"),
        ("exe.\u202egpj.pdf", "exe.gpj.pdf"),
        ('a"b<c>|d;e.pdf', "a_b_c__d_e.pdf"),
        ("  spaced   out .pdf", "spaced out.pdf"),
        ("Größe.PDF", "Größe.pdf"),
        ("取扱説明書.pdf", "取扱説明書.pdf"),
        ("e\u0301te.pdf", "\u00e9te.pdf"),
        (".htaccess", "htaccess"),
        ("con.pdf", "_con.pdf"),
        ("...", "file"),
        ("", "file"),
        ("\u200b.pdf", "pdf"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
    ],
)
def test_names_are_cleaned(given_name, cleaned):
    assert clean_name(given_name) == cleaned


@given(st.text(max_size=300))
def test_no_name_harms_a_path_a_header_or_an_address(given_name):
    name = clean_name(given_name)

    assert 0 < len(name.encode()) <= 200
    assert name == clean_name(name)
    assert name.isprintable()
    assert not set(name) & set('/\\<>:"|?*;%')
    assert not name.startswith(".")
    stem, suffix = split_name(name)
    assert stem + suffix == name
