"""Other stores that Statements are pulled from: set, paused, taken up again, removed. Every act is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.access import records
from certification.errors import CertificationError
from lrs import api
from lrs.api import RefusedStatement, Source
from lrs.db import Session

__all__ = ["UnknownSource", "find", "pause", "refusals", "remove", "resume", "set_source"]


class UnknownSource(CertificationError):
    """Nothing is pulled from there."""


def set_source(
    session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime, **told: Any
) -> Source:
    """As `lrs.api.set_source`; raises InvalidRequest with every fault."""
    made = api.set_source(session, tenant, name, now=now, **told)
    _note(session, tenant, "set-source", name, by=by, reason=f"{made.endpoint}: {reason}", now=now)
    return made


def find(session: Session, tenant: UUID, name: str) -> Source:
    """The one of this name. Raises UnknownSource, as everything here does."""
    with _known():
        return api.source(session, tenant, name)


def refusals(session: Session, tenant: UUID, name: str) -> list[RefusedStatement]:
    """What of it is not taken here, the last first."""
    with _known():
        return api.source_refusals(session, tenant, name)


def pause(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Ask nothing for the time being."""
    with _known():
        api.pause_source(session, tenant, name, now=now)
    _note(session, tenant, "pause-source", name, by=by, reason=reason, now=now)


def resume(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Go on, at once."""
    with _known():
        api.resume_source(session, tenant, name)
    _note(session, tenant, "resume-source", name, by=by, reason=reason, now=now)


def remove(session: Session, tenant: UUID, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Pull from there no more."""
    with _known():
        api.remove_source(session, tenant, name)
    _note(session, tenant, "remove-source", name, by=by, reason=reason, now=now)


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except api.NotFound as error:
        raise UnknownSource(str(error)) from None


def _note(session: Session, tenant: UUID, act: str, name: str, *, by: str, reason: str, now: datetime) -> None:
    records.add(session, tenant, by=by, act=act, about=name, reason=reason, now=now)
