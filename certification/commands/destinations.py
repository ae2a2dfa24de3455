"""`flask certification set-destination` and its like: other stores that Statements are forwarded to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app

from certification.access import destinations, roles
from certification.commands import invocation
from certification.commands.access import pepper, reason
from certification.commands.invocation import FILE, for_tenant
from certification.targets.figures import number
from certification.terminal.printable import printable
from lrs import api
from lrs.api import Destination

__all__ = ["DESTINATIONS"]

name = click.argument("name")


@click.command("set-destination")
@name
@click.option("--endpoint", required=True, help="Its xAPI endpoint, https://…, without /statements at its end.")
@click.option("--username", required=True, help="The key or user name that it gave.")
@click.option("--password-file", type=FILE, help="A file with the password alone; without it the one kept stays.")
@click.option("--xapi", type=click.Choice(api.VERSIONS), default="2.0.0", show_default=True, help="What it speaks.")
@click.option("--filter-file", type=FILE, help="Which Statements, as JSON (docs/operate.md); without it, all.")
@click.option("--from-beginning", is_flag=True, help="A new one begins with what is stored already.")
@reason
@for_tenant
def set_destination(
    name: str,
    endpoint: str,
    username: str,
    password_file: Path | None,
    xapi: str,
    filter_file: Path | None,
    from_beginning: bool,
    reason: str,
    tenant: str,
) -> None:
    """Forward Statements to another store, as they are stored; or say otherwise how it is forwarded to.

    Its host has to be in OUTGOING_HOSTS. Run again for one that is there, it goes on from its place.
    """
    wanted = _filter(filter_file)
    password = password_file.read_text(encoding="utf-8").strip() if password_file else None
    with invocation.writing(tenant) as (session, owner):
        made = destinations.set_destination(
            session, owner, name, endpoint=endpoint, username=username, password=password, version=xapi, filter=wanted,
            from_beginning=from_beginning, hosts=current_app.extensions["settings"].outgoing_hosts, pepper=pepper(),
            **_told(reason),
        )  # fmt: skip
    click.echo(f"Statements go to {printable(made.endpoint)}; {number(made.waiting)} wait.")


@click.command("set-webhook")
@name
@click.option("--address", required=True, help="What takes the messages, https://….")
@click.option("--filter-file", type=FILE, help="Of which Statements, as JSON (docs/operate.md); without it, of all.")
@click.option("--from-beginning", is_flag=True, help="A new one begins with what is stored already.")
@reason
@for_tenant
def set_webhook(
    name: str, address: str, filter_file: Path | None, from_beginning: bool, reason: str, tenant: str
) -> None:
    """Tell an address of Statements, as they are stored, by signed messages; or say otherwise of which.

    Its host has to be in OUTGOING_HOSTS. The secret that signs is printed, this once.
    """
    with invocation.writing(tenant) as (session, owner):
        made, secret = destinations.set_webhook(
            session, owner, name, address=address, filter=_filter(filter_file), from_beginning=from_beginning,
            hosts=current_app.extensions["settings"].outgoing_hosts, pepper=pepper(), **_told(reason),
        )  # fmt: skip
    click.echo(f"Messages go to {printable(made.endpoint)}; {number(made.waiting)} Statements wait.")
    if secret is not None:
        click.echo(f"They are signed by {secret}\nIt is not shown again.")


@click.command("rotate-webhook-secret")
@name
@click.option(
    "--days", type=click.IntRange(0, 365), default=7, show_default=True, help="So long the old one signs as well."
)
@reason
@for_tenant
def rotate_secret(name: str, days: int, reason: str, tenant: str) -> None:
    """Give the webhook NAME another secret, and print it, this once; for some days messages carry two signatures."""
    with invocation.writing(tenant) as (session, owner):
        secret = destinations.rotate_secret(session, owner, name, days=days, pepper=pepper(), **_told(reason))
    click.echo(f"Messages are signed by {secret}\nIt is not shown again.")


@click.command("destinations")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@for_tenant
def list_destinations(as_json: bool, tenant: str) -> None:
    """List where Statements are forwarded to: what waits since when, what was answered last, what was refused."""
    with invocation.reading(tenant) as (session, owner):
        found = api.destinations(session, owner)
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        state = "paused" if one.paused else f"tried again {_when(one.again_at)}" if one.again_at else "on"
        since = f" since {_when(one.waiting_since)}" if one.waiting_since else ""
        click.echo(
            f"{one.name}: {one.kind} {printable(one.endpoint)} ({state}); {number(one.waiting)} wait{since}; "
            f"{number(one.delivered)} sent; {number(one.letters)} dead letters"
        )
        if one.answer:
            click.echo(f"  last answer {_when(one.tried)}: {printable(one.answer)}")


@click.command("pause-destination")
@name
@reason
@for_tenant
def pause(name: str, reason: str, tenant: str) -> None:
    """Forward nothing to NAME for the time being; its place is kept."""
    with invocation.writing(tenant) as (session, owner):
        destinations.pause(session, owner, name, **_told(reason))
    click.echo(f"Nothing goes to {name} until it is resumed.")


@click.command("resume-destination")
@name
@reason
@for_tenant
def resume(name: str, reason: str, tenant: str) -> None:
    """Forward to NAME again, at once, also where it waits after a failure."""
    with invocation.writing(tenant) as (session, owner):
        destinations.resume(session, owner, name, **_told(reason))
    click.echo(f"Statements go to {name} again.")


@click.command("remove-destination")
@name
@reason
@for_tenant
def remove(name: str, reason: str, tenant: str) -> None:
    """Forward to NAME no more, and forget its place and its dead letters. What is there stays there."""
    with invocation.writing(tenant) as (session, owner):
        destinations.remove(session, owner, name, **_told(reason))
    click.echo(f"Nothing goes to {name} any more.")


@click.command("dead-letters")
@name
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="So many at most.")
@for_tenant
def dead_letters(name: str, limit: int, tenant: str) -> None:
    """List the Statements that NAME refused, and why, in the order they were stored."""
    with invocation.reading(tenant) as (session, owner):
        found = api.dead_letters(session, owner, name, limit=limit)
    for one in found:
        again = " (to be sent again)" if one.again else ""
        click.echo(f"{one.statement}  {one.status or 'not sent'}  {_when(one.refused)}  {printable(one.reason)}{again}")


@click.command("replay-dead-letters")
@name
@click.argument("statements", nargs=-1, type=click.UUID, metavar="[STATEMENT_ID]...")
@click.option("--drop", is_flag=True, help="Never send these, which are named; their dead letters go.")
@reason
@for_tenant
def replay(name: str, statements: tuple[UUID, ...], drop: bool, reason: str, tenant: str) -> None:
    """Send what NAME refused again, these Statements or all."""
    if drop and not statements:
        raise click.UsageError("--drop goes with the Statements that are never to be sent")
    with invocation.writing(tenant) as (session, owner):
        if drop:
            for one in statements:
                destinations.drop(session, owner, name, one, **_told(reason))
            many = len(statements)
        else:
            many = destinations.replay(session, owner, name, statements or None, **_told(reason))
    click.echo(f"{number(many)} {'dropped' if drop else 'will be sent again'}.")


def _filter(file: Path | None) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file else {}
    except ValueError as error:
        raise click.ClickException(f"the filter is no JSON: {error}") from None


def _told(reason: str) -> dict[str, Any]:
    return {"by": roles.TERMINAL, "reason": reason, "now": invocation.now()}


def _when(instant: Any) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "never"


def _document(one: Destination) -> dict[str, Any]:
    names = ("made", "paused", "waiting_since", "again_at", "tried", "took", "old_secret_until")
    instants = {name: found.isoformat() if (found := getattr(one, name)) else None for name in names}
    plain = ("name", "kind", "endpoint", "version", "username", "filter", "waiting", "delivered", "failures", "answer")
    return {**{name: getattr(one, name) for name in plain}, "dead_letters": one.letters, **instants}


DESTINATIONS = (
    set_destination, set_webhook, rotate_secret, list_destinations, pause, resume, remove, dead_letters, replay,
)  # fmt: skip
