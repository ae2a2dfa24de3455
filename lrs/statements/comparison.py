"""Whether two Statements with one id say the same.

A repeat of what is stored is no conflict, and equality is not of bytes: what the store itself sets, how things are
called in some language, what an Activity's definition says today and the order of a Group's members do not count
(xAPI 1.0.3 Data 2.3.1, Statement Immutability).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec

from lrs.statements.keys import ifi_text
from lrs.statements.validate import check_timestamp
from schemas import pointer

_HUNDREDTHS = re.compile(r"([.,]\d\d)\d+(?=S)")
"""Seconds beyond hundredths, which are not compared (xAPI 1.0.3 Data 4.6)."""
_IN_ORDER = msgspec.json.Encoder(order="deterministic")
_MOST = 1000
"""So many differences are named."""
_SET_BY_STORE = ("id", "stored", "authority", "version")


def differences(sent: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[str, ...]:
    """JSON pointers of the places where what was sent differs from what is kept, a thousand at most; empty when both
    say the same.

    A `timestamp` that was not sent does not differ: the store had set it.
    """
    without = _SET_BY_STORE if "timestamp" in sent else (*_SET_BY_STORE, "timestamp")
    left = {key: value for key, value in sent.items() if key not in without}
    right = {key: value for key, value in kept.items() if key not in without}
    return tuple(islice(_differences(_comparable(left), _comparable(right), ""), _MOST))


def normal_form(statement: Mapping[str, Any], *, timed: bool = True) -> bytes:
    """Bytes that are the same for two Statements if, and only if, `differences` finds none between them.

    That is: `differences(sent, kept) == ()` wherever their normal forms are equal, both taken with `timed` saying
    whether `sent` has a `timestamp`.
    """
    return normal_forms(statement)[0 if timed else 1]


def normal_forms(statement: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The normal form of a Statement, and that without its `timestamp`."""
    plain = _plain(_comparable({key: value for key, value in statement.items() if key not in _SET_BY_STORE}))
    timed = _IN_ORDER.encode(plain)
    plain.pop("timestamp", None)
    return timed, _IN_ORDER.encode(plain)


def _plain(value: Any) -> Any:
    """The same with a text for every number and moment: one text for those that are equal, however they are written."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return f"text {value}"
    if isinstance(value, datetime):
        return f"moment {value.isoformat()}"
    if value is None or isinstance(value, bool):
        return value
    sign, digits, exponent = Decimal(value).as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    if not significant:
        return "number 0"
    return f"number {'-' * sign}{significant.lstrip('0')} {int(exponent) + len(digits) - len(significant)}"


def _comparable(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        if name == "extensions":
            return value
        reference = value.get("objectType") == "StatementRef"
        return {
            key: item.lower() if reference and key == "id" else _comparable(item, key)
            for key, item in value.items()
            if key not in ("definition", "display") and not (key == "objectType" and item in ("Agent", "Activity"))
        }
    if isinstance(value, list):
        if name == "member":
            return sorted((_comparable(item) for item in value), key=lambda agent: ifi_text(agent) or "")
        return [_comparable(item) for item in value]
    if name == "timestamp":
        return check_timestamp(value, "/timestamp")
    if name in ("registration", "mbox_sha1sum"):
        return value.lower()
    if name == "duration":
        return _HUNDREDTHS.sub(r"\1", value)
    return value


def _differences(left: Any, right: Any, place: str) -> Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            here = place + pointer(key)
            if key not in left or key not in right:
                yield here
            else:
                yield from _differences(left[key], right[key], here)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from _differences(one, other, f"{place}/{index}")
    elif type(left) is bool or type(right) is bool:
        if left is not right:
            yield place
    elif left != right:
        yield place
