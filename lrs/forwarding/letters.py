"""Dead letters: Statements that a destination refused, or that could not be put into its version of xAPI."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Session, among
from lrs.errors import NotFound
from lrs.forwarding.destinations import find
from lrs.models import Base, DeadLetter

__all__ = ["Letter", "drop", "forget", "lay_aside", "listed", "replay", "settled", "wanted"]

_LETTER = Base.metadata.tables[DeadLetter.__tablename__]


@dataclass(frozen=True, slots=True)
class Letter:
    """One of them. `status` is the answer's, 0 where nothing was sent; `again`: it waits to be sent again."""

    statement: UUID
    seq: int
    status: int
    reason: str
    refused: datetime
    again: bool


def listed(session: Session, tenant: UUID, name: str, *, after: int = 0, limit: int = 100) -> list[Letter]:
    """Those of a destination, by the place of their Statements, after a place. Raises NotFound."""
    of = find(session, tenant, name).id
    rows = session.execute(
        sa.select(
            DeadLetter.statement_id,
            DeadLetter.seq,
            DeadLetter.status,
            DeadLetter.reason,
            DeadLetter.refused,
            DeadLetter.again,
        )
        .where(DeadLetter.tenant_id == tenant, DeadLetter.destination_id == of, DeadLetter.seq > after)
        .order_by(DeadLetter.seq)
        .limit(limit)
    )
    return [Letter(*row) for row in rows]


def replay(session: Session, tenant: UUID, name: str, statements: Collection[UUID] | None = None) -> int:
    """Have these sent again, or all; how many will be. Raises NotFound."""
    command = sa.update(DeadLetter).where(_of(tenant, find(session, tenant, name).id)).values(again=True)
    if statements is not None:
        command = command.where(among(session, DeadLetter.statement_id, statements))
    return session.connection().execute(command).rowcount


def drop(session: Session, tenant: UUID, name: str, statement: UUID) -> None:
    """Never send this one there. Raises NotFound."""
    here = _of(tenant, find(session, tenant, name).id), DeadLetter.statement_id == statement
    if not session.connection().execute(sa.delete(DeadLetter).where(*here)).rowcount:
        raise NotFound(f"{statement} was not refused by {name!r}")


def wanted(session: Session, tenant: UUID, destination: UUID, limit: int) -> list[UUID]:
    """Those that wait to be sent again, the first of them."""
    here = _of(tenant, destination), DeadLetter.again.is_(sa.true())
    return list(session.scalars(sa.select(DeadLetter.statement_id).where(*here).order_by(DeadLetter.seq).limit(limit)))


def lay_aside(session: Session, tenant: UUID, destination: UUID, refused: Iterable[Letter]) -> None:
    """Keep these; one that was there already says from now on what it was refused for last."""
    letters = list(refused)
    settled(session, tenant, destination, [one.statement for one in letters])
    rows = [
        {
            "tenant_id": tenant, "destination_id": destination, "statement_id": one.statement, "seq": one.seq,
            "status": one.status, "reason": one.reason, "refused": one.refused, "again": False,
        }
        for one in letters
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(_LETTER), rows)


def settled(session: Session, tenant: UUID, destination: UUID, statements: Collection[UUID]) -> None:
    """These are there now, or are not to be."""
    if statements:
        here = _of(tenant, destination), among(session, DeadLetter.statement_id, statements)
        session.execute(sa.delete(DeadLetter).where(*here))


def forget(session: Session, tenant: UUID, statements: Collection[UUID]) -> None:
    """Of these Statements a person was erased: they go nowhere any more, and what was answered about them goes."""
    here = DeadLetter.tenant_id == tenant, among(session, DeadLetter.statement_id, statements)
    session.execute(sa.delete(DeadLetter).where(*here))


def _of(tenant: UUID, destination: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(DeadLetter.tenant_id == tenant, DeadLetter.destination_id == destination)
