"""What every command needs: the database, the tenant, how refusals and instants are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from flask import current_app

from lrs import tenants
from lrs.db import NOBODY, Database, Owner, Session
from lrs.errors import LrsError, UnknownTenant

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Days that people type, and instants that are shown to them, are Vietnam's."""

for_tenant = click.option("--tenant", default="default", show_default=True, help="Whose data it is.")


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def database_to_write() -> Database:
    """The same for changes; says first which database they go to."""
    found = database()
    click.echo(f"Database: {found.place}", err=True)
    return found


@contextmanager
def writing(owner: Owner = NOBODY) -> Iterator[Session]:
    """A session for changes of credentials and tenants, or of a tenant's data; says first which database they go to."""
    with database_to_write().writing(owner) as session:
        yield session


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what the store refuses into a line on standard error and status 1."""
    try:
        yield
    except LrsError as error:
        raise click.ClickException(str(error)) from None


def tenant_id(session: Session, name: str) -> UUID:
    """The tenant of this name; where there is none, the command ends with a word."""
    try:
        return tenants.find_tenant(session, name)
    except UnknownTenant as error:
        raise click.ClickException(str(error)) from None


def shown(instant: datetime) -> str:
    """An instant as people read it."""
    return f"{instant.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
