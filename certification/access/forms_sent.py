"""Which forms somebody sent, so that a form that comes twice is done once.

In the transaction in which the form is done: either both stay or neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from certification.models import FormSent
from lrs.db import Session, is_postgresql

__all__ = ["REMEMBERED", "led_to", "note"]

REMEMBERED = timedelta(days=2)
"""How long it is known that a form was sent: longer than a session lasts."""


def note(session: Session, tenant: UUID, account: UUID, key: str, now: datetime) -> str | None:
    """Keeps that the account sends the form `key`; where that led (an address), if it was sent before.

    Somebody who sends it at the same time waits until this transaction has ended.
    """
    mine = sa.and_(FormSent.tenant_id == tenant, FormSent.account_id == account)
    session.execute(sa.delete(FormSent).where(mine, FormSent.sent < now - REMEMBERED))
    dialect = postgresql if is_postgresql(session) else sqlite
    row = {"tenant_id": tenant, "account_id": account, "key": key, "location": "", "sent": now}
    command = dialect.insert(FormSent.__table__).values(row).on_conflict_do_nothing().returning(FormSent.key)
    if session.execute(command).first() is not None:
        return None
    return session.scalars(sa.select(FormSent.location).where(mine, FormSent.key == key)).one()


def led_to(session: Session, tenant: UUID, account: UUID, key: str, location: str) -> None:
    """Keeps where the form that is being done leads."""
    mine = sa.and_(FormSent.tenant_id == tenant, FormSent.account_id == account, FormSent.key == key)
    session.execute(sa.update(FormSent).where(mine).values(location=location))
