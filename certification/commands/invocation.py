"""What every command needs: the present, the database it was called for, whose data, and how refusals are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
from flask import current_app

from certification.errors import CertificationError, RuleFileFaults
from certification.people.identifiers import Opaque
from certification.people.national_keys import read as national_keys_in
from certification.people.national_numbers import Keys
from certification.spreadsheets import Column, ImportFaults, ImportResult, given_back, read_day
from certification.spreadsheets.days import FIRST_YEAR, LAST_YEAR
from certification.targets.figures import number
from certification.terminal.printable import printable
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database, Session

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)

for_tenant = click.option(
    "--tenant", default="default", show_default=True, help="Whose data, all of it: the tenant's name."
)
for_year = click.option(
    "--year", type=click.IntRange(2000, 2100), help="Assessment year; default: this year in Vietnam."
)


class Day(click.ParamType[date]):
    """A day as the imports read it: 2026-11-20 or 20/11/2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_day(value)
        except ValueError:
            years = f"of a year from {FIRST_YEAR} to {LAST_YEAR}"
            self.fail(f"{value!r} is no day {years}; write it as 2026-11-20 or 20/11/2026", param, ctx)


# ---------------------------------------------------------------- the present


def now() -> datetime:
    """The present. Tests choose another."""
    return datetime.now(UTC)


def today() -> date:
    """Today in Vietnam."""
    return vietnam_day(now())


# ---------------------------------------------------------------- the database


def database() -> Database:
    """The application's database, for a command that changes nothing."""
    found: Database = current_app.extensions["database"]
    return found


def database_to_write() -> Database:
    """The application's database, for a command that changes it: says on standard error, once, which one it is.

    A forgotten DATA_DIR would otherwise put an organization's data into the demonstration's.
    """
    found = database()
    said = click.get_current_context().find_root().meta
    if not said.get(__name__):
        click.echo(f"Database: {printable(found.place)}", err=True)
        said[__name__] = True
    return found


@contextmanager
def reading(tenant: str) -> Iterator[tuple[Session, UUID]]:
    """A session for questions, all answered as of one moment, and the tenant of this name."""
    owner = tenant_id(tenant)
    with refusing(), database().reading(owner, snapshot=True) as session:
        yield session, owner


class _DryRun(Exception):
    """Ends a transaction of which nothing is to stay."""


@contextmanager
def writing(tenant: str, *, dry_run: bool = False) -> Iterator[tuple[Session, UUID]]:
    """A transaction, and the tenant of this name; with `dry_run` all is done and checked, and nothing stays."""
    found = database_to_write()
    owner = tenant_id(tenant)
    with suppress(_DryRun), refusing(), found.writing(owner) as session:
        yield session, owner
        session.flush()
        if dry_run:
            raise _DryRun


def tenant_id(name: str) -> UUID:
    """The tenant of this name."""
    with refusing(), database().reading(NOBODY) as session:
        return api.find_tenant(session, name)


def secret() -> bytes:
    """The installation's own secret, by which identifiers and digests are keyed."""
    found: bytes = current_app.extensions["settings"].secret_key
    return found


def opaque(tenant: UUID) -> Opaque:
    """Which opaque account may stand for an Actor of this tenant's Statements."""
    secret: bytes = current_app.extensions["settings"].secret_key
    return lambda ifi: api.opaque_account(ifi, tenant=tenant, secret=secret)


def national_keys(tenant: UUID) -> Keys:
    """What national numbers of this tenant are hashed with."""
    settings = current_app.extensions["settings"]
    with refusing():
        return Keys.of(tenant, settings.secret_key, national_keys_in(settings.data_dir))


# ---------------------------------------------------------------- what is told


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what this half refuses into lines on standard error and status 1."""
    try:
        yield
    except (ImportFaults, RuleFileFaults) as error:
        _refuse([str(fault) for fault in error.faults], _outcome(error))
    except (CertificationError, api.LrsError) as error:
        raise click.ClickException(printable(str(error), lines=True)) from None


def _outcome(error: ImportFaults | RuleFileFaults) -> str:
    """What came of it: a file that was not taken in, or a command that was told something wrong."""
    if isinstance(error, ImportFaults) and all(
        not fault.row and (fault.column or not fault.of_file) for fault in error.faults
    ):
        return "nothing was done; correct what is named and run this again"
    return "nothing was taken in; correct the file and run this again"


def _refuse(faults: list[str], outcome: str) -> NoReturn:
    for fault in faults:
        click.echo(printable(fault, lines=True), err=True)
    click.echo(f"{number(len(faults))} {'fault' if len(faults) == 1 else 'faults'}: {outcome}.", err=True)
    raise SystemExit(1)


def tell(name: str, result: ImportResult) -> None:
    """Prints what an import of the file `name` did."""
    counts = f"{number(result.created)} new, {number(result.changed)} changed, {number(result.unchanged)} unchanged"
    click.echo(f"{printable(name)}: {counts}")
    for note in result.notes:
        click.echo(printable(note))


def tell_refused(
    data: bytes, columns: Sequence[Column], result: ImportResult, file: Path | None, *, sheet: str | None = None
) -> None:
    """Says on standard error which rows of a table (`data`) were left out and why; and writes them to `file`, a
    workbook or CSV by its ending, where there is one."""
    for fault in result.faults:
        click.echo(printable(str(fault)), err=True)
    if result.refused:
        click.echo(f"{number(len(result.refused))} rows were left out.", err=True)
    if file is not None:
        write = given_back.as_csv if file.suffix.lower() == ".csv" else given_back.as_xlsx
        file.write_bytes(write(data, columns, result.faults, result.refused, sheet=sheet))
        click.echo(f"Rows left out: {printable(str(file))}", err=True)
