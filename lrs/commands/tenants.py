"""Tenants, what is kept of people for each, their sandboxes, and the certificates they trust."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import sandbox, signatures, tenants
from lrs.commands.invocation import database, database_to_write, for_tenant, refusing, tenant_id, writing
from lrs.db import NOBODY
from lrs.opaque_documents import move_documents

tenant_cli = AppGroup("tenant", help="Independent owners of data in this installation.")


@tenant_cli.command("list")
def list_tenants() -> None:
    """List the tenants by name."""
    with database().reading(NOBODY) as session:
        for _, name in tenants.tenants(session):
            click.echo(name)


@tenant_cli.command("create")
@click.argument("name")
def create_tenant(name: str) -> None:
    """Add an independent owner of data; other commands then take it as --tenant."""
    with writing() as session:
        if name in {known for _, known in tenants.tenants(session, sandboxes=True)}:
            raise click.ClickException(f"there is a tenant {name!r} already")
        with refusing():
            tenants.create_tenant(session, name, now=datetime.now(UTC))
    click.echo(f"{name} is a tenant now.")


@tenant_cli.command("empty-test")
@for_tenant
def empty_test(tenant: str) -> None:
    """Remove all that test keys have stored; the keys stay. What is real is never touched."""
    database = database_to_write()
    with database.reading(NOBODY) as session:
        owner = tenant_id(session, tenant)
    gone = sandbox.empty(database, owner)
    click.echo(
        f"{gone.get('lrs_statement', 0):,} Statements, {gone.get('lrs_document', 0):,} documents and"
        f" {gone.get('lrs_attachment', 0):,} attachments of test keys are removed; {sum(gone.values()):,} rows in all."
    )


@tenant_cli.command("privacy")
@click.option(
    "--opaque-accounts",
    type=click.Choice(["on", "off"]),
    help="Whether opaque accounts replace mail addresses, OpenIDs and names in what comes in.",
)
@for_tenant
def privacy(opaque_accounts: str | None, tenant: str) -> None:
    """Say what is kept of people in what comes in from now on; without an option, show it.

    With opaque accounts on, accounts that are mail addresses, telephone numbers or national identity numbers are
    refused. State and profiles are moved to the opaque accounts; Statements stored already stay as they are.
    """
    if opaque_accounts is not None:
        wanted = opaque_accounts == "on"
        with writing() as session:
            owner = tenant_id(session, tenant)
            tenants.set_opaque_accounts(session, owner, wanted, now=datetime.now(UTC))
        if wanted:
            moved = move_documents(database(), owner, secret=current_app.extensions["settings"].secret_key)
            click.echo(f"{moved:,} documents of State and profiles moved to opaque accounts")
    with database().reading(NOBODY) as session:
        is_on = tenants.has_opaque_accounts(session, tenant_id(session, tenant))
    click.echo(f"opaque accounts: {'on' if is_on else 'off'}")


@click.command("trust")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", default="default", show_default=True, help="Who trusts it.")
def trust(file: Path, tenant: str) -> None:
    """Trust the root certificate in FILE (PEM) and print its fingerprint.

    Of signed Statements that come in from now on, it is kept whether their certificate leads to it.
    """
    with database().reading(NOBODY) as session:
        owner = tenant_id(session, tenant)
    with writing(owner) as session, refusing():
        fingerprint = signatures.trust(session, owner, file.read_bytes(), now=datetime.now(UTC))
    click.echo(fingerprint)
