"""`flask certification draw-proposal`, `draw-decision`, `draw-self-assessment`."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import for_tenant
from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import papers, sheets
from certification.terminal.printable import printable
from lrs.db import Session

__all__ = ["DOSSIER_PAPERS"]


@click.command("draw-proposal")
@click.argument("proposal", metavar="PROPOSAL_ID", type=click.UUID)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@for_tenant
def draw_proposal(proposal: UUID, folder: Path, tenant: str) -> None:
    """Draw the minutes, the proposal and the list of a batch of titles into FOLDER, each as Word and as PDF."""
    with invocation.reading(tenant) as (session, owner):
        drawn = [(one, _template(session, owner, one)) for one in papers.of_proposal(session, owner, proposal).values()]
    folder.mkdir(parents=True, exist_ok=True)
    for document, template in drawn:
        _write(folder, document, template)


@click.command("draw-decision")
@click.argument("decision", metavar="DECISION_ID", type=click.UUID)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@for_tenant
def draw_decision(decision: UUID, folder: Path, tenant: str) -> None:
    """Draw a decision about titles with its list into FOLDER, as Word and as PDF."""
    with invocation.reading(tenant) as (session, owner):
        document = papers.of_decision(session, owner, decision)
        template = _template(session, owner, document)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, document, template)


@click.command("draw-self-assessment")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="The assessed year.")
@click.option("--worker", "numbers", multiple=True, help="The worker's number, as often as wanted; none: nobody's.")
@click.option("--blank", is_flag=True, help="With the name and without points, to be filled in by hand.")
@for_tenant
def draw_self_assessment(folder: Path, year: int, numbers: tuple[str, ...], blank: bool, tenant: str) -> None:
    """Draw the sheet on which workers assess themselves into FOLDER, as Word and as PDF: filled from what stands."""
    on, now = invocation.today(), invocation.now()
    with invocation.reading(tenant) as (session, owner):
        drawn = {
            "-" + re.sub(r"[^\w-]+", "-", one): sheets.of_worker(
                session, owner, one, year, on=on, now=now, filled=not blank
            )
            for one in numbers
        }
        drawn = drawn or {"": sheets.blank(session, owner, year, on=on, now=now)}
        template = kept_templates.template(session, owner, SHEET, on).content
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in drawn.items():
        _write(folder, document, template, name)


def _template(session: Session, owner: UUID, document: OfficeDocument) -> bytes:
    on = document.day or invocation.today()
    return kept_templates.template(session, owner, document.kind, on).content


def _write(folder: Path, document: OfficeDocument, template: bytes, name: str = "") -> None:
    for end, content in (("docx", render(template, document)), ("pdf", render_pdf(document))):
        file = folder / f"{document.kind.id}{name}.{end}"
        file.write_bytes(content)
        click.echo(f"{printable(str(file))}: {document.kind.id} of {document.year}.")


DOSSIER_PAPERS = (draw_proposal, draw_decision, draw_self_assessment)
