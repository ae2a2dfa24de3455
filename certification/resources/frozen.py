"""/api/frozen-figures: figures of a day kept as they were for a report, and what differs from them today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.resources import cursors
from certification.resources.access import caller, changing, database, now, today, who
from certification.resources.attainment import seen_by
from certification.resources.errors import BadRequest, Conflict, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body, DryRun, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import record_id
from certification.targets import freezing
from certification.targets.freezing import Change, Frozen, NotFrozen
from certification.targets.gathered import NoSuchEnterprises, Which
from certification.targets.populations import ALL_ENTERPRISES, BASES
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay, UnknownOrganization
from lrs.db import Session

resource = Resource("frozen figures", "Headcounts and figures of a day, kept as they were; and what differs today.")

_DAY_ERROR: dict[str, Any] = {"invalid": "not a day; write it as yyyy-mm-dd, 2026-11-25 say"}


class FrozenParameters(Paging):
    """`unit`: only what was frozen of this unit."""

    unit = fields.String()


class FreezeBody(Body):
    """What to freeze, and why."""

    unit = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"description": "Its code; may be left out where a zone or sector is named."},
    )
    zone = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=500),
        metadata={"description": "Only enterprises of this industrial zone, by its name on the day."},
    )
    sector = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=500),
        metadata={"description": "Only enterprises of this sector, by its name on the day."},
    )
    on = fields.Date(
        format="iso",
        validate=DAY,
        error_messages=_DAY_ERROR,
        metadata={"description": "Cut-off day; today in Vietnam."},
    )
    headcount_on = fields.Date(
        format="iso",
        validate=DAY,
        error_messages=_DAY_ERROR,
        metadata={"description": "The day whose headcount is the denominator; the cut-off day."},
    )
    basis = fields.String(load_default=ALL_ENTERPRISES, validate=validate.OneOf(BASES))
    plan = fields.String(allow_none=True, load_default=None, metadata={"description": "Its targets alone."})
    reason = fields.String(
        required=True,
        validate=REASON,
        metadata={"description": "The report or the letter that rests on them."},
    )


class FrozenAnswer(Answer):
    """A record, which never changes."""

    id = fields.UUID()
    unit = fields.String(allow_none=True)
    zone = fields.String(allow_none=True)
    sector = fields.String(allow_none=True)
    plan = fields.String(allow_none=True)
    on = fields.Date()
    headcount_on = fields.Date()
    basis = fields.String()
    frozen = fields.DateTime()
    frozen_by = fields.String()
    reason = fields.String()
    figures = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={"description": "By name: `headcount`, `1268-qd-ttg/G1/counted`."},
    )


class FigureChange(Answer):
    """A figure that the same question answers otherwise today."""

    figure = fields.String()
    frozen = fields.Integer(allow_none=True)
    now = fields.Integer(allow_none=True)


class OneFrozenAnswer(AsOf):
    """A record, and how today's answer to the same question differs."""

    record = fields.Nested(FrozenAnswer)
    changes = fields.List(fields.Nested(FigureChange), metadata={"description": "Nothing where all is as it was."})


class FrozenPage(Page):
    """Records in the order in which they were made."""

    items = fields.List(fields.Nested(FrozenAnswer))


@resource.get("/frozen-figures", Act.READ_FROZEN, query=FrozenParameters, answers=FrozenPage)
def list_frozen(query: Mapping[str, Any]) -> Any:
    """Figures that were frozen, of units of the caller's branches"""
    tenant = caller().tenant
    left = cursors.after(tenant, (datetime, UUID))
    with database().reading(tenant) as session:
        found = freezing.frozen(
            session,
            tenant,
            query.get("unit"),
            within=seen_by(session, caller(), Act.READ_FROZEN),
            after=(left[0], left[1]) if left else None,
            limit=query["limit"] + 1,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.frozen, one.id), show=_shown)


