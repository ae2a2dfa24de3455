"""`flask certification document-template`, `load-document-template`, `draw-certificates`, `register-book`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click

from certification.certificates import papers, recognised
from certification.commands import invocation
from certification.commands.certificates import of_decision, public_url
from certification.commands.invocation import FILE, Day, for_tenant
from certification.commands.units import by
from certification.documents import book, certificate_paper, kept_templates
from certification.documents.kinds import KINDS
from certification.documents.office_pdf import render_pdf
from certification.documents.samples import sample
from certification.documents.word import render
from certification.rules.criteria import PROGRAMME
from certification.targets.figures import number
from certification.terminal.printable import printable

__all__ = ["DOCUMENTS"]

_kind = click.argument("kind", type=click.Choice(list(KINDS)))
_written = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command("document-template")
@_kind
@_written
@click.option("--on", type=Day(), help="The one in force on this day; default: today in Vietnam.")
@click.option("--filled", is_flag=True, help="Fill it with invented values, to see how documents look.")
@for_tenant
def document_template(kind: str, file: Path, on: date | None, filled: bool, tenant: str) -> None:
    """Write the Word template of a KIND of document to FILE, to be changed in Word and loaded again.

    A FILE that ends in .pdf shows how we draw the kind as PDF, with invented values.
    """
    which = KINDS[kind]
    with invocation.reading(tenant) as (session, owner):
        found = kept_templates.template(session, owner, which, on or invocation.today())
    if file.suffix.lower() == ".pdf":
        file.write_bytes(render_pdf(sample(which)))
        click.echo(f"{printable(str(file))}: {kind} as PDF, with invented values.")
        return
    file.write_bytes(render(found.content, sample(which)) if filled else found.content)
    since = "ours" if found.told_from is None else f"the one loaded for {found.told_from:%d/%m/%Y}"
    click.echo(f"{printable(str(file))}: {kind}, {since}.")


@click.command("load-document-template")
@_kind
@click.argument("file", type=FILE)
@click.option("--from", "starts", type=Day(), required=True, help="The first day whose documents look so.")
@by
@for_tenant
def load_document_template(kind: str, file: Path, starts: date, by: str, tenant: str) -> None:
    """Load a Word template for a KIND of document. Refused whole, with every broken field and where it stands."""
    with invocation.writing(tenant) as (session, owner):
        kept_templates.load(session, owner, KINDS[kind], file.read_bytes(), starts=starts, by=by, now=invocation.now())
    click.echo(f"Documents of the kind {kind} look so from {starts:%d/%m/%Y}.")


@click.command("draw-certificates")
@of_decision
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a CPU", help="At once."
)
@for_tenant
def draw_certificates(
    decision: str, body: str | None, decided_on: date | None, folder: Path, processes: int, tenant: str
) -> None:
    """Draw the papers of a decision's certificates as PDF into FOLDER, a file each. Withdrawn ones are left out."""
    if not public_url():
        raise click.ClickException("PUBLIC_URL is not set, so no paper could say where it is verified")
    folder.mkdir(parents=True, exist_ok=True)
    with invocation.reading(tenant) as (session, owner):
        which = recognised.decision(session, owner, PROGRAMME, decision, body=body, decided_on=decided_on)
        found = papers.of_decision(session, owner, which, public_url=public_url())
        drawn = certificate_paper.draw_all(found, folder, processes=processes)
    click.echo(f"{number(drawn)} certificates drawn into {printable(str(folder))}.")


@click.command("register-book")
@_written
@click.option("--year", type=click.IntRange(2000, 2100), help="Of the register; default: this year in Vietnam.")
@for_tenant
def register_book(file: Path, year: int | None, tenant: str) -> None:
    """Write the book of the register of a year (sổ cấp giấy) to FILE as XLSX, to be printed, closed and signed."""
    which = year or invocation.today().year
    with invocation.reading(tenant) as (session, owner):
        lines = papers.book(session, owner, which)
        file.write_bytes(book.as_xlsx(lines, which))
    click.echo(f"{printable(str(file))}: {number(len(lines))} lines of {which}.")


DOCUMENTS = (document_template, load_document_template, draw_certificates, register_book)
