"""Asks the program as it is served: over a socket, through its real server."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import PEPPER
from tests.faults.hostile.asking import Answer
from tests.faults.hostile.requests import Request
from tests.faults.serving import HOST, served

__all__ = ["NEVER", "ask", "serving"]

WITHIN = 60.0
NEVER = 599
"""Stands for the status of a request without an answer."""


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[http.client.HTTPConnection]:
    """The program over this database, and a connection to it, which is kept as clients keep theirs."""
    settings = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "SECRET_KEY": PEPPER.decode(),
        "PUBLIC_URL": "https://cdht.example.vn",
        "LOOK_UPS_A_MINUTE": "0",
        "WORKERS": "1",
    }
    with served(settings, folder) as server:
        connection = http.client.HTTPConnection(HOST, server.port, timeout=WITHIN)
        try:
            yield connection
        finally:
            connection.close()


def ask(connection: http.client.HTTPConnection, request: Request, own: Mapping[str, str]) -> Answer | None:
    """What it answers; None for what no client can put on a wire."""
    headers = {"Host": "localhost", **own}
    headers |= {name.replace("_", "-").title(): value for name, value in request.headers.items()}
    if request.body:
        headers.setdefault("Content-Length", str(len(request.body)))
    target = request.path + (f"?{request.query}" if request.query else "")
    began, was_kept = time.perf_counter(), connection.sock is not None
    try:
        connection.request(request.method, target, request.body or None, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheader("Content-Type", ""), answer.read(), _since(began), 0.0)
    except (ValueError, http.client.InvalidURL):
        connection.close()
        return None
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        if was_kept:  # the server may have ended it meanwhile: what it did to this request a fresh one shows
            return ask(connection, request, own)
        return Answer(NEVER, "", repr(error).encode(), _since(began), 0.0)


def _since(began: float) -> float:
    return time.perf_counter() - began
