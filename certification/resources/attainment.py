"""GET /api/attainment: how far every organization is from every target that binds it, on one day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response
from marshmallow import fields

from certification.access.permissions import Act, guarded
from certification.resources.access import caller, database
from certification.resources.answers import answer
from certification.resources.errors import Fault, Forbidden, NotFound
from certification.resources.parameters import DAY, Parameters, parameters
from certification.targets import figures
from certification.targets.attainment import OrganizationFigures, TargetFigures, measure_all
from certification.vietnam import vietnam_day

__all__ = ["show"]


class AttainmentParameters(Parameters):
    """`on`: the cut-off day in Vietnam (default: without credentials the published day, with them today).
    `organization`: the code of the only organization to show."""

    on = fields.Date(
        format="iso", validate=DAY, error_messages={"invalid": "not a day; write it as yyyy-mm-dd, 2026-11-25 say"}
    )
    organization = fields.String()


@guarded(Act.READ_ATTAINMENT)
def show() -> Response:
    """Numbers are whole numbers; `written` holds the same figures as page and terminal write them."""
    wanted = parameters(AttainmentParameters)
    who = caller()
    on = wanted.get("on") or who.published or vietnam_day(datetime.now(UTC))
    if who.published not in (None, on):
        raise Forbidden(Fault("on", f"only the figures of {who.published} are published; leave `on` out or sign in"))
    with database().reading(who.tenant, snapshot=True) as session:
        measured = measure_all(session, who.tenant, on=on)
    code = wanted.get("organization")
    organizations = [one for one in measured.organizations if code in (None, one.code)]
    if code is not None and not organizations:
        raise NotFound(Fault("organization", f"no organization {code!r} with an enterprise at or below it on {on}"))
    return answer(
        {
            "on": measured.on,
            "programme": measured.programme,
            "organizations": [_organization(one) for one in organizations],
        }
    )


def _organization(one: OrganizationFigures) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "headcount": one.headcount,
        "women": one.women,
        "union_cadres": one.union_cadres,
        "grassroots_unions": one.grassroots_unions,
        "meets_criteria": one.meets_criteria,
        "holds_title": one.holds_title,
        "written": figures.organization_words(one),
        "targets": [_target(target) for target in one.targets],
    }


def _target(one: TargetFigures) -> dict[str, Any]:
    written = figures.target_words(one)
    return {
        "plan": one.plan,
        "plan_title": one.plan_title,
        "target": one.target,
        "group": one.group,
        "title": one.title,
        "population": one.population,
        "unit": one.unit,
        "counted": one.counted,
        "participations": one.participations,
        "denominator": one.denominator,
        "written": {
            "counted": written.counted,
            "participations": written.participations,
            "denominator": written.denominator,
            "rate": written.rate,
        },
        "by_year": [
            {
                "year": year_target.year,
                "operator": year_target.operator,
                "percent": year_target.percent,
                "met": year_target.met,
                "short": year_target.short,
                "written": {"target": words.target, "gap": words.gap},
            }
            for year_target, words in zip(one.year_targets, written.year_targets, strict=True)
        ],
        "beside": [
            {
                "id": beside.id,
                "title": beside.title,
                "counted": beside.counted,
                "participations": beside.participations,
                "written": words,
            }
            for beside, words in zip(one.beside, written.beside, strict=True)
        ],
    }
