"""/api/roll-calls: sessions at which people are called, by a code that changes, by ticks, from paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import current_app, request
from marshmallow import fields, validate

from certification.access import rights
from certification.access.look_ups import AskedTooOften, Limited
from certification.access.permissions import Act
from certification.models import Worker
from certification.people import workers
from certification.resources import cursors
from certification.resources.access import caller, changing, database, now, pepper, today, who
from certification.resources.errors import NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import in_the_name_of, record_id
from certification.roll_calls import figures, meetings, presences
from certification.roll_calls.meetings import Meeting, Plan, UnknownRollCall
from certification.roll_calls.presences import Tick
from lrs.api import Fault
from lrs.db import Session

__all__ = ["GUESSES", "heed_guesses", "known_meeting", "own_person", "reached", "resource"]

resource = Resource("roll-calls", "Sessions at which people are called: by a code that changes, by ticks, from paper.")

GUESSES = 20
"""Digits that one account may send in a minute: six digits would be found by trying otherwise."""
MOST_SECONDS = 60 * 60 * 24 * 31


def known_meeting(session: Session, id: UUID, act: Act) -> Meeting:
    """The session with this id, where the caller may do `act` in the organizer's branch. Raises UnknownRollCall."""
    found = meetings.find(session, caller().tenant, id)
    if not rights.may(session, who(), act, today(), organization=found.organization_id):
        raise UnknownRollCall
    return found


def reached(session: Session, act: Act) -> Any:
    """Ids of the organizations of whose sessions the caller may know; None for all."""
    return rights.organizations_within(session, who(), act, today())


def heed_guesses() -> None:
    """Raises AskedTooOften where the caller has sent too many digits."""
    limit: Limited = current_app.extensions["guesses"]
    if seconds := limit.wait(f"{who().tenant} {who().name}"):
        raise AskedTooOften(seconds)


def own_person(session: Session) -> workers.Person:
    """The worker who asks. Raises NotFound for an account that is none."""
    asking = who()
    own = Worker.tenant_id == asking.tenant, Worker.id == asking.worker
    number = session.scalar(sa.select(Worker.number).where(*own))
    if number is None:
        raise NotFound(Fault("", "this account is no worker's"))
    return workers.find(session, asking.tenant, number)


class OpenRollCallBody(Body):
    """What the session is about and when; minutes that are left out are as the rules say."""

    unit = fields.String(required=True)
    title = fields.String(required=True)
    delivery = fields.String(required=True, validate=validate.OneOf(list(meetings.DELIVERIES)))
    topics = fields.List(fields.String(), required=True)
    starts = fields.AwareDateTime(required=True)
    ends = fields.AwareDateTime(required=True)
    instructor = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    early_minutes = fields.Integer()
    late_minutes = fields.Integer()


class RollCallStepBody(Body):
    """What becomes of it."""

    step = fields.String(required=True, validate=validate.OneOf(list(meetings.STEPS)))


class TickBody(Body):
    """A name that was ticked, so many seconds before this was sent. `id` is made where it was ticked."""

    id = fields.UUID(required=True)
    worker = fields.String(required=True)
    seconds_ago = fields.Integer(load_default=0, validate=validate.Range(0, MOST_SECONDS))


class TicksBody(Body):
    """A queue of ticks; sent again, it doubles nothing."""

    ticks = fields.List(fields.Nested(TickBody), required=True, validate=validate.Length(max=presences.TICKS_AT_MOST))


class ConfirmBody(Body):
    """The digits that were seen so many seconds ago, at this address or without one."""

    digits = fields.String(required=True, validate=validate.Regexp(r"[0-9]{6}\Z", error="six digits"))
    address = fields.String(load_default="")
    seconds_ago = fields.Integer(load_default=0, validate=validate.Range(0, MOST_SECONDS))
    device = fields.String(load_default="", validate=validate.Length(max=100))


class TakeBackBody(Body):
    """Who was not there after all, and why it was said."""

    worker = fields.String(required=True)
    reason = fields.String(required=True)


