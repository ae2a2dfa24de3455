"""OpenID Connect with another house's sign-in (authorization code with PKCE), without a database.

address  where a browser is sent to sign in there
redeem   what the code that it came back with proves: the claims of an ID Token, checked whole

Authlib and joserfc are loaded when somebody first signs in so: most installations have no such provider.
What a provider publishes is asked for over HTTPS (plain HTTP of this machine alone), kept ten minutes in memory, and
asked for again when it signs with a key that is not known yet.
"""

from __future__ import annotations

import hmac
import json
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from certification.access.accounts import SignInRefused
from certification.errors import CertificationError
from lrs.api import outgoing

__all__ = [
    "ALGORITHMS", "LEEWAY", "Claims", "Client", "Documents", "ProviderFault", "address", "leaving", "redeem",
]  # fmt: skip

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With which an ID Token may be signed: with a key of the provider's that only the provider has."""

LEEWAY = timedelta(minutes=2)
"""How far the clock of the provider may be off."""

KEPT = timedelta(minutes=10)
SECONDS = 10
MOST_BYTES = 512 * 1024

Claims = Mapping[str, Any]


class ProviderFault(SignInRefused):
    """The provider does not answer, or what it says cannot be relied upon; the text says what, for the operator."""

    def __init__(self, message: str) -> None:
        CertificationError.__init__(self, message)


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at a provider. `secret` is None of a client that has none (PKCE alone)."""

    issuer: str
    client_id: str
    secret: str | None
    redirect: str
    """Where browsers come back to."""


class Documents:
    """What providers publish of themselves: their metadata and keys. One for each process; threads share it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._alone = threading.Lock()

    def metadata(self, issuer: str, now: datetime) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery). Raises ProviderFault."""
        found = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", issuer, now)
        if found.get("issuer") != issuer:
            raise ProviderFault(f"{issuer} says of itself that it is {found.get('issuer')!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str) or not outgoing.is_safe(found[name]):
                raise ProviderFault(f"{issuer} names no {name} over HTTPS")
        return found

    def keys(self, address: str, issuer: str, now: datetime, *, fresh: bool = False) -> dict[str, Any]:
        """The provider's public keys (JWKS); with `fresh` as they are now. Raises ProviderFault."""
        found = self._get(address, issuer, now, fresh=fresh)
        if not isinstance(found.get("keys"), list):
            raise ProviderFault(f"{address} holds no keys")
        return found

    def _get(self, address: str, issuer: str, now: datetime, *, fresh: bool = False) -> dict[str, Any]:
        with self._alone:
            at, kept = self._kept.get(address, (None, {}))
        if at is not None and not fresh and at <= now < at + KEPT:
            return kept
        found = _ask(urllib.request.Request(address, headers={"Accept": "application/json"}), issuer)  # noqa: S310 — is_safe
        with self._alone:
            self._kept[address] = (now, found)
        return found


def address(
    documents: Documents,
    client: Client,
    *,
    scopes: str,
    state: str,
    nonce: str,
    verifier: str,
    now: datetime,
    acr: tuple[str, ...] = (),
) -> str:
    """Where a browser is sent to sign in at the provider, which is asked for one of `acr` if it can. Raises
    ProviderFault."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    found = documents.metadata(client.issuer, now)
    return str(
        prepare_grant_uri(
            found["authorization_endpoint"],
            client_id=client.client_id,
            response_type="code",
            redirect_uri=client.redirect,
            scope=scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            acr_values=" ".join(acr) or None,
        )
    )


def leaving(documents: Documents, client: Client, *, onward: str, now: datetime) -> str | None:
    """Where a browser is sent to sign out at the provider as well; None where it names no such place.

    Raises ProviderFault."""
    end = documents.metadata(client.issuer, now).get("end_session_endpoint")
    if not isinstance(end, str) or not outgoing.is_safe(end):
        return None
    asked = urlencode({"client_id": client.client_id, "post_logout_redirect_uri": onward})
    return f"{end}{'&' if '?' in end else '?'}{asked}"


def redeem(documents: Documents, client: Client, *, code: str, nonce: str, verifier: str, now: datetime) -> Claims:
    """The claims of the ID Token that the provider gives for the code, once they hold. Raises ProviderFault.

    Held to: signature by a key of the provider's, issuer, audience, the party it was issued to, expiry and instant
    (`LEEWAY`), the nonce of this very sign-in, and the access token that came with it.
    """
    found = documents.metadata(client.issuer, now)
    told = _ask(_exchange(found, client, code, verifier), client.issuer)
    token = told.get("id_token")
    if not isinstance(token, str):
        raise ProviderFault(f"{client.issuer} gave no ID Token")
    return _checked(documents, found, client, token, told.get("access_token"), nonce, now)


def _exchange(found: Claims, client: Client, code: str, verifier: str) -> urllib.request.Request:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect,
        "code_verifier": verifier,
    }
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if client.secret is None:
        fields["client_id"] = client.client_id
    elif "client_secret_basic" in ways or "client_secret_post" not in ways:
        pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        fields |= {"client_id": client.client_id, "client_secret": client.secret}
    body = urlencode(fields).encode()
    return urllib.request.Request(found["token_endpoint"], body, headers)  # noqa: S310 — is_safe


def _checked(
    documents: Documents, found: Claims, client: Client, token: str, access_token: Any, nonce: str, now: datetime
) -> Claims:
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    decoded = _verified(documents, found, token, now)
    options: Any = {
        "iss": {"essential": True, "value": client.issuer},
        "aud": {"essential": True, "value": client.client_id},
        "sub": {"essential": True},
    }
    params = {"client_id": client.client_id, "nonce": nonce, "access_token": access_token}
    claims: Any = CodeIDToken(decoded.claims, decoded.header, options, params)
    try:
        claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderFault(f"the ID Token of {client.issuer} does not hold: {error}") from None
    if not isinstance(claims["sub"], str) or not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ProviderFault(f"the ID Token of {client.issuer} is not of this sign-in")
    return dict(claims)


def _verified(documents: Documents, found: Claims, token: str, now: datetime) -> Any:
    """The token, once its signature is that of a key that the provider has now."""
    from joserfc import jwt
    from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, MissingKeyError
    from joserfc.jwk import KeySet

    fault: Exception | None = None
    for fresh in (False, True):
        keys: Any = documents.keys(found["jwks_uri"], found["issuer"], now, fresh=fresh)
        try:
            return jwt.decode(token, KeySet.import_key_set(keys), algorithms=[*ALGORITHMS])
        except (BadSignatureError, InvalidKeyIdError, MissingKeyError) as error:
            fault = error  # it may sign with a newer key than was known
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderFault(f"the ID Token of {found['issuer']} cannot be read: {error}") from None
    raise ProviderFault(f"no key of {found['issuer']} signed this ID Token: {fault}")


# ---------------------------------------------------------------- HTTP


def _ask(request: urllib.request.Request, issuer: str) -> dict[str, Any]:
    """The JSON object that is answered. The operator wrote down the issuer; what only that one names has to lie in the
    public internet (`outgoing`). Raises ProviderFault."""
    try:
        body = outgoing.ask(request, written=outgoing.host_of(issuer), seconds=SECONDS, most_bytes=MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(500).decode("utf-8", "replace")
        raise ProviderFault(f"{request.full_url} answered {error.code}: {' '.join(said.split())}") from None
    except (OSError, ValueError) as error:
        raise ProviderFault(f"{request.full_url} does not answer: {error}") from None
    try:
        found = json.loads(body) if len(body) <= MOST_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderFault(f"{request.full_url} did not answer with a JSON object")
    return found
