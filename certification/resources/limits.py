"""Whose look-ups are counted together (`access.look_ups`): those of one person signed in, or of one address."""

from __future__ import annotations

import ipaddress

from flask import current_app, request

from certification.access import sessions
from certification.access.look_ups import AskedTooOften, Limited
from certification.resources.access import database, now, pepper, token_sent

__all__ = ["DRAWING", "SIGNED_IN", "address", "allow"]

DRAWING = 10
"""What a paper takes, since it is drawn."""

SIGNED_IN = 10
"""So many times as much as an address a person may look up who is signed in."""


def allow(cost: int = 1) -> None:
    """Raises AskedTooOften where the caller has looked up too much.

    People who are signed in do not share what the address is allowed from which everybody else there asks.
    """
    token = token_sent()
    person = None if token is None else sessions.session_of(database(), token, pepper=pepper(), now=now())
    limit: Limited = current_app.extensions["look_ups" if person is None else "look_ups_signed_in"]
    if seconds := limit.wait(address() if person is None else f"account {person.account}", cost):
        raise AskedTooOften(seconds)


def address() -> str:
    """Who asks: through a proxy on this machine, the address that it names last. Of IPv6 the network (/64) of one
    subscriber."""
    remote = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(remote)
        if found.is_loopback and forwarded:
            found = ipaddress.ip_address(forwarded)
    except ValueError:
        return remote
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
