"""Which forms somebody sent, so that a form that comes twice is done once, and the same said again is asked about.

note      in the transaction in which the form is done: either both stay or neither
said      beside it, what the form said, as a digest
is_known  whether a form came before: a double click
said_at   when the same was last said: a browser that goes back draws the form anew, under another key
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from certification.models import FormSent
from lrs.db import Session, is_postgresql

__all__ = ["ASKED_WITHIN", "REMEMBERED", "led_to", "note", "said", "said_at"]

REMEMBERED = timedelta(days=2)
"""How long it is known that a form was sent: longer than a session lasts."""

ASKED_WITHIN = timedelta(minutes=10)
"""Whoever says the same again so soon is asked whether that is meant."""

_SAID = "="
"""Begins the key under which it is kept what a form said; no key of a form begins so."""


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


def said(session: Session, tenant: UUID, account: UUID, content: str, now: datetime) -> None:
    """Keeps that the account said this now; `content` is a digest of it."""
    dialect = postgresql if is_postgresql(session) else sqlite
    row = {"tenant_id": tenant, "account_id": account, "key": _SAID + content, "location": "", "sent": now}
    command = dialect.insert(FormSent.__table__).values(row)
    same = ["tenant_id", "account_id", "key"]
    session.execute(command.on_conflict_do_update(index_elements=same, set_={"sent": now}))


def said_at(session: Session, tenant: UUID, account: UUID, content: str, now: datetime) -> datetime | None:
    """When the account last said this; None where it did not within `ASKED_WITHIN`."""
    mine = FormSent.tenant_id == tenant, FormSent.account_id == account, FormSent.key == _SAID + content
    sent = session.scalar(sa.select(FormSent.sent).where(*mine))
    return sent if sent is not None and now - sent < ASKED_WITHIN else None
