"""Who there is at or below each organization on a day, and who of them satisfies which rule.

`count` reads the summary of the year where it can answer (`targets.summaries`), and counts the rows where it cannot;
both say the same. Where so much changed that the summary is still behind, the rows are counted for few people, and for
many the counts are of an instant that is past, and say so (`Behind`), unless the caller wants them `exact`. A number of
SQL commands that depends on the rules alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.judgement import assessments, course
from certification.models import Employment
from certification.people import workers
from certification.rules.plans import Numerator
from certification.targets import numerators, populations, summaries
from certification.targets.grounds import Ground, Land
from certification.targets.populations import Populations, Tally
from certification.units.trees import Tree
from lrs.db import Session, among

__all__ = ["FEW", "TOGETHER", "count", "count_rows", "count_together", "employed_by"]

TOGETHER = ""
"""Under which code `count_together` gives what it counted; no organization has it."""

FEW = 2000
"""The rows of so many people are counted while they wait to be counted for the summary: some tenths of a second."""


SEVERAL = 50_000
"""Of so many people with several employers among some enterprises is worked out what they count too often."""


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
    exact: bool = False,
) -> Populations:
    """Who is employed on the headcount's day (`on` where None), and who of them satisfies each rule on the day `on`.

    With `codes`, what is counted is right for these organizations alone. `meeting`: who met the criteria on the day is
    asked too. `exact`: the counts are those of now, however long that takes. Raises ValueError for another basis.
    """
    rules = frozenset(rules)
    few = False
    if basis in populations.BASES and headcount_on not in (None, on):
        few = _few(session, tenant, land.on(headcount_on), basis, codes, headcount_on)
    elif basis in populations.BASES:
        found = _from_summary(session, tenant, land, rules, on, programme, basis, codes)
        if found is not None and found.behind is not None:
            few = _few(session, tenant, land.on(on), basis, codes, on)
        if found is not None and (found.behind is None or not (exact or few)):
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
        few=few,
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
    few: bool = False,
) -> Populations:
    """The same as `count`, from employments, facts and titles alone. `few`: the organizations employ few people, so
    that who met the criteria is worked out person by person."""
    headcount_day = headcount_on or on
    tree = land.on(headcount_day).tree
    chains = populations.chains(tree, basis)
    of = None
    if codes is not None:
        asked = set(codes)
        below = {enterprise: chain for enterprise, chain in chains.items() if not asked.isdisjoint(chain)}
        if few or 2 * len(below) < len(chains):
            of = employed_by(session, tenant, [tree.node(code).id for code in below], headcount_day)
        chains = below
    return _count_chains(session, tenant, tree, chains, rules, of, on, headcount_day, programme, meeting, few)


def count_together(
    session: Session,
    tenant: UUID,
    land: Land,
    rules: Iterable[Numerator],
    enterprises: Collection[str],
    *,
    on: date,
    programme: str,
    basis: str = populations.ALL_ENTERPRISES,
    headcount_on: date | None = None,
    exact: bool = False,
) -> Populations:
    """The same over these enterprises (codes) together, whatever stands above them, as counts of `TOGETHER`.

    What is kept of each is added up, less what those who have several of them as employers on the day count too often;
    where very many have, the rows are counted. So everybody is one person. Who met the criteria is asked too.
    `enterprises` are of the `basis`.
    """
    rules = frozenset(rules)
    headcount_day = headcount_on or on
    ground = land.on(headcount_day)
    tree = ground.tree
    ids = [tree.node(code).id for code in enterprises]
    chains = dict.fromkeys(enterprises, (TOGETHER,))
    few = False
    if headcount_day == on:
        asked: dict[str, Any] = {"on": on, "programme": programme, "basis": basis, "codes": enterprises}
        kept = summaries.read(session, tenant, land, rules, **asked)
        several = [] if kept is None else _several(session, tenant, ids, on)
        few = kept is not None and kept.behind is not None and _are_few(session, tenant, ids, on)
        if kept is not None and len(several) <= SEVERAL and (kept.behind is None or not (exact or few)):
            everybody, cadres = Tally(), Tally()
            for code in enterprises:
                everybody.add(kept.everybody[code])
                cadres.add(kept.cadres[code])
            if several:
                as_kept = kept.behind is not None
                twice = summaries.overlap(session, tenant, land, rules, **asked, worker_ids=several, as_kept=as_kept)
                everybody.take_away(twice[0])
                cadres.take_away(twice[1])
            return Populations(
                {TOGETHER: everybody},
                {TOGETHER: cadres},
                populations.grassroots_unions(tree, chains),
                numerators.commitments(session, tenant, on),
                populations.coverage(kept.reporting, chains, _declared(session, tenant, tree, on)),
                kept.behind,
            )
    of = employed_by(session, tenant, ids, headcount_day) if few or 2 * len(ids) < len(ground.chains[basis]) else None
    return _count_chains(session, tenant, tree, chains, rules, of, on, headcount_day, programme, True, few)


def _few(session: Session, tenant: UUID, ground: Ground, basis: str, codes: Collection[str] | None, on: date) -> bool:
    """Whether few people are employed at or below these organizations on the day."""
    if codes is None:
        return False
    below = {one for code in codes for one in ground.enterprises[basis].get(code, ())}
    return _are_few(session, tenant, [ground.tree.node(one).id for one in below], on)


def _are_few(session: Session, tenant: UUID, enterprises: Collection[UUID], on: date) -> bool:
    """Whether few people are employed by these enterprises on the day. Looks at no more than few."""
    some = employed_by(session, tenant, enterprises, on).limit(FEW + 1).subquery()
    return (session.scalar(sa.select(sa.func.count()).select_from(some)) or 0) <= FEW


def _several(session: Session, tenant: UUID, enterprises: Collection[UUID], on: date) -> Sequence[UUID]:
    """Who has two or more of these employers on the day, up to one more than `SEVERAL`."""
    twice = employed_by(session, tenant, enterprises, on).group_by(Employment.worker_id)
    twice = twice.having(sa.func.count(Employment.enterprise_id.distinct()) > 1)
    return session.scalars(twice.limit(SEVERAL + 1)).all()


def _count_chains(
    session: Session,
    tenant: UUID,
    tree: Tree,
    chains: Mapping[str, tuple[str, ...]],
    rules: Iterable[Numerator],
    of: sa.Select[UUID] | None,
    on: date,
    headcount_day: date,
    programme: str,
    meeting: bool,
    few: bool,
) -> Populations:
    """What the rows say of everything in the chains of these enterprises; `of`: who they employ, None: look at all;
    `few`: that is not many."""
    counts = {
        rule: numerators.count(session, tenant, rule, on, programme, of) for rule in rules if rule.rule != "commitment"
    }
    enterprises = None if of is None else [tree.node(code).id for code in chains]
    cohorts = populations.cohorts(workers.employments(session, tenant, headcount_day, enterprises), tree, chains)
    met: Collection[UUID] = ()
    if meeting:
        if few:
            people = [one for cohort in cohorts for one in cohort.workers]
            met = course.spells(session, tenant, people, programme, on.year, on=on)
        else:
            met = assessments.meeting(session, tenant, programme, on)
    everybody, cadres = populations.roll_up(cohorts, chains, counts, met)
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
        found.behind,
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
