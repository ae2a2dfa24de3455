"""Keys by which an enterprise's own programs ask: made and ended by whoever speaks for it, with what that role allows.

A key has the role of an enterprise over this one enterprise, from today until a day that is named, and nothing more:
the same transcripts and erasures that its people see. Operators see and end it like any other key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.access import records
from certification.access.permissions import BRANCH_SCOPE, PURPOSES, Role
from certification.access.roles import RoleRefused
from certification.models import RoleGiven
from certification.units.trees import Node
from certification.vietnam import VIETNAM, vietnam_day
from lrs import api
from lrs.db import Session, new_id

__all__ = ["OwnKey", "TooManyKeys", "end", "listed", "make"]

MOST = 20
"""Keys that an enterprise has at a time: more than its programs need, and few enough to keep in sight."""


class TooManyKeys(RoleRefused):
    """The enterprise has as many keys as it may."""

    def __init__(self) -> None:
        super().__init__("name", f"there are {MOST} keys already; end one that is not needed")


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of the enterprise's. Instants in UTC; `until` is the first day on which it is refused."""

    key: str
    name: str
    made_by: str
    created: datetime
    until: date | None
    last_used: datetime | None
    revoked: datetime | None

    @property
    def last(self) -> date | None:
        """The last day on which it is taken; None: no end."""
        return None if self.until is None else self.until - timedelta(days=1)

    def holds(self, on: date) -> bool:
        """Whether it is taken on the day."""
        return self.revoked is None and (self.until is None or on < self.until)


def make(
    session: Session, tenant: UUID, enterprise: Node, *, name: str, until: date, pepper: bytes, by: str, now: datetime
) -> tuple[str, str]:
    """A new key and its secret, which cannot be read again later. Raises RoleRefused."""
    today = vietnam_day(now)
    if until <= today:
        raise RoleRefused("until", f"{until} is no later day than today")
    if sum(one.holds(today) for one in listed(session, tenant, enterprise)) >= MOST:
        raise TooManyKeys
    ends = datetime.combine(until, time(), VIETNAM)
    scopes = (BRANCH_SCOPE,)
    key, secret = api.create_credential(session, tenant, name=name, scopes=scopes, pepper=pepper, now=now, expires=ends)
    role = new_id()
    session.add(
        RoleGiven(
            id=role,
            tenant_id=tenant,
            account_id=None,
            key=key,
            role=Role.ENTERPRISE.value,
            organization_id=enterprise.id,
            team_id=None,
            purpose=PURPOSES[Role.ENTERPRISE],
            starts=today,
            until=until,
            given_by=by,
            given=now,
        )
    )
    reason = f"by the enterprise {enterprise.code} for its own program"
    records.add(session, tenant, by=by, act="create-key", about=key, reason=reason, now=now, role=role)
    session.flush()
    return key, secret


def listed(session: Session, tenant: UUID, enterprise: Node) -> list[OwnKey]:
    """The enterprise's keys, the newest first, those that hold no longer too. Two SQL commands."""
    given = {
        row.key: row
        for row in session.execute(
            sa.select(RoleGiven.key, RoleGiven.given_by, RoleGiven.until).where(
                RoleGiven.tenant_id == tenant,
                RoleGiven.organization_id == enterprise.id,
                RoleGiven.role == Role.ENTERPRISE.value,
                RoleGiven.key.is_not(None),
            )
        )
    }
    found = [
        OwnKey(
            one.key, one.name, given[one.key].given_by, one.created, given[one.key].until, one.last_used, one.revoked
        )
        for one in api.credentials(session, tenant)
        if one.key in given and not one.test
    ]
    return sorted(found, key=lambda one: (one.created, one.key), reverse=True)


def end(session: Session, tenant: UUID, enterprise: Node, key: str, *, by: str, now: datetime) -> bool:
    """Refuse one of the enterprise's keys from now on; whether there was such a one."""
    if key not in {one.key for one in listed(session, tenant, enterprise) if one.revoked is None}:
        return False
    api.revoke_credential(session, tenant, key, now=now)
    reason = f"by the enterprise {enterprise.code}"
    records.add(session, tenant, by=by, act="end-key", about=key, reason=reason, now=now)
    return True
