"""/cong-doan/nguoi-lao-dong: the workers of the chosen place, by name, with how each stands and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certification.access import rights, teams
from certification.access.permissions import Act
from certification.access.rights import Reach
from certification.errors import NoCriteriaInForce
from certification.judgement import assessments
from certification.models import Organization, Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.resources import cursors, looking
from certification.resources.access import database, today, who
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.units.trees import ENTERPRISE
from certification.web.frame.pages import shown
from certification.web.frame.written import number
from certification.web.officers import pages, statuses
from certification.web.officers.scope import to_own_page, within
from certification.web.officers.statuses import Short
from lrs.db import Session, among

__all__ = ["Asked", "Choices", "Part", "Row", "choices", "gather"]

ON_A_PAGE = 50
COUNTED = 2_000
"""So many are counted; of more it is said that there are more."""
LOOKED_THROUGH = 1_000
"""Workers looked through for one page where the filter is one that only their results tell."""
FEW = 2_000
"""Of so many whose result is as asked for, each is looked up."""
WALKED = 5_000
"""So many workers of the tenant are gone by for one page where those whose result is as asked for may be rare."""
MOST_CHOICES = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is filtered by: words, an enterprise, a team, an outcome, an indicator that is missing."""

    year: int
    words: str = ""
    enterprise: UUID | None = None
    team: UUID | None = None
    outcome: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A worker of the list."""

    worker: Found
    employers: tuple[tuple[str, str], ...]
    status: Short


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list. `left` is where it goes on, None at the end; `count` how many there are in all, None where
    only looking through all would tell; `looked` so many were looked at where it is short although it goes on."""

    rows: list[Row]
    left: tuple[Any, ...] | None
    count: int | None
    looked: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in the filters: enterprises where there are several, teams, indicators; pairs of value and
    words."""

    enterprises: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    indicators: list[tuple[str, str]]


@pages.page("/cong-doan/nguoi-lao-dong", Act.READ_ASSESSMENT)
def list_workers() -> Response:
    """The list."""
    if (elsewhere := to_own_page()) is not None:
        return elsewhere
    tenant, on = who().tenant, today()
    reach = within(Act.READ_ASSESSMENT)
    after = cursors.after(tenant, (str, UUID))
    with database().reading(tenant, snapshot=True) as session:
        offered = choices(session, tenant, reach, on)
        asked = _asked(offered, on)
        part = gather(session, tenant, reach, asked, on=on, after=after)
    looking.saw_these(row.worker.id for row in part.rows)
    following = cursors.part(tenant, [], part.left, as_of=on, show=str)["next"]
    return shown(
        "officers/workers.html",
        asked=asked,
        offered=offered,
        part=part,
        next=following,
        first=after is None,
        counted=_counted(part.count),
        outcomes=[(code, words) for code, words in statuses.WORDS.items()],
        chips=_chips(asked, offered),
        may_bring_in=bool(rights.reach(who(), Act.IMPORT_PEOPLE, on)),
    )


def gather(
    session: Session, tenant: UUID, reach: Reach, asked: Asked, *, on: date, after: tuple[Any, ...] | None = None
) -> Part:
    """A part of the list, in a number of SQL commands that does not grow with the workers.

    Whether an indicator is missing is told by a worker's result alone: then at most `LOOKED_THROUGH` are looked at; of
    many people with an outcome that many have, `WALKED` of all. The part may be shorter than a page although the list
    goes on.
    """
    limit = LOOKED_THROUGH if asked.missing else ON_A_PAGE
    place = None if after is None else (after[0], after[1])
    wanted = lists.narrowed(session, tenant, _wanted(session, tenant, reach, asked, on), reach)
    walks = bool(asked.outcome) and not wanted.few and reach.is_wide(session)
    part = replace(wanted, until=lists.horizon(session, tenant, place, WALKED)) if walks else wanted
    at_once = wanted.few and place is None and not asked.missing  # few are read and counted in one
    most = COUNTED if at_once else limit
    found = lists.search(session, tenant, part, within=reach, limit=most + 1, after=place)
    there = len(found)
    left = found[limit - 1].place if len(found) > limit else part.until
    found = found[:limit]
    said = statuses.of_workers(session, tenant, [one.id for one in found], asked.year)
    count: int | None = None
    if asked.missing:
        found = [one for one in found if asked.missing in (*said[one.id].waiting, *said[one.id].low)]
        left = found[ON_A_PAGE - 1].place if len(found) > ON_A_PAGE else left
        found = found[:ON_A_PAGE]
    elif at_once or (place is None and left is None):
        count = there
    elif not walks:
        count = lists.count(session, tenant, wanted, within=reach, most=COUNTED)
    employers = lists.where(session, tenant, [one.id for one in found], on)
    rows = [Row(one, employers.get(one.id, ()), said[one.id]) for one in found]
    return Part(rows, left, count, WALKED if walks else LOOKED_THROUGH)


def _wanted(session: Session, tenant: UUID, reach: Reach, asked: Asked, on: date) -> Sought:
    """Whom the filters ask for. Of many people, few with the outcome are looked up by the index of those."""
    wanted = Sought(on, asked.words, asked.enterprise, asked.team)
    if not asked.outcome:
        return wanted
    if reach.is_wide(session):
        few = assessments.few_judged_as(session, tenant, PROGRAMME, asked.year, asked.outcome, FEW)
        if few is not None:
            return replace(wanted, also=(among(session, Worker.id, few),), few=True)
    outcome = None if asked.outcome == statuses.NOT_JUDGED else asked.outcome
    return replace(wanted, also=(assessments.judged_as(Worker.id, tenant, PROGRAMME, asked.year, outcome),))


def choices(session: Session, tenant: UUID, reach: Reach, on: date) -> Choices:
    """What the filters offer: units and teams within reach, indicators of the year."""
    enterprises: list[tuple[str, str]] = []
    if not reach.everything:
        names = sa.select(Organization.id, Organization.name).where(
            Organization.tenant_id == tenant,
            Organization.kind == ENTERPRISE,
            reach.organizations(session, Organization.id),
        )
        some = session.execute(names.order_by(Organization.name).limit(MOST_CHOICES + 1)).all()
        enterprises = [(str(id), name) for id, name in some] if 1 < len(some) <= MOST_CHOICES else []
    known = teams.teams(session, tenant, on, within=reach, limit=MOST_CHOICES)
    several = len({one.enterprise for one in known}) > 1
    named = [(str(one.id), f"{one.name} ({one.enterprise})" if several else one.name) for one in known]
    try:
        _file, rules = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, on.year)
        indicators = [(one.id, f"{one.id}. {one.title}") for one in rules.indicators]
    except NoCriteriaInForce:
        indicators = []
    return Choices(enterprises, named, indicators)


def _asked(offered: Choices, on: date) -> Asked:
    """The filters of the address; what is offered no more filters nothing."""

    def chosen(name: str, among_these: list[tuple[str, str]]) -> str:
        sent = request.args.get(name, "")
        return sent if any(value == sent for value, _words in among_these) else ""

    enterprise, team = chosen("dn", offered.enterprises), chosen("to", offered.teams)
    outcome = request.args.get("trang_thai", "")
    return Asked(
        on.year,
        request.args.get("q", "").strip()[:200],
        UUID(enterprise) if enterprise else None,
        UUID(team) if team else None,
        outcome if outcome in statuses.WORDS else "",
        chosen("thieu", offered.indicators),
    )


def _counted(count: int | None) -> str:
    if count is None:
        return ""
    words: str = _("%(count)s người", count=number(min(count, COUNTED)))
    return words if count <= COUNTED else _("Hơn %(people)s", people=words)


def _chips(asked: Asked, offered: Choices) -> list[tuple[object, str]]:
    """The filters in force with the name of the parameter that each drops."""
    found: list[tuple[object, str]] = []
    if asked.words:
        found.append((f"“{asked.words}”", "q"))
    for value, pairs, name in (
        (asked.enterprise, offered.enterprises, "dn"),
        (asked.team, offered.teams, "to"),
        (asked.missing, offered.indicators, "thieu"),
    ):
        found += [(words, name) for known, words in pairs if value and known == str(value)]
    if asked.outcome:
        found.append((statuses.WORDS[asked.outcome], "trang_thai"))
    return found
