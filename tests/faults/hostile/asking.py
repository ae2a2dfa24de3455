"""Asks an application in this process, as its server would: one WSGI call, and what came of it."""

from __future__ import annotations

import io
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from lrs.resources.rewriting import Application
from tests.faults.hostile.requests import Request

__all__ = ["Answer", "ask"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, kind and bytes; how long it took, and how long this process worked on it."""

    status: int
    content_type: str
    body: bytes
    seconds: float
    worked: float


def ask(app: Application, request: Request, own: dict[str, str]) -> Answer:
    """What it answers; `own` are the headers of whoever asks."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in own.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    for name, value in request.headers.items():
        environ[name if name == "CONTENT_TYPE" else f"HTTP_{name}"] = value
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        said[:] = [int(status[:3]), dict(headers).get("Content-Type", "")]
        return said.append

    began, worked = time.perf_counter(), time.thread_time()
    pieces = app(environ, start)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return Answer(said[0], said[1], body, time.perf_counter() - began, time.thread_time() - worked)
