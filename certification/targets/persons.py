"""What the targets of plans say of one person: reached or not, by which Statements, and what is missing.

Who counts is what `numerators` says, fact by fact, so that a person's own answer and a rate never differ. A target of
organizations says nothing of a person, and one of union cadres only of those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.evaluation.results import MET, NOT_MET, Evidence, Fact
from certification.evidence import gathering
from certification.judgement.explanations import LEVELS
from certification.models import Award, Employment
from certification.people import union_roles
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Numerator, Plan, Target, all_plans, binding, inheritances
from certification.targets import grounds, numerators
from certification.targets.populations import UNION_CADRES, WORKERS
from lrs.db import Session, beside

__all__ = ["NOT_FOR", "PersonalTarget", "Title", "judge", "of_worker", "words"]

NOT_FOR = "not_for"
"""The target does not speak of this person."""


@dataclass(frozen=True, slots=True)
class Title:
    """A recognised title: of which assessment year, since when, and until when if it was withdrawn."""

    year: int
    decided_on: date
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class PersonalTarget:
    """One target for one person on a day.

    `state` is met, not_met or NOT_FOR; `participations` how often it counts (lượt); `missing` the topics of which any
    one (`any_of`) or each (`all_of`) is still needed; `by` the last day on which it can be. `clause` is the plan's own
    sentence. `beside` are further counts that are held against nothing (G4: able, beside reached).
    """

    plan: str
    target: str
    group: str
    title: str
    clause: str
    rule: str
    state: str
    participations: int
    statements: tuple[UUID, ...]
    missing: tuple[str, ...]
    quality_at_least: int
    by: date
    beside: tuple[PersonalTarget, ...] = ()


def judge(
    plan: Plan, target: Target, evidence: Evidence, titles: Collection[Title], *, cadre: bool, on: date
) -> PersonalTarget:
    """What a target says of a person by what had happened by the day `on`, in the year of that day."""
    facts = [fact for fact in evidence.facts if fact.day.year == on.year and fact.day <= on]
    applies = target.population == WORKERS or (target.population == UNION_CADRES and cadre)
    beside = tuple(
        _judge(plan, target, (other.id, other.title, other.numerator), (facts, titles), applies, on)
        for other in target.also
    )
    own = _judge(plan, target, (target.id, target.title, target.numerator), (facts, titles), applies, on)
    return own if not beside else _with(own, beside)


def _with(own: PersonalTarget, beside: tuple[PersonalTarget, ...]) -> PersonalTarget:
    return PersonalTarget(
        own.plan, own.target, own.group, own.title, own.clause, own.rule, own.state, own.participations,
        own.statements, own.missing, own.quality_at_least, own.by, beside,
    )  # fmt: skip


def _judge(
    plan: Plan,
    target: Target,
    said: tuple[str, str, Numerator],
    known: tuple[Sequence[Fact], Collection[Title]],
    applies: bool,
    on: date,
) -> PersonalTarget:
    identifier, title, rule = said
    facts, titles = known
    statements: tuple[UUID, ...] = ()
    missing: tuple[str, ...] = ()
    times = 0
    met = False
    if applies and rule.rule == "title_holders":
        times = sum(_holds(one, rule, on) for one in titles)
        met = times > 0
    elif applies and rule.rule in ("any_of", "all_of"):
        counting = [fact for fact in facts if numerators.takes(rule, fact.what, fact.quality)]
        counting.sort(key=lambda fact: (fact.day, fact.statement_id.bytes))
        statements = tuple(dict.fromkeys(fact.statement_id for fact in counting))
        have = {fact.what for fact in counting}
        lacks = tuple(kind for kind in dict.fromkeys(rule.what) if kind not in have)
        met = not lacks if rule.rule == "all_of" else bool(counting)
        missing = () if met else lacks
        times = len(statements) if met else 0
    state = NOT_FOR if not applies else MET if met else NOT_MET
    return PersonalTarget(
        plan.id,
        identifier,
        target.group,
        title,
        target.source_line,
        rule.rule,
        state,
        times,
        statements,
        missing,
        rule.quality_at_least,
        date(on.year, 12, 31),
    )


def _holds(title: Title, rule: Numerator, on: date) -> bool:
    return (
        title.year - on.year in rule.title_years
        and title.decided_on <= on
        and (title.withdrawn_on is None or title.withdrawn_on > on)
    )


# ---------------------------------------------------------------- from the database


def of_worker(
    session: Session, tenant: UUID, worker_id: UUID, on: date, programme: str = PROGRAMME
) -> list[PersonalTarget]:
    """What each target of the plans that bind the worker's enterprises on the day says of the worker, nearest first."""
    employed = session.scalars(
        sa.select(Employment.enterprise_id).where(
            beside(Employment.tenant_id) == tenant,
            Employment.worker_id == worker_id,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
    ).all()
    tree = grounds.land(session, tenant).on(on).tree
    codes = {node.id: node.code for node in tree.nodes}
    every_plan, inherited = all_plans(session, tenant), inheritances(session, tenant)
    found: dict[str, Plan] = {}
    for enterprise_id in employed:
        if enterprise_id in codes:
            chain = tree.chain(codes[enterprise_id])
            found |= {plan.id: plan for plan in binding(every_plan, inherited, chain, on) if plan.id not in found}
    evidence = gathering.gather(session, tenant, [worker_id], programme=programme, year=on.year, as_of=on)[worker_id]
    titles = _titles(session, tenant, worker_id, programme)
    cadres = union_roles.holders(session, tenant, union_roles.CADRE, on)
    cadre = any((worker_id, enterprise_id) in cadres for enterprise_id in employed)
    return [
        judge(plan, target, evidence, titles, cadre=cadre, on=on) for plan in found.values() for target in plan.targets
    ]


def _titles(session: Session, tenant: UUID, worker_id: UUID, programme: str) -> list[Title]:
    rows = session.execute(
        sa.select(Award.year, Award.decided_on, Award.withdrawn_on).where(
            beside(Award.tenant_id) == tenant, Award.worker_id == worker_id, Award.programme == programme
        )
    )
    return [Title(*row) for row in rows]


# ---------------------------------------------------------------- in words


def words(one: PersonalTarget, topics: Mapping[str, str]) -> str:
    """What a target says of a person, in Vietnamese. `topics` are the titles of the topics by code."""
    if one.state == NOT_FOR:
        return f"{one.target} {one.title}: không tính cho người này."
    if one.rule == "title_holders":
        if one.state == MET:
            return f"{one.target} {one.title}: đạt, có danh hiệu được công nhận."
        return f"{one.target} {one.title}: chưa đạt, chưa có danh hiệu được cơ quan có thẩm quyền công nhận."
    if one.state == MET:
        return f"{one.target} {one.title}: đạt, {one.participations} lượt."
    asked = _named(one.missing, topics)
    level = f" ở mức E{one.quality_at_least} trở lên ({LEVELS[one.quality_at_least]})"
    if one.rule == "all_of":
        return f"{one.target} {one.title}: chưa đạt, còn thiếu {asked}{level}; trước hết ngày {one.by:%d/%m/%Y}."
    return (
        f"{one.target} {one.title}: chưa đạt, cần ít nhất một minh chứng{level} về một trong: {asked}; "
        f"trước hết ngày {one.by:%d/%m/%Y}."
    )


def _named(kinds: Iterable[str], topics: Mapping[str, str]) -> str:
    return "; ".join(topics.get(kind, "nội dung bất kỳ" if kind == "*" else kind) for kind in kinds)
