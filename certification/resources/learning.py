"""GET /api/workers/<number>/learning: what a worker has learnt, without what anybody judges of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access import learnt
from certification.access.learnt import Learnt
from certification.access.permissions import Act
from certification.evidence.retold_words import retold_words
from certification.resources import cursors
from certification.resources.access import caller, database, known_worker, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Paging
from certification.resources.shapes import Answer, Page, TellingAnswer

resource = Resource("learning", "What workers have learnt, by day: for the worker, the union, and the employer.")


class LearningParameters(Paging):
    """`year`: the assessment year; this year in Vietnam when left out."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})


class ToldAgainAnswer(Answer):
    """Others that tell the same of the worker, and do not count."""

    again = fields.List(fields.Nested(TellingAnswer), metadata={"description": "Ten at most."})
    others = fields.Integer(metadata={"description": "How many, named or not."})
    words = fields.String(metadata={"description": "The same in Vietnamese."})


class LearntAnswer(Answer):
    """What one Statement says for one purpose."""

    day = fields.Date()
    what = fields.String(metadata={"description": "A code of the evidence mapping."})
    minutes = fields.Integer()
    score = fields.Float(allow_none=True, metadata={"description": "0 to 1."})
    quality = fields.String(metadata={"description": "E0 self-declared … E3 assessed."})
    statement = fields.UUID()
    told_again = fields.Nested(
        ToldAgainAnswer, allow_none=True, metadata={"description": "null: nobody else tells it. Not for an employer."}
    )


class LearningAnswer(Page):
    """What a worker learnt in a year, the first day first."""

    worker = fields.String()
    year = fields.Integer()
    items = fields.List(fields.Nested(LearntAnswer))


@resource.get("/workers/<path:number>/learning", Act.READ_LEARNING, query=LearningParameters, answers=LearningAnswer)
def show_learning(number: str, query: Mapping[str, Any]) -> Any:
    """What a worker has learnt in a year

    Without points, attestations or judgement: those are the union's. An enterprise gets the days on which the worker
    was employed by it, and no others.
    """
    year = query.get("year") or today().year
    tenant = caller().tenant
    left = cursors.after(tenant, (date, UUID, str))
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.READ_LEARNING)
        found = learnt.learnt(session, who(), worker.id, year, on=today(), limit=query["limit"] + 1, after=left)
    return cursors.page(
        tenant,
        found,
        query["limit"],
        as_of=today(),
        key=lambda one: (one.day, one.statement, one.what),
        show=_shown,
        worker=worker.number,
        year=year,
    )


def _shown(one: Learnt) -> Mapping[str, Any]:
    return {
        "day": one.day,
        "what": one.what,
        "minutes": one.minutes,
        "score": None if one.score is None else one.score / 10_000,
        "quality": f"E{one.quality}",
        "statement": one.statement,
        "told_again": one.told_again
        and {"again": one.told_again.again, "others": one.told_again.others, "words": retold_words(one.told_again)},
    }
