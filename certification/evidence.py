"""Statements become facts: the only reader of the store's change feed, and of Statements as evidence.

`follow` takes one chunk of the feed; `release` goes back to Statements that waited for somebody to say whose they are;
`rebuild` takes the whole feed again; `gather` hands the facts, with what people attested, to the judgement.

How nothing is lost and nothing counts twice. The facts of a Statement are always worked out afresh and *set*: what is
there already and still right stays, what is missing is added, what is no longer right goes. So taking a Statement again
does no harm, and voiding is setting the facts of the target to none. What a chunk says and how far the feed has been
read are written in one transaction, which moves the position only if nobody else has moved it. Whoever writes facts or
waiting Statements, or makes links, holds one lock of the tenant from the start of the transaction (`bulk.import_alone`;
on SQLite, the one writer's), so that a link made while a chunk is being taken is seen by one of the two, and neither
waits for the other half-way.

Reading and mapping happen before that transaction; it holds nothing but a handful of SQL commands, however many
Statements the chunk has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from certification import bulk, evidence_mapping, stale
from certification.evaluation import results
from certification.evidence_mapping import StatedFact
from certification.models import Attestation, Base, Fact, FeedPosition, WaitingStatement, WorkerIdentifier
from certification.rule_store import stored
from lrs import api
from lrs.db import Database, Session, among

__all__ = ["CHUNK", "READER", "Followed", "actors_of", "follow", "gather", "rebuild", "release", "vietnam_day"]

READER = "evidence"
"""The name under which the position of this reader is kept."""

CHUNK = 300
"""Statements taken in one transaction: on SQLite, some 50 ms during which nobody else can write."""

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_BEGINNING = ""
_FACT = Base.metadata.tables[Fact.__tablename__]
_WAITING = Base.metadata.tables[WaitingStatement.__tablename__]
_POSITION = Base.metadata.tables[FeedPosition.__tablename__]


@dataclass(frozen=True, slots=True)
class Followed:
    """What one step along the feed did.

    `changes`: Statements read; `facts`: facts added; `waiting`: pairs of Statement and Actor left waiting;
    `complete`: nothing newer was there. All 0 and not complete: another follower was quicker; ask again.
    """

    changes: int
    facts: int
    waiting: int
    complete: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one Statement says, before anybody is looked up: its actors (canonical IFIs), its facts, when it came.

    Unless it `counts` (it is voided, or voids) it says nothing of its actors; they only help to find what to remove.
    """

    statement_id: UUID
    stored: datetime
    actors: frozenset[str]
    counts: bool
    facts: tuple[StatedFact, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    added: int
    waiting: int


def vietnam_day(instant: datetime) -> date:
    """The day in Vietnam at an aware instant."""
    return instant.astimezone(VIETNAM).date()


# ---------------------------------------------------------------- following


def follow(database: Database, tenant: UUID, *, now: datetime, limit: int = CHUNK) -> Followed:
    """Takes the next `limit` changes of the tenant's feed, in transactions of its own.

    Several may follow at once: each change is taken by one of them. Raises NoMappingInForce when no evidence mapping is
    in force today (`now` in Vietnam); then nothing was taken, and nothing is lost by loading one later.
    """
    with database.reading() as session:
        position = _position(session, tenant)
        changes = api.changes(session, tenant, position or None, limit=limit)
        if not changes.statements:
            return Followed(0, 0, 0, complete=changes.complete)
        evidence_mapping.mapping_in_force(session, tenant, vietnam_day(now))
        reader = _Reader(session, tenant)
        readings = [reader.read(one) for one in changes.statements]
        targets = {target for one in changes.statements if (target := _target_of_voiding(one.document)) is not None}
        # The target of a voiding Statement may have been taken long ago; it is read again, and says nothing by now.
        readings += map(
            reader.read, api.get_statements(session, tenant, targets - {one.id for one in changes.statements})
        )
    with database.writing() as session:
        if not _advance(session, tenant, position, changes.token):
            return Followed(0, 0, 0, complete=False)
        written = _set(session, tenant, readings)
    return Followed(len(changes.statements), written.added, written.waiting, complete=changes.complete)


def release(session: Session, tenant: UUID, *ifis: str) -> int:
    """Facts from the Statements that waited for these Actors, who must be linked by now, in the caller's transaction.

    Gives the number of Statements that waited. The workers concerned become stale. The caller has let nobody else
    import (`bulk.import_alone`) since before it made the links: then either the chunk being followed sees the link, or
    this sees the Statements it left waiting.
    """
    bulk.import_alone(session, tenant)
    reader = _Reader(session, tenant)
    released = 0
    waiting = _waiting_statements(session, tenant, ifis)
    for ids in (waiting[start : start + CHUNK] for start in range(0, len(waiting), CHUNK)):
        _set(session, tenant, [reader.read(one) for one in api.get_statements(session, tenant, ids)])
        released += len(ids)
    return released


def rebuild(database: Database, tenant: UUID, *, now: datetime, limit: int = CHUNK) -> Followed:
    """Works out the facts of every Statement again, from the beginning of the feed, in many short transactions.

    For a changed evidence mapping, and to prove that following lost nothing: afterwards the facts are the same,
    whatever they were before. Facts that are right stay in their place meanwhile, so figures do not drop to zero while
    it runs; only workers whose facts changed become stale. Broken off, it is taken up by whoever follows next.
    """
    with database.writing() as session:
        bulk.import_alone(session, tenant)
        session.execute(_position_row(sa.update(FeedPosition), tenant).values(token=_BEGINNING))
    changes = facts = waiting = 0
    while True:
        step = follow(database, tenant, now=now, limit=limit)
        changes, facts, waiting = changes + step.changes, facts + step.facts, waiting + step.waiting
        if step.complete:
            return Followed(changes, facts, waiting, complete=True)


def actors_of(statement: Mapping[str, Any]) -> frozenset[str]:
    """Canonical IFIs of the persons a Statement speaks of: its Agent, or each member of its Group.

    A Group without members, identified or not, stands for nobody we could name.
    """
    actor = statement["actor"]
    agents = actor.get("member", ()) if actor.get("objectType") == "Group" else (actor,)
    return frozenset(text for agent in agents if (text := api.ifi_text(agent)) is not None)


# ---------------------------------------------------------------- reading for the judgement


def gather(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, programme: str, year: int, as_of: date
) -> dict[UUID, results.Evidence]:
    """All that is known of each worker for an assessment year up to and with the day `as_of`: two queries in all.

    A worker of whom nothing is known has an empty Evidence.
    """
    facts: dict[UUID, list[results.Fact]] = defaultdict(list)
    attested: dict[UUID, list[results.Attested]] = defaultdict(list)
    rows: Iterable[Any] = session.execute(
        sa.select(
            Fact.worker_id,
            Fact.statement_id,
            Fact.what,
            Fact.day,
            Fact.minutes,
            Fact.score,
            Fact.quality,
            Fact.activity_key,
        ).where(
            among(session, Fact.worker_id, worker_ids),
            Fact.tenant_id == tenant,
            Fact.year == year,
            Fact.day <= as_of,
        )
    )
    for worker_id, *rest in rows:
        facts[worker_id].append(results.Fact(*rest))
    rows = session.execute(
        sa.select(
            Attestation.worker_id,
            Attestation.indicator,
            Attestation.points,
            Attestation.attested_on,
            Attestation.attested_by,
            Attestation.basis,
            Attestation.recorded,
        ).where(
            among(session, Attestation.worker_id, worker_ids),
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            Attestation.year == year,
            Attestation.attested_on <= as_of,
        )
    )
    for worker_id, *rest in rows:
        attested[worker_id].append(results.Attested(*rest))
    return {one: results.Evidence(tuple(facts[one]), tuple(attested[one])) for one in worker_ids}


# ---------------------------------------------------------------- before the transaction: Statements to readings


class _Reader:
    """Turns Statements into readings, each by the evidence mapping in force on its own day, so that a Statement says
    the same whenever it is read. A few SQL commands, however many Statements and days."""

    def __init__(self, session: Session, tenant: UUID) -> None:
        bases = [rule for rule in stored(session, tenant, "evidence-mapping") if "adds_to" not in rule.document]
        self._mappings = [
            (first_day, evidence_mapping.mapping_in_force(session, tenant, first_day))
            for first_day in sorted({base.document["in_force_from"] for base in bases}, reverse=True)
        ]

    def read(self, statement: api.StoredStatement) -> _Reading:
        if statement.voided or _target_of_voiding(statement.document) is not None:
            return _Reading(statement.id, statement.stored, actors_of(statement.document), False, ())
        day = _day(statement)
        # Nothing was evidence before the first mapping.
        mapping = next((mapping for first_day, mapping in self._mappings if first_day <= day), None)
        facts = evidence_mapping.facts_of(mapping, statement.document) if mapping else ()
        return _Reading(statement.id, statement.stored, actors_of(statement.document), True, tuple(facts))


def _day(statement: api.StoredStatement) -> date:
    """The day in Vietnam of the timestamp; of its arrival, where the calendar does not know the timestamp."""
    try:
        timestamp = datetime.fromisoformat(statement.document["timestamp"])
        return vietnam_day(timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC))
    except (KeyError, ValueError, OverflowError):
        return vietnam_day(statement.stored)


