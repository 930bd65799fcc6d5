"""All settings, read from the environment in this one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from rapidfuzz import fuzz, process

from kb.errors import InvalidInput

MISSPELT_RATIO = 85
"""rapidfuzz ratio from which an unknown variable is taken for a misspelt setting."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; each field is one variable, `KB_` + its name in capitals."""

    home: Path = field(
        default=Path("var"), metadata={"help": "folder with all state: record, index, model cache"}
    )
    database_url: str = field(
        default="",
        metadata={
            "help": "record elsewhere, postgresql://user:password@host/name; empty: in KB_HOME"
        },
    )
    model: str = field(
        default="",
        metadata={"help": "sentence-transformers model, name or path; empty: the bundled one"},
    )
    languages: str = field(
        default="de",
        metadata={"help": "languages added to the bundled model, by comma; en: English only"},
    )
    question_languages: str = field(
        default="",
        metadata={
            "help": "languages customers ask in, by comma; empty: found by share; all: every one"
        },
    )
    public_url: str = field(
        default="",
        metadata={"help": "address of the site, the only source of absolute links"},
    )
    secret_file: Path | None = field(
        default=None, metadata={"help": "file with the signing secret; default KB_HOME/secret"}
    )
    smtp_url: str = field(
        default="",
        repr=False,
        metadata={
            "help": "mail server, smtp://user:password@host:587 or smtps://…; empty: mail is kept "
            "in the outbox"
        },
    )
    mail_from: str = field(
        default="", metadata={"help": "sender of emails, like Help <help@example.com>"}
    )
    oidc_issuer: str = field(
        default="",
        metadata={"help": "OpenID Connect issuer where people may sign in; empty: none"},
    )
    oidc_client: str = field(default="", metadata={"help": "client id at that issuer"})
    oidc_secret: str = field(
        default="", repr=False, metadata={"help": "client secret at that issuer; secret"}
    )
    oidc_secret_file: Path | None = field(
        default=None, metadata={"help": "file with it, in the place of KB_OIDC_SECRET"}
    )
    trusted_proxies: str = field(
        default="", metadata={"help": "addresses whose X-Forwarded-For is believed, by comma"}
    )
    site_name: str = field(default="Kundig", metadata={"help": "name that the pages show"})
    accent: str = field(
        default="", metadata={"help": "accent colour of the pages, a CSS colour; empty: ours"}
    )
    search_retention_days: int = field(
        default=365,
        metadata={"help": "days after which searches and clicks are deleted; 0: never"},
    )
    encoder_threads: int = field(
        default=0, metadata={"help": "threads that encode texts; 0: one per core"}
    )
    imprint_url: str = field(
        default="", metadata={"help": "page with the company's imprint; empty: no link"}
    )
    privacy_url: str = field(
        default="", metadata={"help": "page that says how data is handled; empty: no link"}
    )
    rewrite_url: str = field(
        default="",
        metadata={
            "help": "OpenAI-compatible endpoint (…/v1) that rewords drafts for agents; empty: off"
        },
    )
    rewrite_model: str = field(
        default="", metadata={"help": "name of the endpoint's model; needed with KB_REWRITE_URL"}
    )
    rewrite_key: str = field(
        default="", repr=False, metadata={"help": "the endpoint's key, where it wants one; secret"}
    )
    rewrite_key_file: Path | None = field(
        default=None, metadata={"help": "file with that key, in the place of KB_REWRITE_KEY"}
    )
    rewrite_timeout_s: int = field(
        default=60, metadata={"help": "seconds after which the endpoint is given up"}
    )
    bench_data: Path | None = field(
        default=None, metadata={"help": "folder with the public data sets that benchmarks read"}
    )

    @property
    def record_url(self) -> str:
        """SQLAlchemy URL of the record: SQLite in `home` unless `database_url` is set."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.home / 'record.sqlite3'}"

    @property
    def index_dir(self) -> Path:
        """Folder of the search index's generations."""
        return self.home / "index"

    @property
    def models_dir(self) -> Path:
        """Folder of exported encoders."""
        return self.home / "models"

    @property
    def secret_path(self) -> Path:
        """File that holds the signing secret."""
        return self.secret_file or self.home / "secret"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises InvalidInput for an unreadable value and for a variable that looks like a misspelt
    setting, which would silently not apply. Other variables that start with `KB_` are not ours
    (Kubernetes makes some for a service called kb).
    """
    values: dict[str, object] = {}
    known = {f"KB_{item.name.upper()}": item for item in fields(Settings)}
    for variable, text in environ.items():
        if not variable.startswith("KB_"):
            continue
        if variable not in known:
            near = process.extractOne(
                variable, list(known), scorer=fuzz.ratio, score_cutoff=MISSPELT_RATIO
            )
            if near is not None:
                raise InvalidInput(
                    f"{variable} is not a setting, did you mean {near[0]}?", field=variable
                )
            continue
        if text:
            values[known[variable].name] = _parse(variable, text)
    return Settings(**values)  # type: ignore[arg-type]


def _parse(variable: str, text: str) -> object:
    if variable in (
        "KB_HOME",
        "KB_SECRET_FILE",
        "KB_REWRITE_KEY_FILE",
        "KB_OIDC_SECRET_FILE",
        "KB_BENCH_DATA",
    ):
        return Path(text).expanduser()
    if variable in ("KB_ENCODER_THREADS", "KB_SEARCH_RETENTION_DAYS", "KB_REWRITE_TIMEOUT_S"):
        if not text.isdigit():
            raise InvalidInput(f"{variable} must be a whole number, got {text!r}", field=variable)
        return int(text)
    return text
