"""`flask certification …`: what workers declare and dispute, points given and taken back, items of channels."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.evidence import channel_items, declarations, disputes, self_scores, sittings
from certification.evidence.declarations import Declared
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.people import workers
from certification.targets.figures import number as shown
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["TESTIMONY"]

_worker = click.argument("number", metavar="WORKER_NUMBER")
_id = click.argument("id_", metavar="ID", type=click.UUID)
_by = click.option("--by", required=True, metavar="WHO", help="The account that says so; kept with it.")
_unit = click.option("--unit", required=True, metavar="CODE", help="In whose name.")
_reason = click.option("--reason", required=True, help="Why; kept with it.")
_limit = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)


# ---------------------------------------------------------------- points


@click.command("attest")
@click.argument("cells", nargs=-1, required=True, metavar="NUMBER:CS4=8,CS8=7 …")
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Assessment year.")
@click.option("--on", "day", type=Day(), help="On which day; default: today.")
@_by
@_reason
@for_tenant
def attest(cells: tuple[str, ...], year: int, day: date | None, by: str, reason: str, tenant: str) -> None:
    """Attest points for a team in one sitting: for each worker, indicators with whole points.

    All or nothing; every fault is told. Nobody attests for oneself.
    """
    table = [_member(cell) for cell in cells]
    with invocation.writing(tenant) as (session, owner):
        made = sittings.attest(session, owner, Witness(by), year, table, basis=reason, now=invocation.now(), on=day)
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


# ---------------------------------------------------------------- declarations


@click.command("declare")
@_worker
@click.option("--kind", type=click.Choice(declarations.KINDS), required=True, help="What it is.")
@click.option("--title", required=True, help="Of the certificate, the book, the course.")
@click.option("--on", "day", type=Day(), required=True, help="The day it was earned or finished.")
@click.option("--topic", "topics", multiple=True, help="A topic code of the evidence mapping; may be repeated.")
@click.option("--provider", help="Who gave the certificate.")
@click.option("--minutes", type=int, help="How long it took.")
@click.option("--certificate", "certificate_number", help="The certificate's number, never that of an identity card.")
@click.option("--file", type=FILE, help="A copy as PDF, JPG or PNG; a certificate needs one.")
@_by
@for_tenant
def declare(
    number: str,
    kind: str,
    title: str,
    day: date,
    topics: tuple[str, ...],
    provider: str | None,
    minutes: int | None,
    certificate_number: str | None,
    file: Path | None,
    by: str,
    tenant: str,
) -> None:
    """Declare a certificate from elsewhere or self-study of a worker: E0 until somebody else confirms it."""
    said = Declared(kind, title, day, topics, provider, minutes, certificate_number)
    with invocation.writing(tenant) as (session, owner):
        one = declarations.declare(
            session,
            owner,
            number,
            said,
            file=None if file is None else file.read_bytes(),
            file_name="" if file is None else file.name,
            witness=Witness(by),
            secret=invocation.secret(),
            now=invocation.now(),
        )
    click.echo(f"{one.id}: {one.state}, to be looked at by {one.due:%d/%m/%Y}.")


def _decision(name: str, help_text: str, in_a_units_name: bool) -> click.Command:
    act = getattr(declarations, name)

    def decide(number: str, id_: UUID, by: str, reason: str, tenant: str, **unit: str) -> None:
        with invocation.writing(tenant) as (session, owner):
            told = {"reason": reason, "witness": Witness(by), "secret": invocation.secret(), **unit}
            one = act(session, owner, number, id_, now=invocation.now(), **told)
        click.echo(f"{one.id}: {one.state}.")

    wrapped = for_tenant(_reason(_by(_unit(decide) if in_a_units_name else decide)))
    return click.command(f"{name}-declaration", help=help_text)(_worker(_id(wrapped)))


confirm_declaration = _decision(
    "confirm", "Confirm the declaration ID in the name of a unit: it counts at the level the procedure allows.", True
)
refuse_declaration = _decision(
    "refuse", "Refuse the declaration ID, also after it was confirmed: it counts no more.", True
)
withdraw_declaration = _decision("withdraw", "Take the declaration ID back, for the worker.", False)


@click.command("declarations")
@click.option("--worker", "number", help="Of one worker, each with its steps.")
@click.option("--state", type=click.Choice(tuple(declarations.STATES)), help="In one state.")
@_limit
@for_tenant
def show_declarations(number: str | None, state: str | None, limit: int, tenant: str) -> None:
    """List declarations by the day by which somebody is to look at them."""
    with invocation.reading(tenant) as (session, owner):
        found = declarations.listing(session, owner, number=number, state=state, limit=limit)
        worker = workers.find(session, owner, number) if number is not None else None
        steps = {one.id: declarations.history(session, owner, worker.id, one.id) for one in found if worker}
    for one in found:
        shared = f"  (file declared by {one.same_file} others too)" if one.same_file else ""
        click.echo(printable(f"{one.due:%d/%m/%Y}  {one.state:<9}  {one.number}  {one.id}  {one.title}{shared}"))
        for step in steps.get(one.id, ()):
            when = f"{step.recorded.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
            level = "" if step.level is None else f" E{step.level}"
            click.echo(printable(f"    {when}  {step.what}{level}  {step.recorded_by}  {step.reason or ''}".rstrip()))


@click.command("declaration-file")
@_worker
@_id
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@for_tenant
def declaration_file(number: str, id_: UUID, to: Path, tenant: str) -> None:
    """Write the file of the declaration ID to a path."""
    with invocation.reading(tenant) as (session, owner):
        kept, data, name = declarations.read_file(session, owner, number, id_)
    to.write_bytes(data)
    click.echo(printable(f"{name}: {kept.content_type}, {shown(kept.length)} bytes."))


# ---------------------------------------------------------------- disputes


@click.command("dispute")
@_worker
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="The assessment year it is about.")
@click.option("--statement", "statement_id", type=click.UUID, help="The evidence disputed; none: some is missing.")
@_by
@_reason
@for_tenant
def dispute(number: str, year: int, statement_id: UUID | None, by: str, reason: str, tenant: str) -> None:
    """Open a dispute of a worker: of a piece of evidence, or of its absence."""
    with invocation.writing(tenant) as (session, owner):
        one = disputes.open_dispute(
            session,
            owner,
            number,
            year=year,
            statement_id=statement_id,
            reason=reason,
            witness=Witness(by),
            now=invocation.now(),
        )
    click.echo(f"{one.id}: {one.state}, to be answered by {one.due:%d/%m/%Y}.")


@click.command("answer-dispute")
@_worker
@_id
@click.option("--outcome", type=click.Choice(disputes.OUTCOMES), required=True, help="What became of it.")
@click.option("--added", type=click.UUID, help="The Statement that was added.")
@_unit
@_by
@_reason
@for_tenant
def answer_dispute(
    number: str, id_: UUID, outcome: str, added: UUID | None, unit: str, by: str, reason: str, tenant: str
) -> None:
    """Answer the dispute ID: the evidence is kept, is voided by this, or was added."""
    with invocation.writing(tenant) as (session, owner):
        one = disputes.answer(
            session,
            owner,
            number,
            id_,
            outcome=outcome,
            unit=unit,
            reason=reason,
            witness=Witness(by),
            secret=invocation.secret(),
            now=invocation.now(),
            added=added,
        )
    click.echo(f"{one.id}: {one.state}.")


@click.command("disputes")
@click.option("--worker", "number", help="Of one worker, each with its steps.")
@click.option("--state", type=click.Choice(tuple(disputes.STATES)), help="In one state.")
@_limit
@for_tenant
def show_disputes(number: str | None, state: str | None, limit: int, tenant: str) -> None:
    """List disputes by the day by which they are to be answered."""
    with invocation.reading(tenant) as (session, owner):
        found = disputes.listing(session, owner, number=number, state=state, limit=limit)
        worker = workers.find(session, owner, number) if number is not None else None
        steps = {one.id: disputes.history(session, owner, worker.id, one.id) for one in found if worker}
    for one in found:
        about = one.statement_id or "missing evidence"
        click.echo(printable(f"{one.due:%d/%m/%Y}  {one.state:<9}  {one.number}  {one.id}  {about}"))
        for step in steps.get(one.id, ()):
            when = f"{step.recorded.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
            click.echo(printable(f"    {when}  {step.outcome or step.what}  {step.recorded_by}  {step.reason}"))


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
@click.option("--until", "last", type=Day(), required=True, help="Last day.")
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
    declare,
    confirm_declaration,
    refuse_declaration,
    withdraw_declaration,
    show_declarations,
    declaration_file,
    dispute,
    answer_dispute,
    show_disputes,
    import_channel_items,
    show_channel_items,
)
