"""Means of each chỉ số are over those decided, by what had been known then, and tell of no single person."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import openpyxl

from certification.judgement import judging
from certification.marks import Cause, mark_stale
from certification.models import Dossier, TitleDecision
from certification.reports import papers
from certification.reports.figures import Figures, IndicatorPoints
from certification.rules.criteria import PROGRAMME
from lrs.db import new_id
from tests.certification import learning
from tests.certification.documents.words import text_of
from tests.certification.reports.office import TOP, Office
from tests.certification.reports.test_drawing import pdf_text
from tests.certification.reports.test_papers import draft
from tests.certification.world import World

DECIDED = date(2026, 10, 15)
RECORDED = datetime(2026, 10, 16, 2, tzinfo=UTC)


def judged(world: World, worker: UUID, points: dict[str, int], now: datetime) -> None:
    """Points that a person attests, and the result that is kept with them."""
    with world.database.writing(world.tenant) as session:
        learning.attest(session, world.tenant, worker, points, on=now.date(), year=2026, now=now)
        mark_stale(session, world.tenant, {(worker, 2026)}, cause=Cause.ATTESTED)
    judging.judge_all_stale(world.database, world.tenant, clock=lambda: now)


def decide(world: World, states: dict[UUID, str], decided_on: date = DECIDED) -> None:
    """A decision about dossiers, as it stands in the tables."""
    of: dict[str, Any] = {"tenant_id": world.tenant, "programme": PROGRAMME, "year": 2026}
    number = str(new_id())
    signed = {"decided_on": decided_on, "signer": "A", "signer_title": "Chủ tịch", "authority": None}
    told = {"number": number, "number_key": number, "digest": "", "recorded_by": "hoa", "recorded": RECORDED}
    decision = new_id()
    with world.database.writing(world.tenant) as session:
        body = world.ids[TOP]
        session.add(TitleDecision(organization_id=body, id=decision, decision_year=2026, **of, **signed, **told))
        for worker, state in states.items():
            row = {"version": 5, "proposal_id": None, "due": None, "changed": RECORDED}
            by = None if state == "proposed" else decision
            session.add(Dossier(worker_id=worker, id=new_id(), state=state, decision_id=by, **of, **row))


def people(office: Office, code: str, many: int) -> list[UUID]:
    with office.world.database.writing(office.tenant) as session:
        return [office.world.employ(session, code) for _ in range(many)]


def points(office: Office, code: str = TOP) -> dict[str, IndicatorPoints]:
    return {one.code: one for one in draft(office, code).report.figures.points}


def test_means_are_over_those_decided_by_what_was_known_then(office: Office) -> None:
    world = office.world
    workers = people(office, "dn/a", 9)
    for place, worker in enumerate(workers):
        judged(world, worker, {"CS1": 2 + place}, RECORDED - timedelta(days=30))
    judged(world, workers[0], {"CS1": 9}, RECORDED + timedelta(days=2))
    decide(world, dict.fromkeys(workers[:5], "granted") | {workers[5]: "refused", workers[6]: "revoked"})
    decide(world, {workers[7]: "granted"}, date(2026, 11, 1))
    decide(world, {workers[8]: "proposed"})
    found = points(office)
    assert (found["CS1"].decided, found["CS1"].decided_of) == (2 + 3 + 4 + 5 + 6 + 7, 6)
    assert found["CS1"].mean_decided == Fraction(9, 2)
    assert (found["CS8"].mean_suggested, found["CS8"].mean_decided, found["CS8"].decided_of) == (None, None, 0)
    assert points(office, "cdcs/a") == found
    assert points(office, "cdcs/b") == {}


def test_a_mean_of_few_tells_nothing_of_them(office: Office) -> None:
    workers = people(office, "dn/a", 4)
    for worker in workers:
        judged(office.world, worker, {"CS1": 8}, RECORDED - timedelta(days=30))
    decide(office.world, dict.fromkeys(workers, "granted"))
    assert points(office) == {}
    (fifth,) = people(office, "dn/b", 1)
    judged(office.world, fifth, {"CS1": 8, "CS8": 4}, RECORDED - timedelta(days=30))
    decide(office.world, {fifth: "granted"})
    assert points(office)["CS1"].mean_decided == 8
    assert (points(office)["CS8"].decided, points(office)["CS8"].decided_of) == (0, -1)
    assert "“ẩn”: có từ 1 đến 4" in text_of(papers.draw(draft(office), "docx"))


def test_means_stand_in_each_paper_and_in_what_is_filed(office: Office) -> None:
    workers = people(office, "dn/a", 6)
    for place, worker in enumerate(workers):
        judged(office.world, worker, {"CS1": 5 + place % 2, "CS2": 7}, RECORDED - timedelta(days=30))
    decide(office.world, dict.fromkeys(workers, "granted"))
    paper = draft(office)
    text = text_of(papers.draw(paper, "docx"))
    assert "ĐIỂM BÌNH QUÂN TỪNG CHỈ SỐ" in text
    assert "5,5" in text
    assert any("ĐIỂM BÌNH QUÂN TỪNG CHỈ SỐ" in page for page in pdf_text(papers.draw(paper, "pdf")))
    book = openpyxl.load_workbook(io.BytesIO(papers.draw(paper, "xlsx")))
    page = book["Điểm chỉ số"]
    assert [page.cell(6, column).value for column in (1, 6, 7, 8)] == ["CS1", 33, 6, '=IF(G6=0,"",F6/G6)']
    figures = paper.report.figures
    assert Figures.from_json(figures.as_json()) == figures
    office.approved(office.chi, TOP, {})
    assert office.file().figures.points == figures.points
