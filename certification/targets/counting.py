"""Counting straight from the rows: who there is at or below each organization on a day, and who satisfies which rule.

Nothing is kept of it. A number of SQL commands that depends on the rules alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.judgement import assessments
from certification.models import Employment
from certification.people import workers
from certification.rules.plans import Numerator
from certification.targets import numerators, populations
from certification.targets.populations import Populations
from certification.units.trees import Tree
from lrs.db import Session, among

__all__ = ["count", "employed_by"]


def count(
    session: Session,
    tenant: UUID,
    tree: Tree,
    rules: Iterable[Numerator],
    *,
    on: date,
    programme: str,
    basis: str = populations.ALL_ENTERPRISES,
    codes: Collection[str] | None = None,
    meeting: bool = False,
) -> Populations:
    """Who is employed on the day of `tree`, and who of them satisfies each rule on the day `on`.

    With `codes`, what is counted is right for these organizations alone. `meeting`: count too who meets the criteria.
    Raises ValueError for a basis that is none.
    """
    chains = populations.chains(tree, basis)
    of = None
    if codes is not None:
        asked = set(codes)
        below = {enterprise: chain for enterprise, chain in chains.items() if not asked.isdisjoint(chain)}
        if 2 * len(below) < len(chains):
            of = employed_by(session, tenant, [tree.node(code).id for code in below], tree.on)
        chains = below
    counts = {
        rule: numerators.count(session, tenant, rule, on, programme, of) for rule in rules if rule.rule != "commitment"
    }
    enterprises = None if of is None else [tree.node(code).id for code in chains]
    cohorts = populations.cohorts(workers.employments(session, tenant, tree.on, enterprises), tree, chains)
    declared = {
        tree.by_id[enterprise].code: people
        for enterprise, people in populations.declared_headcounts(session, tenant, tree.on).items()
    }
    everybody, cadres = populations.roll_up(
        cohorts, chains, counts, assessments.meeting(session, tenant, programme, on) if meeting else ()
    )
    return Populations(
        everybody,
        cadres,
        populations.grassroots_unions(tree, chains),
        numerators.commitments(session, tenant, on),
        populations.coverage(cohorts, chains, declared),
    )


def employed_by(session: Session, tenant: UUID, enterprises: Collection[UUID], on: date) -> sa.Select[UUID]:
    """The question for the workers whom these enterprises employ on the day."""
    return sa.select(Employment.worker_id).where(
        Employment.tenant_id == tenant,
        among(session, Employment.enterprise_id, enterprises),
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
    )
