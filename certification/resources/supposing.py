"""/api/workers/<number>/what-if and /api/what-if: what would be of a worker, or of many. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import ValidationError, fields, validate, validates_schema

from certification.access import rights
from certification.access.permissions import Act
from certification.judgement import explanations, what_if
from certification.judgement.what_if import Course, NotSupposable, Supposed, Supposition
from certification.models import Worker
from certification.people import workers
from certification.resources.access import caller, database, everything, known_worker, today, who
from certification.resources.assessment import Explanation
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, YEAR, Body
from certification.resources.shapes import Answer, AsOf
from certification.rules.criteria import PROGRAMME
from certification.targets.counting import employed_by
from certification.units import organizations
from lrs.db import Session

resource = Resource("what if", "What would be of a worker, or of many, if more were learnt or other rules held.")

MOST_WORKERS = 50_000
"""Of so many a request is worked out while somebody waits: some seconds."""


class LearningBody(Body):
    """Learning that is supposed: a kind of it (a Statement of its own about an activity of its own), or a course that
    is finished, which gives what the evidence mapping says."""

    what = fields.String(
        allow_none=True, load_default=None, metadata={"description": "A code of the evidence mapping: `reading`."}
    )
    course = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=2000),
        metadata={"description": "Instead of `what`: the id of an Activity of which a rule says what it is about."},
    )
    day = fields.Date(required=True, format="iso", validate=DAY)
    level = fields.Integer(load_default=2, validate=validate.Range(min=0, max=3), metadata={"description": "E0 to E3."})
    minutes = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100_000))
    percent = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=0, max=100),
        metadata={"description": "The score, in per cent."},
    )

    @validates_schema
    def one_of_both(self, data: Mapping[str, Any], **_: Any) -> None:
        """A kind of learning or a course, and not both."""
        if (data.get("what") is None) == (data.get("course") is None):
            raise ValidationError("name either a kind of learning or a course", "what")


class SupposedBody(Body):
    """What is supposed of somebody."""

    year = fields.Integer(validate=YEAR, metadata={"description": "This year in Vietnam when left out."})
    learned = fields.List(fields.Nested(LearningBody), load_default=list, validate=validate.Length(max=1000))
    points = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        load_default=dict,
        metadata={"description": 'Points that persons give, by indicator, such as {"CS4": 7}.'},
    )


class PopulationBody(SupposedBody):
    """What is supposed of many, and of whom."""

    unit = fields.String(
        allow_none=True,
        load_default=None,
        metadata={"description": "Whoever works today at or below this unit; null: everybody there is."},
    )
    pass_mark = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(min=0, max=1000))
    floor = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=0, max=1000),
        metadata={"description": "Another least for each chỉ số."},
    )


class SupposedAnswer(AsOf):
    """What the worker is judged to be today, and what would be."""

    worker = fields.String()
    year = fields.Integer()
    now = fields.Nested(Explanation)
    then = fields.Nested(Explanation)


class OutcomeCounts(Answer):
    """Workers by outcome."""

    met = fields.Integer()
    not_met = fields.Integer()
    not_yet_known = fields.Integer()


class PopulationAnswer(AsOf):
    """How many workers have each outcome, and how many would."""

    unit = fields.String(allow_none=True)
    year = fields.Integer()
    workers = fields.Integer()
    now = fields.Nested(OutcomeCounts)
    then = fields.Nested(OutcomeCounts)


@resource.post("/workers/<path:number>/what-if", Act.SUPPOSE, body=SupposedBody, answers=SupposedAnswer)
def suppose_of_worker(number: str, body: Mapping[str, Any]) -> Any:
    """What a worker would be judged to be

    With more learning or points that somebody gives, worked out as judgements are. Nothing is kept.
    """
    tenant, as_of = caller().tenant, today()
    year = body.get("year", as_of.year)
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.SUPPOSE)
        with _refusing():
            answer = what_if.of_worker(session, tenant, worker.id, PROGRAMME, year, as_of, _supposed(body))
    return {
        "as_of": as_of,
        "worker": worker.number,
        "year": year,
        "now": explanations.explain(answer.rules, answer.now),
        "then": explanations.explain(answer.supposed_rules, answer.then),
    }


@resource.post("/what-if", Act.SUPPOSE_OF_MANY, body=PopulationBody, answers=PopulationAnswer)
def suppose_of_many(body: Mapping[str, Any]) -> Any:
    """How many would meet the criteria

    By another pass mark or floor, or if all of it were learnt by everybody of a unit. Nothing is kept. Of very many,
    `flask certification what-if-all` says the same.
    """
    tenant, as_of = caller().tenant, today()
    year = body.get("year", as_of.year)
    with database().reading(tenant, snapshot=True) as session:
        ids = _of_whom(session, tenant, body["unit"], as_of)
        with _refusing():
            counts = what_if.of_population(session, tenant, ids, PROGRAMME, year, as_of, _supposed(body))
    return {
        "as_of": as_of,
        "unit": body["unit"],
        "year": year,
        "workers": counts.workers,
        "now": {outcome: counts.now[outcome] for outcome in explanations.OUTCOMES},
        "then": {outcome: counts.then[outcome] for outcome in explanations.OUTCOMES},
    }


def _of_whom(session: Session, tenant: UUID, unit: str | None, on: date) -> list[UUID]:
    if unit is None:
        everything(Act.SUPPOSE_OF_MANY)
        alive = sa.select(sa.func.count()).where(Worker.tenant_id == tenant, Worker.merged_into.is_(None))
        _not_too_many(session.scalar(alive) or 0)
        return workers.ids(session, tenant)
    node = organizations.find(session, tenant, unit)
    if node is None or not rights.may(session, who(), Act.SUPPOSE_OF_MANY, on, organization=node.id):
        raise BadRequest(Fault("/unit", f"there is no unit {unit!r} that you may ask about"))
    below = rights.branch(session, tenant, node.id, on)
    found = employed_by(session, tenant, below, on).distinct()
    _not_too_many(session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0)
    return list(session.scalars(found))


def _not_too_many(workers: int) -> None:
    if workers > MOST_WORKERS:
        raise BadRequest(
            Fault(
                "/unit",
                f"{workers} workers; at most {MOST_WORKERS} are worked out in one request: name a smaller unit, or run "
                "flask certification what-if-all",
            )
        )


def _supposed(body: Mapping[str, Any]) -> Supposition:
    """Each learning is a Statement and, where it is not a course, an activity of its own."""
    learned, courses = [], []
    for place, one in enumerate(body["learned"]):
        score = None if one["percent"] is None else one["percent"] * 100
        how = (one["day"], one["level"], one["minutes"], score, place)
        if one["course"] is not None:
            courses.append(Course(one["course"], *how))
        else:
            learned.append(Supposed(one["what"], *how, place))
    points = tuple(body["points"].items())
    return Supposition(tuple(learned), points, body.get("pass_mark"), body.get("floor"), tuple(courses))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except NotSupposable as error:
        raise BadRequest(*[Fault(place, message) for place, message in error.faults]) from None
