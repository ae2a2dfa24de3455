"""The rules that come with the program, as plain values, and small builders of evidence. No database."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from certification.evaluation.results import Attested, Fact
from certification.evaluation.rules import CriteriaSet
from certification.rules import criteria, evidence_mapping, plans
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.plans import Plan
from certification.rules.rule_files import PROGRAMMES

FOLDER = PROGRAMMES / "cong-dan-hoc-tap"

LOGGABLE = ("CS1", "CS2", "CS3", "CS5", "CS6", "CS7")
BY_PERSON = ("CS4", "CS8", "CS9", "CS10")


@cache
def document(name: str) -> Mapping[str, Any]:
    """A shipped file by its name without the suffix."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def criteria_set() -> CriteriaSet:
    """324/QĐ-KHVN for workers, with the shipped rubric."""
    return criteria.build(
        document("criteria-324-qd-khvn-2023-nguoi-lao-dong"), document("rubric-de-xuat-2026-nguoi-lao-dong")
    )


@cache
def criteria_set_2022() -> CriteriaSet:
    """244/QĐ-KHVN for workers, on which no rubric is laid."""
    return criteria.build(document("criteria-244-qd-khvn-2022-nguoi-lao-dong"), None)


@cache
def mapping() -> EvidenceMapping:
    """As it is in force when every shipped file is loaded."""
    return evidence_mapping.build(document("evidence-mapping-2026"), [document("evidence-mapping-2026-ho-so-xapi")])


@cache
def plan(name: str) -> Plan:
    """A shipped plan by its file's name without the suffix."""
    return plans.build(document(name), UUID(int=1))


def fact(number: int, what: str, day: date | None = None, **other: Any) -> Fact:
    """The fact of Statement `number`: on another day and of another activity than every other number, unless said."""
    values: dict[str, Any] = {"minutes": 0, "score": None, "quality": 2, "activity_key": number}
    day = day or date(2026, 1, 1) + timedelta(days=number)
    return Fact(UUID(int=number), what, day, **(values | other))


def attested(indicator: str, points: int, on: date = date(2026, 11, 1), **other: Any) -> Attested:
    return Attested(indicator, points, on, "Tổ trưởng công đoàn", "Biên bản họp tổ", **other)


def attested_by_person(points: int = 5) -> tuple[Attested, ...]:
    """The same points for each indicator that only a person can judge."""
    return tuple(attested(indicator, points) for indicator in BY_PERSON)


PLAN = """
kind = "plan"
id = "{id}"
programme = "cong-dan-hoc-tap"
title = "{id}"
number = "{id}"
issuer = "UBND"
owner = "{owner}"
in_force_from = {first}
in_force_to = {last}
in_force_status = "CONFIRMED"
checked = 2026-11-20

[[source]]
id = "thu"
title = "Kế hoạch thử"
checked = 2026-11-20

[[target]]
id = "G1"
group = "G1"
title = "Pháp luật"
population = "workers"
unit = "person"
operator = ">="
numerator = {{ rule = "any_of", what = {about}, quality_at_least = 1 }}
values = [{{ year = 2026, percent = {percent} }}]
source_line = "đến năm 2026 đạt {percent}%"
status = "CONFIRMED"
checked = 2026-11-20
"""


def plan_text(id: str, owner: str, *, first: date, last: date, percent: int, about: Collection[str]) -> str:
    """A plan file with one target, G1 for 2026: so many per cent of workers have learned any of these topics."""
    topics = "[" + ", ".join(f'"{one}"' for one in about) + "]"
    return PLAN.format(id=id, owner=owner, first=first, last=last, percent=percent, about=topics)
