"""/cong-doan/don-vi: a unit's rate by the chosen target, and the units right below it with this year and last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import units_book
from certification.models import Organization
from certification.resources import cursors
from certification.resources.access import database, today, who
from certification.resources.speaking import download
from certification.targets import figures
from certification.targets import rates as rates_of_targets
from certification.targets.rates import Rates
from certification.targets.trends import trends
from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, TRADE_UNION, NotOnThatDay
from certification.web.frame import places
from certification.web.frame.pages import shown
from certification.web.officers import pages, standings
from certification.web.officers.units import rows
from certification.web.officers.units.asked import (
    BASIS_WORDS,
    KIND_WORDS,
    Asked,
    asked,
    open_unit,
    tabs,
    way,
    within_reach,
)
from certification.web.officers.units.rows import SORTS, Row
from lrs.db import Session

__all__ = ["Branch", "gather", "not_then"]

TOP = 200
"""Units that are offered to begin with, to somebody with a role over everything."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit's figures on a day, and rows of the units right below it against the chosen target."""

    found: Rates
    rows: list[Row]


@pages.page("/cong-doan/don-vi", Act.READ_RATES)
def list_units() -> AnyResponse:
    """On to the unit where the reader works; over everything, the units to begin with."""
    place = places.here()
    with database().reading(who().tenant) as session:
        reach = rights.reach(who(), Act.READ_RATES, today())
        if place is not None and place.organization in reach.roots and place.code is not None:
            return redirect(url_for("officers.show_unit", code=place.code), 303)
        known = sa.select(Organization.code, Organization.name, Organization.kind).where(
            Organization.tenant_id == who().tenant,
            reach.organizations(session, Organization.id),
            Organization.kind.in_((TRADE_UNION, ADMINISTRATIVE)) if reach.everything else sa.true(),
        )
        units = session.execute(known.order_by(Organization.code).limit(TOP)).all()
    return shown("officers/units/begin.html", units=units, kinds=KIND_WORDS)


@pages.page("/cong-doan/don-vi/<path:code>", Act.READ_RATES)
def show_unit(code: str) -> Response:
    """The page."""
    tenant = who().tenant
    after = cursors.after(tenant, (int, str, str))
    sort, words = request.args.get("sap", ""), request.args.get("q", "").strip()[:200]
    sort = sort if sort in SORTS else "thieu"
    with database().reading(tenant, snapshot=True) as session:
        try:
            told = asked(session, code, Act.READ_RATES)
        except NotOnThatDay as error:
            return not_then(session, code, error)
        branch = gather(session, told)
        months = trends(session, tenant, _chosen_alone(branch.found, told))
        path = way(session, told, Act.READ_RATES)
        may_list = rights.may(session, who(), Act.READ_RATE_PEOPLE, today(), organization=told.node.id)
    listed, left, count = rows.part(branch.rows, sort, words, after)
    following = cursors.part(tenant, [], left, as_of=told.on, show=str)["next"]
    return shown(
        "officers/units/unit.html", asked=told, way=path, tabs=tabs(told), kinds=KIND_WORDS, bases=BASIS_WORDS,
        sorts=SORTS, sort=sort, words=words, rows=listed, count=count, all=len(branch.rows), next=following,
        first=after is None, may_list=may_list, gap=rows.gap_words,
        months=[each for one in months.values() for each in standings.months(one)], **_said(branch, told),
    )  # fmt: skip


@pages.page("/cong-doan/bang-don-vi/<kind>/<path:code>", Act.READ_RATES)
def download_units(kind: str, code: str) -> Response:
    """The same table as a file, all of it, in the order asked for."""
    if kind not in ("xlsx", "csv"):
        raise NoSuchPage
    sort, words = request.args.get("sap", ""), request.args.get("q", "").strip()[:200]
    with database().reading(who().tenant, snapshot=True) as session:
        try:
            told = asked(session, code, Act.READ_RATES)
        except NotOnThatDay:
            raise NoSuchPage from None
        branch = gather(session, told)
    listed, _left, _count = rows.part(branch.rows, sort if sort in SORTS else "thieu", words, None, None)
    book = _book(branch, told, listed)
    data = units_book.as_xlsx(book) if kind == "xlsx" else units_book.as_csv(book)
    return download(data, f"ty-le-{code.replace('/', '-')}-{told.on:%Y-%m-%d}.{kind}")


