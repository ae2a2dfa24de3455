"""`flask certification create-key`."""

from __future__ import annotations

import json
from datetime import date, datetime, time

import click

from certification.access import records, roles
from certification.access.permissions import BRANCH_SCOPE, READ_SCOPE, ROLL_UPS_SCOPE, Role
from certification.commands import invocation
from certification.commands.access import GIVEN, pepper
from certification.commands.invocation import Day, for_tenant
from certification.vietnam import VIETNAM
from lrs import api

__all__ = ["create_key"]


@click.command("create-key")
@click.option("--name", required=True, help="What it is for, e.g. the name of a person or program.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([READ_SCOPE, ROLL_UPS_SCOPE]),
    help=f"What it may do in the whole tenant; default without --role: {READ_SCOPE}.",
)
@click.option("--role", type=click.Choice(GIVEN), help="What it may do over --unit, and nothing elsewhere.")
@click.option("--unit", metavar="CODE", help="The unit that the role is over, with everything below.")
@click.option("--purpose", help="What the role is for; default: what it says itself.")
@click.option("--until", type=Day(), help="The first day on which the key is refused.")
@for_tenant
def create_key(
    name: str,
    scopes: tuple[str, ...],
    role: str | None,
    unit: str | None,
    purpose: str | None,
    until: date | None,
    tenant: str,
) -> None:
    """Make a key for programs of a union or an enterprise; print it and its secret, once, as the last line in JSON.

    With --role and --unit it may do what that role allows over that branch (docs/operate.md).
    """
    if role is not None and scopes:
        raise click.UsageError("--scope is for the whole tenant and --role for a branch: give one of them")
    if role is None and (unit is not None or purpose is not None):
        raise click.UsageError("--unit and --purpose go with --role")
    now = invocation.now()
    with invocation.writing(tenant) as (session, owner):
        key, secret = api.create_credential(
            session,
            owner,
            name=name,
            scopes=scopes or ((READ_SCOPE,) if role is None else (BRANCH_SCOPE,)),
            pepper=pepper(),
            now=now,
            expires=None if until is None else datetime.combine(until, time(), VIETNAM),
        )
        records.add(session, owner, by=roles.TERMINAL, act="create-key", about=key, reason=name, now=now)
        if role is not None:
            roles.give(
                session,
                roles.at_terminal(owner),
                Role(role.replace("-", "_")),
                key=key,
                organization=unit,
                purpose=purpose,
                starts=invocation.today(),
                until=until,
                reason=name,
                now=now,
            )
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
