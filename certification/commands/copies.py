"""`flask ops mark-copy`, `go-live`, `drill`: copies of the installation, which know it, and trying them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import with_appcontext

from certification.acts import chain
from certification.certificates import keys, register
from certification.commands import invocation
from certification.credentials import status_lists
from certification.judgement import statuses
from certification.judgement.statuses import Moment
from certification.people import workers
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment
from certification.targets.figures import number
from certification.terminal.printable import printable
from lrs import api
from lrs.db import NOBODY, Database, Session

__all__ = ["COPIES"]

GO_LIVE = "installation.go-live"
STATEMENTS = 500
"""So many of the newest Statements of a tenant are compared text by text."""


@click.command("mark-copy")
@with_appcontext
def mark_copy() -> None:
    """Say that this database is a copy: nothing is signed and nothing sent from it until `flask ops go-live`.

    `flask ops restore` says so by itself; after restoring by PostgreSQL's own means it is for you to say.
    """
    with invocation.database_to_write().writing(NOBODY) as session:
        api.mark_copy(session, now=invocation.now())
    click.echo("It is a copy from now on: nothing is signed or sent from it. To end that: flask ops go-live.")


@click.command("go-live")
@click.option("--by", required=True, help="Who says so; kept in the record of acts.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@with_appcontext
def go_live(by: str, yes: bool) -> None:
    """Say that this copy is the installation from now on, and may sign and send.

    Only when the one it was copied from is off for good: two that sign give one number to two certificates.
    """
    database = invocation.database_to_write()
    with database.reading(NOBODY) as session:
        tenants, since = api.tenants(session), api.copied_since(session)
    if since is None:
        raise click.ClickException("it is no copy; there is nothing to say")
    if not yes:
        click.confirm("Is the installation that it was copied from off, and will it stay off?", abort=True)
    for tenant, _ in tenants:
        with database.writing(tenant) as session:
            detail = {"copied": since.isoformat(timespec="seconds")}
            chain.add(session, tenant, by=by, act=GO_LIVE, subject="installation", detail=detail, now=invocation.now())
    with database.writing(NOBODY) as session:
        api.take_for_original(session)
    click.echo("It is the installation now: it signs and sends.")


@click.command("drill")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--into", metavar="URL", help="PostgreSQL: an empty database to restore into; what is there stays there.")
@click.option(
    "--workers", "how_many", type=click.IntRange(1), default=100, show_default=True, help="So many, by chance."
)
@with_appcontext
def drill(folder: Path, into: str | None, how_many: int) -> None:
    """Take a backup into FOLDER, restore it beside the installation, and ask both the same questions.

    The newest Statements, the record of acts, results of workers chosen by chance, every figure of today, keys and
    withdrawn certificates of every tenant. What changed meanwhile is left out. Ends with 1 where an answer differs. The
    server may run. On SQLite the copy is removed at the end.
    """
    live = invocation.database()
    if not live.is_sqlite and not into:
        raise click.UsageError("name an empty database with --into: createdb --owner cdht cdht_drill")
    settings, on = current_app.extensions["settings"], invocation.today()
    key_files = [settings.data_dir / name for name in current_app.extensions["key_files"]]
    chosen = random.SystemRandom().randrange(2**32)
    with invocation.refusing(), tempfile.TemporaryDirectory(prefix="cdht-drill-", dir=settings.data_dir) as scratch:
        before = dict(_answers(live, on, chosen, how_many))
        try:
            backup = api.take_backup(
                live, folder, now=invocation.now(), secret=settings.secret_key, key_files=key_files
            )
            copy = Database(into or f"sqlite:///{scratch}/cdht.sqlite3")
            api.restore_backup(
                backup, copy, secret=settings.secret_key, key_files=key_files,
                revisions=current_app.extensions["revisions"](),
            )  # fmt: skip
        except api.BackupFault as error:
            raise click.ClickException(printable(str(error), lines=True)) from None
        with copy.writing(NOBODY) as session:
            api.mark_copy(session, now=invocation.now())
        there = dict(_answers(copy, on, chosen, how_many))
        copy.close()
        after = dict(_answers(live, on, chosen, how_many))
    api.note_backup(settings.data_dir, backup, at=invocation.now(), is_new=True)
    click.echo(f"Backup: {backup}")
    _tell(before, there, after)


def _tell(before: dict[str, Any], there: dict[str, Any], after: dict[str, Any]) -> None:
    asked = sorted({*before, *there, *after})
    changed = [name for name in asked if before.get(name) != after.get(name)]
    differing = [name for name in asked if name not in changed and there.get(name) != before.get(name)]
    for name in differing:
        click.echo(printable(f"DIFFERS  {name}"))
    same = len(asked) - len(changed) - len(differing)
    left_out = f", {number(len(changed))} changed meanwhile and were left out" if changed else ""
    click.echo(f"{number(same)} answers are the same, {number(len(differing))} differ{left_out}.")
    if differing:
        raise click.exceptions.Exit(1)


def _answers(database: Database, on: date, chosen: int, how_many: int) -> Iterator[tuple[str, Any]]:
    """Every question with its answer. The same `chosen` chooses the same workers."""
    with database.reading(NOBODY) as session:
        tenants = api.tenants(session)
    for tenant, name in tenants:
        with database.reading(tenant, snapshot=True) as session:
            for what, answer in _of_tenant(session, tenant, on, random.Random(chosen), how_many):  # noqa: S311
                yield f"{name}: {what}", answer


def _of_tenant(
    session: Session, tenant: UUID, on: date, chance: random.Random, how_many: int
) -> Iterator[tuple[str, Any]]:
    _none, newest = api.places(session, tenant, None)
    found = api.changes(session, tenant, f"s{max(0, newest - STATEMENTS)}", limit=STATEMENTS).statements
    yield "Statements", (newest, [(one.id, one.seq, one.voided, one.document) for one in found])
    yield "record of acts", chain.verify(session, tenant)
    everybody = sorted(workers.ids(session, tenant))
    for worker in chance.sample(everybody, min(how_many, len(everybody))):
        said = statuses.of_workers(session, tenant, [worker], PROGRAMME, on.year, Moment())
        yield f"worker {worker}", [statuses.status(one) for one in said.values()]
    measured = attainment.measure_all(session, tenant, on=on, exact=True)
    for one in measured.organizations:
        yield f"figures of {one.code} on {on}", one
    yield "public keys", sorted(keys.public_keys(session, tenant).items())
    lists = register.lists(session, tenant)
    yield "withdrawn certificates", register.withdrawn_places(session, tenant, 0, max(1, lists) * status_lists.LENGTH)


COPIES = (mark_copy, go_live, drill)
