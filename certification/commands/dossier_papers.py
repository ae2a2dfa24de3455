"""`flask certification draw-proposal`, `draw-decision`, `draw-self-assessment`."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from certification.access import rights
from certification.commands import invocation
from certification.commands.invocation import for_tenant
from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_pdf
from certification.documents.word import render
from certification.dossiers import many_sheets, papers, sheets
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
@click.option("--enterprise", help="Everybody's who is employed by this enterprise (its code).")
@click.option("--team", help="With --enterprise: of this team alone.")
@click.option("--proposal", type=click.UUID, help="Those in this proposal.")
@click.option("--blank", is_flag=True, help="With the name and without points, to be filled in by hand.")
@for_tenant
def draw_self_assessment(
    folder: Path,
    year: int,
    numbers: tuple[str, ...],
    enterprise: str | None,
    team: str | None,
    proposal: UUID | None,
    blank: bool,
    tenant: str,
) -> None:
    """Draw the sheet on which workers assess themselves into FOLDER, as Word and as PDF: filled from what stands.

    Of an enterprise, a team or a proposal, fifty at a time: a PDF to be printed, in the order of names, each sheet on
    leaves of its own, and beside it an archive of Word files.
    """
    on, now = invocation.today(), invocation.now()
    if enterprise or team or proposal:
        if numbers:
            raise click.UsageError("--worker does not go with --enterprise, --team or --proposal.")
        whose = {"enterprise": enterprise, "team": team, "proposal": proposal}
        _draw_many(folder, year, on, now, whose, blank=blank, tenant=tenant)
        return
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


def _draw_many(
    folder: Path, year: int, on: date, now: datetime, whose: dict[str, Any], *, blank: bool, tenant: str
) -> None:
    """Part after part; each is read and drawn before the next, and nothing is kept of it."""
    place: tuple[str, UUID] | None = None
    for part in count(1):
        with invocation.reading(tenant) as (session, owner):
            wanted = many_sheets.sought(session, owner, on, **whose)
            batch = many_sheets.of_next(
                session, owner, wanted, year, within=rights.all_of(owner, on), now=now, filled=not blank, after=place
            )
        if not batch.people:
            raise click.ClickException("Nobody is there whose sheet could be drawn.")
        folder.mkdir(parents=True, exist_ok=True)
        for end in ("pdf", "zip"):
            file = folder / f"{SHEET.id}-{part:03}.{end}"
            file.write_bytes(many_sheets.drawn(batch, end))
            said = f"{len(batch.people)} of {year}, {batch.people[0].number} to {batch.people[-1].number}"
            click.echo(f"{printable(str(file))}: {printable(said)}.")
        place = batch.left
        if place is None:
            return


def _template(session: Session, owner: UUID, document: OfficeDocument) -> bytes:
    on = document.day or invocation.today()
    return kept_templates.template(session, owner, document.kind, on).content


def _write(folder: Path, document: OfficeDocument, template: bytes, name: str = "") -> None:
    for end, content in (("docx", render(template, document)), ("pdf", render_pdf(document))):
        file = folder / f"{document.kind.id}{name}.{end}"
        file.write_bytes(content)
        click.echo(f"{printable(str(file))}: {document.kind.id} of {document.year}.")


DOSSIER_PAPERS = (draw_proposal, draw_decision, draw_self_assessment)
