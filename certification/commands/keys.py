"""`flask certification create-key`."""

from __future__ import annotations

import json

import click
from flask import current_app

from certification.access import permissions
from certification.commands import invocation
from certification.commands.invocation import for_tenant
from lrs import api

__all__ = ["create_key"]


@click.command("create-key")
@click.option("--name", required=True, help="What it is for, e.g. the name of a person or program.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([permissions.READ_SCOPE]),
    help=f"What it may do; can be given more than once. Default: {permissions.READ_SCOPE}.",
)
@for_tenant
def create_key(name: str, scopes: tuple[str, ...], tenant: str) -> None:
    """Make a key for reading figures and results over HTTP; print it and its secret, once, as the last line in JSON."""
    with invocation.writing(tenant) as (session, owner):
        key, secret = api.create_credential(
            session,
            owner,
            name=name,
            scopes=scopes or (permissions.READ_SCOPE,),
            pepper=current_app.extensions["settings"].secret_key,
            now=invocation.now(),
        )
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
