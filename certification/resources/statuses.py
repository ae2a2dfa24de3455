"""/api/assessments: what many workers are judged to be, everybody in parts or those who are named in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import ValidationError, fields, validate, validates_schema

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import assessments, explanations, statuses
from certification.judgement.assessments import Judgement
from certification.judgement.statuses import Moment
from certification.models import Worker
from certification.people import identity_events, workers
from certification.resources import answers, looking
from certification.resources.access import caller, database, today, who
from certification.resources.assessment import Asked, Explanation, asked
from certification.resources.cursors import after, page
from certification.resources.frame import Resource
from certification.resources.parameters import Body, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.rules.criteria import PROGRAMME
from lrs.db import Session, among

resource = Resource("statuses", "What many workers are judged to be, in one call.")

MOST_NAMED = 5000
MOST_EXPLAINED = 1000
"""An explanation in full is some ten kilobytes."""

IN_FULL = {"description": "true: each with its explanation in full, every chỉ số with evidence and remarks."}


class StatusParameters(Asked, Paging):
    """Of which year, which word, and which part of the list."""

    since = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0),
        metadata={"description": "A place: only those judged otherwise since."},
        error_messages={"invalid": "not a place; send the greatest `place` that you have"},
    )
    in_full = fields.Boolean(load_default=False, metadata=IN_FULL, error_messages={"invalid": "neither true nor false"})

    @validates_schema
    def since_what(self, data: Mapping[str, Any], **_: Any) -> None:
        """What is judged anew has no place among what was kept."""
        if data.get("since") and "known_on" in data:
            raise ValidationError({"since": ["what is judged anew is not kept; leave it out with known_on"]})


class NamedBody(Asked, Body):
    """Of whom, of which year, and which word."""

    workers = fields.List(
        fields.String(validate=validate.Length(min=1, max=200)),
        required=True,
        validate=validate.Length(min=1, max=MOST_NAMED),
        metadata={"description": f"Workers' numbers, {MOST_NAMED} at most; {MOST_EXPLAINED} with `in_full`."},
    )
    in_full = fields.Boolean(truthy={True}, falsy={False}, load_default=False, metadata=IN_FULL)

    @validates_schema
    def not_too_many(self, data: Mapping[str, Any], **_: Any) -> None:
        """What is explained in full is much longer."""
        if data.get("in_full") and len(data.get("workers", ())) > MOST_EXPLAINED:
            raise ValidationError({"workers": [f"with in_full name {MOST_EXPLAINED} at most in one call"]})


class Status(Answer):
    """What a worker is judged to be."""

    worker = fields.String(metadata={"description": "The worker's number."})
    outcome = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    outcome_words = fields.String()
    total = fields.Integer()
    points = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(allow_none=True),
        metadata={"description": "The points that count, by indicator; null where nobody has given any yet."},
    )
    criteria_set = fields.String()
    version = fields.Integer(allow_none=True, metadata={"description": "null for `known_on`, as `judged` and `place`."})
    as_of = fields.Date(metadata={"description": "The day of which a judgement first said so."})
    judged = fields.DateTime(allow_none=True)
    place = fields.Integer(
        allow_none=True, metadata={"description": "Send the greatest one as `since` to get what is newer."}
    )
    remarks = fields.List(fields.String(), metadata={"description": "What stands in the way, in Vietnamese."})
    explanation = fields.Nested(Explanation, metadata={"optional": True, "description": "With `in_full` alone."})


class StatusPage(Page):
    """What workers are judged to be, in the order in which that was kept; for `known_on` in no order of meaning."""

    items = fields.List(fields.Nested(Status))


class NamedStatuses(AsOf):
    """What the workers who were named are judged to be, in the order in which they were."""

    items = fields.List(fields.Nested(Status))
    not_judged = fields.List(fields.String(), metadata={"description": "Numbers of those not judged for the year."})
    not_found = fields.List(
        fields.String(), metadata={"description": "Numbers that no worker has of whom the caller may know."}
    )


@resource.get("/assessments", Act.READ_ASSESSMENT, query=StatusParameters, answers=StatusPage)
def list_assessments(query: Mapping[str, Any]) -> Any:
    """The status of everybody

    Of whomever the caller may know, a thousand in one answer, with what stands in the way: the last word, or that of a
    past day. In the order in which results were kept, so that `since` misses nothing that is judged otherwise; who
    comes into the caller's branch later comes with the next whole list.
    """
    tenant, limit = caller().tenant, query["limit"]
    year, moment, day = asked(query)
    left = after(tenant, (UUID,) if moment.known_on else (int,))
    reach = rights.reach(who(), Act.READ_ASSESSMENT, today())
    with database().reading(tenant, snapshot=True) as session:
        whom = reach.workers(session, Worker.id)
        found: Sequence[tuple[str, Judgement]]
        if moment.known_on is not None:
            found = _judged_anew(session, tenant, year, moment, whom, left[0] if left else None, limit + 1)
        else:
            if reach.everything:
                newest = assessments.newest_place(session, tenant, PROGRAMME, year)
                asked_for = (tenant, year, moment, day, limit, query["since"], left, query["in_full"])
                answers.unless_known(*asked_for, newest, identity_events.last_place(session, tenant))
            place = max(query["since"], left[0] if left else 0)
            found = assessments.kept_after(
                session, tenant, PROGRAMME, year, place, limit=limit + 1, by=moment.by, whom=whom
            )
    looking.saw_these(one.worker_id for _, one in found[:limit])
    return page(
        tenant,
        found,
        limit,
        as_of=day,
        key=lambda one: (one[1].worker_id if moment.known_on else one[1].place,),  # type: ignore[attr-defined]
        show=lambda one: _status(one[0], one[1], in_full=query["in_full"]),
    )


@resource.post("/assessments/status", Act.READ_ASSESSMENT, body=NamedBody, answers=NamedStatuses)
def ask_status(body: Mapping[str, Any]) -> Any:
    """The status of thousands, by their numbers

    The last word on each, or that of a past day. Somebody named twice is answered once; of whom nothing is said, the
    answer says why. Changes nothing.
    """
    tenant = caller().tenant
    year, moment, day = asked(body)
    numbers = list(dict.fromkeys(body["workers"]))
    with database().reading(tenant, snapshot=True) as session:
        people = workers.known_workers(session, tenant, numbers)
        seen = _seen(session, tenant, {one.id for one in people.values()})
        found = statuses.of_workers(session, tenant, seen, PROGRAMME, year, moment)
    looking.saw_these(found)
    named = {number: people[number].id for number in numbers if number in people and people[number].id in seen}
    return {
        "as_of": day,
        "items": [
            _status(number, found[worker], in_full=body["in_full"])
            for number, worker in named.items()
            if worker in found
        ],
        "not_judged": [number for number, worker in named.items() if worker not in found],
        "not_found": [number for number in numbers if number not in named],
    }


def _seen(session: Session, tenant: UUID, worker_ids: set[UUID]) -> set[UUID]:
    """Those of the workers of whom the caller may know."""
    reach = rights.reach(who(), Act.READ_ASSESSMENT, today())
    if reach.everything:
        return worker_ids
    visible = session.scalars(
        sa.select(Worker.id).where(among(session, Worker.id, worker_ids), reach.workers(session, Worker.id))
    )
    return set(visible)


def _judged_anew(
    session: Session,
    tenant: UUID,
    year: int,
    moment: Moment,
    whom: sa.ColumnElement[bool],
    left: UUID | None,
    limit: int,
) -> list[tuple[str, Judgement]]:
    """The next workers in order of id, each judged for the day."""
    query = sa.select(Worker.id, Worker.number).where(Worker.tenant_id == tenant, Worker.merged_into.is_(None), whom)
    if left is not None:
        query = query.where(Worker.id > left)
    people = {row[0]: row[1] for row in session.execute(query.order_by(Worker.id).limit(limit))}
    found = statuses.of_workers(session, tenant, people, PROGRAMME, year, moment)
    return [(number, found[one]) for one, number in people.items() if one in found]


def _status(number: str, one: Judgement, *, in_full: bool) -> dict[str, Any]:
    said = statuses.status(one)
    told: dict[str, Any] = {
        "worker": number,
        "outcome": said.outcome,
        "outcome_words": explanations.OUTCOMES[said.outcome],
        "total": said.total,
        "points": said.points,
        "criteria_set": said.criteria_set,
        "version": said.version,
        "as_of": said.as_of,
        "judged": said.judged,
        "place": said.place,
        "remarks": said.remarks,
    }
    if in_full:
        told["explanation"] = explanations.explain(one.rules.criteria_set, one.result)
    return told
