"""The record of acts: who gave or took which right, when, about whom and why; and that whoever holds a role signed in,
or tried to. Rows are added, never changed.

Signing in stands there in the transaction that begins the session, trying to in the one that counts the attempt, before
the password is looked at: so an attempt that nothing follows was in vain. Of workers without a role, and of names that
nobody has, it is told in the log alone: these are very many, and anybody can make more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import AccessRecord, Account, RoleGiven
from lrs.db import Session, UtcDateTime, new_id

__all__ = ["OF_RIGHTS", "SIGNED_IN", "TRIED", "Kept", "add", "latest", "sign_in"]

SIGNED_IN, TRIED = "sign-in", "sign-in.try"
_OF_SIGNING_IN: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{one}'") for one in (SIGNED_IN, TRIED)]
OF_RIGHTS = AccessRecord.act.not_in(_OF_SIGNING_IN)
"""Of signing in there are a thousand times as many: an index knows the others, where this condition is written out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An act as it is kept; `at` in UTC."""

    id: UUID
    at: datetime
    by: str
    act: str
    about: str
    role: UUID | None
    reason: str


def add(
    session: Session,
    tenant: UUID,
    *,
    by: str,
    act: str,
    about: str,
    reason: str,
    now: datetime,
    role: UUID | None = None,
) -> None:
    """Keeps that `by` did `act` to the account or key `about`."""
    session.add(
        AccessRecord(id=new_id(), tenant_id=tenant, at=now, by=by, act=act, about=about, role_id=role, reason=reason)
    )


def sign_in(
    session: Session, tenant: UUID, account: sa.ColumnElement[bool], *, act: str, way: str, now: datetime
) -> None:
    """Keeps that the account of which this condition holds did `act` (SIGNED_IN or TRIED), if it was ever given a role.
    One command that costs the same whether there is such an account or not."""
    values: dict[str, Any] = {
        "id": sa.literal(new_id(), sa.Uuid),
        "tenant_id": sa.literal(tenant, sa.Uuid),
        "at": sa.literal(now, UtcDateTime),
        "by": Account.name,
        "act": sa.literal(act),
        "about": Account.name,
        "reason": sa.literal(way),
    }
    has_role = sa.exists().where(RoleGiven.tenant_id == tenant, RoleGiven.account_id == Account.id)
    found = sa.select(*values.values()).where(Account.tenant_id == tenant, account, has_role)
    session.execute(sa.insert(AccessRecord).from_select(list(values), found, include_defaults=False))


def latest(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    before: UUID | None = None,
    about: str | None = None,
    signing_in: bool = False,
) -> list[Kept]:
    """At most `limit` acts, the newest first; those before the act `before`; those done to `about` alone. Signing in,
    and that alone, where it is asked for."""
    query = sa.select(
        AccessRecord.id,
        AccessRecord.at,
        AccessRecord.by,
        AccessRecord.act,
        AccessRecord.about,
        AccessRecord.role_id,
        AccessRecord.reason,
    ).where(AccessRecord.tenant_id == tenant, AccessRecord.act.in_(_OF_SIGNING_IN) if signing_in else OF_RIGHTS)
    if before is not None:
        query = query.where(AccessRecord.id < before)
    if about is not None:
        query = query.where(AccessRecord.about == about)
    return [Kept(*row) for row in session.execute(query.order_by(AccessRecord.id.desc()).limit(limit))]
