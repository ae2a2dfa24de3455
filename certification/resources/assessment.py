"""GET /api/workers/<number>/assessment: the last judgement of one worker, with its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.evidence import disputes, retold
from certification.evidence.retold_words import retold_words
from certification.judgement import assessments, explanations
from certification.resources.access import caller, database, everything, known_worker
from certification.resources.cursors import after, page
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page, TellingAnswer
from certification.rules import criteria
from certification.vietnam import vietnam_day

resource = Resource("assessments", "What workers are judged to be, with reasons.")


class AssessmentParameters(Parameters):
    """`year`: the assessment year; this year in Vietnam when left out."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})


class IndicatorRow(Answer):
    """One chỉ số as people read it."""

    indicator = fields.String()
    title = fields.String()
    competence = fields.String()
    clause = fields.String(metadata={"description": "Where the criteria ask for it."})
    suggested = fields.Integer(allow_none=True, metadata={"description": "What the log suggests."})
    self_given = fields.Integer(allow_none=True, metadata={"description": "What the worker gave; decides nothing."})
    attested = fields.Integer(allow_none=True, metadata={"description": "What a person attested."})
    to_floor = fields.Integer(metadata={"description": "Points missing to the least that every chỉ số needs."})
    points = fields.Integer(allow_none=True, metadata={"description": "null where nobody has given any yet."})
    max_points = fields.Integer()
    state = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    state_words = fields.String()
    source = fields.String(metadata={"description": "log, attestation or none."})
    source_words = fields.String()
    counted = fields.List(fields.UUID(), metadata={"description": "Ids of the Statements counted."})
    remarks = fields.List(fields.String())


class Explanation(Answer):
    """A result as people read it, in Vietnamese."""

    summary = fields.String()
    outcome = fields.String()
    outcome_words = fields.String()
    remarks = fields.List(fields.String())
    rows = fields.List(fields.Nested(IndicatorRow))


class OpenDispute(Answer):
    """A dispute that waits for an answer."""

    id = fields.UUID()
    statement = fields.UUID(allow_none=True, metadata={"description": "null: evidence is missing."})
    opened_on = fields.Date()
    due = fields.Date()


class ToldAgain(Answer):
    """One achievement told several times, counted once."""

    counts = fields.Nested(TellingAnswer)
    again = fields.List(fields.Nested(TellingAnswer), metadata={"description": "Others that tell it; ten at most."})
    others = fields.Integer(metadata={"description": "How many tell the same, named or not."})
    words = fields.String(metadata={"description": "The same in Vietnamese."})


class AssessmentAnswer(AsOf):
    """The last judgement of a worker for a year."""

    worker = fields.String(metadata={"description": "The worker's number."})
    programme = fields.String()
    year = fields.Integer()
    version = fields.Integer(metadata={"description": "1, 2, …: a result that differs is a new version."})
    judged = fields.DateTime()
    criteria_set = fields.String()
    outcome = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    total = fields.Integer()
    total_at_least = fields.Integer()
    each_at_least = fields.Integer()
    open_disputes = fields.List(
        fields.Nested(OpenDispute), metadata={"description": "What the worker disputes and nobody has answered today."}
    )
    told_again = fields.List(
        fields.Nested(ToldAgain),
        metadata={"description": "Of the Statements counted those that others tell again, as it is known today."},
    )
    explanation = fields.Nested(Explanation)


@resource.get(
    "/workers/<path:number>/assessment", Act.READ_ASSESSMENT, query=AssessmentParameters, answers=AssessmentAnswer
)
def show_assessment(number: str, query: Mapping[str, Any]) -> Any:
    """The last judgement of one worker

    The result as it is kept, and `explanation` in Vietnamese. A worker of another tenant, or outside the
    caller's branch, does not exist here.
    """
    year = query.get("year") or vietnam_day(datetime.now(UTC)).year
    tenant = caller().tenant
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        last = assessments.latest(session, tenant, worker.id, criteria.PROGRAMME, year)
        if last is None:
            raise NotFound(Fault("year", f"worker {number!r} has not been judged for {year}"))
        criteria_set = criteria.of_rule_file(session, tenant, last.criteria_set_id)
        counted = {statement for one in last.result.indicators for statement in one.counted}
        again = retold.of_counting(session, tenant, worker.id, counted)
        open_ones = disputes.standing(session, tenant, [worker.id], year, vietnam_day(datetime.now(UTC)))
    result = last.result
    return {
        "worker": worker.number,
        "programme": criteria.PROGRAMME,
        "year": year,
        "version": last.version,
        "judged": last.judged,
        "as_of": result.as_of,
        "criteria_set": result.criteria_set,
        "outcome": result.outcome,
        "total": result.total,
        "total_at_least": criteria_set.total_at_least,
        "each_at_least": criteria_set.each_at_least,
        "open_disputes": [
            {"id": one.id, "statement": one.statement_id, "opened_on": one.opened_on, "due": one.due}
            for one in open_ones.get(worker.id, ())
        ],
        "told_again": [
            {"counts": one.counts, "again": one.again, "others": one.others, "words": retold_words(one)}
            for one in sorted(again.values(), key=lambda one: (one.counts.day, one.counts.statement))
        ],
        "explanation": explanations.explain(criteria_set, result),
    }


class StatusParameters(Paging):
    """`year` as above; `since`: only what was kept after this place; `limit`, `cursor`: part of the list."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})
    since = fields.Integer(load_default=0, validate=validate.Range(min=0), metadata={"description": "A place."})


class Status(Answer):
    """What a worker was last judged to be."""

    worker = fields.String(metadata={"description": "The worker's number."})
    outcome = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    total = fields.Integer()
    version = fields.Integer()
    as_of = fields.Date(metadata={"description": "The day of which a judgement first said so."})
    judged = fields.DateTime()
    place = fields.Integer(metadata={"description": "Send the greatest one as `since` to get what is newer."})
    remarks = fields.List(fields.String(), metadata={"description": "What stands in the way, in Vietnamese."})


class StatusPage(Page):
    """What workers were last judged to be, in the order in which that was kept."""

    items = fields.List(fields.Nested(Status))


@resource.get("/assessments", Act.READ_ASSESSMENT, query=StatusParameters, answers=StatusPage)
def list_assessments(query: Mapping[str, Any]) -> Any:
    """The last judgement of everybody

    A thousand workers in one answer, with what stands in the way. In the order in which results were kept, so that
    `since` misses nothing. Only for who may read the whole tenant.
    """
    everything(Act.READ_ASSESSMENT)
    today = vietnam_day(datetime.now(UTC))
    year = query.get("year") or today.year
    tenant = caller().tenant
    left = after(tenant, (int,))
    place = max(query["since"], left[0] if left else 0)
    with database().reading(tenant) as session:
        found = assessments.kept_after(session, tenant, criteria.PROGRAMME, year, place, limit=query["limit"] + 1)
    return page(
        tenant,
        found,
        query["limit"],
        as_of=today,
        key=lambda one: (one[1].place,),
        show=lambda one: {
            "worker": one[0],
            "outcome": one[1].outcome,
            "total": one[1].total,
            "version": one[1].version,
            "as_of": one[1].as_of,
            "judged": one[1].judged,
            "place": one[1].place,
            "remarks": explanations.explain(one[1].rules.criteria_set, one[1].result).remarks,
        },
    )
