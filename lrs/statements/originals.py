"""What Statements said before an Agent in them was erased, kept as digests that nobody can read back.

By these the original is known when it is sent again: it is a repeat like any other and brings nothing back. The digest
is keyed with a secret that is not in the database, so that a copy of the database does not let anybody try out whom a
Statement was about.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Session, among, is_postgresql
from lrs.models import Base, ErasedStatement
from lrs.statements.comparison import normal_forms

__all__ = ["Digests", "is_one", "keep", "known"]

_ERASED = Base.metadata.tables[ErasedStatement.__tablename__]

Digests = tuple[bytes, bytes]
"""Of a Statement as it was, and of the same without `timestamp`."""


def keep(session: Session, tenant: UUID, key: bytes, statements: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Keep what these Statements say now, by id, before it is changed."""
    rows = []
    for statement_id, statement in statements.items():
        digest, untimed = _digests(key, statement_id, statement)
        rows.append({"tenant_id": tenant, "statement_id": statement_id, "digest": digest, "untimed_digest": untimed})
    if rows:
        insert = postgresql.insert if is_postgresql(session) else sqlite.insert
        session.execute(insert(_ERASED).on_conflict_do_nothing(), rows)


def known(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, list[Digests]]:
    """What is kept of these Statements; those in which nobody was erased are left out."""
    rows = session.execute(
        sa.select(_ERASED.c.statement_id, _ERASED.c.digest, _ERASED.c.untimed_digest).where(
            _ERASED.c.tenant_id == tenant, among(session, _ERASED.c.statement_id, ids)
        )
    )
    found: dict[UUID, list[Digests]] = {}
    for statement_id, digest, untimed in rows:
        found.setdefault(statement_id, []).append((digest, untimed))
    return found


def is_one(kept: Collection[Digests], key: bytes, statement_id: UUID, sent: Mapping[str, Any]) -> bool:
    """Whether what was sent says what the Statement said before one of its erasures (as `comparison.differences`)."""
    form = 0 if "timestamp" in sent else 1
    digest = _digests(key, statement_id, sent)[form]
    return any(hmac.compare_digest(digest, one[form]) for one in kept)


def _digests(key: bytes, statement_id: UUID, statement: Mapping[str, Any]) -> Digests:
    timed, untimed = (hmac.digest(key, statement_id.bytes + form, "sha256") for form in normal_forms(statement))
    return timed, untimed
