"""Asking another machine over HTTP: the one way out of the program beside letters (`reports.mail`).

Nobody is asked but whom the operator wrote down, and whoever that one names for it. What the operator wrote may lie
anywhere, in the office's own network too. What only another machine names has to lie in the public internet: else
whoever runs that machine could have us ask services that only we can reach. Redirects are not followed, certificates
are checked, and of an answer no more is read than is allowed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import urllib.request
from typing import Any
from urllib.parse import urlsplit

__all__ = ["NotPublic", "ask", "host_of", "is_here", "is_safe"]


class NotPublic(OSError):
    """A name that only another machine gave leads into a private network."""


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
    if parts.username is not None or not host or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(host))


def ask(request: urllib.request.Request, *, written: str, seconds: float, most_bytes: int) -> bytes:
    """What is answered, at most `most_bytes` and one. `written` is the host that the operator wrote down.

    Raises `urllib.error.HTTPError` for an answer that is not good (a redirect is none), NotPublic, OSError, ValueError.
    """
    host = host_of(request.full_url)
    if not is_safe(request.full_url):
        raise ValueError(f"{request.full_url} is not HTTPS")
    connecting = socket.create_connection if host == written else _publicly
    if host != written and is_here(host):
        raise NotPublic(f"{host} is this machine")
    context = ssl.create_default_context()
    handlers: list[Any] = [_NoRedirect, _Https(context, connecting)]
    if is_here(host):
        handlers.append(urllib.request.ProxyHandler({}))  # nobody stands between a machine and itself
    with urllib.request.build_opener(*handlers).open(request, timeout=seconds) as answer:
        body: bytes = answer.read(most_bytes + 1)
    return body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Whoever is asked is where the address says."""


class _Https(urllib.request.HTTPSHandler):
    """HTTPS, connecting as told. Through a proxy that the operator set, it is the proxy that connects."""

    def __init__(self, context: ssl.SSLContext, connecting: Any) -> None:
        super().__init__(context=context)
        self._checked, self._connecting = context, connecting

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        proxied = request.host != urlsplit(request.full_url).netloc

        def connection(host: str, **told: Any) -> http.client.HTTPSConnection:
            made = http.client.HTTPSConnection(host, **told)
            if not proxied:
                made._create_connection = self._connecting  # type: ignore[attr-defined]
            return made

        return self.do_open(connection, request, context=self._checked)


def _publicly(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
    """A connection to an address of the public internet: the very one that was looked up is connected to."""
    host, port = address
    found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for one in sorted(str(each) for each in found):
        if not ipaddress.ip_address(one.partition("%")[0]).is_global:
            raise NotPublic(f"{host} is in a private network, and only another machine named it")
    return socket.create_connection((min(str(each) for each in found), port), *rest, **more)
