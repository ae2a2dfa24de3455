"""Finding Statements: by id, and lists by the filters of xAPI 1.0.3 Communication 2.1.3.

A list is walked by place (`seq`), which every index ends with, so a page costs the same however many Statements are
stored and the next page starts where the last one ended. What each filter matches is read off an index; with several
filters the narrowest one leads and the others are checked beside it. A Statement is found by what it says itself, and
by what a Statement says that it refers to (`lrs.statements.references`); all filters have to fit the same one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lrs.db import Session, among
from lrs.models import Provenance, Reference, Statement, StatementLink
from lrs.statements.keys import activity_key, agent_key, related_activity_key, related_agent_key, verb_key
from lrs.statements.order import microseconds
from lrs.statements.validate import encode

MOST_AT_ONCE = 500
"""The most Statements one answer carries; also what `limit` 0 or no `limit` means."""


MOST_TEXT = 8 * 1024 * 1024
"""What follows the order reads so many characters of Statements at once, and then no more, however few these are."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is asked for. Absent filters are None."""

    agent: Mapping[str, Any] | None = None
    related_agents: bool = False
    """Look for the agent also as Authority, in the context and in a SubStatement."""
    verb: str | None = None
    activity: str | None = None
    related_activities: bool = False
    """Look for the Activity also among context Activities and in a SubStatement."""
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
    # Put in order here: SQLite would read all that the tenant has, since an index has it in this order.
    return sorted([One(*row) for row in session.execute(query)], key=lambda one: one.seq)


def after(session: Session, tenant: UUID, seq: int, limit: int, most_text: int | None = None) -> list[One]:
    """What was stored after a place, voided or not, in order; no more once there are `most_text` characters of it."""
    query = _columns().where(Statement.tenant_id == tenant, Statement.seq > seq).order_by(Statement.seq).limit(limit)
    if most_text is None:
        return [One(*row) for row in session.execute(query)]
    found: list[One] = []
    a_few_at_a_time = {"stream_results": True, "max_row_buffer": 100}  # else PostgreSQL's client takes all at once
    with session.connection().execute(query, execution_options=a_few_at_a_time) as rows:
        for row in rows:
            found.append(One(*row))
            if (most_text := most_text - len(found[-1].exact)) <= 0:
                break
    return found


def about(session: Session, tenant: UUID, keys: Collection[int]) -> list[UUID]:
    """Ids of the Statements whose Actor or a member of whose Group has one of these keys (`agent_key`)."""
    own = sa.select(Statement.id).where(Statement.tenant_id == tenant, among(session, Statement.actor_key, keys))
    linked = sa.select(StatementLink.statement_id).where(
        StatementLink.tenant_id == tenant, among(session, StatementLink.key, keys)
    )
    return list(session.scalars(sa.union(own, linked)))


def vouched_for(session: Session, tenant: UUID, authority: int, seq: int, limit: int) -> list[One]:
    """What was stored after a place under an authority (its key), or came from another store, in order."""
    after = _columns().where(Statement.tenant_id == tenant, Statement.seq > seq).order_by(Statement.seq).limit(limit)
    own = after.where(Statement.authority_key == authority)
    brought = after.where(
        Statement.id.in_(sa.select(Provenance.statement_id).where(Provenance.tenant_id == tenant)),
        Statement.authority_key != authority,
    )
    found = [One(*row) for query in (own, brought) for row in session.execute(query)]
    return sorted(found, key=lambda one: one.seq)[:limit]


def newest_place(session: Session, tenant: UUID) -> int:
    """The latest place taken; 0 when nothing is stored."""
    return session.scalar(sa.select(sa.func.max(Statement.seq)).where(Statement.tenant_id == tenant)) or 0


