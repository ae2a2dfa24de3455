"""A gateway of text messages on this machine, that keeps what it is given: real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.threads import ended

__all__ = ["SmsGateway", "open_gateway"]


class SmsGateway(ThreadingHTTPServer):
    """`messages` are those taken in: headers and body. It answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[dict[str, str], str]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/gui?kieu=1"


class _Handler(BaseHTTPRequestHandler):
    server: SmsGateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.messages.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is written."""


@contextmanager
def open_gateway() -> Iterator[SmsGateway]:
    gateway = SmsGateway()
    thread = threading.Thread(daemon=True, target=gateway.serve_forever)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        ended(thread)
        gateway.server_close()
