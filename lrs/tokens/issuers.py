"""What issuers of tokens publish of themselves: which keys they sign with. One `Issuers` for each process.

Keys are asked for again after FRESH, so that one that is withdrawn ends; while an issuer does not answer, those that
are known go on for as long as KEPT, and then no longer. A token that names a key nobody knows has the issuer asked at
once, but not more often than every AGAIN seconds, whoever sends how many of them. Nobody but the thread that asks
waits long: whoever has a key that is known goes on with it.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import urllib.request
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lrs import outgoing
from lrs.errors import InvalidToken, IssuerAway

__all__ = ["AGAIN", "FRESH", "KEPT", "Issuers"]

FRESH = timedelta(minutes=10)
KEPT = timedelta(hours=6)
AGAIN = timedelta(seconds=30)

_SECONDS = 5
_PATIENCE = 1.0
"""So long a request waits for another one that is asking."""
_MOST_BYTES = 256 * 1024
_MOST_KEYS = 100

log = logging.getLogger(__name__)


@dataclass
class _Issuer:
    """What is known of one; only whoever holds `alone` changes it."""

    alone: threading.Lock = field(default_factory=threading.Lock)
    keys: Mapping[str, Any] = field(default_factory=dict)
    """By their id."""
    at: datetime | None = None
    """When they were given."""
    asked: datetime | None = None
    """When it was last asked, in vain or not."""


class Issuers:
    """The keys of issuers. Any thread may call `key`. `hosts` are those that may be asked."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts
        self._known: dict[str, _Issuer] = {}
        self._alone = threading.Lock()

    def key(self, issuer: str, kid: str, now: datetime) -> Any:
        """The key with this id, ready to verify with.

        Raises InvalidToken where the issuer has none, IssuerAway where that cannot be known just now. Only issuers that
        an operator named are asked for, so that what is kept stays small.
        """
        with self._alone:
            one = self._known.setdefault(issuer, _Issuer())
        key = one.keys.get(kid) if _within(one.at, KEPT, now) else None
        if key is not None and (_within(one.at, FRESH, now) or _within(one.asked, AGAIN, now)):
            return key
        if not one.alone.acquire(timeout=0 if key is not None else _PATIENCE):
            return self._at_hand(one, key, kid, now)
        try:
            if not _within(one.asked, AGAIN, now):
                self._ask(one, issuer, now)
        finally:
            one.alone.release()
        return self._at_hand(one, one.keys.get(kid), kid, now)

    def _at_hand(self, one: _Issuer, key: Any, kid: str, now: datetime) -> Any:
        if key is not None and _within(one.at, KEPT, now):
            return key
        if one.at is None or one.at != one.asked:
            waits = AGAIN - (now - one.asked) if one.asked is not None and _within(one.asked, AGAIN, now) else AGAIN
            raise IssuerAway(math.ceil(waits.total_seconds()))
        raise InvalidToken("no key of the issuer has the kid that this token names")

    def _ask(self, one: _Issuer, issuer: str, now: datetime) -> None:
        """Ask the issuer for its keys, and keep them if it answers."""
        one.asked = now
        try:
            found = self._published(issuer)
        except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
            log.warning("the issuer of tokens %s cannot be asked for its keys: %s", issuer, error)
            return
        one.keys, one.at = found, now

    def _published(self, issuer: str) -> dict[str, Any]:
        about = self._document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer:
            raise ValueError("it says of itself that it is another issuer")
        address = about.get("jwks_uri")
        if not isinstance(address, str) or not outgoing.is_safe(address):
            raise ValueError("it names no jwks_uri over HTTPS")
        given = self._document(address).get("keys")
        if not isinstance(given, list) or len(given) > _MOST_KEYS:
            raise ValueError(f"its jwks_uri holds no list of at most {_MOST_KEYS} keys")
        return dict(filter(None, map(_key, given)))

    def _document(self, address: str) -> dict[str, Any]:
        if not outgoing.is_listed(address, self._hosts):
            raise ValueError(f"{outgoing.host_of(address)} is none of the hosts in OUTGOING_HOSTS")
        request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310 — is_safe
        written = outgoing.host_of(address)
        answered = outgoing.answer(request, written=written, seconds=_SECONDS, most_bytes=_MOST_BYTES)
        if answered.status != 200:
            raise ValueError(f"{address} answered {answered.status}")
        found = json.loads(answered.body)
        if not isinstance(found, dict):
            raise ValueError(f"{address} did not answer with a JSON object")
        return found


def _key(given: Any) -> tuple[str, Any] | None:
    """A public key and its id; None for one that no signature could be verified with."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    kinds: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey}
    if not isinstance(given, dict) or not isinstance(given.get("kid"), str) or given.get("use", "sig") != "sig":
        return None
    kind = kinds.get(str(given.get("kty")))
    try:
        return None if kind is None else (given["kid"], kind.import_key(given))
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _within(at: datetime | None, span: timedelta, now: datetime) -> bool:
    return at is not None and at <= now < at + span
