"""GET /api/organizations/<code>/rates: one unit against the targets that bind it; who is behind a rate; and
/api/rates/by: a zone or sector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.errors import CertificationError
from certification.resources import cursors
from certification.resources.access import caller, database, today
from certification.resources.attainment import (
    OrganizationAnswer,
    OrganizationWords,
    TargetAnswer,
    behind_answer,
    behind_field,
    organization_answer,
    seen_by,
    target_answer,
)
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.targets import figures, gathered, listing
from certification.targets import rates as rates_of_targets
from certification.targets.attainment import OrganizationFigures
from certification.targets.forecasts import Forecast, Observation
from certification.targets.gathered import NoSuchEnterprises, Which
from certification.targets.listing import Listed
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.targets.rates import NotBound, Rate
from certification.units.trees import NotOnThatDay, UnknownOrganization
from lrs.db import Session

resource = Resource("rates", "One unit against the targets of the plans that bind it, and who is behind a rate.")

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


class ByParameters(Parameters):
    """Of which enterprises: of a zone, a sector, or of both at once."""

    zone = fields.String(
        validate=validate.Length(min=1, max=500), metadata={"description": "Industrial zone by its name on the day."}
    )
    sector = fields.String(
        validate=validate.Length(min=1, max=500), metadata={"description": "Branch of the economy by its name."}
    )
    within = fields.String(
        validate=validate.Length(min=1, max=500),
        metadata={"description": "Only enterprises at or below this unit, on either tree; its targets then."},
    )


class RatesByParameters(ByParameters, RatesParameters):
    """Of a zone or sector, by which plan."""


class RatePeopleParameters(Paging, MeasuredParameters):
    """Whom to list."""

    which = fields.String(
        load_default=listing.COUNTED,
        validate=validate.OneOf(listing.WHICH),
        metadata={"description": "Those `counted`, those `missing`, or `everybody` of the denominator."},
    )


class RatePeopleByParameters(ByParameters, RatePeopleParameters):
    """Whom of a zone or sector to list."""


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


class RatesAnswer(AsOf):
    """A unit's rates on a cut-off day (`as_of`), and the figures of those right below it."""

    behind = behind_field()
    headcount_on = fields.Date()
    basis = fields.String()
    to_come = fields.Boolean(metadata={"description": "The cut-off day lies ahead: these are figures so far."})
    organization = fields.Nested(CoveredOrganizationAnswer)
    rates = fields.List(fields.Nested(RateAnswer))
    children = fields.List(fields.Nested(CoveredOrganizationAnswer))


class GatheredAnswer(AsOf):
    """Figures over the enterprises of a zone or sector on a cut-off day (`as_of`)."""

    behind = behind_field()
    headcount_on = fields.Date()
    basis = fields.String()
    to_come = fields.Boolean(metadata={"description": "The cut-off day lies ahead: these are figures so far."})
    zone = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    within = fields.String(allow_none=True)
    enterprises = fields.List(fields.String(), metadata={"description": "Codes, of the caller's branch alone."})
    headcount = fields.Integer()
    women = fields.Integer()
    union_cadres = fields.Integer()
    grassroots_unions = fields.Integer()
    meets_criteria = fields.Integer()
    holds_title = fields.Integer()
    written = fields.Nested(OrganizationWords)
    coverage = fields.Nested(RateCoverageAnswer)
    rates = fields.List(fields.Nested(RateAnswer))


class ListedAnswer(Answer):
    """One of those behind a rate: a worker, or a grassroots union where the target counts unions."""

    number = fields.String()
    name = fields.String()
    enterprises = fields.List(fields.String())
    participations = fields.Integer(metadata={"description": "Lượt; 0 for somebody who is not counted."})


class RatePeopleByAnswer(Page):
    """Who is behind a rate of a zone or sector, by number."""

    zone = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    within = fields.String(allow_none=True)
    plan = fields.String()
    target = fields.String()
    which = fields.String()
    items = fields.List(fields.Nested(ListedAnswer))


class RatePeopleAnswer(Page):
    """Who is behind a rate, by number."""

    organization = fields.String()
    plan = fields.String()
    target = fields.String()
    which = fields.String()
    items = fields.List(fields.Nested(ListedAnswer))


@resource.get("/organizations/<path:code>/rates", Act.READ_RATES, query=RatesParameters, answers=RatesAnswer)
def show_rates(code: str, query: Mapping[str, Any]) -> Any:
    """One unit against every target that binds it

    Distinct persons over a headcount, lượt beside them; how many more are needed; the same day a year before; a
    forecast for each deadline with what it was drawn from; the units right below. A unit outside the caller's branch
    does not exist here.
    """
    tenant, on = caller().tenant, query.get("on") or today()
    with database().reading(tenant, snapshot=True) as session:
        _open_to_caller(session, code, Act.READ_RATES)
        try:
            found = rates_of_targets.rates(
                session,
                tenant,
                code,
                on=on,
                today=today(),
                basis=query["basis"],
                headcount_on=query.get("headcount_on"),
                plan=query.get("plan"),
            )
        except (UnknownOrganization, NotOnThatDay, NotBound) as error:
            raise _not_found(error) from None
    return {
        "as_of": on,
        "behind": behind_answer(found.behind),
        "headcount_on": found.headcount_on,
        "basis": found.basis,
        "to_come": found.to_come,
        "organization": _covered(found.organization),
        "rates": [_rate(one) for one in found.targets],
        "children": [_covered(one) for one in found.children],
    }


