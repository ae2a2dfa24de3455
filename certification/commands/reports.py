"""`flask certification report …`: reports on plans, from entering to filing, and who is late."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.dossiers import operator
from certification.commands.invocation import FILE, NEW_FILE, Day, for_tenant
from certification.commands.units import by
from certification.reports import entering, filing, late, reading, steps
from certification.reports.late import Contact
from certification.reports.reading import Key, OneReport
from certification.rules.report_forms import PERIODS
from certification.spreadsheets.given_back import guarded
from certification.targets.figures import number as shown
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["REPORTS"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _of_report(command: _Command) -> _Command:
    """What every command about one report is told: unit, plan, period, cut-off day."""
    for each in (
        for_tenant,
        click.option("--period", type=click.Choice(PERIODS), default="yearly", show_default=True, help="Which report."),
        click.option("--cut-off", type=Day(), required=True, help="The cut-off day (2026-10-31 or 31/10/2026)."),
        click.option("--plan", required=True, metavar="ID", help="The plan's id."),
        click.argument("unit", metavar="CODE"),
    ):
        command = each(command)
    return command


@click.group("report")
def report() -> None:
    """Reports of units on a plan: entered, collected up the tree, approved, filed."""


@report.command("status")
@_of_report
def status(unit: str, plan: str, cut_off: date, period: str, tenant: str) -> None:
    """Show how a report stands, what it says, and who hands in to it."""
    with invocation.reading(tenant) as (session, owner):
        found = reading.show(session, owner, unit, Key(plan, period, cut_off))
    _tell(found)
    for section in found.form.sections:
        lines = [line for item in found.form.of_section(section.id) if (line := _line(found, item.code))]
        if lines:
            click.echo(f"{section.id}. {section.title}")
            click.echo("\n".join(lines))
    for one in found.below:
        click.echo(f"  {printable(one.unit.code)}  {printable(one.unit.name)}: {one.state}{_due(one.due)}")


def _line(found: OneReport, code: str) -> str:
    item, joined = found.form.item(code), found.entered.joined.get(code)
    if item is None or joined is None:
        return ""
    if isinstance(joined.value, int):
        said = f"{shown(joined.value)} {item.unit}"
    elif isinstance(joined.value, tuple):
        said = _many(len(joined.value), "row")
    else:
        said = joined.value if len(joined.value) <= 80 else f"{joined.value[:80]}…"
    of = f" ({joined.organizations} units)" if joined.organizations > 1 else ""
    return f"  {item.code}: {printable(' '.join(said.split()))}{of}"


@report.command("table")
@click.argument("file", type=NEW_FILE)
@_of_report
def table(file: Path, unit: str, plan: str, cut_off: date, period: str, tenant: str) -> None:
    """Write the table of a report as CSV, with what is entered, to fill in and bring in again."""
    with invocation.reading(tenant) as (session, owner):
        found = reading.show(session, owner, unit, Key(plan, period, cut_off))
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, [column.heading for column in entering.COLUMNS])
        writer.writeheader()
        for line in entering.template_rows(found.form, found):
            writer.writerow({heading: guarded(cell) for heading, cell in line.items()})
    click.echo(f"{printable(str(file))}: {shown(len(found.form.asked))} items.")


@report.command("enter")
@click.argument("file", type=FILE)
@_of_report
@by
def enter(file: Path, unit: str, plan: str, cut_off: date, period: str, by: str, tenant: str) -> None:
    """Bring in a table (CSV or XLSX) of values, all or none."""
    key = Key(plan, period, cut_off)
    with invocation.writing(tenant) as (session, owner):
        form = reading.show(session, owner, unit, key).form
        told, _ = entering.from_table(form, file.read_bytes())
        found = entering.enter(session, owner, operator(session, owner, by), unit, key, told, now=invocation.now())
    click.echo(f"{shown(len(told))} items of the file; {shown(len(found.own))} entered in all.")


def _step(name: str, about: str, *, comment: bool) -> click.Command:
    """A command that takes one step."""
    needed = name in steps.NEEDS_COMMENT

    def take(
        unit: str, plan: str, cut_off: date, period: str, by: str, tenant: str, comment: str | None = None
    ) -> None:
        key = Key(plan, period, cut_off)
        with invocation.writing(tenant) as (session, owner):
            who = operator(session, owner, by)
            found = steps.take(session, owner, who, unit, key, name, comment=comment, now=invocation.now())
        _tell(found)

    take.__doc__ = about
    taking: Any = by(take)
    if comment:
        taking = click.option("--comment", required=needed, help="Why; kept with the step.")(taking)
    return click.command(name)(_of_report(taking))


for _command in (
    _step("submit", "Hand a report in to the unit above.", comment=True),
    _step("return", "Return a report that was handed in, with what is to be changed.", comment=True),
    _step("approve", "Approve a report that others entered and handed in.", comment=True),
    _step("reopen", "Open a filed report again to correct it; what was filed stays.", comment=True),
):
    report.add_command(_command)


@report.command("file")
@click.option("--signer", required=True, metavar="NAME", help="Who signs for the unit on the day.")
@click.option("--on", "on", type=Day(), help="The day on the paper; default: today in Vietnam.")
@click.option("--number", default="", help="Number and symbol of the paper, where it is given already.")
@_of_report
@by
def file_report(
    signer: str, on: date | None, number: str, unit: str, plan: str, cut_off: date, period: str, by: str, tenant: str
) -> None:
    """File an approved report: keep all that it says, for good. After reopening: file its correction."""
    key, now = Key(plan, period, cut_off), invocation.now()
    told: dict[str, Any] = {"signer": signer, "filed_on": on or invocation.today(), "number": number, "now": now}
    with invocation.reading(tenant) as (session, owner):
        prepared = filing.prepare(session, owner, operator(session, owner, by), unit, key, **told)
    with invocation.writing(tenant) as (session, owner):
        made = filing.file(session, owner, operator(session, owner, by), prepared, now=now)
    former = f", corrects {made.corrects}" if made.corrects else ""
    click.echo(f"Filed {made.id} (version {made.version}{former}), sha256 {made.sha256}")


@report.command("filings")
@_of_report
def filings(unit: str, plan: str, cut_off: date, period: str, tenant: str) -> None:
    """List what was filed, the last one first."""
    with invocation.reading(tenant) as (session, owner):
        found = filing.filed(session, owner, unit, Key(plan, period, cut_off))
    for one in found:
        of = printable(one.number) or "no number"
        click.echo(f"{one.id}  version {one.version}, {of}, {one.filed_on:%d/%m/%Y}, by {printable(one.filed_by)}")


@report.command("difference")
@click.option("--filing", "filing_id", type=click.UUID, metavar="ID", help="Which filing; default: the last one.")
@_of_report
def difference(filing_id: UUID | None, unit: str, plan: str, cut_off: date, period: str, tenant: str) -> None:
    """Show what the same question answers otherwise today than what was filed."""
    with invocation.reading(tenant) as (session, owner):
        one = filing.find(session, owner, unit, Key(plan, period, cut_off), filing_id)
        changes = filing.difference(session, owner, one, now=invocation.now())
    for each in changes:
        click.echo(f"{printable(each.item)}: {_value(each.filed)} -> {_value(each.now)}")
    click.echo(f"{_many(len(changes), 'difference')} from version {one.version}, filed {one.filed_on:%d/%m/%Y}.")


@report.command("late")
@click.option("--all", "everybody", is_flag=True, help="Every unit, not only those that are late.")
@_of_report
def late_reports(everybody: bool, unit: str, plan: str, cut_off: date, period: str, tenant: str) -> None:
    """List the units of a branch whose report is late, and whom to phone."""
    today = invocation.today()
    with invocation.reading(tenant) as (session, owner):
        found = late.standings(session, owner, unit, Key(plan, period, cut_off))
    behind = [one for one in found if one.days_late(today)]
    for one in found if everybody else behind:
        days = one.days_late(today)
        said = f", {_many(days, 'day')} late" if days else ""
        named = f"{printable(one.unit.code)}  {printable(one.unit.name)}"
        click.echo(f"{named}: {one.state}{_due(one.due)}{said}{_whom(one.contact)}")
    click.echo(f"{shown(len(behind))} of {shown(len(found))} units are late on {today:%d/%m/%Y}.")


@report.command("contact")
@click.argument("unit", metavar="CODE")
@click.option("--name", help="Whom to phone or write to; without it, nobody any more.")
@click.option("--phone", default="", help="The telephone number.")
@click.option("--email", default="", help="The mail address.")
@by
@for_tenant
def contact(unit: str, name: str | None, phone: str, email: str, by: str, tenant: str) -> None:
    """Say whom to phone or write to about a unit's reports."""
    told = None if name is None else Contact(name, phone, email)
    with invocation.writing(tenant) as (session, owner):
        late.set_contact(session, owner, operator(session, owner, by), unit, told, now=invocation.now())
    click.echo(f"{printable(unit)}: {'nobody' if name is None else printable(name)}.")


def _tell(found: OneReport) -> None:
    unit = found.place.unit
    click.echo(f"{printable(unit.code)}  {printable(unit.name)}: {found.state}{_due(found.due)}")
    for one in found.steps:
        at = one.at.astimezone(VIETNAM)
        why = f": {printable(one.comment)}" if one.comment else ""
        click.echo(f"{one.place:3}. {at:%d/%m/%Y %H:%M}  {one.step} by {printable(one.by)}{why}")


def _many(count: int, thing: str) -> str:
    return f"{shown(count)} {thing}" if count == 1 else f"{shown(count)} {thing}s"


def _due(day: date | None) -> str:
    return "" if day is None else f", due {day:%d/%m/%Y}"


def _whom(one: Contact | None) -> str:
    if one is None:
        return "  (nobody named to phone)"
    return f"  {printable(' '.join(part for part in (one.name, one.phone, one.email) if part))}"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return _many(len(value), "row")
    return shown(value) if isinstance(value, int) else printable(value if len(value) <= 60 else f"{value[:60]}…")


REPORTS = (report,)
