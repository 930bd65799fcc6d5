"""The Typer application: commands are registered by importing their modules."""

from __future__ import annotations

import logging

import typer

app = typer.Typer(
    name="kb",
    help="Kundig: a FAQ knowledge base that builds itself from what customers ask.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
user_app = typer.Typer(name="user", help="Accounts.")
token_app = typer.Typer(name="token", help="API keys.")
mail_app = typer.Typer(name="mail", help="Outgoing mail.")
synonyms_app = typer.Typer(name="synonyms", help="Words that search counts as the same.")
app.add_typer(user_app)
app.add_typer(token_app)
app.add_typer(mail_app)
app.add_typer(synonyms_app)


@app.callback(invoke_without_command=True)
def configure(
    context: typer.Context,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell more on standard error."),
) -> None:
    """Kundig: a FAQ knowledge base that builds itself from what customers ask."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )


# Imported for their commands, which need `app` to exist; in the order in which --help lists them.
from web.cli import (  # noqa: E402, I001
    record,
    status,
    metrics,
    exchange,
    indexing,
    topics,
    report,
    desk,
    entries,
    files,
    decisions,
    noise,
    finding,
    evaluation,
    calibration,
    serving,
    people,
    privacy,
    consents,
    keys,
    mail,
    wording,
)

__all__ = [
    "app",
    "calibration",
    "consents",
    "decisions",
    "desk",
    "entries",
    "evaluation",
    "exchange",
    "files",
    "finding",
    "indexing",
    "keys",
    "mail",
    "metrics",
    "noise",
    "people",
    "privacy",
    "record",
    "report",
    "serving",
    "status",
    "topics",
    "wording",
]
