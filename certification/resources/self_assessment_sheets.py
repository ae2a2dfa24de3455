"""…/self-assessment/<year>/sheet.docx, .pdf: the sheet on which workers assess themselves, filled or blank; and the
sheets of many, /self-assessment/<year>/sheets.pdf, .zip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from marshmallow import ValidationError, fields, validate, validates_schema

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import many_sheets, sheets
from certification.dossiers.many_sheets import MOST, Batch, NobodySought
from certification.resources import cursors, looking
from certification.resources.access import database, known_worker, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import Parameters
from lrs.db import Session

resource = Resource("self-assessment sheets", "The sheet on which a worker assesses himself or herself, on paper.")

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
OF_ONE = "/workers/<path:number>/self-assessment/<year>/sheet"
OF_NOBODY = "/self-assessment/<year>/sheet"
OF_MANY = "/self-assessment/<year>/sheets"


class SheetParameters(Parameters):
    """Filled in, or with the name alone."""

    blank = fields.Boolean(
        load_default=False, metadata={"description": "Without points and evidence, to be filled in by hand."}
    )


class SheetsParameters(SheetParameters):
    """Whose, and which part of them."""

    enterprise = fields.String(
        validate=validate.Length(min=1, max=200), metadata={"description": "Whoever is employed there today."}
    )
    team = fields.String(
        validate=validate.Length(min=1, max=200), metadata={"description": "Of this team of the enterprise alone."}
    )
    proposal = fields.UUID(metadata={"description": "Those in this proposal; with `enterprise` those of it alone."})
    limit = fields.Integer(
        load_default=MOST,
        validate=validate.Range(min=1, max=MOST),
        metadata={"description": f"How many sheets at most, 1 to {MOST}; the header `Link` says where the next are."},
        error_messages={"invalid": f"not a number; write it as {MOST}"},
    )
    cursor = fields.String(metadata={"description": "Where to go on: as the `Link` of the answer before has it."})

    @validates_schema
    def whose(self, data: Mapping[str, Any], **_: Any) -> None:
        """Somebody's, and a team is an enterprise's."""
        if "enterprise" not in data and ("team" in data or "proposal" not in data):
            raise ValidationError({"enterprise": ["say whose: an enterprise (with a team of it), or a proposal"]})


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


@resource.get(
    f"{OF_MANY}.pdf", Act.READ_ASSESSMENT, query=SheetsParameters, answers=None, media_type=MEDIA["pdf"], conflicts=True
)
def draw_sheets_pdf(year: str, query: Mapping[str, Any]) -> Response:
    """The sheets of an enterprise, a team or a proposal as one PDF to be printed

    In the order of names, each on leaves of its own, so that printed on both sides no leaf is of two workers. Of
    whomever the caller may know, fifty in one file: where there are more, the header `Link` (rel="next") has the
    address of the following ones. 404 where there is nobody.
    """
    return _of_many(year, "pdf", query)


@resource.get(
    f"{OF_MANY}.zip", Act.READ_ASSESSMENT, query=SheetsParameters, answers=None, media_type=MEDIA["zip"], conflicts=True
)
def draw_sheets_docx(year: str, query: Mapping[str, Any]) -> Response:
    """The same as an archive of Word files, one for each worker"""
    return _of_many(year, "zip", query)


def _of_many(year: str, end: str, query: Mapping[str, Any]) -> Response:
    of_year, tenant = _year(year), who().tenant
    left = cursors.after(tenant, (str, UUID))
    with database().reading(tenant) as session:
        batch = _next(session, of_year, query, (left[0], left[1]) if left else None)
    if not batch.people:
        raise NotFound(Fault("", "nobody of whom you may know; there is nothing to draw"))
    looking.saw([one.id for one in batch.people])
    response = Response(many_sheets.drawn(batch, end), mimetype=MEDIA[end])
    response.headers["Content-Disposition"] = f'attachment; filename="{SHEET.id}.{end}"'
    if batch.left is not None:
        asked = {**request.args.to_dict(), "cursor": cursors.cursor(tenant, batch.left)}
        following = f"{request.path}?{urlencode(asked)}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _next(session: Session, year: int, query: Mapping[str, Any], after: tuple[str, UUID] | None) -> Batch:
    tenant, on = who().tenant, today()
    reach = rights.reach(who(), Act.READ_ASSESSMENT, on)
    try:
        wanted = many_sheets.sought(
            session, tenant, on, enterprise=query.get("enterprise"), team=query.get("team"),
            proposal=query.get("proposal"),
        )  # fmt: skip
    except NobodySought as error:
        raise NotFound(Fault("", "nobody of whom you may know; there is nothing to draw")) from error
    return many_sheets.of_next(
        session, tenant, wanted, year, within=reach, now=now(), filled=not query["blank"], after=after,
        limit=query["limit"],
    )  # fmt: skip


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