def page(session: Session, tenant: UUID, filters: Filters, after_seq: int | None = None) -> Found:
    """One page of the list that `filters` describe, newest first unless `ascending`; voided Statements left out."""
    limit = min(filters.limit or MOST_AT_ONCE, MOST_AT_ONCE)
    wanted = _wanted(filters)
    query = _list(
        wanted=wanted,
        after=after_seq is not None,
        since=filters.since is not None,
        until=filters.until is not None,
        mine=filters.authority is not None,
        ascending=filters.ascending,
    )
    rows = session.connection().execute(query, _values(tenant, filters, after_seq, limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    certain = _certain_texts(filters)
    doubtful = [row.id for row in rows if not _carries(row.exact, certain)]
    wrong = set(doubtful) - _carried_by_targets(session, tenant, doubtful, certain)
    return Found(
        texts=[row.exact for row in rows if row.id not in wrong],
        next_after=rows[-1].seq if more else None,
        newest=max((row.stored for row in rows), default=0),
    )


def _columns() -> sa.Select[UUID, int, int, bool, str]:
    return sa.select(Statement.id, Statement.seq, Statement.stored, Statement.voided, Statement.exact)


# --- Lists. A query is built once for each combination of filters; only its values change.


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One filter, by the names of its values: columns that may hold its key, and links; any of them will do."""

    key: str
    columns: tuple[str, ...]
    links: tuple[str, ...] = ()


def _wanted(filters: Filters) -> tuple[_Wanted, ...]:
    """The filters that are not of time and sequence, the one that probably fits fewest Statements first."""
    wanted = []
    if filters.registration is not None:
        wanted.append(_Wanted("registration", ("registration",)))
    if filters.agent is not None and filters.related_agents:
        wanted.append(_Wanted("agent", ("actor_key", "object_key", "authority_key"), ("agent", "related_agent")))
    elif filters.agent is not None:
        wanted.append(_Wanted("agent", ("actor_key", "object_key"), ("agent",)))
    if filters.activity is not None:
        links = ("related_activity",) if filters.related_activities else ()
        wanted.append(_Wanted("activity", ("object_key",), links))
    if filters.verb is not None:
        wanted.append(_Wanted("verb", ("verb_key",)))
    return tuple(wanted)


def _values(tenant: UUID, filters: Filters, after_seq: int | None, count: int) -> dict[str, Any]:
    """What the query is to be run with."""
    values: dict[str, Any] = {"tenant": tenant, "count": count, "after": after_seq}
    values["registration"] = filters.registration
    if filters.agent is not None:
        values |= {"agent": agent_key(filters.agent), "related_agent": related_agent_key(filters.agent)}
    if filters.activity is not None:
        values |= {
            "activity": activity_key(filters.activity),
            "related_activity": related_activity_key(filters.activity),
        }
    if filters.verb is not None:
        values["verb"] = verb_key(filters.verb)
    if filters.authority is not None:
        values["mine"] = agent_key(filters.authority)
    for name, moment in (("since", filters.since), ("until", filters.until)):
        if moment is not None:
            values[name] = microseconds(moment)
    return values


def _value(name: str) -> Any:
    if name in ("tenant", "registration"):
        return sa.bindparam(name, type_=sa.Uuid())
    return sa.bindparam(name, type_=sa.Integer() if name == "count" else sa.BigInteger())


@lru_cache(maxsize=1024)
def _list(
    *, wanted: tuple[_Wanted, ...], after: bool, since: bool, until: bool, mine: bool, ascending: bool
) -> sa.Select[UUID, int, int, bool, str]:
    """The newest (or oldest) Statements that match."""

    def within(seq: Any) -> list[sa.ColumnElement[bool]]:
        """Conditions on the Statement itself and its place, whatever it refers to."""
        conditions = [Statement.tenant_id == _value("tenant"), Statement.voided.is_(sa.false())]
        if mine:  # its index leads when there is nothing else to
            authority = Statement.authority_key + 0 if wanted else Statement.authority_key
            conditions.append(authority == _value("mine"))
        if after:
            conditions.append(seq > _value("after") if ascending else seq < _value("after"))
        if since:
            conditions.append(seq > _place_at("since"))
        if until:
            conditions.append(seq <= _place_at("until"))
        return conditions

    def ordered(query: sa.Select[*tuple[Any, ...]], seq: Any) -> sa.Select[*tuple[Any, ...]]:
        return query.where(*within(seq)).order_by(seq.asc() if ascending else seq.desc()).limit(_value("count"))

    # Several index ranges, each in order: take the first of each, then the first of all.
    branches = [ordered(query, seq).subquery() for query, seq in _leads(wanted, mine)]
    if not branches:
        return ordered(_columns(), Statement.seq)
    places = sa.union(*(sa.select(branch.c.seq) for branch in branches)).subquery()
    found = _columns().where(Statement.tenant_id == _value("tenant"), Statement.seq.in_(sa.select(places.c.seq)))
    return found.order_by(Statement.seq.asc() if ascending else Statement.seq.desc()).limit(_value("count"))


def _place_at(name: str) -> sa.ColumnElement[int]:
    """The last place taken at or before a moment; `stored` and place rise together."""
    earlier = aliased(Statement)
    last = (
        sa.select(earlier.seq)
        .where(earlier.tenant_id == _value("tenant"), earlier.stored <= _value(name))
        .order_by(earlier.stored.desc(), earlier.seq.desc())
        .limit(1)
    )
    return sa.func.coalesce(last.scalar_subquery(), 0)


def _leads(wanted: Sequence[_Wanted], mine: bool) -> Iterator[tuple[sa.Select[int], Any]]:
    """Queries for the places that one index leads to, each with the column which it reads them from.

    The first filter leads. The others are checked beside it, on the same Statement: the one found or one it refers to.
    """
    if not wanted:
        return
    first, others = wanted[0], wanted[1:]
    key, tenant = _value(first.key), _value("tenant")
    itself = [_beside(one, Statement, Statement.id) for one in others]
    through = [_beside(one, Reference, Reference.target_id) for one in others]
    if mine:
        through.append(Reference.authority_key + 0 == _value("mine"))
    for name in first.columns:
        own = sa.select(Statement.seq).where(getattr(Statement, name) == key, *itself)
        yield own, Statement.seq
        referred = sa.select(Reference.seq).distinct().where(Reference.tenant_id == tenant, *through)
        referred = referred.where(getattr(Reference, name) == key)
        yield referred.join(Statement, Statement.id == Reference.statement_id), Reference.seq
    for name in first.links:
        link = sa.select(StatementLink.seq).distinct()
        link = link.where(StatementLink.tenant_id == tenant, StatementLink.key == _value(name))
        if itself or through:
            referring = sa.exists().where(
                Reference.tenant_id == tenant,
                Reference.target_id == StatementLink.statement_id,
                Reference.statement_id == Statement.id,
                *through,
            )
            link = link.where(sa.or_(sa.and_(StatementLink.statement_id == Statement.id, *itself), referring))
        # Joined by place alone: planners believe that next to nothing fits a join on both place and id.
        yield link.join(Statement, Statement.seq == StatementLink.seq), StatementLink.seq


def _beside(one: _Wanted, bearer: type[Statement | Reference], bearer_id: Any) -> sa.ColumnElement[bool]:
    """A condition that is not to lead: on `key + 0`, which keeps the planners away from its index."""
    alternatives = [getattr(bearer, name) + 0 == _value(one.key) for name in one.columns]
    link = aliased(StatementLink)
    alternatives += [
        sa.exists().where(
            link.tenant_id == _value("tenant"),
            link.key == _value(name),
            link.seq == bearer.seq,
            link.statement_id == bearer_id,
        )
        for name in one.links
    ]
    return sa.or_(*alternatives)


def _carries(text: str, certain: Collection[str]) -> bool:
    return all(one in text for one in certain)


def _carried_by_targets(session: Session, tenant: UUID, ids: Collection[UUID], certain: Collection[str]) -> set[UUID]:
    """Those of these Statements that refer to one which carries all the texts."""
    if not ids:
        return set()
    rows = session.execute(
        sa.select(Reference.statement_id, Statement.exact)
        .join(Statement, sa.and_(Statement.tenant_id == tenant, Statement.id == Reference.target_id))
        .where(Reference.tenant_id == tenant, among(session, Reference.statement_id, ids))
    )
    return {row.statement_id for row in rows if _carries(row.exact, certain)}


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
