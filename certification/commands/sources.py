"""`flask certification set-source` and its like: other stores that Statements are pulled from."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app

from certification.access import roles, sources
from certification.commands import invocation
from certification.commands.access import pepper, reason
from certification.commands.invocation import FILE, for_tenant
from certification.targets.figures import number
from certification.terminal.printable import printable
from lrs import api
from lrs.api import Source

__all__ = ["SOURCES"]

name = click.argument("name")
_INSTANT = "An instant, as 2026-11-20T00:00:00+07:00."


class Instant(click.ParamType[datetime]):
    """An instant as xAPI writes it."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return api.moment(value)
        except api.InvalidRequest:
            self.fail(f"{value!r} is no instant; write it as 2026-11-20T00:00:00+07:00", param, ctx)


@click.command("set-source")
@name
@click.option("--endpoint", required=True, help="Its xAPI endpoint, https://…, without /statements at its end.")
@click.option("--username", required=True, help="The key or user name that it gave, which may read Statements.")
@click.option("--password-file", type=FILE, help="A file with the password alone; without it the one kept stays.")
@click.option("--xapi", type=click.Choice(api.VERSIONS), default="1.0.3", show_default=True, help="What it speaks.")
@click.option("--verb", help="Only Statements with this verb.")
@click.option("--activity", help="Only those about this activity.")
@click.option("--registration", help="Only those of this registration.")
@click.option("--since", type=Instant(), help=f"Only what it stored after this. {_INSTANT}")
@click.option("--until", type=Instant(), help="Only what it stored up to this; then it is paused.")
@click.option("--every", type=int, default=300, show_default=True, help="Seconds between two rounds.")
@click.option("--overlap", type=int, default=600, show_default=True, help="Seconds that are asked for again.")
@reason
@for_tenant
def set_source(
    name: str,
    endpoint: str,
    username: str,
    password_file: Path | None,
    xapi: str,
    verb: str | None,
    activity: str | None,
    registration: str | None,
    since: datetime | None,
    until: datetime | None,
    every: int,
    overlap: int,
    reason: str,
    tenant: str,
) -> None:
    """Pull Statements from another store, again and again; or say otherwise how it is pulled from.

    Its host has to be in OUTGOING_HOSTS. What it said of its Statements is kept as provenance.
    """
    asked = {"verb": verb, "activity": activity, "registration": registration}
    password = password_file.read_text(encoding="utf-8").strip() if password_file else None
    with invocation.writing(tenant) as (session, owner):
        made = sources.set_source(
            session, owner, name, endpoint=endpoint, username=username, password=password, version=xapi,
            parameters={key: value for key, value in asked.items() if value is not None}, since=since, until=until,
            every=every, overlap=overlap, hosts=current_app.extensions["settings"].outgoing_hosts, pepper=pepper(),
            **_told(reason),
        )  # fmt: skip
    click.echo(f"Statements come from {printable(made.endpoint)}, every {number(made.every)} s.")


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@for_tenant
def list_sources(as_json: bool, tenant: str) -> None:
    """List where Statements are pulled from: up to when all is here, what was answered last, what is not taken."""
    with invocation.reading(tenant) as (session, owner):
        found = api.sources(session, owner)
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        state = "paused" if one.paused else "under way" if one.under_way else f"next {_when(one.again_at)}"
        click.echo(
            f"{one.name}: {printable(one.endpoint)} ({state}); reached {_when(one.reached)}; "
            f"{number(one.stored)} stored; {number(one.refused)} not taken"
        )
        if one.answer:
            click.echo(f"  last answer {_when(one.tried)}: {printable(one.answer)}")


@click.command("pause-source")
@name
@reason
@for_tenant
def pause(name: str, reason: str, tenant: str) -> None:
    """Pull nothing from NAME for the time being; what was reached is kept."""
    with invocation.writing(tenant) as (session, owner):
        sources.pause(session, owner, name, **_told(reason))
    click.echo(f"Nothing comes from {name} until it is resumed.")


@click.command("resume-source")
@name
@reason
@for_tenant
def resume(name: str, reason: str, tenant: str) -> None:
    """Pull from NAME again, at once, also where it rests or waits after a failure."""
    with invocation.writing(tenant) as (session, owner):
        sources.resume(session, owner, name, **_told(reason))
    click.echo(f"Statements come from {name} again.")


@click.command("remove-source")
@name
@reason
@for_tenant
def remove(name: str, reason: str, tenant: str) -> None:
    """Pull from NAME no more. What came stays."""
    with invocation.writing(tenant) as (session, owner):
        sources.remove(session, owner, name, **_told(reason))
    click.echo(f"Nothing comes from {name} any more.")


@click.command("source-refusals")
@name
@for_tenant
def refusals(name: str, tenant: str) -> None:
    """List what NAME has and this store does not take, with every fault, the last first."""
    with invocation.reading(tenant) as (session, owner):
        found = sources.refusals(session, owner, name)
    for one in found:
        click.echo(f"{printable(one.statement)}  {_when(one.refused)}")
        for fault in one.faults:
            click.echo(printable(f"  {fault['place']}: {fault['message']}"))


def _told(reason: str) -> dict[str, Any]:
    return {"by": roles.TERMINAL, "reason": reason, "now": invocation.now()}


def _when(instant: Any) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "never"


def _document(one: Source) -> dict[str, Any]:
    names = ("made", "since", "until", "paused", "reached", "again_at", "tried", "finished")
    instants = {name: found.isoformat() if (found := getattr(one, name)) else None for name in names}
    plain = ("name", "endpoint", "version", "username", "parameters", "every", "overlap", "under_way", "stored")
    return {**{name: getattr(one, name) for name in (*plain, "failures", "answer", "refused")}, **instants}


SOURCES = (set_source, list_sources, pause, resume, remove, refusals)
