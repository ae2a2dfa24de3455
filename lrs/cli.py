"""`flask lrs …`: commands of the Learning Record Store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import credentials, erasure, signatures
from lrs.db import Database, Session
from lrs.errors import InvalidRequest, NotFound, UnknownTenant
from lrs.statements.validate import check_actor, decode

lrs_cli = AppGroup("lrs", help="The Learning Record Store: credentials, tenants, trusted certificates and erasure.")
credential_cli = AppGroup("credential", help="Keys and secrets that platforms post Statements with.")
tenant_cli = AppGroup("tenant", help="Independent owners of data in this installation.")
lrs_cli.add_command(credential_cli)
lrs_cli.add_command(tenant_cli)

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


@lrs_cli.command("erase")
@click.option("--agent", "as_json", help="Whom to erase, as xAPI writes an Agent in JSON.")
@click.option("--ifi", help="The same in one line: account HOMEPAGE|NAME, mbox mailto:…, mbox_sha1sum … or openid ….")
@click.option("--unfinished", is_flag=True, help="Go on with every erasure that was broken off, instead.")
@click.option("--reason", default="", help="Who asked for it and why, without naming the person; it is kept.")
@click.option("--dry-run", is_flag=True, help="Only say what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
@click.option("--tenant", default="default", show_default=True, help="In whose data.")
def erase(
    as_json: str | None, ifi: str | None, unfinished: bool, reason: str, dry_run: bool, yes: bool, tenant: str
) -> None:
    """Erase a person from the store, for good: an opaque account stands in the Agent's place everywhere.

    Statements keep their ids and all else they say; State, Agent Profiles, names and the person's files are removed.
    Broken off, the same command goes on where it was.
    """
    if [as_json is not None, ifi is not None, unfinished].count(True) != 1:
        raise click.UsageError("say whom: --agent JSON, --ifi IDENTIFIER, or --unfinished")
    database = _database()
    try:
        with database.reading() as session:
            owner = _tenant(session, tenant)
        with database.reading(owner) as session:
            broken_off = erasure.unfinished(session, owner) if unfinished else []
        asked = broken_off if unfinished else [(_agent(as_json, ifi), reason)]
        for agent, why in asked:
            _erase(database, owner, agent, why, dry_run=dry_run, ask=not (yes or unfinished))
    except InvalidRequest as error:
        raise click.ClickException(str(error)) from None
    if unfinished and not asked:
        click.echo("No erasure was broken off.")


def _erase(database: Database, tenant: UUID, agent: dict[str, Any], reason: str, *, dry_run: bool, ask: bool) -> None:
    key = credentials.erasure_key(current_app.extensions["settings"].secret_key, tenant)
    with database.reading(tenant) as session:
        before = erasure.last(session, tenant, agent, key=key)
    if before:
        click.echo(f"This Agent was erased on {before:%Y-%m-%d %H:%M} UTC; what follows came in since.")
    if dry_run or ask:
        _show(erasure.survey(database, tenant, agent), "would be")
    if dry_run:
        return
    click.echo(f"Database: {database.place}", err=True)
    if ask:
        click.confirm("This cannot be undone. Erase?", abort=True)
    _show(
        erasure.erase(
            database, tenant, agent, key=key, reason=reason, now=datetime.now(UTC),
            after_chunk=lambda done: click.echo(f"\r{done.statements} Statements …", nl=False, err=True),
        ),
        "were",
    )  # fmt: skip
    click.echo("The person is erased here. Next: what remains where, in docs/operating.md.", err=True)


def _show(report: erasure.Report, verb: str) -> None:
    click.echo(f"{report.statements} Statements {verb} rewritten.")
    click.echo(f"{report.attachments} files {verb} removed.")
    click.echo(f"{report.documents} documents of State and Agent Profiles {verb} removed.")
    for ids, words in (
        (report.kept_attachments, "only mention the person and keep their files; look what these show"),
        (report.told_elsewhere, "tell the identifier or the name in a text or an extension, which stays as it is"),
    ):
        if ids:
            click.echo(f"{len(ids)} Statements {words}:")
            for one in sorted(ids)[: erasure.MOST_NAMED]:
                click.echo(f"  {one}")
            if len(ids) > erasure.MOST_NAMED:
                click.echo("  …")


def _agent(as_json: str | None, ifi: str | None) -> dict[str, Any]:
    """The Agent that the options name; raises InvalidRequest for what is no JSON."""
    if as_json is not None:
        agent: dict[str, Any] = check_actor(decode(as_json.encode(), "--agent"), "--agent")
        return agent
    kind, _, rest = (ifi or "").partition(" ")
    if kind == "account":
        home_page, _, name = rest.partition("|")
        return check_actor({"account": {"homePage": home_page, "name": name}}, "--ifi")
    return check_actor({kind: rest}, "--ifi")


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
