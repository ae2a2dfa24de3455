"""National numbers put under the next key: their hashes and what is sealed, in short steps that can be broken off.

First the next hash of each is worked out, and what is sealed is sealed anew, beside what holds, some rows at a time;
then all of a tenant is put in place at once. Until then everything is compared by the key that was in force, from then
on by the new one: two hashes of one number are always under one key, and a double is found at any moment. What was
sealed is opened by either. A row that is written meanwhile has no next hash; the last step works it out itself, while
nobody imports. Broken off anywhere, the same again goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.models import NationalNumber, PeopleSetting
from certification.people import national_numbers
from certification.people.national_numbers import Keys
from lrs.db import Database, Session

__all__ = ["ROTATED", "Rotated", "rotate"]

ROTATED = "national-numbers.rotate"
"""The act of putting the numbers of a tenant under another key; it names no one."""

STEP = 1000

_ROW: Any = NationalNumber.__table__


@dataclass(frozen=True, slots=True)
class Rotated:
    """Under which key (0: the first) the numbers are now, how many hashes, and how many sealed numbers; `unreadable`
    are sealed under a secret that is not there, and stay as they are."""

    generation: int
    hashes: int
    sealed: int
    unreadable: int


def rotate(database: Database, tenant: UUID, keys: Keys, *, by: str, now: datetime) -> Rotated:
    """Puts a tenant's numbers under the last of the keys, in transactions of its own. Where all are already, nothing is
    done. Raises MissingKey."""
    with database.reading(tenant) as session:
        keys = national_numbers.in_force(session, tenant, keys)
    target = keys.last
    while True:
        with database.writing(tenant) as session:
            if not _step(session, tenant, keys, target, STEP):
                break
    with database.writing(tenant) as session:
        return _finish(session, tenant, keys, target, by=by, now=now)


def _left(tenant: UUID, target: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Rows without a hash under the target: none worked out, or one for an earlier target."""
    return (
        _ROW.c.tenant_id == tenant,
        _ROW.c.generation < target,
        sa.or_(_ROW.c.next_generation.is_(None), _ROW.c.next_generation != target),
    )


def _step(session: Session, tenant: UUID, keys: Keys, target: int, at_most: int) -> int:
    """Works out the next hash of so many rows; of how many."""
    rows = session.execute(
        sa.select(_ROW.c.worker_id, _ROW.c.kind, _ROW.c.digest, _ROW.c.sealed, _ROW.c.generation)
        .where(*_left(tenant, target))
        .order_by(_ROW.c.worker_id, _ROW.c.kind)
        .limit(at_most)
        .with_for_update()
    ).all()
    if not rows:
        return 0
    sealed = [row.worker_id for row in rows if row.sealed is not None]
    records = national_numbers.records_of(session, tenant, sealed)
    session.connection().execute(
        sa.update(_ROW)
        .where(_ROW.c.worker_id == sa.bindparam("of_worker"), _ROW.c.kind == sa.bindparam("of_kind"))
        .values(
            next_generation=sa.bindparam("of_target"), next_digest=sa.bindparam("of_digest"),
            next_sealed=sa.bindparam("of_sealed"),
        ),
        [_next(row, keys, target, records) for row in rows],
    )  # fmt: skip
    return len(rows)


def _next(row: Any, keys: Keys, target: int, records: Mapping[UUID, Sequence[UUID]]) -> dict[str, Any]:
    resealed = None
    if row.sealed is not None:
        for record in records[row.worker_id]:
            digits = keys.open(row.sealed, record)
            if digits is not None:
                resealed = keys.under(target).seal_digits(digits, record)
                break
    return {
        "of_worker": row.worker_id, "of_kind": row.kind, "of_target": target,
        "of_digest": keys.raised(row.digest, row.generation, target), "of_sealed": resealed,
    }  # fmt: skip


def _finish(session: Session, tenant: UUID, keys: Keys, target: int, *, by: str, now: datetime) -> Rotated:
    bulk.import_alone(session, tenant)
    while _step(session, tenant, keys, target, STEP):
        pass
    behind = _ROW.c.tenant_id == tenant, _ROW.c.generation < target
    counted = session.execute(
        sa.select(
            sa.func.count(), sa.func.count(_ROW.c.next_sealed), sa.func.count(_ROW.c.sealed)
        ).where(*behind)
    ).one()  # fmt: skip
    done = Rotated(target, counted[0], counted[1], counted[2] - counted[1])
    if not counted[0] and national_numbers.generation(session, tenant) == target:
        return done
    session.execute(
        sa.update(_ROW)
        .where(*behind)
        .values(
            digest=_ROW.c.next_digest, sealed=sa.func.coalesce(_ROW.c.next_sealed, _ROW.c.sealed), generation=target,
            next_generation=None, next_digest=None, next_sealed=None,
        )
    )  # fmt: skip
    told = {"tenant_id": tenant, "seals_national_numbers": False, "national_key": target}
    bulk.upsert(session, PeopleSetting, [told], replacing=["national_key"])
    detail = {"key": target, "hashes": done.hashes, "sealed": done.sealed, "unreadable": done.unreadable}
    chain.add(session, tenant, by=by, act=ROTATED, subject="national-numbers", detail=detail, now=now)
    return done
