"""An organization's own sign-in (OpenID Connect) for tests: a real server on this machine, spoken to over HTTP.

It holds its clients to what they say (PKCE, secret, address of return, each code once) and signs in whoever `person`
is. `spoil` changes what an ID Token says before it is signed; `sign` signs otherwise than it should.
"""

from __future__ import annotations

import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server

from tests.threads import ended

__all__ = ["OidcProvider", "serving"]

CLIENT, SECRET = "cdht", "bí mật của khách: 1/2 & +"


class OidcProvider:
    """What the server knows and is told to do."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.person: dict[str, Any] = {"sub": "u-17"}
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.spoil: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.metadata: dict[str, Any] = {}
        self.asks_first = False
        """Whether people see a page before they are sent back."""
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.key: RSAKey | ECKey = _first_key()

    def rotate(self) -> None:
        """A new key signs, of another kind, and the old one is published no more."""
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def code_for(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return code

    def redeem(self, form: dict[str, str], user: tuple[str, str]) -> Response:
        asked = self._codes.pop(form.get("code", ""), None)
        good = (
            user == (CLIENT, SECRET)
            and asked is not None
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked["redirect_uri"]
            and asked.get("code_challenge_method") == "S256"
            and create_s256_code_challenge(form.get("code_verifier", "")) == asked["code_challenge"]
        )
        if not good or asked is None:
            return Response('{"error": "invalid_grant"}', 400, mimetype="application/json")
        at = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"], **self.person}
        self.spoil(claims)
        token = self.sign(claims) if self.sign else self.signed(claims)
        return jsonify(token_type="Bearer", access_token=secrets.token_urlsafe(8), id_token=token)

    def signed(self, claims: dict[str, Any], key: RSAKey | ECKey | None = None) -> str:
        key = key or self.key
        return jwt.encode({"alg": "RS256" if key.key_type == "RSA" else "ES256", "kid": key.kid}, claims, key)

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata

    def visit(self, address: str) -> dict[str, str]:
        """What somebody comes back with who is sent to this address and signs in: the parameters of the return."""
        location = self.sent_back(address)
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    @staticmethod
    def sent_back(address: str) -> str:
        """The address that the server sends a browser back to."""
        opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
        try:
            opener.open(address, timeout=10)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.headers["Location"]
        raise AssertionError("nobody was sent back")


@cache
def _first_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Redirects are looked at, not followed."""


def _app(provider: OidcProvider) -> Flask:
    app = Flask("provider")

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        provider.asked.append("configuration")
        return jsonify(provider.published())

    @app.get("/jwks")
    def jwks() -> Response:
        provider.asked.append("jwks")
        return jsonify(KeySet([provider.key]).as_dict(private=False))

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        asked = request.args.to_dict()
        if asked["client_id"] != CLIENT or asked["response_type"] != "code" or "openid" not in asked["scope"].split():
            return Response("not a client of mine", 400)
        if provider.asks_first and request.method == "GET":
            return Response(
                "<!doctype html><html lang=vi><title>SSO</title><h1>Đăng nhập SSO của tổ chức</h1>"
                "<form method=post><button>Là tôi</button></form></html>"
            )
        back = {"code": provider.code_for(asked), "state": asked["state"], "iss": provider.issuer}
        return redirect(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    @app.post("/token")
    def token() -> Response:
        given = request.authorization
        user = (unquote(given.username or ""), unquote(given.password or "")) if given else ("", "")
        return provider.redeem(request.form.to_dict(), user)

    @app.get("/end")
    def end() -> Response:
        return Response(f"<!doctype html><title>out</title><h1>Đã đăng xuất SSO</h1>{request.args.to_dict()}")

    return app


@contextmanager
def serving() -> Iterator[OidcProvider]:
    """A provider at an address of this machine, until the block ends."""
    app = Flask("empty")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider = OidcProvider(f"http://127.0.0.1:{server.port}")
    server.app = _app(provider)
    thread = threading.Thread(daemon=True, target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        ended(thread)
        server.server_close()
