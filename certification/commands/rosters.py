"""`flask certification import-roster` and what goes with it: templates, declared headcounts, national numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path

import click
from flask import current_app
from rich.console import Console

from certification.commands import invocation
from certification.commands.invocation import FILE, NEW_FILE, Day, for_tenant
from certification.commands.units import by
from certification.import_tables import TABLES
from certification.people import headcounts, national_keys, national_numbers, number_rotation, roster
from certification.people.roster_file import read_roster
from certification.spreadsheets import ImportResult, templates
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.terminal.progress import step
from certification.units import organizations
from certification.units.trees import ENTERPRISE
from certification.vietnam import vietnam_day

__all__ = ["ROSTERS"]


@click.command("import-roster")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only tell every fault, and what would change; change nothing.")
@click.option("--good-rows", is_flag=True, help="Take in the good rows, and leave those at fault out.")
@click.option("--refused", type=NEW_FILE, help="Write the rows left out to this file (.xlsx or .csv), each with why.")
@click.option("--sheet", help="Which sheet of a workbook; default: the first that is not hidden.")
@click.option("--whole", is_flag=True, help="The file is the whole staff of its enterprises: list who is missing.")
@click.option("--whole-of", multiple=True, metavar="CODE", help="The same, of this enterprise alone; may be repeated.")
@click.option("--end-missing", type=Day(), help="End the employment of whoever is missing, with this last day.")
@for_tenant
def import_roster(
    file: Path,
    dry_run: bool,
    good_rows: bool,
    refused: Path | None,
    sheet: str | None,
    whole: bool,
    whole_of: tuple[str, ...],
    end_missing: date | None,
    tenant: str,
) -> None:
    """Import workers, where they are employed, and their learning accounts (người lao động) from an XLSX or CSV file.

    A file with any fault changes nothing, unless --good-rows is given. The same file twice changes nothing. Who is not
    in the file stays, unless --end-missing is given. Columns: docs/imports.md.
    """
    if end_missing is not None and not (whole or whole_of):
        raise click.UsageError("--end-missing needs --whole or --whole-of: who is missing is not known otherwise")
    if refused is not None and not good_rows:
        raise click.UsageError("--refused needs --good-rows: without it no row is left out")
    if refused is not None and refused.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError("--refused: the name of the file ends in .xlsx or .csv")
    data, now = file.read_bytes(), invocation.now()
    owner = invocation.tenant_id(tenant)
    keys = invocation.national_keys(owner)
    with invocation.refusing():
        with _step("Rows read", None) as advance:
            told = read_roster(
                data, today=vietnam_day(now), sheet=sheet, opaque=invocation.opaque(owner), progress=advance
            )
        opened = invocation.reading(tenant) if dry_run else invocation.writing(tenant)
        with opened as (session, _owner), _step("Rows taken in", len(told.entries)) as advance:
            report = roster.take_in(
                session,
                owner,
                told,
                now=now,
                keys=keys,
                dry_run=dry_run,
                good_rows=good_rows,
                whole_of=(whole_of if not whole else ()) if whole or whole_of else None,
                last_day=end_missing,
                with_changes=dry_run,
                progress=advance,
            )
    for change in report.changes:
        name = f"“{change.number}” {change.full_name}"
        click.echo(printable(f"Dòng {change.row}: {_KINDS[change.kind]} {name}: {change.what}"))
    invocation.tell(file.name, report.result)
    for leaver in report.missing:
        since = f"{leaver.started:%d/%m/%Y}"
        click.echo(printable(f"Vắng mặt: “{leaver.number}” {leaver.full_name}, {leaver.enterprise} từ {since}"))
    if report.missing:
        done = "would be ended" if dry_run and end_missing else "ended"
        click.echo(f"{number(len(report.missing))} missing, {number(report.ended)} {done}.")
    left_out = ImportResult(0, 0, 0, faults=report.faults, refused=report.refused)
    invocation.tell_refused(data, roster.COLUMNS, left_out, refused, sheet=sheet)
    if dry_run:
        click.echo("Nothing was changed (--dry-run).")


def _step(title: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
    """A moving bar beside what is told, where somebody watches."""
    screen = Console(stderr=True, markup=False, highlight=False, emoji=False)
    if not screen.is_terminal:
        return nullcontext(lambda _more: None)
    return step(screen, title, total=total, counts="rows")


_KINDS = {"new": "mới", "changed": "thay đổi"}


@click.command("template")
@click.argument("table", type=click.Choice(sorted(TABLES)))
@click.argument("file", type=NEW_FILE)
def write_template(table: str, file: Path) -> None:
    """Write an empty TABLE to FILE, to fill in: a workbook with a page that explains (.xlsx), or headings (.csv)."""
    known = TABLES[table]
    match file.suffix.lower():
        case ".xlsx":
            data = templates.as_xlsx(known.columns, known.title)
        case ".csv":
            data = templates.as_csv(known.columns)
        case _:
            raise click.UsageError("the name of the file ends in .xlsx or .csv")
    file.write_bytes(data)
    click.echo(f"{printable(str(file))}: {len(known.columns)} columns")


@click.command("show-headcounts")
@click.option("--on", "as_of", type=Day(), help="The day (in Vietnam); default: today.")
@for_tenant
def show_headcounts(as_of: date | None, tenant: str) -> None:
    """List the declared headcounts that hold on a day, and how many enterprises report (roster or declaration)."""
    on = as_of or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        tree = organizations.tree(session, owner, on)
        found = headcounts.reporting(session, owner, on)
    here = {node.id: node for node in tree.nodes if node.kind == ENTERPRISE}
    for enterprise, said in sorted(found.declared.items(), key=lambda one: here[one[0]].code if one[0] in here else ""):
        if enterprise in here:
            whose = f"{here[enterprise].code}: {said.source} ({said.declared_by})"
            click.echo(printable(f"{number(said.total):>9}  {said.day:%d/%m/%Y}  {whose}"))
    click.echo(f"{on:%d/%m/%Y}: {found.coverage(here)}")


@click.command("national-numbers")
@click.option("--keep", type=click.Choice(["on", "off"]), help="Keep numbers encrypted from now on, or none.")
@for_tenant
def show_national_numbers(keep: str | None, tenant: str) -> None:
    """List workers who have one national number (CCCD or CMND), and say whether numbers are kept encrypted.

    Only a keyed hash is kept unless --keep on was given; --keep off removes the numbers that were kept.
    """
    if keep is not None:
        with invocation.writing(tenant) as (session, owner):
            removed = national_numbers.set_sealing(session, owner, on=keep == "on")
        if keep == "off":
            click.echo(f"{number(removed)} kept numbers were removed; their hashes stay.")
    with invocation.reading(tenant) as (session, owner):
        kept = national_numbers.seals(session, owner)
        doubles = national_numbers.doubles(session, owner)
    for one in doubles:
        click.echo(printable(f"{one.kind.upper()} …{one.ending}: “{one.number}” và “{one.other_number}”"))
    click.echo(f"{number(len(doubles))} doubles. Numbers are {'kept encrypted' if kept else 'not kept'}.")


@click.command("rotate-national-keys")
@click.option("--new-key", is_flag=True, help="Make another key first, unless one waits already.")
@by
@for_tenant
def rotate_national_keys(new_key: bool, by: str, tenant: str) -> None:
    """Put the national numbers of a tenant, hashed and sealed, under the newest key of the data folder.

    While it runs everything goes on: numbers are compared by the key that was in force and opened by either, and all
    are put under the new one at once, at the end. Broken off, run it again without --new-key. Keep the file
    national_number_keys of DATA_DIR wherever you keep SECRET_KEY, and give it to every machine that serves.
    """
    database = invocation.database_to_write()
    with invocation.reading(tenant) as (session, owner):
        held = national_numbers.generation(session, owner)
    if new_key:
        with invocation.refusing():
            known = national_keys.add(current_app.extensions["settings"].data_dir, after=held)
        click.echo(f"Key {number(len(known))} is in {national_keys.FILE}; keep a copy with SECRET_KEY.", err=True)
    keys = invocation.national_keys(owner)
    with invocation.refusing():
        done = number_rotation.rotate(database, owner, keys, by=by, now=invocation.now())
    if not done.hashes:
        click.echo(f"All numbers are under key {number(done.generation)}; nothing was left to do.")
        return
    under = f"are under key {number(done.generation)}"
    click.echo(f"{number(done.hashes)} hashes and {number(done.sealed)} sealed numbers {under}.")
    if done.unreadable:
        click.echo(
            f"{number(done.unreadable)} sealed numbers could be opened by none of the keys, and stay as they were: "
            "they were sealed under another SECRET_KEY.",
            err=True,
        )


ROSTERS = (import_roster, write_template, show_headcounts, show_national_numbers, rotate_national_keys)
