"""Other systems that this one speaks with as a client: their names, addresses and passwords, and when to try again."""

from __future__ import annotations

import hmac
import os
import random
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lrs import outgoing
from lrs.errors import Fault
from lrs.versions import SUPPORTED

__all__ = ["LONGEST_PAUSE", "faults", "faults_of_place", "later", "seal", "unseal"]

LONGEST_PAUSE = 900.0
"""Seconds between two tries at most, unless the other system asks for more."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_NONCE = 12
_LONGEST = 500


def faults(
    name: str, endpoint: str, username: str, password: str | None, version: str, hosts: Collection[str]
) -> list[Fault]:
    """What is wrong with how somebody wants another store to be spoken with. `hosts` are those that may be asked."""
    wanted = "write the https:// address of the other store's xAPI endpoint, without /statements at its end"
    found = faults_of_place(name, endpoint, hosts, wanted)
    if not username or ":" in username or len(username) > _LONGEST or not username.isprintable():
        found.append(Fault("username", "give the key or user name that the other store gave; it has no colon"))
    if password is not None and (not password or len(password) > _LONGEST or not password.isprintable()):
        found.append(Fault("password", "give the secret or password that the other store gave"))
    if version not in SUPPORTED:
        found.append(Fault("version", f"{version!r} is not spoken here; there are {', '.join(SUPPORTED)}"))
    return found


def faults_of_place(name: str, address: str, hosts: Collection[str], wanted: str) -> list[Fault]:
    """What is wrong with a name and an address; `wanted` says which address is."""
    found = []
    if not _NAME.fullmatch(name):
        found.append(Fault("name", "write small letters, digits, and - within, at most 40"))
    if not outgoing.is_safe(address) or "?" in address or len(address) > _LONGEST or not address.isprintable():
        found.append(Fault("endpoint", wanted))
    elif not outgoing.is_listed(address, hosts):
        host = outgoing.host_of(address)
        message = f"{host} is none of the hosts in OUTGOING_HOSTS; whoever runs the machine adds it"
        found.append(Fault("endpoint", message))
    return found


def seal(pepper: bytes, peer: UUID, password: str) -> bytes:
    """A password as it is kept: encrypted under the installation's secret."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(pepper)).encrypt(nonce, password.encode(), peer.bytes)


def unseal(pepper: bytes, peer: UUID, sealed: bytes) -> str | None:
    """The password; None where it was encrypted under another secret of the installation."""
    try:
        return AESGCM(_key(pepper)).decrypt(sealed[:_NONCE], sealed[_NONCE:], peer.bytes).decode()
    except (InvalidTag, ValueError):
        return None


def _key(pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"lrs passwords of other systems", "sha256")


def later(failures: int, wait: float, now: datetime) -> dict[str, Any]:
    """What is kept of a try that failed after so many others: when it is tried again. Later and later, not at the same
    moment as others, and never before the other system asked to be (`wait` seconds)."""
    pause = min(LONGEST_PAUSE, 2.0 ** min(failures, 20)) * random.uniform(0.5, 1.0)  # noqa: S311 — no secret
    return {"failures": failures + 1, "again_at": now + timedelta(seconds=max(pause, wait))}
