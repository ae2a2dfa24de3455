"""Reading dossiers: one with its steps, lists by year and state, counts of a unit."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import rights
from certification.access.rights import Reach
from certification.dossiers.steps import COLUMNS, OneDossier, UnknownDossier
from certification.models import Award, Dossier, DossierStep, Employment, Worker
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import STATES
from lrs.db import Session, among, beside

__all__ = ["Counts", "StepTaken", "Title", "by_enterprise", "counts", "find", "history", "listing", "title"]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step as it was taken; `done` in UTC. `points` are what the worker gave himself or herself, by indicator."""

    place: int
    step: str
    state: str
    done_by: str
    done: datetime
    reason: str | None
    batch_id: UUID | None
    votes_for: int | None
    votes_of: int | None
    points: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the year as it is recognised; `withdrawn_on` ends it."""

    decision_number: str
    decided_on: date
    body: str
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many persons of a unit have come how far, each counted in everything before as well; and by state."""

    registered: int
    self_assessed: int
    proposed: int
    recognised: int
    refused: int
    by_state: Mapping[str, int]


def find(
    session: Session, tenant: UUID, worker_id: UUID, number: str, year: int, programme: str = PROGRAMME
) -> OneDossier:
    """A worker's dossier of the year. Raises UnknownDossier."""
    row = session.execute(
        sa.select(*COLUMNS)
        .join(Worker, Worker.id == Dossier.worker_id)
        .where(
            Dossier.tenant_id == tenant, Dossier.worker_id == worker_id, Dossier.programme == programme,
            Dossier.year == year,
        )
    ).first()  # fmt: skip
    if row is None:
        raise UnknownDossier(number, year)
    return OneDossier.of(row)


def history(session: Session, tenant: UUID, one: OneDossier) -> list[StepTaken]:
    """Every step, the first first."""
    rows = session.execute(
        sa.select(
            DossierStep.place, DossierStep.step, DossierStep.state, DossierStep.done_by, DossierStep.done,
            DossierStep.reason, DossierStep.batch_id, DossierStep.votes_for, DossierStep.votes_of, DossierStep.points,
        )
        .where(
            DossierStep.tenant_id == tenant, DossierStep.worker_id == one.worker_id, DossierStep.dossier_id == one.id
        )
        .order_by(DossierStep.place)
    )  # fmt: skip
    return [StepTaken(*row[:9], points=None if row[9] is None else json.loads(row[9])) for row in rows]


def title(session: Session, tenant: UUID, one: OneDossier, programme: str = PROGRAMME) -> Title | None:
    """The title that the worker holds or held of the year."""
    row = session.execute(
        sa.select(Award.decision_number, Award.decided_on, Award.body, Award.withdrawn_on).where(
            beside(Award.tenant_id) == tenant, Award.worker_id == one.worker_id, Award.programme == programme,
            Award.year == one.year,
        )
    ).first()  # fmt: skip
    return None if row is None else Title(*row)


def listing(
    session: Session,
    tenant: UUID,
    year: int,
    *,
    on: date,
    state: str | None = None,
    unit: UUID | None = None,
    within: Reach | None = None,
    limit: int | None,
    after: UUID | None = None,
    programme: str = PROGRAMME,
) -> list[OneDossier]:
    """Dossiers of the year in the order of registering, at most `limit` (None: all), those after the id `after`: in one
    state, of workers employed below a unit on the day `on`, of whom somebody may know."""
    asked: list[Any] = []
    if state is not None:
        asked.append(Dossier.state == state)
    if unit is not None:
        asked.append(_of_unit(session, tenant, unit, on))
    if within is not None:
        asked.append(within.workers(session, Dossier.worker_id))
    if after is not None:
        asked.append(Dossier.id > after)
    rows = session.execute(
        sa.select(*COLUMNS)
        .join(Worker, Worker.id == Dossier.worker_id)
        .where(Dossier.tenant_id == tenant, Dossier.programme == programme, Dossier.year == year, *asked)
        .order_by(Dossier.id)
        .limit(limit)
    )
    return [OneDossier.of(row) for row in rows]


def counts(
    session: Session, tenant: UUID, year: int, unit: UUID | None, *, on: date, programme: str = PROGRAMME
) -> Counts:
    """How many persons employed below the unit on the day (None: of the tenant) have come how far; one SQL command
    beside the look at the tree."""
    asked = [] if unit is None else [_of_unit(session, tenant, unit, on)]
    rows = session.execute(
        sa.select(Dossier.state, sa.func.count())
        .where(Dossier.tenant_id == tenant, Dossier.programme == programme, Dossier.year == year, *asked)
        .group_by(Dossier.state)
    )
    found = {row[0]: row[1] for row in rows}
    by_state = {state: found.get(state, 0) for state in STATES}
    total = sum(by_state.values()) - by_state["withdrawn"]
    decided = ("granted", "refused", "appealed", "upheld", "revoked")
    return Counts(
        registered=total,
        self_assessed=total - by_state["registered"],
        proposed=by_state["proposed"] + sum(by_state[state] for state in decided),
        recognised=by_state["granted"],
        refused=by_state["refused"] + by_state["appealed"] + by_state["upheld"],
        by_state=by_state,
    )


def by_enterprise(
    session: Session,
    tenant: UUID,
    year: int,
    *,
    on: date,
    states: Collection[str],
    within: Reach,
    programme: str = PROGRAMME,
) -> dict[UUID, dict[str, int]]:
    """How many dossiers of the year stand in each of these states, by the id of the enterprise `within` reach that
    employs the worker on the day; somebody with two employers counts in each. One SQL command."""
    rows = session.execute(
        sa.select(Employment.enterprise_id, Dossier.state, sa.func.count(Dossier.id.distinct()))
        .join(Employment, Employment.worker_id == Dossier.worker_id)
        .where(
            Dossier.tenant_id == tenant,
            Dossier.programme == programme,
            Dossier.year == year,
            Dossier.state.in_(sorted(states)),
            beside(Employment.tenant_id) == tenant,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
            within.organizations(session, beside(Employment.enterprise_id)),
        )
        .group_by(Employment.enterprise_id, Dossier.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for enterprise, state, count in rows:
        found.setdefault(enterprise, {})[state] = count
    return found


def _of_unit(session: Session, tenant: UUID, unit: UUID, on: date) -> Any:
    below = rights.branch(session, tenant, unit, on)
    return Dossier.worker_id.in_(
        sa.select(Employment.worker_id).where(
            Employment.tenant_id == tenant,
            among(session, Employment.enterprise_id, below),
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
    )
