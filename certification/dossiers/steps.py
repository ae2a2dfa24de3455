"""One step about one dossier or many: who may take it, what stands against it, and how it is written down.

    at_hand    dossiers that nobody else changes before the transaction ends
    refusals   everything that stands against a step, dossier by dossier
    take       the step itself: states change together or not at all
    record     the acts of it, last in the transaction

Single steps are in `proceedings`, those of many in `proposals` and `decisions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import rights
from certification.access.permissions import Role
from certification.access.who import Who
from certification.acts import chain
from certification.dossiers import words
from certification.errors import CertificationError
from certification.evidence.witnesses import NotForYou, Witness, own_workers
from certification.models import Award, Base, Dossier, DossierStep, NationalNumber, Worker
from certification.people.workers import Known
from certification.rules.title_procedures import Step
from lrs.db import Session, among, beside

__all__ = [
    "NotTwice",
    "OneDossier",
    "Refusal",
    "TooLate",
    "UnknownDossier",
    "WrongState",
    "at_hand",
    "knowing",
    "persons",
    "record",
    "refusals",
    "same_hands",
    "same_number",
    "take",
    "titled",
    "within",
    "write_steps",
]

_DOSSIER = Base.metadata.tables[Dossier.__tablename__]


class UnknownDossier(CertificationError):
    """The worker has no dossier of that year."""

    def __init__(self, number: str, year: int) -> None:
        super().__init__(f"Mã “{number}” chưa đăng ký danh hiệu năm {year}")


class WrongState(CertificationError):
    """The step does not go with how the dossier stands, or somebody was faster."""


class TooLate(CertificationError):
    """The last day of a step is over."""


class NotTwice(CertificationError):
    """There is one already: a dossier of the year, a title of the year."""


@dataclass(frozen=True, slots=True)
class OneDossier:
    """A dossier as it stands; `number` is the worker's, `due` a day in Vietnam, `changed` in UTC."""

    worker_id: UUID
    id: UUID
    number: str
    year: int
    state: str
    version: int
    proposal_id: UUID | None
    decision_id: UUID | None
    due: date | None
    changed: datetime

    @classmethod
    def of(cls, row: Sequence[Any]) -> OneDossier:
        """From the COLUMNS of a row."""
        return cls(*row)


