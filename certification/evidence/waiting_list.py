"""Statements whose Actor nobody has linked to a worker: kept, counted by Actor as they come and go, and listed.

    replace    what waits of some Statements is this, and nothing else
    take_off   nothing of these Actors waits any more
    page       the Actors, most Statements first, from a place on
    described  what is known of some of them: an example, and which platform sent it

The counts are kept beside the rows, in the same transaction, so that listing costs the same with a million waiting.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import Base, UnknownActor, WaitingStatement, WorkerIdentifier
from lrs import api
from lrs.db import Session, among, is_postgresql

__all__ = [
    "Example",
    "Place",
    "Unknown",
    "clear",
    "described",
    "of_actors",
    "page",
    "replace",
    "take_off",
    "totals",
    "unknown",
]

_DIGEST_BYTES = 32

_WAITING = Base.metadata.tables[WaitingStatement.__tablename__]
_UNKNOWN = Base.metadata.tables[UnknownActor.__tablename__]


Place = tuple[int, int, bytes]
"""Where a list was left: Statements, key and the digest's beginning of the last Actor."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An Actor nobody has linked: its canonical identifier, its key and digest, how many Statements wait, since when
    (UTC)."""

    ifi: str
    key: int
    digest: bytes
    statements: int
    first_seen: datetime

    @property
    def place(self) -> Place:
        """Where a list goes on behind it."""
        return self.statements, self.key, self.digest


@dataclass(frozen=True, slots=True)
class Example:
    """One Statement of an unknown Actor: which Authority sent it (canonical identifier, and its name if it has one), on
    what platform if it says so, and about what (IRI and a name, if it is an Activity)."""

    statement: UUID
    authority: str
    authority_name: str | None
    platform: str | None
    activity: str | None
    activity_name: str | None


def of_actors(
    session: Session,
    table: type[WaitingStatement] | type[WorkerIdentifier] | type[UnknownActor],
    ifis: Collection[str],
) -> Iterator[sa.ColumnElement[bool]]:
    """Found by the hash, which the index begins with; told apart by the identifier itself."""
    yield among(session, table.actor_key, [api.key_of(ifi) for ifi in ifis])
    yield among(session, table.ifi, ifis)


# ---------------------------------------------------------------- keeping


def replace(
    session: Session, tenant: UUID, concerned: Collection[tuple[str, UUID]], rows: Sequence[dict[str, Any]]
) -> None:
    """Makes what waits of these Actors' Statements these rows of `WaitingStatement`, and the counts fit.

    A few SQL commands, which read nothing of what else waits for the same Actors: that may be very much. The caller has
    let nobody else import (`bulk.import_alone`).
    """
    there = _waiting_of(session, tenant, concerned)
    before = {(row.ifi, row.statement_id) for row in there}
    if there:
        session.execute(_DELETE_ONE, [{"tenant": tenant, **row._mapping} for row in there])
    bulk.insert(session, WaitingStatement, rows)
    new = [row for row in rows if (row["ifi"], row["statement_id"]) not in before]
    # What waits no more may have been the first of its Actor: that one's are counted anew.
    fewer = {ifi for ifi, _ in before - {(row["ifi"], row["statement_id"]) for row in rows}}
    change = Counter(row["ifi"] for row in new)
    first: dict[str, datetime] = {}
    for row in new:
        first[row["ifi"]] = min(row["seen"], first.get(row["ifi"], row["seen"]))
    more = sorted(change.keys() - fewer, key=api.key_of)
    bulk.upsert(
        session,
        UnknownActor,
        [
            {
                "tenant_id": tenant,
                "actor_key": api.key_of(ifi),
                "ifi": ifi,
                "statements": change[ifi],
                "first_seen": first[ifi],
            }
            for ifi in more
        ],
        merging={"statements": lambda old, new: old + new, "first_seen": _earlier},
    )
    if fewer:
        _count_again(session, tenant, fewer)


_DELETE_ONE = sa.delete(_WAITING).where(
    _WAITING.c.tenant_id == sa.bindparam("tenant"),
    *(_WAITING.c[name] == sa.bindparam(name) for name in ("actor_key", "ifi_digest", "statement_id")),
)


def _waiting_of(
    session: Session, tenant: UUID, pairs: Collection[tuple[str, UUID]]
) -> Sequence[sa.Row[Any, Any, Any, Any]]:
    """Those of the pairs of an Actor and a Statement that wait, found by the whole primary key: what else waits for the
    same Actor is not looked at."""
    asked = _listed(session, tenant, pairs)
    known = (
        sa.select(asked.c.tenant_id, asked.c.actor_key, UnknownActor.ifi_digest, asked.c.statement_id, asked.c.ifi)
        .select_from(asked)
        .join(
            UnknownActor,
            (UnknownActor.tenant_id == asked.c.tenant_id)
            & (UnknownActor.actor_key == asked.c.actor_key)
            & (UnknownActor.ifi == asked.c.ifi),
        )
        .cte("known")
        .prefix_with("MATERIALIZED", dialect="postgresql")  # so that each row is looked up with all of the key
    )
    key = [column.name for column in _WAITING.primary_key]
    return session.execute(
        sa.select(known.c.ifi, known.c.actor_key, known.c.ifi_digest, known.c.statement_id)
        .select_from(known)
        .join(_WAITING, sa.and_(*(_WAITING.c[name] == known.c[name] for name in key)))
    ).all()


_ASKED: tuple[sa.ColumnClause[Any], ...] = (
    sa.column("tenant_id", sa.Uuid()),
    sa.column("actor_key", sa.BigInteger()),
    sa.column("ifi", sa.Text()),
    sa.column("statement_id", sa.Uuid()),
)


def _listed(session: Session, tenant: UUID, pairs: Collection[tuple[str, UUID]]) -> sa.FromClause:
    """The pairs as a table, with the tenant and the Actor's hash, in as many parameters however many they are."""
    rows = [(tenant, api.key_of(ifi), ifi, statement_id) for ifi, statement_id in sorted(pairs)]
    if is_postgresql(session):
        arrays = [
            sa.bindparam(None, [row[place] for row in rows], type_=sa.ARRAY(column.type))
            for place, column in enumerate(_ASKED)
        ]
        return sa.func.unnest(*arrays).table_valued(*_ASKED).render_derived()
    texts = json.dumps([[one.hex if isinstance(one, UUID) else one for one in row] for row in rows])
    value = sa.func.json_each(texts).table_valued("value").c.value
    return sa.select(
        *(
            sa.type_coerce(sa.func.json_extract(value, f"$[{place}]"), column.type).label(column.name)
            for place, column in enumerate(_ASKED)
        )
    ).subquery()


