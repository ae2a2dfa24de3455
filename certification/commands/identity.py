"""`flask certification link-actor` …: which Actor is which worker, and which workers are one person."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import click

from certification.commands import invocation
from certification.commands.invocation import FILE, for_tenant
from certification.evidence import waiting_list
from certification.people import (
    doubles,
    identifiers,
    identity_events,
    link_lists,
    linking,
    merging,
    splitting,
    suggestions,
    undoing,
    without_criteria,
    workers,
)
from certification.people import work_list as people_work_list
from certification.people.actor_references import shortened
from certification.people.merging import Merged
from certification.spreadsheets import read_day
from certification.targets.figures import number as written_number
from certification.terminal.printable import printable
from certification.vietnam import VIETNAM

__all__ = ["IDENTITY"]

by = click.option("--by", required=True, help="Who says so; kept in the history.")
because = click.option("--because", default="", help="Why; kept in the history.")


@click.command("link-actor")
@click.argument("ifi", metavar="IFI")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.option("--by", default="command line", show_default=True, help="Who says so; kept with the link.")
@because
@for_tenant
def link_actor(ifi: str, worker_number: str, by: str, because: str, tenant: str) -> None:
    """Say that the Actor IFI of Statements is the worker WORKER_NUMBER (mã người lao động).

    IFI is what `unknown-actors` lists, with its double quotes if it has any, or "homePage|name", or "mailto:…".
    Statements that waited count from now on. A link that only a list stated is confirmed.
    """
    with invocation.writing(tenant) as (session, owner):
        released = linking.link(
            session,
            owner,
            ifi,
            worker_number,
            by=by,
            basis=because,
            now=invocation.now(),
            opaque=invocation.opaque(owner),
        )
    waiting = f"{written_number(released)} waiting Statements now count."
    click.echo(f"{printable(ifi)} is worker {printable(worker_number)}; {waiting}")


@click.command("unlink-actor")
@click.argument("ifi", metavar="IFI")
@by
@because
@for_tenant
def unlink_actor(ifi: str, by: str, because: str, tenant: str) -> None:
    """Say that the Actor IFI is not the worker it was linked to. Its Statements wait again."""
    with invocation.writing(tenant) as (session, owner):
        waiting = linking.unlink(
            session, owner, ifi, by=by, basis=because, now=invocation.now(), opaque=invocation.opaque(owner)
        )
    click.echo(f"{printable(ifi)} is nobody's; {written_number(waiting)} Statements of it were read again.")


@click.command("merge-workers")
@click.argument("into", metavar="WORKER_NUMBER")
@click.argument("other", metavar="OTHER_NUMBER")
@by
@because
@for_tenant
def merge_workers(into: str, other: str, by: str, because: str, tenant: str) -> None:
    """Say that OTHER_NUMBER is the same person as WORKER_NUMBER, who keeps all that is known of both.

    OTHER_NUMBER is still found, and means WORKER_NUMBER. `undo-identity` takes it back exactly.
    """
    with invocation.writing(tenant) as (session, owner):
        done = merging.merge(session, owner, into, other, by=by, basis=because, now=invocation.now())
    _tell(f"{printable(other)} is {printable(into)}", done)


@click.command("split-worker")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@click.argument("other", metavar="OTHER_NUMBER")
@click.option("--name", help="Full name of the other person; default: the same name.")
@click.option("--account", "accounts", multiple=True, metavar="IFI", help="An account that is the other person's.")
@click.option(
    "--employment",
    "employments",
    multiple=True,
    metavar="ENTERPRISE:DAY",
    help="An employment of the other person, by enterprise and first day.",
)
@click.option("--title", "titles", multiple=True, type=int, metavar="YEAR", help="A title of the other person.")
@click.option("--attestation", "attestations", multiple=True, type=click.UUID, help="An attestation, by its id.")
@by
@because
@for_tenant
def split_worker(
    worker_number: str,
    other: str,
    name: str | None,
    accounts: tuple[str, ...],
    employments: tuple[str, ...],
    titles: tuple[int, ...],
    attestations: tuple[UUID, ...],
    by: str,
    because: str,
    tenant: str,
) -> None:
    """Say that WORKER_NUMBER is two people, and what is the other one's (OTHER_NUMBER, new or merged into it before).

    Whatever is not named stays. Statements go with the account that made them.
    """
    told = [_employment(one) for one in employments]
    with invocation.writing(tenant) as (session, owner):
        done = splitting.split(
            session,
            owner,
            worker_number,
            other,
            full_name=name,
            accounts=accounts,
            employments=told,
            titles=titles,
            attestations=attestations,
            by=by,
            basis=because,
            now=invocation.now(),
        )
    _tell(f"{printable(other)} is split off {printable(worker_number)}", done)


def _employment(text: str) -> tuple[str, date]:
    enterprise, _, day = text.rpartition(":")
    try:
        return enterprise, read_day(day)
    except ValueError:
        raise click.BadParameter(f"{text!r}: write the enterprise's code, a colon and the first day") from None


@click.command("different-workers")
@click.argument("one", metavar="WORKER_NUMBER")
@click.argument("other", metavar="OTHER_NUMBER")
@by
@because
@for_tenant
def different_workers(one: str, other: str, by: str, because: str, tenant: str) -> None:
    """Say that two workers who seem to be one person are not; they are suggested no more."""
    with invocation.writing(tenant) as (session, owner):
        event = merging.different(session, owner, one, other, by=by, basis=because, now=invocation.now())
    click.echo(f"{printable(one)} and {printable(other)} are two people. Event {event}")


@click.command("undo-identity")
@click.argument("event", type=click.UUID, metavar="EVENT")
@by
@because
@for_tenant
def undo_identity(event: UUID, by: str, because: str, tenant: str) -> None:
    """Take back a link, an unlinking, a merger or a split, by its number in `identity-history`."""
    with invocation.writing(tenant) as (session, owner):
        done = undoing.undo(session, owner, event, by=by, basis=because, now=invocation.now())
    _tell(f"Event {event} is taken back", done)


@click.command("identity-history")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@for_tenant
def identity_history(worker_number: str, tenant: str) -> None:
    """The accounts of a worker, how sure each is, and all that was ever decided about who that is, latest first."""
    with invocation.reading(tenant) as (session, owner):
        person = workers.find(session, owner, worker_number)
        links = linking.links_of(session, owner, person.id)
        own = workers.records(session, owner, [worker_number])[worker_number].person
        events = identity_events.history(session, owner, {person.id, own.id})
    click.echo(f"{printable(person.number)}  {printable(person.full_name)}")
    for link in links:
        day = f"{link.linked.astimezone(VIETNAM):%d/%m/%Y}"
        word = " · ".join(printable(one) for one in (link.sureness, link.linked_by, link.basis) if one)
        click.echo(f"  {identifiers.written(link.ifi)}  {day}  {word}")
    for event in events:
        moment = f"{event.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        what = " ".join(printable(one) for one in (event.kind, event.number, event.other or "") if one) + (
            f" {identifiers.written(event.ifi)}" if event.ifi else ""
        )
        undone = " (taken back)" if event.undone else ""
        click.echo(f"  {event.id}  {moment}  {what}{undone}  {printable(event.done_by)}: {printable(event.basis)}")


def _tell(what: str, done: Merged) -> None:
    click.echo(f"{what}. Event {done.event}")
    for note in done.notes:
        click.echo(printable(note))


@click.command("not-the-worker")
@click.argument("ifi", metavar="IFI")
@click.argument("worker_number", metavar="WORKER_NUMBER")
@by
@because
@for_tenant
def not_the_worker(ifi: str, worker_number: str, by: str, because: str, tenant: str) -> None:
    """Say that the Actor IFI is not the worker it is suggested to be; it is suggested no more."""
    with invocation.writing(tenant) as (session, owner):
        event = merging.not_the_worker(session, owner, ifi, worker_number, by=by, basis=because, now=invocation.now())
    click.echo(f"{printable(ifi)} is not {printable(worker_number)}. Event {event}")


@click.command("import-links")
@click.argument("file", type=FILE)
@by
@click.option("--dry-run", is_flag=True, help="Only tell every fault and what it would come to; change nothing.")
@click.option("--good-rows", is_flag=True, help="Take in the good rows, and leave those at fault out.")
@for_tenant
def import_links(file: Path, by: str, dry_run: bool, good_rows: bool, tenant: str) -> None:
    """Import which Actor is which worker, many at once, from a CSV or XLSX file.

    A file with any fault changes nothing. The same file twice changes nothing. Columns: docs/imports.md.
    """
    data = file.read_bytes()
    with invocation.writing(tenant, dry_run=dry_run) as (session, owner):
        result = link_lists.import_links(
            session,
            owner,
            data,
            by=by,
            now=invocation.now(),
            opaque=invocation.opaque(owner),
            good_rows=good_rows,
        )
    invocation.tell(file.name, result)
    invocation.tell_refused(data, link_lists.COLUMNS, result, None)
    if dry_run:
        click.echo("Nothing was changed (--dry-run).")


@click.command("work-list")
@click.option("--most", default=20, show_default=True, help="Lines of each list.")
@for_tenant
def work_list(most: int, tenant: str) -> None:
    """What waits for a person: unknown Actors with whom they may be, records that may be one person's, and workers of
    groups without criteria. Accounts are shortened; `unknown-actors` writes them as `link-actor` takes them."""
    on = invocation.today()
    with invocation.reading(tenant) as (session, owner):
        summary = people_work_list.summary(session, owner, on)
        without = without_criteria.page(session, owner, on, within=without_criteria.Everywhere(), limit=most)
        actors = waiting_list.page(session, owner, limit=most)
        examples = waiting_list.described(session, owner, actors)
        may_be = suggestions.for_actors(session, owner, [one.ifi for one in actors])
        alike = doubles.page(session, owner, limit=most)
    for one in summary:
        click.echo(f"{written_number(one.count):>9}  {one.words}" + (f": {one.to_do}" if one.count else ""))
    for actor in actors:
        seen = f"{actor.first_seen.astimezone(VIETNAM):%d/%m/%Y}"
        example = examples.get(actor.ifi)
        sent = ""
        if example is not None:
            sent = f"  {printable(example.authority_name or example.authority)}: {printable(example.activity or '')}"
        click.echo(f"{written_number(actor.statements):>9}  {seen}  {printable(shortened(actor.ifi))}{sent}")
        for suggestion in may_be.get(actor.ifi, ()):
            _tell_suggestion(f"{suggestion.worker.number} {suggestion.worker.full_name}", suggestion)
    for double in alike:
        click.echo(f"{printable(double.first.number)} = {printable(double.second.number)}?")
        _tell_suggestion(f"{double.first.full_name} / {double.second.full_name}", double)
    for worker in without:
        click.echo(
            printable(f"{worker.found.number} {worker.found.full_name}: chưa có bộ tiêu chí cho nhóm {worker.words}")
        )


def _tell_suggestion(who: str, told: suggestions.ActorSuggestion | doubles.Double) -> None:
    why = "; ".join(printable(reason.words) for reason in told.reasons)
    click.echo(f"{'':>11}→ {printable(who)}: {told.score}/100, {suggestions.strength(told.score)}: {why}")


IDENTITY = (
    link_actor,
    unlink_actor,
    merge_workers,
    split_worker,
    different_workers,
    undo_identity,
    identity_history,
    not_the_worker,
    import_links,
    work_list,
)
