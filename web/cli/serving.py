"""Commands that run the site, the worker and the demo."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from typing import Annotated

import typer
import uvicorn

from kb.errors import InvalidInput
from kb.settings import read_settings
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import say
from web.cli.record import make_secret
from web.worker.companion import worker_beside

Host = Annotated[str, typer.Option(help="Address to listen on.")]
DEMO_SITE_NAME = "Caldrosa"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEMO_TOUR = """worth a look:
  /search?q=orange+drop+is+lit          an answer that has none of these words in its title
  /search?q=Bruehgruppe+klemt           the same in German, with a typing error
  /search?q=how+do+I+bake+bread         no answer, and it says so
  /products/piazza                      all about one product, with its care card to download
  /desk/questions                       what customers asked here (agent)
  /desk/topics                          what people ask: the app update of August has no answer
  /admin/outbox                         mails, since the demo has no mail server (admin)"""

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only the site; a worker runs elsewhere.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Serving processes.")] = 1,
) -> None:
    """Run the site, with a worker process beside it."""
    # Imported here, because no other command needs the site and it takes half a second.
    from web.http.site_settings import check_site_settings, settings_notes

    settings = read_settings()
    open_record(settings).dispose()
    make_secret(settings)
    # What would stop the serving processes is said here, in one line, before they start.
    check_site_settings(settings)
    require_free(host, port)
    # Without a handler of ours SIGTERM would end this process before the worker beside it.
    signal.signal(signal.SIGTERM, _stop)
    shown_host = f"[{host}]" if ":" in host else host
    for note in settings_notes(settings, host=host):
        say(f"note: {note}")
    say(f"Kundig is on http://{shown_host}:{port}/ (Ctrl+C stops it)")
    beside = contextlib.nullcontext() if no_worker else worker_beside()
    with contextlib.suppress(KeyboardInterrupt), beside:
        uvicorn.run(
            "web.http.app:create_app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
        )


def _stop(*_signal: object) -> None:
    raise KeyboardInterrupt


def require_free(host: str, port: int) -> None:
    """Raise InvalidInput where nothing can listen on the address."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port"
        ) from error


@app.command()
def worker() -> None:
    """Run a worker alone: it cleans, groups, links and builds what the sites serve."""
    from web.worker.__main__ import main as worker_main

    code = worker_main()
    if code:
        raise typer.Exit(code)


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    load_only: Annotated[
        bool, typer.Option("--load-only", help="Load and index the demo, do not serve it.")
    ] = False,
) -> None:
    """Load the demo company into KB_HOME (once), index it and serve it."""
    from web.cli.demo_people import demo_accounts, renew_key, renew_password
    from web.cli.demo_world import load_demo

    settings = read_settings()
    load_demo(settings)
    if load_only:
        return
    require_free(host, port)
    say(DEMO_TOUR)
    engine = open_record(settings)
    password = renew_password(engine)
    say(f"sign in on /sign-in with the password {password} as")
    for one in demo_accounts():
        of = f" ({', '.join(one.groups)})" if one.groups else ""
        say(f"  {one.email:<32} {one.role}{of}")
    say(f"API key of the agent: {renew_key(engine)}")
    engine.dispose()
    # The serving processes read their settings from the environment, as always.
    os.environ.setdefault("KB_SITE_NAME", DEMO_SITE_NAME)
    # Mails need an address to lead to; they stay in the outbox, /admin/outbox.
    if host in LOOPBACK:
        shown_host = f"[{host}]" if ":" in host else host
        os.environ.setdefault("KB_PUBLIC_URL", f"http://{shown_host}:{port}")
    serve(host=host, port=port)
