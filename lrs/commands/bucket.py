"""`flask ops sweep-attachments`: what lies in the bucket of attachments, and what nobody needs of it."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from lrs.bucket.sweeping import LEFT_ALONE, sweep
from lrs.commands.invocation import database
from lrs.errors import StoreAway

__all__ = ["sweep_attachments"]


@click.command("sweep-attachments")
@with_appcontext
def sweep_attachments() -> None:
    """Remove from the bucket of attachments (ATTACHMENTS_URL) what requests that broke off left there, a day later.

    Says what it found. Ends with 1 where something is missing that Statements need. A restored copy removes nothing.
    """
    source = database()
    if source.bucket is None:
        raise click.ClickException("ATTACHMENTS_URL is not set: all attachments are in the database.")
    try:
        found = sweep(source, source.bucket, now=datetime.now(UTC))
    except StoreAway as error:
        raise click.ClickException(f"{source.bucket.address}: {error.why}.") from None
    hours = LEFT_ALONE.total_seconds() / 3600
    click.echo(
        f"{found.kept} attachments in use; {found.removed} removed that nobody needs; {found.young} left alone"
        f" (nobody's, but younger than {hours:.0f} hours, or this is a copy); {found.foreign} not of this program."
    )
    if found.missing:
        raise click.ClickException(f"{found.missing} attachments are missing; see docs/operate.md.")
