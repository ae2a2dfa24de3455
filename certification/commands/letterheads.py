"""`flask certification letterhead`, `set-letterhead`, `add-signer`, `end-signer`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by, source
from certification.terminal.printable import printable
from certification.units import letterheads
from certification.units.letterheads import Letterhead

__all__ = ["LETTERHEADS"]

_unit = click.argument("code", metavar="CODE")
_first_day = click.option("--from", "starts", type=Day(), required=True, help="The first day.")


@click.command("letterhead")
@_unit
@click.option("--on", type=Day(), help="The day (2026-11-20 or 20/11/2026); default: today in Vietnam.")
@for_tenant
def letterhead(code: str, on: date | None, tenant: str) -> None:
    """Show how documents of the unit CODE are headed on a day, and who may sign them."""
    day = on or invocation.today()
    with invocation.reading(tenant) as (session, owner):
        found = letterheads.letterhead(session, owner, code, day)
        signing = letterheads.signers(session, owner, code, day)
    for line in (found.parent, found.issuer):
        if line:
            click.echo(printable(line, lines=True))
    for name, value in (("Place", found.place), ("Symbol", found.symbol), ("Address", found.address)):
        if value:
            click.echo(f"{name}: {printable(value)}")
    for recipient in found.recipients:
        click.echo(f"  - {printable(recipient)}")
    if found.told_from is None:
        click.echo("Nobody has told it: worked out of the trees (flask certification set-letterhead).")
    for one in signing:
        until = f" to {one.valid_to:%d/%m/%Y}" if one.valid_to else ""
        office = " ".join(part for part in (one.authority, one.office) if part)
        click.echo(f"{one.id}  {printable(one.name)}, {printable(office)}, from {one.valid_from:%d/%m/%Y}{until}")
    if not signing:
        click.echo("Nobody may sign on that day (flask certification add-signer).")


@click.command("set-letterhead")
@_unit
@click.option("--issuer", required=True, help="The unit's own line; \\n breaks it.")
@click.option("--parent", help="The line of the body above; without it none is printed.")
@click.option("--place", help="Where its documents are dated.")
@click.option("--symbol", help="What stands after the kind of document in its number: LĐLĐ of 05/BC-LĐLĐ.")
@click.option("--recipient", "recipients", multiple=True, help="Who receives every document; may be repeated.")
@click.option("--address", help="The line at the foot of the first page.")
@_first_day
@by
@for_tenant
def set_letterhead(
    code: str,
    issuer: str,
    parent: str | None,
    place: str | None,
    symbol: str | None,
    recipients: tuple[str, ...],
    address: str | None,
    starts: date,
    by: str,
    tenant: str,
) -> None:
    """Say how documents of the unit CODE are headed from a day on; those of earlier days stay as they were."""
    told = Letterhead(_broken(issuer) or "", _broken(parent), place, symbol, recipients, _broken(address))
    with invocation.writing(tenant) as (session, owner):
        letterheads.set_letterhead(session, owner, code, told, starts=starts, by=by, now=invocation.now())
    click.echo(f"Documents of {printable(code)} are headed so from {starts:%d/%m/%Y}.")


def _broken(line: str | None) -> str | None:
    return None if line is None else line.replace("\\n", "\n")


@click.command("add-signer")
@_unit
@click.argument("name")
@click.option("--office", required=True, help="CHỦ TỊCH, say.")
@click.option("--authority", help="The line above the office: TM. BAN THƯỜNG VỤ, KT. CHỦ TỊCH.")
@_first_day
@click.option("--to", "last", type=Day(), help="The last day, where it is known.")
@source
@by
@for_tenant
def add_signer(
    code: str,
    name: str,
    office: str,
    authority: str | None,
    starts: date,
    last: date | None,
    source: str,
    by: str,
    tenant: str,
) -> None:
    """Say that NAME may sign for the unit CODE from a day on. Prints the signer's id."""
    with invocation.writing(tenant) as (session, owner):
        made = letterheads.add_signer(
            session,
            owner,
            code,
            name=name,
            office=office,
            authority=authority,
            starts=starts,
            last=last,
            source=source,
            by=by,
            now=invocation.now(),
        )
    click.echo(made)


@click.command("end-signer")
@_unit
@click.argument("signer", type=click.UUID, metavar="SIGNER_ID")
@click.option("--to", "last", type=Day(), required=True, help="The last day.")
@click.option("--reason", required=True, help="By which decision, or why; kept in the record of acts.")
@by
@for_tenant
def end_signer(code: str, signer: UUID, last: date, reason: str, by: str, tenant: str) -> None:
    """Say that somebody signs no more for the unit CODE after a day. What was signed stays signed."""
    with invocation.writing(tenant) as (session, owner):
        letterheads.end_signer(session, owner, code, signer, last=last, reason=reason, by=by, now=invocation.now())
    click.echo(f"{signer} signs no more after {last:%d/%m/%Y}.")


LETTERHEADS = (letterhead, set_letterhead, add_signer, end_signer)
