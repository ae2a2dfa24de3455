"""Who there is at or below each organization on a day, and who of them satisfies which rule.

`count` reads the summary of the year where it can answer (`targets.summaries`), and counts the rows where it cannot;
both say the same. A number of SQL commands that depends on the rules alone.
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
from certification.targets import numerators, populations, summaries
from certification.targets.grounds import Land
from certification.targets.populations import Populations
from certification.units.trees import Tree
from lrs.db import Session, among

__all__ = ["count", "count_rows", "employed_by"]


def count(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    *,
    on: date,
    programme: str,
    basis: str = populations.ALL_ENTERPRISES,
    headcount_on: date | None = None,
    codes: Collection[str] | None = None,
    meeting: bool = False,
) -> Populations:
    """Who is employed on the headcount's day (`on` where None), and who of them satisfies each rule on the day `on`.

    With `codes`, what is counted is right for these organizations alone. `meeting`: who met the criteria on the day is
    asked too. Raises ValueError for a basis that is none.
    """
    rules = frozenset(rules)
    if basis in populations.BASES and headcount_on in (None, on):
        found = _from_summary(session, tenant, land, rules, on, programme, basis, codes)
        if found is not None:
            return found
    return count_rows(
        session,
        tenant,
        land,
        rules,
        on=on,
        programme=programme,
        basis=basis,
        headcount_on=headcount_on,
        codes=codes,
        meeting=meeting,
    )


def count_rows(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    *,
    on: date,
    programme: str,
    basis: str = populations.ALL_ENTERPRISES,
    headcount_on: date | None = None,
    codes: Collection[str] | None = None,
    meeting: bool = False,
) -> Populations:
    """The same as `count`, from employments, facts and titles alone."""
    headcount_day = headcount_on or on
    tree = land.on(headcount_day).tree
    chains = populations.chains(tree, basis)
    of = None
    if codes is not None:
        asked = set(codes)
        below = {enterprise: chain for enterprise, chain in chains.items() if not asked.isdisjoint(chain)}
        if 2 * len(below) < len(chains):
            of = employed_by(session, tenant, [tree.node(code).id for code in below], headcount_day)
        chains = below
    counts = {
        rule: numerators.count(session, tenant, rule, on, programme, of) for rule in rules if rule.rule != "commitment"
    }
    enterprises = None if of is None else [tree.node(code).id for code in chains]
    cohorts = populations.cohorts(workers.employments(session, tenant, headcount_day, enterprises), tree, chains)
    everybody, cadres = populations.roll_up(
        cohorts, chains, counts, assessments.meeting(session, tenant, programme, on) if meeting else ()
    )
    reporting = {enterprise for cohort in cohorts for enterprise, _ in cohort.employments}
    return Populations(
        everybody,
        cadres,
        populations.grassroots_unions(tree, chains),
        numerators.commitments(session, tenant, on),
        populations.coverage(reporting, chains, _declared(session, tenant, tree, headcount_day)),
    )


def _from_summary(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Collection[Numerator],
    on: date,
    programme: str,
    basis: str,
    codes: Collection[str] | None,
) -> Populations | None:
    ground = land.on(on)
    asked = [code for code in (ground.concerned if codes is None else codes) if code in land.nodes]
    found = summaries.read(session, tenant, land, rules, on=on, programme=programme, basis=basis, codes=asked)
    if found is None:
        return None
    unions, enterprises = ground.grassroots_unions[basis], ground.enterprises[basis]
    declared = _declared(session, tenant, ground.tree, on)
    return Populations(
        found.everybody,
        found.cadres,
        {code: unions.get(code, set()) for code in asked},
        numerators.commitments(session, tenant, on),
        populations.coverage_of(asked, enterprises, ground.chains[basis], found.reporting, declared),
    )


def _declared(session: Session, tenant: UUID, tree: Tree, on: date) -> dict[str, int]:
    """What enterprises without a roster declare as their headcount on the day, by their codes."""
    return {
        tree.by_id[enterprise].code: people
        for enterprise, people in populations.declared_headcounts(session, tenant, on).items()
    }


def employed_by(session: Session, tenant: UUID, enterprises: Collection[UUID], on: date) -> sa.Select[UUID]:
    """The question for the workers whom these enterprises employ on the day."""
    return sa.select(Employment.worker_id).where(
        Employment.tenant_id == tenant,
        among(session, Employment.enterprise_id, enterprises),
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
    )
