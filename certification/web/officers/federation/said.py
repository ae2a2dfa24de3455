"""Faults of what was typed about members, rounds and the recipient, in words beside their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from certification.resources.errors import BadRequest, Fault
from lrs.api import InvalidRequest

__all__ = ["Says", "beside"]

Says = Mapping[tuple[str, str], Any]
"""Words by the place of a fault and a part of what is said to programs; the first that fits counts."""


@contextmanager
def beside(says: Says, fields: Mapping[str, str] | None = None) -> Iterator[None]:
    """Says faults in these words; `fields` names those that a form calls otherwise."""
    try:
        yield
    except InvalidRequest as error:
        raise BadRequest(*[_in_words(one, says, fields or {}) for one in error.faults]) from None


def _in_words(fault: Any, says: Says, fields: Mapping[str, str]) -> Fault:
    fits = (words for (place, part), words in says.items() if place == fault.place and part in fault.message)
    return Fault(fields.get(fault.place, fault.place), str(next(fits, fault.message)))
