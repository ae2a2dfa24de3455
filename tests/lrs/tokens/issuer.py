"""An issuer of tokens for tests: it serves what it publishes over HTTP on this machine, and signs what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.threads import ended

__all__ = ["AUDIENCE", "CLIENT", "TokenIssuer", "issuing"]

AUDIENCE, CLIENT = "https://lrs.example.vn/xapi", "moodle-a"


class TokenIssuer:
    """What the server publishes and is told to do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.keys: list[RSAKey | ECKey] = [_first_key()]
        self.metadata: dict[str, Any] = {"issuer": address, "jwks_uri": f"{address}/jwks"}
        self.is_away = False
        self.asked: list[str] = []
        """By path."""

    def claims(self, now: datetime, **more: Any) -> dict[str, Any]:
        """What a good token says; what is None in `more` is left out."""
        at = int(now.timestamp())
        told = {
            "iss": self.address, "aud": AUDIENCE, "client_id": CLIENT, "sub": CLIENT, "iat": at, "exp": at + 300,
            "jti": "1", **more,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def token(self, now: datetime, *, header: dict[str, Any] | None = None, **more: Any) -> str:
        """A token signed with the newest key."""
        key = self.keys[-1]
        plain = {"alg": "RS256" if key.key_type == "RSA" else "ES256", "typ": "at+jwt", "kid": key.kid}
        told = {name: value for name, value in (plain | (header or {})).items() if value is not None}
        return jwt.encode(told, self.claims(now, **more), key, algorithms=[told["alg"]], default_type=None)

    def rotate(self) -> None:
        """Another key, of another kind, signs; the old one is published no more."""
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]


@cache
def _first_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@contextmanager
def issuing() -> Iterator[TokenIssuer]:
    """The issuer, serving."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            published = {
                "/.well-known/openid-configuration": issuer.metadata,
                "/jwks": KeySet(issuer.keys).as_dict(private=False),
            }
            found = None if issuer.is_away else published.get(self.path)
            body = json.dumps(found).encode()
            self.send_response(503 if issuer.is_away else 404 if found is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = TokenIssuer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield issuer
    server.shutdown()
    ended(thread)
    server.server_close()
