"""`flask lrs …`: commands of the Learning Record Store."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import credentials
from lrs.db import Database
from lrs.errors import UnknownTenant

lrs_cli = AppGroup("lrs", help="The Learning Record Store: credentials.")
credential_cli = AppGroup("credential", help="Keys and secrets that platforms post Statements with.")
lrs_cli.add_command(credential_cli)


@credential_cli.command("create")
@click.option("--name", required=True, help="What it is for, e.g. the platform's name.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(credentials.XAPI_SCOPES)),
    help="What it may do; can be given more than once. Default: all.",
)
@click.option("--tenant", default="default", show_default=True, help="Whose data it opens.")
def create(name: str, scopes: tuple[str, ...], tenant: str) -> None:
    """Make a credential and print its key and secret, once, as the last line in JSON."""
    database: Database = current_app.extensions["database"]
    with database.writing() as session:
        try:
            owner = credentials.find_tenant(session, tenant)
        except UnknownTenant as error:
            raise click.ClickException(str(error)) from None
        key, secret = credentials.create_credential(
            session,
            owner,
            name=name,
            scopes=scopes or ("all",),
            pepper=current_app.extensions["settings"].secret_key,
            now=datetime.now(UTC),
        )
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