COLUMNS = (
    Dossier.worker_id, Dossier.id, Worker.number, Dossier.year, Dossier.state, Dossier.version, Dossier.proposal_id,
    Dossier.decision_id, Dossier.due, Dossier.changed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step cannot be taken about a dossier; `error` is what it is where it is the only one."""

    worker_id: UUID
    message: str
    error: type[CertificationError]


def at_hand(
    session: Session, tenant: UUID, programme: str, year: int, worker_ids: Collection[UUID]
) -> dict[UUID, OneDossier]:
    """The dossiers of these workers, locked until the transaction ends; in one SQL command."""
    rows = session.execute(
        sa.select(*COLUMNS)
        .join(Worker, Worker.id == Dossier.worker_id)
        .where(
            Dossier.tenant_id == tenant,
            Dossier.programme == programme,
            Dossier.year == year,
            among(session, Dossier.worker_id, worker_ids),
        )
        .order_by(Dossier.worker_id)
        .with_for_update(of=Dossier)
    )
    return {row[0]: OneDossier.of(row) for row in rows}


def refusals(
    session: Session, tenant: UUID, who: Who, step: Step, dossiers: Collection[OneDossier], today: date, on: date
) -> list[Refusal]:
    """Everything that stands against the step: what `who` may do `today`, and whether it is in time on the day `on`
    of which it is (both in Vietnam).

    Nobody takes a step that judges about the own dossier, under whichever account. A few SQL commands.
    """
    ids = {one.worker_id for one in dossiers}
    own = persons(session, tenant, who)
    allowed = within(session, tenant, who, step, ids - own, today)
    again = same_hands(session, tenant, who, ids) if "other_hands" in step.needs else set()
    found: list[Refusal] = []
    for one in dossiers:
        against: list[tuple[str, type[CertificationError]]] = []
        if one.worker_id in own:
            if step.own == "never":
                against.append((words.OWN, NotForYou))
            elif Role.WORKER not in step.roles:
                against.append((words.OUTSIDE, NotForYou))
        elif step.own == "only":
            against.append((words.ONLY_ONESELF, NotForYou))
        elif one.worker_id not in allowed:
            # How it stands with somebody of another branch is not told.
            found.append(Refusal(one.worker_id, words.OUTSIDE, NotForYou))
            continue
        if one.id in again:
            against.append((words.SAME_HAND, NotForYou))
        if one.state not in step.before:
            against.append((words.not_in_state(step.name, one.state), WrongState))
        last = step.last_day(one.year)
        if last is not None and on > last:
            against.append((words.closed(step.name, last), TooLate))
        found += [Refusal(one.worker_id, message, error) for message, error in against]
    return found


def same_hands(session: Session, tenant: UUID, who: Who, worker_ids: Collection[UUID]) -> set[UUID]:
    """The dossiers (by id) of these workers about which `who` took the last step. One SQL command."""
    last = sa.and_(Dossier.worker_id == DossierStep.worker_id, Dossier.id == DossierStep.dossier_id)
    return set(
        session.scalars(
            sa.select(Dossier.id)
            .join(DossierStep, sa.and_(last, DossierStep.place == Dossier.version))
            .where(
                Dossier.tenant_id == tenant,
                among(session, Dossier.worker_id, worker_ids),
                DossierStep.done_by == who.name,
            )
        )
    )


def persons(session: Session, tenant: UUID, who: Who) -> frozenset[UUID]:
    """The workers that `who` is: the account's own, whatever was merged into or from it, and every record with the same
    national number."""
    known = frozenset() if who.worker is None else frozenset({who.worker})
    own = own_workers(session, tenant, Witness(who.name, worker_ids=known))
    return own | {other for same in same_number(session, tenant, own).values() for other, _ in same}


def within(session: Session, tenant: UUID, who: Who, step: Step, ids: Collection[UUID], on: date) -> set[UUID]:
    """Whom the step may be about by the roles that `who` holds on the day."""
    reach = rights.reach_of(who, step.roles - {Role.WORKER}, on)
    if not reach or not ids:
        return set()
    return set(
        session.scalars(
            sa.select(Worker.id).where(
                Worker.tenant_id == tenant, among(session, Worker.id, ids), reach.workers(session, Worker.id)
            )
        )
    )


def knowing(session: Session, tenant: UUID, who: Who, steps: Collection[Step], on: date) -> Known:
    """Of whom somebody may know who takes one of these steps: those they may be about, and himself or herself."""

    def known(ids: Collection[UUID]) -> set[UUID]:
        seen = {one for step in steps for one in within(session, tenant, who, step, ids, on)}
        return seen | (persons(session, tenant, who) & set(ids))

    return known


def take(
    session: Session,
    tenant: UUID,
    who: Who,
    step: Step,
    dossiers: Sequence[OneDossier],
    now: datetime,
    *,
    row: Mapping[str, Any] | None = None,
    each: Mapping[UUID, Mapping[str, Any]] | None = None,
) -> None:
    """Takes a step that nothing stands against. `row` is what changes of every dossier beside its state, `each` what is
    kept with the step, by worker.

    The states change only where they are what was seen: raises WrongState where somebody was faster. Two commands.
    """
    told = each or {}
    table: Any = _DOSSIER
    changed = session.connection().execute(
        sa.update(table)
        .where(
            table.c.tenant_id == tenant,
            among(session, table.c.id, [one.id for one in dossiers]),
            table.c.state.in_(sorted({one.state for one in dossiers})),
        )
        .values(state=step.after, version=table.c.version + 1, changed=now, **(row or {}))
    )
    if changed.rowcount != len(dossiers):
        raise WrongState(words.FASTER)
    write_steps(session, tenant, who, step, dossiers, now, told)


def write_steps(
    session: Session,
    tenant: UUID,
    who: Who,
    step: Step,
    dossiers: Sequence[OneDossier],
    now: datetime,
    each: Mapping[UUID, Mapping[str, Any]],
) -> None:
    """Keeps that the step was taken, dossier by dossier; `version` is how many were before."""
    empty = {"reason": None, "batch_id": None, "votes_for": None, "votes_of": None, "points": None}
    bulk.insert(
        session,
        DossierStep,
        [
            {
                "worker_id": one.worker_id, "dossier_id": one.id, "place": one.version + 1, "tenant_id": tenant,
                "step": step.name, "state": step.after, "done_by": who.name, "done": now, **empty,
                **each.get(one.worker_id, {}),
            }
            for one in dossiers
        ],
    )  # fmt: skip


def record(
    session: Session,
    tenant: UUID,
    who: Who,
    name: str,
    dossiers: Sequence[OneDossier],
    now: datetime,
    *,
    each: Mapping[UUID, Mapping[str, Any]] | None = None,
    **detail: Any,
) -> None:
    """The acts of a step, one a dossier, with what `each` says of a worker: last in the transaction. Of the own one it
    is an act of the worker, by id, so that no name is left in the record when the person is erased."""
    about: list[tuple[str, UUID | None, Mapping[str, Any]]] = [
        (f"dossier:{one.id}", one.worker_id, {"year": one.year, **detail, **(each or {}).get(one.worker_id, {})})
        for one in dossiers
    ]
    by = f"worker:{who.worker}" if [one.worker_id for one in dossiers] == [who.worker] else who.name
    chain.add_many(session, tenant, about, by=by, act=f"dossier.{name}", now=now)


# ---------------------------------------------------------------- one title for a person and year


def titled(session: Session, tenant: UUID, programme: str, year: int, worker_ids: Collection[UUID]) -> dict[UUID, str]:
    """Which of these hold the title of the year already, on whichever record of the same person, in words; whose own
    title was taken away is named, too. Three SQL commands."""
    same = same_number(session, tenant, worker_ids)
    numbers = {other: number for each in same.values() for other, number in each}
    rows = session.execute(
        sa.select(Award.worker_id, Award.decision_number, Award.withdrawn_on).where(
            beside(Award.tenant_id) == tenant,
            Award.programme == programme,
            Award.year == year,
            among(session, Award.worker_id, {*worker_ids, *numbers}),
        )
    )
    held = {row.worker_id: row for row in rows}
    found: dict[UUID, str] = {}
    for one in worker_ids:
        if one in held:
            own = held[one]
            say = words.title_withdrawn if own.withdrawn_on else lambda y, n: words.titled(y, n, None)
            found[one] = say(year, own.decision_number)
            continue
        for other, number in same.get(one, ()):
            if other in held and held[other].withdrawn_on is None:
                found[one] = words.titled(year, held[other].decision_number, number)
    return found


def same_number(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """The other records (id, worker number) with a national number of these workers."""
    if not worker_ids:
        return {}
    mine = sa.orm.aliased(NationalNumber)
    rows = session.execute(
        sa.select(mine.worker_id, NationalNumber.worker_id, Worker.number)
        .join(NationalNumber, NationalNumber.digest == mine.digest)
        .join(Worker, Worker.id == NationalNumber.worker_id)
        .where(
            mine.tenant_id == tenant,
            NationalNumber.tenant_id == tenant,
            among(session, mine.worker_id, worker_ids),
            NationalNumber.worker_id != mine.worker_id,
        )
        .order_by(Worker.number)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for one, other, number in rows:
        found.setdefault(one, []).append((other, number))
    return found
