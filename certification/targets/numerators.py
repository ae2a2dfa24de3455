"""Counting in the database who satisfies the numerators of targets: one query a rule, one answer a worker.

*Lượt* (participations) are every Statement that counts, or every title.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.models import Award, Commitment, Fact, Organization
from certification.rules.plans import Numerator
from lrs.db import Session

__all__ = ["Workers", "commitments", "count", "satisfying", "takes"]


Workers = sa.Select[UUID]
"""A question for ids of workers: whom a count is confined to."""


def count(
    session: Session, tenant: UUID, rule: Numerator, on: date, programme: str, of: Workers | None = None
) -> dict[UUID, int]:
    """Who of the tenant's workers (of those that `of` asks for) satisfies a rule on the day, and in how many
    participations."""
    return {row[0]: row[1] for row in session.execute(satisfying(tenant, rule, on, programme, of))}


def satisfying(
    tenant: UUID, rule: Numerator, on: date, programme: str, of: Workers | None = None
) -> sa.Select[UUID, int]:
    """The question behind `count`: worker's id, participations. Raises ValueError for a rule that counts no workers."""
    if rule.rule == "title_holders":
        return _title_holders(tenant, rule, on, programme, of)
    if rule.rule not in ("any_of", "all_of"):
        raise ValueError(f"the rule of a numerator is any_of, all_of, title_holders or commitment, not {rule.rule!r}")
    query = (
        sa.select(Fact.worker_id, sa.func.count(Fact.statement_id.distinct()))
        .where(Fact.tenant_id == tenant, Fact.year == on.year, Fact.day <= on)
        .group_by(Fact.worker_id)
    )
    if rule.quality_at_least:
        query = query.where(Fact.quality >= rule.quality_at_least)
    if rule.what != ("*",):
        query = query.where(Fact.what.in_(rule.what))
    if rule.rule == "all_of":
        query = query.having(sa.func.count(Fact.what.distinct()) == len(set(rule.what)))
    return query if of is None else query.where(Fact.worker_id.in_(of))


def takes(rule: Numerator, what: str, quality: int) -> bool:
    """Whether a fact of this kind and level is among those that `count` asks for."""
    return (
        rule.rule in ("any_of", "all_of")
        and quality >= rule.quality_at_least
        and (rule.what == ("*",) or what in rule.what)
    )


def _title_holders(tenant: UUID, rule: Numerator, on: date, programme: str, of: Workers | None) -> sa.Select[UUID, int]:
    query = (
        sa.select(Award.worker_id, sa.func.count())
        .where(
            Award.tenant_id == tenant,
            Award.programme == programme,
            Award.year.in_([on.year + offset for offset in rule.title_years]),
            Award.decided_on <= on,
            sa.or_(Award.withdrawn_on.is_(None), Award.withdrawn_on > on),
        )
        .group_by(Award.worker_id)
    )
    return query if of is None else query.where(Award.worker_id.in_(of))


def commitments(session: Session, tenant: UUID, on: date) -> Mapping[str | None, set[str]]:
    """Codes of the organizations that took each thing into their programme of the day's year."""
    query = (
        sa.select(Commitment.kind, Organization.code)
        .join(Organization, Organization.id == Commitment.organization_id)
        .where(Organization.tenant_id == tenant, Commitment.year == on.year)
    )
    found: dict[str | None, set[str]] = defaultdict(set)
    for kind, code in session.execute(query):
        found[kind].add(code)
    return found