def _target_of_voiding(statement: Mapping[str, Any]) -> UUID | None:
    """The Statement that this one voids (xAPI 1.0.3 Data 2.3.2)."""
    if statement["verb"]["id"] != api.VOIDED:
        return None
    return UUID(statement["object"]["id"])


# ---------------------------------------------------------------- inside the transaction: readings to rows


def _position_row(command: Any, tenant: UUID) -> Any:
    return command.where(FeedPosition.tenant_id == tenant, FeedPosition.reader == READER)


def _position(session: Session, tenant: UUID) -> str:
    return session.scalar(_position_row(sa.select(FeedPosition.token), tenant)) or _BEGINNING


def _start(session: Session, tenant: UUID) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"tenant_id": tenant, "reader": READER, "token": _BEGINNING}
    session.execute(dialect.insert(_POSITION).values(row).on_conflict_do_nothing())


def _advance(session: Session, tenant: UUID, old: str, new: str) -> bool:
    """Moves the position from `old` to `new`; False when it no longer stands at `old`."""
    bulk.import_alone(session, tenant)
    if old == _BEGINNING:
        _start(session, tenant)
    moved = _position_row(sa.update(FeedPosition), tenant).where(FeedPosition.token == old).values(token=new)
    return bool(session.execute(moved).rowcount)  # type: ignore[attr-defined]


