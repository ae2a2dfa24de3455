"""…/reports/…/reminders: who is to be reminded of a report, by a letter or by phone; letters sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.reports import mail, reminding
from certification.reports.places import NotAsked
from certification.reports.reminding import Due
from certification.resources import outgoing
from certification.resources.access import database, now, today, who
from certification.resources.errors import Conflict, Fault, NotFound
from certification.resources.reports import PATH, key_of, resource, unit_within
from certification.resources.shapes import Answer, AsOf
from certification.units.trees import NotOnThatDay

__all__ = ["resource"]


class ReminderAnswer(Answer):
    """A unit to be reminded at the stage that its report has come to."""

    unit = fields.String()
    name = fields.String()
    stage = fields.String()
    due = fields.Date(allow_none=True)
    contact = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    by_letter = fields.Boolean(metadata={"description": "Whether a letter may go out; else to be phoned."})
    outcome = fields.String(metadata={"description": "Of a letter of this stage: sent, failed, unknown; else empty."})


class RemindersAnswer(AsOf):
    """Whoever has not handed in and has come to a stage of the plan's form."""

    units = fields.List(fields.Nested(ReminderAnswer))
    letters = fields.Boolean(metadata={"description": "Whether a mail server is set; without one all are phoned."})


class SentReminderAnswer(Answer):
    """What became of a letter."""

    unit = fields.String()
    outcome = fields.String(metadata={"description": "sent, failed or unknown"})
    fault = fields.String(metadata={"description": "What the server said against it; else empty."})


class SentRemindersAnswer(AsOf):
    """What became of every letter, and who is to be phoned."""

    sent = fields.List(fields.Nested(SentReminderAnswer))
    to_phone = fields.List(fields.Nested(ReminderAnswer))


@resource.get(f"{PATH}/reminders", Act.REMIND_OF_REPORTS, answers=RemindersAnswer)
def list_reminders(code: str, plan: str, period: str, cut_off: str) -> Any:
    """Who below a unit is to be reminded of a report, and how

    Nothing goes out.
    """
    units = [_shown(one) for one in _due(code, plan, period, cut_off)]
    return {"as_of": today(), "units": units, "letters": outgoing.mail_server() is not None}


@resource.post(f"{PATH}/reminders", Act.REMIND_OF_REPORTS, answers=SentRemindersAnswer)
def remind_of_reports(code: str, plan: str, period: str, cut_off: str) -> Any:
    """Write to whoever has not handed in a report

    Each unit is written to once at a stage of the form; sent again, this writes to nobody a second time. Those without
    an address are given back, to be phoned. Without a mail server (409) nothing goes out.
    """
    server = outgoing.mail_server()
    if server is None:
        raise Conflict(Fault("", "no mail server is set here, so no letter can go out; GET lists whom to phone"))
    key = key_of(plan, period, cut_off)
    _due(code, plan, period, cut_off)
    sent = reminding.remind(database(), who().tenant, code, key, server, by=who().name, clock=now)
    told = [{"unit": one.standing.unit.code, "outcome": how[0], "fault": how[1]} for one, how in sent]
    left = [_shown(one) for one in _due(code, plan, period, cut_off) if one.outcome != mail.SENT]
    return {"as_of": today(), "sent": told, "to_phone": left}


def _due(code: str, plan: str, period: str, cut_off: str) -> list[Due]:
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.REMIND_OF_REPORTS)
        try:
            return reminding.due(session, who().tenant, code, key, today=today())
        except (NotOnThatDay, NotAsked) as error:
            raise NotFound(Fault("path/code", str(error))) from None


def _shown(one: Due) -> Mapping[str, Any]:
    standing, contact = one.standing, one.standing.contact
    return {
        "unit": standing.unit.code,
        "name": standing.unit.name,
        "stage": one.stage,
        "due": standing.due,
        "contact": None if contact is None else contact.name,
        "phone": None if contact is None else contact.phone,
        "by_letter": one.can_be_written_to,
        "outcome": one.outcome,
    }