@resource.get("/rates/by", Act.READ_RATES, query=RatesByParameters, answers=GatheredAnswer)
def show_rates_by(query: Mapping[str, Any]) -> Any:
    """The enterprises of a zone or sector together

    Everybody counts once, with two employers among them too. Zone and sector are those of the headcount's day. Only
    enterprises of the caller's branch count. Without `within`, the targets are those that bind all of them.
    """
    tenant, on = caller().tenant, query.get("on") or today()
    zone, sector, within = query.get("zone"), query.get("sector"), query.get("within")
    _zone_or_sector(query)
    with database().reading(tenant, snapshot=True) as session:
        which = _which(session, query, Act.READ_RATES)
        try:
            found = gathered.gather(
                session,
                tenant,
                which,
                on=on,
                today=today(),
                basis=query["basis"],
                headcount_on=query.get("headcount_on"),
                plan=query.get("plan"),
            )
        except (NoSuchEnterprises, UnknownOrganization, NotOnThatDay) as error:
            raise _no_such(error, query) from None
    covered = _covered(found.figures)
    covered.pop("targets")
    return {
        **{name: value for name, value in covered.items() if name not in ("code", "name", "kind")},
        "as_of": on,
        "behind": behind_answer(found.behind),
        "headcount_on": found.headcount_on,
        "basis": found.basis,
        "to_come": on > today(),
        "zone": zone,
        "sector": sector,
        "within": within,
        "enterprises": found.enterprises,
        "rates": [_rate(one) for one in found.targets],
    }


@resource.get(
    "/organizations/<path:code>/rates/<plan>/<target>/people",
    Act.READ_RATE_PEOPLE,
    query=RatePeopleParameters,
    answers=RatePeopleAnswer,
)
def list_rate_people(code: str, plan: str, target: str, query: Mapping[str, Any]) -> Any:
    """Who is behind a rate

    As many as the figure says, page by page. Employers named are those within the unit asked about.
    """
    tenant, on = caller().tenant, query.get("on") or today()
    left = cursors.after(tenant, (str,))
    with database().reading(tenant, snapshot=True) as session:
        _open_to_caller(session, code, Act.READ_RATE_PEOPLE)
        try:
            found = _people(session, code, plan, target, query, on, left)
        except (UnknownOrganization, NotOnThatDay, NotBound) as error:
            raise _not_found(error) from None
    return cursors.page(
        tenant,
        found.people,
        query["limit"],
        as_of=on,
        key=lambda one: (one.number,),
        show=_listed,
        organization=code,
        plan=plan,
        target=target,
        which=query["which"],
    )


@resource.get(
    "/rates/by/<plan>/<target>/people",
    Act.READ_RATE_PEOPLE,
    query=RatePeopleByParameters,
    answers=RatePeopleByAnswer,
)
def list_rate_people_by(plan: str, target: str, query: Mapping[str, Any]) -> Any:
    """Who is behind a rate of a zone or sector

    As many as the figure says, page by page; of the caller's branch alone, as the figure.
    """
    tenant, on = caller().tenant, query.get("on") or today()
    _zone_or_sector(query)
    left = cursors.after(tenant, (str,))
    with database().reading(tenant, snapshot=True) as session:
        which = _which(session, query, Act.READ_RATE_PEOPLE)
        try:
            found = _people(session, which, plan, target, query, on, left)
        except NotBound as error:
            raise NotFound(Fault("path/target", str(error))) from None
        except (NoSuchEnterprises, UnknownOrganization, NotOnThatDay) as error:
            raise _no_such(error, query) from None
    return cursors.page(
        tenant,
        found.people,
        query["limit"],
        as_of=on,
        key=lambda one: (one.number,),
        show=_listed,
        zone=query.get("zone"),
        sector=query.get("sector"),
        within=query.get("within"),
        plan=plan,
        target=target,
        which=query["which"],
    )


def _people(
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


def _zone_or_sector(query: Mapping[str, Any]) -> None:
    if query.get("zone") is None and query.get("sector") is None:
        raise BadRequest(Fault("zone", "say a zone, a sector or both: ?zone=… or ?sector=…"))


def _which(session: Session, query: Mapping[str, Any], act: Act) -> Which:
    """The enterprises asked for, of the caller's branch."""
    seen, within = seen_by(session, caller(), act), query.get("within")
    if within is not None and seen is not None and within not in seen:
        raise NotFound(Fault("within", f"there is no organization {within!r}"))
    return Which(query.get("zone"), query.get("sector"), within, seen)


def _no_such(error: CertificationError, query: Mapping[str, Any]) -> NotFound:
    if isinstance(error, NoSuchEnterprises):
        return NotFound(Fault("sector" if query.get("zone") is None else "zone", str(error)))
    return NotFound(Fault("within", str(error)))


def _open_to_caller(session: Session, code: str, act: Act) -> None:
    seen = seen_by(session, caller(), act)
    if seen is not None and code not in seen:
        raise NotFound(Fault("path/code", f"there is no organization {code!r}"))


def _not_found(error: CertificationError) -> NotFound:
    return NotFound(Fault("plan" if isinstance(error, NotBound) else "path/code", str(error)))


def _covered(one: OrganizationFigures) -> dict[str, Any]:
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


def _rate(one: Rate) -> dict[str, Any]:
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


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "enterprises": one.enterprises,
        "participations": one.participations,
    }
