"""…/self-assessment/<year>/sheet.docx, .pdf: the sheet on which workers assess themselves, filled or blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response
from marshmallow import fields

from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import sheets
from certification.resources.access import database, known_worker, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Parameters
from lrs.db import Session

resource = Resource("self-assessment sheets", "The sheet on which a worker assesses himself or herself, on paper.")

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
OF_ONE = "/workers/<path:number>/self-assessment/<year>/sheet"
OF_NOBODY = "/self-assessment/<year>/sheet"


class SheetParameters(Parameters):
    """Filled in, or with the name alone."""

    blank = fields.Boolean(
        load_default=False, metadata={"description": "Without points and evidence, to be filled in by hand."}
    )


@resource.get(
    f"{OF_ONE}.docx", Act.READ_ASSESSMENT, query=SheetParameters, answers=None, media_type=MEDIA["docx"], conflicts=True
)
def draw_sheet_docx(number: str, year: str, query: Mapping[str, Any]) -> Response:
    """The sheet of a worker as a Word file: points suggested, self-given, attested and counted, with the evidence"""
    return _of_one(number, year, "docx", query)


@resource.get(
    f"{OF_ONE}.pdf", Act.READ_ASSESSMENT, query=SheetParameters, answers=None, media_type=MEDIA["pdf"], conflicts=True
)
def draw_sheet_pdf(number: str, year: str, query: Mapping[str, Any]) -> Response:
    """The sheet of a worker as PDF"""
    return _of_one(number, year, "pdf", query)


@resource.get(f"{OF_NOBODY}.docx", Act.READ_DOCUMENT_TEMPLATES, answers=None, media_type=MEDIA["docx"], conflicts=True)
def draw_blank_sheet_docx(year: str) -> Response:
    """A sheet of nobody's as a Word file, to be filled in by hand"""
    return _of_nobody(year, "docx")


@resource.get(f"{OF_NOBODY}.pdf", Act.READ_DOCUMENT_TEMPLATES, answers=None, media_type=MEDIA["pdf"], conflicts=True)
def draw_blank_sheet_pdf(year: str) -> Response:
    """A sheet of nobody's as PDF"""
    return _of_nobody(year, "pdf")


def _of_one(number: str, year: str, end: str, query: Mapping[str, Any]) -> Response:
    of_year = _year(year)

    def sheet(session: Session) -> OfficeDocument:
        person = known_worker(session, number, Act.READ_ASSESSMENT)
        return sheets.of_worker(
            session, who().tenant, person.number, of_year, on=today(), now=now(), filled=not query["blank"]
        )

    return _drawn(sheet, end)


def _of_nobody(year: str, end: str) -> Response:
    of_year = _year(year)
    return _drawn(lambda session: sheets.blank(session, who().tenant, of_year, on=today(), now=now()), end)


def _drawn(sheet: Callable[[Session], OfficeDocument], end: str) -> Response:
    """Nothing is held while it is drawn."""
    with database().reading(who().tenant) as session:
        document = sheet(session)
        template = kept_templates.template(session, who().tenant, SHEET, today()).content if end == "docx" else b""
    response = Response(render(template, document) if end == "docx" else render_pdf(document), mimetype=MEDIA[end])
    response.headers["Content-Disposition"] = f'attachment; filename="{SHEET.id}.{end}"'
    return response


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise NotFound(Fault("path/year", f"{text!r} is no assessed year"))
    return int(text)
