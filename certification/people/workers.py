"""Workers: who they are, and where they are employed on a day.

    find               one worker by the number
    employments        who is employed where on a day

A worker's number is the operator's own name for a person in the whole tenant: two rows with one number are one person.
The number of a record that was merged into another one (`people.merging`) finds that other one from then on. Whole
rosters come in by `people.roster`; which Actors of Statements a worker is, is in `people.linking`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Employment, Worker
from certification.people import union_roles
from lrs.db import Session, among

__all__ = [
    "Employed",
    "Known",
    "Person",
    "Record",
    "UnknownWorker",
    "employments",
    "everybody",
    "find",
    "ids",
    "ids_of",
    "is_addressable",
    "known_workers",
    "merged_numbers",
    "records",
]

Known = Callable[[Collection[UUID]], Collection[UUID]]
"""Those of some workers, by their ids, whom somebody may know of."""


def everybody(worker_ids: Collection[UUID]) -> Collection[UUID]:
    """`Known` to whoever may know of all."""
    return worker_ids


class UnknownWorker(CertificationError):
    """No worker of the tenant has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Không có người lao động nào mang mã “{number}”; kiểm tra mã hoặc nhập danh sách trước")


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as others see one. `gender` is female, male or None. Whoever asks for a record that was merged gets the
    one who holds all, under that one's number."""

    id: UUID
    number: str
    full_name: str
    gender: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept under one number: a worker, or the empty record of one who was merged into another (`merged_into`,
    that worker's id)."""

    person: Person
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment that holds on the day asked about."""

    worker_id: UUID
    enterprise_id: UUID
    gender: str | None
    union_cadre: bool


# ---------------------------------------------------------------- reading


def find(session: Session, tenant: UUID, number: str) -> Person:
    """The worker with this number, or the one into whom that one was merged. Raises UnknownWorker."""
    found = known_workers(session, tenant, [number]).get(number)
    if found is None:
        raise UnknownWorker(number)
    return found


def is_addressable(number: str) -> bool:
    """Whether a number can stand in the address of a page: no part of it between slashes is empty or of dots alone.
    Browsers take such a part for the way to another page, and whoever pressed a button there would press another one.
    """
    return all(part.strip(".") for part in number.split("/"))


def ids(session: Session, tenant: UUID) -> list[UUID]:
    """Every worker of the tenant, employed now or not, in order of number; records that were merged are left out."""
    living = Worker.tenant_id == tenant, Worker.merged_into.is_(None)
    return list(session.scalars(sa.select(Worker.id).where(*living).order_by(Worker.number)))


def known_workers(session: Session, tenant: UUID, numbers: Collection[str]) -> dict[str, Person]:
    """The workers whom these numbers name, by the number asked for; unknown numbers are passed over.

    One SQL command, and one more for each time that somebody was merged into somebody who was merged.
    """
    found = records(session, tenant, numbers)
    heirs = {one.merged_into for one in found.values() if one.merged_into is not None}
    people: dict[UUID, Record] = {}
    while heirs:
        rows = session.execute(_records().where(Worker.tenant_id == tenant, among(session, Worker.id, heirs)))
        more = {one.person.id: one for one in _each_record(rows)}
        people |= more
        heirs = {one.merged_into for one in more.values() if one.merged_into is not None} - people.keys()
    return {number: _heir(one, people).person for number, one in found.items()}


def records(session: Session, tenant: UUID, numbers: Collection[str]) -> dict[str, Record]:
    """What is kept under each of these numbers, merged or not, in one SQL command; unknown ones are passed over."""
    possible = [number for number in numbers if "\0" not in number]  # PostgreSQL takes no NUL, and nobody has one
    query = _records().where(Worker.tenant_id == tenant, among(session, Worker.number, possible))
    return {one.person.number: one for one in _each_record(session.execute(query))}


def merged_numbers(session: Session, tenant: UUID) -> set[str]:
    """The numbers of records that were merged into others, in one SQL command; few, beside all there are."""
    was_merged = Worker.tenant_id == tenant, Worker.merged_into.is_not(None)
    return set(session.scalars(sa.select(Worker.number).where(*was_merged)))


def ids_of(session: Session, tenant: UUID, worker_id: UUID) -> list[UUID]:
    """A worker's id, then those of the records that were merged into it, over as many mergers as there were."""
    found = [worker_id]
    level = [worker_id]
    while level:
        into = Worker.tenant_id == tenant, among(session, Worker.merged_into, level)
        level = list(session.scalars(sa.select(Worker.id).where(*into).order_by(Worker.number)))
        found += level
    return found


def _records() -> sa.Select[UUID, str, str, str | None, UUID | None]:
    return sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender, Worker.merged_into)


def _each_record(rows: Iterable[Any]) -> Iterator[Record]:
    for *person, merged_into in rows:
        yield Record(Person(*person), merged_into)


def _heir(record: Record, people: Mapping[UUID, Record]) -> Record:
    while record.merged_into is not None:
        record = people[record.merged_into]
    return record


def employments(
    session: Session,
    tenant: UUID,
    on: date,
    enterprises: Collection[UUID] | None = None,
    *,
    of_workers: Collection[UUID] | None = None,
) -> list[Employed]:
    """Every employment of the tenant (by one of `enterprises`, of one of `of_workers`) that holds on the day `on` (in
    Vietnam; first and last day included).

    A worker employed by two enterprises comes twice, once in each headcount.
    """
    query = (
        sa.select(
            Employment.worker_id,
            Employment.enterprise_id,
            Worker.gender,
        )
        .join(Worker, Worker.id == Employment.worker_id)
        .where(
            Employment.tenant_id == tenant,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
    )
    if enterprises is not None:
        query = query.where(among(session, Employment.enterprise_id, enterprises))
    if of_workers is not None:
        query = query.where(among(session, Employment.worker_id, of_workers))
    cadres = union_roles.holders(session, tenant, union_roles.CADRE, on)
    return [
        Employed(worker_id, enterprise_id, gender, (worker_id, enterprise_id) in cadres)
        for worker_id, enterprise_id, gender in session.execute(query)
    ]
