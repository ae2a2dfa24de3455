"""`flask certification dossier-step`, `dossier`, `dossiers`, `dossier-counts`, `propose-titles`, `decide-titles`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import click

from certification.access import accounts
from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.dossiers import decisions, listing, proceedings, proposals
from certification.dossiers.decisions import Refused
from certification.dossiers.proposals import Meeting, Voted
from certification.people import workers
from certification.rules.title_procedures import STATES
from certification.targets.figures import number as shown
from certification.terminal.printable import printable
from certification.units import organizations
from certification.vietnam import VIETNAM
from lrs.db import Session

__all__ = ["DOSSIERS", "operator"]

_year = click.option("--year", type=click.IntRange(2000, 2100), required=True, help="The assessed year.")
_unit = click.option("--unit", metavar="CODE", help="Of workers employed there or below it today.")
_number = click.argument("number", metavar="WORKER_NUMBER")


def operator(session: Session, tenant: UUID, name: str) -> Who:
    """Whoever runs commands may do all that an operator may; who that person is as a worker, the account says."""
    known = accounts.accounts(session, tenant, names=[name])
    worker = known[0].worker if known else None
    return Who(tenant, name, worker=worker, roles=(Held(Role.OPERATOR),))


@click.command("dossier-step")
@click.argument("step", type=click.Choice(proceedings.SINGLE))
@_number
@_year
@click.option("--reason", help="Why; some steps need it.")
@by
@for_tenant
def dossier_step(step: str, number: str, year: int, reason: str | None, by: str, tenant: str) -> None:
    """Take a step about the dossier of a worker, as the procedure in force allows an operator to."""
    with invocation.writing(tenant) as (session, owner):
        one = proceedings.step(
            session, owner, operator(session, owner, by), step, number, year, reason=reason, now=invocation.now()
        )
    due = f", to be answered by {one.due:%d/%m/%Y}" if one.due else ""
    click.echo(f"{printable(one.number)}: {one.state}{due}.")


@click.command("dossier")
@_number
@_year
@for_tenant
def dossier(number: str, year: int, tenant: str) -> None:
    """Show the dossier of a worker with every step."""
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, number)
        one = listing.find(session, owner, person.id, person.number, year)
        history = listing.history(session, owner, one)
    click.echo(f"{printable(one.number)}, {one.year}: {one.state}")
    for step in history:
        at = step.done.astimezone(VIETNAM)
        votes = f", {step.votes_for}/{step.votes_of} votes" if step.votes_of is not None else ""
        reason = f": {printable(step.reason)}" if step.reason else ""
        click.echo(f"{step.place:3}. {at:%d/%m/%Y %H:%M}  {step.step} by {printable(step.done_by)}{votes}{reason}")


@click.command("dossiers")
@_year
@click.option("--state", type=click.Choice(STATES), help="In one state.")
@_unit
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@for_tenant
def dossiers(year: int, state: str | None, unit: str | None, limit: int, tenant: str) -> None:
    """List dossiers of a year in the order of registering."""
    with invocation.reading(tenant) as (session, owner):
        of = None if unit is None else organizations.node(session, owner, unit).id
        found = listing.listing(session, owner, year, on=invocation.today(), state=state, unit=of, limit=limit)
    for one in found:
        click.echo(f"{printable(one.number)}  {one.state}")


@click.command("dossier-counts")
@_year
@_unit
@for_tenant
def dossier_counts(year: int, unit: str | None, tenant: str) -> None:
    """Count who registered, self-assessed, was proposed, recognised, refused."""
    with invocation.reading(tenant) as (session, owner):
        of = None if unit is None else organizations.node(session, owner, unit).id
        found = listing.counts(session, owner, year, of, on=invocation.today())
    for name, count in (
        ("Registered", found.registered),
        ("Self-assessed", found.self_assessed),
        ("Proposed", found.proposed),
        ("Recognised", found.recognised),
        ("Refused", found.refused),
    ):
        click.echo(f"{name}: {shown(count)}")


@click.command("propose-titles")
@click.argument("unit", metavar="UNIT")
@click.argument("votes", nargs=-1, required=True, metavar="NUMBER=FOR/OF …")
@_year
@click.option("--met-on", type=Day(), required=True, help="The day of the meeting.")
@click.option("--present", type=int, required=True, help="How many came.")
@click.option("--absent", type=int, default=0, show_default=True, help="How many did not.")
@click.option("--minutes", help="The number of the minutes.")
@click.option("--chair", help="Who led the meeting.")
@click.option("--secretary", help="Who took the minutes.")
@by
@for_tenant
def propose_titles(
    unit: str,
    votes: tuple[str, ...],
    year: int,
    met_on: date,
    present: int,
    absent: int,
    minutes: str | None,
    chair: str | None,
    secretary: str | None,
    by: str,
    tenant: str,
) -> None:
    """Propose workers in the name of the union UNIT, all or none: A001=9/10, say, for 9 of 10 votes."""
    members = [_voted(one) for one in votes]
    meeting = Meeting(met_on, present, absent, minutes, chair, secretary)
    with invocation.writing(tenant) as (session, owner):
        who = operator(session, owner, by)
        made = proposals.propose(session, owner, who, unit, year, meeting, members, now=invocation.now())
    click.echo(f"{made.id}: {shown(len(members))} proposed.")


def _voted(text: str) -> Voted:
    number, is_there, votes = text.rpartition("=")
    if not is_there:
        return Voted(text)
    votes_for, _, votes_of = votes.partition("/")
    if not (votes_for.isascii() and votes_for.isdigit() and votes_of.isascii() and votes_of.isdigit()):
        raise click.BadParameter(f"{text!r}: write votes as A001=9/10")
    return Voted(number, int(votes_for), int(votes_of))


@click.command("decide-titles")
@click.argument("body", metavar="BODY")
@click.argument("decision", metavar="NUMBER")
@_year
@click.option("--on", "decided_on", type=Day(), required=True, help="The day of the decision.")
@click.option("--signer", required=True, help="The name of who signed (flask certification add-signer).")
@click.option("--grant", "granted", multiple=True, metavar="WORKER_NUMBER", help="Recognised; may be repeated.")
@click.option("--refuse", "refused", multiple=True, metavar="WORKER_NUMBER=REASON", help="Not; may be repeated.")
@by
@for_tenant
def decide_titles(
    body: str,
    decision: str,
    year: int,
    decided_on: date,
    signer: str,
    granted: tuple[str, ...],
    refused: tuple[str, ...],
    by: str,
    tenant: str,
) -> None:
    """Record the decision NUMBER of the organization BODY about many workers, all of it or nothing."""
    others = [Refused(number, reason) for number, _, reason in (one.partition("=") for one in refused)]
    with invocation.writing(tenant) as (session, owner):
        made = decisions.decide(
            session,
            owner,
            operator(session, owner, by),
            body,
            year,
            number=decision,
            decided_on=decided_on,
            signer=signer,
            granted=granted,
            refused=others,
            now=invocation.now(),
        )
    click.echo(f"{made.id}: {shown(len(granted))} granted, {shown(len(others))} refused.")


DOSSIERS = (dossier_step, dossier, dossiers, dossier_counts, propose_titles, decide_titles)
