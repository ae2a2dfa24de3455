"""Which criteria set is in force for a programme, an audience and an assessment year.

Two kinds of file make one `CriteriaSet`: the legal frame (kind criteria-set) and the rubric laid on it (kind rubric).
They are apart because one is the law's and the other ours; a rubric names its criteria set, never the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from certification.errors import NoCriteriaInForce
from certification.evaluation.findings import Prepared
from certification.evaluation.rules import Component, Counting, CriteriaSet, Indicator, Step
from certification.rules.rule_store import StoredRule, stored
from certification.rules.topics import code_of
from lrs.db import Session

__all__ = [
    "AUDIENCE",
    "PROGRAMME",
    "build",
    "build_components",
    "files_in_force",
    "in_force",
    "of_rule_file",
    "prepared",
]

PROGRAMME = "cong-dan-hoc-tap"
"""The programme whose title is judged and counted where none is named."""

AUDIENCE = "nguoi-lao-dong"
"""The audience whose table applies to people on a roster, and to whom no employment says another."""


def in_force(
    session: Session,
    tenant: UUID,
    programme: str,
    audience: str,
    year: int,
    *,
    loaded_until: datetime | None = None,
) -> tuple[UUID, CriteriaSet]:
    """The criteria set for an assessment year, and the id of the rule file that brings it back: `of_rule_file`.

    Of several that cover the year the one that begins last counts, and of its rubrics likewise; a rubric that another
    one `replaces` does not. The id is the rubric's, or the criteria set's own where no rubric is loaded. One SQL
    command. With `loaded_until`, files loaded after that instant do not count. Raises NoCriteriaInForce; the newest set
    is never used in place of a missing one.
    """
    frame, rubric = files_in_force(session, tenant, programme, audience, year, loaded_until=loaded_until)
    return (rubric or frame).id, _built(frame, rubric)


def files_in_force(
    session: Session,
    tenant: UUID,
    programme: str,
    audience: str,
    year: int,
    *,
    loaded_until: datetime | None = None,
) -> tuple[StoredRule, StoredRule | None]:
    """As `in_force`, the two files themselves: the criteria set, and its rubric where one is loaded."""
    rules = stored(session, tenant, "criteria-set", "rubric")
    if loaded_until is not None:
        rules = [rule for rule in rules if rule.loaded <= loaded_until]
    frames = [
        rule
        for rule in rules
        if rule.kind == "criteria-set"
        and (rule.document["programme"], rule.document["audience"]) == (programme, audience)
    ]
    covering = [frame for frame in frames if _covers(frame.document, year)]
    if not covering:
        raise NoCriteriaInForce(programme, audience, year, [_years_in_words(frame) for frame in frames])
    frame = max(covering, key=lambda rule: _first_year(rule.document))
    return frame, _rubric_of(frame, rules, year)


def of_rule_file(session: Session, tenant: UUID, rule_file_id: UUID) -> CriteriaSet:
    """The criteria set that `in_force` gave together with this id. Raises KeyError for an id it never gave."""
    rules = {rule.id: rule for rule in stored(session, tenant, "criteria-set", "rubric")}
    rule = rules[rule_file_id]
    if rule.kind == "criteria-set":
        return _built(rule, None)
    frame = next(
        each
        for each in rules.values()
        if each.kind == "criteria-set" and each.identifier == rule.document["criteria_set"]
    )
    return _built(frame, rule)


@lru_cache(maxsize=256)
def _built(frame: StoredRule, rubric: StoredRule | None) -> CriteriaSet:
    return build(frame.document, rubric.document if rubric else None)


@lru_cache(maxsize=64)
def prepared(criteria_set: CriteriaSet, countings: tuple[Counting, ...] = ()) -> Prepared:
    """The rules made ready for judging, once in a process."""
    return Prepared(criteria_set, countings)


def build(frame: Mapping[str, Any], rubric: Mapping[str, Any] | None) -> CriteriaSet:
    """A criteria set from checked documents. Without a rubric every indicator waits for an attestation."""
    components = (
        {one["id"]: build_components(one["component"]) for one in rubric["indicator"]} if rubric is not None else {}
    )
    last = frame["years"].get("last")
    return CriteriaSet(
        id=frame["id"],
        programme=frame["programme"],
        audience=frame["audience"],
        title=frame["title"],
        first_year=_first_year(frame),
        last_year=last["value"] if last else None,
        total_at_least=frame["title_rule"]["total_at_least"]["value"],
        each_at_least=frame["title_rule"]["each_indicator_at_least"]["value"],
        single_statement_at_most=rubric["single_statement_at_most"] if rubric is not None else 0,
        indicators=tuple(
            Indicator(
                id=one["id"],
                title=one["title"],
                competence=competence["title"],
                max_points=one["max_points"]["value"],
                loggable=one["id"] in components,
                components=components.get(one["id"], ()),
            )
            for competence in frame["competence"]
            for one in competence["indicator"]
        ),
        rubric=rubric["id"] if rubric is not None else "",
        number=frame["number"],
        issuer=frame["issuer"],
    )


def build_components(documents: Sequence[Mapping[str, Any]]) -> tuple[Component, ...]:
    """The components of one indicator of a rubric."""
    return tuple(
        Component(
            measure=one["measure"],
            what=tuple(map(code_of, one["what"])),
            quality_at_least=one["quality_at_least"],
            options=tuple(sorted(one.get("options", {}).items())),
            steps=tuple(Step(step["at_least"], step["points"]) for step in one["steps"]),
            title=one["title"],
        )
        for one in documents
    )


def _rubric_of(frame: StoredRule, rules: Sequence[StoredRule], year: int) -> StoredRule | None:
    rubrics = [rule for rule in rules if rule.kind == "rubric" and rule.document["criteria_set"] == frame.identifier]
    begun = [rubric for rubric in rubrics if rubric.document["first_year"] <= year]
    replaced = {rubric.document.get("replaces") for rubric in begun}
    standing = [rubric for rubric in begun if rubric.identifier not in replaced]
    return max(standing, key=lambda rubric: rubric.document["first_year"], default=None)


def _covers(frame: Mapping[str, Any], year: int) -> bool:
    last = frame["years"].get("last")
    return _first_year(frame) <= year and (last is None or year <= last["value"])


def _first_year(frame: Mapping[str, Any]) -> int:
    first: int = frame["years"]["first"]["value"]
    return first


def _years_in_words(frame: StoredRule) -> str:
    last = frame.document["years"].get("last")
    first = _first_year(frame.document)
    return f"{frame.identifier} ({first} to {last['value']})" if last else f"{frame.identifier} (from {first})"
