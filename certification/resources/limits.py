"""How often one address may look certificates up, and what is published beside them (keys, lists, the profile): a
process counts for itself, and keeps nothing of who asked.

Each look-up takes a token from the address's store; tokens come back evenly over a minute. A code cannot be guessed
(55 bits), so this is not what keeps certificates apart: it keeps one caller from wearing the server out.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from flask import current_app, request

from certification.errors import CertificationError

__all__ = ["AskedTooOften", "Limit", "allow"]

MOST_ADDRESSES = 20_000
"""Addresses a process remembers; the one that was silent longest is forgotten first."""
DRAWING = 10
"""What a paper takes, since it is drawn."""


class AskedTooOften(CertificationError):
    """This address looked up too much; it may again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too much was looked up from this address; ask again in {seconds} seconds")


class Limit:
    """So many tokens a minute for each address, and as many at once; 0: no limit."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute, self._clock = a_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._alone = threading.Lock()

    def wait(self, address: str, cost: int = 1) -> int:
        """Takes `cost` tokens of the address and returns 0; otherwise after how many seconds there will be enough."""
        if not self._a_minute:
            return 0
        rate, now = self._a_minute / 60, self._clock()
        cost = min(cost, self._a_minute)
        with self._alone:
            left, last = self._left.pop(address, (float(self._a_minute), now))
            left = min(float(self._a_minute), left + (now - last) * rate)
            enough = left >= cost
            self._left[address] = (left - cost if enough else left, now)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        return 0 if enough else max(1, -int(-(cost - left) / rate // 1))


def allow(cost: int = 1) -> None:
    """Raises AskedTooOften where the caller's address has looked up too much."""
    limit: Limit = current_app.extensions["look_ups"]
    if seconds := limit.wait(_address(), cost):
        raise AskedTooOften(seconds)


def _address() -> str:
    """Who asks: through a proxy on this machine, the address that it names last. Of IPv6 the network (/64) of one
    subscriber."""
    address = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(address)
        if found.is_loopback and forwarded:
            found = ipaddress.ip_address(forwarded)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