def _earlier(old: Any, new: Any) -> Any:
    return sa.case((new < old, new), else_=old)


def _count_again(session: Session, tenant: UUID, ifis: Collection[str]) -> None:
    """For Actors of whom something waits no more though nobody linked them: a Statement was voided."""
    session.execute(
        sa.delete(_UNKNOWN).where(UnknownActor.tenant_id == tenant, *of_actors(session, UnknownActor, ifis))
    )
    rows = session.execute(
        sa.select(WaitingStatement.ifi, sa.func.count(), sa.func.min(WaitingStatement.seen))
        .where(WaitingStatement.tenant_id == tenant, *of_actors(session, WaitingStatement, ifis))
        .group_by(WaitingStatement.ifi)
    )
    counted = [
        {"tenant_id": tenant, "actor_key": api.key_of(ifi), "ifi": ifi, "statements": statements, "first_seen": seen}
        for ifi, statements, seen in rows
    ]
    bulk.insert(session, UnknownActor, counted)


def take_off(session: Session, tenant: UUID, ifis: Collection[str]) -> list[UUID]:
    """Takes everything of these Actors off the list; ids of the Statements that waited for them, in order."""
    waited = WaitingStatement.tenant_id == tenant, *of_actors(session, WaitingStatement, ifis)
    found = session.scalars(
        sa.select(WaitingStatement.statement_id).where(*waited).distinct().order_by(WaitingStatement.statement_id)
    ).all()
    if found:
        session.execute(sa.delete(_WAITING).where(*waited))
        session.execute(
            sa.delete(_UNKNOWN).where(UnknownActor.tenant_id == tenant, *of_actors(session, UnknownActor, ifis))
        )
    return list(found)


