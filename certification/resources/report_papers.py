"""…/reports/…/paper.docx, .pdf, .xlsx: a report drawn, as a draft of today or as it was filed."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from certification.access.permissions import Act
from certification.reports import filing, papers
from certification.reports.papers import MEDIA, Paper
from certification.reports.places import NotAsked
from certification.resources.access import database, now, who
from certification.resources.answers import unless_known
from certification.resources.errors import Conflict, Fault, NotFound
from certification.resources.reports import PATH, key_of, resource, unit_within
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay

__all__ = ["resource"]


@resource.get(f"{PATH}/paper.docx", Act.READ_REPORTS, answers=None, media_type=MEDIA["docx"], conflicts=True)
def draw_report_docx(code: str, plan: str, period: str, cut_off: str) -> Response:
    """The report as it stands, as a Word file in the form of Decree 30/2020/NĐ-CP

    Marked DỰ THẢO on every page. The ETag changes with what it says, not with the moment of asking.
    """
    return _draft(code, plan, period, cut_off, "docx")


@resource.get(f"{PATH}/paper.pdf", Act.READ_REPORTS, answers=None, media_type=MEDIA["pdf"], conflicts=True)
def draw_report_pdf(code: str, plan: str, period: str, cut_off: str) -> Response:
    """The report as it stands, as PDF; marked DỰ THẢO on every page"""
    return _draft(code, plan, period, cut_off, "pdf")


@resource.get(f"{PATH}/paper.xlsx", Act.READ_REPORTS, answers=None, media_type=MEDIA["xlsx"], conflicts=True)
def draw_report_xlsx(code: str, plan: str, period: str, cut_off: str) -> Response:
    """The report as it stands, as a workbook whose sums, rates and gaps are formulas"""
    return _draft(code, plan, period, cut_off, "xlsx")


@resource.get(f"{PATH}/filings/<uuid:filing_id>/paper.docx", Act.READ_REPORTS, answers=None, media_type=MEDIA["docx"])
def draw_filing_docx(code: str, plan: str, period: str, cut_off: str, filing_id: UUID) -> Response:
    """A filing as a Word file: what it said when it was filed, whatever came later"""
    return _filing(code, plan, period, cut_off, filing_id, "docx")


@resource.get(f"{PATH}/filings/<uuid:filing_id>/paper.pdf", Act.READ_REPORTS, answers=None, media_type=MEDIA["pdf"])
def draw_filing_pdf(code: str, plan: str, period: str, cut_off: str, filing_id: UUID) -> Response:
    """A filing as PDF"""
    return _filing(code, plan, period, cut_off, filing_id, "pdf")


@resource.get(f"{PATH}/filings/<uuid:filing_id>/paper.xlsx", Act.READ_REPORTS, answers=None, media_type=MEDIA["xlsx"])
def draw_filing_xlsx(code: str, plan: str, period: str, cut_off: str, filing_id: UUID) -> Response:
    """A filing as a workbook with formulas"""
    return _filing(code, plan, period, cut_off, filing_id, "xlsx")


def _draft(code: str, plan: str, period: str, cut_off: str, kind: str) -> Response:
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        unit_within(session, code, Act.READ_REPORTS)
        try:
            paper = papers.draft(session, who().tenant, code, key, now=now())
        except (NotOnThatDay, NotAsked) as error:
            raise NotFound(Fault("path/code", str(error))) from None
        except NotBound as error:
            raise Conflict(Fault("path/plan", str(error))) from None
    return _drawn(paper, kind)


def _filing(code: str, plan: str, period: str, cut_off: str, filing_id: UUID, kind: str) -> Response:
    key = key_of(plan, period, cut_off)
    with database().reading(who().tenant) as session:
        unit_within(session, code, Act.READ_REPORTS)
        found = filing.find(session, who().tenant, code, key, filing_id)
        paper = papers.of_filing(session, who().tenant, found)
    return _drawn(paper, kind)


def _drawn(paper: Paper, kind: str) -> Response:
    """Nothing is held while it is drawn, and nothing drawn for whoever has it."""
    unless_known(who().tenant, kind, paper.version)
    response = Response(papers.draw(paper, kind), mimetype=MEDIA[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{paper.name}.{kind}"'
    return response
