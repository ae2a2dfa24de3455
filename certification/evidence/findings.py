"""What somebody should look at in Statements that were taken in: findings, each with what it is about.

A finding refuses nothing. `of_statement` says what there is to find, without database; it is asked whenever a Statement
is read, from the feed and in the self-check alike. Kept findings are counted by platform and listed for the work list.
Words are `evidence.findings_words`.

    late, in-the-future        the timestamp lies too far from when the Statement was stored (`dating` of the mapping)
    claims-too-much            it claims a higher level than its authority is trusted for
    not-trusted                its authority is trusted for nothing of what it says
    rule-broken                it matches a Statement Template of our Profile and breaks a rule of it
    no-template, no-registration, version-unknown
                               it says that it follows a version of our Profile, and does not
    extension-misplaced, extension-unreadable
                               an extension of our Profile stands in the wrong place, or holds something else
    national-number            an account of the Actor is called by a national identity number
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.models import Fact, Finding, Occasion, Repeat, Worker
from certification.people import national_numbers
from certification.rules import stated_facts, statement_templates
from certification.rules.evidence_mapping import Dating, EvidenceMapping
from certification.rules.locations import with_lists
from lrs import api
from lrs.db import Session, among, beside, is_postgresql

__all__ = [
    "Counted",
    "Found",
    "Group",
    "Listed",
    "SharedCertificate",
    "by_month",
    "by_platform",
    "groups",
    "kept_rows",
    "listed",
    "of_statement",
    "shared",
    "total",
    "workers_of",
]

MOST = 50
"""So many findings of one Statement are kept: nobody reads more of one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: its code, where in the Statement, and what its words need to know."""

    code: str
    place: str
    about: Mapping[str, str]

    @property
    def text(self) -> str:
        """`about` as it is kept."""
        return json.dumps(self.about, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many Statements of a platform have a finding. `said_by` is the key of its authority; `example` is one."""

    said_by: int
    code: str
    statements: int
    example: UUID


@dataclass(frozen=True, slots=True)
class Group:
    """How many Statements of a platform have a finding, of those that came in a month ("2026-11"), or ever."""

    said_by: int
    code: str
    statements: int
    month: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A finding that is kept, with its Statement."""

    statement_id: UUID
    number: int
    said_by: int
    stored: datetime
    found: Found


@dataclass(frozen=True, slots=True)
class SharedCertificate:
    """A certificate's number that Statements about several workers name for one activity."""

    statements: tuple[UUID, ...]
    workers: tuple[UUID, ...]


# ---------------------------------------------------------------- finding


def of_statement(
    statement: Mapping[str, Any], mapping: EvidenceMapping | None, dating: Dating | None, stored: datetime
) -> list[Found]:
    """What there is to find in a Statement that does not depend on who is trusted, in a fixed order.

    `mapping` is the one by which it is read (None: there was none on its day), `dating` that of the day it was stored.
    """
    found = [*_of_dating(statement, dating, stored), *_of_actor(statement)]
    if mapping is not None:
        found += _of_profile(mapping, with_lists(statement))
    return found[:MOST]


