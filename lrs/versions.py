"""The versions of xAPI spoken here, by what a client calls them."""

from __future__ import annotations

import re

__all__ = ["SUPPORTED", "family"]

SUPPORTED = ("1.0.3", "2.0.0")

_FAMILIES = ((re.compile(r"1\.0(\.\d+)?\Z"), "1.0.3"), (re.compile(r"2\.0(\.\d+)?\Z"), "2.0.0"))


def family(sent: str) -> str | None:
    """The one of SUPPORTED in which a request of this version is answered; None for a version not spoken here."""
    return next((version for pattern, version in _FAMILIES if pattern.match(sent)), None)
