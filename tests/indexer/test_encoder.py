import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from indexer.encoder import find_exported, open_encoder
from kb.errors import Unavailable
from kb.settings import Settings

TEXTS = [
    f"{opening} the {part} of my {thing}{ending}"
    for opening in ("How do I clean", "Who repairs", "I have lost", "Please explain")
    for part in ("lid", "battery cover", "left wheel", "power supply")
    for thing in ("lamp", "scooter with the blue frame", "E-4")
    for ending in ("?", " before the winter, and what does it cost when the warranty is over?")
]
HARD_TEXTS = ["", "   \n\t", "\0", "before\0after", "\ud800", "lone \udfff half", "🤷‍♀️", "字" * 9]


def test_vectors_are_unit_rows_in_the_order_of_their_texts(encoder):
    vectors = encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[7].tobytes() == encoder.encode([TEXTS[7]]).tobytes()


def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_one_string_is_refused_where_a_sequence_is_wanted(encoder):
    with pytest.raises(TypeError, match="sequence of texts"):
        encoder.encode("How do I clean the lid?")


def test_a_text_gets_the_same_bytes_alone_in_bulk_and_under_load(encoder):
    alone = [encoder.encode([text])[0].tobytes() for text in TEXTS]
    bulk = [row.tobytes() for row in encoder.encode(TEXTS)]
    with ThreadPoolExecutor(8) as callers:
        loads = [callers.submit(encoder.encode, TEXTS[::-1]) for _ in range(2)]
        singles = list(callers.map(lambda text: encoder.encode([text])[0].tobytes(), TEXTS))

    assert bulk == alone
    assert singles == alone
    for load in loads:
        assert [row.tobytes() for row in load.result()[::-1]] == alone


def test_two_wordings_of_one_question_are_nearer_than_another_question(encoder):
    asked, reworded, other = encoder.encode(
        [
            "I forgot my password and cannot log in",
            "How can I reset my login password?",
            "Does the kettle come in green?",
        ]
    )

    assert asked @ reworded > 0.6 > 0.3 > asked @ other


@pytest.mark.parametrize("text", HARD_TEXTS, ids=ascii)
def test_any_string_gets_a_unit_vector(encoder, text):
    assert np.linalg.norm(encoder.encode([text])[0]) == pytest.approx(1, abs=1e-5)


def test_only_the_beginning_of_a_very_long_text_is_read(encoder):
    beginning = "The hinge of the lid broke. " * 100
    long = encoder.encode([beginning + "Where is my parcel? " * 50_000])

    assert long.tobytes() == encoder.encode([beginning]).tobytes()


def test_progress_counts_up_to_the_number_of_texts(encoder):
    seen = []

    encoder.encode(TEXTS, on_batch=seen.append)

    assert seen == sorted(set(seen))
    assert seen[-1] == len(TEXTS)


def test_an_exception_in_on_batch_stops_the_encoding(encoder):
    class Stop(Exception):
        pass

    def stop(_done):
        raise Stop

    with pytest.raises(Stop):
        encoder.encode(TEXTS * 5, on_batch=stop)


def test_serving_never_imports_torch(encoder_home):
    script = (
        "import sys; from pathlib import Path\n"
        "from indexer.encoder import open_encoder; from kb.settings import Settings\n"
        "open_encoder(Settings(home=Path(sys.argv[1]))).encode(['Where is it?'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'onnx'} & {*sys.modules}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(encoder_home)], capture_output=True, text=True
    )

    assert done.stdout.strip() == "[]", done.stderr


def test_the_manifest_says_what_serves_and_how_it_was_accepted(encoder, encoder_home):
    found = find_exported(Settings(home=encoder_home))

    assert found is not None
    assert found.fingerprint == encoder.fingerprint
    assert encoder.fingerprint.startswith(f"minilm-de-{found.form}-")
    assert found.acceptance[-1].accepted
    assert found.acceptance[-1].mean_cosine > 0.99


def test_nothing_is_found_before_the_first_export(tmp_path):
    assert find_exported(Settings(home=tmp_path)) is None


def test_a_model_path_that_does_not_exist_is_named(tmp_path):
    settings = Settings(home=tmp_path, model=str(tmp_path / "nowhere"))

    with pytest.raises(Unavailable, match=r"nowhere cannot be loaded: .*; check KB_MODEL"):
        open_encoder(settings)


def test_a_models_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "models").write_text("a file")

    with pytest.raises(Unavailable, match="models cannot be written"):
        open_encoder(Settings(home=tmp_path))
