"""Statements into facts: what one says of whom (`Reader`), and the rows that makes (`set_facts`).

`evidence.feed` says which Statements are read and when, and explains why setting their facts again does no harm. Of
facts that tell the same achievement one counts (`evidence.repeats`): whenever a Statement's facts are set, all that is
told of the same workers and activities is settled anew, so that the outcome is the same whatever came first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import marks
from certification.evidence import findings, trust, waiting_list, withdrawals
from certification.evidence.findings import Found
from certification.evidence.repeats import Told
from certification.evidence.tellings import Key, There, key_of
from certification.marks import Cause
from certification.models import (
    AuthorityTrust,
    Base,
    Fact,
    Finding,
    Occasion,
    Repeat,
    RuleFile,
    WorkerIdentifier,
)
from certification.rules import evidence_mapping, stated_facts
from certification.rules.evidence_mapping import EvidenceMapping, Standing
from certification.rules.stated_facts import StatedFact
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
    "settle",
    "target_of_voiding",
    "unsettle",
    "workers_of",
]

_FACT = Base.metadata.tables[Fact.__tablename__]
_REPEAT = Base.metadata.tables[Repeat.__tablename__]
_OCCASION = Base.metadata.tables[Occasion.__tablename__]
_FINDING = Base.metadata.tables[Finding.__tablename__]

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one Statement says, before anybody is looked up: its actors (canonical IFIs), its facts, when it came.

    Unless it `counts` (it is voided, or voids) it says nothing of its actors; they only help to find what to remove.
    `said_by` is the key of the authority that said it first; `occasions` tie it to others (`evidence.repeats`).
    """

    statement_id: UUID
    stored: datetime
    actors: frozenset[str]
    counts: bool
    facts: tuple[StatedFact, ...]
    said_by: int = 0
    occasions: tuple[tuple[int, bool], ...] = ()
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Facts added, those that repeat others among them, and pairs of Statement and Actor left waiting."""

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
    the same whenever it is read, and by what the operator trusts its authorities for. A few SQL commands, however many
    Statements and days. `version` tells whether another reader would read the same."""

    def __init__(self, session: Session, tenant: UUID) -> None:
        self._session, self._tenant = session, tenant
        self._mappings = evidence_mapping.mappings(session, tenant)
        self._trust = trust.read(session, tenant)
        files = {each for _, mapping in self._mappings for each in mapping.rule_file_ids}
        self.version = (self._trust.last, frozenset(files))

    def read_all(self, statements: Sequence[api.StoredStatement]) -> list[Reading]:
        """The readings of Statements of the tenant, in their order. One SQL command for all."""
        if not statements:
            return []
        chains = api.provenance(self._session, self._tenant, [one.id for one in statements])
        return [self._read(one, chains.get(one.id, ())) for one in statements]

    def _read(self, statement: api.StoredStatement, chain: Sequence[Mapping[str, Any]]) -> Reading:
        actors = actors_of(statement.document)
        if statement.voided or target_of_voiding(statement.document) is not None:
            return Reading(statement.id, statement.stored, actors, False, ())
        mapping = self.mapping_for(statement)
        authorities = tuple(_authorities(statement.document, chain))
        first_stored = _first_stored(statement, chain)
        found = findings.of_statement(statement.document, mapping, self._dating_on(first_stored), first_stored)
        facts: Sequence[StatedFact] = ()
        if mapping is not None:
            facts, doubts = self._facts(mapping, statement, authorities)
            found += doubts
        return Reading(
            statement.id,
            statement.stored,
            actors,
            True,
            tuple(facts),
            api.key_of(authorities[0]),
            tuple(_occasions(mapping, statement.document)) if facts and mapping is not None else (),
            tuple(found),
        )

    def standing(self, mapping: EvidenceMapping, authorities: Sequence[str], what: str) -> Standing:
        """How far Statements with these authorities are trusted for a topic."""
        return self._trust.standing(authorities, what, mapping.unlisted)

    def _facts(
        self, mapping: EvidenceMapping, statement: api.StoredStatement, authorities: Sequence[str]
    ) -> tuple[list[StatedFact], list[Found]]:
        """The facts as far as the authorities are trusted for them, and what is to be said of the rest."""
        signed = is_trusted(statement)
        asked: dict[str, Standing] = {}

        def standing(what: str) -> Standing:
            if what not in asked:
                asked[what] = self.standing(mapping, authorities, what)
            return asked[what]

        given = stated_facts.facts_of(mapping, statement.document, trusted=signed, standing=standing)
        doubts: list[Found] = []
        missing = sorted(asked.keys() - {one.what for one in given})
        if missing:
            doubts.append(Found("not-trusted", "/authority", {"topics": ", ".join(missing)}))
        stated = stated_facts.stated_level(mapping, statement.document)
        best = max((one.quality for one in given), default=None)
        if stated is not None and best is not None and stated > best:
            place = "/context/extensions"
            doubts.append(Found("claims-too-much", place, {"stated": f"E{stated}", "level": f"E{best}"}))
        return given, doubts

    def mapping_for(self, statement: api.StoredStatement) -> EvidenceMapping | None:
        """The mapping by which a Statement is read; None before the first one: nothing was evidence then."""
        day = stated_facts.day_of(statement.document, VIETNAM)
        return next((mapping for first_day, mapping in self._mappings if first_day <= day), None)

    def _dating_on(self, stored: datetime) -> evidence_mapping.Dating | None:
        day = stored.astimezone(VIETNAM).date()
        return next((mapping.dating for first_day, mapping in self._mappings if first_day <= day), None)


