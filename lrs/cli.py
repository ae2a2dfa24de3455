"""`flask lrs …`: commands of the Learning Record Store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import credentials, signatures
from lrs.db import Database, Session
from lrs.errors import InvalidRequest, NotFound, UnknownTenant
from lrs.transfer.cli import export, import_

lrs_cli = AppGroup(
    "lrs", help="The Learning Record Store: credentials, tenants, trusted certificates, export and import."
)
credential_cli = AppGroup("credential", help="Keys and secrets that platforms post Statements with.")
tenant_cli = AppGroup("tenant", help="Independent owners of data in this installation.")
lrs_cli.add_command(credential_cli)
lrs_cli.add_command(tenant_cli)
lrs_cli.add_command(export)
lrs_cli.add_command(import_)

for_tenant = click.option("--tenant", default="default", show_default=True, help="Whose data it opens.")


@credential_cli.command("create")
@click.option("--name", required=True, help="What it is for, e.g. the platform's name.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(credentials.XAPI_SCOPES)),
    help="What it may do; can be given more than once. Default: all.",
)
@for_tenant
def create(name: str, scopes: tuple[str, ...], tenant: str) -> None:
    """Make a credential and print its key and secret, once, as the last line in JSON."""
    with _writing() as session:
        key, secret = credentials.create_credential(
            session,
            _tenant(session, tenant),
            name=name,
            scopes=scopes or ("all",),
            pepper=current_app.extensions["settings"].secret_key,
            now=datetime.now(UTC),
        )
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))


@credential_cli.command("list")
@for_tenant
def show(tenant: str) -> None:
    """List the credentials: key, name, scopes, when made and when revoked."""
    with _database().reading() as session:
        rows = credentials.credentials(session, _tenant(session, tenant))
    for key, name, scopes, created, revoked in rows:
        state = f"revoked {revoked:%Y-%m-%d %H:%M} UTC" if revoked else "in use"
        click.echo(f"{key}  {created:%Y-%m-%d}  {state}  [{scopes}]  {name!r}")


@credential_cli.command("revoke")
@click.argument("key")
@for_tenant
def revoke(key: str, tenant: str) -> None:
    """Refuse a key from now on, at the next request in every process."""
    with _writing() as session:
        try:
            credentials.revoke_credential(session, _tenant(session, tenant), key, now=datetime.now(UTC))
        except NotFound as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{key} is revoked.")


@tenant_cli.command("list")
def tenants() -> None:
    """List the tenants by name."""
    with _database().reading() as session:
        for _, name in credentials.tenants(session):
            click.echo(name)


@tenant_cli.command("create")
@click.argument("name")
def create_tenant(name: str) -> None:
    """Add an independent owner of data; other commands then take it as --tenant."""
    with _writing() as session:
        if name in {known for _, known in credentials.tenants(session)}:
            raise click.ClickException(f"there is a tenant {name!r} already")
        credentials.create_tenant(session, name, now=datetime.now(UTC))
    click.echo(f"{name} is a tenant now.")


@lrs_cli.command("trust")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", default="default", show_default=True, help="Who trusts it.")
def trust(file: Path, tenant: str) -> None:
    """Trust the root certificate in FILE (PEM) and print its fingerprint.

    Of signed Statements that come in from now on, it is kept whether their certificate leads to it.
    """
    with _writing() as session:
        try:
            owner = _tenant(session, tenant)
            fingerprint = signatures.trust(session, owner, file.read_bytes(), now=datetime.now(UTC))
        except InvalidRequest as error:
            raise click.ClickException(str(error)) from None
    click.echo(fingerprint)


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database


@contextmanager
def _writing() -> Iterator[Session]:
    """A session for changes; says first which database they go to."""
    database = _database()
    click.echo(f"Database: {database.place}", err=True)
    with database.writing() as session:
        yield session


def _tenant(session: Session, name: str) -> UUID:
    try:
        return credentials.find_tenant(session, name)
    except UnknownTenant as error:
        raise click.ClickException(str(error)) from None