class RollCallAnswer(Answer):
    """A session. Instants are UTC."""

    id = fields.UUID()
    unit = fields.String()
    title = fields.String()
    delivery = fields.String()
    topics = fields.List(fields.String())
    instructor = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    starts = fields.DateTime()
    ends = fields.DateTime()
    opens = fields.DateTime(metadata={"description": "From when on codes are taken."})
    over = fields.DateTime(metadata={"description": "Until when codes are taken."})
    state = fields.String()
    count = fields.Integer(metadata={"description": "Present."})


class RollCallsPage(Page):
    """Sessions, the latest first."""

    items = fields.List(fields.Nested(RollCallAnswer))


class PresentAnswer(Answer):
    """Somebody who is there. `how`: scan, digits, tick or paper."""

    worker = fields.String()
    name = fields.String()
    how = fields.String()
    present = fields.DateTime()
    sent_later = fields.Boolean()


class OneRollCallAnswer(AsOf):
    """A session with who is there, and what its screen shows."""

    roll_call = fields.Nested(RollCallAnswer)
    address = fields.String()
    digits = fields.String(metadata={"description": "Empty while no code is taken."})
    seconds_left = fields.Integer()
    items = fields.List(fields.Nested(PresentAnswer))
    of_one_device = fields.List(
        fields.List(fields.String()), metadata={"description": "Workers for whom one telephone spoke."}
    )


class StateAnswer(AsOf):
    """The session after a step."""

    roll_call = fields.Nested(RollCallAnswer)


class TickAnswer(Answer):
    """What became of a tick."""

    id = fields.UUID()
    worker = fields.String()
    present = fields.DateTime(allow_none=True)
    again = fields.Boolean(metadata={"description": "Present already before this tick."})
    refusal = fields.String(metadata={"description": "Why not, in Vietnamese; empty where it is."})


class TicksAnswer(AsOf):
    """What became of each tick, in their order."""

    items = fields.List(fields.Nested(TickAnswer))
    count = fields.Integer(metadata={"description": "Present at the session now."})


class ConfirmedAnswer(AsOf):
    """That one is present, since when."""

    title = fields.String()
    present = fields.DateTime()
    again = fields.Boolean()
    sent_later = fields.Boolean()


class CountAnswer(AsOf):
    """How many are present now."""

    count = fields.Integer()


@resource.get("/roll-calls", Act.READ_ROLL_CALLS, query=Paging, answers=RollCallsPage)
def list_roll_calls(query: Mapping[str, Any]) -> Any:
    """Sessions of the caller's branches, the latest first"""
    tenant = caller().tenant
    left = cursors.after(tenant, (datetime, UUID))
    with database().reading(tenant) as session:
        within = reached(session, Act.READ_ROLL_CALLS)
        before = (left[0], left[1]) if left else None
        found = meetings.listed(session, tenant, organizations=within, before=before, limit=query["limit"] + 1)
        counts = figures.counts(session, tenant, [one.id for one in found])
    return cursors.page(
        tenant, found, query["limit"], as_of=today(), key=lambda one: (one.starts, one.id),
        show=lambda one: _shown(one, counts.get(one.id, 0)),
    )  # fmt: skip


@resource.post("/roll-calls", Act.HOLD_ROLL_CALLS, body=OpenRollCallBody, answers=StateAnswer, status=201)
def open_roll_call(body: Mapping[str, Any]) -> Any:
    """Open a session in the name of a unit

    Whoever is present becomes a Statement of the unit's, about these topics and for its planned time.
    """
    tenant = caller().tenant
    with changing(tenant) as session:
        unit = in_the_name_of(session, body["unit"], Act.HOLD_ROLL_CALLS, "/unit")
        plan = Plan(**{name: value for name, value in body.items() if name != "unit"})
        made = meetings.open_one(session, tenant, unit, plan, by=who().name, now=now())
    return {"as_of": today(), "roll_call": _shown(made, 0)}


@resource.get("/roll-calls/<id>", Act.HOLD_ROLL_CALLS, answers=OneRollCallAnswer)
def show_roll_call(id: str) -> Any:
    """A session with who is there, and the code that it shows now"""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        meeting = known_meeting(session, record_id(id), Act.HOLD_ROLL_CALLS)
        screen = figures.screen(session, tenant, meeting, now())
        there = figures.present(session, tenant, meeting)
    return {
        "as_of": today(),
        "roll_call": _shown(meeting, screen.count),
        "address": f"{request.host_url}d/{meeting.address}",
        "digits": screen.digits,
        "seconds_left": screen.seconds_left,
        "items": [
            {"worker": one.number, "name": one.name, "how": one.how, "present": one.present,
             "sent_later": one.sent_later}
            for one in there
        ],
        "of_one_device": [[one.number for one in some] for some in figures.of_one_device(there)],
    }  # fmt: skip


