"""A local server that speaks the OpenAI chat shape, keeps what it is sent and answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StubEndpoint:
    """What the server was sent (`bodies`, `keys`), and what it answers next."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.forget()

    def forget(self) -> None:
        """Answer as at first, and forget what was sent."""
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.text: str | None = "Hold the power button for 10 seconds."
        self.finish_reason = "stop"
        self.raw: bytes | None = None
        self.wait_s = 0.0

    @property
    def sent(self) -> str:
        """All text that the server ever got."""
        return json.dumps(self.bodies, ensure_ascii=False)

    def answer(self) -> bytes:
        if self.raw is not None:
            return self.raw
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return json.dumps({"object": "chat.completion", "choices": [choice]}).encode()


@contextmanager
def stub_endpoint() -> Iterator[StubEndpoint]:
    """A running stub; it ends with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            stub.bodies.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            stub.keys.append(self.headers.get("authorization"))
            time.sleep(stub.wait_s)
            body = stub.answer()
            self.send_response(stub.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if 300 <= stub.status < 400:
                self.send_header("location", f"{stub.url}/elsewhere")
            self.end_headers()
            # The client hangs up on what is too long.
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub = StubEndpoint(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
