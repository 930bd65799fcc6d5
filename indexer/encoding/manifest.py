"""The manifest of an exported encoder: what it is, how it was accepted, what its files hash to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer.encoding.acceptance import Acceptance
from indexer.encoding.fingerprint import EncoderDescription
from kb.errors import Unavailable

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """An exported encoder as `kb status` shows it.

    `acceptance` has the figures of every form tried, in order; the last one is served.
    `files` maps each file's name to its SHA-256.
    """

    description: EncoderDescription
    acceptance: tuple[Acceptance, ...]
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Short stable id of the encoder."""
        return self.description.fingerprint

    @property
    def form(self) -> str:
        """What serves: `int8` or `fp32`."""
        return self.description.form


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into `folder`, as its last file: without it nothing there counts."""
    shown = {"fingerprint": manifest.fingerprint, **asdict(manifest)}
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`; raises Unavailable when it is missing or unreadable."""
    try:
        found = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        return Manifest(
            description=EncoderDescription(**found["description"]),
            acceptance=tuple(Acceptance(**figures) for figures in found["acceptance"]),
            files=dict(found["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"no readable manifest in {folder}: {error}") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise Unavailable unless every file of the manifest is there with its checksum."""
    for name, expected in manifest.files.items():
        try:
            actual = file_sha256(folder / name)
        except OSError as error:
            raise Unavailable(f"{folder / name} cannot be read: {error}") from error
        if actual != expected:
            raise Unavailable(f"{folder / name} is damaged: its checksum differs")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal characters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
