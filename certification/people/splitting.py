"""One record was of two people: some of what is of a worker becomes somebody else's (`merging`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evidence import facts
from certification.models import Attestation, Award, Base, Employment, Organization, Worker, WorkerIdentifier
from certification.people import identifiers, identity_events, identity_words, workers
from certification.people.identity_events import SPLIT, New
from certification.people.merging import Merged, MergeRefused, in_hand, mark, reread, set_merged
from certification.people.moved_rows import Changes, Row, key_of, repoint, written
from certification.people.workers import Known, Person, Record, UnknownWorker, everybody
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import written as written_day
from lrs.db import Session, new_id

__all__ = ["SplitFaults", "split"]


class SplitFaults(MergeRefused):
    """A split that names what is not the worker's, or a new worker as nobody is called. `faults` are all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def split(
    session: Session,
    tenant: UUID,
    number: str,
    other: str,
    *,
    by: str,
    basis: str,
    now: datetime,
    full_name: str | None = None,
    accounts: Collection[str] = (),
    employments: Collection[tuple[str, date]] = (),
    titles: Collection[int] = (),
    attestations: Collection[UUID] = (),
    programme: str = PROGRAMME,
    known: Known = everybody,
) -> Merged:
    """Makes some of what is of the worker `number` that of `other`: a new number, or one that was merged into it.

    `accounts` in any form `identifiers.read` takes, with the Statements they made; `employments` by enterprise's code
    and first day; `titles` by year; `attestations` by id. A new worker has the name given, else the same name. What is
    not named stays. Of a number of somebody whom whoever asks may not know (`known`) it is said only that it cannot be
    used. Raises UnknownWorker, MergeRefused, or SplitFaults with everything that is not the worker's.
    """
    bulk.import_alone(session, tenant)
    found = workers.records(session, tenant, [number, other])
    if number not in found:
        raise UnknownWorker(number)
    person = found[number].person
    if found[number].merged_into is not None:
        raise MergeRefused(identity_words.already_merged(number, workers.find(session, tenant, number).number))
    gone = found.get(other)
    if gone is None and (faults := identity_words.new_worker_faults(other, full_name)):
        raise SplitFaults(faults)
    if gone is not None and gone.merged_into != person.id:
        holder = gone.merged_into or gone.person.id
        if holder not in known({holder}):
            raise MergeRefused(identity_words.unusable(other))
        raise MergeRefused(identity_words.is_another(other))
    chosen = _chosen(session, tenant, person, accounts, employments, titles, attestations, programme)
    target = _target(session, tenant, person, gone, other, full_name)
    years = in_hand(session, tenant, (person.id, target.id), now)
    changes = {}
    for name, rows in chosen.items():
        table = Base.metadata.tables[name]
        changes[name] = Changes([[row[key] for key in key_of(table)] for row in rows])
        repoint(session, table, changes[name].moved, person.id, target.id)
    mark(session, tenant, (person.id, target.id), years, by)
    reread(session, tenant, person.id)
    facts.settle(session, tenant, (person.id, target.id))
    said = New(SPLIT, person.id, by, basis, other_id=target.id, changes=written(changes))
    [event] = identity_events.record(session, tenant, [said], now=now)
    identity_events.act(session, tenant, event, said, now)
    return Merged(event, person, target, ())


def _target(
    session: Session,
    tenant: UUID,
    person: Person,
    gone: Record | None,
    number: str,
    full_name: str | None,
) -> Person:
    if gone is not None:
        set_merged(session, gone.person.id, None)
        return gone.person
    new = Person(new_id(), number, full_name or person.full_name, person.gender)
    row = {"id": new.id, "tenant_id": tenant, "number": number, "full_name": new.full_name, "gender": new.gender}
    bulk.insert(session, Worker, [row])
    return new


def _chosen(
    session: Session,
    tenant: UUID,
    person: Person,
    accounts: Collection[str],
    employments: Collection[tuple[str, date]],
    titles: Collection[int],
    attestations: Collection[UUID],
    programme: str,
) -> dict[str, list[Row]]:
    """The rows that were named, by table. Raises SplitFaults for what is not there, and for naming nothing."""
    every = session.execute(sa.select(Organization.id, Organization.code).where(Organization.tenant_id == tenant))
    codes = {row.id: row.code for row in every}
    wanted: list[tuple[type[Base], str, Mapping[Any, str], Callable[[Row], Any]]] = [
        (WorkerIdentifier, "account", {identifiers.read(one): one for one in accounts}, lambda row: row["ifi"]),
        (
            Employment,
            "employment",
            {(code, day): f"{code} từ {written_day(day)}" for code, day in employments},
            lambda row: (codes[row["enterprise_id"]], row["started"]),
        ),
        (
            Award,
            "title",
            {(programme, year): str(year) for year in titles},
            lambda row: (row["programme"], row["year"]),
        ),
        (Attestation, "attestation", {one: str(one) for one in attestations}, lambda row: row["id"]),
    ]
    chosen: dict[str, list[Row]] = {}
    faults: list[str] = []
    for model, what, named, key_of_row in wanted:
        if not named:
            continue
        table = Base.metadata.tables[model.__tablename__]
        query = sa.select(table).where(table.c.tenant_id == tenant, table.c.worker_id == person.id)
        rows = {key_of_row(dict(row)): dict(row) for row in session.execute(query).mappings()}
        faults += [
            identity_words.not_of_the_worker(what, told, person.number)
            for key, told in named.items()
            if key not in rows
        ]
        chosen[table.name] = [rows[key] for key in named if key in rows]
    if faults:
        raise SplitFaults(faults)
    return chosen