def _waiting_statements(session: Session, tenant: UUID, ifis: Collection[str]) -> list[UUID]:
    return list(
        session.scalars(
            sa.select(WaitingStatement.statement_id)
            .where(WaitingStatement.tenant_id == tenant, *_of_actors(session, WaitingStatement, ifis))
            .distinct()
            .order_by(WaitingStatement.statement_id)
        )
    )


def _workers(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, UUID]:
    """The worker each linked Actor is."""
    rows: Sequence[Any] = session.execute(
        sa.select(WorkerIdentifier.ifi, WorkerIdentifier.worker_id).where(
            WorkerIdentifier.tenant_id == tenant, *_of_actors(session, WorkerIdentifier, ifis)
        )
    ).all()
    return dict(rows)


def _of_actors(
    session: Session, table: type[WaitingStatement] | type[WorkerIdentifier], ifis: Collection[str]
) -> Iterator[sa.ColumnElement[bool]]:
    """Found by the hash, which the index begins with; told apart by the identifier itself."""
    yield among(session, table.actor_key, [api.key_of(ifi) for ifi in ifis])
    yield among(session, table.ifi, ifis)


def _set(session: Session, tenant: UUID, readings: Sequence[_Reading]) -> _Written:
    """Makes the facts and waiting rows of these Statements what the readings say, and marks whom it concerns stale."""
    ids = {reading.statement_id for reading in readings}
    actors = {ifi for reading in readings for ifi in reading.actors}
    workers = _workers(session, tenant, actors)

    wanted: dict[tuple[UUID, UUID, str], dict[str, Any]] = {}
    waiting: list[dict[str, Any]] = []
    for reading in readings:
        if not reading.counts:
            continue
        for ifi in reading.actors:
            if ifi in workers:
                for row in _rows(tenant, workers[ifi], reading):
                    wanted[row["worker_id"], row["statement_id"], row["what"]] = row
            else:
                waiting.append(
                    {
                        "tenant_id": tenant,
                        "actor_key": api.key_of(ifi),
                        "ifi": ifi,
                        "statement_id": reading.statement_id,
                        "seen": reading.stored,
                    }
                )

    have = _have(session, tenant, ids)
    wrong = [have[key] for key in sorted(have) if wanted.get(key) != have[key]]
    missing = [wanted[key] for key in sorted(wanted) if wanted[key] != have.get(key)]
    if wrong:
        session.execute(
            sa.delete(_FACT).where(
                _FACT.c.worker_id == sa.bindparam("of_worker"),
                _FACT.c.statement_id == sa.bindparam("of_statement"),
                _FACT.c.what == sa.bindparam("of_what"),
            ),
            [
                {"of_worker": row["worker_id"], "of_statement": row["statement_id"], "of_what": row["what"]}
                for row in wrong
            ],
        )
    bulk.insert(session, Fact, missing)
    _set_waiting(session, tenant, ids, actors, waiting)
    stale.mark_stale(session, tenant, {(row["worker_id"], row["year"]) for row in (*wrong, *missing)})
    return _Written(added=len(missing), waiting=len(waiting))


def _have(
    session: Session, tenant: UUID, statement_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID, str], dict[str, Any]]:
    """The facts there are of these Statements, by primary key."""
    rows = session.execute(
        sa.select(_FACT).where(Fact.tenant_id == tenant, among(session, Fact.statement_id, statement_ids))
    ).mappings()
    return {(row["worker_id"], row["statement_id"], row["what"]): dict(row) for row in rows}


def _rows(tenant: UUID, worker_id: UUID, reading: _Reading) -> Iterator[dict[str, Any]]:
    for fact in reading.facts:
        yield {
            "worker_id": worker_id,
            "tenant_id": tenant,
            "statement_id": reading.statement_id,
            "what": fact.what,
            "day": fact.day,
            "year": fact.day.year,
            "minutes": fact.minutes,
            "score": fact.score,
            "quality": fact.quality,
            "activity_key": api.activity_key(fact.activity_iri),
        }


def _set_waiting(
    session: Session,
    tenant: UUID,
    statement_ids: Collection[UUID],
    ifis: Collection[str],
    waiting: list[dict[str, Any]],
) -> None:
    session.execute(
        sa.delete(_WAITING).where(
            WaitingStatement.tenant_id == tenant,
            *_of_actors(session, WaitingStatement, ifis),
            among(session, WaitingStatement.statement_id, statement_ids),
        )
    )
    bulk.insert(session, WaitingStatement, waiting)
