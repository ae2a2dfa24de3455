"""Keys of programs: made, given another secret, refused. Every act is recorded (`access.records`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from certification.access import records, roles
from certification.access.permissions import BRANCH_SCOPE, Role
from certification.access.who import Who
from certification.errors import CertificationError
from certification.vietnam import VIETNAM, vietnam_day
from lrs import api
from lrs.api import KnownCredential
from lrs.db import Session

__all__ = ["KeyRefused", "UnknownKey", "end", "find", "make", "rotate"]


class KeyRefused(CertificationError):
    """What is asked of a key that cannot be; the text says why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class UnknownKey(CertificationError):
    """The tenant has no such key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no key {key!r}")


def find(session: Session, who: Who, key: str) -> KnownCredential:
    """The key. Raises UnknownKey."""
    found = [one for one in api.credentials(session, who.tenant) if one.key == key]
    if not found:
        raise UnknownKey(key)
    return found[0]


def make(
    session: Session,
    who: Who,
    *,
    name: str,
    scopes: Collection[str] = (),
    role: Role | None = None,
    unit: str | None = None,
    team: str | None = None,
    purpose: str | None = None,
    until: date | None = None,
    test: bool = False,
    reason: str,
    pepper: bytes,
    now: datetime,
) -> tuple[str, str]:
    """Makes a key with `scopes`, or with a role over a unit; gives it and its secret, which cannot be read again later.

    `until` is the first day on which it is refused. A test key opens the tenant's sandbox alone. Raises KeyRefused,
    RoleRefused and NotAllowed.
    """
    if (role is None) == (not scopes):
        raise KeyRefused("role", "a key has scopes or a role; name one of them")
    if until is not None and until <= vietnam_day(now):
        raise KeyRefused("until", f"{until} is no later day than today")
    key, secret = api.create_credential(
        session,
        who.tenant,
        name=name,
        scopes=scopes if role is None else (BRANCH_SCOPE,),
        pepper=pepper,
        now=now,
        expires=None if until is None else datetime.combine(until, time(), VIETNAM),
        test=test,
    )
    records.add(session, who.tenant, by=who.name, act="create-key", about=key, reason=reason, now=now)
    session.flush()
    if role is not None:
        roles.give(
            session, who, role, key=key, organization=unit, team=team, purpose=purpose, starts=vietnam_day(now),
            until=until, reason=reason, now=now,
        )  # fmt: skip
    return key, secret


def end(session: Session, who: Who, key: str, *, reason: str, now: datetime) -> KnownCredential:
    """Refuses a key from `now` on; the key as it is then. Twice is as once. Raises UnknownKey."""
    find(session, who, key)
    api.revoke_credential(session, who.tenant, key, now=now)
    records.add(session, who.tenant, by=who.name, act="end-key", about=key, reason=reason, now=now)
    session.flush()
    return find(session, who, key)


def rotate(session: Session, who: Who, key: str, *, days: int, reason: str, pepper: bytes, now: datetime) -> str:
    """Gives a key another secret, which is returned and cannot be read again later; the old one works for `days` more.

    Raises UnknownKey, and KeyRefused for a key that is refused already.
    """
    find(session, who, key)
    try:
        secret = api.rotate_credential(
            session, who.tenant, key, overlap=timedelta(days=days), pepper=pepper, now=now, expires=None
        )
    except api.InvalidRequest as error:
        raise KeyRefused("", error.faults[0].message) from None
    records.add(session, who.tenant, by=who.name, act="rotate-key", about=key, reason=reason, now=now)
    return secret