def _of_dating(statement: Mapping[str, Any], dating: Dating | None, stored: datetime) -> Iterator[Found]:
    if dating is None:
        return
    happened = api.moment(statement["timestamp"])
    if stored - happened > timedelta(days=dating.late_after_days):
        days = (stored - happened).days
        yield Found("late", "/timestamp", {"days": str(days), "most": str(dating.late_after_days)})
    elif happened - stored > timedelta(minutes=dating.future_after_minutes):
        minutes = int((happened - stored).total_seconds() // 60)
        yield Found("in-the-future", "/timestamp", {"minutes": str(minutes), "most": str(dating.future_after_minutes)})


def _of_actor(statement: Mapping[str, Any]) -> Iterator[Found]:
    """National identity numbers have no place in Statements; what is found never repeats one (Law 91/2025/QH15)."""
    actor = statement["actor"]
    members = enumerate(actor.get("member") or ())
    for place, one in (("/actor", actor), *((f"/actor/member/{number}", member) for number, member in members)):
        if national_numbers.seems_one((one.get("account") or {}).get("name", "")):
            yield Found("national-number", f"{place}/account/name", {})


def _of_profile(mapping: EvidenceMapping, statement: Mapping[str, Any]) -> Iterator[Found]:
    matched = [
        one
        for one in mapping.statement_templates.values()
        if statement_templates.matches(one, statement, mapping.known_types)
    ]
    for template in matched:
        for rule, fault in statement_templates.broken(template, statement):
            wanted = getattr(rule, fault, None) if fault in ("any", "all", "none") else None
            about = {"template": template.id, "title": template.title["vi"], "rule": fault}
            if wanted is not None:
                about["values"] = ", ".join(map(_shown, wanted))
            yield Found("rule-broken", rule.location, about)
    yield from _of_claim(mapping, statement, bool(matched))
    yield from _of_extensions(mapping, statement)


def _of_claim(mapping: EvidenceMapping, statement: Mapping[str, Any], is_matched: bool) -> Iterator[Found]:
    """What a Statement owes that names a version of our Profile among its categories (Structure 5.0, 9.0)."""
    claimed = [
        (place, iri)
        for place, iri in enumerate(stated_facts.categories(statement))
        if iri.startswith(mapping.version_prefix)
    ]
    for place, iri in claimed:
        if not iri.removeprefix(mapping.version_prefix).isdecimal():
            yield Found("version-unknown", f"/context/contextActivities/category/{place}", {"version": iri})
    if claimed and not is_matched:
        yield Found("no-template", "", {})
    if claimed and is_matched and "registration" not in statement["context"]:
        yield Found("no-registration", "/context/registration", {})


def _of_extensions(mapping: EvidenceMapping, statement: Mapping[str, Any]) -> Iterator[Found]:
    """Extensions of our Profile are the context's, and hold what their schema says (Structure 7.2)."""
    ours = (mapping.level_extension, mapping.certificate_extension)
    elsewhere = {
        "/result/extensions": (statement.get("result") or {}).get("extensions") or {},
        "/object/definition/extensions": (statement["object"].get("definition") or {}).get("extensions") or {},
    }
    for place, extensions in elsewhere.items():
        for iri in ours:
            if iri in extensions:
                yield Found("extension-misplaced", place, {"extension": iri})
    extensions = (statement.get("context") or {}).get("extensions") or {}
    if mapping.level_extension in extensions and stated_facts.stated_level(mapping, statement) is None:
        yield Found("extension-unreadable", "/context/extensions", {"extension": mapping.level_extension})
    number = extensions.get(mapping.certificate_extension)
    if mapping.certificate_extension in extensions and not (isinstance(number, str) and number.strip()):
        yield Found("extension-unreadable", "/context/extensions", {"extension": mapping.certificate_extension})


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# ---------------------------------------------------------------- reading what is kept


def total(session: Session, tenant: UUID, *, about: Callable[[Any], sa.ColumnElement[bool]] | None = None) -> int:
    """How many Statements have a finding; with `about` as in `listed`."""
    query = sa.select(sa.func.count(Finding.statement_id.distinct())).where(Finding.tenant_id == tenant)
    if about is not None:
        query = query.where(_is_evidence(tenant, about))
    return session.scalar(query) or 0


def by_platform(session: Session, tenant: UUID) -> list[Counted]:
    """How many Statements of each platform have each finding, most first. One SQL command."""
    statements = sa.func.count(Finding.statement_id.distinct())
    rows = session.execute(
        sa.select(Finding.said_by, Finding.code, statements, sa.func.min(sa.cast(Finding.statement_id, sa.String)))
        .where(Finding.tenant_id == tenant)
        .group_by(Finding.said_by, Finding.code)
        .order_by(statements.desc(), Finding.said_by, Finding.code)
    )
    return [Counted(said_by, code, number, UUID(example)) for said_by, code, number, example in rows]


def by_month(session: Session, tenant: UUID) -> list[Group]:
    """The same by the month, in Vietnam, in which the Statements came, the newest month first: a backlog that a
    platform brings in is one group. One SQL command, which goes through all findings."""
    if is_postgresql(session):
        month = sa.func.to_char(sa.func.timezone("Asia/Ho_Chi_Minh", Finding.stored), "YYYY-MM")
    else:
        month = sa.func.strftime("%Y-%m", Finding.stored, "+7 hours")
    statements = sa.func.count(Finding.statement_id.distinct())
    of = sa.select(month.label("month"), Finding.said_by, Finding.code, statements.label("statements"))
    rows = session.execute(
        of.where(Finding.tenant_id == tenant)
        .group_by(sa.literal_column("1"), Finding.said_by, Finding.code)
        .order_by(sa.literal_column("1").desc(), sa.literal_column("4").desc(), Finding.said_by, Finding.code)
    )
    return [Group(said_by, code, statements, month) for month, said_by, code, statements in rows]


def groups(session: Session, tenant: UUID, *, counted: int) -> list[Group]:
    """Of which platforms there are findings of which kind, each counted up to one more than `counted`: where there are
    so many that nobody can wait until all were gone through. Two SQL commands for each, by an index."""
    found: list[Group] = []
    mine = sa.select(Finding.said_by, Finding.code).where(Finding.tenant_id == tenant)
    order, last = (Finding.said_by, Finding.code), None
    while True:
        behind = mine if last is None else mine.where(sa.tuple_(*order) > last)
        row = session.execute(behind.order_by(*order).limit(1)).first()
        if row is None:
            return sorted(found, key=lambda one: -one.statements)
        last = row.said_by, row.code
        same = mine.where(Finding.said_by == row.said_by, Finding.code == row.code).limit(counted + 1).subquery()
        number = session.scalar(sa.select(sa.func.count()).select_from(same)) or 0
        found.append(Group(row.said_by, row.code, number))


def listed(
    session: Session,
    tenant: UUID,
    *,
    codes: Collection[str] = (),
    said_by: int | None = None,
    after: tuple[UUID, int] | None = None,
    limit: int = 100,
    about: Callable[[Any], sa.ColumnElement[bool]] | None = None,
    of: UUID | None = None,
    stored: tuple[datetime, datetime] | None = None,
) -> list[Listed]:
    """Findings by Statement id, then number, from behind `after` (the last one's) on; `of` one Statement. One SQL
    command.

    With `about`, a condition on a worker's id, those of Statements alone that are evidence about such a worker; with
    `stored` those that came from the first instant on, before the second.
    """
    query = (
        sa.select(Finding)
        .where(Finding.tenant_id == tenant)
        .order_by(Finding.statement_id, Finding.number)
        .limit(limit)
    )
    if codes:
        query = query.where(Finding.code.in_(codes))
    if said_by is not None:
        query = query.where(Finding.said_by == said_by)
    if stored is not None:
        query = query.where(Finding.stored >= stored[0], Finding.stored < stored[1])
    if of is not None:
        query = query.where(Finding.statement_id == of)
    if after is not None:
        query = query.where(sa.tuple_(Finding.statement_id, Finding.number) > after)
    if about is not None:
        query = query.where(_is_evidence(tenant, about))
    return [
        Listed(row.statement_id, row.number, row.said_by, row.stored, Found(row.code, row.place, json.loads(row.about)))
        for row in session.scalars(query)
    ]


def workers_of(
    session: Session,
    tenant: UUID,
    statement_ids: Collection[UUID],
    *,
    about: Callable[[Any], sa.ColumnElement[bool]] | None = None,
) -> dict[UUID, list[str]]:
    """Numbers of the workers about whom these Statements are evidence, in order; of those alone who meet the condition
    `about` on their id. One SQL command."""
    told = sa.union(
        *[
            sa.select(model.statement_id, model.worker_id).where(
                model.tenant_id == tenant, among(session, model.statement_id, statement_ids)
            )
            for model in (Fact, Repeat)
        ]
    ).subquery()
    query = (
        sa.select(told.c.statement_id, Worker.number)
        .join(Worker, Worker.id == told.c.worker_id)
        .order_by(Worker.number)
    )
    found: dict[UUID, list[str]] = {}
    for statement_id, number in session.execute(query if about is None else query.where(about(Worker.id))):
        found.setdefault(statement_id, []).append(number)
    return found


def _is_evidence(tenant: UUID, about: Callable[[Any], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """That a finding's Statement says something of such a worker, whether it counts or repeats what counts. Looked up
    for each finding, by its Statement and never by those whom `about` means, of whom there may be very many."""
    return sa.or_(
        *[
            sa.exists().where(
                model.tenant_id == tenant, model.statement_id == Finding.statement_id, about(beside(model.worker_id))
            )
            for model in (Fact, Repeat)
        ]
    )


def shared(session: Session, tenant: UUID, *, limit: int = 100) -> list[SharedCertificate]:
    """Certificate numbers that stand in Statements about several workers, for one activity: somebody's is not his own.

    Two SQL commands.
    """
    several = (
        sa.select(Occasion.occasion_key, Occasion.activity_key)
        .where(Occasion.tenant_id == tenant, Occasion.is_certificate)
        .group_by(Occasion.occasion_key, Occasion.activity_key)
        .having(sa.func.count(Occasion.worker_id.distinct()) > 1)
        .order_by(Occasion.occasion_key, Occasion.activity_key)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        sa.select(Occasion.occasion_key, Occasion.activity_key, Occasion.statement_id, Occasion.worker_id)
        .join(
            several,
            sa.and_(several.c.occasion_key == Occasion.occasion_key, several.c.activity_key == Occasion.activity_key),
        )
        .where(Occasion.tenant_id == tenant)
        .order_by(Occasion.occasion_key, Occasion.activity_key, Occasion.statement_id, Occasion.worker_id)
    )
    grouped: dict[tuple[int, int], list[tuple[UUID, UUID]]] = {}
    for key, activity, statement_id, worker_id in rows:
        grouped.setdefault((key, activity), []).append((statement_id, worker_id))
    return [
        SharedCertificate(
            tuple(dict.fromkeys(statement for statement, _ in each)), tuple(dict.fromkeys(who for _, who in each))
        )
        for each in grouped.values()
    ]


def kept_rows(
    tenant: UUID, statement_id: UUID, said_by: int, stored: datetime, found: Sequence[Found]
) -> list[dict[str, Any]]:
    """A Statement's findings as rows."""
    return [
        {
            "tenant_id": tenant,
            "statement_id": statement_id,
            "number": number,
            "code": one.code,
            "about": one.text,
            "place": one.place,
            "said_by": said_by,
            "stored": stored,
        }
        for number, one in enumerate(found[:MOST])
    ]
