"""Statement Templates as xAPI Profiles define them, and what of one a Statement breaks (Profiles, Processing 2.1).

Those of our own Profile come from the evidence mapping; `rules.profile` publishes the very same ones. A Statement
*matches* a template by its determining properties; what it then breaks of the rules are findings, and no reason to
refuse it. The types of activities are read from the Statement, and from our Profile for activities that it defines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certification.rules.locations import as_compared, location

__all__ = ["CONTEXTS", "Rule", "StatementTemplate", "broken", "matches", "typed"]


CONTEXTS = {
    "category_types": ("category", "contextCategoryActivityType"),
    "grouping_types": ("grouping", "contextGroupingActivityType"),
    "parent_types": ("parent", "contextParentActivityType"),
    "other_types": ("other", "contextOtherActivityType"),
}
"""Our field of a template: where in a Statement's contextActivities it is looked for, and what a Profile calls it."""

_NOTHING = object()
"""A place at which a rule's selector found nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must stand at a location. `presence` "" where the rule does not speak of it; None for lists not given."""

    location: str
    presence: str = ""
    any: tuple[Any, ...] | None = None
    all: tuple[Any, ...] | None = None
    none: tuple[Any, ...] | None = None
    selector: str = ""
    scope_note: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StatementTemplate:
    """One way in which Statements of our Profile are made. `id` is its IRI; types are lists of IRIs, by CONTEXTS."""

    id: str
    title: Mapping[str, str]
    definition: Mapping[str, str]
    verb: str
    object_type: str
    context_types: Mapping[str, tuple[str, ...]]
    attachment_usage_types: tuple[str, ...]
    rules: tuple[Rule, ...]


def typed(activities: Any, known_types: Mapping[str, str]) -> set[str]:
    """The types of these activities: what the Statement says of each, else what our Profile says of its id."""
    if isinstance(activities, Mapping):
        activities = (activities,)
    return {
        kind
        for activity in activities or ()
        if (kind := (activity.get("definition") or {}).get("type") or known_types.get(activity.get("id", "")))
    }


def matches(template: StatementTemplate, statement: Mapping[str, Any], known_types: Mapping[str, str]) -> bool:
    """Whether the Statement has all determining properties of the template; it may have more."""
    if template.verb and statement["verb"]["id"] != template.verb:
        return False
    if template.object_type and template.object_type not in typed(statement["object"], known_types):
        return False
    around = (statement.get("context") or {}).get("contextActivities") or {}
    for field, wanted in template.context_types.items():
        if not set(wanted) <= typed(around.get(CONTEXTS[field][0]), known_types):
            return False
    usages = {attachment.get("usageType") for attachment in statement.get("attachments") or ()}
    return set(template.attachment_usage_types) <= usages


def broken(template: StatementTemplate, statement: Mapping[str, Any]) -> list[tuple[Rule, str]]:
    """The rules of a template that a Statement with listed context activities breaks, each with what it breaks of it:
    "included", "excluded", "any", "all" or "none"."""
    return [(rule, fault) for rule in template.rules if (fault := _fault(rule, statement))]


def _fault(rule: Rule, statement: Mapping[str, Any]) -> str:
    values = location(rule.location).values(statement)
    if rule.selector:
        values = list(_selected(values, rule.selector))
    matchable = [value for value in values if value is not _NOTHING]
    some_lack = len(matchable) < len(values)
    if rule.presence == "included" and (some_lack or not values):
        return "included"
    if rule.presence == "excluded" and matchable:
        return "excluded"
    if not values and rule.presence in ("excluded", "recommended"):
        return ""
    found = {as_compared(value) for value in matchable}
    if rule.any is not None and not found & _set(rule.any):
        return "any"
    if rule.all is not None and (some_lack or not found <= _set(rule.all)):
        return "all"
    return "none" if rule.none is not None and found & _set(rule.none) else ""


def _selected(values: Sequence[Any], selector: str) -> Iterable[Any]:
    where = location(selector)
    for value in values:
        yield from where.values(value) or [_NOTHING]


def _set(values: Iterable[Any]) -> set[Any]:
    return {as_compared(value) for value in values}
