"""`flask certification transcript`, `export-candidates`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from certification.access.permissions import Role
from certification.commands import invocation
from certification.commands.certificates import public_url
from certification.commands.invocation import Day, for_tenant, for_year
from certification.commands.units import by
from certification.documents import candidates_book
from certification.dossiers import candidates
from certification.people import workers
from certification.privacy import access, purposes
from certification.targets import figures
from certification.terminal.printable import printable
from certification.transcripts import gathering, grants, handing_over, signing, words
from certification.transcripts.forms import CLR, FORMS, drawn
from certification.transcripts.told import OWN, Basis
from certification.units import organizations
from lrs import api

__all__ = ["TRANSCRIPTS"]


@click.command("transcript")
@click.argument("number", metavar="NUMBER")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--form", type=click.Choice(list(FORMS)), help="What to write; default: by the ending of FILE. clr is signed."
)
@click.option("--on", type=Day(), help="What had happened by this day; default: today in Vietnam.")
@click.option("--enterprise", metavar="CODE", help="For this enterprise, as far as its ground goes; with --purpose.")
@click.option("--purpose", help="For what: employer-training, employer-transcript, … (rules on personal data).")
@by
@for_tenant
def transcript(
    number: str,
    file: Path,
    form: str | None,
    on: date | None,
    enterprise: str | None,
    purpose: str | None,
    by: str,
    tenant: str,
) -> None:
    """Write the transcript of a worker to FILE: what was learnt, by group and indicator, with hours, scores, source and
    level of evidence, and recognised titles. For the worker himself or herself, or for an enterprise and a purpose:
    then it goes as far as the employment or the worker's consent today, and is an act on record. That it was made is
    noted for the worker to read.

    FILE ends in .json, .pdf or .xlsx, or is any with --form clr: a Comprehensive Learner Record 2.0, signed with the
    tenant's key, which other people's software verifies (needs PUBLIC_URL).
    """
    chosen = form or file.suffix.lower().removeprefix(".")
    if chosen not in FORMS:
        raise click.BadParameter(f"end it in .json, .pdf or .xlsx, or say --form: {file}", param_hint="FILE")
    if (enterprise is None) != (purpose is None):
        raise click.UsageError("--enterprise and --purpose go together")
    if enterprise is not None and on is not None:
        raise click.UsageError("an enterprise is given what it may have today; leave --on out")
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    today, now = invocation.today(), invocation.now()
    api.merge_definitions(database, owner)
    with invocation.reading(tenant) as (session, _):
        if enterprise is None or purpose is None:
            person = workers.find(session, owner, number)
            mine = Basis(OWN, words.OWN_PURPOSE, words.THE_WORKER)
            found = gathering.gather(session, owner, {person.id: mine}, on=on or today)[person.id]
        else:
            node = organizations.node(session, owner, enterprise)
            what_for = grants.purpose_of(session, owner, purpose, today)
            found = handing_over.one(session, owner, number, node, what_for, today)
    with invocation.refusing():
        if chosen == CLR:
            content = signing.signed(
                database, owner, found, public_url=public_url(), secret=invocation.secret(), by=by, now=now
            )
        else:
            content = drawn(found, chosen)
    with invocation.writing(tenant) as (session, _):
        if enterprise is None:
            looking = purposes.OF_ROLE[Role.OPERATOR]
            access.note(session, owner, found.worker, by, looking, handing_over.LOOKED_AT, now)
        else:
            handing_over.record_one(session, owner, found, node, what_for, form=chosen, by=by, now=now)
    file.write_bytes(content)
    said = f"{len(found.learning)} activities, {words.hours(found.minutes)}, {len(found.titles)} titles"
    click.echo(printable(f"{file}: {found.number} {found.name}, {said}."))


@click.command("export-candidates")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@for_year
@click.option("--unit", metavar="CODE", help="Those employed below this unit alone; default: all.")
@click.option("--national-numbers", is_flag=True, help="Open national numbers that were sealed; recorded with the act.")
@by
@for_tenant
def export_candidates(
    file: Path, year: int | None, unit: str | None, national_numbers: bool, by: str, tenant: str
) -> None:
    """Write everybody who applies for the title to FILE (.xlsx or .csv), in the fields of congdanhoctap.vn's forms as
    we read them, to be typed in there: that site publishes no form to import.

    Ethnicity, religion, year of birth and password are not kept here; their columns are empty. The export is an act on
    record, and a look at each of them is noted.
    """
    write = {".xlsx": candidates_book.as_xlsx, ".csv": candidates_book.as_csv}.get(file.suffix.lower())
    if write is None:
        raise click.BadParameter(f"end it in .xlsx or .csv: {file}", param_hint="FILE")
    day, now = invocation.today(), invocation.now()
    with invocation.writing(tenant) as (session, owner):
        node = None if unit is None else organizations.node(session, owner, unit)
        found = candidates.gather(
            session, owner, year or day.year, on=day, unit=None if node is None else node.id,
            keys=invocation.national_keys(owner) if national_numbers else None,
        )  # fmt: skip
        if write is candidates_book.as_xlsx and len(found.people) > candidates_book.MOST_PEOPLE:
            raise click.ClickException(
                f"{figures.number(len(found.people))} candidates are more than a workbook holds; write a .csv file, or "
                "unit by unit (--unit)"
            )
        candidates.record(session, owner, found, by=by, unit=unit, national_numbers=national_numbers, now=now)
    file.write_bytes(write(found))
    click.echo(
        printable(f"{file}: {figures.number(len(found.people))} candidates of {found.year}, as we read the forms.")
    )


TRANSCRIPTS = (transcript, export_candidates)
