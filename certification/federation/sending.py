"""Sending what is signed, one after the other, until the recipient has it: the loop beside judging.

No transaction is open while another machine is asked. Sent twice does no harm there, so what became of a request is
kept after it, and a crash between the two sends again. What is no clear answer of such an installation is tried again,
later and later; what it refuses is laid aside with its reason, for a person to see.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import urllib.request
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import RollUp, RollUpRecipient
from lrs.api import InvalidRequest, decode, errands, outgoing, peers
from lrs.db import Database

__all__ = ["PATH", "Sender", "send"]

PATH = "/api/received-roll-ups"
SECONDS = 30.0
MOST_BYTES = 256 * 1024
LONGEST_REASON = 2000


def send(
    database: Database, *, pepper: bytes, hosts: Collection[str], stop: threading.Event, clock: Callable[[], datetime]
) -> None:
    """Sends until `stop` is set. `hosts` are those at which recipients may lie; where there is none, nothing is ever
    sent and this ends at once."""

    def make(tenant: UUID, recipient: UUID) -> errands.Errand:
        return Sender(database, tenant, recipient, pepper=pepper, hosts=hosts, clock=clock).step

    if hosts:
        errands.keep_doing(database, RollUpRecipient, make, what="sending roll-ups", stop=stop)


@dataclass(frozen=True, slots=True)
class Sender:
    """What is done for one recipient."""

    database: Database
    tenant: UUID
    recipient: UUID
    pepper: bytes
    hosts: Collection[str]
    clock: Callable[[], datetime]
    seconds: float = SECONDS

    def step(self) -> bool:
        """Sends the first one that waits; whether there may be another."""
        with self.database.reading(self.tenant) as session:
            to = session.get(RollUpRecipient, (self.tenant, self.recipient))
            row = session.scalar(
                sa.select(RollUp)
                .where(
                    RollUp.tenant_id == self.tenant,
                    RollUp.signed.is_not(None),
                    RollUp.delivered.is_(None),
                    RollUp.refused.is_(None),
                )
                .order_by(RollUp.signed, RollUp.id)
                .limit(1)
            )
            if to is None or to.paused is not None or row is None:
                return False
            if to.again_at is not None and to.again_at > self.clock():
                return False
            session.expunge_all()
        taken, refused, words = self._post(to, row.content)
        now = self.clock()
        values: dict[str, Any] = {"tried": now, "answer": words}
        if taken or refused:
            values |= {"failures": 0, "again_at": None}
        else:
            values |= peers.later(to.failures, 0.0, now)
        with self.database.writing(self.tenant) as session:
            of_row = sa.update(RollUp).where(RollUp.tenant_id == self.tenant, RollUp.id == row.id)
            if taken:
                session.execute(of_row.values(delivered=now, refused=None))
            elif refused:
                session.execute(of_row.values(refused=refused))
            of_recipient = sa.update(RollUpRecipient).where(
                RollUpRecipient.tenant_id == self.tenant,
                RollUpRecipient.id == self.recipient,
                RollUpRecipient.endpoint == to.endpoint,
            )
            session.execute(of_recipient.values(**values))
        return taken or bool(refused)

    def _post(self, to: RollUpRecipient, content: bytes) -> tuple[bool, str, str]:
        """Whether it was taken, for what it was refused, and the answer in words."""
        if not outgoing.is_listed(to.endpoint, self.hosts):
            return False, "", f"{outgoing.host_of(to.endpoint)} is none of the hosts in OUTGOING_HOSTS any more"
        password = peers.unseal(self.pepper, to.id, to.sealed)
        if password is None:
            return False, "", "the secret was encrypted under another SECRET_KEY; say it again"
        credential = base64.b64encode(f"{to.username}:{password}".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {credential}"}
        request = urllib.request.Request(f"{to.endpoint}{PATH}", content, headers, method="POST")  # noqa: S310 — is_safe
        host = outgoing.host_of(to.endpoint)
        try:
            answer = outgoing.answer(request, written=host, seconds=self.seconds, most_bytes=MOST_BYTES)
        except TimeoutError:
            return False, "", f"{host} does not answer within {self.seconds:g} s"
        except (OSError, ValueError) as error:
            return False, "", f"{host}: {str(getattr(error, 'reason', error))[:200]}"
        said = _document(answer.body)
        if answer.status in (200, 201) and said.get("sha256") == hashlib.sha256(content).hexdigest():
            return True, "", str(answer.status)
        if answer.status in (200, 201):
            return False, "", f"{answer.status}, but no receipt of what was sent: is this the right address?"
        if answer.status in (400, 409) and (reason := _reason(said)):
            return False, reason, str(answer.status)
        if answer.status in (401, 403):
            return False, "", f"{answer.status}: the key or its secret is refused, or may not send roll-ups"
        return False, "", f"{answer.status}: no such installation answers here just now"


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = decode(body)
    except InvalidRequest:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(said: dict[str, Any]) -> str:
    """Every fault that an answer names, one a line."""
    errors = said.get("errors")
    if not isinstance(errors, list) or not all(isinstance(one, dict) and "message" in one for one in errors):
        return ""
    lines = [f"{one.get('place', '')}: {one['message']}".removeprefix(": ") for one in errors]
    return "\n".join("".join(char if char.isprintable() else " " for char in line) for line in lines)[:LONGEST_REASON]