def version(session: Session, tenant: UUID) -> tuple[int, frozenset[UUID]]:
    """What Statements are read by; other mappings or other decisions about trust are another version. One SQL
    command."""
    last = sa.select(sa.func.max(AuthorityTrust.number)).where(AuthorityTrust.tenant_id == tenant).scalar_subquery()
    rows = session.execute(
        sa.select(sa.func.coalesce(last, 0), RuleFile.id).where(
            RuleFile.tenant_id == tenant, RuleFile.kind == "evidence-mapping"
        )
    ).all()
    return (rows[0][0] if rows else 0), frozenset(row[1] for row in rows)


def is_trusted(statement: api.StoredStatement) -> bool:
    """Whether a signature of the Statement leads to a root that the tenant trusted when it was stored."""
    return statement.signature is api.SignatureQuality.TRUSTED


def target_of_voiding(statement: Mapping[str, Any]) -> UUID | None:
    """The Statement that this one voids (xAPI 1.0.3 Data 2.3.2)."""
    if statement["verb"]["id"] != api.VOIDED:
        return None
    return UUID(statement["object"]["id"])


def _authorities(statement: Mapping[str, Any], chain: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Canonical texts of all who vouch for a Statement, the first store's first. Of a Group (an application with a
    user) each member does."""
    for authority in (*(store.get("authority") for store in chain), statement.get("authority")):
        if authority is None:
            continue
        text = api.ifi_text(authority)
        members = [api.ifi_text(member) for member in authority.get("member", ())] if text is None else [text]
        yield from (one for one in members if one is not None)


def _first_stored(statement: api.StoredStatement, chain: Sequence[Mapping[str, Any]]) -> datetime:
    """When the first store that says so took the Statement in; never later than ours."""
    for store in chain:
        if "stored" in store:
            try:
                return min(api.moment(store["stored"]), statement.stored)
            except api.InvalidRequest:
                continue
    return statement.stored


def _occasions(mapping: EvidenceMapping, statement: Mapping[str, Any]) -> Iterator[tuple[int, bool]]:
    """The keys that tie a Statement to others about the same activity on other days."""
    context = statement.get("context") or {}
    number = (context.get("extensions") or {}).get(mapping.certificate_extension)
    if isinstance(number, str) and (written := " ".join(number.split()).casefold()):
        yield api.key_of(f"certificate {written}"), True
    if "registration" in context:
        yield api.key_of(f"registration {UUID(context['registration'])}"), False


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
    """Makes the facts, repeats, findings and waiting rows of these Statements what the readings say, and marks whom it
    concerns stale."""
    ids = {reading.statement_id for reading in readings}
    actors = {ifi for reading in readings for ifi in reading.actors}
    workers = workers_of(session, tenant, actors)

    told: dict[Key, Told] = {}
    occasions: dict[tuple[UUID, UUID, int], _Row] = {}
    waiting: list[_Row] = []
    for reading in readings:
        if not reading.counts:
            continue
        for ifi in reading.actors:
            if ifi in workers:
                for one in _told(workers[ifi], reading):
                    told[one.worker_id, one.statement_id, one.what] = one
                for row in _occasion_rows(tenant, workers[ifi], reading):
                    occasions[row["worker_id"], row["statement_id"], row["occasion_key"]] = row
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

    _set_rows(session, _OCCASION, _have(session, tenant, _OCCASION, ids), occasions)
    there = There(session, tenant, ids, told.values())
    facts, repeated = there.settled(told)
    wrong, missing = _set_rows(session, _FACT, there.facts, facts)
    _, more = _set_rows(session, _REPEAT, there.repeated, repeated)
    _set_findings(session, tenant, ids, readings)
    concerned = {(ifi, reading.statement_id) for reading in readings for ifi in reading.actors}
    waiting_list.replace(session, tenant, concerned, waiting)
    # Whose Statement it no longer is says something else now; what it no longer says of the same worker is gone.
    theirs = {(workers[ifi], one.statement_id) for one in readings for ifi in one.actors if ifi in workers}
    said = facts.keys() | repeated.keys()
    gone = [row for row in wrong if key_of(row) not in said and (row["worker_id"], row["statement_id"]) in theirs]
    without = {key_of(row) for row in gone}
    _mark(session, tenant, gone, [row for row in (*wrong, *missing) if key_of(row) not in without])
    return Written(added=sum(key_of(row) in told for row in (*missing, *more)), waiting=len(waiting))


def unsettle(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> None:
    """Lets every fact of these workers stand by itself, as its Statement told it, whether it counts or repeats: so that
    facts can be given to another worker. `settle` comes after, in the same transaction."""
    there = There(session, tenant, (), (), workers=worker_ids)
    told = there.told()
    _set_rows(session, _FACT, there.facts, {key: there.row(one) for key, one in told.items()})
    _set_rows(session, _REPEAT, there.repeated, {})


def settle(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> None:
    """Says anew which facts of these workers count and which repeat others. Marks nobody stale: the caller does."""
    there = There(session, tenant, (), (), workers=worker_ids)
    facts, repeated = there.settled({})
    _set_rows(session, _FACT, there.facts, facts)
    _set_rows(session, _REPEAT, there.repeated, repeated)


def _mark(session: Session, tenant: UUID, gone: Sequence[_Row], other: Sequence[_Row]) -> None:
    """Marks whoever lost evidence, by whose act as far as that is known, and whoever's changed otherwise."""
    acts = withdrawals.whose(session, tenant, {(row["worker_id"], row["statement_id"]) for row in gone})
    concerned: dict[tuple[UUID, int], tuple[Cause, str | None]] = {}
    for cause, rows in ((Cause.EVIDENCE, other), (Cause.WITHDRAWN, gone)):
        for row in rows:
            key = row["worker_id"], row["year"]
            before, by = concerned.get(key, (cause, None))
            concerned[key] = before | cause, acts.get((row["worker_id"], row["statement_id"]), by)
    marks.mark_each(session, tenant, concerned)


