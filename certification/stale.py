"""Who must be judged again: one function that everything calls which changes what a judgement rests on."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite

from certification.models import Base, Stale
from lrs.db import Session

__all__ = ["mark_stale"]

_STALE = Base.metadata.tables[Stale.__tablename__]


def mark_stale(session: Session, tenant: UUID, concerned: Iterable[tuple[UUID, int]]) -> None:
    """Marks workers for judging again: pairs of a worker's id and an assessment year, in one SQL command.

    A pair that is marked already gets a new mark, so that a judgement under way, which removes only the mark it read,
    leaves this one to be judged. May be called any number of times.
    """
    mark = uuid4()
    rows = [
        {"worker_id": worker_id, "year": year, "tenant_id": tenant, "mark": mark}
        for worker_id, year in sorted(set(concerned))  # in one order everywhere, so that two writers never deadlock
    ]
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(_STALE)
    session.execute(
        insert.on_conflict_do_update(index_elements=["worker_id", "year"], set_={"mark": insert.excluded.mark}), rows
    )
