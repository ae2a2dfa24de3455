"""Other stores that Statements are forwarded to, and webhooks: set, paused, taken up again, removed. Every act is
recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from certification.access import records
from certification.errors import CertificationError
from certification.evidence.forwarded import MORE
from lrs import api
from lrs.api import DeadLetter, Destination
from lrs.db import Session

__all__ = [
    "UnknownDestination",
    "drop",
    "find",
    "letters",
    "pause",
    "remove",
    "replay",
    "resume",
    "rotate_secret",
    "set_destination",
    "set_webhook",
]


class UnknownDestination(CertificationError):
    """Nothing is forwarded there, or it refused no such Statement."""


def find(session: Session, tenant: UUID, name: str) -> Destination:
    """The one of this name. Raises UnknownDestination, as everything here does."""
    with _known():
        return api.destination(session, tenant, name)


def letters(session: Session, tenant: UUID, name: str, *, after: int = 0) -> list[DeadLetter]:
    """What it refused, in the order of the store, after a place."""
    with _known():
        return api.dead_letters(session, tenant, name, after=after)


def set_destination(
    session: Session,
    tenant: UUID,
    name: str,
    *,
    endpoint: str,
    username: str,
    password: str | None,
    version: str,
    filter: Any,
    from_beginning: bool,
    hosts: Collection[str],
    pepper: bytes,
    by: str,
    reason: str,
    now: datetime,
) -> Destination:
    """As `lrs.api.set_destination`; raises InvalidRequest with every fault."""
    made = api.set_destination(
        session, tenant, name, endpoint=endpoint, username=username, password=password, version=version, filter=filter,
        from_beginning=from_beginning, hosts=hosts, more=MORE, pepper=pepper, now=now,
    )  # fmt: skip
    _note(session, tenant, "set-destination", name, by=by, reason=f"{made.endpoint}: {reason}", now=now)
    return made


def set_webhook(
    session: Session,
    tenant: UUID,
    name: str,
    *,
    address: str,
    filter: Any,
    from_beginning: bool,
    hosts: Collection[str],
    pepper: bytes,
    by: str,
    reason: str,
    now: datetime,
) -> tuple[Destination, str | None]:
    """As `lrs.api.set_webhook`; raises InvalidRequest with every fault."""
    made, secret = api.set_webhook(
        session, tenant, name, address=address, filter=filter, from_beginning=from_beginning, hosts=hosts, more=MORE,
        pepper=pepper, now=now,
    )  # fmt: skip
    _note(session, tenant, "set-webhook", name, by=by, reason=f"{made.endpoint}: {reason}", now=now)
    return made, secret


def rotate_secret(
    session: Session, tenant: UUID, name: str, *, days: int, pepper: bytes, by: str, reason: str, now: datetime
) -> str:
    """Another secret for a webhook; the one it has signs as well for so many days."""
    with _known():
        secret = api.rotate_webhook_secret(session, tenant, name, overlap=timedelta(days=days), pepper=pepper, now=now)
    _note(session, tenant, "rotate-webhook-secret", name, by=by, reason=reason, now=now)
    return secret


def pause(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Send nothing there for the time being."""
    with _known():
        api.pause_destination(session, tenant, name, now=now)
    _note(session, tenant, "pause-destination", name, by=by, reason=reason, now=now)


def resume(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Go on, at once."""
    with _known():
        api.resume_destination(session, tenant, name)
    _note(session, tenant, "resume-destination", name, by=by, reason=reason, now=now)


def remove(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Forward there no more."""
    with _known():
        api.remove_destination(session, tenant, name)
    _note(session, tenant, "remove-destination", name, by=by, reason=reason, now=now)


def replay(
    session: Session,
    tenant: UUID,
    name: str,
    statements: Collection[UUID] | None,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> int:
    """Send what was refused again, these Statements or all; how many."""
    with _known():
        many = api.replay_dead_letters(session, tenant, name, statements)
    _note(session, tenant, "replay-dead-letters", name, by=by, reason=reason, now=now)
    return many


def drop(session: Session, tenant: UUID, name: str, statement: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Never send this Statement there."""
    with _known():
        api.drop_dead_letter(session, tenant, name, statement)
    _note(session, tenant, "drop-dead-letter", name, by=by, reason=f"{statement}: {reason}", now=now)


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except api.NotFound as error:
        raise UnknownDestination(str(error)) from None


def _note(session: Session, tenant: UUID, act: str, name: str, *, by: str, reason: str, now: datetime) -> None:
    records.add(session, tenant, by=by, act=act, about=name, reason=reason, now=now)
