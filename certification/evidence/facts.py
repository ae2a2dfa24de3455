"""Statements into facts: what one says of whom (`Reader`), and the rows that makes (`set_facts`).

`evidence.feed` says which Statements are read and when, and explains why setting their facts again does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evidence import waiting_list
from certification.judgement import judging
from certification.models import Base, Fact, WorkerIdentifier
from certification.rules import evidence_mapping
from certification.rules.evidence_mapping import EvidenceMapping, StatedFact
from certification.rules.rule_store import stored
from certification.vietnam import VIETNAM
from lrs import api
from lrs.db import Session, among

__all__ = [
    "Reader",
    "Reading",
    "Written",
    "actors_of",
    "agents_of",
    "is_trusted",
    "set_facts",
    "target_of_voiding",
    "workers_of",
]

_FACT = Base.metadata.tables[Fact.__tablename__]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one Statement says, before anybody is looked up: its actors (canonical IFIs), its facts, when it came.

    Unless it `counts` (it is voided, or voids) it says nothing of its actors; they only help to find what to remove.
    """

    statement_id: UUID
    stored: datetime
    actors: frozenset[str]
    counts: bool
    facts: tuple[StatedFact, ...]


@dataclass(frozen=True, slots=True)
class Written:
    added: int
    waiting: int


# ---------------------------------------------------------------- before the transaction: Statements to readings


def actors_of(statement: Mapping[str, Any]) -> frozenset[str]:
    """Canonical IFIs of the persons a Statement speaks of: its Agent, or each member of its Group.

    A Group without members, identified or not, stands for nobody we could name.
    """
    return frozenset(text for _, agent in agents_of(statement) if (text := api.ifi_text(agent)) is not None)


def agents_of(statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The Agents a Statement speaks of, with their places: its Agent, or each member of its Group."""
    actor = statement["actor"]
    if actor.get("objectType") != "Group":
        yield "/actor", actor
        return
    for index, member in enumerate(actor.get("member", ())):
        yield f"/actor/member/{index}", member


class Reader:
    """Turns Statements into readings, each by the evidence mapping in force on its own day, so that a Statement says
    the same whenever it is read. A few SQL commands, however many Statements and days."""

    def __init__(self, session: Session, tenant: UUID) -> None:
        bases = [rule for rule in stored(session, tenant, "evidence-mapping") if "adds_to" not in rule.document]
        self._mappings = [
            (first_day, evidence_mapping.mapping_in_force(session, tenant, first_day))
            for first_day in sorted({base.document["in_force_from"] for base in bases}, reverse=True)
        ]

    def read(self, statement: api.StoredStatement) -> Reading:
        if statement.voided or target_of_voiding(statement.document) is not None:
            return Reading(statement.id, statement.stored, actors_of(statement.document), False, ())
        mapping = self.mapping_for(statement)
        facts = evidence_mapping.facts_of(mapping, statement.document, trusted=is_trusted(statement)) if mapping else ()
        return Reading(statement.id, statement.stored, actors_of(statement.document), True, tuple(facts))

    def mapping_for(self, statement: api.StoredStatement) -> EvidenceMapping | None:
        """The mapping by which a Statement is read; None before the first one: nothing was evidence then."""
        day = evidence_mapping.day_of(statement.document, VIETNAM)
        return next((mapping for first_day, mapping in self._mappings if first_day <= day), None)


def is_trusted(statement: api.StoredStatement) -> bool:
    """Whether a signature of the Statement leads to a root that the tenant trusted when it was stored."""
    return statement.signature is api.SignatureQuality.TRUSTED


def target_of_voiding(statement: Mapping[str, Any]) -> UUID | None:
    """The Statement that this one voids (xAPI 1.0.3 Data 2.3.2)."""
    if statement["verb"]["id"] != api.VOIDED:
        return None
    return UUID(statement["object"]["id"])


# ---------------------------------------------------------------- inside the transaction: readings to rows


def workers_of(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, UUID]:
    """The worker each linked Actor is."""
    rows: Sequence[Any] = session.execute(
        sa.select(WorkerIdentifier.ifi, WorkerIdentifier.worker_id).where(
            WorkerIdentifier.tenant_id == tenant, *waiting_list.of_actors(session, WorkerIdentifier, ifis)
        )
    ).all()
    return dict(rows)


def set_facts(session: Session, tenant: UUID, readings: Sequence[Reading]) -> Written:
    """Makes the facts and waiting rows of these Statements what the readings say, and marks whom it concerns stale."""
    ids = {reading.statement_id for reading in readings}
    actors = {ifi for reading in readings for ifi in reading.actors}
    workers = workers_of(session, tenant, actors)

    wanted: dict[tuple[UUID, UUID, str], dict[str, Any]] = {}
    waiting: list[dict[str, Any]] = []
    for reading in readings:
        if not reading.counts:
            continue
        for ifi in reading.actors:
            if ifi in workers:
                for row in _rows(tenant, workers[ifi], reading):
                    wanted[row["worker_id"], row["statement_id"], row["what"]] = row
            elif not api.is_erased(ifi):  # nobody will ever say who that was
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
    waiting_list.replace(session, tenant, ids, actors, waiting)
    judging.mark_stale(session, tenant, {(row["worker_id"], row["year"]) for row in (*wrong, *missing)})
    return Written(added=len(missing), waiting=len(waiting))


def _have(
    session: Session, tenant: UUID, statement_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID, str], dict[str, Any]]:
    """The facts there are of these Statements, by primary key."""
    rows = session.execute(
        sa.select(_FACT).where(Fact.tenant_id == tenant, among(session, Fact.statement_id, statement_ids))
    ).mappings()
    return {(row["worker_id"], row["statement_id"], row["what"]): dict(row) for row in rows}


def _rows(tenant: UUID, worker_id: UUID, reading: Reading) -> Iterator[dict[str, Any]]:
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
