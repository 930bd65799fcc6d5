"""The command line: `kb` and its commands."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from kb.errors import KbError
from kb.store.failures import clear_line
from web.cli.app import app
from web.cli.engines import close_all
from web.cli.output import err

EXIT_BAD_INPUT = 2
"""Something given is wrong or cannot be used now: one clear line says what."""

EXIT_INTERRUPTED = 130
"""What shells give for Ctrl+C."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code.

    An expected error is one clear line on standard error and exit code 2; a fault of ours
    keeps its traceback.
    """
    try:
        code = _run(argv)
    finally:
        close_all()
    sys.exit(code)


def _run(argv: Sequence[str] | None) -> int:
    try:
        code = app(argv, prog_name="kb", standalone_mode=False)
    except KbError as error:
        return _refuse(str(error))
    except TyperException as error:
        return _refuse(_usage_line(error))
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output went away (`kb topics | head`): nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except sqlite3.Error as error:
        # Files that SQLite writes beside the record: the index, an export.
        line = clear_line(error)
        if line is None:
            raise
        return _refuse(line)
    except OSError as error:
        # The machine refuses a file: full disk, no right, no such folder.
        if error.strerror is None:
            raise
        return _refuse(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    if code == EXIT_INTERRUPTED:
        err.print("stopped: what was stored is kept, run the command again to go on")
    return code if isinstance(code, int) else 0


def _refuse(line: str) -> int:
    flat = " ".join(line.split())
    err.print(f"error: {flat}", markup=False)
    return EXIT_BAD_INPUT


def _usage_line(error: TyperException) -> str:
    """Return what is wrong with the words of a command, and where its help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "kb"
    return f"{error.format_message().rstrip('.')} (see {command} --help)"
