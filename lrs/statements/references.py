"""Statements that refer to others, and are found through them.

xAPI 1.0.3 Communication 2.1.3, Filter Conditions for StatementRefs: a Statement whose Object is a StatementRef matches
where its target matches, and so on over further references; its own place and `stored` decide where it stands. So the
keys of every target are copied to the place of the Statement that refers to it: when that one is stored or, if the
target comes later, when the target arrives. A list then reads them off an index, however many Statements are stored.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.arrays import Uuids
from lrs.db import Session, among, is_postgresql
from lrs.errors import InvalidStatement
from lrs.models import Reference, Statement
from lrs.statements.keys import VOIDED, verb_key
from lrs.statements.rows import Keys, Row, keys_in, read_exact
from schemas import Fault

MOST_STEPS = 100
"""References are followed so far; a longer chain is cut, so that no Statement costs more than this many rows."""


@dataclass(frozen=True, slots=True)
class Referring:
    """A stored Statement at its place, and a Statement that it refers to in so many steps."""

    target_id: UUID
    statement_id: UUID
    seq: int
    steps: int
    voids: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A further key, the place at which it is found, and the Statement that carries it."""

    key: int
    seq: int
    statement_id: UUID


_REFERRING_POSTGRESQL = """
SELECT target_id, statement_id, seq, steps, voids FROM lrs_reference
WHERE tenant_id = %b AND target_id = ANY(%b::uuid[])
"""
_REFERRING_SQLITE = """
SELECT target_id, statement_id, seq, steps, voids FROM lrs_reference
WHERE tenant_id = ? AND target_id IN (SELECT value FROM json_each(?))
"""


def referring_to(session: Session, tenant: UUID, ids: Sequence[UUID]) -> list[Referring]:
    """The stored Statements that refer to these, whether these are there or not."""
    connection = session.connection()
    if is_postgresql(session):
        return [Referring(*row) for row in connection.exec_driver_sql(_REFERRING_POSTGRESQL, (tenant, Uuids(ids)))]
    listed = json.dumps([id_.hex for id_ in ids])
    rows = connection.exec_driver_sql(_REFERRING_SQLITE, (tenant.hex, listed))
    return [Referring(UUID(target), UUID(referring), seq, steps, bool(v)) for target, referring, seq, steps, v in rows]


def keep(
    session: Session,
    tenant: UUID,
    placed: Mapping[UUID, tuple[int, Row]],
    waiting: Collection[Referring],
    places: Mapping[UUID, str],
) -> list[Link]:
    """Store what the new Statements (by id, with their places) refer to, and give `waiting` ones their targets' keys.

    Marks what is voided. Returns the links that this adds, still to be inserted. Raises InvalidStatement when a voiding
    Statement would be voided (xAPI 1.0.3 Data 2.3.2); `places` says where in the batch each one that voids stands.
    """
    referring = [row for _, row in placed.values() if row.refers_to]
    waiting = [one for one in waiting if one.target_id in placed]
    if not referring and not waiting:
        return []
    edges = {row.id: row.refers_to for row in referring if row.refers_to}
    edges |= _edges_beyond(session, tenant, set(edges.values()) - placed.keys())
    entries = [
        (row.id, placed[row.id][0], target, steps)
        for row in referring
        for steps, target in enumerate(_path(row.id, edges), 1)
    ]
    entries += [
        (one.statement_id, one.seq, target, steps)
        for one in waiting
        for steps, target in enumerate(_path(one.target_id, edges), one.steps + 1)
        if target != one.statement_id and steps <= MOST_STEPS
    ]
    keys = {id_: row.keys for id_, (_, row) in placed.items()}
    keys |= _stored_keys(session, tenant, {target for _, _, target, _ in entries} - placed.keys())
    voiding = {row.id: row.refers_to for row in referring if row.voids and row.refers_to}
    if refused := _refused_voiding(voiding, keys):
        raise InvalidStatement(
            [Fault(places[id_] + fault.place, fault.message, fault.clause) for id_, fault in refused.items()]
        )
    _void(session, tenant, set(voiding.values()))
    if entries:
        session.execute(
            sa.insert(Reference),
            [
                {
                    "tenant_id": tenant,
                    "statement_id": id_,
                    "seq": seq,
                    "target_id": target,
                    "steps": steps,
                    "voids": steps == 1 and id_ in voiding,
                    **_columns(keys.get(target)),
                }
                for id_, seq, target, steps in entries
            ],
        )
    if waiting:
        arrived = {one.target_id for one in waiting}
        session.connection().execute(
            sa.update(Reference).where(
                Reference.tenant_id == tenant, Reference.target_id == sa.bindparam("arrived", type_=sa.Uuid())
            ),
            [{"arrived": id_, **_columns(keys[id_])} for id_ in sorted(arrived)],
        )
    found_at = [(seq, target) for _, seq, target, _ in entries] + [(one.seq, one.target_id) for one in waiting]
    return [Link(key, seq, target) for seq, target in found_at if target in keys for key in sorted(keys[target].links)]