def _told(worker_id: UUID, reading: Reading) -> Iterator[Told]:
    for fact in reading.facts:
        yield Told(
            worker_id=worker_id,
            statement_id=reading.statement_id,
            what=fact.what,
            day=fact.day,
            minutes=fact.minutes,
            score=fact.score,
            quality=fact.quality,
            activity_key=api.activity_key(fact.activity_iri),
            said_by=reading.said_by,
            once_key=api.key_of(f"template {fact.once}") if fact.once else 0,
        )


def _occasion_rows(tenant: UUID, worker_id: UUID, reading: Reading) -> Iterator[_Row]:
    for key, is_certificate in reading.occasions:
        yield {
            "worker_id": worker_id,
            "tenant_id": tenant,
            "statement_id": reading.statement_id,
            "occasion_key": key,
            "activity_key": api.activity_key(reading.facts[0].activity_iri),
            "is_certificate": is_certificate,
        }


def _have(session: Session, tenant: UUID, table: sa.Table, statement_ids: Collection[UUID]) -> dict[Any, _Row]:
    """The rows there are of these Statements, by primary key."""
    rows = session.execute(
        sa.select(table).where(table.c.tenant_id == tenant, among(session, table.c.statement_id, statement_ids))
    ).mappings()
    key = [column.name for column in table.primary_key]
    return {tuple(row[name] for name in key): dict(row) for row in rows}


def _set_rows(
    session: Session, table: sa.Table, have: Mapping[Any, _Row], wanted: Mapping[Any, _Row]
) -> tuple[list[_Row], list[_Row]]:
    """Makes the rows that there are those that are wanted; gives those that went and those that came."""
    wrong = [have[key] for key in sorted(have) if wanted.get(key) != have[key]]
    missing = [wanted[key] for key in sorted(wanted) if wanted[key] != have.get(key)]
    if wrong:
        names = [column.name for column in table.primary_key]
        of_row = sa.and_(*(table.c[name] == sa.bindparam(f"of_{name}") for name in names))
        session.execute(sa.delete(table).where(of_row), [{f"of_{name}": row[name] for name in names} for row in wrong])
    if missing:
        session.execute(sa.insert(table), missing)
    return wrong, missing


def _set_findings(session: Session, tenant: UUID, ids: Collection[UUID], readings: Iterable[Reading]) -> None:
    wanted = {
        (tenant, row["statement_id"], row["number"]): row
        for reading in readings
        if reading.counts
        for row in findings.kept_rows(tenant, reading.statement_id, reading.said_by, reading.stored, reading.found)
    }
    _set_rows(session, _FINDING, _have(session, tenant, _FINDING, ids), wanted)
