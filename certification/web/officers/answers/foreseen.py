"""What would count once a declaration is confirmed: worked out as judgements are, of the Statement it would make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from certification.errors import CertificationError
from certification.evidence import declarations, declared
from certification.evidence.declared import Listed
from certification.judgement import explanations, what_if
from certification.judgement.what_if import NotSupposable, Supposed, Supposition
from certification.people.workers import Person
from certification.rules import evidence_mapping, procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.stated_facts import facts_of
from lrs.db import Session

__all__ = ["Foreseen", "Gain", "foresee"]


@dataclass(frozen=True, slots=True)
class Gain:
    """A chỉ số whose suggested points would change."""

    indicator: str
    title: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The level that a confirmation gives (0 to 3) with its words, and the chỉ số that would change; `year` the one
    that it counts for."""

    level: int
    words: str
    year: int
    gains: tuple[Gain, ...]


def foresee(session: Session, tenant: UUID, person: Person, one: Listed, unit: str, on: date) -> Foreseen | None:
    """Of a declaration that waits. None where no rules say what it would be worth."""
    try:
        procedure = procedures.in_force(session, tenant, PROGRAMME, on)
        mapping = evidence_mapping.mapping_in_force(session, tenant, on)
    except CertificationError:
        return None
    level = declarations.level_of(one, procedure)
    made = declared.statement(
        tenant, mapping, one, person, level=level, statement_id=uuid5(one.id, "foreseen"), unit=unit
    )
    learned = tuple(
        Supposed(fact.what, fact.day, fact.quality, fact.minutes, fact.score) for fact in facts_of(mapping, made)
    )
    year = one.learned_on.year
    try:
        answer = what_if.of_worker(session, tenant, person.id, PROGRAMME, year, on, Supposition(learned))
    except (NotSupposable, CertificationError):
        return Foreseen(level, explanations.LEVELS[level], year, ())
    before = {row.indicator: row for row in explanations.explain(answer.rules, answer.now).rows}
    after = explanations.explain(answer.supposed_rules, answer.then).rows
    gains = tuple(
        Gain(row.indicator, row.title, before[row.indicator].suggested, row.suggested)
        for row in after
        if row.indicator in before and row.suggested != before[row.indicator].suggested
    )
    return Foreseen(level, explanations.LEVELS[level], year, gains)
