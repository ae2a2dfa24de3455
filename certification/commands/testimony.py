"""`flask certification …`: points given and taken back, items of channels."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import click

from certification.access.permissions import Role
from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.evidence import attestable, channel_items, self_scores, sittings
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import AsRole, Witness
from certification.people import workers
from certification.targets.figures import number as shown
from certification.terminal.printable import printable

__all__ = ["TESTIMONY"]

_worker = click.argument("number", metavar="WORKER_NUMBER")
_id = click.argument("id_", metavar="ID", type=click.UUID)
_by = click.option("--by", required=True, metavar="WHO", help="The account that says so; kept with it.")
_reason = click.option("--reason", required=True, help="Why; kept with it.")


# ---------------------------------------------------------------- points


@click.command("attest")
@click.argument("cells", nargs=-1, required=True, metavar="NUMBER:CS4=8,CS8=7 …")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Assessment year.")
@click.option("--on", "day", type=Day(), help="On which day; default: today.")
@click.option(
    "--as",
    "role",
    type=click.Choice([one.value for one in attestable.ROLES]),
    help="In which role; needed where the procedure in force parts the indicators by role.",
)
@_by
@_reason
@for_tenant
def attest(
    cells: tuple[str, ...], year: int, day: date | None, role: str | None, by: str, reason: str, tenant: str
) -> None:
    """Attest points for a team in one sitting: for each worker, indicators with whole points.

    All or nothing; every fault is told. Nobody attests for oneself.
    """
    table = [_member(cell) for cell in cells]
    witness = Witness(by) if role is None else Witness(by, roles=(AsRole(Role(role), None),))
    now = invocation.now()
    with invocation.writing(tenant) as (session, owner):
        made = sittings.attest(session, owner, witness, year, table, basis=reason, now=now, on=day)
    click.echo(f"{shown(len(made))} points attested, of {shown(len(table))} workers.")
    for one in made:
        click.echo(str(one))


def _points(cells: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in cells.split(","):
        indicator, equals, points = part.partition("=")
        if not equals or not indicator.strip() or indicator.strip() in found:
            raise click.UsageError(f"{part!r} is no indicator with points, or stands twice; write it as CS4=8")
        found[indicator.strip()] = int(points) if points.strip().isdecimal() else points
    return found


def _member(cell: str) -> MemberPoints:
    number, colon, rest = cell.rpartition(":")
    if not colon:
        raise click.UsageError(f"{cell!r} names no worker; write it as NUMBER:CS4=8,CS8=7")
    return MemberPoints(number, _points(rest))


@click.command("attestations")
@_worker
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Assessment year.")
@for_tenant
def show_attestations(number: str, year: int, tenant: str) -> None:
    """Show every attestation of a worker for a year with its id, those withdrawn included."""
    with invocation.reading(tenant) as (session, owner):
        found = sittings.history(session, owner, workers.find(session, owner, number).id, year)
    for one in found:
        ended = "" if one.withdrawn_on is None else f"  withdrawn {one.withdrawn_on:%d/%m/%Y}: {one.withdrawal_reason}"
        told = f"{one.id}  {one.attested_on:%d/%m/%Y}  {one.indicator} {one.points}  {one.attested_by}: {one.basis}"
        click.echo(printable(told + ended))


@click.command("withdraw-attestation")
@_worker
@_id
@_by
@_reason
@for_tenant
def withdraw_attestation(number: str, id_: UUID, by: str, reason: str, tenant: str) -> None:
    """Withdraw the attestation ID of a worker from today on. It held until yesterday, and stays to be seen."""
    with invocation.writing(tenant) as (session, owner):
        one = sittings.withdraw(session, owner, Witness(by), number, id_, reason=reason, now=invocation.now())
    click.echo(f"{one.indicator} {one.points} no longer holds.")


@click.command("self-score")
@_worker
@click.argument("points", metavar="CS1=8,CS2=7")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Assessment year.")
@click.option("--note", help="In the worker's own words.")
@_by
@for_tenant
def self_score(number: str, points: str, year: int, note: str | None, by: str, tenant: str) -> None:
    """Keep the points that a worker gives himself or herself (tự chấm). They stand beside the others and count for
    nothing."""
    scores = [OwnScore(indicator, value, note) for indicator, value in _points(points).items()]
    with invocation.writing(tenant) as (session, owner):
        new = self_scores.score(session, owner, number, year, scores, by=by, now=invocation.now())
    click.echo(f"{shown(new)} of {shown(len(scores))} differ from what was said before.")


# ---------------------------------------------------------------- channels


@click.command("import-channel-items")
@click.argument("file", type=FILE)
@_by
@for_tenant
def import_channel_items(file: Path, by: str, tenant: str) -> None:
    """Import broadcasts, posts, portal items and leaflets: they count as items, never as persons. Columns:
    docs/imports.md."""
    with invocation.writing(tenant) as (session, owner):
        data = file.read_bytes()
        result = channel_items.import_channel_items(session, owner, data, by=by, now=invocation.now())
    invocation.tell(file.name, result)


@click.command("channel-items")
@click.argument("code", metavar="CODE")
@click.option("--from", "first", type=Day(), required=True, help="First day.")
@click.option("--to", "last", type=Day(), required=True, help="Last day.")
@for_tenant
def show_channel_items(code: str, first: date, last: date, tenant: str) -> None:
    """Count the items that a unit and everything below it sent out, by channel."""
    with invocation.reading(tenant) as (session, owner):
        found = channel_items.counts(session, owner, code, first, last)
    for channel, items in found.by_channel.items():
        click.echo(f"{shown(items):>9}  {channel}")
    click.echo(f"{shown(found.items):>9}  in all")


TESTIMONY = (
    attest,
    show_attestations,
    withdraw_attestation,
    self_score,
    import_channel_items,
    show_channel_items,
)
