"""The real encoder, exported once and kept between test runs."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.encoder import OnnxEncoder, open_encoder
from kb.settings import Settings

ENCODER_THREADS = 2
INDEXER = Path(__file__).resolve().parent.parent / "indexer"
PACKS = INDEXER.parent / "data" / "languages"
EXPORTING = (
    "encoding/acceptance",
    "encoding/composing",
    "encoding/fingerprint",
    "encoding/graph",
    "encoding/languages",
    "encoding/probes",
    "export",
)


@pytest.fixture(scope="session")
def encoder_home(request: pytest.FixtureRequest) -> Path:
    """A KB_HOME whose models folder holds the exported default model.

    It lies in pytest's cache, or in the folder KUNDIG_TEST_CACHE where that is set, and is
    made anew when the exporting code changes.
    """
    digest = hashlib.sha256()
    for module in EXPORTING:
        digest.update((INDEXER / f"{module}.py").read_bytes())
    for card in sorted(PACKS.glob("*/card.json")):
        digest.update(card.read_bytes())
    place = os.environ.get("KUNDIG_TEST_CACHE")
    cache = Path(place) if place else Path(request.config.cache.mkdir("kundig"))
    home = cache / f"encoder-{digest.hexdigest()[:12]}"
    open_encoder(Settings(home=home))
    return home


@pytest.fixture(scope="session")
def encoder(encoder_home: Path) -> OnnxEncoder:
    return open_encoder(Settings(home=encoder_home, encoder_threads=ENCODER_THREADS))


@pytest.fixture(scope="session")
def plain_encoder(encoder_home: Path) -> OnnxEncoder:
    """The bundled model without any language pack, as versions before packs had it."""
    settings = Settings(home=encoder_home, languages="en", encoder_threads=ENCODER_THREADS)
    return open_encoder(settings)


@pytest.fixture(scope="session")
def link_models(encoder_home: Path) -> Callable[[Path], None]:
    """Gives another KB_HOME the exported model, so that nothing in it exports again."""

    def link(home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "models").symlink_to(encoder_home / "models", target_is_directory=True)

    return link
