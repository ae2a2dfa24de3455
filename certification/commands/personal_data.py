"""`flask certification purposes`, `consents`, `give-consent`, `withdraw-consent`, `held`, `looks`, `data-request`, …"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click

from certification.access import accounts
from certification.commands import invocation
from certification.commands.invocation import Day, for_tenant
from certification.commands.units import by
from certification.evidence.witnesses import Witness
from certification.people import workers
from certification.privacy import access, consents, overview, purposes, requests
from certification.privacy.consents import Agreed
from certification.privacy.words import looked_at
from certification.rules.personal_data import REQUESTS
from certification.targets.figures import number as shown
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM
from lrs import api
from lrs.db import Session

__all__ = ["PERSONAL_DATA"]

_number = click.argument("number", metavar="WORKER_NUMBER")
_id = click.argument("id_", metavar="ID", type=click.UUID)
_limit = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
_STEPS = {
    "confirm": requests.confirm,
    "extend": requests.extend,
    "meet": requests.meet,
    "refuse": requests.refuse,
    "lift": requests.lift,
    "take-back": requests.take_back,
}


def _witness(session: Session, tenant: UUID, name: str) -> Witness:
    """Whoever runs commands may speak of everybody; who that person is as a worker, the account says."""
    known = accounts.accounts(session, tenant, names=[name])
    worker = known[0].worker if known else None
    return Witness(name, worker_ids=frozenset() if worker is None else frozenset({worker}))


@click.command("purposes")
@click.option("--recipient", metavar="CODE", help="Print what a worker is shown before agreeing to anything for it.")
@for_tenant
def list_purposes(recipient: str | None, tenant: str) -> None:
    """List what personal data is used for, on which ground, and what needs consent."""
    with invocation.reading(tenant) as (session, owner):
        if recipient is None:
            for one in purposes.listed(session, owner, invocation.today()):
                asked = f"consent, {one.days} days" if one.needs_consent else one.basis
                click.echo(f"{one.id} ({asked}): {printable(one.title)}. {printable(one.ground)} [{one.status}]")
            return
        for shown_text in consents.wordings(session, owner, recipient, invocation.today()):
            click.echo(f"{shown_text.purpose.id}\n  {printable(shown_text.text)}\n  shown: {shown_text.digest}")


@click.command("consents")
@_number
@for_tenant
def list_consents(number: str, tenant: str) -> None:
    """Show everything a worker ever agreed to, with the proof of it."""
    with invocation.reading(tenant) as (session, owner):
        found = consents.of_worker(session, owner, workers.find(session, owner, number).id)
    for one in found:
        state = "in force" if one.holds_on(invocation.today()) else (one.ended_why or "run out")
        paper = f", paper: {printable(one.paper)}" if one.paper else ""
        at = one.given.astimezone(VIETNAM)
        click.echo(
            f"{one.id}  {one.purpose} for {one.recipient}: {state}; given {at:%d/%m/%Y %H:%M} by "
            f"{printable(one.given_by)}{paper}, until {one.expires:%d/%m/%Y} at most\n  {printable(one.shown)}"
        )
    if not found:
        click.echo("Nothing.")


@click.command("give-consent")
@_number
@click.argument("recipient", metavar="CODE")
@click.argument("agreed", nargs=-1, required=True, metavar="PURPOSE=SHOWN …")
@click.option("--paper", required=True, help="Where the paper is that the worker signed.")
@click.option("--expires", type=Day(), help="The last day, where it is to be sooner than the purpose allows.")
@by
@for_tenant
def give_consent(
    number: str, recipient: str, agreed: tuple[str, ...], paper: str, expires: date | None, by: str, tenant: str
) -> None:
    """Note what a worker agreed to on paper: each purpose with the digest that `purposes --recipient` printed."""
    each = [Agreed(purpose, digest) for purpose, _, digest in (one.partition("=") for one in agreed)]
    with invocation.writing(tenant) as (session, owner):
        told: dict[str, Any] = {"how": consents.ON_PAPER, "paper": paper, "by": by, "now": invocation.now()}
        made = consents.give(session, owner, number, recipient, each, expires=expires, **told)
    for one in made:
        click.echo(f"{one.id}  {one.purpose} for {one.recipient}, until {one.expires:%d/%m/%Y} at most.")


@click.command("withdraw-consent")
@_number
@click.argument("ids", nargs=-1, required=True, type=click.UUID, metavar="ID …")
@by
@for_tenant
def withdraw_consent(number: str, ids: tuple[UUID, ...], by: str, tenant: str) -> None:
    """Take consents of a worker back, from today on; no reason is asked."""
    with invocation.writing(tenant) as (session, owner):
        done = consents.withdraw(session, owner, number, ids, by=by, now=invocation.now())
    for one in done:
        click.echo(f"{one.id}  {one.purpose} for {one.recipient}: holds no more since {one.until:%d/%m/%Y}.")


@click.command("held")
@_number
@for_tenant
def show_held(number: str, tenant: str) -> None:
    """Count what is held about a worker, by kind."""
    with invocation.reading(tenant) as (session, owner):
        found = overview.held(session, owner, workers.find(session, owner, number).id)
    for one in found:
        click.echo(f"{one.words}: {shown(one.rows)}")


@click.command("looks")
@_number
@_limit
@for_tenant
def list_looks(number: str, limit: int, tenant: str) -> None:
    """Show who looked at a worker, the latest day first."""
    with invocation.reading(tenant) as (session, owner):
        found = access.of_worker(session, owner, workers.find(session, owner, number).id, limit=limit)
        titles = {one.id: one.title for one in purposes.listed(session, owner, invocation.today())}
    for one in found:
        purpose = titles.get(one.purpose, one.purpose)
        click.echo(
            f"{one.day:%d/%m/%Y}  {printable(one.by)}  {printable(looked_at(one.what))} "
            f"({printable(purpose)}), {shown(one.times)}×"
        )
    if not found:
        click.echo("Nobody.")


@click.command("looked-by")
@click.argument("account", metavar="ACCOUNT")
@click.option("--from", "first", type=Day(), required=True, help="The first day.")
@click.option("--to", "last", type=Day(), help="The last day; today when left out.")
@_limit
@for_tenant
def list_looked_by(account: str, first: date, last: date | None, limit: int, tenant: str) -> None:
    """Show at whom an account or key looked, the latest day first: whom to tell after a breach."""
    with invocation.reading(tenant) as (session, owner):
        found = access.by_account(session, owner, account, first, last or invocation.today(), limit=limit + 1)
        if not found and account not in {one.key for one in api.credentials(session, owner)}:
            accounts.find(session, owner, account)  # a name that nobody has looked at nobody, which says nothing
    for whom, one in found[:limit]:
        click.echo(f"{one.day:%d/%m/%Y}  {printable(whom)}  {printable(looked_at(one.what))}, {shown(one.times)}×")
    if len(found) > limit:
        click.echo(f"There are more than {shown(limit)}: raise --limit or ask for fewer days.", err=True)
    if not found:
        click.echo("Nobody.")


@click.command("ask-about-data")
@_number
@click.argument("kind", type=click.Choice(REQUESTS))
@click.option("--words", required=True, help="What the worker says.")
@click.option("--purpose", help="About this use of the data; every use when left out.")
@click.option("--received", "received_on", type=Day(), help="The day it came on paper; today when left out.")
@by
@for_tenant
def ask_about_data(
    number: str, kind: str, words: str, purpose: str | None, received_on: date | None, by: str, tenant: str
) -> None:
    """Note what a worker asks about his or her data, with the days by which it is met."""
    with invocation.writing(tenant) as (session, owner):
        one = requests.open_request(
            session,
            owner,
            number,
            kind=kind,
            reason=words,
            purpose=purpose,
            received_on=received_on,
            witness=_witness(session, owner, by),
            now=invocation.now(),
        )
    click.echo(f"{one.id}: tell the worker by {one.confirm_by:%d/%m/%Y}, meet it by {one.meet_by:%d/%m/%Y}.")
    for year in one.unknown_years:
        click.echo(
            f"No calendar of {year} is loaded: of that year weeks alone were counted, without holidays.", err=True
        )


@click.command("data-request-step")
@click.argument("step", type=click.Choice(tuple(_STEPS)))
@_number
@_id
@click.option("--words", required=True, help="What was done or told, or why.")
@click.option("--with-others", is_flag=True, help="With confirm: others have the data and have to act as well.")
@by
@for_tenant
def data_request_step(step: str, number: str, id_: UUID, words: str, with_others: bool, by: str, tenant: str) -> None:
    """Take a step about a worker's request."""
    if with_others and step != "confirm":
        raise click.UsageError("--with-others goes with confirm alone")
    more: dict[str, Any] = {"with_others": with_others} if step == "confirm" else {}
    with invocation.writing(tenant) as (session, owner):
        told: dict[str, Any] = {"reason": words, "witness": _witness(session, owner, by), "now": invocation.now()}
        one = _STEPS[step](session, owner, number, id_, **told, **more)
    due = f", due {one.due:%d/%m/%Y}" if one.state in requests.OPEN else ""
    click.echo(f"{printable(one.number)}: {one.state}{due}.")


@click.command("data-requests")
@click.option("--state", type=click.Choice(tuple(requests.STATES)), help="In one state.")
@click.option("--overdue", is_flag=True, help="Only those that somebody should have acted on before today.")
@_limit
@for_tenant
def list_data_requests(state: str | None, overdue: bool, limit: int, tenant: str) -> None:
    """List what workers ask about their data, the most urgent first; with --overdue ends with 1 if there is any."""
    with invocation.reading(tenant) as (session, owner):
        if overdue:
            found = requests.overdue(session, owner, invocation.today())
        else:
            found = requests.listing(session, owner, state=state, limit=limit)
    for one in found:
        due = f"due {one.due:%d/%m/%Y}" if one.state in requests.OPEN else f"closed {one.closed_on:%d/%m/%Y}"
        late = ", OVERDUE" if one.is_overdue(invocation.today()) else ""
        click.echo(f"{one.id}  {printable(one.number)}  {one.kind}: {one.state}, {due}{late}")
    if overdue and found:
        raise click.exceptions.Exit(1)


PERSONAL_DATA = (
    list_purposes, list_consents, give_consent, withdraw_consent, show_held, list_looks,
    list_looked_by, ask_about_data,
    data_request_step, list_data_requests,
)  # fmt: skip
