"""Samples of the pages of roll-calls: a session of cdcs/a."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from certification.roll_calls import meetings, presences
from certification.roll_calls.meetings import Plan
from certification.roll_calls.presences import Tick
from lrs.db import Database, new_id
from tests.conftest import PEPPER


def prepare(database: Database, tenant: UUID, now: datetime) -> dict[str, Any]:
    """A session of cdcs/a with three people, one of them typed in from paper; the samples of its pages."""
    plan = Plan(
        "An toàn lao động: phòng cháy", "talk", ["law-safety"], now, now + timedelta(minutes=45), None, "Nhà ăn ca"
    )
    told: Any = {"by": "cdcs", "secret": PEPPER, "now": now}
    with database.writing(tenant) as session:
        meeting = meetings.open_one(session, tenant, "cdcs/a", plan, by="cdcs", now=now)
        ticks = [Tick(new_id(), number) for number in ("a03", "a04")]
        presences.tick(session, tenant, meeting.id, ticks, **told)
        presences.type_in(session, tenant, meeting.id, ["a05"], b"\xff\xd8\xff to giay", "danh-sach.jpg", **told)
    views = ("roll_call", "roll_call_screen", "tick_roll_call", "type_in_roll_call")
    return {
        **{f"officers.{view}": {"id": meeting.id} for view in views},
        "officers.take_back_presence": {"id": meeting.id, "number": "a03"},
        "officers.roll_call_sheet": None,
    }
