"""GET /api/workers/<number>/assessment: the last judgement of one worker, with its reasons in words."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response
from marshmallow import fields

from certification.access.permissions import Act, guarded
from certification.judgement import assessments, explanations
from certification.people import workers
from certification.resources.access import caller, database
from certification.resources.answers import answer
from certification.resources.errors import Fault, NotFound
from certification.resources.parameters import YEAR, Parameters, parameters
from certification.rules import criteria
from certification.vietnam import vietnam_day

__all__ = ["show"]


class AssessmentParameters(Parameters):
    """`year`: the assessment year; this year in Vietnam when left out."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})


@guarded(Act.READ_ASSESSMENT)
def show(number: str) -> Response:
    """The result as it is kept, and `explanation` in Vietnamese. Another tenant's worker does not exist here."""
    wanted = parameters(AssessmentParameters)
    year = wanted.get("year") or vietnam_day(datetime.now(UTC)).year
    tenant = caller().tenant
    with database().reading(tenant) as session:
        try:
            worker = workers.find(session, tenant, number)
        except workers.UnknownWorker:
            raise NotFound(Fault("path/number", f"there is no worker {number!r}")) from None
        last = assessments.latest(session, tenant, worker.id, criteria.PROGRAMME, year)
        if last is None:
            raise NotFound(Fault("year", f"worker {number!r} has not been judged for {year}"))
        criteria_set = criteria.of_rule_file(session, tenant, last.criteria_set_id)
    result = last.result
    return answer(
        {
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
    )
