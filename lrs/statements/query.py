"""Finding Statements: by id, and lists by the filters of xAPI 1.0.3 Communication 2.1.3.

A list is walked by place (`seq`), which every index ends with, so a page costs the same however many Statements are
stored and the next page starts where the last one ended. What each filter matches is read off an index; with several
filters the narrowest one leads and the others are checked beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lrs.db import Session, among
from lrs.models import Statement, StatementLink
from lrs.statements.keys import activity_key, agent_key, verb_key
from lrs.statements.order import microseconds
from lrs.statements.validate import encode

MOST_AT_ONCE = 500
"""The most Statements one answer carries; also what `limit` 0 or no `limit` means."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is asked for. Absent filters are None."""

    agent: Mapping[str, Any] | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    since: datetime | None = None
    """Only Statements stored after this instant."""
    until: datetime | None = None
    """Only Statements stored at or before this instant."""
    authority: Mapping[str, Any] | None = None
    """Only Statements of this Authority (scope statements/read/mine)."""
    ascending: bool = False
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One page: the Statements' texts, and the place after which the next page starts, None at the end."""

    texts: list[str]
    next_after: int | None
    newest: int
    """The latest `stored` on the page in microseconds; 0 on an empty page."""


@dataclass(frozen=True, slots=True)
class One:
    """One Statement as stored."""

    id: UUID
    seq: int
    stored: int
    voided: bool
    exact: str


def one(
    session: Session,
    tenant: UUID,
    statement_id: UUID,
    *,
    voided: bool,
    authority: Mapping[str, Any] | None = None,
) -> One | None:
    """The Statement with this id, if it stands (or, with `voided`, if it is voided)."""
    query = _columns().where(
        Statement.tenant_id == tenant, Statement.id == statement_id, Statement.voided == sa.literal(voided)
    )
    if authority is not None:
        query = query.where(Statement.authority_key == agent_key(authority))
    row = session.execute(query).one_or_none()
    return None if row is None else One(*row)


def many(session: Session, tenant: UUID, ids: Collection[UUID]) -> list[One]:
    """The Statements with these ids, voided or not, in the order they were stored."""
    query = _columns().where(Statement.tenant_id == tenant, among(session, Statement.id, ids))
    return [One(*row) for row in session.execute(query.order_by(Statement.seq))]


def after(session: Session, tenant: UUID, seq: int, limit: int) -> list[One]:
    """What was stored after a place, voided or not, in order."""
    query = _columns().where(Statement.tenant_id == tenant, Statement.seq > seq)
    return [One(*row) for row in session.execute(query.order_by(Statement.seq).limit(limit))]


def newest_place(session: Session, tenant: UUID) -> int:
    """The latest place taken; 0 when nothing is stored."""
    return session.scalar(sa.select(sa.func.max(Statement.seq)).where(Statement.tenant_id == tenant)) or 0


def page(session: Session, tenant: UUID, filters: Filters, after_seq: int | None = None) -> Found:
    """One page of the list that `filters` describe, newest first unless `ascending`; voided Statements left out.

    Costs two indexed look-ups at the most besides the rows answered.
    """
    limit = min(filters.limit or MOST_AT_ONCE, MOST_AT_ONCE)
    query = _list(session, tenant, filters, after_seq, limit + 1)
    rows = session.execute(query).all()
    more = len(rows) > limit
    rows = rows[:limit]
    certain = _certain_texts(filters)
    texts = [row.exact for row in rows if all(text in row.exact for text in certain)]
    return Found(texts, rows[-1].seq if more else None, max((row.stored for row in rows), default=0))


def _columns() -> sa.Select[UUID, int, int, bool, str]:
    return sa.select(Statement.id, Statement.seq, Statement.stored, Statement.voided, Statement.exact)


def _list(
    session: Session, tenant: UUID, filters: Filters, after_seq: int | None, count: int
) -> sa.Select[UUID, int, int, bool, str]:
    """The newest (or oldest) `count` Statements that match."""
    order = Statement.seq.asc() if filters.ascending else Statement.seq.desc()
    beside = _within(tenant, filters, after_seq)
    driving, others = _by_key(tenant, filters)
    beside += others
    if len(driving) <= 1:
        return _columns().where(*driving, *beside).order_by(order).limit(count)
    # Several index ranges, each in order: take the first `count` of each, then the first `count` of all.
    branches = [
        sa.select(sa.select(Statement.seq).where(branch, *beside).order_by(order).limit(count).subquery().c.seq)
        for branch in driving
    ]
    places = sa.union(*branches).subquery()
    return (
        _columns().where(Statement.tenant_id == tenant, Statement.seq.in_(sa.select(places.c.seq))).order_by(order)
    ).limit(count)


def _within(tenant: UUID, filters: Filters, after_seq: int | None) -> list[sa.ColumnElement[bool]]:
    """Conditions on the place, and those that no list is led by."""
    conditions: list[sa.ColumnElement[bool]] = [
        Statement.tenant_id == tenant,
        Statement.voided.is_(sa.false()),
    ]
    if after_seq is not None:
        conditions.append(Statement.seq > after_seq if filters.ascending else Statement.seq < after_seq)
    if filters.since is not None:
        conditions.append(Statement.seq > _place_at(tenant, filters.since))
    if filters.until is not None:
        conditions.append(Statement.seq <= _place_at(tenant, filters.until))
    if filters.authority is not None:
        conditions.append(Statement.authority_key == agent_key(filters.authority))
    return conditions


def _place_at(tenant: UUID, moment: datetime) -> sa.ColumnElement[int]:
    """The last place taken at or before a moment; `stored` and place rise together."""
    earlier = aliased(Statement)
    last = (
        sa.select(earlier.seq)
        .where(earlier.tenant_id == tenant, earlier.stored <= microseconds(moment))
        .order_by(earlier.stored.desc(), earlier.seq.desc())
        .limit(1)
    )
    return sa.func.coalesce(last.scalar_subquery(), 0)


def _by_key(tenant: UUID, filters: Filters) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[bool]]]:
    """The alternatives that lead (each one index range), and the conditions checked beside them.

    A condition that is not to lead is written on `key + 0`, which keeps the planners away from its index.
    """
    given: list[list[sa.ColumnElement[bool]]] = []
    beside: list[sa.ColumnElement[bool]] = []
    if filters.registration is not None:
        given.append([Statement.registration == filters.registration])
    if filters.agent is not None:
        key = agent_key(filters.agent)
        linked = Statement.seq.in_(
            sa.select(StatementLink.seq).where(StatementLink.tenant_id == tenant, StatementLink.key == key)
        )
        if given:
            beside.append(sa.or_(Statement.actor_key + 0 == key, Statement.object_key + 0 == key, linked))
        else:
            given.append([Statement.actor_key == key, Statement.object_key == key, linked])
    for value, column in (
        (filters.activity and activity_key(filters.activity), Statement.object_key),
        (filters.verb and verb_key(filters.verb), Statement.verb_key),
    ):
        if value is None:
            continue
        if given:
            beside.append(column + 0 == value)
        else:
            given.append([column == value])
    return (given[0] if given else []), beside


def _certain_texts(filters: Filters) -> list[str]:
    """Texts that every real match carries: keys are hashes, and two identifiers may share one."""
    certain: list[str] = [encode(text) for text in (filters.verb, filters.activity) if text is not None]
    if filters.agent is not None:
        agent = filters.agent
        if "account" in agent:
            certain += [encode(agent["account"]["homePage"]), encode(agent["account"]["name"])]
        elif "mbox_sha1sum" not in agent:
            certain.append(encode(agent.get("mbox") or agent["openid"]))
    return certain
