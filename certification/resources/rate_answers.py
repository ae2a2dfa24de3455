"""What rates of a unit and of a zone or sector ask for and answer alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.resources.access import caller
from certification.resources.attainment import (
    OrganizationAnswer,
    TargetAnswer,
    organization_answer,
    target_answer,
)
from certification.resources.parameters import DAY, Paging, Parameters
from certification.resources.shapes import Answer
from certification.targets import figures, listing
from certification.targets.attainment import OrganizationFigures
from certification.targets.forecasts import Forecast, Observation
from certification.targets.gathered import Which
from certification.targets.listing import Listed
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.targets.rates import Rate
from lrs.db import Session

_NO_DAY: dict[str, Any] = {"invalid": "not a day; write it as yyyy-mm-dd, 2026-11-25 say"}


class MeasuredParameters(Parameters):
    """On which day, and over whom."""

    on = fields.Date(
        format="iso", validate=DAY, error_messages=_NO_DAY, metadata={"description": "Cut-off day; today in Vietnam."}
    )
    headcount_on = fields.Date(
        format="iso",
        validate=DAY,
        error_messages=_NO_DAY,
        metadata={"description": "The day whose headcount is the denominator; the cut-off day."},
    )
    basis = fields.String(
        load_default=ALL_ENTERPRISES,
        validate=validate.OneOf(BASES),
        metadata={"description": "`all` enterprises, or `unionised`: those with a grassroots union on the day."},
    )


class RatesParameters(MeasuredParameters):
    """By which plan, too."""

    plan = fields.String(metadata={"description": "The targets of this plan alone; those that bind most nearly."})


class RatePeopleParameters(Paging, MeasuredParameters):
    """Whom to list."""

    which = fields.String(
        load_default=listing.COUNTED,
        validate=validate.OneOf(listing.WHICH),
        metadata={"description": "Those `counted`, those `missing`, or `everybody` of the denominator."},
    )


class RateCoverageAnswer(Answer):
    """How much of the headcount is known."""

    enterprises = fields.Integer()
    reporting = fields.Integer(metadata={"description": "Enterprises with somebody on the roster."})
    declared = fields.Integer(metadata={"description": "Enterprises without a roster that declared a headcount."})
    declared_people = fields.Integer(metadata={"description": "People in the denominator by declaration alone."})
    written = fields.String()


class CoveredOrganizationAnswer(OrganizationAnswer):
    """An organization, with how much of its headcount is known."""

    coverage = fields.Nested(RateCoverageAnswer)


class ObservationAnswer(Answer):
    """A figure of a day."""

    on = fields.Date()
    counted = fields.Integer()
    denominator = fields.Integer()


class ForecastAnswer(Answer):
    """What a rate comes to by a deadline if it goes on as observed; or why nothing is said."""

    deadline = fields.Date()
    method = fields.String(metadata={"description": "`pace_of_year` or `trend_of_years`."})
    counted = fields.Integer(allow_none=True, metadata={"description": "Of today's denominator."})
    why_not = fields.String(allow_none=True)
    observations = fields.List(fields.Nested(ObservationAnswer))
    written = fields.String()


class ShortfallAnswer(Answer):
    """That the plan asks for less than the one it carries out."""

    year = fields.Integer()
    percent = fields.Integer()
    parent = fields.String()
    parent_target = fields.String()
    parent_percent = fields.Integer()
    written = fields.String()


class RateAnswer(TargetAnswer):
    """A target's figures, and what stands beside them."""

    last_year = fields.Nested(ObservationAnswer, allow_none=True)
    forecasts = fields.List(fields.Nested(ForecastAnswer))
    below_parent = fields.List(fields.Nested(ShortfallAnswer))


class ListedAnswer(Answer):
    """One of those behind a rate: a worker, or a grassroots union where the target counts unions."""

    number = fields.String()
    name = fields.String()
    enterprises = fields.List(fields.String())
    participations = fields.Integer(metadata={"description": "Lượt; 0 for somebody who is not counted."})


def people_behind(
    session: Session,
    of: str | Which,
    plan: str,
    target: str,
    query: Mapping[str, Any],
    on: date,
    left: tuple[Any, ...] | None,
) -> listing.Page:
    """The people asked for, one more than fit on the page."""
    return listing.people(
        session,
        caller().tenant,
        of,
        plan=plan,
        target=target,
        on=on,
        which=query["which"],
        basis=query["basis"],
        headcount_on=query.get("headcount_on"),
        after=left[0] if left else "",
        limit=query["limit"] + 1,
    )


def covered_answer(one: OrganizationFigures) -> dict[str, Any]:
    coverage = one.coverage
    return {
        **organization_answer(one),
        "coverage": {
            "enterprises": coverage.enterprises,
            "reporting": coverage.reporting,
            "declared": coverage.declared,
            "declared_people": coverage.declared_people,
            "written": figures.coverage_words(coverage),
        },
    }


def rate_answer(one: Rate) -> dict[str, Any]:
    beside = one.beside
    return {
        **target_answer(one.figures),
        "last_year": None if beside.last_year is None else _observed(beside.last_year),
        "forecasts": [_forecast(forecast) for forecast in beside.forecasts],
        "below_parent": [
            {
                "year": short.year,
                "percent": short.percent,
                "parent": short.parent,
                "parent_target": short.parent_target,
                "parent_percent": short.parent_percent,
                "written": figures.shortfall_words(short),
            }
            for short in beside.shortfalls
        ],
    }


def _forecast(one: Forecast) -> dict[str, Any]:
    return {
        "deadline": one.deadline,
        "method": one.method,
        "counted": one.counted,
        "why_not": one.why_not,
        "observations": [_observed(observation) for observation in one.observations],
        "written": figures.forecast_words(one),
    }


def _observed(one: Observation) -> dict[str, Any]:
    return {"on": one.on, "counted": one.counted, "denominator": one.denominator}


def listed_answer(one: Listed) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "enterprises": one.enterprises,
        "participations": one.participations,
    }