def gather(session: Session, told: Asked) -> Branch:
    """The figures, by the function that the JSON interface asks. A number of SQL commands that does not grow with
    units or workers: counts are read as they are kept."""
    tenant, plan, target = who().tenant, told.plan, told.target
    found = rates_of_targets.rates(
        session, tenant, told.node.code, on=told.on, today=today(), basis=told.basis,
        plan=plan.id if plan is not None else None,
    )  # fmt: skip
    if target is None:
        return Branch(found, [])
    codes = [one.code for one in found.children]
    before = rates_of_targets.year_before(session, tenant, codes, target, on=told.on, basis=told.basis)
    linked = within_reach(session, codes, Act.READ_RATES, told.ground)
    return Branch(found, rows.found_rows(found, target, before, linked))


def _chosen_alone(found: Rates, told: Asked) -> Rates:
    """The rates with the chosen target alone."""
    chosen = [one for one in found.targets if told.target is not None and one.figures.target == told.target.id]
    return replace(found, targets=tuple(chosen))


def not_then(session: Session, code: str, error: NotOnThatDay) -> Response:
    """That the unit was not there on the day, and who stands in its place."""
    open_unit(session, code, Act.READ_RATES)
    others = [
        one for one in error.standing.others if rights.may(session, who(), Act.READ_RATES, today(), organization=one.id)
    ]
    return shown("officers/units/not-then.html", said=str(error), others=others, day=request.args.get("ngay", ""))


def _said(branch: Branch, told: Asked) -> dict[str, Any]:
    """The unit's own figures in words."""
    found, target = branch.found, told.target
    rate = next((one for one in found.targets if target is not None and one.figures.target == target.id), None)
    return {
        "unit": found.organization,
        "shown": standings.of_target(rate, told.on.year) if rate is not None else None,
        "target": rate.figures if rate is not None else None,
        "others": [standings.of_target(one, told.on.year) for one in found.targets],
        "coverage": figures.coverage_words(found.organization.coverage),
        "behind": figures.behind_words(found.behind) if found.behind is not None else "",
        "to_come": found.to_come,
        "may_sign": bool(rights.reach(who(), Act.CHANGE_LETTERHEADS, today())) and told.node.kind != ENTERPRISE,
        "may_freeze": bool(rights.reach(who(), Act.FREEZE_FIGURES, today())),
    }


def _book(branch: Branch, told: Asked, listed: list[Row]) -> units_book.Book:
    """The table as a file has it."""
    plan, target = told.plan, told.target
    about = [
        (_("Đơn vị"), f"{told.name} ({told.node.code})"),
        (_("Chỉ tiêu"), f"{target.id}. {target.title}" if target is not None else ""),
        (_("Kế hoạch"), plan.title if plan is not None else ""),
        (_("Ngày chốt"), f"{told.on:%d/%m/%Y}"),
        (_("Tính trên"), str(BASIS_WORDS[told.basis])),
        (_("Phạm vi số liệu"), figures.coverage_words(branch.found.organization.coverage)),
    ]
    lines = [_line(one) for one in listed]
    if branch.found.behind is not None:
        about.append((_("Lưu ý"), figures.behind_words(branch.found.behind)))
    return units_book.Book(_("Tỷ lệ theo đơn vị"), about, lines)


def _line(one: Row) -> units_book.Line:
    wanted, before = one.asked, one.before
    return units_book.Line(
        code=one.code,
        name=one.name,
        kind=str(KIND_WORDS[one.kind]),
        headcount=one.headcount,
        counted=one.counted,
        denominator=one.denominator,
        participations=one.participations,
        percent=wanted.percent if wanted is not None else None,
        year=wanted.year if wanted is not None else None,
        short=wanted.short if wanted is not None else None,
        counted_before=before.counted if before is not None else None,
        denominator_before=before.denominator if before is not None else None,
        reporting=one.reporting,
        enterprises=one.enterprises,
    )
