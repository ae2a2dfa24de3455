"""Learning for tests: Statements that the shipped evidence mapping knows, workers who made them, facts read back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from certification import marks
from certification.evidence import feed
from certification.marks import Cause
from certification.models import (
    Assessment,
    Attestation,
    Fact,
    Repeat,
    Stale,
    WaitingStatement,
    Worker,
    WorkerIdentifier,
)
from certification.rules import programme, rule_files
from lrs import api
from lrs.db import Database, Session, new_id

PROGRAMME = "cong-dan-hoc-tap"
PROFILE = "https://profiles.example.org/cong-dan-hoc-tap"
VERBS = "http://adlnet.gov/expapi/verbs/"


def load_rules(database: Database, *tenants: UUID, now: datetime) -> None:
    """Criteria, mapping, plans and the units they name, as shipped."""
    for tenant in tenants:
        with database.writing(tenant) as session:
            programme.load_shipped(session, tenant, now=now)


def part(database: Database, tenant: UUID, now: datetime, since: str = "2026-01-01", **roles: list[str]) -> None:
    """A procedure by which these roles attest these indicators alone, from a day on."""
    shipped = (rule_files.PROGRAMMES / PROGRAMME / "procedure-2026.toml").read_text(encoding="utf-8")
    text = shipped.replace('id = "procedure-2026"', f'id = "chia-{since}"').replace("2022-10-19", since)
    lines = [
        f'{role} = {{ indicators = {indicators}, status = "PROPOSAL", sources = [], checked = 2026-11-21 }}'
        for role, indicators in roles.items()
    ]
    with database.writing(tenant) as session:
        rule_files.load_text(session, tenant, "thu.toml", "\n".join([text, "[attestation]", *lines]), now=now)


def account(name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": "https://hoc.example.org", "name": name}}


def ifi(name: str) -> str:
    text = api.ifi_text(account(name))
    assert text is not None
    return text


def group(*names: str, **identifier: str) -> dict[str, Any]:
    """A Group: identified when an identifier is given (mbox="mailto:…"), with these members if any."""
    members = {"member": [account(name) for name in names]} if names else {}
    return {"objectType": "Group", **members, **identifier}


def statement(actor: str | dict[str, Any], what: str = "law-labour", **parts: Any) -> dict[str, Any]:
    """That somebody completed something about a topic; gives the facts `what` and "learning"."""
    return {
        "id": str(uuid4()),
        "actor": account(actor) if isinstance(actor, str) else actor,
        "verb": {"id": VERBS + "completed"},
        "object": {"objectType": "Activity", "id": f"https://hoc.example.org/{what}"},
        "context": {"contextActivities": {"category": [{"id": f"{PROFILE}/topic/{what}"}]}},
        "timestamp": "2026-05-04T03:00:00Z",
        **parts,
    }


def voiding(target: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "actor": account("officer"),
        "verb": {"id": api.VOIDED},
        "object": {"objectType": "StatementRef", "id": target["id"]},
    }


def store(database: Database, identity: api.Identity, *statements: dict[str, Any]) -> None:
    with database.writing(identity.tenant) as session:
        api.store(session, identity, list(statements))


def add_worker(database: Database, tenant: UUID, number: str, *accounts: str, now: datetime) -> UUID:
    """A worker who is known by these accounts."""
    worker = Worker(id=new_id(), tenant_id=tenant, number=number, full_name=f"Người {number}", gender="female")
    with database.writing(tenant) as session:
        session.add(worker)
        session.flush()
        for name in accounts:
            session.add(
                WorkerIdentifier(
                    tenant_id=tenant,
                    actor_key=api.key_of(ifi(name)),
                    ifi=ifi(name),
                    worker_id=worker.id,
                    linked=now,
                    basis="test",
                )
            )
    return worker.id


def add_facts(
    session: Session,
    tenant: UUID,
    worker: UUID,
    whats: Iterable[str],
    *,
    day: date = date(2026, 5, 4),
    minutes: int = 60,
    score: int | None = None,
    quality: int = 2,
    times: int = 1,
    activity: int | None = None,
) -> None:
    """Facts of each kind, each from a Statement of its own."""
    for what in whats:
        for turn in range(times):
            session.add(
                Fact(
                    worker_id=worker,
                    tenant_id=tenant,
                    statement_id=uuid4(),
                    what=what,
                    day=day,
                    year=day.year,
                    minutes=minutes,
                    score=score,
                    quality=quality,
                    activity_key=activity if activity is not None else turn,
                )
            )


def attest(
    session: Session, tenant: UUID, worker: UUID, points: dict[str, int], *, on: date, year: int, now: datetime
) -> None:
    for indicator, value in points.items():
        session.add(
            Attestation(
                worker_id=worker,
                id=new_id(),
                tenant_id=tenant,
                programme=PROGRAMME,
                year=year,
                indicator=indicator,
                points=value,
                attested_by="Tổ trưởng",
                attested_on=on,
                basis="họp tổ",
                recorded=now,
            )
        )


def facts(database: Database, tenant: UUID) -> set[tuple[Any, ...]]:
    """(worker's number, Statement, what, day, minutes, score, quality) of every fact of the tenant."""
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(
                Worker.number, Fact.statement_id, Fact.what, Fact.day, Fact.minutes, Fact.score, Fact.quality, Fact.year
            )
            .outerjoin(Worker, Worker.id == Fact.worker_id)
            .where(Fact.tenant_id == tenant)
        )
        found = [tuple(row) for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def told(database: Database, tenant: UUID) -> set[UUID]:
    """The Statements that say something of a worker, whether that counts or repeats what counts."""
    with database.reading(tenant) as session:
        both = (sa.select(model.statement_id).where(model.tenant_id == tenant) for model in (Fact, Repeat))
        return set(session.scalars(sa.union(*both)))


def waiting(database: Database, tenant: UUID) -> set[tuple[str, UUID, datetime]]:
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(WaitingStatement.ifi, WaitingStatement.statement_id, WaitingStatement.seen).where(
                WaitingStatement.tenant_id == tenant
            )
        )
        return {(row[0], row[1], row[2]) for row in rows}


