"""What waits for an officer today: how many of each kind, for the home page. A fixed number of SQL commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _

from certification.access import rights
from certification.access.permissions import Act
from certification.access.who import Who
from certification.dossiers import listing
from certification.dossiers import words as dossier_words
from certification.evidence import declarations, disputes
from certification.judgement import awaited
from certification.people import work_list
from certification.people.doubles import Branch
from certification.privacy import requests
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NoTitleProcedure
from certification.web.frame.program_words import in_words
from certification.web.officers import points
from certification.web.officers.points import MANY
from lrs.db import Session

__all__ = ["COUNTED", "MANY", "Due", "Waiting", "deadlines", "waiting"]

AT_HOME = ("without-criteria",)
"""Kinds of the work list that are counted while somebody waits: those that officers have a page for. Looking for
doubles takes seconds where many are; what is doubtful in Statements is for operators, and of a year that is posted
afterwards every one comes late."""

COUNTED = 100
"""So many cases are counted; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done by a day."""

    words: str
    state: str
    due: date
    days: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait: workers for attestations, open disputes, declarations, requests about data, dossiers by step; what
    else a person has to look at, by kind. Cases are counted up to `COUNTED` + 1."""

    attestations: int
    disputes: int
    disputes_due: date | None
    declarations: int
    declarations_due: date | None
    requests: int
    requests_due: date | None
    to_confirm: int
    to_review: int
    to_propose: int
    others: tuple[work_list.Waiting, ...]


def waiting(session: Session, tenant: UUID, who: Who, unit: UUID | None, *, giving: Who, on: date) -> Waiting:
    """What waits about the workers whom `who` may know on the day `on`, and who wait for points that `giving` may give;
    dossiers are those of the unit."""
    open_ones = disputes.listing(
        session, tenant, state=disputes.OPEN, within=rights.reach(who, Act.READ_DISPUTES, on), limit=COUNTED + 1
    )
    declared = declarations.listing(
        session,
        tenant,
        state=declarations.DECLARED,
        within=rights.reach(who, Act.READ_DECLARATIONS, on),
        limit=COUNTED + 1,
    )
    asked = requests.waiting(session, tenant, within=rights.reach(who, Act.READ_DATA_REQUESTS, on), limit=COUNTED + 1)
    states = listing.counts(session, tenant, on.year, unit, on=on).by_state if unit is not None else {}
    return Waiting(
        attestations=_waiting_for_points(session, giving, on),
        disputes=len(open_ones),
        disputes_due=min((one.due for one in open_ones), default=None),
        declarations=len(declared),
        declarations_due=min((one.due for one in declared), default=None),
        requests=len(asked),
        requests_due=min((one.due for one in asked), default=None),
        to_confirm=states.get("self_assessed", 0),
        to_review=states.get("confirmed", 0),
        to_propose=states.get("reviewed", 0),
        others=_others(session, tenant, who, on),
    )


def _waiting_for_points(session: Session, who: Who, on: date) -> int:
    """Workers whose result waits for points that `who` may give, counted up to `MANY` + 1."""
    asked = points.awaited_of(session, who, on)
    return len(awaited.some(session, asked, limit=MANY + 1)) if asked is not None else 0


def _others(session: Session, tenant: UUID, who: Who, on: date) -> tuple[work_list.Waiting, ...]:
    reach = rights.reach(who, Act.READ_WORK_LIST, on)
    if not reach:
        return ()
    branch = (
        None
        if reach.everything
        else Branch(lambda column: reach.workers(session, column), lambda column: reach.organizations(session, column))
    )
    kinds = [one for one in work_list.KINDS if one.code in AT_HOME]
    counted = [
        (one, one.count(session, tenant, on) if branch is None else one.of_some(session, tenant, branch, on))
        for one in kinds
        if one.of_some is not None
    ]
    return tuple(work_list.Waiting(one.code, one.words, one.to_do, count) for one, count in counted if count)


def deadlines(session: Session, tenant: UUID, *, on: date) -> list[Due]:
    """The last days of the steps to the title of the year, those still to come, the nearest first."""
    try:
        procedure = title_procedures.in_force(session, tenant, PROGRAMME, on)
    except NoTitleProcedure:
        return []
    found = [
        Due(
            _(
                "Hết hạn bước “%(step)s” hồ sơ năm %(year)s",
                step=in_words(dossier_words.STEPS.get(one.name, one.name)),
                year=on.year,
            ),
            "",
            last,
            (last - on).days,
            False,
        )
        for one in procedure.steps.values()
        if (last := one.last_day(on.year)) is not None and last >= on
    ]
    return sorted(found, key=lambda one: (one.due, one.words))
