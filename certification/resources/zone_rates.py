"""GET /api/rates/by: the enterprises of a zone or sector together, and who is behind a rate of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.errors import CertificationError
from certification.resources import cursors
from certification.resources.access import caller, database, today
from certification.resources.attainment import (
    OrganizationWords,
    behind_answer,
    behind_field,
    seen_by,
)
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Parameters
from certification.resources.rate_answers import (
    ListedAnswer,
    RateAnswer,
    RateCoverageAnswer,
    RatePeopleParameters,
    RatesParameters,
    covered_answer,
    listed_answer,
    people_behind,
    rate_answer,
)
from certification.resources.shapes import AsOf, Page
from certification.targets import gathered
from certification.targets.gathered import NoSuchEnterprises, Which
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay, UnknownOrganization
from lrs.db import Session

resource = Resource("zone-rates", "A zone or sector against targets, and who is behind a rate of it.")


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


class RatePeopleByParameters(ByParameters, RatePeopleParameters):
    """Whom of a zone or sector to list."""


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


class RatePeopleByAnswer(Page):
    """Who is behind a rate of a zone or sector, by number."""

    zone = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    within = fields.String(allow_none=True)
    plan = fields.String()
    target = fields.String()
    which = fields.String()
    items = fields.List(fields.Nested(ListedAnswer))


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
    covered = covered_answer(found.figures)
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
        "rates": [rate_answer(one) for one in found.targets],
    }


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
            found = people_behind(session, which, plan, target, query, on, left)
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
        show=listed_answer,
        zone=query.get("zone"),
        sector=query.get("sector"),
        within=query.get("within"),
        plan=plan,
        target=target,
        which=query["which"],
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
