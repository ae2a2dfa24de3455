"""Keys and secrets: made, listed, given a new secret, revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from lrs import credentials
from lrs.commands.invocation import VIETNAM, database, for_tenant, refusing, shown, tenant_id, writing
from lrs.credentials import KnownCredential
from lrs.db import NOBODY

credential_cli = AppGroup("credential", help="Keys and secrets that platforms post Statements with.")


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


@credential_cli.command("create")
@click.option("--name", required=True, help="What it is for, e.g. the platform's name.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(credentials.STORE_SCOPES)),
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
    with writing() as session, refusing():
        key, secret = credentials.create_credential(
            session,
            tenant_id(session, tenant),
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
    with database().reading(NOBODY) as session:
        rows = credentials.credentials(session, tenant_id(session, tenant))
    now = datetime.now(UTC)
    for row in rows:
        used = f"used {shown(row.last_used)}" if row.last_used else "never used"
        kind = "test  " if row.test else ""
        click.echo(
            f"{row.key}  made {shown(row.created)}  {used:<21}  {_state(row, now)}  {kind}[{row.scopes}]  {row.name!r}"
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
    with writing() as session, refusing():
        secret = credentials.rotate_credential(
            session,
            tenant_id(session, tenant),
            key,
            overlap=timedelta(days=overlap_days),
            pepper=current_app.extensions["settings"].secret_key,
            now=now,
            expires=until,
        )
    if overlap_days:
        click.echo(f"The old secret works until {shown(now + timedelta(days=overlap_days))} in Vietnam.", err=True)
    _show_secret(key, secret)


@credential_cli.command("revoke")
@click.argument("key")
@for_tenant
def revoke(key: str, tenant: str) -> None:
    """Refuse a key from now on, at the next request in every process."""
    with writing() as session, refusing():
        credentials.revoke_credential(session, tenant_id(session, tenant), key, now=datetime.now(UTC))
    click.echo(f"{key} is revoked.")


def _expiry(expires: datetime | None, for_days: int | None, now: datetime) -> datetime | None:
    """The instant from which a key is refused, as asked for; None where nothing was."""
    if expires is not None and for_days is not None:
        raise click.UsageError("give --expires or --for-days, not both")
    if expires is not None and expires <= now:
        raise click.UsageError(f"--expires {shown(expires)} has passed already")
    return now + timedelta(days=for_days) if for_days is not None else expires


def _state(row: KnownCredential, now: datetime) -> str:
    if row.revoked is not None:
        return f"revoked {shown(row.revoked)}"
    if row.expires is not None and row.expires <= now:
        return f"expired {shown(row.expires)}"
    state = "in use" if row.expires is None else f"in use until {shown(row.expires)}"
    if row.old_secret_until is not None and row.old_secret_until > now:
        state += f", old secret until {shown(row.old_secret_until)}"
    return state


def _show_secret(key: str, secret: str) -> None:
    click.echo("The secret is shown this once and kept nowhere:", err=True)
    click.echo(json.dumps({"key": key, "secret": secret}))
