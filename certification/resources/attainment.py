"""GET /api/attainment: how far every organization is from every target that binds it, on one day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.access.rights import units_within
from certification.resources import answers
from certification.resources.access import Caller, caller, database, today
from certification.resources.errors import Fault, Forbidden, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Parameters
from certification.resources.shapes import Answer, AsOf
from certification.targets import disclosure, figures, grounds, publications, summaries
from certification.targets.attainment import OrganizationFigures, TargetFigures, measure_all
from certification.targets.populations import Behind
from certification.vietnam import vietnam_day
from lrs.db import Session

resource = Resource("figures", "How far units are from the targets of the plans that bind them.")


class AttainmentParameters(Parameters):
    """`on`: the cut-off day in Vietnam (default: without credentials the published day, with them today).
    `organization`: the code of the only organization to show."""

    on = fields.Date(
        format="iso", validate=DAY, error_messages={"invalid": "not a day; write it as yyyy-mm-dd, 2026-11-25 say"}
    )
    organization = fields.String()


class FigureWords(Answer):
    """A numerator over its denominator, as page and terminal write it."""

    counted = fields.String()
    participations = fields.String()
    rate = fields.String()


class TargetFigureWords(FigureWords):
    """The same with the denominator."""

    denominator = fields.String()


class YearTargetWords(Answer):
    """What is asked and what is missing, in Vietnamese."""

    target = fields.String()
    gap = fields.String()


class YearTargetAnswer(Answer):
    """What a target asks by the end of a year."""

    year = fields.Integer()
    operator = fields.String(metadata={"description": "`>=` or `>`."})
    percent = fields.Integer()
    met = fields.Boolean(allow_none=True)
    short = fields.Integer(allow_none=True, metadata={"description": "How many more are needed; null over nobody."})
    written = fields.Nested(YearTargetWords)


class BesideAnswer(Answer):
    """Another numerator over the same population, for information."""

    id = fields.String()
    title = fields.String()
    counted = fields.Integer(allow_none=True)
    participations = fields.Integer(allow_none=True)
    written = fields.Nested(FigureWords)


class TargetAnswer(Answer):
    """One target of one plan, for one organization."""

    plan = fields.String()
    plan_title = fields.String()
    target = fields.String()
    group = fields.String()
    title = fields.String()
    population = fields.String()
    unit = fields.String()
    counted = fields.Integer(
        allow_none=True, metadata={"description": "Distinct persons, or organizations where `unit` says so."}
    )
    participations = fields.Integer(
        allow_none=True, metadata={"description": "Lượt: every Statement, title or commitment."}
    )
    denominator = fields.Integer(allow_none=True)
    written = fields.Nested(TargetFigureWords)
    by_year = fields.List(fields.Nested(YearTargetAnswer))
    beside = fields.List(fields.Nested(BesideAnswer))


class OrganizationWords(Answer):
    """Numbers of an organization, as page and terminal write them."""

    headcount = fields.String()
    women = fields.String()
    union_cadres = fields.String()
    grassroots_unions = fields.String()
    meets_criteria = fields.String()
    holds_title = fields.String()


class OrganizationAnswer(Answer):
    """An organization with all below it on either tree."""

    code = fields.String()
    name = fields.String()
    kind = fields.String()
    headcount = fields.Integer(allow_none=True)
    women = fields.Integer(allow_none=True)
    union_cadres = fields.Integer(allow_none=True)
    grassroots_unions = fields.Integer()
    meets_criteria = fields.Integer(allow_none=True)
    holds_title = fields.Integer(allow_none=True)
    written = fields.Nested(OrganizationWords)
    targets = fields.List(fields.Nested(TargetAnswer))


class BehindAnswer(Answer):
    """That figures are those of an instant that is past, because very much changed and is still to be counted again."""

    known_until = fields.DateTime(metadata={"description": "All that was known then is in the figures."})
    waiting = fields.Integer(metadata={"description": "Workers of whom something changed since, anywhere."})
    waiting_more = fields.Boolean(metadata={"description": "There are at least so many."})
    written = fields.String()


def behind_field() -> fields.Nested:
    """How an answer says that its figures are behind."""
    return fields.Nested(
        BehindAnswer,
        allow_none=True,
        metadata={"description": "Null: the figures are those of now. Otherwise, for which instant they hold."},
    )


class AttainmentAnswer(AsOf):
    """Figures of a day."""

    behind = behind_field()

    on = fields.Date(metadata={"description": "The cut-off day; the same as `as_of`."})
    programme = fields.String()
    organizations = fields.List(fields.Nested(OrganizationAnswer))


@resource.get("/attainment", Act.READ_ATTAINMENT, query=AttainmentParameters, answers=AttainmentAnswer)
def show_attainment(query: Mapping[str, Any]) -> Any:
    """How far every organization is from every target that binds it

    Numbers are whole numbers; `written` holds the same figures as page and terminal write them. Without credentials,
    counts of few people are null, and with them what would give them away. Whoever has a role over
    a branch gets the units of that branch.
    """
    who = caller()
    on = query.get("on") or who.published or vietnam_day(datetime.now(UTC))
    if who.published not in (None, on):
        raise Forbidden(Fault("on", f"only the figures of {who.published} are published; leave `on` out or sign in"))
    code = query.get("organization")
    with database().reading(who.tenant, snapshot=True) as session:
        seen, hides = seen_by(session, who), publications.hides_below(session, who.tenant)
        version = summaries.version(session, who.tenant, on.year)
        if version is not None:
            asked = (on, today(), code, None if seen is None else sorted(seen), who.published and hides)
            answers.unless_known(who.tenant, *asked, version)
        measured = measure_all(session, who.tenant, on=on)
        if who.published is not None:
            tree = grounds.land(session, who.tenant).on(on).tree
            measured = disclosure.published(measured, tree, hides)
    organizations = [
        one for one in measured.organizations if code in (None, one.code) and (seen is None or one.code in seen)
    ]
    if code is not None and not organizations:
        raise NotFound(Fault("organization", f"no organization {code!r} with an enterprise at or below it on {on}"))
    return {
        "as_of": measured.on,
        "behind": behind_answer(measured.behind),
        "on": measured.on,
        "programme": measured.programme,
        "organizations": [organization_answer(one) for one in organizations],
    }


def seen_by(session: Session, asking: Caller, act: Act = Act.READ_ATTAINMENT) -> set[str] | None:
    """Codes of the units of the caller's branches that the act is open for; None where all are."""
    if asking.who is None:
        return None
    reach = rights.reach(asking.who, act, today())
    return None if reach.everything else {one.code for one in units_within(session, reach)}


