"""GET /api/organizations/<code>/rates: one unit against the targets that bind it, and who is behind a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.errors import CertificationError
from certification.resources import cursors, looking
from certification.resources.access import caller, database, today
from certification.resources.attainment import (
    behind_answer,
    behind_field,
    seen_by,
)
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.rate_answers import (
    CoveredOrganizationAnswer,
    ListedAnswer,
    RateAnswer,
    RatePeopleParameters,
    RatesParameters,
    covered_answer,
    listed_answer,
    people_behind,
    rate_answer,
)
from certification.resources.shapes import AsOf, Page
from certification.targets import rates as rates_of_targets
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay, UnknownOrganization
from lrs.db import Session

resource = Resource("rates", "One unit against the targets of the plans that bind it, and who is behind a rate.")


class RatesAnswer(AsOf):
    """A unit's rates on a cut-off day (`as_of`), and the figures of those right below it."""

    behind = behind_field()
    headcount_on = fields.Date()
    basis = fields.String()
    to_come = fields.Boolean(metadata={"description": "The cut-off day lies ahead: these are figures so far."})
    organization = fields.Nested(CoveredOrganizationAnswer)
    rates = fields.List(fields.Nested(RateAnswer))
    children = fields.List(fields.Nested(CoveredOrganizationAnswer))


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
        "organization": covered_answer(found.organization),
        "rates": [rate_answer(one) for one in found.targets],
        "children": [covered_answer(one) for one in found.children],
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
            found = people_behind(session, code, plan, target, query, on, left)
        except (UnknownOrganization, NotOnThatDay, NotBound) as error:
            raise _not_found(error) from None
    looking.saw(one.number for one in found.people[: query["limit"]])
    return cursors.page(
        tenant,
        found.people,
        query["limit"],
        as_of=on,
        key=lambda one: (one.number,),
        show=listed_answer,
        organization=code,
        plan=plan,
        target=target,
        which=query["which"],
    )


def _open_to_caller(session: Session, code: str, act: Act) -> None:
    seen = seen_by(session, caller(), act)
    if seen is not None and code not in seen:
        raise NotFound(Fault("path/code", f"there is no organization {code!r}"))


def _not_found(error: CertificationError) -> NotFound:
    return NotFound(Fault("plan" if isinstance(error, NotBound) else "path/code", str(error)))
