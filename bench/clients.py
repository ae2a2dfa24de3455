"""Clients that post side by side, over kept connections, from one thread: what is measured is the server."""

from __future__ import annotations

import base64
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from bench.machine import Server
from certification.access import roles
from certification.access.permissions import BRANCH_SCOPE, Role
from lrs import api
from lrs.db import NOBODY, Database


def branch_key(database: Database, tenant: UUID, folder: Path, role: Role, organization: str) -> str:
    """The header of a new key with this role over the organization, sealed with the secret that the server keeps in its
    folder."""
    now = datetime.now(UTC)
    pepper = (folder / "secret_key").read_text().strip().encode()
    with database.writing(NOBODY) as session:
        key, secret = api.create_credential(
            session, tenant, name="bench", scopes=[BRANCH_SCOPE], pepper=pepper, now=now
        )
    with database.writing(tenant) as session:
        roles.give(
            session, roles.at_terminal(tenant), role, key=key, organization=organization, starts=date(2020, 1, 1),
            reason="bench", now=now,
        )  # fmt: skip
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


@dataclass(frozen=True)
class Posted:
    """How long all of it took, and each request, in seconds."""

    seconds: float
    requests: list[float]


@dataclass
class _Client:
    socket: socket.socket
    began: float = 0.0
    answer: bytearray = field(default_factory=bytearray)


def post(server: Server, bodies: Sequence[bytes], clients: int) -> Posted:
    """Send each body once, by whichever client is free; raises RuntimeError for an answer other than 200."""
    waiting = iter([_request(server, body) for body in bodies])
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(clients):
            client = _Client(socket.create_connection(("127.0.0.1", server.port)))
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(client.socket, selectors.EVENT_READ, client)
            _send_next(client, waiting)
        while len(times) < len(bodies):
            for key, _ in selector.select(60):
                client = key.data
                if not _has_answered(client):
                    continue
                times.append(time.perf_counter() - client.began)
                if not client.answer.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(bytes(client.answer[:1000]))
                client.answer.clear()
                _send_next(client, waiting)
        seconds = time.perf_counter() - began
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return Posted(seconds, times)


def _request(server: Server, body: bytes) -> bytes:
    return (
        f"POST /xapi/statements HTTP/1.1\r\nHost: bench\r\nAuthorization: {server.authorization}\r\n"
        "X-Experience-API-Version: 2.0.0\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _send_next(client: _Client, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is not None:
        client.began = time.perf_counter()
        client.socket.sendall(request)


def _has_answered(client: _Client) -> bool:
    """Read what has come; whether that is a whole answer."""
    came = client.socket.recv(1 << 20)
    if not came:
        raise RuntimeError("the server closed the connection")
    client.answer += came
    head, found, body = client.answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return len(body) >= length
