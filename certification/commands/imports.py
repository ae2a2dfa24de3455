"""`flask certification import-…`: XLSX and CSV files; and which Actor of Statements is which worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, for_tenant
from certification.evidence import attestations, forgetting
from certification.judgement import awards
from certification.people import headcounts, identifiers, workers
from certification.spreadsheets import ImportResult
from certification.targets.figures import number
from certification.units import commitments, organizations
from certification.vietnam import VIETNAM
from lrs.db import Session

__all__ = ["IMPORTS", "forget_actor", "unknown_actors"]

ALL_OR_NOTHING = (
    "\n\nA file with any fault changes nothing. The same file twice changes nothing. Columns: docs/imports.md."
)


def _import_command(name: str, what: str, help_text: str, take_in: Callable[..., ImportResult]) -> click.Command:
    @click.command(name, help=help_text + ALL_OR_NOTHING, short_help=f"Import {what} from an XLSX or CSV file.")
    @click.argument("file", type=FILE)
    @for_tenant
    def command(file: Path, tenant: str) -> None:
        with invocation.writing(tenant) as (session, owner):
            result = take_in(session, owner, file.read_bytes(), now=invocation.now())
        invocation.tell(file.name, result)

    return command


def _import_titles(session: Session, tenant: UUID, data: bytes, *, now: datetime) -> ImportResult:
    opaque, keys = invocation.opaque(tenant), invocation.national_keys(tenant)
    return awards.import_titles(session, tenant, data, now=now, opaque=opaque, keys=keys)


IMPORTS = (
    _import_command(
        "import-organizations",
        "units, unions and enterprises (đơn vị)",
        "Import administrative units, unions, grassroots unions and enterprises (đơn vị) from an XLSX or CSV file.",
        organizations.import_organizations,
    ),
    _import_command(
        "import-titles",
        "recognised titles (danh hiệu đã công nhận)",
        "Import titles that a competent body has recognised (danh hiệu) from an XLSX or CSV file.",
        _import_titles,
    ),
    _import_command(
        "import-headcounts",
        "declared headcounts (số lao động đã báo)",
        "Import how many people work in enterprises that have sent no roster (số lao động) from an XLSX or CSV file.",
        headcounts.import_headcounts,
    ),
    _import_command(
        "import-attestations",
        "attested points (điểm xác nhận)",
        "Import points that a person attests for an indicator (điểm xác nhận) from an XLSX or CSV file.",
        attestations.import_attestations,
    ),
    _import_command(
        "import-commitments",
        "commitments of organizations (cam kết)",
        "Import what organizations took into their programme of a year (cam kết) from an XLSX or CSV file.",
        commitments.import_commitments,
    ),
)


@click.command("forget-actor")
@click.argument("ifi", metavar="IFI")
@for_tenant
def forget_actor(ifi: str, tenant: str) -> None:
    """Keep nothing of the identifier IFI of an Actor: for somebody who is erased from the store (`flask lrs erase`).

    Facts made of the Actor's Statements stay until `flask certification rebuild-facts`. Files that the person declared
    go; in files of lists the person's rows are emptied.
    """
    with invocation.writing(tenant) as (session, owner):
        done = forgetting.forget_actor(session, owner, ifi, opaque=invocation.opaque(owner))
    invocation.database().empty_log()
    click.echo("It was linked to a worker, and is no more." if done.was_linked else "It was linked to nobody.")
    click.echo(f"{number(done.waited)} Statements waited for it, and do no more.")
    if done.files_removed or done.lists_emptied:
        removed, emptied = number(done.files_removed), number(done.lists_emptied)
        click.echo(f"Files that the worker declared: {removed} removed. Files of lists: rows emptied in {emptied}.")


@click.command("unknown-actors")
@for_tenant
def unknown_actors(tenant: str) -> None:
    """List Actors whose Statements wait because no worker is linked to them, most Statements first."""
    with invocation.reading(tenant) as (session, owner):
        found = workers.unknown_actors(session, owner)
    for actor in found:
        seen = f"{actor.first_seen.astimezone(VIETNAM):%d/%m/%Y}"
        click.echo(f"{number(actor.statements):>9}  {seen}  {identifiers.written(actor.ifi)}")
    statements = number(sum(actor.statements for actor in found))
    click.echo(f"{number(len(found))} unknown actors, {statements} Statements waiting.")
