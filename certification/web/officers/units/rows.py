"""The units right below another against one target, as a table shows them: this year and last, sorted, in parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from certification.people.names import folded
from certification.rules.plans import Target
from certification.targets.attainment import OrganizationFigures, YearTarget
from certification.targets.forecasts import Observation
from certification.targets.rates import Rates
from certification.web.frame.written import number
from certification.web.officers import standings

__all__ = ["ON_A_PAGE", "SORTS", "Row", "difference", "found_rows", "part"]

ON_A_PAGE = 50

SORTS: Mapping[str, object] = {
    "thieu": _l("Thiếu nhiều trước"),
    "ty-le": _l("Tỷ lệ thấp trước"),
    "ten": _l("Theo tên"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A unit: `counted` of `denominator`, `short` how many are missing to the target next due, `before` the same day a
    year ago. `linked`: the reader may go there."""

    code: str
    name: str
    kind: str
    headcount: int
    counted: int
    participations: int
    denominator: int
    rate: Fraction | None
    asked: YearTarget | None
    before: Observation | None
    reporting: int
    enterprises: int
    linked: bool

    @property
    def short(self) -> int:
        return (self.asked.short or 0) if self.asked is not None else 0

    @property
    def met(self) -> bool:
        return bool(self.asked is not None and self.asked.met)

    @property
    def bar(self) -> float:
        """The rate from 0 to 100."""
        return round(float(self.rate or 0) * 100, 1)

    @property
    def last_bar(self) -> float | None:
        rate = self.before.rate if self.before is not None else None
        return None if rate is None else round(float(rate) * 100, 1)

    @property
    def change(self) -> str:
        """How many percentage points more than last year: "+4,5"."""
        return difference(self.rate, self.before.rate if self.before is not None else None)


def difference(now: Fraction | None, before: Fraction | None) -> str:
    """Between two rates, in percentage points with one decimal: "+4,5", "−1,0"; nothing where one is not there."""
    if now is None or before is None:
        return ""
    tenths = round(1000 * (now - before))
    written = f"{abs(tenths) // 10},{abs(tenths) % 10}"
    return f"+{written}" if tenths > 0 else f"−{written}" if tenths < 0 else written


def found_rows(found: Rates, target: Target, before: Mapping[str, Observation], linked: Collection[str]) -> list[Row]:
    """The units right below, against a target of the plan that was asked for."""
    return [_row(unit, target, before.get(unit.code), unit.code in linked, found.on.year) for unit in found.children]


def _row(unit: OrganizationFigures, target: Target, before: Observation | None, linked: bool, year: int) -> Row:
    own = next((one for one in unit.targets if one.target == target.id), None)
    return Row(
        unit.code,
        unit.name,
        unit.kind,
        unit.headcount,
        own.counted if own is not None else 0,
        own.participations if own is not None else 0,
        own.denominator if own is not None else 0,
        own.rate if own is not None else None,
        standings.wanted(own.year_targets, year) if own is not None else None,
        before,
        unit.coverage.reporting,
        unit.coverage.enterprises,
        linked,
    )


def part(
    rows: Sequence[Row], sort: str, words: str, after: tuple[Any, ...] | None, limit: int | None = ON_A_PAGE
) -> tuple[list[Row], tuple[Any, ...] | None, int]:
    """Some of the rows whose names have all of `words`, in the order asked for, behind a place; where the list goes on,
    and how many there are in all."""
    sought = folded(words).split()
    wanted = [one for one in rows if all(each in f" {folded(one.name)} {one.code.casefold()}" for each in sought)]
    placed = sorted(((_place(one, sort), one) for one in wanted), key=lambda pair: pair[0])
    left = [pair for pair in placed if after is None or list(pair[0]) > list(after)]
    given = left[:limit]
    goes_on = limit is not None and len(left) > limit
    return [one for _key, one in given], given[-1][0] if goes_on else None, len(wanted)


def _place(one: Row, sort: str) -> tuple[int, str, str]:
    """Where a row stands, so that the list goes on behind it: a number, its name, its code."""
    key = 0
    if sort == "thieu":
        key = -one.short
    elif sort == "ty-le":
        key = int((one.rate if one.rate is not None else Fraction(2)) * 10**9)
    return key, folded(one.name), one.code


def gap_words(one: Row, unit: str) -> str:
    """ "đạt", "thiếu 12 người"; nothing over nobody."""
    if one.asked is None or one.asked.short is None:
        return ""
    if one.asked.met:
        return str(_("đạt"))
    if unit == "organization":
        return str(ngettext("thiếu %(count)s đơn vị", "thiếu %(count)s đơn vị", one.short, count=number(one.short)))
    return str(_("thiếu %(count)s người", count=number(one.short)))
