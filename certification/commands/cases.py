"""`flask certification declare`, `dispute` …: what workers declare and dispute, and what officers say to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, Day, for_tenant
from certification.evidence import declarations, disputes, retold
from certification.evidence.cases import Cases, OneCase, OneStep
from certification.evidence.declarations import DECLARATIONS
from certification.evidence.declared import KINDS, Declared, Listed
from certification.evidence.disputes import DISPUTES, Disputed
from certification.evidence.retold_words import beside_words
from certification.evidence.witnesses import Witness
from certification.people import workers
from certification.targets.figures import number as shown
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM
from lrs.db import Session

__all__ = ["CASES"]

_worker = click.argument("number", metavar="WORKER_NUMBER")
_id = click.argument("id_", metavar="ID", type=click.UUID)
_by = click.option("--by", required=True, metavar="WHO", help="The account that says so; kept with it.")
_unit = click.option("--unit", required=True, metavar="CODE", help="In whose name.")
_reason = click.option("--reason", required=True, help="Why; kept with it.")
_limit = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)


# ---------------------------------------------------------------- declarations


@click.command("declare")
@_worker
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is.")
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
    _show(DECLARATIONS, declarations.listing, _declared, _looked_at, number, state, limit, tenant)


def _declared(one: Listed) -> str:
    shared = f"  (file declared by {one.same_file} others too)" if one.same_file else ""
    return f"{one.title}{shared}"


def _looked_at(step: declarations.Step) -> str:
    level = "" if step.level is None else f" E{step.level}"
    return f"{step.what}{level}"


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
        beside = _beside(session, owner, one)
    click.echo("\n".join([f"{one.id}: {one.state}, to be answered by {one.due:%d/%m/%Y}.", *beside]))


def _beside(session: Session, owner: UUID, one: Disputed) -> list[str]:
    """What else tells what the disputed Statement tells, in lines."""
    if one.statement_id is None:
        return []
    worker = workers.find(session, owner, one.number)
    found = retold.beside(session, owner, worker.id, one.statement_id)
    return [f"    {printable(words)}" for words in (beside_words(found) if found else ())]


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
        beside = _beside(session, owner, one)
    click.echo("\n".join([f"{one.id}: {one.state}.", *beside]))


@click.command("disputes")
@click.option("--worker", "number", help="Of one worker, each with its steps.")
@click.option("--state", type=click.Choice(tuple(disputes.STATES)), help="In one state.")
@_limit
@for_tenant
def show_disputes(number: str | None, state: str | None, limit: int, tenant: str) -> None:
    """List disputes by the day by which they are to be answered."""
    _show(DISPUTES, disputes.listing, _disputed, _answered, number, state, limit, tenant)


def _disputed(one: Disputed) -> str:
    return str(one.statement_id or "missing evidence")


def _answered(step: disputes.Step) -> str:
    return step.outcome or step.what


# ---------------------------------------------------------------- lists of either


def _show(
    kind: Cases[OneCase, OneStep],
    listing: Callable[..., Sequence[OneCase]],
    about: Callable[[OneCase], str],
    done: Callable[[OneStep], str],
    number: str | None,
    state: str | None,
    limit: int,
    tenant: str,
) -> None:
    """Lists cases by the day they are due, those of one worker with their steps."""
    with invocation.reading(tenant) as (session, owner):
        found = listing(session, owner, number=number, state=state, limit=limit)
        worker = workers.find(session, owner, number) if number is not None else None
        steps = {one.id: kind.history(session, owner, worker.id, one.id) for one in found if worker}
    for one in found:
        click.echo(printable(f"{one.due:%d/%m/%Y}  {one.state:<9}  {one.number}  {one.id}  {about(one)}"))
        for step in steps.get(one.id, ()):
            when = f"{step.recorded.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
            click.echo(printable(f"    {when}  {done(step)}  {step.recorded_by}  {step.reason or ''}".rstrip()))


CASES = (
    declare,
    confirm_declaration,
    refuse_declaration,
    withdraw_declaration,
    show_declarations,
    declaration_file,
    dispute,
    answer_dispute,
    show_disputes,
)
