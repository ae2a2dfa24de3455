"""Other stores to which a tenant's Statements are forwarded, and webhooks that are told of them: set, paused, taken up
again, removed; how far each is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs import peers
from lrs.db import Session, new_id
from lrs.errors import Fault, InvalidRequest, NotFound
from lrs.forwarding import filters, handed_over, webhooks
from lrs.forwarding.filters import More
from lrs.models import DeadLetter, Destination
from lrs.statements import query
from lrs.statements.order import instant
from lrs.statements.validate import decode, encode

__all__ = [
    "COUNTED",
    "STORE",
    "WEBHOOK",
    "Known",
    "find",
    "listed",
    "password_of",
    "pause",
    "remove",
    "resume",
    "rotate_secret",
    "secrets_of",
    "set_destination",
    "set_webhook",
]

COUNTED = 10_000
"""So many dead letters are counted; of more it is said that there are more."""

STORE, WEBHOOK = "store", "webhook"


@dataclass(frozen=True, slots=True)
class Known:
    """A destination as an operator sees it; all but the password. Instants in UTC.

    `newest` is the last place of the tenant's order: `newest - position` places wait, the first since `waiting_since`;
    `letters` were laid aside, up to one more than COUNTED.
    """

    id: UUID
    name: str
    kind: str
    endpoint: str
    version: str
    username: str
    old_secret_until: datetime | None
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
    faults = peers.faults(name, endpoint, username, password, version, hosts) + _faults(row, STORE, wanted, more)
    if password is None and not keeps:
        faults.append(Fault("password", "say the password: none is kept for this address and user"))
    if faults:
        raise InvalidRequest(faults)
    row = row or _new(session, tenant, name, STORE, from_beginning, now)
    _lead(session, row, endpoint, encode(wanted))
    row.version, row.username = version, username
    row.failures, row.again_at = 0, None  # what stood in the way may be mended
    if password is not None:
        row.sealed = peers.seal(pepper, row.id, password)
    session.flush()
    return find(session, tenant, name)


def set_webhook(
    session: Session,
    tenant: UUID,
    name: str,
    *,
    address: str,
    filter: Any = None,
    from_beginning: bool = False,
    hosts: Collection[str],
    more: More,
    pepper: bytes,
    now: datetime,
) -> tuple[Known, str | None]:
    """Tell this address from now on of Statements, or say otherwise of which; with the secret by which its messages are
    signed, where that is a new one: for a new webhook, and for another address, whose owner does not share the old one.

    Begins and is allowed as `set_destination`. Raises InvalidRequest with every fault.
    """
    address = address.strip()
    wanted = filter if filter is not None else {}
    row = session.scalars(_of(tenant).where(Destination.name == name)).one_or_none()
    faults = peers.faults_of_place(name, address, hosts, "write the https:// address that takes messages, without ?")
    faults += _faults(row, WEBHOOK, wanted, more)
    if faults:
        raise InvalidRequest(faults)
    row = row or _new(session, tenant, name, WEBHOOK, from_beginning, now)
    secret = webhooks.new_secret() if row.endpoint != address else None
    _lead(session, row, address, encode(wanted))
    row.failures, row.again_at = 0, None
    if secret is not None:
        row.sealed, row.old_secret_until = peers.seal(pepper, row.id, secret), None
    session.flush()
    return find(session, tenant, name), secret


def rotate_secret(
    session: Session, tenant: UUID, name: str, *, overlap: timedelta, pepper: bytes, now: datetime
) -> str:
    """Another secret for a webhook; for `overlap` more the one it has signs as well. Raises NotFound."""
    row = _row(session, tenant, name)
    if row.kind != WEBHOOK:
        raise NotFound(f"{name!r} is no webhook")
    secret, known = webhooks.new_secret(), secrets_of(row, pepper, now)
    keeps = known[:1] if known and overlap > timedelta(0) else []
    row.sealed = peers.seal(pepper, row.id, " ".join([secret, *keeps]))
    row.old_secret_until = now + overlap if keeps else None
    row.again_at = None
    return secret


def _lead(session: Session, row: Destination, endpoint: str, filter_: str) -> None:
    """From here on to this address, by this filter."""
    if row.endpoint and (row.endpoint, row.filter) != (endpoint, filter_):
        handed_over.close(session, row)
    row.endpoint, row.filter = endpoint, filter_


def _faults(row: Destination | None, kind: str, wanted: Any, more: More) -> list[Fault]:
    found = []
    if row is not None and row.kind != kind:
        found.append(Fault("name", f"is the name of a {row.kind} already; take another, or remove that one first"))
    try:
        filters.check(wanted, more)
    except InvalidRequest as error:
        found += error.faults
    return found


def _new(session: Session, tenant: UUID, name: str, kind: str, from_beginning: bool, now: datetime) -> Destination:
    position = 0 if from_beginning else query.newest_place(session, tenant)
    row = Destination(
        tenant_id=tenant, id=new_id(), name=name, kind=kind, made=now, paused=None, position=position, began=position,
        delivered=0, tried=None, answer="", took=None, sealed=b"", endpoint="", version="", username="",
        old_secret_until=None,
    )  # fmt: skip
    session.add(row)
    return row


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
    handed_over.close(session, row)
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


def secrets_of(row: Destination, pepper: bytes, now: datetime) -> list[str] | None:
    """The password; of a webhook those by which its messages are signed now. None as with `password_of`."""
    kept = password_of(row, pepper)
    if kept is None:
        return None
    if row.kind != WEBHOOK:
        return [kept]
    both = row.old_secret_until is not None and now < row.old_secret_until
    return kept.split()[: 2 if both else 1]


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
        kind=row.kind,
        endpoint=row.endpoint,
        version=row.version,
        username=row.username,
        old_secret_until=row.old_secret_until,
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
