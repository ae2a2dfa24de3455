"""/api/years: which assessment years are closed, by whom and on what decision; closing one and opening it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access.permissions import Act
from certification.judgement import closings, judging
from certification.resources.access import caller, changing, database, everything, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, DryRun
from certification.resources.shapes import Answer, AsOf
from certification.rules.criteria import PROGRAMME
from lrs.db import Session

resource = Resource("years", "Assessment years: closed by an act with a decision, and opened again by another.")


class DecisionBody(Body):
    """On what."""

    decision = fields.String(
        required=True,
        validate=REASON,
        metadata={"description": "The decision it rests on, or the reason."},
    )


class ClosingBody(DecisionBody):
    """On what, and that a year which is not over is meant."""

    still_running = fields.Boolean(
        load_default=False,
        metadata={"description": "true: to close the year though it is not over; what is learned until then is lost."},
    )


class YearActAnswer(Answer):
    """One act on a year."""

    number = fields.Integer()
    closes = fields.Boolean(metadata={"description": "true: closed by it; false: opened again."})
    decision = fields.String()
    decided_by = fields.String()
    recorded = fields.DateTime()


class YearAnswer(Answer):
    """How a year stands."""

    year = fields.Integer()
    closed = fields.Boolean()
    waiting = fields.Integer(
        metadata={
            "description": "Workers to be judged again for it; of a closed year those for whom something is late."
        }
    )
    acts = fields.List(fields.Nested(YearActAnswer), metadata={"description": "The first one first."})


class OneYearAnswer(AsOf):
    """How a year stands today."""

    year = fields.Nested(YearAnswer)


class YearsAnswer(AsOf):
    """Every year that was ever closed."""

    years = fields.List(fields.Nested(YearAnswer))


@resource.get("/years", Act.READ_YEARS, answers=YearsAnswer)
def list_years() -> Any:
    """Assessment years that were ever closed, the first one first"""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        acts = closings.histories(session, tenant, PROGRAMME)
        waiting = judging.waiting_by_year(session, tenant)
    return {"as_of": today(), "years": [_shown(year, acts[year], waiting.get(year, 0)) for year in sorted(acts)]}


@resource.get("/years/<year>", Act.READ_YEARS, answers=OneYearAnswer)
def show_year(year: str) -> Any:
    """One assessment year: whether it is closed, and every act on it"""
    of = _year(year)
    tenant = caller().tenant
    with database().reading(tenant) as session:
        return _one(session, tenant, of)


@resource.post("/years/<year>/close", Act.CLOSE_YEARS, query=DryRun, body=ClosingBody, answers=OneYearAnswer)
def close_year(year: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Close an assessment year

    Its results stay as they are, and no rule loaded later counts for it. For the whole tenant. A year that is not over
    is closed only where `still_running` says so.
    """
    everything(Act.CLOSE_YEARS)
    of, asking = _year(year), who()
    with changing(asking.tenant, dry_run=query["dry_run"]) as session:
        closings.close(
            session,
            asking.tenant,
            of,
            decision=body["decision"],
            by=asking.name,
            now=now(),
            programme=PROGRAMME,
            still_running=body["still_running"],
        )
        return _one(session, asking.tenant, of)


@resource.post("/years/<year>/reopen", Act.CLOSE_YEARS, query=DryRun, body=DecisionBody, answers=OneYearAnswer)
def reopen_year(year: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Open a closed year again

    What came late is judged, by the rules that the year was closed with. For the whole tenant.
    """
    everything(Act.CLOSE_YEARS)
    of, asking = _year(year), who()
    with changing(asking.tenant, dry_run=query["dry_run"]) as session:
        closings.reopen(
            session, asking.tenant, of, decision=body["decision"], by=asking.name, now=now(), programme=PROGRAMME
        )
        return _one(session, asking.tenant, of)


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise NotFound(Fault("path/year", f"{text!r} is no assessment year; write it as 2026"))
    return int(text)


def _one(session: Session, tenant: UUID, year: int) -> dict[str, Any]:
    acts = closings.history(session, tenant, PROGRAMME, year)
    return {"as_of": today(), "year": _shown(year, acts, judging.count_waiting(session, tenant, year))}


def _shown(year: int, acts: list[closings.Act], waiting: int) -> dict[str, Any]:
    return {"year": year, "closed": bool(acts) and acts[-1].closes, "waiting": waiting, "acts": acts}
