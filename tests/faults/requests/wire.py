"""Requests as bytes, whatever stands in them, and the answers: for what no client library would send."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.faults.platforms import PATIENCE, Answer
from tests.faults.serving import HOST, Server

Header = tuple[str | bytes, str | bytes]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@dataclass(frozen=True, slots=True)
class Request:
    """A request of somebody who speaks xAPI otherwise: `version` and `authorized` add those headers."""

    method: str
    target: bytes
    body: bytes = b""
    headers: Sequence[Header] = ()
    version: str | None = "2.0.0"
    authorized: bool = True
    length: int | None = None
    """What Content-Length says, if not the truth."""


class Wire:
    """Sends requests over a connection that is kept while the server keeps it."""

    def __init__(self, server: Server, authorization: str) -> None:
        self._server, self._authorization = server, authorization
        self._socket: socket.socket | None = None

    def send(self, request: Request) -> Answer:
        """The answer, which must come: an answer that does not is an AssertionError."""
        connection = self._open()
        connection.sendall(self._head(request, [("Content-Length", str(len(request.body)))]) + request.body)
        return self._answer(connection, request.method)

    def cost(self) -> tuple[float, int, int]:
        """Of all that was sent so far: `Server.cost`."""
        return self._server.cost()

    def send_unfinished(self, request: Request, pieces: Iterable[bytes], *, hang_up: bool = False) -> Answer:
        """The answer to a request whose body does not end after these pieces; with `hang_up` nothing more can come.

        `request.length` is announced; without one the pieces are sent as chunks.
        """
        self.close()
        connection = self._open()
        announced = (
            ("Transfer-Encoding", "chunked") if request.length is None else ("Content-Length", str(request.length))
        )
        try:
            connection.sendall(self._head(request, [announced]))
            for piece in pieces:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if request.length is None else piece)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused while we were still sending: the answer says why
        try:
            return self._answer(connection, request.method)
        finally:
            self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._server.port), timeout=PATIENCE)
        return self._socket

    def _head(self, request: Request, last: list[Header]) -> bytes:
        headers: list[Header] = [("Host", "x"), *request.headers, *last]
        if request.authorized:
            headers.append(("Authorization", self._authorization))
        if request.version is not None:
            headers.append(("X-Experience-API-Version", request.version))
        lines = [request.method.encode() + b" " + request.target + b" HTTP/1.1"]
        lines += [_bytes(name) + b": " + _bytes(value) for name, value in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _answer(self, connection: socket.socket, method: str) -> Answer:
        response = http.client.HTTPResponse(connection, method=method)
        try:
            response.begin()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise AssertionError(f"no proper answer: {type(error).__name__} {error}") from error
        if response.will_close:
            self.close()
        return answer
