"""`flask certification import-…`: XLSX and CSV files; and which Actor of Statements is which worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from certification.access import roles
from certification.commands import invocation
from certification.commands.invocation import FILE, NEW_FILE, for_tenant
from certification.evidence import attestations, forgetting
from certification.import_tables import TABLES
from certification.judgement import awards
from certification.people import headcounts, identifiers, linking
from certification.reports import contact_lists
from certification.spreadsheets import ImportResult
from certification.targets.figures import number
from certification.units import commitments, organizations
from certification.vietnam import VIETNAM
from lrs.db import Session

__all__ = ["IMPORTS", "forget_actor", "unknown_actors"]

ALL_OR_NOTHING = (
    "\n\nFor the whole tenant. A file with any fault changes nothing. The same file twice changes nothing. "
    "Columns: docs/imports.md."
)


def _import_command(
    name: str, what: str, help_text: str, table: str, take_in: Callable[..., ImportResult], *, whole: bool = False
) -> click.Command:
    """A command that brings in a table; of one that is not `whole`, good rows without those at fault, too."""

    @click.command(name, help=help_text + ALL_OR_NOTHING, short_help=f"Import {what} from an XLSX or CSV file.")
    @click.argument("file", type=FILE)
    @click.option("--dry-run", is_flag=True, help="Only tell every fault and what it would come to; change nothing.")
    @for_tenant
    def command(file: Path, dry_run: bool, tenant: str, good_rows: bool = False, refused: Path | None = None) -> None:
        if refused is not None and not good_rows:
            raise click.UsageError("--refused needs --good-rows: without it no row is left out")
        more = {} if whole else {"good_rows": good_rows}
        data = file.read_bytes()
        with invocation.writing(tenant, dry_run=dry_run) as (session, owner):
            result = take_in(session, owner, data, now=invocation.now(), **more)
        invocation.tell(file.name, result)
        invocation.tell_refused(data, TABLES[table].columns, result, refused)
        if dry_run:
            click.echo("Nothing was changed (--dry-run).")

    if not whole:
        good = click.option("--good-rows", is_flag=True, help="Take in the good rows, and leave those at fault out.")
        back = click.option("--refused", type=NEW_FILE, help="Write the rows left out to this file, each with why.")
        command = good(back(command))
    return command


def _import_titles(session: Session, tenant: UUID, data: bytes, *, now: datetime, good_rows: bool) -> ImportResult:
    opaque, keys = invocation.opaque(tenant), invocation.national_keys(tenant)
    return awards.import_titles(session, tenant, data, now=now, opaque=opaque, keys=keys, good_rows=good_rows)


def _import_contacts(session: Session, tenant: UUID, data: bytes, *, now: datetime, good_rows: bool) -> ImportResult:
    return contact_lists.import_contacts(session, tenant, data, by=roles.TERMINAL, now=now, good_rows=good_rows)


IMPORTS = (
    _import_command(
        "import-organizations",
        "units, unions and enterprises (đơn vị)",
        "Import administrative units, unions, grassroots unions and enterprises (đơn vị) from an XLSX or CSV file.",
        "organizations",
        organizations.import_organizations,
        whole=True,
    ),
    _import_command(
        "import-titles",
        "recognised titles (danh hiệu đã công nhận)",
        "Import titles that a competent body has recognised (danh hiệu) from an XLSX or CSV file.",
        "titles",
        _import_titles,
    ),
    _import_command(
        "import-headcounts",
        "declared headcounts (số lao động đã báo)",
        "Import how many people work in enterprises that have sent no roster (số lao động) from an XLSX or CSV file.",
        "headcounts",
        headcounts.import_headcounts,
    ),
    _import_command(
        "import-attestations",
        "attested points (điểm xác nhận)",
        "Import points that a person attests for an indicator (điểm xác nhận) from an XLSX or CSV file.",
        "attestations",
        attestations.import_attestations,
    ),
    _import_command(
        "import-report-contacts",
        "contacts about reports (người liên hệ về báo cáo)",
        "Import whom to phone or write to about units' reports (người liên hệ) from an XLSX or CSV file.",
        "report-contacts",
        _import_contacts,
    ),
    _import_command(
        "import-commitments",
        "commitments of organizations (cam kết)",
        "Import what organizations took into their programme of a year (cam kết) from an XLSX or CSV file.",
        "commitments",
        commitments.import_commitments,
    ),
)


@click.command("forget-actor")
@click.argument("ifi", metavar="IFI")
@for_tenant
def forget_actor(ifi: str, tenant: str) -> None:
    """Keep nothing of the identifier IFI of an Actor: for somebody who is erased from the store (`flask lrs erase`).

    Facts made of the Actor's Statements stay until `flask certification rebuild-facts`. Files that the person declared
    go; in files of lists the person's rows are emptied, and acts on record lose their details about the person.
    """
    with invocation.writing(tenant) as (session, owner):
        by, now, opaque = roles.TERMINAL, invocation.now(), invocation.opaque(owner)
        done = forgetting.forget_actor(session, owner, ifi, by=by, now=now, opaque=opaque)
    invocation.database().empty_log()
    click.echo("It was linked to a worker, and is no more." if done.was_linked else "It was linked to nobody.")
    click.echo(f"{number(done.waited)} Statements waited for it, and do no more.")
    if done.files_removed or done.lists_emptied:
        removed, emptied = number(done.files_removed), number(done.lists_emptied)
        click.echo(f"Files that the worker declared: {removed} removed. Files of lists: rows emptied in {emptied}.")
    if done.acts_emptied:
        click.echo(f"Acts on record about the worker: {number(done.acts_emptied)} lost their details.")


@click.command("unknown-actors")
@for_tenant
def unknown_actors(tenant: str) -> None:
    """List Actors whose Statements wait because no worker is linked to them, most Statements first."""
    with invocation.reading(tenant) as (session, owner):
        found = linking.unknown_actors(session, owner)
    for actor in found:
        seen = f"{actor.first_seen.astimezone(VIETNAM):%d/%m/%Y}"
        click.echo(f"{number(actor.statements):>9}  {seen}  {identifiers.written(actor.ifi)}")
    statements = number(sum(actor.statements for actor in found))
    click.echo(f"{number(len(found))} unknown actors, {statements} Statements waiting.")
