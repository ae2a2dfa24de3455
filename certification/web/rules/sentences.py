"""A rule file in sentences, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from certification.rules import evidence_mapping, rule_store
from certification.rules.rule_store import StoredRule
from certification.units import organizations
from certification.web.rules import criteria, evidence, plans, procedures
from certification.web.rules.told import Told
from lrs.db import Session

__all__ = ["of_rule"]


def of_rule(
    session: Session, tenant: UUID, rule: StoredRule, year: int, *, rubric: StoredRule | None = None
) -> Told | None:
    """What a file asks; None for a kind that nobody reads as sentences. Terms are those of the assessed year `year`;
    with a `rubric`, criteria are told together with the points that it suggests."""
    document = rule.document
    match rule.kind:
        case "criteria-set":
            points = rubric.document if rubric is not None else None
            return criteria.told(document, points, _topics(session, tenant))
        case "rubric":
            frame = _named(session, tenant, "criteria-set", document["criteria_set"])
            return criteria.told(frame, document, _topics(session, tenant)) if frame is not None else None
        case "plan":
            parent = _named(session, tenant, "plan", document.get("parent"))
            codes = [document["owner"], *(one["organization"] for one in document.get("also_binds", ()))]
            units = organizations.names_of(session, tenant, codes)
            return plans.told(document, parent, _topics(session, tenant), units)
        case "plan-inheritance":
            codes = [document["organization"], document["predecessor"]]
            units = organizations.names_of(session, tenant, codes)
            return plans.inheritance_told(document, _named(session, tenant, "plan", document["plan"]), units)
        case "title-procedure":
            return procedures.told(document, year)
        case "procedure":
            return procedures.answers_told(document)
        case "evidence-mapping":
            return evidence.told(document, _topics(session, tenant))
    return None


def _topics(session: Session, tenant: UUID) -> Mapping[str, str]:
    return evidence_mapping.titles(session, tenant)


def _named(session: Session, tenant: UUID, kind: str, identifier: str | None) -> Mapping[str, Any] | None:
    if identifier is None:
        return None
    found = rule_store.stored(session, tenant, kind)
    return next((one.document for one in found if one.identifier == identifier), None)
