"""`flask certification …-list`: roll-calls and paper lists; and whose results count as assessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.evidence import attendance, attendance_lists, entitlements, kept_files
from certification.evidence.witnesses import Witness
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["LISTS"]

_organizer = click.option("--organizer", required=True, metavar="CODE", help="The unit that vouches for the list.")
_code = click.option("--list", "code", required=True, help="The organizer's own code for the list.")
_by = click.option("--by", required=True, metavar="WHO", help="The account that brings it; kept with the list.")


@click.command("import-attendance")
@click.argument("file", type=FILE)
@_organizer
@_code
@_by
@click.option(
    "--kind",
    type=click.Choice([attendance.PAPER, attendance.ROLL_CALL]),
    default=attendance.PAPER,
    show_default=True,
    help="A list on paper (E1), or a roll-call by which the organizer verified who was there (E2).",
)
@click.option("--reason", help="Why a list that is known already is corrected.")
@click.option("--dry-run", is_flag=True, help="Say what would become of it, with every fault; store nothing.")
@click.option("--good-rows", is_flag=True, help="Leave out rows at fault and take in the others.")
@for_tenant
def import_attendance(
    file: Path,
    organizer: str,
    code: str,
    by: str,
    kind: str,
    reason: str | None,
    dry_run: bool,
    good_rows: bool,
    tenant: str,
) -> None:
    """Turn a roll-call or paper list (danh sách tham dự, XLSX or CSV) into Statements that count as a platform's do.

    The same list again changes nothing; a corrected one voids what is gone and adds what is new. Columns:
    docs/imports.md.
    """
    with invocation.writing(tenant) as (session, owner):
        result = attendance_lists.take_in(
            session,
            owner,
            file.read_bytes(),
            organizer=organizer,
            code=code,
            kind=kind,
            file_name=file.name,
            witness=Witness(by),
            secret=invocation.secret(),
            now=invocation.now(),
            good_rows_only=good_rows,
            dry_run=dry_run,
            reason=reason,
        )
    for fault in result.faults:
        click.echo(printable(str(fault)))
    counts = f"{number(result.added)} new, {number(result.removed)} gone, {number(result.unchanged)} unchanged"
    left_out = f", {number(result.left_out)} at fault" if result.left_out else ""
    version = "nothing stored" if result.version is None else f"version {result.version}"
    click.echo(f"{printable(file.name)}: {counts}{left_out}; {version}.")
    for note in result.notes:
        click.echo(printable(note))


@click.command("withdraw-attendance")
@_organizer
@_code
@_by
@click.option("--reason", required=True, help="Why; kept with the list.")
@for_tenant
def withdraw_attendance(organizer: str, code: str, by: str, reason: str, tenant: str) -> None:
    """Withdraw a whole list: its Statements are voided, the list and its file stay."""
    with invocation.writing(tenant) as (session, owner):
        voided = attendance_lists.withdraw(
            session,
            owner,
            organizer=organizer,
            code=code,
            reason=reason,
            witness=Witness(by),
            secret=invocation.secret(),
            now=invocation.now(),
        )
    click.echo(f"{number(voided)} Statements voided.")


@click.command("show-attendance")
@_organizer
@_code
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the newest file here.")
@for_tenant
def show_attendance(organizer: str, code: str, save: Path | None, tenant: str) -> None:
    """Show what became of a list: each version with who, when and why; and give its file back."""
    with invocation.reading(tenant) as (session, owner):
        found = attendance_lists.versions(session, owner, organizer, code)
        newest = next((one.sha256 for one in reversed(found) if one.sha256), None)
        data = kept_files.read(session, owner, newest)[1] if save is not None and newest is not None else None
    for one in found:
        when = f"{one.recorded.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        counts = f"{number(one.added)} new, {number(one.removed)} gone, {number(one.left_out)} left out"
        told = f"{one.version:>4}  {when}  {one.kind:<10}  {counts}  {one.recorded_by}  {one.file_name or ''}"
        click.echo(printable(f"{told}  {one.reason or ''}".rstrip()))
    if save is not None and data is not None:
        save.write_bytes(data)


@click.command("entitle")
@click.argument("organizer", metavar="CODE")
@click.option("--from", "valid_from", type=Day(), required=True, help="First day.")
@click.option("--to", "valid_to", type=Day(), help="Last day; none: until further notice.")
@click.option("--source", required=True, help="The document that says so.")
@_by
@for_tenant
def entitle(organizer: str, valid_from: date, valid_to: date | None, source: str, by: str, tenant: str) -> None:
    """Say that results and certificates of a unit count as assessed (E3). Nobody is entitled until said so."""
    with invocation.writing(tenant) as (session, owner):
        entitlements.entitle(
            session,
            owner,
            organizer,
            valid_from=valid_from,
            valid_to=valid_to,
            source=source,
            by=by,
            now=invocation.now(),
        )
    click.echo(f"Results of {printable(organizer)} count as assessed.")


LISTS = (import_attendance, withdraw_attendance, show_attendance, entitle)
