import subprocess
import sys

import numpy as np
import pytest

from indexer.encoder import open_encoder
from indexer.encoding.cache import exported_folder
from indexer.encoding.manifest import MODEL_FILE, check_files, read_manifest
from kb.errors import Unavailable
from kb.settings import Settings

# A random model of another shape than the default: cls pooling, a dense layer, a prompt, no
# normalisation, and a width that int8 blocks do not divide.
MAKE_MODEL = """
import sys, torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
folder = sys.argv[1]
torch.manual_seed(7)
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "how", "my", "order", "the", "to", "password", "is"]
tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, "[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.post_processor = processors.TemplateProcessing(
    "[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]",
    cls_token="[CLS]", sep_token="[SEP]", model_max_length=64).save_pretrained(folder + "/bert")
shape = BertConfig(vocab_size=len(words), hidden_size=48, num_hidden_layers=2,
    num_attention_heads=4, intermediate_size=80, max_position_embeddings=64)
BertModel(shape).save_pretrained(folder + "/bert")
steps = [Transformer(folder + "/bert"), Pooling(48, "cls"), Dense(48, 24)]
SentenceTransformer(modules=steps, prompts={"ask": "how to "}, default_prompt_name="ask",
    device="cpu").save(folder + "/tiny")
print(SentenceTransformer(folder + "/tiny", device="cpu").encode(
    ["is my order the password"], normalize_embeddings=True)[0].tolist())
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A home whose model is the tiny one, and the original's vector of one text."""
    folder = tmp_path_factory.mktemp("tiny")
    done = subprocess.run(
        [sys.executable, "-c", MAKE_MODEL, str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    vector = [float(number) for number in done.stdout.splitlines()[-1].strip("[]").split(",")]
    return Settings(home=folder / "home", model=str(folder / "tiny")), np.array(vector)


def test_another_model_keeps_its_pooling_prompt_and_dense_layer(tiny):
    settings, original = tiny
    stale = settings.models_dir / ".export-interrupted"
    stale.mkdir(parents=True)
    steps = []

    encoder = open_encoder(settings, on_progress=steps.append)

    described = encoder.manifest.description
    assert (encoder.dim, described.prompt, described.pooling) == (24, "how to ", "cls dense")
    np.testing.assert_allclose(encoder.encode(["is my order the password"])[0], original, atol=1e-4)
    assert encoder.fingerprint.startswith("tiny-fp32-")
    assert steps
    assert not stale.exists()


def test_a_damaged_export_is_seen_and_made_again(tiny):
    settings, _original = tiny
    folder = exported_folder(settings)
    fingerprint = read_manifest(folder).fingerprint
    with (folder / MODEL_FILE).open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    with pytest.raises(Unavailable, match="checksum"):
        check_files(folder, read_manifest(folder))

    assert open_encoder(settings).fingerprint == fingerprint


def test_an_intact_export_is_not_made_again(tiny):
    settings, _original = tiny
    folder = exported_folder(settings)
    made = (folder / MODEL_FILE).stat().st_mtime_ns

    open_encoder(settings, on_progress=lambda step: pytest.fail(step))

    assert (folder / MODEL_FILE).stat().st_mtime_ns == made


def test_a_folder_that_is_no_model_is_refused_with_one_line(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "config.json").write_text("{}")
    settings = Settings(home=tmp_path / "home", model=str(tmp_path / "empty"))

    with pytest.raises(Unavailable, match=r"cannot be loaded: .*; check KB_MODEL$") as refused:
        open_encoder(settings)

    assert "\n" not in str(refused.value)
    assert [path.name for path in settings.models_dir.iterdir() if path.is_dir()] == []