@resource.post(
    "/frozen-figures", Act.FREEZE_FIGURES, query=DryRun, body=FreezeBody, answers=OneFrozenAnswer, status=201
)
def freeze_figures(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Keep the figures of a day as they are now

    Headcounts and every target of a unit of the caller's branches, or of a zone or sector that the caller sees all
    enterprises of. Freezing again is another record beside the first.
    """
    asking = who()
    on: date = body.get("on", today())
    by_place = body["zone"] is not None or body["sector"] is not None
    if body["unit"] is None and not by_place:
        raise BadRequest(Fault("/unit", "say of which unit, zone or sector"))
    ahead = [name for name in ("on", "headcount_on") if body.get(name, on) > today()]
    if ahead:
        raise BadRequest(*[Fault(f"/{name}", f"{body[name]} is still to come; today is {today()}") for name in ahead])
    told: dict[str, Any] = {name: body[name] for name in ("reason", "plan", "basis")}
    told |= {"on": on, "by": asking.name, "now": now(), "headcount_on": body.get("headcount_on")}
    try:
        with database().reading(asking.tenant, snapshot=True) as session:
            seen = _seen(session, body["unit"])
            of = Which(body["zone"], body["sector"], body["unit"], seen) if by_place else body["unit"]
            prepared = freezing.prepare(session, asking.tenant, of, **told)
        with changing(asking.tenant, dry_run=query["dry_run"]) as session:
            left = _seen(session, body["unit"])
            if by_place and left is not None and (seen is None or not seen <= left):
                raise Conflict(Fault("", "your branches became others while the figures were counted; ask again"))
            record = freezing.freeze(session, asking.tenant, prepared)
    except (UnknownOrganization, NotOnThatDay) as error:
        raise BadRequest(Fault("/unit", str(error))) from None
    except NotBound as error:
        raise BadRequest(Fault("/plan", str(error))) from None
    except (NoSuchEnterprises, NotFrozen) as error:
        raise BadRequest(Fault("/sector" if body["zone"] is None else "/zone", str(error))) from None
    return {"as_of": today(), "record": _shown(record), "changes": []}


@resource.get("/frozen-figures/<id>", Act.READ_FROZEN, answers=OneFrozenAnswer)
def show_frozen(id: str) -> Any:
    """One record, compared with what the same question answers today

    What came late, or was taken back, shows as a figure that differs.
    """
    tenant = caller().tenant
    with database().reading(tenant, snapshot=True) as session:
        record = _record(session, tenant, record_id(id))
        try:
            changes = freezing.difference(session, tenant, record, today=today())
        except (UnknownOrganization, NotOnThatDay, NotBound, NoSuchEnterprises):
            # What was asked then has no answer any more.
            changes = tuple(Change(name, record.figures[name], None) for name in sorted(record.figures))
    return {"as_of": today(), "record": _shown(record), "changes": changes}


def _seen(session: Session, unit: str | None) -> set[str] | None:
    """The organizations of which the caller may freeze figures, None: all. Raises UnknownOrganization for another."""
    seen = seen_by(session, caller(), Act.FREEZE_FIGURES)
    if seen is not None and unit is not None and unit not in seen:
        raise UnknownOrganization(unit)
    return seen


def _record(session: Session, tenant: UUID, id: UUID) -> Frozen:
    """The record of this id, if the caller may know of its unit."""
    try:
        record = freezing.find(session, tenant, id)
    except NotFrozen:
        record = None
    seen = seen_by(session, caller(), Act.READ_FROZEN)
    if record is None or (seen is not None and record.organization not in seen):
        raise NotFound(Fault("path/id", f"no figures were frozen under {id}"))
    return record


def _shown(one: Frozen) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit": one.organization or None,
        "zone": one.zone,
        "sector": one.sector,
        "plan": one.plan,
        "on": one.on,
        "headcount_on": one.headcount_on,
        "basis": one.basis,
        "frozen": one.frozen,
        "frozen_by": one.frozen_by,
        "reason": one.reason,
        "figures": one.figures,
    }