@resource.post("/roll-calls/<id>/steps", Act.HOLD_ROLL_CALLS, body=RollCallStepBody, answers=StateAnswer)
def step_roll_call(id: str, body: Mapping[str, Any]) -> Any:
    """Pause, resume, close or reopen a session"""
    tenant = caller().tenant
    with changing(tenant) as session:
        meeting = known_meeting(session, record_id(id), Act.HOLD_ROLL_CALLS)
        after = meetings.step(session, tenant, meeting.id, body["step"], by=who().name, now=now())
        count = figures.counts(session, tenant, [after.id]).get(after.id, 0)
    return {"as_of": today(), "roll_call": _shown(after, count)}


@resource.post("/roll-calls/<id>/ticks", Act.HOLD_ROLL_CALLS, body=TicksBody, answers=TicksAnswer)
def tick_roll_call(id: str, body: Mapping[str, Any]) -> Any:
    """Record a queue of ticks

    Each tick has an id made where it was ticked and says how long ago that was, so that a clock that is wrong does no
    harm. A tick that is known changes nothing; one that is refused does not hold up the others.
    """
    tenant = caller().tenant
    with changing(tenant) as session:
        meeting = known_meeting(session, record_id(id), Act.HOLD_ROLL_CALLS)
        ticks = [Tick(one["id"], one["worker"], timedelta(seconds=one["seconds_ago"])) for one in body["ticks"]]
        done = presences.tick(session, tenant, meeting.id, ticks, by=who().name, secret=pepper(), now=now())
        count = figures.counts(session, tenant, [meeting.id]).get(meeting.id, 0)
    items = [
        {"id": one.tick.id, "worker": one.tick.number, "present": one.present, "again": one.again,
         "refusal": one.refusal}
        for one in done
    ]  # fmt: skip
    return {"as_of": today(), "items": items, "count": count}


@resource.post("/roll-calls/<id>/take-back", Act.HOLD_ROLL_CALLS, body=TakeBackBody, answers=CountAnswer)
def take_back_presence(id: str, body: Mapping[str, Any]) -> Any:
    """Take back that a worker was present

    The Statement is voided; that it was said, by whom and why it was taken back stays.
    """
    tenant = caller().tenant
    with changing(tenant) as session:
        meeting = known_meeting(session, record_id(id), Act.HOLD_ROLL_CALLS)
        told: Any = {"reason": body["reason"], "by": who().name, "secret": pepper(), "now": now()}
        presences.withdraw(session, tenant, meeting.id, body["worker"], **told)
        count = figures.counts(session, tenant, [meeting.id]).get(meeting.id, 0)
    return {"as_of": today(), "count": count}


@resource.post("/roll-call-presences", Act.BE_PRESENT, body=ConfirmBody, answers=ConfirmedAnswer)
def be_present(body: Mapping[str, Any]) -> Any:
    """Say that one is present, by the digits shown at the session

    Digits that were right then are taken for some time afterwards, where a telephone had no network; such a presence is
    worth one level less and shown as sent later. A second time changes nothing and tells the first.
    """
    tenant = caller().tenant
    heed_guesses()
    with changing(tenant) as session:
        person = own_person(session)
        seen = now() - timedelta(seconds=body["seconds_ago"])
        done = presences.confirm(
            session, tenant, person, body["digits"], seen, address=body["address"], device=body["device"],
            account=who().name, secret=pepper(), now=now(),
        )  # fmt: skip
    told = {"present": done.present, "again": done.again, "sent_later": done.sent_later}
    return {"as_of": today(), "title": done.meeting.title, **told}


def _shown(one: Meeting, count: int) -> dict[str, Any]:
    names = (
        "id",
        "unit",
        "title",
        "delivery",
        "topics",
        "instructor",
        "place",
        "starts",
        "ends",
        "opens",
        "over",
        "state",
    )
    return {**{name: getattr(one, name) for name in names}, "count": count}
