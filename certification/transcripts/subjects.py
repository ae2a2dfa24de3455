"""Which groups of the national programme and which indicators a topic is learnt for, by the rules as loaded.

A group's topics are those of the numerators of the plans that no other plan stands above; an indicator's are those of
its components in the criteria set in force for the year of the learning. A year without criteria has no indicators.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.errors import NoCriteriaInForce
from certification.rules import criteria, evidence_mapping
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import all_plans
from lrs.db import Session

__all__ = ["Subjects", "of"]

_Kinds = dict[str, list[tuple[str, int]]]
"""By topic: codes that it counts for, each from a level of evidence on."""

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Subjects:
    """By the rules: `topics`, `groups` and `indicators` are titles by code, in the order of the rules."""

    topics: dict[str, str]
    groups: dict[str, str]
    indicators: dict[str, str]
    _of_groups: _Kinds
    _of_indicators: dict[tuple[int, str], _Kinds]
    _stamps: dict[tuple[tuple[int, str], ...], bytes] = field(default_factory=dict)

    def groups_of(self, topics: Collection[str], quality: int) -> set[str]:
        """Groups for which learning about these topics, of this level of evidence, is counted."""
        return _codes(self._of_groups, topics, quality)

    def asked(self, group: str, what: Any, quality: Any) -> list[Any]:
        """The same as conditions of SQL over a fact's topic and level: one of them holds for what a group counts."""
        kinds = self._of_groups.items()
        return [
            sa.and_(what == topic, quality >= at_least)
            for topic, codes in kinds
            for code, at_least in codes
            if code == group
        ]

    def indicators_of(self, topics: Collection[str], quality: int, year: int, audience: str) -> set[str]:
        """Indicators for which it speaks, by the criteria of the year and the audience."""
        return _codes(self._of_indicators.get((year, audience), {}), topics, quality)

    def stamp(self, years: Collection[tuple[int, str]]) -> bytes:
        """A digest of what the rules say of learning in these years, for these audiences."""
        key = tuple(sorted(years))
        if key not in self._stamps:
            kinds = [self._of_indicators.get(one, {}) for one in key]
            codes = {code for one in kinds for listed in one.values() for code, _ in listed}
            titles = [(code, title) for code, title in self.indicators.items() if code in codes]
            said = repr((self.topics, self.groups, self._of_groups, kinds, titles))
            self._stamps[key] = hashlib.blake2b(said.encode(), digest_size=16).digest()
        return self._stamps[key]


def of(session: Session, tenant: UUID, years: Collection[tuple[int, str]], *, programme: str = PROGRAMME) -> Subjects:
    """The rules for learning of these years and audiences; an SQL command for each, and two more."""
    groups: dict[str, str] = {}
    of_groups: _Kinds = {}
    for plan in all_plans(session, tenant):
        for target in plan.targets if plan.parent is None else ():
            rule = target.numerator
            if rule.rule in ("any_of", "all_of") and _ANY not in rule.what:
                groups.setdefault(target.group, target.title.partition(":")[0])
                for topic in rule.what:
                    of_groups.setdefault(topic, []).append((target.group, rule.quality_at_least))
    indicators: dict[str, str] = {}
    of_indicators: dict[tuple[int, str], _Kinds] = {}
    for year, audience in sorted(years, reverse=True):
        try:
            criteria_set = criteria.in_force(session, tenant, programme, audience, year)[1]
        except NoCriteriaInForce:
            continue
        kinds = of_indicators.setdefault((year, audience), {})
        for indicator in criteria_set.indicators:
            indicators.setdefault(indicator.id, indicator.title)
            for component in indicator.components:
                for topic in component.what:
                    kinds.setdefault(topic, []).append((indicator.id, component.quality_at_least))
    return Subjects(evidence_mapping.titles(session, tenant), groups, indicators, of_groups, of_indicators)


def _codes(kinds: _Kinds, topics: Collection[str], quality: int) -> set[str]:
    return {code for topic in (*topics, _ANY) for code, at_least in kinds.get(topic, ()) if quality >= at_least}
