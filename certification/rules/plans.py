"""Plans and their targets: which plans are loaded, and which of them bind an organization on a day.

A plan binds its owner, the organizations it gives the work to (no union owns a State plan, but unions are told to carry
it out), and everything below them, on either tree. The nearest plan comes first. A successor unit takes over its
predecessor's plan only where a loaded inheritance record says so. Counting is `targets.attainment`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from certification.evaluation.rules import Counting
from certification.rules.rule_store import StoredRule, stored
from certification.rules.topics import code_of
from lrs.db import Session

__all__ = [
    "Beside",
    "Inheritance",
    "Numerator",
    "Plan",
    "Shortfall",
    "Target",
    "TargetValue",
    "all_plans",
    "below_parent",
    "binding",
    "build",
    "counting",
    "countings",
    "inheritances",
    "shortfalls",
]


@dataclass(frozen=True, slots=True)
class Numerator:
    """Who counts towards a target.

    `rule` is any_of (a fact of at least one kind in `what`), all_of (of every kind), title_holders or commitment.
    `what` are fact codes, ("*",) for any fact; facts below `quality_at_least` do not count; facts of the calendar year
    of the cut-off count, up to the cut-off. For title_holders, `title_years` are the assessment years whose titles
    count, relative to the year of the cut-off: (0, -1) is that year's and the year before's. For commitment,
    `commitment` is what the organization must have taken on for the year of the cut-off.
    """

    rule: str
    what: tuple[str, ...] = ()
    quality_at_least: int = 0
    title_years: tuple[int, ...] = ()
    commitment: str | None = None


@dataclass(frozen=True, slots=True)
class TargetValue:
    """So many per cent by the end of a year."""

    year: int
    percent: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A second numerator shown beside a target's own, never held against its percentage: a text that asks for one thing
    and counts another is shown both ways."""

    id: str
    title: str
    numerator: Numerator


@dataclass(frozen=True, slots=True)
class Target:
    """One chỉ tiêu of a plan.

    `id` is unique in the plan. `group` is G1 to G5 for the groups of the national programme, else the plan's own (L1
    …). `population` (denominator) is workers, union_cadres or grassroots_unions; `unit` person or organization;
    `operator` ">=" or ">". `source_line` is the document's own sentence; `result_line` its sentence on how the result
    is counted, "" if it has none. `status` speaks of the percentages: CONFIRMED, INFERRED or PROPOSAL.
    """

    id: str
    group: str
    title: str
    population: str
    unit: str
    numerator: Numerator
    operator: str
    values: tuple[TargetValue, ...]
    source_line: str
    status: str
    result_line: str = ""
    also: tuple[Beside, ...] = ()
    related_to: str | None = None
    """A group of the parent plan that asks for something near, for targets that have a group of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan as loaded. `owner` is the code of the organization that it binds, with everything below it; `also_binds`
    are those it orders to carry it out, which it binds in the same way."""

    id: str
    rule_file_id: UUID
    title: str
    number: str
    issued: date | None
    issuer: str
    owner: str
    parent: str | None
    in_force_from: date
    in_force_to: date | None
    targets: tuple[Target, ...]
    source: str
    source_href: str = ""
    """Where the first source can be read; "" for one that is published nowhere."""
    also_binds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inheritance:
    """A loaded record that `organization` follows the plan `plan` as its own from `from_day` on, and on what basis."""

    plan: str
    organization: str
    from_day: date
    basis: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """That a target asks for `percent` by `year` where its parent plan's asks for more. `related_to` is the parent's
    group where the two are not of one group and not counted alike."""

    target: str
    year: int
    percent: int
    parent: str
    parent_target: str
    parent_percent: int
    related_to: str | None


def all_plans(session: Session, tenant: UUID) -> list[Plan]:
    """Every loaded plan of the tenant, by id."""
    return [_built(rule) for rule in stored(session, tenant, "plan")]


@lru_cache(maxsize=1000)
def _built(rule: StoredRule) -> Plan:
    return build(rule.document, rule.id)


def countings(plans: Iterable[Plan], year: int) -> tuple[Counting, ...]:
    """How the plans in force at some time of the year count workers by what they learned; each way once, by key."""
    found = {
        one.key: one
        for plan in plans
        if plan.in_force_from.year <= year and (plan.in_force_to is None or year <= plan.in_force_to.year)
        for target in plan.targets
        for rule in (target.numerator, *(beside.numerator for beside in target.also))
        if (one := counting(rule)) is not None
    }
    return tuple(found[key] for key in sorted(found))


def counting(rule: Numerator) -> Counting | None:
    """The pure form of a numerator that counts by what was learned; None for one that counts titles or commitments.

    Its key is a digest of what it says, so that it stays the same whichever plans are loaded.
    """
    if rule.rule not in ("any_of", "all_of"):
        return None
    what = tuple(sorted(set(rule.what)))
    said = f"{rule.rule} {rule.quality_at_least} {' '.join(what)}"
    key = int.from_bytes(blake2b(said.encode(), digest_size=4).digest())
    return Counting(key, rule.rule, what, rule.quality_at_least)