def _seen(count: int) -> int | None:
    """A count; null where it is of so few people that it is hidden from everybody."""
    return None if count == figures.HIDDEN else count


def behind_answer(behind: Behind | None) -> dict[str, Any] | None:
    if behind is None:
        return None
    return {
        "known_until": behind.known_until,
        "waiting": behind.waiting,
        "waiting_more": behind.waiting_more,
        "written": figures.behind_words(behind),
    }


def organization_answer(one: OrganizationFigures) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "headcount": _seen(one.headcount),
        "women": _seen(one.women),
        "union_cadres": _seen(one.union_cadres),
        "grassroots_unions": one.grassroots_unions,
        "meets_criteria": _seen(one.meets_criteria),
        "holds_title": _seen(one.holds_title),
        "written": figures.organization_words(one),
        "targets": [target_answer(target) for target in one.targets],
    }


def target_answer(one: TargetFigures) -> dict[str, Any]:
    written = figures.target_words(one)
    return {
        "plan": one.plan,
        "plan_title": one.plan_title,
        "target": one.target,
        "group": one.group,
        "title": one.title,
        "population": one.population,
        "unit": one.unit,
        "counted": _seen(one.counted),
        "participations": _seen(one.participations),
        "denominator": _seen(one.denominator),
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
                "counted": _seen(beside.counted),
                "participations": _seen(beside.participations),
                "written": words,
            }
            for beside, words in zip(one.beside, written.beside, strict=True)
        ],
    }