def clear(session: Session, tenant: UUID) -> None:
    """Takes everything off the list, to be read again."""
    for table in (_WAITING, _UNKNOWN):
        session.execute(sa.delete(table).where(table.c.tenant_id == tenant))


# ---------------------------------------------------------------- listing


def totals(session: Session, tenant: UUID) -> tuple[int, int]:
    """How many unknown Actors there are, and how many Statements wait for them."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(UnknownActor.statements), 0))
    actors, statements = session.execute(query.where(UnknownActor.tenant_id == tenant)).one()
    return actors, int(statements)


def page(session: Session, tenant: UUID, *, limit: int | None, after: Place | None = None) -> list[Unknown]:
    """The Actors whose Statements wait, those with most first, and those after a place."""
    asked: list[sa.ColumnElement[bool]] = [UnknownActor.tenant_id == tenant]
    if after is not None:
        statements, key, digest = after
        same = UnknownActor.statements == statements
        last = digest.ljust(_DIGEST_BYTES, b"\xff")
        asked.append(
            sa.or_(
                UnknownActor.statements < statements,
                sa.and_(same, UnknownActor.actor_key < key),
                sa.and_(same, UnknownActor.actor_key == key, UnknownActor.ifi_digest > last),
            )
        )
        asked.append(UnknownActor.statements <= statements)
    return unknown(session, *asked, limit=limit)


def unknown(session: Session, *asked: sa.ColumnElement[bool], limit: int | None = None) -> list[Unknown]:
    """The Actors of whom these conditions hold, those with most Statements first."""
    query = sa.select(
        UnknownActor.ifi,
        UnknownActor.actor_key,
        UnknownActor.ifi_digest,
        UnknownActor.statements,
        UnknownActor.first_seen,
    ).where(*asked)
    query = query.order_by(UnknownActor.statements.desc(), UnknownActor.actor_key.desc(), UnknownActor.ifi_digest)
    return [Unknown(*row) for row in session.execute(query.limit(limit))]


def described(session: Session, tenant: UUID, actors: Sequence[Unknown]) -> dict[str, Example]:
    """An example of what each of these Actors sent, by identifier: the first of its Statements by id, in a few SQL
    commands whose cost does not grow with how many wait."""
    one_of_it = (
        sa.select(WaitingStatement.statement_id)
        .where(
            WaitingStatement.tenant_id == tenant,
            WaitingStatement.actor_key == UnknownActor.actor_key,
            WaitingStatement.ifi_digest == UnknownActor.ifi_digest,
        )
        .order_by(WaitingStatement.statement_id)
        .limit(1)
        .scalar_subquery()
    )
    ifis = [one.ifi for one in actors]
    rows = session.execute(
        sa.select(UnknownActor.ifi, one_of_it).where(
            UnknownActor.tenant_id == tenant, *of_actors(session, UnknownActor, ifis)
        )
    )
    chosen: dict[str, UUID] = {ifi: statement for ifi, statement in rows if statement is not None}
    documents = {one.id: one.document for one in api.get_statements(session, tenant, set(chosen.values()))}
    return {ifi: _example(id_, documents[id_]) for ifi, id_ in chosen.items() if id_ in documents}


def _example(statement_id: UUID, document: Mapping[str, Any]) -> Example:
    authority: Mapping[str, Any] = document.get("authority", {})
    members = [authority, *authority.get("member", ())]
    of = document["object"]
    is_activity = of.get("objectType", "Activity") == "Activity"
    names: Mapping[str, str] = of.get("definition", {}).get("name", {}) if is_activity else {}
    return Example(
        statement_id,
        next((text for one in members if (text := api.ifi_text(one))), ""),
        next((one["name"] for one in members if one.get("name")), None),
        document.get("context", {}).get("platform"),
        of["id"] if is_activity else None,
        names.get("vi") or names.get("vi-VN") or next(iter(names.values()), None),
    )