def inheritances(session: Session, tenant: UUID) -> list[Inheritance]:
    """Every loaded inheritance record of the tenant. One SQL command."""
    return [
        Inheritance(
            plan=rule.document["plan"],
            organization=rule.document["organization"],
            from_day=rule.document["from_day"],
            basis=rule.document["carry_over"]["basis"],
        )
        for rule in stored(session, tenant, "plan-inheritance")
    ]


def binding(plans: Iterable[Plan], inheritances: Iterable[Inheritance], chain: Sequence[str], on: date) -> list[Plan]:
    """The plans that bind an organization on a day, nearest first, each once.

    `chain` are the codes of the organization and what stands above it on both trees, nearest first. An inherited plan
    counts as the heir's own from its `from_day` on; of one organization's plans its own come before inherited ones, and
    newer before older.
    """
    in_force = {plan.id: plan for plan in plans if _is_in_force(plan, on)}
    own: dict[str, list[Plan]] = {}
    inherited: dict[str, list[Plan]] = {}
    for plan in in_force.values():
        for code in (plan.owner, *plan.also_binds):
            own.setdefault(code, []).append(plan)
    for one in inheritances:
        if one.plan in in_force and one.from_day <= on:
            inherited.setdefault(one.organization, []).append(in_force[one.plan])
    ordered = (plan for code in chain for group in (own, inherited) for plan in _newest_first(group.get(code, [])))
    return list(dict.fromkeys(ordered))


def shortfalls(plan: Plan, parent: Plan) -> list[str]:
    """A warning for each target of `plan` that asks for less than its parent's target for the same year."""
    return [
        f"plan {plan.id}, target {one.target}"
        + (f" (related to {one.related_to}, though not counted alike)" if one.related_to else "")
        + f": {one.percent} % for {one.year} is below the {one.parent_percent} % of its parent plan {parent.id}, "
        f"target {one.parent_target}"
        for one in below_parent(plan, parent)
    ]


def below_parent(plan: Plan, parent: Plan) -> list[Shortfall]:
    """Where `plan` asks for less than its parent.

    Targets of the same group are compared, and those whose `related_to` names a group of the parent. Asking for less
    may be right, so it is said, not refused.
    """
    above = {target.group: target for target in parent.targets}
    found = []
    for target in plan.targets:
        other = above.get(target.group) or above.get(target.related_to or "")
        if other is None:
            continue
        asked = {value.year: value.percent for value in other.values}
        related = None if target.group == other.group else other.group
        found += [
            Shortfall(target.id, value.year, value.percent, parent.id, other.id, asked[value.year], related)
            for value in target.values
            if value.percent < asked.get(value.year, 0)
        ]
    return found


def rivals(plan: Plan, others: Iterable[Plan]) -> list[str]:
    """A warning for each other plan of the same owner from the same day that sets a target for the same group.

    Which of the two is the nearer one is not said by either; the first by id is taken, so the operator should know.
    """
    groups = {target.group for target in plan.targets}
    return [
        f"plan {plan.id} and plan {other.id} bind {plan.owner} from the same day {plan.in_force_from} with targets for "
        f"the same group; {min(plan.id, other.id)} is measured first: end one of them, or let one begin later"
        for other in others
        if other.id != plan.id
        and (other.owner, other.in_force_from) == (plan.owner, plan.in_force_from)
        and groups.intersection(target.group for target in other.targets)
    ]


def build(document: Mapping[str, Any], rule_file_id: UUID) -> Plan:
    """A plan from a checked document."""
    return Plan(
        id=document["id"],
        rule_file_id=rule_file_id,
        title=document["title"],
        number=document["number"],
        issued=document.get("issued"),
        issuer=document["issuer"],
        owner=document["owner"],
        parent=document.get("parent"),
        in_force_from=document["in_force_from"],
        in_force_to=document.get("in_force_to"),
        targets=tuple(_target(one) for one in document["target"]),
        source=document["source"][0]["title"],
        source_href=document["source"][0].get("href", ""),
        also_binds=tuple(one["organization"] for one in document.get("also_binds", [])),
    )


def _target(document: Mapping[str, Any]) -> Target:
    return Target(
        id=document["id"],
        group=document["group"],
        title=document["title"],
        population=document["population"],
        unit=document["unit"],
        numerator=_numerator(document["numerator"]),
        operator=document["operator"],
        values=tuple(TargetValue(one["year"], one["percent"]) for one in document["values"]),
        source_line=document["source_line"],
        status=document["status"],
        result_line=document.get("result_line", ""),
        also=tuple(Beside(one["id"], one["title"], _numerator(one["numerator"])) for one in document.get("also", [])),
        related_to=document.get("related_to"),
    )


def _numerator(document: Mapping[str, Any]) -> Numerator:
    return Numerator(
        rule=document["rule"],
        what=tuple(map(code_of, document.get("what", ()))),
        quality_at_least=document.get("quality_at_least", 0),
        title_years=tuple(document.get("title_years", ())),
        commitment=document.get("commitment"),
    )


def _is_in_force(plan: Plan, on: date) -> bool:
    return plan.in_force_from <= on and (plan.in_force_to is None or on <= plan.in_force_to)


def _newest_first(plans: Iterable[Plan]) -> list[Plan]:
    return sorted(sorted(plans, key=lambda plan: plan.id), key=lambda plan: plan.in_force_from, reverse=True)
