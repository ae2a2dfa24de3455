"""Asking another machine over HTTP: the one way out of the program beside letters (`certification.reports.mail`).

Nobody is asked but whom the operator wrote down, and whoever that one names for it. What the operator wrote may lie
anywhere, in the office's own network too. What only another machine names has to lie in the public internet: else
whoever runs that machine could have us ask services that only we can reach. Redirects are not followed, certificates
are checked, of an answer no more is read than is allowed, and whoever answers drop by drop is given up in time.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

__all__ = ["AWAY", "Answer", "NotPublic", "answer", "ask", "host_of", "is_here", "is_listed", "is_safe", "opened"]

AWAY = (OSError, http.client.HTTPException)
"""What is raised where there is no answer, or none that can be read."""


class NotPublic(OSError):
    """A name that only another machine gave leads into a private network."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, good or not; headers by name in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def host_of(address: str) -> str:
    """The host of an address, "" for what has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_here(host: str) -> bool:
    """Whether this host is the machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe(address: str) -> bool:
    """Whether this is an address that may be asked at all: HTTPS, or plain HTTP of this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or not host or parts.fragment or not address.isascii() or " " in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(host))


def is_listed(address: str, hosts: Collection[str]) -> bool:
    """Whether the host of an address is among these, each written as host (any port) or host:port."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    named = f"[{host}]" if ":" in host else host
    return bool(host) and not {named, f"{named}:{port}"}.isdisjoint(one.lower() for one in hosts)


def ask(request: urllib.request.Request, *, written: str, seconds: float, most_bytes: int) -> bytes:
    """What is answered, at most `most_bytes` and one. `written` is the host that the operator wrote down.

    Raises `urllib.error.HTTPError` for an answer that is not good (a redirect is none), NotPublic, OSError, ValueError.
    """
    with opened(request, written=written, seconds=seconds) as answered:
        body: bytes = answered.read(most_bytes + 1)
    return body


def answer(request: urllib.request.Request, *, written: str, seconds: float, most_bytes: int) -> Answer:
    """The whole answer, whatever its status. Raises OSError where there is none, or none that is whole, or one of more
    than `most_bytes`; NotPublic, ValueError."""
    try:
        with opened(request, written=written, seconds=seconds) as answered:
            return _whole(answered, most_bytes)
    except urllib.error.HTTPError as error:
        with error:
            return _whole(error, most_bytes)
    except http.client.HTTPException as error:  # no HTTP, or less than was announced
        raise OSError(f"the answer cannot be read: {type(error).__name__}") from None


def _whole(opened: Any, most_bytes: int) -> Answer:
    try:
        body = opened.read(most_bytes + 1)
    except http.client.HTTPException as error:
        raise OSError(f"the answer breaks off: {type(error).__name__}") from None
    if len(body) > most_bytes:
        raise OSError(f"the answer is longer than {most_bytes} bytes")
    return Answer(opened.status, {name.lower(): value for name, value in opened.headers.items()}, body)


@contextmanager
def opened(request: urllib.request.Request, *, written: str, seconds: float) -> Iterator[Any]:
    """A good answer, to be read bit by bit; cut off after so many seconds, however it comes. Raises as `ask`, and
    whatever of `AWAY` while it is read."""
    host = host_of(request.full_url)
    if not is_safe(request.full_url):
        raise ValueError(f"{request.full_url} is not HTTPS")
    connecting = socket.create_connection if host == written else _publicly
    if host != written and is_here(host):
        raise NotPublic(f"{host} is this machine")
    line = _Line(connecting)
    handlers: list[Any] = [_NoRedirect, _Https(line), _Http(line)]
    if is_here(host):
        handlers.append(urllib.request.ProxyHandler({}))  # nobody stands between a machine and itself
    timer = threading.Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=seconds) as answered:
            yield answered
    finally:
        timer.cancel()
        timer.join()
        line.close()


class _Line:
    """Makes the connection, and cuts it off when told; a copy of its descriptor stays, which TLS does not take away."""

    def __init__(self, connecting: Any) -> None:
        self._connecting = connecting
        self._copy: socket.socket | None = None

    def direct(self, *told: Any, **more: Any) -> socket.socket:
        """To the very machine that is asked."""
        return self._kept(self._connecting(*told, **more))

    def proxied(self, *told: Any, **more: Any) -> socket.socket:
        """To the proxy that the operator set: it is the proxy that connects."""
        return self._kept(socket.create_connection(*told, **more))

    def _kept(self, made: socket.socket) -> socket.socket:
        self._copy = made.dup()
        return made

    def cut(self) -> None:
        if self._copy is not None:
            with suppress(OSError):
                self._copy.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._copy is not None:
            self._copy.close()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Whoever is asked is where the address says."""


class _Https(urllib.request.HTTPSHandler):
    """HTTPS, connecting as told. Through a proxy that the operator set, it is the proxy that connects."""

    def __init__(self, line: _Line) -> None:
        super().__init__(context=_checked())
        self._line = line

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_made(http.client.HTTPSConnection, request, self._line), request, context=_checked())


class _Http(urllib.request.HTTPHandler):
    """The same without TLS, which only this machine is asked in."""

    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_made(http.client.HTTPConnection, request, self._line), request)


@cache
def _checked() -> ssl.SSLContext:
    """By which certificates are checked; reading those of the system takes some time."""
    return ssl.create_default_context()


def _made(kind: type[http.client.HTTPConnection], request: urllib.request.Request, line: _Line) -> Any:
    proxied = request.host != urlsplit(request.full_url).netloc

    def connection(host: str, **told: Any) -> http.client.HTTPConnection:
        made = kind(host, **told)
        made._create_connection = line.proxied if proxied else line.direct  # type: ignore[attr-defined]
        return made

    return connection


def _publicly(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
    """A connection to an address of the public internet: the very one that was looked up is connected to."""
    host, port = address
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for one in sorted(str(each) for each in found):
        if not ipaddress.ip_address(one.partition("%")[0]).is_global:
            raise NotPublic(f"{host} is in a private network, and only another machine named it")
    return socket.create_connection((min(str(each) for each in found), port), *rest, **more)
