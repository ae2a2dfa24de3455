"""What the resources of cases (`evidence.cases`) have in common: lists by the day they are due, a case with its steps,
and who takes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields as fields_of
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence.cases import Case, Step
from certification.people.workers import Person
from certification.resources import cursors
from certification.resources.access import caller, database, now, today, who
from certification.resources.parameters import Body
from certification.resources.shapes import Answer
from certification.resources.speaking import in_the_name_of, oneself_or_officer
from lrs.db import Session

__all__ = ["CaseReasonBody", "InAUnitsNameBody", "StepAnswer", "by_officer", "by_opener", "listed", "with_steps"]

CALLED = {"number": "worker", "statement_id": "statement"}
"""Fields that answers call otherwise than dataclasses do."""


class CaseReasonBody(Body):
    """Why."""

    reason = fields.String(required=True)


class InAUnitsNameBody(CaseReasonBody):
    """In whose name, and why."""

    unit = fields.String(required=True, metadata={"description": "The code of a unit of the caller's branch."})


class StepAnswer(Answer):
    """What was done about it."""

    place = fields.Integer()
    what = fields.String()
    unit = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    statement_id = fields.UUID(allow_none=True)
    recorded_by = fields.String()
    recorded = fields.DateTime()


def listed(listing: Callable[..., Sequence[Case]], act: Act, query: Mapping[str, Any]) -> Any:
    """Part of the list of what the caller may see by `act`, the most urgent first; `query` says how much of it."""
    tenant = caller().tenant
    left = cursors.after(tenant, (date, UUID))
    with database().reading(tenant) as session:
        found = listing(
            session,
            tenant,
            state=query.get("state"),
            within=rights.reach(who(), act, today()),
            limit=query["limit"] + 1,
            after=None if left is None else (left[0], left[1]),
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.due, one.id), show=_shown)


def with_steps(name: str, one: Case, steps: Sequence[Step]) -> Mapping[str, Any]:
    """The answer for one case, called `name` there."""
    return {"as_of": today(), name: _shown(one), "steps": steps}


def by_officer(session: Session, act: Act, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is told with a step that the caller takes in the name of a unit of the branch."""
    unit = in_the_name_of(session, body["unit"], act, "/unit")
    witness = rights.witness(session, who(), act, today())
    return {"unit": unit, "reason": body["reason"], "witness": witness, "now": now()}


def by_opener(session: Session, worker: Person, act: Act, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is told with a step that the worker takes, or whoever opened the case for the worker."""
    return {"reason": body["reason"], "witness": oneself_or_officer(session, worker, act), "now": now()}


def _shown(one: Any) -> Mapping[str, Any]:
    return {CALLED.get(field.name, field.name): getattr(one, field.name) for field in fields_of(one)}
