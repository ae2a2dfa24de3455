"""Other stores from which Statements are pulled: set, paused, taken up again, removed; how far each is."""

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
from lrs.models import Refusal, Source
from lrs.statements.validate import decode, encode

__all__ = [
    "COUNTED",
    "PARAMETERS",
    "Known",
    "Refused",
    "find",
    "forget",
    "listed",
    "pause",
    "refusals",
    "remove",
    "resume",
    "set_source",
]

PARAMETERS = ("verb", "activity", "registration", "related_activities")
"""What may be asked for beside the times. Not `agent`: an address that names a person would stand in logs."""

COUNTED = 10_000
_LEAST_SECONDS = 60
_MOST_SECONDS = 31 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Known:
    """A source as an operator sees it; all but the password. Instants in UTC. `refused` up to one more than COUNTED."""

    id: UUID
    name: str
    endpoint: str
    version: str
    username: str
    parameters: Mapping[str, str]
    since: datetime | None
    until: datetime | None
    every: int
    overlap: int
    made: datetime
    paused: datetime | None
    reached: datetime | None
    under_way: bool
    stored: int
    failures: int
    again_at: datetime | None
    tried: datetime | None
    answer: str
    finished: datetime | None
    refused: int

    def behind_since(self, now: datetime) -> datetime | None:
        """Since when the next round should have ended; None where all is well: it rests, is under way, or is paused."""
        due = self.finished + timedelta(seconds=self.every) if self.finished is not None else self.made
        well = self.paused is not None or due >= now or (self.under_way and not self.failures)
        return None if well else due


@dataclass(frozen=True, slots=True)
class Refused:
    """A Statement of the other store that is not taken here."""

    statement: str
    faults: list[dict[str, str]]
    refused: datetime


def set_source(
    session: Session,
    tenant: UUID,
    name: str,
    *,
    endpoint: str,
    username: str,
    password: str | None,
    version: str = "1.0.3",
    parameters: Any = None,
    since: datetime | None = None,
    until: datetime | None = None,
    every: int = 300,
    overlap: int = 600,
    hosts: Collection[str],
    pepper: bytes,
    now: datetime,
) -> Known:
    """Pull from this store from now on, or say otherwise how one that is there is pulled from.

    Where address, parameters or `since` change, it begins anew; what is here is passed over. `password` None keeps the
    one that is there for the same address and user. Raises InvalidRequest with every fault.
    """
    endpoint = endpoint.strip().rstrip("/")
    wanted = parameters if parameters is not None else {}
    row = session.scalars(_of(tenant).where(Source.name == name)).one_or_none()
    faults = peers.faults(name, endpoint, username, password, version, hosts)
    if password is None and (row is None or (row.endpoint, row.username) != (endpoint, username)):
        faults.append(Fault("password", "say the password: none is kept for this address and user"))
    faults += _faults(wanted, since, until, every, overlap)
    if faults:
        raise InvalidRequest(faults)
    told = encode(wanted)
    if row is None:
        row = Source(tenant_id=tenant, id=new_id(), name=name, made=now, paused=None, stored=0, tried=None, answer="")
        row.finished, row.sealed, row.endpoint = None, b"", ""
        session.add(row)
    if (row.endpoint, row.parameters, row.since) != (endpoint, told, since):
        row.reached, row.more = None, ""
    row.endpoint, row.version, row.username, row.parameters = endpoint, version, username, told
    row.since, row.until, row.every, row.overlap = since, until, every, overlap
    row.failures, row.again_at = 0, None
    if password is not None:
        row.sealed = peers.seal(pepper, row.id, password)
    session.flush()
    return _known(session, row)


