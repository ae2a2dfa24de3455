"""Which Statements of somebody who is erased other systems have, so that whoever runs these can be told.

A destination has what its filter passes of the places that it went through. What it got by another filter, at another
address or before it was removed is kept as a span of places, when that ends. Nothing is kept of each Statement until
somebody in it is erased: then, before it is rewritten, it is noted where it had gone. What is on its way at that moment
is noted as well, so a destination may be named that did not get it after all; none is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from lrs.db import Session, among, new_id
from lrs.errors import InvalidRequest
from lrs.forwarding import filters
from lrs.forwarding.filters import More, Takes
from lrs.models import Base, DeadLetter, Destination, ForwardedSpan, HandedOver, Statement
from lrs.statements import originals, query
from lrs.statements.keys import VOIDED
from lrs.statements.validate import decode

__all__ = ["Copies", "close", "listed", "note"]

UNDER_WAY = 100
"""So many places after the one that is settled may be on their way: a step of a destination."""

_HANDED_OVER = Base.metadata.tables[HandedOver.__tablename__]


@dataclass(frozen=True, slots=True)
class Copies:
    """A system that has Statements in which somebody was erased; a webhook was told of them."""

    name: str
    kind: str
    endpoint: str
    statements: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """Somewhere that Statements went: those after a place and up to another that the filter passes."""

    destination: UUID
    name: str
    kind: str
    endpoint: str
    began: int
    through: int
    takes: Takes


def close(session: Session, row: Destination) -> None:
    """What comes from here on goes there otherwise, or no more: keep what went until now."""
    through = min(row.position + UNDER_WAY, query.newest_place(session, row.tenant_id))
    if through > row.began:
        session.add(
            ForwardedSpan(
                tenant_id=row.tenant_id, id=new_id(), destination_id=row.id, name=row.name, kind=row.kind,
                endpoint=row.endpoint, filter=row.filter, began=row.began, through=through,
            )
        )  # fmt: skip
    row.began = row.position


def note(
    session: Session,
    tenant: UUID,
    erasure: UUID,
    statements: Mapping[UUID, Mapping[str, Any]],
    more: More,
    *,
    now: datetime,
) -> None:
    """Keep where these Statements had gone, which this erasure is about to rewrite."""
    spans = _spans(session, tenant, more, now)
    if not spans:
        return
    ids = list(statements)
    refused = {(destination, id_) for destination, id_ in session.execute(_letters(session, tenant, ids))}
    before = originals.known(session, tenant, ids)  # somebody else in it was erased: it went out only before that
    told = {(one.statement_id, one.name, one.endpoint) for one in session.scalars(_noted(session, tenant, [*before]))}
    places = session.execute(
        sa.select(Statement.id, Statement.seq).where(Statement.tenant_id == tenant, among(session, Statement.id, ids))
    )
    rows = {}
    for id_, seq in places:
        for one in spans:
            if (
                not one.began < seq <= one.through
                or (one.destination, id_) in refused
                or not one.takes(statements[id_])
            ):
                continue
            if id_ not in before or (id_, one.name, one.endpoint) in told:
                rows[id_, one.name, one.endpoint] = one.kind
    of = {"tenant_id": tenant, "erasure_id": erasure}
    session.execute(sa.delete(HandedOver).where(HandedOver.erasure_id == erasure, _of(session, tenant, ids)))
    if rows:
        keys = ("statement_id", "name", "endpoint")
        session.execute(
            sa.insert(_HANDED_OVER),
            [{**of, **dict(zip(keys, key, strict=True)), "kind": kind} for key, kind in rows.items()],
        )


def listed(session: Session, tenant: UUID, erasures: Collection[UUID]) -> list[Copies]:
    """Who has Statements that these erasures rewrote, by name."""
    found: dict[tuple[str, str, str], set[UUID]] = {}
    rows = session.scalars(
        sa.select(HandedOver).where(HandedOver.tenant_id == tenant, among(session, HandedOver.erasure_id, erasures))
    )
    for row in rows:
        found.setdefault((row.name, row.kind, row.endpoint), set()).add(row.statement_id)
    return [Copies(*key, tuple(sorted(ids))) for key, ids in sorted(found.items())]


def _spans(session: Session, tenant: UUID, more: More, now: datetime) -> list[_Span]:
    open_ = session.scalars(sa.select(Destination).where(Destination.tenant_id == tenant))
    closed = session.scalars(sa.select(ForwardedSpan).where(ForwardedSpan.tenant_id == tenant))
    ends: list[tuple[Destination | ForwardedSpan, UUID, int]] = [
        (row, row.id, row.position + UNDER_WAY) for row in open_
    ]
    ends += [(row, row.destination_id, row.through) for row in closed]
    asked = {text: _takes(session, tenant, text, more, now) for text in {row.filter for row, _, _ in ends}}
    return [
        _Span(destination, row.name, row.kind, row.endpoint, row.began, through, asked[row.filter])
        for row, destination, through in ends
        if through > row.began
    ]


def _takes(session: Session, tenant: UUID, filter_: str, more: More, now: datetime) -> Takes:
    """What the filter asks; every Statement, where it cannot be asked any more. What voids goes where others went."""
    try:
        takes = filters.made(session, tenant, decode(filter_.encode()), more, now=now)
    except InvalidRequest:
        return lambda statement: True
    return lambda statement: statement["verb"]["id"] == VOIDED or takes(statement)


def _letters(session: Session, tenant: UUID, ids: Collection[UUID]) -> sa.Select[UUID, UUID]:
    here = DeadLetter.tenant_id == tenant, among(session, DeadLetter.statement_id, ids)
    return sa.select(DeadLetter.destination_id, DeadLetter.statement_id).where(*here)


def _noted(session: Session, tenant: UUID, ids: Collection[UUID]) -> sa.Select[HandedOver]:
    return sa.select(HandedOver).where(_of(session, tenant, ids))


def _of(session: Session, tenant: UUID, ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    return sa.and_(HandedOver.tenant_id == tenant, among(session, HandedOver.statement_id, ids))
