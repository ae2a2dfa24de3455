"""/api/attestations and a worker's own points: given in one sitting, withdrawn with a reason, all of it kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import self_scores, sittings
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.resources.access import caller, changing, database, known_worker, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, YEAR, Body, DryRun, Parameters
from certification.resources.shapes import Answer, AsOf
from certification.resources.speaking import record_id
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import ImportFaults

resource = Resource("attestations", "Points that people vouch for, and those that workers give themselves.")

POINTS = fields.Dict(
    keys=fields.String(),
    values=fields.Raw(),
    required=True,
    metadata={"description": 'Whole points by indicator, such as {"CS4": 8}.'},
)


class MemberBody(Body):
    """A row of the table: one worker."""

    worker = fields.String(required=True)
    points = POINTS
    reason = fields.String(allow_none=True, metadata={"description": "In place of the sitting's own."})


class SittingBody(Body):
    """A team attested in one sitting."""

    year = fields.Integer(required=True, validate=YEAR)
    on = fields.Date(allow_none=True, validate=DAY, metadata={"description": "Today when left out."})
    basis = fields.String(required=True)
    table = fields.List(fields.Nested(MemberBody), required=True, validate=validate.Length(min=1, max=1000))


class AttestationReasonBody(Body):
    """Why."""

    reason = fields.String(required=True)


class OwnBody(Body):
    """Points of one's own for one indicator."""

    indicator = fields.String(required=True)
    points = fields.Raw(required=True)
    note = fields.String(allow_none=True)


class OwnScoresBody(Body):
    """A worker's own points for a year."""

    year = fields.Integer(required=True, validate=YEAR)
    scores = fields.List(fields.Nested(OwnBody), required=True, validate=validate.Length(min=1, max=100))


class YearParameters(Parameters):
    """`year`: the assessment year; this year in Vietnam when left out."""

    year = fields.Integer(validate=YEAR, error_messages={"invalid": "not a year; write it as 2026"})


class SittingAnswer(AsOf):
    """What was kept: the ids of new attestations; a cell that said what held already made none."""

    attestations = fields.List(fields.UUID())


class AttestationAnswer(Answer):
    """An attestation as it is kept."""

    id = fields.UUID()
    year = fields.Integer()
    indicator = fields.String()
    points = fields.Integer()
    attested_by = fields.String()
    attested_on = fields.Date()
    basis = fields.String()
    recorded = fields.DateTime()
    withdrawn_on = fields.Date(allow_none=True)
    withdrawn_by = fields.String(allow_none=True)
    withdrawal_reason = fields.String(allow_none=True)


class OwnAnswer(Answer):
    """Points that a worker gave himself or herself."""

    indicator = fields.String()
    points = fields.Integer()
    note = fields.String(allow_none=True)
    scored_on = fields.Date()
    scored_by = fields.String()


class AttestationsAnswer(AsOf):
    """All that people said of a worker and a year, and the worker's own last points."""

    worker = fields.String()
    year = fields.Integer()
    attestations = fields.List(fields.Nested(AttestationAnswer))
    self_scores = fields.List(fields.Nested(OwnAnswer))


class WithdrawnAttestationAnswer(AsOf):
    """The attestation as it is now."""

    attestation = fields.Nested(AttestationAnswer)


class OwnScoresAnswer(AsOf):
    """How many of the points differ from what was said before."""

    changed = fields.Integer()


@resource.post("/attestations", Act.ATTEST, query=DryRun, body=SittingBody, answers=SittingAnswer)
def attest_team(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Attest a team in one sitting

    A table of workers and indicators, all or nothing, every fault by its place. Nobody attests for himself or herself.
    """
    table = [MemberPoints(row["worker"], row["points"], row.get("reason")) for row in body["table"]]
    with changing(caller().tenant, dry_run=query["dry_run"]) as session:
        witness = rights.witness(session, who(), Act.ATTEST, today())
        try:
            made = sittings.attest(
                session,
                caller().tenant,
                witness,
                body["year"],
                table,
                basis=body["basis"],
                now=now(),
                on=body.get("on"),
            )
        except ImportFaults as error:
            raise BadRequest(
                *(Fault(_pointer(one.row, one.column, table), one.message) for one in error.faults)
            ) from None
    return {"as_of": today(), "attestations": made}


def _pointer(row: int, column: str, table: list[MemberPoints]) -> str:
    if row == 0:
        return f"/{column}" if column else ""
    within = "points/" if column in table[row - 1].points else ""
    return f"/table/{row - 1}/{within}{column}"


@resource.get(
    "/workers/<path:number>/attestations", Act.READ_ASSESSMENT, query=YearParameters, answers=AttestationsAnswer
)
def list_attestations(number: str, query: Mapping[str, Any]) -> Any:
    """What people attested of a worker

    Every attestation for the year, those withdrawn included, and the points the worker gave himself or herself.
    """
    year = query.get("year") or today().year
    tenant = caller().tenant
    with database().reading(tenant) as session:
        worker = known_worker(session, number, Act.READ_ASSESSMENT)
        told = sittings.history(session, tenant, worker.id, year)
        own = self_scores.last_known(session, tenant, [worker.id], PROGRAMME, year, today())[worker.id]
    return {
        "as_of": today(),
        "worker": worker.number,
        "year": year,
        "attestations": told,
        "self_scores": own,
    }


@resource.post(
    "/workers/<path:number>/attestations/<id>/withdraw",
    Act.ATTEST,
    body=AttestationReasonBody,
    answers=WithdrawnAttestationAnswer,
)
def withdraw_attestation(number: str, id: str, body: Mapping[str, Any]) -> Any:
    """Withdraw an attestation

    From today on; it held until yesterday, and stays.
    """
    with changing(caller().tenant) as session:
        worker = known_worker(session, number, Act.ATTEST)
        witness = rights.witness(session, who(), Act.ATTEST, today())
        one = sittings.withdraw(
            session, caller().tenant, witness, worker.number, record_id(id), reason=body["reason"], now=now()
        )
    return {"as_of": today(), "attestation": one}


@resource.put("/workers/<path:number>/self-scores", Act.SCORE_ONESELF, body=OwnScoresBody, answers=OwnScoresAnswer)
def score_oneself(number: str, body: Mapping[str, Any]) -> Any:
    """Give points to oneself

    They stand beside the suggested and the attested ones and count for nothing.
    """
    scores = [OwnScore(one["indicator"], one["points"], one.get("note")) for one in body["scores"]]
    with changing(caller().tenant) as session:
        worker = known_worker(session, number, Act.SCORE_ONESELF)
        try:
            changed = self_scores.score(
                session, caller().tenant, worker.number, body["year"], scores, by=who().name, now=now()
            )
        except ImportFaults as error:
            places = [f"/scores/{one.row - 1}/{one.column}" if one.row else f"/{one.column}" for one in error.faults]
            found = zip(places, error.faults, strict=True)
            raise BadRequest(*(Fault(place, one.message) for place, one in found)) from None
    return {"as_of": today(), "changed": changed}
