"""What a destination of forwarding may ask for beside the store's own fields: Statements that count here, and
Statements that follow a template of an xAPI Profile (Profiles, Structure 7.2).

    mapping    true: those that the evidence mapping in force takes for evidence, of whomever they are
    templates  any of these: a template's id, of our own Profile, or a template itself, of any Profile
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from certification.errors import NoMappingInForce
from certification.rules import evidence_mapping, stated_facts, statement_templates
from certification.rules.locations import NoLocation, location, with_lists
from certification.rules.statement_templates import CONTEXTS, Rule, StatementTemplate
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session

__all__ = ["MORE"]

MOST = 100
_PRESENCES = ("", "included", "excluded", "recommended")
_RULES = {"location", "selector", "presence", "any", "all", "none", "scopeNote"}
_CONTEXTS = {profiles: field for field, (_ours, profiles) in CONTEXTS.items()}
_LISTS = {**_CONTEXTS, "attachmentUsageType": ""}
_PLAIN = ("verb", "objectActivityType")
_WORDS = {"id", "type", "inScheme", "prefLabel", "definition", "deprecated"}
_FOREIGN = {"objectStatementRefTemplate", "contextStatementRefTemplate"}


def _check_mapping(value: Any) -> list[str]:
    return [] if value is True else ["write true, or leave it out"]


def _by_mapping(session: Session, tenant: UUID, _value: Any, now: datetime) -> Any:
    try:
        mapping = evidence_mapping.mapping_in_force(session, tenant, vietnam_day(now))
    except NoMappingInForce as error:
        raise api.InvalidRequest.at("filter/mapping", str(error)) from None
    return lambda statement: bool(stated_facts.fitting(mapping, statement))


def _check_templates(value: Any) -> list[str]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        return [f"write a list of 1 to {MOST} templates: ids of our Profile's, or templates themselves"]
    return [f"{at + 1}: {fault}" for at, one in enumerate(value) for fault in _faults(one)]


def _faults(template: Any) -> list[str]:
    if isinstance(template, str):
        return [] if template else ["an id is wanted"]
    if not isinstance(template, Mapping):
        return ["a template is an object, as a Profile has it, or the id of one of ours"]
    said = [f"{name} is not asked here: it looks into other Statements" for name in sorted(_FOREIGN & set(template))]
    known = {*_LISTS, *_PLAIN, *_WORDS, *_FOREIGN, "rules"}
    said += [f"{name} is no property of a template" for name in sorted(set(template) - known)]
    said += [f"{name} is a text" for name in _PLAIN if not isinstance(template.get(name, ""), str)]
    said += [f"{name} is a list of texts" for name in _LISTS if not _is_texts(template.get(name, []))]
    rules = template.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, Mapping) for rule in rules):
        return [*said, "rules is a list of objects"]
    if not rules and not any(template.get(name) for name in (*_PLAIN, *_LISTS)):
        said.append("it asks nothing: it has neither a determining property nor a rule")
    return said + [f"rule {at + 1}: {fault}" for at, rule in enumerate(rules) for fault in _faults_of_rule(rule)]


def _faults_of_rule(rule: Mapping[str, Any]) -> list[str]:
    said = [f"{name} is no property of a rule" for name in sorted(set(rule) - _RULES)]
    if rule.get("presence", "") not in _PRESENCES:
        said.append("presence is included, excluded or recommended")
    said += [f"{name} is a list" for name in ("any", "all", "none") if not isinstance(rule.get(name, []), list)]
    for name in ("location", "selector"):
        path = rule.get(name, "" if name == "selector" else None)
        try:
            if not isinstance(path, str):
                raise NoLocation("is a JSONPath")
            if path:
                location(path)
        except NoLocation as error:
            said.append(f"{name} {error}")
    return said


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _by_templates(session: Session, tenant: UUID, value: Any, now: datetime) -> Any:
    mapping = None
    if any(isinstance(one, str) for one in value):
        try:
            mapping = evidence_mapping.mapping_in_force(session, tenant, vietnam_day(now))
        except NoMappingInForce as error:
            raise api.InvalidRequest.at("filter/templates", str(error)) from None
    ours = mapping.statement_templates if mapping else {}
    unknown = [one for one in value if isinstance(one, str) and one not in ours]
    if unknown:
        raise api.InvalidRequest.at("filter/templates", f"our Profile has no template {unknown[0]}")
    types = mapping.known_types if mapping else {}
    wanted = [ours[one] if isinstance(one, str) else _template(one) for one in value]

    def follows(statement: Mapping[str, Any]) -> bool:
        listed = with_lists(statement)
        return any(
            statement_templates.matches(one, listed, types) and not statement_templates.broken(one, listed)
            for one in wanted
        )

    return follows


def _template(document: Mapping[str, Any]) -> StatementTemplate:
    return StatementTemplate(
        id=str(document.get("id", "")),
        title={},
        definition={},
        verb=document.get("verb", ""),
        object_type=document.get("objectActivityType", ""),
        context_types={field: tuple(document[name]) for name, field in _CONTEXTS.items() if document.get(name)},
        attachment_usage_types=tuple(document.get("attachmentUsageType", ())),
        rules=tuple(_rule(rule) for rule in document.get("rules", ())),
    )


def _rule(rule: Mapping[str, Any]) -> Rule:
    any_, all_, none = (tuple(rule[name]) if name in rule else None for name in ("any", "all", "none"))
    return Rule(rule["location"], rule.get("presence", ""), any_, all_, none, rule.get("selector", ""))


MORE: Mapping[str, api.NamedFilter] = {
    "mapping": api.NamedFilter(_check_mapping, _by_mapping),
    "templates": api.NamedFilter(_check_templates, _by_templates),
}
"""The fields, as the store's forwarding asks by them."""
