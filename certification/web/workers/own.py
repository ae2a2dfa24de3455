"""Whose record a worker's pages are about, and what it says of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access.permissions import Act, Role
from certification.evidence import attestable
from certification.judgement import explanations, statuses
from certification.judgement.explanations import Explanation, IndicatorRow
from certification.judgement.statuses import Moment
from certification.models import Worker
from certification.people.workers import Person
from certification.resources.access import known_worker, today, who
from certification.resources.errors import Fault, NotFound
from certification.rules.criteria import PROGRAMME
from lrs.db import Session

__all__ = ["KINDS", "Year", "attested_by", "mine", "year_asked", "year_of", "year_of_dossiers"]

KINDS: Mapping[str, str] = {"met": "good", "not_met": "todo", "not_yet_known": "off"}
"""How a state is drawn (`ui.status`)."""

WITNESSES: Mapping[Role, object] = {
    Role.TEAM_LEAD: _l("tổ trưởng"),
    Role.GRASSROOTS_OFFICER: _l("cán bộ công đoàn cơ sở"),
    Role.UPPER_OFFICER: _l("cán bộ công đoàn cấp trên"),
}


@dataclass(frozen=True, slots=True)
class Year:
    """What the last judgement of a worker says of a year."""

    year: int
    said: Explanation
    total: int
    reachable: int
    total_at_least: int
    each_at_least: int
    as_of: object

    @property
    def rate(self) -> float:
        """The total from 0 to 100."""
        return 100 * self.total / (self.reachable or 1)

    @property
    def target(self) -> float:
        """What is asked for, on the same scale."""
        return 100 * self.total_at_least / (self.reachable or 1)

    @property
    def missing(self) -> int:
        """Points that the total lacks."""
        return max(0, self.total_at_least - self.total)

    @property
    def lacking(self) -> list[IndicatorRow]:
        """Chỉ số in which the worker can do what they lack: those below the floor first, then those with most room."""
        open_ones = [
            one for one in self.said.rows if one.remarks and not _is_others(one) and (one.points or 0) < one.max_points
        ]
        return sorted(open_ones, key=lambda one: (-one.to_floor, (one.points or 0) - one.max_points, one.indicator))

    @property
    def waiting(self) -> list[IndicatorRow]:
        """Chỉ số below the floor or without points, in which others give the points."""
        return [one for one in self.said.rows if _is_others(one) and (one.points is None or one.to_floor)]


def _is_others(row: IndicatorRow) -> bool:
    return row.points is None or row.attested is not None


def attested_by(session: Session, indicators: Iterable[str]) -> dict[str, str]:
    """Who gives the points of each of these chỉ số, in words."""
    parting = attestable.in_force(session, who().tenant, PROGRAMME, today())
    words = {one: [str(WITNESSES[role]) for role in parting.roles(one)] for one in indicators}
    return {one: _(" hoặc ").join(said) or _("người có trách nhiệm") for one, said in words.items()}


def mine(session: Session, act: Act) -> Person:
    """The record of whoever reads. Raises NotFound for an account that has none."""
    number = None
    if who().worker is not None:
        asked = Worker.tenant_id == who().tenant, Worker.id == who().worker
        number = session.scalar(sa.select(Worker.number).where(*asked))
    if number is None:
        raise NotFound(
            Fault("", _("Tài khoản này chưa gắn với hồ sơ người lao động nào. Nhờ công đoàn cơ sở gắn giúp"))
        )
    return known_worker(session, number, act)


def year_asked() -> int:
    """The assessment year in the address (`nam`), this one without it."""
    text = request.args.get("nam", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today().year
    return year if 2000 <= year <= today().year else today().year


def year_of_dossiers() -> int:
    """The year in the address where it is this one or the one before, of which dossiers go on at the year's turn."""
    this = today().year
    return this - 1 if year_asked() == this - 1 else this


def year_of(session: Session, person: Person, year: int) -> Year | None:
    """What the last judgement says; None where there is none."""
    found = statuses.of_workers(session, who().tenant, [person.id], PROGRAMME, year, Moment()).get(person.id)
    if found is None:
        return None
    rules = found.rules.criteria_set
    return Year(
        year,
        explanations.explain(rules, found.result),
        found.total,
        sum(one.max_points for one in rules.indicators),
        rules.total_at_least,
        rules.each_at_least,
        found.as_of,
    )
