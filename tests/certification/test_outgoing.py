"""Whom the program asks for anything, and whom it never asks though somebody names them."""

from __future__ import annotations

import ast
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from certification.access import oidc
from certification.access.oidc import Client, ProviderFault
from lrs.api import outgoing
from tests.threads import ended

ROOT = Path(__file__).parent.parent.parent

GOES_OUT = {
    "lrs/outgoing.py": "HTTP: sign-in providers, the gateway of text messages, other stores, as operators set them",
    "lrs/forwarding/posting.py": "what to send another store, by way of outgoing",
    "lrs/forwarding/webhooks.py": "messages to a webhook, by way of outgoing",
    "lrs/bucket/store.py": "what to ask the bucket of attachments for, by way of outgoing",
    "lrs/tokens/issuers.py": "what to ask an issuer of tokens for, by way of outgoing",
    "lrs/scanning.py": "the virus scanner of this machine, over its socket",
    "lrs/pulling/asking.py": "what to ask another store for, by way of outgoing",
    "certification/web/operators/health/of_outside.py": "which certificate PUBLIC_URL, our own address, shows",
    "certification/federation/sending.py": "figures to the installation that adds them up, by way of outgoing",
    "certification/access/oidc.py": "what to ask a provider for, by way of outgoing",
    "certification/access/text_messages.py": "what to ask a gateway for, by way of outgoing",
    "certification/reports/mail.py": "letters, to the mail server that the operator set",
    "certification/demonstration/poster.py": "the demonstration posts to the server that it started",
    "certification/demonstration/server.py": "the demonstration looks for a free port",
    "wsgi.py": "looks whether its own port is free",
}
"""Every module that could speak to another machine, and to which."""

SPEAKING = {"ftplib", "http.client", "requests", "httpx", "smtplib", "socket", "urllib.request", "urllib3", "telnetlib"}


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_these_modules_alone_could_speak_to_another_machine() -> None:
    product = [ROOT / "wsgi.py", *(path for name in ("lrs", "certification") for path in (ROOT / name).rglob("*.py"))]
    speaking = {str(path.relative_to(ROOT)) for path in product if _imported(path) & SPEAKING}
    assert speaking == set(GOES_OUT), "say above whom it speaks to"
    opening = {
        str(path.relative_to(ROOT))
        for path in product
        if "urlopen" in path.read_text() or "build_opener" in path.read_text()
    }
    assert opening == {"lrs/outgoing.py"}


class _Answering(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        _Answering.asked.append(self.path)
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "/here")
        self.end_headers()
        self.wfile.write(b"x" * 1000)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def here() -> Iterator[str]:
    """A service of this machine that nobody outside can reach."""
    _Answering.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = Thread(daemon=True, target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        ended(thread)


def _ask(address: str, written: str) -> bytes:
    return outgoing.ask(urllib.request.Request(address), written=written, seconds=5, most_bytes=99)  # noqa: S310


def test_what_the_operator_wrote_may_lie_anywhere_and_is_read_so_far(here: str) -> None:
    assert _ask(f"{here}/well", "127.0.0.1") == b"x" * 100


def test_a_redirect_is_not_followed(here: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _ask(f"{here}/away", "127.0.0.1")
    refused.value.close()
    assert _Answering.asked == ["/away"]


def test_what_only_another_machine_names_is_not_asked_where_we_alone_can_reach_it(
    here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(outgoing.NotPublic):
        _ask(f"{here}/token", "dang-nhap.example")
    assert _Answering.asked == []
    private = [
        "10.0.0.8",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
    ]
    connected: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda address, *_: connected.append(address))
    for one in private:
        for others in ([], ["203.113.131.1"]):
            found = [(0, 0, 0, "", (each, 443)) for each in [*others, one]]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
            with pytest.raises(OSError, match=r"private network|NotPublic") as refused:
                _ask("https://ke-xau.example/token", "dang-nhap.example")
            assert "private network" in str(refused.value)
    assert connected == []


def test_a_public_name_is_connected_to_by_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a name could lead elsewhere the second time."""
    asked: list[Any] = []

    def refuse(address: Any, *_: Any) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("203.113.131.1", 443))])
    with pytest.raises(OSError, match="urlopen"):
        _ask("https://khoa.example/jwks", "dang-nhap.example")
    assert asked == [("203.113.131.1", 443)]


@pytest.mark.parametrize(
    "address", ["http://khoa.example/x", "file:///etc/passwd", "https://a:b@c.example/", "ftp://x/"]
)
def test_nothing_is_asked_but_over_https(address: str) -> None:
    with pytest.raises(ValueError, match="not HTTPS"):
        _ask(address, outgoing.host_of(address))


def test_a_provider_cannot_send_us_to_a_service_of_this_machine(
    here: str, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    """It names where codes are redeemed and where its keys lie; our secret goes there."""
    issuer = "https://dang-nhap.example"
    named = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/a",
        "token_endpoint": f"{here}/t",
        "jwks_uri": f"{here}/k",
    }
    documents = oidc.Documents()
    documents._kept[f"{issuer}/.well-known/openid-configuration"] = (now, named)
    client = Client(issuer, "cdht", "bí mật", "https://cdht.example.vn/xong")
    with pytest.raises(ProviderFault):
        oidc.redeem(documents, client, code="x", nonce="n", verifier="v", now=now)
    with pytest.raises(ProviderFault):
        documents.keys(f"{here}/k", issuer, now)
    assert _Answering.asked == []


def test_certificates_are_checked() -> None:
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert "_create_unverified_context" not in (ROOT / "lrs" / "outgoing.py").read_text()
