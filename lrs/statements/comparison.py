"""Whether two Statements with one id say the same.

A repeat of what is stored is no conflict, and equality is not of bytes: what the store itself sets, how things are
called in some language, what an Activity's definition says today and the order of a Group's members do not count
(xAPI 1.0.3 Data 2.3.1, Statement Immutability).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lrs.statements.keys import ifi_text
from lrs.statements.validate import check_timestamp

_HUNDREDTHS = re.compile(r"([.,]\d\d)\d+(?=S)")
"""Seconds beyond hundredths, which are not compared (xAPI 1.0.3 Data 4.6)."""
_SET_BY_STORE = ("id", "stored", "authority", "version")


def differences(sent: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[str, ...]:
    """JSON pointers of every place where what was sent differs from what is kept; empty when both say the same.

    A `timestamp` that was not sent does not differ: the store had set it.
    """
    without = _SET_BY_STORE if "timestamp" in sent else (*_SET_BY_STORE, "timestamp")
    left = {key: value for key, value in sent.items() if key not in without}
    right = {key: value for key, value in kept.items() if key not in without}
    return tuple(_differences(_comparable(left), _comparable(right), ""))


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
            here = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
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
