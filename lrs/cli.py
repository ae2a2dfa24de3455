"""`flask lrs …`: commands of the Learning Record Store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import credentials, documents, erasure, sandbox, signatures, tenants
from lrs.credentials import KnownCredential
from lrs.db import NOBODY, Database, Owner, Session
from lrs.errors import InvalidRequest, LrsError, UnknownTenant
from lrs.privacy import opaque_account
from lrs.statements.validate import check_actor, decode
from lrs.transfer.cli import export, import_

lrs_cli = AppGroup(
    "lrs", help="The Learning Record Store: credentials, tenants, certificates, export, import, erasure."
)
credential_cli = AppGroup("credential", help="Keys and secrets that platforms post Statements with.")
tenant_cli = AppGroup("tenant", help="Independent owners of data in this installation.")
lrs_cli.add_command(credential_cli)
lrs_cli.add_command(tenant_cli)
lrs_cli.add_command(export)
lrs_cli.add_command(import_)

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Days that people type, and instants that are shown to them, are Vietnam's."""


class Day(click.ParamType[datetime]):
    """A day, 2027-01-31, or an instant, 2027-01-31T17:30; without an offset in Vietnam, a day from its first moment."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            return (moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no day; write it as 2027-01-31, or with a time as 2027-01-31T17:30", param, ctx)


expires_at = click.option(
    "--expires", type=Day(), metavar="DAY", help="Refuse it from this day on, 00:00 in Vietnam (or 2027-01-31T17:30)."
)
expires_in = click.option(
    "--for-days", type=click.IntRange(1, 36500), metavar="N", help="Refuse it when so many days have passed."
)
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
@expires_at
@expires_in
@click.option("--test", is_flag=True, help="A test key: what it stores is kept apart and counts for nothing.")
@for_tenant
def create(
    name: str, scopes: tuple[str, ...], expires: datetime | None, for_days: int | None, test: bool, tenant: str
) -> None:
    """Make a credential and print its key and secret, once, as the last line in JSON."""
    now = datetime.now(UTC)
    until = _expiry(expires, for_days, now)
    with _writing() as session:
        key, secret = credentials.create_credential(
            session,
            _tenant(session, tenant),
            name=name,
            scopes=scopes or ("all",),
            pepper=current_app.extensions["settings"].secret_key,
            now=now,
            expires=until,
            test=test,
        )
    _show_secret(key, secret)


@credential_cli.command("list")
@for_tenant
def show(tenant: str) -> None:
    """List the credentials: key, when made and last used, until when, whether a test key, scopes, name."""
    with _database().reading(NOBODY) as session:
        rows = credentials.credentials(session, _tenant(session, tenant))
    now = datetime.now(UTC)
    for row in rows:
        used = f"used {_shown(row.last_used)}" if row.last_used else "never used"
        kind = "test  " if row.test else ""
        click.echo(
            f"{row.key}  made {_shown(row.created)}  {used:<21}  {_state(row, now)}  {kind}[{row.scopes}]  {row.name!r}"
        )


@credential_cli.command("rotate")
@click.argument("key")
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 365),
    default=7,
    show_default=True,
    help="How long the secret it has now works as well; one from a rotation before ends at once.",
)
@expires_at
@expires_in
@for_tenant
def rotate(key: str, overlap_days: int, expires: datetime | None, for_days: int | None, tenant: str) -> None:
    """Give a key a new secret and print both, once, as the last line in JSON.

    The key stays, and with it the Authority of its Statements. Without --expires and --for-days it expires when it
    would have.
    """
    now = datetime.now(UTC)
    until = _expiry(expires, for_days, now)
    with _writing() as session, _refusing():
        secret = credentials.rotate_credential(
            session,
            _tenant(session, tenant),
            key,
            overlap=timedelta(days=overlap_days),
            pepper=current_app.extensions["settings"].secret_key,
            now=now,
            expires=until,
        )
    if overlap_days:
        click.echo(f"The old secret works until {_shown(now + timedelta(days=overlap_days))} in Vietnam.", err=True)
    _show_secret(key, secret)


@credential_cli.command("revoke")
@click.argument("key")
@for_tenant
def revoke(key: str, tenant: str) -> None:
    """Refuse a key from now on, at the next request in every process."""
    with _writing() as session, _refusing():
        credentials.revoke_credential(session, _tenant(session, tenant), key, now=datetime.now(UTC))
    click.echo(f"{key} is revoked.")


@tenant_cli.command("list")
def list_tenants() -> None:
    """List the tenants by name."""
    with _database().reading(NOBODY) as session:
        for _, name in tenants.tenants(session):
            click.echo(name)


@tenant_cli.command("create")
@click.argument("name")
def create_tenant(name: str) -> None:
    """Add an independent owner of data; other commands then take it as --tenant."""
    with _writing() as session:
        if name in {known for _, known in tenants.tenants(session, sandboxes=True)}:
            raise click.ClickException(f"there is a tenant {name!r} already")
        tenants.create_tenant(session, name, now=datetime.now(UTC))
    click.echo(f"{name} is a tenant now.")


@tenant_cli.command("empty-test")
@for_tenant
def empty_test(tenant: str) -> None:
    """Remove all that test keys have stored; the keys stay. What is real is never touched."""
    database = _database_to_write()
    with database.reading(NOBODY) as session:
        owner = _tenant(session, tenant)
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
        with _writing() as session:
            owner = _tenant(session, tenant)
            tenants.set_opaque_accounts(session, owner, wanted, now=datetime.now(UTC))
            sandbox_id = tenants.find_sandbox(session, owner)
        if wanted:
            renamed = partial(opaque_account, tenant=owner, secret=current_app.extensions["settings"].secret_key)
            moved = sum(documents.rename_agents(_database(), each, renamed) for each in (owner, sandbox_id) if each)
            click.echo(f"{moved:,} documents of State and profiles moved to opaque accounts")
    with _database().reading(NOBODY) as session:
        is_on = tenants.has_opaque_accounts(session, _tenant(session, tenant))
    click.echo(f"opaque accounts: {'on' if is_on else 'off'}")


@lrs_cli.command("trust")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", default="default", show_default=True, help="Who trusts it.")
def trust(file: Path, tenant: str) -> None:
    """Trust the root certificate in FILE (PEM) and print its fingerprint.

    Of signed Statements that come in from now on, it is kept whether their certificate leads to it.
    """
    with _database().reading(NOBODY) as session:
        owner = _tenant(session, tenant)
    with _writing(owner) as session, _refusing():
        fingerprint = signatures.trust(session, owner, file.read_bytes(), now=datetime.now(UTC))
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
        with database.reading(NOBODY) as session:
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


def _database_to_write() -> Database:
    """The same for changes; says first which database they go to."""
    database = _database()
    click.echo(f"Database: {database.place}", err=True)
    return database


@contextmanager
def _writing(owner: Owner = NOBODY) -> Iterator[Session]:
    """A session for changes of credentials and tenants, or of a tenant's data; says first which database they go to."""
    with _database_to_write().writing(owner) as session:
        yield session


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns what the store refuses into a line on standard error and status 1."""
    try:
        yield
    except LrsError as error:
        raise click.ClickException(str(error)) from None


def _tenant(session: Session, name: str) -> UUID:
    try:
        return tenants.find_tenant(session, name)
    except UnknownTenant as error:
        raise click.ClickException(str(error)) from None


def _expiry(expires: datetime | None, for_days: int | None, now: datetime) -> datetime | None:
    """The instant from which a key is refused, as asked for; None where nothing was."""
    if expires is not None and for_days is not None:
        raise click.UsageError("give --expires or --for-days, not both")
    if expires is not None and expires <= now:
        raise click.UsageError(f"--expires {_shown(expires)} has passed already")
    return now + timedelta(days=for_days) if for_days is not None else expires


def _state(row: KnownCredential, now: datetime) -> str:
    if row.revoked is not None:
        return f"revoked {_shown(row.revoked)}"
    if row.expires is not None and row.expires <= now:
        return f"expired {_shown(row.expires)}"
    state = "in use" if row.expires is None else f"in use until {_shown(row.expires)}"
    if row.old_secret_until is not None and row.old_secret_until > now:
        state += f", old secret until {_shown(row.old_secret_until)}"
    return state


def _shown(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%Y-%m-%d %H:%M}"


def _show_secret(key: str, secret: str) -> None:
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
