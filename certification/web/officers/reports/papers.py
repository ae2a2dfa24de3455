"""…/bao-cao/…/xem-truoc/<unit>: the report as it will be printed, and its files; filings, and what differs since."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from werkzeug.exceptions import NotFound as NoSuchPage

from certification.access.permissions import Act
from certification.reports import drawing, filing, papers
from certification.reports.papers import MEDIA, Paper
from certification.resources.access import database, now, who
from certification.resources.answers import unless_known
from certification.resources.errors import Conflict, Fault
from certification.resources.reports import unit_within
from certification.targets.rates import NotBound
from certification.units.trees import NotOnThatDay
from certification.web.frame.pages import shown
from certification.web.officers import pages
from certification.web.officers.reports import difference_words, named, shown_paper

__all__: list[str] = []


@pages.page(f"{named.PATH}/xem-truoc/<path:code>", Act.READ_REPORTS)
def preview_report(plan: str, period: str, cut_off: str, code: str) -> Response:
    """What the files say, drawn from the same values; of a filed one its last filing."""
    key = named.key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        filed = filing.find(session, who().tenant, code, key).id if report.state == "filed" else None
    if filed is not None:  # nothing of it is a draft any more
        return show_filing(plan, period, cut_off, filed, code)
    paper = _draft(plan, period, cut_off, code)
    return shown(
        "officers/reports/preview.html", report=report, at=named.address(code, key), kinds=tuple(MEDIA),
        **shown_paper.paper(drawing.document(paper.report)),
    )  # fmt: skip


@pages.page(f"{named.PATH}/tai/<kind>/<path:code>", Act.READ_REPORTS)
def download_report(plan: str, period: str, cut_off: str, kind: str, code: str) -> Response:
    """The report as it stands, as a file."""
    if kind not in MEDIA:
        raise NoSuchPage
    return _file(_draft(plan, period, cut_off, code), kind)


@pages.page(f"{named.PATH}/ban/<uuid:filing_id>/<path:code>", Act.READ_REPORTS)
def show_filing(plan: str, period: str, cut_off: str, filing_id: UUID, code: str) -> Response:
    """A filing: what it said when it was filed, whatever came later."""
    key = named.key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        found = filing.find(session, who().tenant, code, key, filing_id)
        paper = papers.of_filing(session, who().tenant, found)
    return shown(
        "officers/reports/filing.html", report=report, at=named.address(code, key), kinds=tuple(MEDIA), one=found,
        **shown_paper.paper(drawing.document(paper.report)),
    )  # fmt: skip


@pages.page(f"{named.PATH}/tai-ban/<uuid:filing_id>/<kind>/<path:code>", Act.READ_REPORTS)
def download_filing(plan: str, period: str, cut_off: str, filing_id: UUID, kind: str, code: str) -> Response:
    """A filing as a file."""
    if kind not in MEDIA:
        raise NoSuchPage
    key = named.key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        unit_within(session, code, Act.READ_REPORTS)
        found = filing.find(session, who().tenant, code, key, filing_id)
        paper = papers.of_filing(session, who().tenant, found)
    return _file(paper, kind)


@pages.page(f"{named.PATH}/khac/<uuid:filing_id>/<path:code>", Act.READ_REPORTS)
def show_filing_difference(plan: str, period: str, cut_off: str, filing_id: UUID, code: str) -> Response:
    """What the same question answers otherwise today."""
    key = named.key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        report = named.report_at(session, code, key, Act.READ_REPORTS)
        found = filing.find(session, who().tenant, code, key, filing_id)
        try:
            changes = filing.difference(session, who().tenant, found, now=now())
        except (NotOnThatDay, NotBound) as error:
            raise Conflict(Fault("", str(error))) from None
    return shown(
        "officers/reports/difference.html", report=report, at=named.address(code, key), one=found,
        changes=difference_words.lines(found.figures, changes),
    )  # fmt: skip


def _draft(plan: str, period: str, cut_off: str, code: str) -> Paper:
    key = named.key_of(plan, period, cut_off)
    with database().reading(who().tenant, snapshot=True) as session:
        unit_within(session, code, Act.READ_REPORTS)
        try:
            return papers.draft(session, who().tenant, code, key, now=now())
        except (NotBound, NotOnThatDay) as error:
            raise Conflict(Fault("", str(error))) from None


def _file(paper: Paper, kind: str) -> Response:
    """Nothing is held while it is drawn, and nothing drawn for whoever has it."""
    unless_known(who().tenant, kind, paper.version)
    response = Response(papers.draw(paper, kind), mimetype=MEDIA[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{paper.name}.{kind}"'
    return response
