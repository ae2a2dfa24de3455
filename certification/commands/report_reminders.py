"""`flask certification remind-of-reports`: letters where a mail server is set, otherwise a list to phone."""

from __future__ import annotations

from datetime import date

import click

from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.reports import mail, reminding
from certification.reports.late import Contact
from certification.reports.reading import Key
from certification.resources import outgoing
from certification.rules.report_forms import PERIODS
from certification.targets.figures import number as shown
from certification.terminal.printable import printable

__all__ = ["REPORT_REMINDERS"]


@click.command("remind-of-reports")
@click.argument("unit", metavar="CODE")
@click.option("--plan", required=True, metavar="ID", help="The plan's id.")
@click.option("--cut-off", type=Day(), required=True, help="The cut-off day (2026-10-31 or 31/10/2026).")
@click.option("--period", type=click.Choice(PERIODS), default="yearly", show_default=True, help="Which report.")
@click.option("--dry-run", is_flag=True, help="Say who would be written to or phoned; nothing goes out or is kept.")
@by
@for_tenant
def remind_of_reports(unit: str, plan: str, cut_off: date, period: str, dry_run: bool, by: str, tenant: str) -> None:
    """Remind the units below CODE of reports that are due.

    Letters go out where SMTP_URL and MAIL_FROM are set, to units that named an address, once at each stage of the form.
    The others are listed, to be phoned. Meant to run once a day.
    """
    key = Key(plan, period, cut_off)
    server = outgoing.mail_server()
    with invocation.reading(tenant) as (session, owner):
        waiting = reminding.due(session, owner, unit, key, today=invocation.today())
    if server is not None and not dry_run:
        database, owner = invocation.database_to_write(), invocation.tenant_id(tenant)
        with invocation.refusing():
            sent = reminding.remind(database, owner, unit, key, server, by=by, clock=invocation.now)
        for one, (outcome, fault) in sent:
            why = f" ({printable(fault)})" if fault else ""
            click.echo(f"{printable(one.standing.unit.code)}: {outcome}{why}")
        click.echo(f"{shown(sum(outcome == mail.SENT for _, (outcome, _) in sent))} letters went out.")
        with invocation.reading(tenant) as (session, owner):
            waiting = reminding.due(session, owner, unit, key, today=invocation.today())
    elif dry_run and server is not None:
        for one in waiting:
            if one.can_be_written_to:
                click.echo(f"{printable(one.standing.unit.code)}: would be written to")
        waiting = [one for one in waiting if not one.can_be_written_to]
    to_phone = [one for one in waiting if one.outcome != mail.SENT]
    for one in to_phone:
        standing, last = one.standing, one.standing.due
        day = "" if last is None else f", due {last:%d/%m/%Y}"
        named = f"{printable(standing.unit.code)}  {printable(standing.unit.name)}"
        click.echo(f"{named}: {standing.state}{day}, {_whom(standing.contact)}")
    click.echo(f"{shown(len(to_phone))} {'unit' if len(to_phone) == 1 else 'units'} to phone.")


def _whom(one: Contact | None) -> str:
    return "nobody named" if one is None else printable(" ".join(part for part in (one.name, one.phone) if part))


REPORT_REMINDERS = (remind_of_reports,)
"""For the command line of the program."""
