"""The Statements that the LMS issues: launched, abandoned, waived, satisfied (cmi5 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from lrs.cmi5.rules import CMI5, MASTERY_SCORE, MOVE_ON, SESSION_ID, duration
from lrs.cmi5.structure import Block, Course, Unit
from lrs.statements.order import microseconds, timestamp_text

__all__ = ["abandoned", "launched", "satisfied", "waived"]

_EXTENSIONS = "https://w3id.org/xapi/cmi5/context/extensions"
_REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
_TYPES = "https://w3id.org/xapi/cmi5/activitytype"
_VERBS = {
    "launched": "http://adlnet.gov/expapi/verbs/launched",
    "abandoned": "https://w3id.org/xapi/adl/verbs/abandoned",
    "waived": "https://w3id.org/xapi/adl/verbs/waived",
    "satisfied": "https://w3id.org/xapi/adl/verbs/satisfied",
}


def launched(
    unit: Unit,
    actor: Mapping[str, Any],
    registration: UUID,
    session: UUID,
    *,
    mode: str,
    data: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """That an AU is launched with this LMS.LaunchData (9.3.1)."""
    told = {f"{_EXTENSIONS}/launchmode": mode, f"{_EXTENSIONS}/launchurl": unit.url}
    told[f"{_EXTENSIONS}/moveon"] = unit.move_on
    if "masteryScore" in data:
        told[MASTERY_SCORE] = data["masteryScore"]
    if "launchParameters" in data:
        told[f"{_EXTENSIONS}/launchparameters"] = data["launchParameters"]
    statement = _statement("launched", actor, _unit(unit), unit.publisher_id, registration, session, now)
    statement["context"]["extensions"] |= told
    return statement


def abandoned(
    unit: Unit, actor: Mapping[str, Any], registration: UUID, session: UUID, *, lasted: timedelta, now: datetime
) -> dict[str, Any]:
    """That a session ended without "terminated" (9.3.6)."""
    statement = _statement("abandoned", actor, _unit(unit), unit.publisher_id, registration, session, now)
    return statement | {"result": {"duration": duration(lasted)}}


def waived(
    unit: Unit, actor: Mapping[str, Any], registration: UUID, session: UUID, *, reason: str, now: datetime
) -> dict[str, Any]:
    """That an AU need not be done, and why (9.3.7)."""
    statement = _statement("waived", actor, _unit(unit), unit.publisher_id, registration, session, now)
    statement["context"]["contextActivities"]["category"].append({"id": MOVE_ON})
    return statement | {"result": {"success": True, "completion": True, "extensions": {_REASON: reason}}}


def satisfied(
    whole: Block | Course, actor: Mapping[str, Any], registration: UUID, session: UUID, *, now: datetime
) -> dict[str, Any]:
    """That all of a block or of the course is done (9.3.9)."""
    kind = "course" if isinstance(whole, Course) else "block"
    definition = {"name": whole.title, "description": whole.description, "type": f"{_TYPES}/{kind}"}
    target = {"objectType": "Activity", "id": whole.id, "definition": definition}
    return _statement("satisfied", actor, target, whole.publisher_id, registration, session, now)


def _unit(unit: Unit) -> dict[str, Any]:
    definition: dict[str, Any] = {"name": unit.title, "description": unit.description}
    if unit.activity_type:
        definition["type"] = unit.activity_type
    return {"objectType": "Activity", "id": unit.id, "definition": definition}


def _statement(
    verb: str,
    actor: Mapping[str, Any],
    target: Mapping[str, Any],
    publisher_id: str,
    registration: UUID,
    session: UUID,
    now: datetime,
) -> dict[str, Any]:
    """A Statement whose id is the same whenever it is made anew: said twice, it is one."""
    of = registration if verb in ("satisfied", "waived") else session
    return {
        "id": str(uuid5(of, f"{verb} {target['id']}")),
        "actor": dict(actor),
        "verb": {"id": _VERBS[verb], "display": {"en": verb}},
        "object": target,
        "context": {
            "registration": str(registration),
            "contextActivities": {"category": [{"id": CMI5}], "grouping": [{"id": publisher_id}]},
            "extensions": {SESSION_ID: str(session)},
        },
        "timestamp": timestamp_text(microseconds(now)),
    }
