import pytest

from kb.embedded_text import embedded_text, text_hash


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Wrong size", "The shoes are too small.", "Wrong size\nThe shoes are too small."),
        ("  Wrong\tsize ", "Too\n\nsmall ", "Wrong size\nToo small"),
        ("", "Only a body", "Only a body"),
        ("Only a subject", " ", "Only a subject"),
        ("", "", ""),
        ("Where is it", "Where is it? I wait.", "Where is it? I wait."),
        ("Cafe\u0301", "open?", "Café\nopen?"),
    ],
)
def test_subject_and_body_become_one_text(subject, body, expected):
    assert embedded_text(subject, body) == expected


def test_the_hash_of_a_text_never_changes():
    assert text_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_texts_that_differ_have_different_hashes():
    assert text_hash("a") != text_hash("a ")


def test_a_lone_surrogate_can_be_hashed():
    assert len(text_hash("\ud800")) == 64
