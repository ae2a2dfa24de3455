"""Own accounts of somebody who is erased give way to the worker's id, wherever it says under which a thing was done.

A worker acts about himself or herself, so nearly all of it is on the own rows. What an account did about others (a list
that names who attested, a step that was noted under it) is found by indexes; what follows from that (a judgement that
says whose act changed it) by the workers it was about. So no table is read from end to end, however many rows it has.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.privacy.held import BY, HELD, table
from lrs.db import Session, among

__all__ = ["by_index", "rename_actors"]


def rename_actors(session: Session, tenant: UUID, names: Collection[str], records: Collection[UUID], to: str) -> None:
    """Puts `to` in place of these accounts in every table that speaks of workers; `records` are the worker's own. What
    the record of acts says is chained, and names a worker who acts about himself or herself by the id anyway."""
    told = sorted(names)
    concerned: set[UUID] = set(records)
    columns = [(each, name) for each in sorted(HELD.keys() - {"certification_act"}) for name in _by(each)]
    for each, name in columns:
        if by_index(each, name):
            of = table(each).c
            found = sa.select(of.worker_id).where(of.tenant_id == tenant, among(session, of[name], told)).distinct()
            concerned.update(session.scalars(found))
    for each, name in columns:
        of = table(each).c
        mine: list[Any] = [of.tenant_id == tenant, among(session, of[name], told)]
        if not by_index(each, name):
            mine.append(among(session, of.worker_id, sorted(concerned)))
        session.execute(sa.update(table(each)).where(*mine).values({name: to}))


def by_index(name: str, column: str) -> bool:
    """Whether the rows of a table with an account in a column are found by an index."""
    return any([one.name for one in index.columns][:2] == ["tenant_id", column] for index in table(name).indexes)


def _by(name: str) -> list[str]:
    return sorted(BY & set(table(name).c.keys()))
