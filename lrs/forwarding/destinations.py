"""Other stores to which a tenant's Statements are forwarded: set, paused, taken up again, removed; how far each is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import peers
from lrs.db import Session, new_id
from lrs.errors import Fault, InvalidRequest, NotFound
from lrs.forwarding import filters
from lrs.forwarding.filters import More
from lrs.models import DeadLetter, Destination
from lrs.statements import query
from lrs.statements.order import instant
from lrs.statements.validate import decode, encode

__all__ = ["COUNTED", "Known", "find", "listed", "password_of", "pause", "remove", "resume", "set_destination"]

COUNTED = 10_000
"""So many dead letters are counted; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class Known:
    """A destination as an operator sees it; all but the password. Instants in UTC.

    `newest` is the last place of the tenant's order: `newest - position` places wait, the first since `waiting_since`;
    `letters` were laid aside, up to one more than COUNTED.
    """

    id: UUID
    name: str
    endpoint: str
    version: str
    username: str
    filter: Mapping[str, Any]
    made: datetime
    paused: datetime | None
    position: int
    newest: int
    waiting_since: datetime | None
    delivered: int
    failures: int
    again_at: datetime | None
    tried: datetime | None
    answer: str
    took: datetime | None
    letters: int

    @property
    def waiting(self) -> int:
        return max(0, self.newest - self.position)


def set_destination(
    session: Session,
    tenant: UUID,
    name: str,
    *,
    endpoint: str,
    username: str,
    password: str | None,
    version: str = "2.0.0",
    filter: Any = None,
    from_beginning: bool = False,
    hosts: Collection[str],
    more: More,
    pepper: bytes,
    now: datetime,
) -> Known:
    """Forward to this store from now on, or say otherwise how one that is there is forwarded to; it keeps its place.

    A new one begins with what is stored from now on, or `from_beginning`. `password` None keeps the one that is there,
    unless the endpoint is another one: a password is not sent to where it was not meant for. `hosts` are those at which
    destinations may lie (`outgoing.is_listed`). Raises InvalidRequest with every fault.
    """
    endpoint = endpoint.strip().rstrip("/")
    wanted = filter if filter is not None else {}
    row = session.scalars(_of(tenant).where(Destination.name == name)).one_or_none()
    keeps = row is not None and row.endpoint == endpoint and row.username == username
    faults = peers.faults(name, endpoint, username, password, version, hosts)
    if password is None and not keeps:
        faults.append(Fault("password", "say the password: none is kept for this address and user"))
    try:
        filters.check(wanted, more)
    except InvalidRequest as error:
        faults += error.faults
    if faults:
        raise InvalidRequest(faults)
    if row is None:
        position = 0 if from_beginning else query.newest_place(session, tenant)
        row = Destination(
            tenant_id=tenant, id=new_id(), name=name, made=now, paused=None, position=position, delivered=0, tried=None,
            answer="", took=None, sealed=b"",
        )  # fmt: skip
        session.add(row)
    row.endpoint, row.version, row.username, row.filter = endpoint, version, username, encode(wanted)
    row.failures, row.again_at = 0, None  # what stood in the way may be mended
    if password is not None:
        row.sealed = peers.seal(pepper, row.id, password)
    session.flush()
    return find(session, tenant, name)


def pause(session: Session, tenant: UUID, name: str, *, now: datetime) -> None:
    """Send nothing there until it is taken up again; the place is kept. Twice is as once. Raises NotFound."""
    row = _row(session, tenant, name)
    row.paused = row.paused or now


def resume(session: Session, tenant: UUID, name: str) -> None:
    """Go on at once, also where it waits after an answer that was not good. Raises NotFound."""
    row = _row(session, tenant, name)
    row.paused = row.again_at = None


def remove(session: Session, tenant: UUID, name: str) -> None:
    """Forward there no more, and forget its place and its dead letters. Raises NotFound."""
    row = _row(session, tenant, name)
    session.execute(sa.delete(DeadLetter).where(DeadLetter.tenant_id == tenant, DeadLetter.destination_id == row.id))
    session.delete(row)


def listed(session: Session, tenant: UUID) -> list[Known]:
    """All of the tenant, by name, and how far each is."""
    newest = query.newest_place(session, tenant)
    return [_known(session, row, newest) for row in session.scalars(_of(tenant).order_by(Destination.name))]


def find(session: Session, tenant: UUID, name: str) -> Known:
    """The one of this name. Raises NotFound."""
    return _known(session, _row(session, tenant, name), query.newest_place(session, tenant))


def password_of(row: Destination, pepper: bytes) -> str | None:
    """What it is asked with; None where it was encrypted under another secret of the installation."""
    return peers.unseal(pepper, row.id, row.sealed)


def _of(tenant: UUID) -> sa.Select[Destination]:
    return sa.select(Destination).where(Destination.tenant_id == tenant)


def _row(session: Session, tenant: UUID, name: str) -> Destination:
    row = session.scalars(_of(tenant).where(Destination.name == name.replace("\0", ""))).one_or_none()
    if row is None:
        raise NotFound(f"nothing is forwarded to {name!r}")
    return row


def _known(session: Session, row: Destination, newest: int) -> Known:
    waiting = query.after(session, row.tenant_id, row.position, 1) if row.position < newest else []
    aside = sa.select(DeadLetter.statement_id).where(
        DeadLetter.tenant_id == row.tenant_id, DeadLetter.destination_id == row.id
    )
    letters = session.scalar(sa.select(sa.func.count()).select_from(aside.limit(COUNTED + 1).subquery())) or 0
    return Known(
        id=row.id,
        name=row.name,
        endpoint=row.endpoint,
        version=row.version,
        username=row.username,
        filter=decode(row.filter.encode()),
        made=row.made,
        paused=row.paused,
        position=row.position,
        newest=newest,
        waiting_since=instant(waiting[0].stored) if waiting else None,
        delivered=row.delivered,
        failures=row.failures,
        again_at=row.again_at,
        tried=row.tried,
        answer=row.answer,
        took=row.took,
        letters=letters,
    )
