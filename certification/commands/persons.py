"""`flask certification export-person`, `import-person`, `erase-person`, `leavers`: all that is held about a worker."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import click
from flask import current_app

from certification.commands import invocation
from certification.commands.invocation import FILE, NEW_FILE, for_tenant
from certification.commands.units import by
from certification.privacy import erasing, exporting, importing, leaving
from certification.rules.criteria import PROGRAMME
from certification.targets.figures import number
from certification.terminal.printable import printable

__all__ = ["PERSONS"]


@click.command("erase-person")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.option("--reason", required=True, help="Who asked for it and why, without naming the person; it is kept.")
@click.option("--although-employed", is_flag=True, help="Also somebody who is employed today.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
@by
@for_tenant
def erase_person(
    worker_number: str, reason: str, although_employed: bool, dry_run: bool, yes: bool, by: str, tenant: str
) -> None:
    """Erase all that is held about a worker, for good: in Statements, tables, files, and the details of acts.

    Titles stay in the register with number and status, without the name; counts, frozen and published figures stay
    whole. Broken off, the same command goes on where it was.
    """
    with invocation.reading(tenant) as (session, owner):
        found = erasing.survey(session, owner, worker_number)
    _show(found)
    if dry_run:
        return
    if not yes:
        click.confirm("This cannot be undone. Erase?", abort=True)
    database = invocation.database_to_write()
    with invocation.refusing():
        done = erasing.erase(
            database,
            owner,
            worker_number,
            by=by,
            reason=reason,
            secret=invocation.secret(),
            now=invocation.now(),
            although_employed=although_employed,
        )
    click.echo(f"{number(done.statements)} Statements rewritten, {number(done.files_removed)} files removed,")
    click.echo(
        f"rows emptied in {number(done.lists_emptied)} files of lists, details of {number(done.acts_emptied)} acts."
    )
    for file in done.exports_removed:
        click.echo(f"Removed the export {printable(file)}")
    for file in done.exports_left:
        click.echo(f"Look for the export {printable(file)}: it is not here as it was written.", err=True)
    for one in done.copies:
        had = "had been told of" if one.kind == "webhook" else "had"
        click.echo(
            f"{one.name} ({printable(one.endpoint)}) {had} {number(len(one.statements))} of these Statements: tell "
            "whoever runs it to erase the person. Their ids: flask lrs copies-of-erased",
            err=True,
        )
    click.echo("The person is erased here. Backups hold what they held: docs/operate.md.", err=True)


def _show(found: erasing.Survey) -> None:
    click.echo(f"{printable(found.number)}: {number(len(found.records))} records.")
    for ifi in found.identifiers:
        click.echo(f"  identifier {printable(ifi)}")
    for name in found.accounts:
        click.echo(f"  account {printable(name)}")
    for name in found.officer:
        click.echo(f"  account {printable(name)} stays: it holds or held an office, and what it decided names it")
    for table, count in sorted(found.rows.items()):
        click.echo(f"  {number(count):>7}  {table.removeprefix('certification_').replace('_', ' ')}")


@click.command("export-person")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.argument("file", type=NEW_FILE)
@by
@for_tenant
def export_person(worker_number: str, file: Path, by: str, tenant: str) -> None:
    """Write all that is held about a worker into FILE, a zip: Statements byte for byte, every table, files, an index.

    FILE must not be there yet. It can be read by its owner alone; erasing the person removes it from where it was
    written.
    """
    if file.exists():
        raise click.ClickException(f"{file} is there already; name another file")
    with invocation.reading(tenant) as (session, owner):
        data = exporting.export(
            session,
            owner,
            worker_number,
            tenant_name=tenant,
            keys=invocation.national_keys(owner),
            now=invocation.now(),
        )
    sha256 = hashlib.sha256(data).hexdigest()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        try:
            with invocation.writing(tenant) as (session, owner):
                written = str(file.resolve())
                exporting.note(session, owner, worker_number, by=by, file=written, sha256=sha256, now=invocation.now())
        except BaseException:
            file.unlink()  # nothing is in it: what is on no record is handed to nobody
            raise
        opened.write(data)
    click.echo(f"{file}: {number(len(data))} bytes, SHA-256 {sha256}")


@click.command("import-person")
@click.argument("file", type=FILE)
@by
@for_tenant
def import_person(file: Path, by: str, tenant: str) -> None:
    """Put what export-person wrote into a tenant that does not know the person and holds no other Statements.

    Nothing is taken of an archive that was changed or is not whole. Organizations and rules that are needed come along.
    """
    database = invocation.database_to_write()
    owner = invocation.tenant_id(tenant)
    most_bytes: int = current_app.extensions["settings"].attachment_max_bytes
    with invocation.refusing():
        done = importing.import_person(
            database, owner, file.read_bytes(), by=by, now=invocation.now(), most_bytes=most_bytes
        )
    rows = number(sum(done.rows.values()))
    click.echo(f"{printable(done.number)}: {rows} rows, results of {', '.join(map(str, done.years)) or 'no year'}.")
    for code in done.units:
        click.echo(f"Taken along: {printable(code)}")


@click.command("leavers")
@click.option("--erase", is_flag=True, help="Erase those whose days are over; without it they are only listed.")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant: for a timer.")
@by
@for_tenant
def leavers(erase: bool, yes: bool, by: str, tenant: str) -> None:
    """List workers whose employment has ended, with the day on which each is to be erased; with --erase, erase them.

    After how many days, the rules on personal data say. Who agreed that the union keeps the record (a consent for
    union-record) stays, without the national number. Everybody may take all of it along before: export-person.
    """
    now, today = invocation.now(), invocation.today()
    with invocation.reading(tenant) as (session, owner):
        found = leaving.leavers(session, owner, today, programme=PROGRAMME)
    due = [one for one in found if one.erased_on(today)]
    for one in found:
        what = (
            "to be erased"
            if one.erased_on(today)
            else f"erased from {max(one.due, one.union_until or one.due):%d/%m/%Y}"
        )
        union = f", with the union until {one.union_until:%d/%m/%Y}" if one.union_until else ""
        click.echo(f"{printable(one.number)}  {printable(one.full_name)}  left {one.last_day:%d/%m/%Y}: {what}{union}")
    click.echo(f"{number(len(found))} have left, {number(len(due))} are to be erased.")
    if not erase:
        return
    if due and not yes:
        click.confirm("This cannot be undone. Erase them?", abort=True)
    database = invocation.database_to_write()
    secret, why = invocation.secret(), "employment ended, term over"
    with invocation.refusing():
        for one in due:
            erasing.erase(database, owner, one.number, by=by, reason=why, secret=secret, now=now)
            click.echo(f"{printable(one.number)} is erased.")
        numbers = leaving.without_employer(database, owner, found, by=by, now=now)
    if numbers:
        click.echo(f"National numbers of {number(numbers)} whom the union keeps are removed.")


PERSONS = (export_person, import_person, erase_person, leavers)
