"""Export a sentence-transformers model to ONNX: `python -m indexer.export MODEL FOLDER [NAME]`.

The only module that imports PyTorch; it runs as a process of its own, so that serving
processes never hold it.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling

from indexer.encoding.acceptance import Acceptance, Judged, compare, load_judged
from indexer.encoding.cache import DEFAULT_MODEL_NAME, PROGRESS_MARK
from indexer.encoding.composing import check_base_weights
from indexer.encoding.fingerprint import EncoderDescription
from indexer.encoding.graph import INT8_RECIPE, fuse, quantise
from indexer.encoding.manifest import (
    MODEL_FILE,
    TOKENIZER_FILE,
    Manifest,
    file_sha256,
    write_manifest,
)
from indexer.encoding.probes import PROBE_TEXTS
from indexer.encoding.session import INPUT_NAME, OUTPUT_NAME, OnnxSession
from kb.embedded_text import TEXT_RULE_VERSION
from kb.errors import Unavailable

MAX_TOKENS = 256
OPSET = 17
# fp32 in another runtime differs from PyTorch by rounding only; anything below this means that
# the graph is not the model.
MIN_EXPORT_COSINE = 0.9999
TIMING_ROUNDS = 3

SMALL_FORM = "int8"
FULL_FORM = "fp32"

Vectors = NDArray[np.float32]

# Model types whose layers onnxruntime can fuse; the result is compared with the original anyway.
FUSABLE_TYPES = ("bert", "roberta", "xlm-roberta", "camembert", "electra")


class SingleTextModel(torch.nn.Module):
    """The whole model, tokens to unit vector, for one text that needs no padding.

    Pooling, dense layers and normalisation are traced with the rest, so each model keeps its
    own.
    """

    def __init__(self, model: SentenceTransformer, *, has_token_types: bool) -> None:
        super().__init__()
        self.model = model
        self.has_token_types = has_token_types

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Unit vector, shape (1, dim), of token ids, shape (1, tokens)."""
        features = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
        if self.has_token_types:
            features["token_type_ids"] = torch.zeros_like(input_ids)
        embedding: torch.Tensor = self.model(features)["sentence_embedding"]
        return torch.nn.functional.normalize(embedding, dim=-1)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a graph must reproduce: the vectors of the original, shape (n, dim), of all texts."""

    tokenizer: Path
    max_tokens: int
    prompt: str
    judged: Judged
    original: Vectors

    def session(self, graph: Path) -> OnnxSession:
        """`graph` opened as it would be served."""
        return OnnxSession(graph, self.tokenizer, max_tokens=self.max_tokens, prompt=self.prompt)

    def has_same_vectors(self, graph: Path) -> bool:
        """Whether `graph` gives the original's vectors for the probe texts."""
        rows = _vectors(self.session(graph), PROBE_TEXTS)
        cosines = np.sum(self.original[-len(PROBE_TEXTS) :] * rows, axis=1)
        return bool(cosines.min() >= MIN_EXPORT_COSINE)

    def acceptance(self, form: str, graph: Path, *, speedup: float) -> Acceptance:
        """The figures of `graph` over all texts."""
        vectors = _vectors(self.session(graph), _trial_texts(self.judged))
        return compare(form, vectors, self.original, self.judged, speedup=speedup)

    def cpu_s(self, graph: Path) -> float:
        """CPU seconds that `graph` takes for the probe texts, the best of a few rounds."""
        session, rounds = self.session(graph), []
        for _round in range(TIMING_ROUNDS):
            begun = time.thread_time()
            _vectors(session, PROBE_TEXTS)
            rounds.append(time.thread_time() - begun)
        return min(rounds)


