"""/cong-doan/xac-nhan: points for a team in one sitting; a grid of workers and indicators, kept all or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act
from certification.access.rights import Reach
from certification.access.who import Who
from certification.errors import NoCriteriaInForce
from certification.evaluation.rules import Indicator
from certification.judgement import awaited
from certification.models import Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.resources import cursors, looking
from certification.resources.access import database, now, today, who
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.web.frame.pages import shown
from certification.web.officers import pages, points, statuses, workers
from certification.web.officers.scope import narrowed, within
from certification.web.officers.statuses import Short
from lrs.db import Session, among

__all__ = ["Sheet", "sheet"]

AT_ONCE = 40
"""Workers of one sheet: what fits into one sitting."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The grid: workers by name, indicators, and the points that each has now by worker and indicator. `left` is where
    the list goes on. `open` are the indicators that the reader may attest of each worker, `said` how each stands."""

    workers: list[Found]
    indicators: list[Indicator]
    now: dict[UUID, dict[str, int | None]]
    left: tuple[Any, ...] | None
    open: Mapping[UUID, frozenset[str]]
    said: Mapping[UUID, Short]

    @property
    def short(self) -> list[Found]:
        """Those who do not meet the criteria whatever is still given them here."""
        return [one for one in self.workers if self.said[one.id].is_not_met]


@pages.page("/cong-doan/xac-nhan", Act.ATTEST, methods=("GET", "POST"))
def attest_sitting() -> AnyResponse:
    """The grid, and keeping what was typed into it."""
    tenant, on = who().tenant, today()
    reach = within(Act.ATTEST)
    every = request.args.get("cs") == "tat-ca"
    everybody = request.args.get("ai") == "tat-ca"
    after = cursors.after(tenant, (str, UUID))
    with database().reading(tenant, snapshot=True) as session:
        offered = workers.choices(session, tenant, reach, on)
        team = request.args.get("to", "")
        of_team = UUID(team) if any(value == team for value, _words in offered.teams) else None
        these = _named(request.form.getlist("nguoi")) if request.method == "POST" else None
        told = sheet(
            session, who(), reach, on=on, team=of_team, every=every, everybody=everybody, these=these, after=after
        )
    looking.saw_these(one.id for one in told.workers)
    form = points.filled(told.indicators, [one.full_name for one in told.workers])
    if these is not None and len(told.workers) < len(these):
        form.refuse("", _("Danh sách vừa thay đổi: có người không còn thuộc phạm vi của anh/chị. Xem lại rồi gửi"))
    if form.sent:
        with form.submitting() as session:
            witness = rights.witness(session, who(), Act.ATTEST, on)
            numbers = [one.number for one in told.workers]
            made, people = points.attest(
                session, tenant, witness, on.year, numbers, told.indicators, form.values, now()
            )
            words = _("Đã xác nhận %(count)s điểm cho %(people)s người", count=made, people=people)
            return form.done(request.full_path.rstrip("?"), words)
    return _shown(told, form, offered, every=every, team=team, everybody=everybody, is_first=after is None)


def _shown(told: Sheet, form: Any, offered: workers.Choices, *, is_first: bool, **asked: Any) -> Response:
    following = cursors.part(who().tenant, [], told.left, as_of=today(), show=str)["next"]
    return shown(
        "officers/sitting.html",
        sheet=told,
        form=form,
        offered=offered,
        cell=points.cell,
        next=following,
        first=is_first,
        year=today().year,
        draft=f"{who().name} {url_for('officers.attest_sitting')} {today().year}",
        **asked,
    )


def sheet(
    session: Session,
    asking: Who,
    reach: Reach,
    *,
    on: date,
    team: UUID | None = None,
    every: bool = False,
    everybody: bool = True,
    these: list[UUID] | None = None,
    after: tuple[Any, ...] | None = None,
) -> Sheet:
    """The grid of a team, or of all within reach, by name; or of `these`. Without `everybody` of those who wait for
    points that the reader may give; without `every` only the indicators that no log suggests points for, and of these
    only what `asking` may attest of somebody here. A fixed number of SQL commands."""
    tenant = asking.tenant
    try:
        _file, rules = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, on.year)
    except NoCriteriaInForce:
        return Sheet([], [], {}, None, {}, {})
    asked = [one for one in rules.indicators if every or not one.loggable]
    also: tuple[Any, ...] = ()
    if these is not None:
        also = (among(session, Worker.id, these),)
    elif not everybody:
        also = (_waits(session, narrowed(Act.ATTEST), on),)
    wanted = Sought(on, team=team, also=also)
    place = None if after is None or these is not None else (after[0], after[1])
    found = lists.search(session, tenant, wanted, within=reach, limit=AT_ONCE + 1, after=place)
    goes_on, found = len(found) > AT_ONCE, found[:AT_ONCE]
    said = statuses.of_workers(session, tenant, [one.id for one in found], on.year)
    held = {one.id: dict(said[one.id].points or {}) for one in found}
    may = points.open_cells(session, asking, [one.id for one in found], asked, on)
    if these is None and found:
        asked = [one for one in asked if any(one.id in several for several in may.values())]
    return Sheet(found, asked, held, found[-1].place if goes_on else None, may, said)


def _waits(session: Session, asking: Who, on: date) -> sa.ColumnElement[bool]:
    """That a worker waits for points of `asking`. Few of them are looked up, and then put in order; of many the list of
    everybody in order soon has a sheet full."""
    asked = points.awaited_of(session, asking, on)
    if asked is None:
        return sa.false()
    few = awaited.some(session, asked, limit=points.MANY + 1)
    return among(session, Worker.id, few) if len(few) <= points.MANY else awaited.waits(session, asked, Worker.id)


def _named(sent: list[str]) -> list[UUID]:
    """Whose rows were sent."""
    found = []
    for one in sent[:AT_ONCE]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
