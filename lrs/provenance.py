"""Where Statements came from before they came here: what each store they passed said of them.

An LRS sets `stored` and `authority` itself (xAPI 1.0.3 Data 2.4.8, 2.4.9), so those of the store that a Statement is
taken over from would be lost. They are kept beside the Statement as a chain, the first store at its beginning; our own
word stands on the Statement. Only `flask lrs import` brings Statements that have one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Session, among
from lrs.models import Provenance
from lrs.statements.blanking import Person, blank_actor
from lrs.statements.validate import decode, encode

__all__ = ["Chain", "forget", "keep", "provenance"]

Chain = Sequence[Mapping[str, Any]]
"""Of each store its `stored` (text) and `authority` (an Agent or Group), as far as it said them; first the first."""


def keep(session: Session, tenant: UUID, chains: Mapping[UUID, Chain]) -> None:
    """Keep the chains of Statements that were just stored, by id. Costs no SQL where there is none."""
    rows = [
        {"tenant_id": tenant, "statement_id": statement_id, "chain": encode(chain)}
        for statement_id, chain in chains.items()
    ]
    if rows:
        session.execute(sa.insert(Provenance), rows)


def provenance(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The chains of those of these Statements that came from another store; the last entry is the store before ours."""
    rows = session.execute(
        sa.select(Provenance.statement_id, Provenance.chain).where(
            Provenance.tenant_id == tenant, among(session, Provenance.statement_id, ids)
        )
    )
    return {row.statement_id: decode(row.chain.encode()) for row in rows}


def forget(session: Session, tenant: UUID, person: Person) -> None:
    """Put the opaque account in the person's place wherever a store named the person as authority.

    Looks through all chains of the tenant, which only imports bring.
    """
    rows = session.execute(
        sa.select(Provenance.statement_id, Provenance.chain).where(
            Provenance.tenant_id == tenant, sa.or_(*map(_may_name, sorted(person.ifis)))
        )
    )
    for statement_id, text in rows.all():
        stores = [
            {key: _blanked(value, person) if key == "authority" else value for key, value in store.items()}
            for store in decode(text.encode())
        ]
        session.execute(
            sa.update(Provenance)
            .where(Provenance.tenant_id == tenant, Provenance.statement_id == statement_id)
            .values(chain=encode(stores))
        )


def _may_name(ifi: str) -> sa.ColumnElement[bool]:
    """That the end of a canonical identifier stands in a chain: of an account its name."""
    kind, value = ifi.split(" ", 1)
    if kind == "mbox_sha1sum":  # any case means the same
        return sa.func.lower(Provenance.chain).contains(value)
    text = value.split("|", 1)[1] if kind == "account" else value
    return Provenance.chain.contains(encode(text)[1:-1].replace("\\\\u0000", "\\u0000"), autoescape=True)


def _blanked(authority: Mapping[str, Any], person: Person) -> dict[str, Any]:
    blanked = blank_actor(authority, person)
    if "member" in blanked:
        blanked["member"] = [blank_actor(member, person) for member in blanked["member"]]
    return blanked
