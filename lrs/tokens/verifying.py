"""A Bearer token → Identity: the token is checked whole before anything it says is believed.

What it names (issuer, audience, client, key) only says where to look: for a client that an operator named, in the
database, at every request, so that one removed and a key revoked are refused at the next; and for the issuer's key.
joserfc, loaded when somebody first comes with a token, verifies the signature with that one key and one algorithm, and
holds the claims against the client and the clock.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lrs import credentials
from lrs.credentials import Identity
from lrs.db import NOBODY, Database
from lrs.errors import InvalidToken
from lrs.models import Credential, TokenClient
from lrs.tokens.clients import granted
from lrs.tokens.issuers import Issuers

__all__ = ["LEEWAY", "MOST_BYTES", "identify", "token_in"]

LEEWAY = timedelta(seconds=60)
"""How far the issuer's clock may be off."""

MOST_BYTES = 8 * 1024
"""The longest token that is looked at."""

_TYPES = ("at+jwt", "application/at+jwt")
_MOST_AUDIENCES = 20


@dataclass(frozen=True, slots=True)
class _Told:
    """What a token says of itself, of which nothing is believed yet."""

    algorithm: str
    kid: str
    issuer: str
    client_id: str
    audiences: tuple[str, ...]


def token_in(authorization: str | None) -> str | None:
    """The Bearer token of an Authorization header; None for any other header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def identify(database: Database, token: str, *, issuers: Issuers, pepper: bytes, now: datetime) -> Identity:
    """Who sends this token. Raises InvalidToken, or IssuerAway where its issuer is needed and does not answer.

    Held to (RFC 9068 4): its type, an asymmetric algorithm named for the client, a signature by a key of the issuer's,
    issuer, audience, client, expiry, and the instants before which it is not good, all of which have to be there.
    """
    told = _told(token)
    client, identity = _client(database, told, pepper, now)
    if told.algorithm not in client.algorithms.split():
        raise InvalidToken(f"the token is signed with {told.algorithm}, which is not taken from this client")
    key = issuers.key(client.issuer, told.kid, now)
    claims = _verified(token, key, told, client, now)
    return replace(identity, scopes=_scopes(claims, client, identity))


def _told(token: str) -> _Told:
    if len(token) > MOST_BYTES:
        raise InvalidToken(f"the token is longer than {MOST_BYTES} bytes")
    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidToken("this is no signed JWT")
    header, claims = _object(parts[0]), _object(parts[1])
    if str(header.get("typ")).lower() not in _TYPES:
        raise InvalidToken("the typ of the token is not at+jwt: this is no access token of RFC 9068")
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= 500:
        raise InvalidToken("the token names no key: there is no kid in its header")
    issuer, client_id, audience = claims.get("iss"), claims.get("client_id"), claims.get("aud")
    audiences: list[Any] = audience if isinstance(audience, list) else [audience]
    texts = [issuer, client_id, *audiences]
    if not all(isinstance(one, str) and one and "\0" not in one for one in texts) or len(audiences) > _MOST_AUDIENCES:
        raise InvalidToken("the token does not say iss, aud and client_id")
    return _Told(_plain(algorithm), kid, str(issuer), str(client_id), tuple(audiences))


def _plain(algorithm: Any) -> str:
    """The algorithm as it may stand in an answer."""
    known = isinstance(algorithm, str) and algorithm.isascii() and algorithm.isalnum() and len(algorithm) <= 10
    return algorithm if known else "an unknown algorithm"


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidToken("this is no signed JWT")
    return found


def _client(database: Database, told: _Told, pepper: bytes, now: datetime) -> tuple[TokenClient, Identity]:
    """The client that an operator named, and who it is."""
    query = (
        sa.select(TokenClient, Credential.key)
        .join(Credential, Credential.id == TokenClient.credential_id)
        .where(
            TokenClient.issuer == told.issuer,
            TokenClient.client_id == told.client_id,
            TokenClient.audience.in_(told.audiences),
        )
    )
    with database.reading(NOBODY) as session:
        found = session.execute(query).all()
        if len(found) != 1:
            raise InvalidToken("this client of this issuer, with this audience, is not known here")
        client, key = found[0]
        identity = credentials.holder(session, key, pepper=pepper, now=now)
    if identity is None:
        raise InvalidToken("the key that this client stands for is refused by now")
    return client, identity


def _verified(token: str, key: Any, told: _Told, client: TokenClient, now: datetime) -> Mapping[str, Any]:
    """The claims, once signature and claims hold."""
    from joserfc import jwt
    from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

    claims: Any = {
        "iss": {"essential": True, "value": client.issuer},
        "aud": {"essential": True, "value": client.audience},
        "client_id": {"essential": True, "value": client.client_id},
        **{name: {"essential": True} for name in ("exp", "sub", "iat", "jti")},
    }
    try:
        decoded = jwt.decode(token, key, algorithms=[told.algorithm])
        jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()), **claims).validate(
            decoded.claims
        )
    except ExpiredTokenError:
        raise InvalidToken("the token has expired") from None
    except MissingClaimError as error:
        raise InvalidToken(f"the token does not say {error.claim}") from None
    except InvalidClaimError as error:
        raise InvalidToken(f"the claim {error.claim} of the token does not hold") from None
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise InvalidToken("the signature of the token does not hold") from None
    return decoded.claims


def _scopes(claims: Mapping[str, Any], client: TokenClient, identity: Identity) -> frozenset[str]:
    """What the token opens: as much of the key's scopes as what it says is allowed gives."""
    grants = granted(client.grants)
    if not grants:
        return identity.scopes
    said = claims.get(client.claim)
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    allowed = {grants[one] for one in words if isinstance(one, str) and one in grants}
    return frozenset(one for one in allowed if identity.may(one))
