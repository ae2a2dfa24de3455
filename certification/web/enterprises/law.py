"""/doanh-nghiep/quy-dinh and /doanh-nghiep/danh-hieu: what plans and the law ask of the enterprise, and its own share.

Only what a source confirms is told, each with its document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Response

from certification.access.permissions import Act
from certification.resources.access import database, today, who
from certification.rules import plans
from certification.rules.criteria import PROGRAMME
from certification.rules.rule_store import in_force_on
from certification.targets import attainment, disclosure
from certification.targets import rates as rates_of_targets
from certification.units import organizations
from certification.units.trees import NotOnThatDay, UnknownOrganization
from certification.web.enterprises import pages
from certification.web.enterprises.duties import DUTIES
from certification.web.enterprises.own import own
from certification.web.frame.pages import shown
from certification.web.officers import standings
from lrs.db import Session

__all__: list[str] = []

CONFIRMED = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Within:
    """Within how many days the wish of a person is to be met; `days_with_others` where others have the data too."""

    title: str
    ground: str
    days: int
    days_with_others: int


@pages.page("/doanh-nghiep/quy-dinh", Act.READ_OWN_SHARE)
def law() -> Response:
    """Targets of the plans that bind the enterprise today, what the law asks, and within which days."""
    tenant, on = who().tenant, today()
    with database().reading(tenant) as session:
        node = own(session, Act.READ_OWN_SHARE)
        tree = organizations.tree(session, tenant, on)
        bound = attainment.binding_targets(session, tenant, tree, [node.code], on)[node.code]
        rule = in_force_on(session, tenant, "personal-data", PROGRAMME, on)
    asked = [(plan, target) for plan, target in bound if target.status == CONFIRMED and target.unit == "person"]
    document: Mapping[str, Any] = rule.document if rule is not None else {}
    return shown(
        "enterprises/law.html", asked=asked, duties=DUTIES, within=_within(document), on=on, sources=_sources(document)
    )


def _within(document: Mapping[str, Any]) -> list[Within]:
    """The terms of which a source says all."""
    return [
        Within(one["title"], one["ground"], one["days"]["value"], one["days_with_others"]["value"])
        for one in document.get("request", ())
        if one["days"]["status"] == one["days_with_others"]["status"] == CONFIRMED
    ]


def _sources(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in document.get("source", ()) if one.get("href", "").startswith("https://")]


@pages.page("/doanh-nghiep/danh-hieu", Act.READ_OWN_SHARE)
def titles() -> Response:
    """How many of the enterprise's workers hold the title, against the plans' targets; few people are not told."""
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        node = own(session, Act.READ_OWN_SHARE)
        try:
            found = rates_of_targets.rates(session, tenant, node.code, on=on, today=on)
        except (UnknownOrganization, NotOnThatDay):
            return shown("enterprises/titles.html", plans=(), hidden=False, on=on, node=node, below=disclosure.BELOW)
        of_titles = _of_titles(session, tenant)
        mine = tuple(one for one in found.targets if (one.figures.plan, one.figures.target) in of_titles)
        hidden = any(0 < one.figures.counted < disclosure.BELOW for one in mine)
        told = () if hidden else standings.of_plans(session, tenant, replace(found, targets=mine))
    return shown("enterprises/titles.html", plans=told, hidden=hidden, on=on, node=node, below=disclosure.BELOW)


def _of_titles(session: Session, tenant: UUID) -> set[tuple[str, str]]:
    """The targets that count who holds the title, by plan and id."""
    return {
        (plan.id, target.id)
        for plan in plans.all_plans(session, tenant)
        for target in plan.targets
        if target.numerator.rule == "title_holders"
    }