def export(location: str, folder: Path, name: str) -> Manifest:
    """Write model, tokenizer and manifest of the model at `location` into `folder`.

    Int8 is taken when it ranks as the original does, and faster than fp32, on this CPU.
    Raises Unavailable for a model that cannot be served.
    """
    if name == DEFAULT_MODEL_NAME:
        check_base_weights(Path(location))
    _tell("loading the original")
    model = SentenceTransformer(
        location,
        device="cpu",
        trust_remote_code=False,
        model_kwargs={"attn_implementation": "eager", "dtype": torch.float32},
    )
    model.max_seq_length = min(MAX_TOKENS, model.max_seq_length or MAX_TOKENS)
    trial = _trial(model, folder / TOKENIZER_FILE)
    pooling = _pooling(model, trial.prompt)
    _tell("writing the ONNX graph")
    full = _full_graph(model, folder, trial)
    _tell("trying int8")
    tried = _accepted_form(full, folder / MODEL_FILE, trial)
    for left_over in folder.glob("*.graph"):
        left_over.unlink()
    manifest = Manifest(
        description=EncoderDescription(
            name=name,
            weights=_weights_sha256(model),
            tokenizer=file_sha256(trial.tokenizer),
            form=tried[-1].form,
            recipe=full.stem if tried[-1].form == FULL_FORM else f"{full.stem}, {INT8_RECIPE}",
            runtime=f"onnxruntime {onnxruntime.__version__}",
            dim=trial.original.shape[1],
            prompt=trial.prompt,
            pooling=pooling,
            max_tokens=trial.max_tokens,
            text_rule=TEXT_RULE_VERSION,
        ),
        acceptance=tuple(tried),
        files={file: file_sha256(folder / file) for file in (MODEL_FILE, TOKENIZER_FILE)},
    )
    write_manifest(folder, manifest)
    return manifest


def _trial(model: SentenceTransformer, tokenizer: Path) -> Trial:
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise Unavailable("it has no fast tokenizer (tokenizer.json)")
    backend.save(str(tokenizer))
    judged = load_judged()
    texts = _trial_texts(judged)
    _tell(f"encoding {len(texts)} texts with the original")
    return Trial(
        tokenizer=tokenizer,
        max_tokens=model.max_seq_length or MAX_TOKENS,
        prompt=model.prompts.get(model.default_prompt_name or "") or "",
        judged=judged,
        original=model.encode(texts, normalize_embeddings=True, show_progress_bar=False),
    )


def _trial_texts(judged: Judged) -> list[str]:
    return [*judged.entries, *judged.queries, *PROBE_TEXTS]


def _full_graph(model: SentenceTransformer, folder: Path, trial: Trial) -> Path:
    """The fp32 graph, with fused layers where that leaves the vectors as they are."""
    plain, fused = folder / "plain.graph", folder / "fused.graph"
    _trace(model, plain)
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    if config is not None and config.model_type in FUSABLE_TYPES:
        found = fuse(plain, fused, heads=config.num_attention_heads, width=config.hidden_size)
        if found and trial.has_same_vectors(fused):
            return fused
    if not trial.has_same_vectors(plain):
        raise Unavailable("its ONNX graph does not give the vectors of the original")
    return plain


def _trace(model: SentenceTransformer, graph: Path) -> None:
    example = model.preprocess([PROBE_TEXTS[-1]])
    single = SingleTextModel(model, has_token_types="token_type_ids" in example).eval()
    torch.onnx.export(
        single,
        (example["input_ids"],),
        str(graph),
        input_names=[INPUT_NAME],
        output_names=[OUTPUT_NAME],
        dynamic_axes={INPUT_NAME: {1: "tokens"}},
        opset_version=OPSET,
        # The newer exporter needs a package more and gives a graph that fuses less well.
        dynamo=False,
    )


def _accepted_form(full: Path, served: Path, trial: Trial) -> list[Acceptance]:
    """Write the form that serves to `served`; the figures of the forms tried, the last serves."""
    tried: list[Acceptance] = []
    if quantise(full, served):
        speedup = trial.cpu_s(full) / trial.cpu_s(served)
        tried.append(trial.acceptance(SMALL_FORM, served, speedup=speedup))
        if tried[-1].accepted:
            return tried
    full.replace(served)
    tried.append(trial.acceptance(FULL_FORM, served, speedup=1.0))
    return tried


def _vectors(session: OnnxSession, texts: Sequence[str]) -> Vectors:
    return np.stack([session.vector(text) for text in texts])


def _pooling(model: SentenceTransformer, prompt: str) -> str:
    """How tokens become one vector, in words; raises Unavailable where a prompt is left out."""
    steps: list[str] = []
    for module in list(model.children())[1:]:
        if not isinstance(module, Pooling):
            steps.append(type(module).__name__.lower())
            continue
        if prompt and not module.include_prompt:
            raise Unavailable("it leaves its prompt out of the pooling, which is not served")
        modes = module.pooling_mode
        steps.append(modes if isinstance(modes, str) else "+".join(modes))
    return " ".join(steps)


def _weights_sha256(model: SentenceTransformer) -> str:
    """SHA-256 over names and bytes of all weights, the same however they are stored on disk."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(weight.shape)} {weight.dtype}\n".encode())
        digest.update(weight.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _tell(step: str) -> None:
    print(f"{PROGRESS_MARK}{step}", flush=True)


if __name__ == "__main__":
    export(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