def stale_marks(database: Database, tenant: UUID) -> dict[tuple[UUID, int], UUID]:
    with database.reading(tenant) as session:
        rows = session.execute(sa.select(Stale.worker_id, Stale.year, Stale.mark).where(Stale.tenant_id == tenant))
        return {(row[0], row[1]): row[2] for row in rows}


def causes(database: Database, tenant: UUID) -> dict[tuple[UUID, int], tuple[Cause, str | None]]:
    """Why workers are marked, and by whose act."""
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Stale.worker_id, Stale.year, Stale.causes, Stale.changed_by).where(Stale.tenant_id == tenant)
        )
        return {(row[0], row[1]): (Cause(row[2]), row[3]) for row in rows}


def settle(database: Database, tenant: UUID) -> None:
    """Forgets every mark, as if everybody had been judged."""
    with database.writing(tenant) as session:
        session.execute(sa.delete(Stale).where(Stale.tenant_id == tenant))


def mark(database: Database, tenant: UUID, *concerned: tuple[UUID, int]) -> None:
    """Marks workers for judging again, each for a year."""
    with database.writing(tenant) as session:
        marks.mark_stale(session, tenant, concerned)


def kept(database: Database, tenant: UUID) -> list[tuple[UUID, int, int, str]]:
    """(worker, year, version, outcome) of every result kept for the tenant."""
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Assessment.worker_id, Assessment.year, Assessment.version, Assessment.outcome)
            .where(Assessment.tenant_id == tenant)
            .order_by(Assessment.worker_id, Assessment.year, Assessment.version)
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def follow_all(database: Database, tenant: UUID, now: datetime, limit: int = 300) -> int:
    """Follows the feed to its end; gives how many changes there were."""
    changes = 0
    while True:
        step = feed.follow(database, tenant, now=now, limit=limit)
        changes += step.changes
        if step.complete:
            return changes


def whats(database: Database, tenant: UUID) -> list[tuple[str, str]]:
    """(worker's number, what) of every fact of the tenant."""
    return sorted((number, what) for number, _, what, *_ in facts(database, tenant))
