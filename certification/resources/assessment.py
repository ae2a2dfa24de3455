"""GET /api/workers/<number>/assessment: the last judgement of one worker, with its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.judgement import assessments, explanations
from certification.resources.access import caller, database, known_worker
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Parameters
from certification.resources.shapes import Answer, AsOf
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
        "explanation": explanations.explain(criteria_set, result),
    }