def _edges_beyond(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """What stored Statements refer to, from each of these to the end of its chain."""
    edges: dict[UUID, UUID] = {}
    if ids:
        rows = session.execute(
            sa.select(Reference.statement_id, Reference.target_id)
            .where(Reference.tenant_id == tenant, among(session, Reference.statement_id, ids))
            .order_by(Reference.statement_id, Reference.steps)
        )
        for _, chain in groupby(rows, key=lambda row: row.statement_id):
            current: UUID | None = None
            for statement_id, target_id in chain:
                edges[current or statement_id] = target_id
                current = target_id
    return edges


def _path(start: UUID, edges: Mapping[UUID, UUID]) -> list[UUID]:
    """What is reached from a Statement, step by step; a circle is walked once."""
    path: list[UUID] = []
    seen = {start}
    current = edges.get(start)
    while current is not None and current not in seen and len(path) < MOST_STEPS:
        path.append(current)
        seen.add(current)
        current = edges.get(current)
    return path


def _stored_keys(session: Session, tenant: UUID, ids: Collection[UUID]) -> dict[UUID, Keys]:
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Statement.id, Statement.exact).where(Statement.tenant_id == tenant, among(session, Statement.id, ids))
    )
    return {row.id: keys_in(read_exact(row.exact)) for row in rows}


def _columns(keys: Keys | None) -> dict[str, Any]:
    return {
        "actor_key": keys and keys.actor,
        "verb_key": keys and keys.verb,
        "object_key": keys and keys.object,
        "registration": keys and keys.registration,
        "authority_key": keys and keys.authority,
    }


def refused_voiding(session: Session, tenant: UUID, rows: Collection[Row]) -> dict[UUID, Fault]:
    """For those of these new rows, sent together, that would void what voids: what `keep` would raise of them."""
    voiding = {row.id: row.refers_to for row in rows if row.voids and row.refers_to}
    keys = _stored_keys(session, tenant, set(voiding.values())) | {row.id: row.keys for row in rows}
    return _refused_voiding(voiding, keys)


def _refused_voiding(voiding: Mapping[UUID, UUID], keys: Mapping[UUID, Keys]) -> dict[UUID, Fault]:
    """The fault of each voiding Statement (they are given with their targets) whose target itself voids."""
    return {
        id_: Fault(
            "/object/id",
            f"Statement {target} is itself a voiding Statement and cannot be voided; issue a new Statement"
            " with the content it had voided instead",
            "xAPI 1.0.3 Data 2.3.2",
        )
        for id_, target in voiding.items()
        if target in keys and keys[target].verb == verb_key(VOIDED)
    }


def _void(session: Session, tenant: UUID, targets: Collection[UUID]) -> None:
    """Mark those of these that are there as voided."""
    if targets:
        session.execute(
            sa.update(Statement)
            .where(Statement.tenant_id == tenant, among(session, Statement.id, targets))
            .values(voided=True)
        )
