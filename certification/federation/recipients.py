"""Where roll-ups go over the network: the installation that adds them up, with the key that it gave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.errors import CertificationError
from certification.models import RollUp, RollUpRecipient
from lrs.api import Fault, InvalidRequest, peers
from lrs.db import Session, new_id

__all__ = ["NoRecipient", "Recipient", "find", "remove", "send_again", "set_recipient"]


class NoRecipient(CertificationError):
    """Nobody is sent to."""

    def __init__(self) -> None:
        super().__init__("there is no recipient of roll-ups; carry them as files, or name one")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where roll-ups are sent to, and how that goes; `waiting`: signed ones that it has not."""

    endpoint: str
    username: str
    paused: datetime | None
    failures: int
    again_at: datetime | None
    tried: datetime | None
    answer: str
    waiting: int


def set_recipient(
    session: Session,
    tenant: UUID,
    *,
    endpoint: str,
    username: str,
    password: str | None,
    paused: bool = False,
    hosts: Collection[str],
    pepper: bytes,
    by: str,
    reason: str,
    now: datetime,
) -> Recipient:
    """Sends what is signed to this installation (its address, without /api) from now on; `paused`: keeps it back.

    `password` None keeps the one that is there, for the same address and user. Raises InvalidRequest with every fault.
    """
    endpoint = endpoint.strip().rstrip("/")
    row = session.scalar(sa.select(RollUpRecipient).where(RollUpRecipient.tenant_id == tenant))
    faults = peers.faults("recipient", endpoint, username, password, "2.0.0", hosts)
    faults = [
        Fault("endpoint", "write the https:// address of the installation that adds up, without /api")
        if one.place == "endpoint" and "OUTGOING_HOSTS" not in one.message
        else one
        for one in faults
    ]
    if password is None and (row is None or (row.endpoint, row.username) != (endpoint, username)):
        faults.append(Fault("password", "say the secret: none is kept for this address and key"))
    if faults:
        raise InvalidRequest(faults)
    if row is None:
        row = RollUpRecipient(tenant_id=tenant, id=new_id(), sealed=b"", paused=None, tried=None, answer="")
        session.add(row)
    row.endpoint, row.username, row.failures, row.again_at = endpoint, username, 0, None
    row.paused = (row.paused or now) if paused else None
    if password is not None:
        row.sealed = peers.seal(pepper, row.id, password)
    session.flush()
    detail = {"endpoint": endpoint, "username": username, "paused": paused, "reason": reason}
    chain.add(session, tenant, by=by, act="roll-up-recipient.set", subject="roll-up-recipient", detail=detail, now=now)
    return _known(session, row)


def remove(session: Session, tenant: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Sends nothing over the network any more. Raises NoRecipient."""
    session.delete(_row(session, tenant))
    session.flush()
    told = {"by": by, "now": now, "detail": {"reason": reason}}
    chain.add(session, tenant, act="roll-up-recipient.remove", subject="roll-up-recipient", **told)  # type: ignore[arg-type]


def send_again(session: Session, tenant: UUID, id: UUID, *, by: str, now: datetime) -> None:
    """Sends a signed roll-up that was refused once more, and all that waits at once. Raises NoRecipient."""
    recipient = _row(session, tenant)
    recipient.again_at = None
    row = session.get(RollUp, (tenant, id))
    if row is not None:
        row.refused = None
    session.flush()
    chain.add(session, tenant, by=by, act="roll-up.send-again", subject=f"roll-up:{id}", now=now)


def find(session: Session, tenant: UUID) -> Recipient | None:
    """The one there is."""
    row = session.scalar(sa.select(RollUpRecipient).where(RollUpRecipient.tenant_id == tenant))
    return None if row is None else _known(session, row)


def _row(session: Session, tenant: UUID) -> RollUpRecipient:
    row = session.scalar(sa.select(RollUpRecipient).where(RollUpRecipient.tenant_id == tenant))
    if row is None:
        raise NoRecipient
    return row


def _known(session: Session, row: RollUpRecipient) -> Recipient:
    waiting = session.scalar(
        sa.select(sa.func.count()).where(
            RollUp.tenant_id == row.tenant_id,
            RollUp.signed.is_not(None),
            RollUp.delivered.is_(None),
            RollUp.refused.is_(None),
        )
    )
    return Recipient(
        row.endpoint, row.username, row.paused, row.failures, row.again_at, row.tried, row.answer, waiting or 0
    )
