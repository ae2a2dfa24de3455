"""GET /api/workers/<number>/assessment: the judgement of one worker, with its reasons in words.

Which word is asked for, the last one or that of a past day, is `Asked`, here and for many workers (`statuses`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from certification.access.permissions import Act
from certification.evidence import disputes, retold
from certification.evidence.retold_words import retold_words
from certification.judgement import explanations, statuses
from certification.judgement.assessments import Assessed
from certification.judgement.statuses import Moment
from certification.resources import answers
from certification.resources.access import caller, database, known_worker, today
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, YEAR, Parameters
from certification.resources.shapes import Answer, AsOf, TellingAnswer
from certification.rules.criteria import PROGRAMME

resource = Resource("assessments", "What workers are judged to be, with reasons.")


NO_DAY = "not a day; write it as yyyy-mm-dd"


class Asked(Schema):
    """Which word is asked for. The last one, where no day is given; of a past day there are two answers."""

    year = fields.Integer(
        validate=YEAR,
        metadata={"description": "The assessment year; that of the day asked for, or this one, when left out."},
        error_messages={"invalid": "not a year; write it as 2026"},
    )
    said_on = fields.Date(
        format="iso",
        validate=DAY,
        metadata={"description": "What had been said by the end of this day in Vietnam, as it was kept then."},
        error_messages={"invalid": NO_DAY},
    )
    known_on = fields.Date(
        format="iso",
        validate=DAY,
        metadata={
            "description": "What is to be said of this day: judged anew by what had happened by then, as known today,"
            " what came late or was voided since included. Nothing of it is kept."
        },
        error_messages={"invalid": NO_DAY},
    )

    @validates_schema
    def one_past_day(self, data: Mapping[str, Any], **_: Any) -> None:
        """One of the days at most, and one that has come."""
        faults = {
            name: f"{day} is still to come; ask for a day up to today, {today()} in Vietnam"
            for name in ("said_on", "known_on")
            if (day := data.get(name)) is not None and day > today()
        }
        if "said_on" in data and "known_on" in data:
            faults["known_on"] = "two questions at once; give said_on or known_on"
        if faults:
            raise ValidationError({name: [words] for name, words in faults.items()})


def asked(wanted: Mapping[str, Any]) -> tuple[int, Moment, date]:
    """Of what is asked: the assessment year, which word, and the day that the answer speaks of."""
    moment = Moment(wanted.get("said_on"), wanted.get("known_on"))
    day: date = moment.said_on or moment.known_on or today()
    return wanted.get("year") or day.year, moment, day


class AssessmentParameters(Asked, Parameters):
    """Of which year, and which word."""


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
    version = fields.Integer(
        allow_none=True,
        metadata={"description": "1, 2, …: a result that differs is a new version; null for `known_on`."},
    )
    judged = fields.DateTime(allow_none=True, metadata={"description": "When it was kept; null for `known_on`."})
    criteria_set = fields.String()
    outcome = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    total = fields.Integer()
    total_at_least = fields.Integer()
    each_at_least = fields.Integer()
    open_disputes = fields.List(
        fields.Nested(OpenDispute),
        metadata={"description": "What the worker disputed and nobody had answered by the end of the day asked for."},
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
    """The judgement of one worker

    The last result as it is kept, or that of a past day (`said_on`, `known_on`), and `explanation` in Vietnamese. A
    worker of another tenant, or outside the caller's branch, does not exist here.
    """
    tenant = caller().tenant
    year, moment, day = asked(query)
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        found = statuses.of_workers(session, tenant, [worker.id], PROGRAMME, year, moment).get(worker.id)
        if found is None:
            raise NotFound(Fault("year", f"worker {number!r} has not been judged for {year}"))
        again = retold.of_counting(session, tenant, worker.id, statuses.counted(found))
        open_ones = disputes.standing(session, tenant, [worker.id], year, day).get(worker.id, ())
    told = sorted(again.values(), key=lambda one: (one.counts.day, one.counts.statement))
    version, judged = (found.version, found.judged) if isinstance(found, Assessed) else (None, None)
    if version is not None:
        # A version never changes; of what is judged anew, the bytes of the answer tell.
        waiting = [(one.id, one.statement_id, one.opened_on, one.due) for one in open_ones]
        answers.unless_known(tenant, worker.id, worker.number, year, moment, version, waiting, told)
    result = found.result
    criteria_set = found.rules.criteria_set
    return {
        "worker": worker.number,
        "programme": PROGRAMME,
        "year": year,
        "version": version,
        "judged": judged,
        "as_of": result.as_of,
        "criteria_set": result.criteria_set,
        "outcome": result.outcome,
        "total": result.total,
        "total_at_least": criteria_set.total_at_least,
        "each_at_least": criteria_set.each_at_least,
        "open_disputes": [
            {"id": one.id, "statement": one.statement_id, "opened_on": one.opened_on, "due": one.due}
            for one in open_ones
        ],
        "told_again": [
            {"counts": one.counts, "again": one.again, "others": one.others, "words": retold_words(one)} for one in told
        ],
        "explanation": explanations.explain(criteria_set, result),
    }
