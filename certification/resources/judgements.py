"""/api/workers/<number>/assessment/versions and …/targets: what changed a judgement, what plans say of one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields

from certification.access.permissions import Act
from certification.judgement import versions
from certification.resources import cursors
from certification.resources.access import caller, database, known_worker, today
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, YEAR, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.rules import evidence_mapping
from certification.rules.criteria import PROGRAMME
from certification.targets import persons
from certification.targets.persons import PersonalTarget

resource = Resource("judgements", "How a worker's judgement changed, and what the targets of plans say of one person.")


class VersionsParameters(Paging):
    """`year`: the assessment year; this year in Vietnam when left out."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})


class PointsChangeAnswer(Answer):
    """An indicator whose points differ from those of the version before."""

    indicator = fields.String()
    before = fields.Integer(allow_none=True, metadata={"description": "null where nobody had given any."})
    now = fields.Integer(allow_none=True)


class AssessmentVersionAnswer(Answer):
    """One version of a result."""

    version = fields.Integer()
    outcome = fields.String(metadata={"description": "met, not_met or not_yet_known."})
    total = fields.Integer()
    as_of = fields.Date(metadata={"description": "The day of which a judgement first said so."})
    judged = fields.DateTime()
    criteria_set = fields.String()
    causes = fields.List(
        fields.String(),
        metadata={
            "description": "What changed: evidence, withdrawn, attested, self_given, person, employment, rules, day,"
            " asked; several at once."
        },
    )
    changed_by = fields.String(allow_none=True, metadata={"description": "Whose act it was, where a person's was."})
    watermark = fields.String(metadata={"description": "How far the feed of Statements had been followed."})
    changes = fields.List(fields.Nested(PointsChangeAnswer))
    words = fields.List(fields.String(), metadata={"description": "The same in Vietnamese."})


class AssessmentVersionsAnswer(Page):
    """Versions of a worker's result for a year, the first one first."""

    worker = fields.String()
    year = fields.Integer()
    items = fields.List(fields.Nested(AssessmentVersionAnswer))


class TargetsParameters(Parameters):
    """`on`: by what had happened by that day; today in Vietnam when left out."""

    on = fields.Date(format="iso", validate=DAY, error_messages={"invalid": "not a day; write it as yyyy-mm-dd"})


class CountedBesideAnswer(Answer):
    """What is counted beside a target, for information."""

    target = fields.String()
    title = fields.String()
    state = fields.String()
    participations = fields.Integer()
    statements = fields.List(fields.UUID())
    words = fields.String()


class PersonalTargetAnswer(CountedBesideAnswer):
    """What one target of one plan says of the person."""

    plan = fields.String()
    group = fields.String()
    clause = fields.String(metadata={"description": "The plan's own sentence."})
    state = fields.String(metadata={"description": "met, not_met, or not_for: it does not speak of this person."})
    participations = fields.Integer(metadata={"description": "Lượt."})
    statements = fields.List(fields.UUID(), metadata={"description": "Ids of the Statements counted."})
    missing = fields.List(fields.String(), metadata={"description": "Topics of which one, or each, is still needed."})
    quality_at_least = fields.String(metadata={"description": "E0 to E3."})
    by = fields.Date(metadata={"description": "The last day on which it can be reached."})
    words = fields.String(metadata={"description": "The same in Vietnamese."})
    beside = fields.List(fields.Nested(CountedBesideAnswer))


class PersonalTargetsAnswer(AsOf):
    """Every target of the plans that bind where the person works on the day, the nearest plan first."""

    worker = fields.String()
    targets = fields.List(fields.Nested(PersonalTargetAnswer))


@resource.get(
    "/workers/<path:number>/assessment/versions",
    Act.READ_ASSESSMENT,
    query=VersionsParameters,
    answers=AssessmentVersionsAnswer,
)
def list_assessment_versions(number: str, query: Mapping[str, Any]) -> Any:
    """How a worker's judgement for a year changed

    Every version kept: what changed it, whose act that was, when, and what differs from the one before.
    """
    tenant, year = caller().tenant, query.get("year") or today().year
    left = cursors.after(tenant, (int,))
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        found = versions.history(
            session, tenant, worker.id, PROGRAMME, year, after=left[0] if left else 0, limit=query["limit"] + 1
        )
    return cursors.page(
        tenant,
        found,
        query["limit"],
        as_of=today(),
        key=lambda one: (one.version,),
        show=lambda one: one,
        worker=worker.number,
        year=year,
    )


@resource.get(
    "/workers/<path:number>/targets", Act.READ_ASSESSMENT, query=TargetsParameters, answers=PersonalTargetsAnswer
)
def list_personal_targets(number: str, query: Mapping[str, Any]) -> Any:
    """What the targets of plans say of one person

    Reached or not, by which Statements, and what is missing: exactly what the rates count.
    """
    tenant = caller().tenant
    on: date = query.get("on") or today()
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        found = persons.of_worker(session, tenant, worker.id, on)
        topics = evidence_mapping.titles(session, tenant)
    return {"as_of": on, "worker": worker.number, "targets": [_target(one, topics) for one in found]}


def _target(one: PersonalTarget, topics: Mapping[str, str]) -> dict[str, Any]:
    return {
        **_beside(one, topics),
        "plan": one.plan,
        "group": one.group,
        "clause": one.clause,
        "missing": one.missing,
        "quality_at_least": f"E{one.quality_at_least}",
        "by": one.by,
        "beside": [_beside(other, topics) for other in one.beside],
    }


def _beside(one: PersonalTarget, topics: Mapping[str, str]) -> dict[str, Any]:
    return {
        "target": one.target,
        "title": one.title,
        "state": one.state,
        "participations": one.participations,
        "statements": one.statements,
        "words": persons.words(one, topics),
    }
