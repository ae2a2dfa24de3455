"""What people said in a report: an organization's own values, and those of the units below joined with them. Pure.

Values are plain: a text, a whole number (đồng for money), or rows, each a mapping by column code whose days are written
2026-11-20. The bytes of `as_json` are the same for the same values, wherever and whenever they are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from certification.rules.report_forms import Item, ReportForm

__all__ = ["ORGANIZATION", "Entered", "Joined", "Said", "Value", "canonical", "join"]

Row = Mapping[str, int | str]
Plain = int | str | tuple[Row, ...]

ORGANIZATION = "organization"
"""The key under which a joined row names the unit that it comes from; "" for the report's own."""


@dataclass(frozen=True, slots=True)
class Value:
    """What was entered under an item: `by` is the account's name, `at` in UTC; `note` words beside a number."""

    value: Plain
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one unit below said, kept apart."""

    code: str
    organization: str
    value: Plain


@dataclass(frozen=True, slots=True)
class Joined:
    """The value of the whole branch, and how many organizations it comes from, the report's own counted."""

    value: Plain
    organizations: int


@dataclass(frozen=True, slots=True)
class Entered:
    """A report's values by item code. `own`: what its organization entered. `joined`: sums and lists with those of the
    approved reports below (without any, its own alone). `apart`: what is not joined, unit by unit, by name."""

    own: Mapping[str, Value] = field(default_factory=dict)
    joined: Mapping[str, Joined] = field(default_factory=dict)
    apart: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)

    def number(self, code: str) -> int | None:
        """The number to print under an item: of the whole branch; None where nobody said one."""
        found = self.joined.get(code)
        return found.value if found is not None and isinstance(found.value, int) else None

    def text(self, code: str) -> str:
        """The organization's own text under an item; "" where it wrote none."""
        found = self.own.get(code)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def rows(self, code: str) -> tuple[Row, ...]:
        """The rows under an item, of the whole branch."""
        found = self.joined.get(code)
        return found.value if found is not None and isinstance(found.value, tuple) else ()

    def as_json(self) -> dict[str, Any]:
        """As JSON values; `from_json` makes the same again."""
        return {
            "own": {
                code: {"value": _plain(one.value), "by": one.by, "at": one.at.isoformat(), "note": one.note}
                for code, one in sorted(self.own.items())
            },
            "joined": {
                code: {"value": _plain(one.value), "organizations": one.organizations}
                for code, one in sorted(self.joined.items())
            },
            "apart": {
                code: [{"code": one.code, "organization": one.organization, "value": _plain(one.value)} for one in said]
                for code, said in sorted(self.apart.items())
            },
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Entered:
        """What `as_json` gave."""
        return cls(
            own={
                code: Value(_value(one["value"]), one["by"], datetime.fromisoformat(one["at"]), one["note"])
                for code, one in document["own"].items()
            },
            joined={
                code: Joined(_value(one["value"]), one["organizations"]) for code, one in document["joined"].items()
            },
            apart={
                code: tuple(Said(one["code"], one["organization"], _value(one["value"])) for one in said)
                for code, said in document["apart"].items()
            },
        )


def join(form: ReportForm, own: Mapping[str, Value], below: Iterable[tuple[str, str, Entered]]) -> Entered:
    """An organization's values with those of the reports below, each (code, name, its own joined values).

    Numbers are added up, rows listed with the name of their unit, all else stays apart: a unit's own text, and what the
    units under it left apart. A number that nobody entered stays unsaid; nought is said.
    """
    units = sorted(below, key=lambda one: one[0])
    joined: dict[str, Joined] = {}
    apart: dict[str, tuple[Said, ...]] = {}
    for item in form.asked:
        if item.join == "apart":
            said = tuple(one for unit in units for one in _apart_of(item, *unit))
            if said:
                apart[item.code] = said
            if item.code in own:
                joined[item.code] = Joined(own[item.code].value, 1)
            continue
        parts = [("", Joined(own[item.code].value, 1))] if item.code in own else []
        parts += [(name, each.joined[item.code]) for _, name, each in units if item.code in each.joined]
        if parts:
            value = _sum(parts) if item.join == "sum" else _list(parts)
            joined[item.code] = Joined(value, sum(part.organizations for _, part in parts))
    return Entered(own, joined, apart)


def _apart_of(item: Item, code: str, name: str, entered: Entered) -> Iterable[Said]:
    if item.code in entered.own:
        yield Said(code, name, entered.own[item.code].value)
    yield from entered.apart.get(item.code, ())


def _sum(parts: list[tuple[str, Joined]]) -> int:
    return sum(part.value for _, part in parts if isinstance(part.value, int))


def _list(parts: list[tuple[str, Joined]]) -> tuple[Row, ...]:
    return tuple(
        {**row, ORGANIZATION: row.get(ORGANIZATION) or name}
        for name, part in parts
        if isinstance(part.value, tuple)
        for row in part.value
    )


def canonical(document: Any) -> bytes:
    """The bytes of JSON values: keys sorted, no blanks, UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Plain) -> Any:
    return [dict(row) for row in value] if isinstance(value, tuple) else value


def _value(value: Any) -> Plain:
    return tuple(dict(row) for row in value) if isinstance(value, list) else value