def _faults(parameters: Any, since: datetime | None, until: datetime | None, every: int, overlap: int) -> list[Fault]:
    found = []
    if not isinstance(parameters, dict):
        found.append(Fault("parameters", "write an object; {} asks for every Statement"))
    else:
        for name, value in parameters.items():
            if name not in PARAMETERS:
                found.append(Fault(f"parameters/{name}", f"may not be asked for; there are {', '.join(PARAMETERS)}"))
            elif not isinstance(value, str) or not 0 < len(value) <= 2000 or not value.isprintable():
                found.append(Fault(f"parameters/{name}", "write a text, as it stands in the address"))
    if since is not None and until is not None and until <= since:
        found.append(Fault("until", "is not after since"))
    if not _LEAST_SECONDS <= every <= _MOST_SECONDS:
        found.append(Fault("every", f"write from {_LEAST_SECONDS} to {_MOST_SECONDS} seconds"))
    if not 0 <= overlap <= _MOST_SECONDS:
        found.append(Fault("overlap", f"write from 0 to {_MOST_SECONDS} seconds"))
    return found


def pause(session: Session, tenant: UUID, name: str, *, now: datetime) -> None:
    """Ask nothing until it is taken up again. Twice is as once. Raises NotFound."""
    row = _row(session, tenant, name)
    row.paused = row.paused or now


def resume(session: Session, tenant: UUID, name: str) -> None:
    """Go on at once, also where it rests or waits after a failure. Raises NotFound."""
    row = _row(session, tenant, name)
    row.paused = row.again_at = None


def remove(session: Session, tenant: UUID, name: str) -> None:
    """Pull from there no more; what came stays. Raises NotFound."""
    row = _row(session, tenant, name)
    session.execute(sa.delete(Refusal).where(Refusal.tenant_id == tenant, Refusal.source_id == row.id))
    session.delete(row)


def listed(session: Session, tenant: UUID) -> list[Known]:
    """All of the tenant, by name."""
    return [_known(session, row) for row in session.scalars(_of(tenant).order_by(Source.name))]


def find(session: Session, tenant: UUID, name: str) -> Known:
    """The one of this name. Raises NotFound."""
    return _known(session, _row(session, tenant, name))


def refusals(session: Session, tenant: UUID, name: str, *, limit: int = 100) -> list[Refused]:
    """What of a source is not taken here, the last first. Raises NotFound."""
    rows = session.execute(
        sa.select(Refusal.statement, Refusal.faults, Refusal.refused)
        .where(Refusal.tenant_id == tenant, Refusal.source_id == _row(session, tenant, name).id)
        .order_by(Refusal.refused.desc(), Refusal.statement)
        .limit(limit)
    )
    return [Refused(row.statement, decode(row.faults.encode()), row.refused) for row in rows]


def forget(session: Session, tenant: UUID, words: Collection[str]) -> None:
    """Of refusals that quote one of these words, which would give away somebody who is erased, nothing stays."""
    for word in sorted(words):
        quoted = Refusal.faults.contains(encode(word)[1:-1], autoescape=True)
        session.execute(sa.delete(Refusal).where(Refusal.tenant_id == tenant, quoted))


def _of(tenant: UUID) -> sa.Select[Source]:
    return sa.select(Source).where(Source.tenant_id == tenant)


def _row(session: Session, tenant: UUID, name: str) -> Source:
    row = session.scalars(_of(tenant).where(Source.name == name.replace("\0", ""))).one_or_none()
    if row is None:
        raise NotFound(f"nothing is pulled from {name!r}")
    return row


def _known(session: Session, row: Source) -> Known:
    refused = sa.select(Refusal.statement).where(Refusal.tenant_id == row.tenant_id, Refusal.source_id == row.id)
    count = session.scalar(sa.select(sa.func.count()).select_from(refused.limit(COUNTED + 1).subquery())) or 0
    return Known(
        id=row.id,
        name=row.name,
        endpoint=row.endpoint,
        version=row.version,
        username=row.username,
        parameters=decode(row.parameters.encode()),
        since=row.since,
        until=row.until,
        every=row.every,
        overlap=row.overlap,
        made=row.made,
        paused=row.paused,
        reached=row.reached,
        under_way=bool(row.more),
        stored=row.stored,
        failures=row.failures,
        again_at=row.again_at,
        tried=row.tried,
        answer=row.answer,
        finished=row.finished,
        refused=count,
    )
