from dataclasses import fields, replace

import pytest

from indexer.encoding.fingerprint import EncoderDescription, slug

DESCRIBED = EncoderDescription(
    name="MiniLM L6",
    weights="0a",
    tokenizer="0b",
    form="int8",
    recipe="blocks",
    runtime="onnxruntime 1.20.0",
    dim=384,
    prompt="",
    pooling="mean",
    max_tokens=256,
    text_rule=1,
)


def test_a_fingerprint_is_the_same_in_every_process():
    assert DESCRIBED.fingerprint == "minilm-l6-int8-8db729b43fe5"


@pytest.mark.parametrize("name", [field.name for field in fields(EncoderDescription)])
def test_each_part_of_a_description_changes_the_fingerprint(name):
    value = getattr(DESCRIBED, name)

    changed = replace(DESCRIBED, **{name: value + type(value)(1)})

    assert changed.fingerprint != DESCRIBED.fingerprint


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all-MiniLM-L6-v2", "all-minilm-l6-v2"),
        ("a/b c", "a-b-c"),
        ("***", "model"),
        ("x" * 40, "x" * 24),
    ],
)
def test_a_slug_is_safe_in_file_names(name, expected):
    assert slug(name) == expected
