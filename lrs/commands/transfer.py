"""`flask lrs export` and `flask lrs import`."""

from __future__ import annotations

import base64
import gzip
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import click
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from lrs import credentials, tenants
from lrs.commands.invocation import for_tenant, tenant_id
from lrs.credentials import Identity
from lrs.db import NOBODY, Database
from lrs.errors import InvalidRequest
from lrs.statements.lines import Outcome, Summary
from lrs.transfer import exporting, form, moving, reading, taking_over
from lrs.transfer.reading import Numbered, Source

__all__ = ["export", "import_"]

_SCOPES = ("define", "statements/write")


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--after", "token", metavar="TOKEN", help="Only Statements stored after an earlier export, which names it."
)
@for_tenant
def export(file: str, token: str | None, tenant: str) -> None:
    """Write all of a tenant to FILE, one JSON document a line; compressed where its name ends in .gz, - for output.

    Statements with Attachments and where they came from, documents of State and profiles, definitions and names. Not
    keys and trusted roots. The file is there under its name when it is whole.
    """
    database: Database = current_app.extensions["database"]
    try:
        after = form.place_of(token) if token else 0
        owner = _tenant(database, tenant)
        header = exporting.begin(database, owner, name=tenant, after=after, now=datetime.now(UTC))
    except (ValueError, InvalidRequest) as error:
        raise click.ClickException(str(error)) from None
    counts = header.counts
    total = counts.statements + counts.documents + counts.activities + counts.agents
    with _written(file) as out, _bar("Exporting", total) as advance:
        for line in exporting.lines(database, header):
            out.write(form.write_line(line))
            advance(1)
    click.echo(f"{counts.statements} Statements. For what comes later: --after {form.token(header.through)}", err=True)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--move/--take-over",
    "moving_in",
    default=None,
    help="Whether `stored` and authority stay as they were; by default, where an export can go into an empty tenant.",
)
@for_tenant
def import_(file: str, moving_in: bool | None, tenant: str) -> None:
    """Store what FILE holds: an export, or Statements of any store, one a line or as the pages it answers with.

    An export goes into an empty tenant as it was: a move. All else is taken over, stored as by a credential of its own,
    and what the other store said is kept as provenance. What is refused is written to standard output, a line of JSON
    each, and ends with status 1. After a break, import again: what is there is passed over.
    """
    database: Database = current_app.extensions["database"]
    most_bytes: int = current_app.extensions["settings"].attachment_max_bytes
    click.echo(f"Database: {database.place}", err=True)
    owner = _tenant(database, tenant)
    summary = Summary()
    try:
        with reading.opened(file) as (contents, raw), _bar("Importing", _size(file)) as advance:
            source = reading.read_source(_watched(reading.numbered(contents), raw, advance))
            source, first = _begun(source)
            if source.header is not None and moving_in is not False:
                movable = moving.is_continued(database, owner, source.header, first)
                if moving_in and not movable:
                    raise click.ClickException(
                        "the tenant is not empty, and is not the beginning of this export either"
                    )
                if movable and _has_opaque_accounts(database, owner):
                    raise click.ClickException(
                        "the tenant keeps opaque accounts in place of mail addresses and names, and a move would bring"
                        " these in as they are: import with --take-over, or turn opaque accounts on after the move"
                    )
                moving_in = movable
            elif moving_in:
                raise click.ClickException("this is no export of this program; only one of those can be moved")
            outcomes: Iterator[Outcome]
            if moving_in:
                click.echo("Moving: stored and authority stay as they were.", err=True)
                outcomes = moving.move(database, owner, source.items, now=datetime.now(UTC), most_bytes=most_bytes)
            else:
                identity = _importer(database, owner, Path(file).name)
                click.echo(
                    f"Taking over: stored now, with the authority of {identity.name!r} ({identity.key}).", err=True
                )
                outcomes = taking_over.take_over(database, identity, source.items, most_bytes=most_bytes)
            for outcome in outcomes:
                summary.count(outcome)
                if outcome.result == "refused":
                    sys.stdout.buffer.write(outcome.line_of_answer())
    except InvalidRequest as error:
        raise click.ClickException(str(error)) from None
    finally:
        told = f"{summary.stored} stored, {summary.there} there already, {summary.refused} refused."
        click.echo(told, err=True)
    if summary.refused:
        sys.exit(1)


def _tenant(database: Database, name: str) -> UUID:
    with database.reading(NOBODY) as session:
        return tenant_id(session, name)


def _has_opaque_accounts(database: Database, tenant: UUID) -> bool:
    with database.reading(NOBODY) as session:
        return tenants.has_opaque_accounts(session, tenant)


def _importer(database: Database, tenant: UUID, name: str) -> Identity:
    """Somebody for the imported Statements to be stored by: a credential that nobody can use, since nobody knows it."""
    now = datetime.now(UTC)
    pepper: bytes = current_app.extensions["settings"].secret_key
    with database.writing(tenant) as session:
        key, secret = credentials.create_credential(
            session, tenant, name=f"import of {name}", scopes=_SCOPES, pepper=pepper, now=now
        )
        header = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        identity = credentials.identify(session, header, pepper=pepper, now=now)
        credentials.revoke_credential(session, tenant, key, now=now)
    return identity


def _begun(source: Source) -> tuple[Source, form.Statement | None]:
    """The same, and the first Statement of an export."""
    if source.header is None:
        return source, None
    read = []
    for item in source.items:
        read.append(item)
        if isinstance(item, Numbered) and not isinstance(item.line, form.Attachment):
            break
    last = read[-1] if read else None
    found = last.line if isinstance(last, Numbered) and isinstance(last.line, form.Statement) else None
    return Source(source.header, itertools.chain(read, source.items)), found


@contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """Where to write to; a file gets its name when the block ends, and is removed when it raises."""
    if name == "-":
        yield sys.stdout.buffer
        return
    path = Path(name)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    except OSError as error:
        raise click.ClickException(f"{name} cannot be written: {error.strerror}.") from None
    try:
        with file:
            if name.endswith(".gz"):
                with gzip.GzipFile(fileobj=file, filename="", mode="wb", compresslevel=6) as folded:
                    yield folded  # type: ignore[misc]
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A moving bar on standard error where that is a terminal; gives what to call with how much more is done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda count: bar.advance(task, count)


def _size(name: str) -> int | None:
    return None if name == "-" else Path(name).stat().st_size


def _watched(
    lines: Iterator[tuple[int, bytes | None]], raw: IO[bytes], advance: Callable[[int], None]
) -> Iterator[tuple[int, bytes | None]]:
    """The same lines, while the bar follows how much of the file was read."""
    seen = 0
    for number, text in lines:
        if raw.seekable() and number % 100 == 0:
            advance(raw.tell() - seen)
            seen = raw.tell()
        yield number, text
