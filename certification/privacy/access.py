"""Who looked at whom: on which day, at what, for which purpose, how often; read by the person.

    note, note_many, note_counted   keeps it, in the caller's transaction: one SQL command, however many workers
    of_worker         who looked at one worker, the latest first
    forget_old        removes what is older than it is to be kept

A row is for one day: whoever looks again the same day at the same thing for the same purpose is counted in it. Not in
the record of acts: reading binds nobody, and there is too much of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import Account, Look, Organization, RoleGiven, Worker
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among

__all__ = ["Looked", "by_account", "forget_old", "names", "note", "note_counted", "note_many", "of_worker"]


@dataclass(frozen=True, slots=True)
class Looked:
    """That somebody (an account or a key, by name) looked at something of the worker on a day in Vietnam; instants of
    the first and last time are UTC."""

    day: date
    by: str
    what: str
    purpose: str
    times: int
    first: datetime
    last: datetime


def note(session: Session, tenant: UUID, worker: UUID, by: str, purpose: str, what: str, now: datetime) -> None:
    """Keeps that `by` looked at `what` of one worker, for this purpose."""
    note_many(session, tenant, [worker], by, purpose, what, now)


def note_many(
    session: Session,
    tenant: UUID,
    workers: Collection[UUID],
    by: str,
    purpose: str,
    what: str,
    now: datetime,
) -> None:
    """The same for many workers at once. `what` and `purpose` are ids: a name of an act or document, an id of
    `purposes`."""
    note_counted(session, tenant, [(worker, by, purpose, what, 1, now) for worker in set(workers)])


def note_counted(session: Session, tenant: UUID, looks: Iterable[tuple[UUID, str, str, str, int, datetime]]) -> None:
    """The same for looks of many people: each a worker, by whom, purpose, what, how often and when last; in the order
    of the key, so that two processes that write the same ones never wait for each other."""
    rows: list[dict[str, Any]] = [
        {
            "worker_id": worker, "day": vietnam_day(last), "looked_by": by, "what": what, "purpose": purpose,
            "tenant_id": tenant, "times": times, "first": last, "last": last,
        }
        for worker, by, purpose, what, times, last in looks
    ]  # fmt: skip
    key = [column.name for column in Look.__table__.primary_key]
    rows.sort(key=lambda row: [row[name] for name in key])
    bulk.upsert(session, Look, rows, replacing=["last"], merging={"times": lambda kept, new: kept + new})


def of_worker(
    session: Session, tenant: UUID, worker: UUID, *, limit: int, after: tuple[date, str, str, str] | None = None
) -> list[Looked]:
    """Who looked at the worker, the latest day first; at most `limit`, beginning `after` the (day, by, what, purpose)
    of the one before."""
    query = sa.select(Look.day, Look.looked_by, Look.what, Look.purpose, Look.times, Look.first, Look.last).where(
        Look.tenant_id == tenant, Look.worker_id == worker
    )
    if after is not None:
        day, *rest = after
        later = sa.tuple_(Look.looked_by, Look.what, Look.purpose) > sa.tuple_(*(sa.literal(one) for one in rest))
        query = query.where(sa.or_(Look.day < day, sa.and_(Look.day == day, later)))
    query = query.order_by(Look.day.desc(), Look.looked_by, Look.what, Look.purpose).limit(limit)
    return [Looked(*row) for row in session.execute(query)]


def names(session: Session, tenant: UUID, by: Collection[str]) -> dict[str, str]:
    """Who these accounts and keys are, for people: the name of each, and of the organizations over which it has or had
    a role; one that is there no more is what it was called. Three SQL commands."""
    asked = sorted(set(by))
    accounts = session.execute(
        sa.select(Account.name, Account.full_name).where(
            Account.tenant_id == tenant, among(session, Account.name, asked)
        )
    )
    known = api.names_of_keys(session, tenant) | {row.name: row.full_name for row in accounts}
    units = session.execute(
        sa.select(RoleGiven.key, Account.name, Organization.name)
        .join(Organization, Organization.id == RoleGiven.organization_id)
        .outerjoin(Account, Account.id == RoleGiven.account_id)
        .where(
            RoleGiven.tenant_id == tenant,
            sa.or_(among(session, RoleGiven.key, asked), among(session, Account.name, asked)),
        )
        .order_by(Organization.name)
    )
    over: dict[str, dict[str, None]] = {}
    for key, account, unit in units:
        over.setdefault(key or account, {})[unit] = None
    return {
        one: f"{known.get(one, one)} ({', '.join(over[one])})" if one in over else known.get(one, one) for one in asked
    }


def by_account(
    session: Session, tenant: UUID, by: str, first: date, last: date, *, limit: int
) -> list[tuple[str, Looked]]:
    """At whom this account or key looked between two days (in Vietnam, both included), by worker number: the latest day
    first, at most `limit`. For finding out whose data was seen by somebody who should not have."""
    query = (
        sa.select(Worker.number, Look.day, Look.looked_by, Look.what, Look.purpose, Look.times, Look.first, Look.last)
        .join(Worker, Worker.id == Look.worker_id)
        .where(Look.tenant_id == tenant, Look.day >= first, Look.day <= last, Look.looked_by == by)
        .order_by(Look.day.desc(), Worker.number, Look.what, Look.purpose)
        .limit(limit)
    )
    return [(row[0], Looked(*row[1:])) for row in session.execute(query)]


def forget_old(session: Session, tenant: UUID, before: date) -> int:
    """Removes what is of a day before this one; how many rows that were."""
    gone = session.execute(sa.delete(Look).where(Look.tenant_id == tenant, Look.day < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]
