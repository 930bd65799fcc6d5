"""Somebody else's site for the widget to stand on: ugly, strict, and on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

UGLY = """
html { font-size: 62.5%; }
* { font-family: fantasy !important; letter-spacing: 3px !important; }
* { text-transform: uppercase !important; }
body { background: #ff0; color: #f0f; transform: rotate(0.5deg); }
div, header, dialog, section, kundig-widget { display: none !important; opacity: 0.1 !important; }
button, input, a { all: unset; color: lime !important; font-size: 40px !important; }
"""
PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Alba shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/ugly.css"></head>
<body><main><h1>Alba shop</h1><p>Machines, and <a id="help" href="{help_site}/">help</a>.</p></main>
<script src="{help_site}/widget.js"{attributes} async></script></body></html>"""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {help_site}; connect-src 'self' {help_site}; "
    "img-src data: {help_site}; require-trusted-types-for 'script'"
)
"""What docs/widget.md says a page must allow, and nothing more; `self` is for its own token."""


@contextmanager
def host_site(help_site: str, make_token: Callable[[], str]) -> Iterator[str]:
    """Serve the site and give its origin.

    `/?lang=de&data-open=%23help` is its page in a language, with attributes for the script.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/ugly.css":
                self._send("text/css", UGLY)
            elif parts.path == "/token":
                self._send("text/plain", make_token())
            else:
                self._send("text/html", _page(dict(parse_qsl(parts.query))))

        def _send(self, media_type: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("content-type", f"{media_type}; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", POLICY.format(help_site=help_site))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def _page(given: dict[str, str]) -> str:
        attributes = "".join(
            f' {name}="{escape(value)}"'
            for name, value in given.items()
            if name.startswith("data-")
        )
        return PAGE.format(
            lang=escape(given.get("lang", "en")), help_site=help_site, attributes=attributes
        )

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
