"""Attempts to sign in: who fails waits longer each time, by name, whether there is such an account or not.

The failure is kept before the password is looked at, so that guesses sent at once count one by one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import records, tokens
from certification.errors import CertificationError
from certification.models import Account, SignInAttempt
from lrs import api
from lrs.db import Database, Session

__all__ = [
    "FREE_FAILURES",
    "LONGEST_WAIT",
    "TooOften",
    "account_after_counting",
    "forget",
    "password_after_counting",
    "wait_after",
]

FREE_FAILURES = 5
"""How often a password may be mistyped before one has to wait."""

LONGEST_WAIT = timedelta(minutes=5)
"""Long enough to make guessing hopeless, short enough that nobody can lock another out for long."""

FORGOTTEN_AFTER = timedelta(days=1)


class TooOften(CertificationError):
    """Signing in under this name failed too often; it is looked at again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"signing in under this name failed several times; try again in {seconds} seconds")


def password_after_counting(
    database: Database, tenant: UUID, name: str, *, pepper: bytes, now: datetime
) -> tuple[UUID, str] | None:
    """The account that may sign in under this name, and its password as kept; the attempt is counted as failed first.

    Raises TooOften.
    """
    found = account_after_counting(database, tenant, name, pepper=pepper, now=now)
    return None if found is None or found[1] is None else (found[0], found[1])


def account_after_counting(
    database: Database, tenant: UUID, name: str, *, pepper: bytes, now: datetime
) -> tuple[UUID, str | None] | None:
    """The same of an account that need not have a password.

    Raises TooOften while failures before it ask for patience; what was counted by a clock that has been set back since
    keeps nobody out for longer than `LONGEST_WAIT`. The own row is locked before others are swept away, so
    that whoever waits for it holds nothing.
    """
    api.know(name=api.pseudonym(pepper, name))
    digest = tokens.digest(pepper, b"attempt", name)
    here = sa.and_(SignInAttempt.tenant_id == tenant, SignInAttempt.digest == digest)
    with database.writing(tenant) as session:
        forgotten = SignInAttempt.__table__.c.last < now - FORGOTTEN_AFTER
        fresh = {"tenant_id": tenant, "digest": digest, "failures": 0, "last": now, "blocked_until": now}
        counted_on = {"failures": lambda kept, new: sa.case((forgotten, new), else_=kept)}
        bulk.upsert(session, SignInAttempt, [fresh], merging=counted_on)
        counted = session.execute(
            sa.update(SignInAttempt)
            .where(here, sa.or_(SignInAttempt.blocked_until <= now, SignInAttempt.blocked_until > now + LONGEST_WAIT))
            .values(failures=SignInAttempt.failures + 1, last=now)
            .returning(SignInAttempt.failures)
        ).scalar_one_or_none()
        if counted is None:
            until = session.scalars(sa.select(SignInAttempt.blocked_until).where(here)).one()
            raise TooOften(max(1, -int((now - until).total_seconds() // 1)))
        session.execute(sa.update(SignInAttempt).where(here).values(blocked_until=now + wait_after(counted)))
        tokens.sweep(session, SignInAttempt, tenant, forgotten)
        named = sa.and_(Account.name == name, Account.deactivated.is_(None))
        records.sign_in(session, tenant, named, act=records.TRIED, way="", now=now)
        row = session.execute(
            sa.select(Account.id, Account.password).where(
                Account.tenant_id == tenant, Account.name == name, Account.deactivated.is_(None)
            )
        ).one_or_none()
    return None if row is None else (row.id, row.password)


def wait_after(failures: int) -> timedelta:
    """How long nobody may try again after so many failures in a row: nothing at first, then 1, 2, 4 … seconds."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20)))


def forget(session: Session, tenant: UUID, name: str, pepper: bytes) -> None:
    """Forgets how often signing in under this name failed."""
    session.execute(
        sa.delete(SignInAttempt).where(
            SignInAttempt.tenant_id == tenant, SignInAttempt.digest == tokens.digest(pepper, b"attempt", name)
        )
    )
