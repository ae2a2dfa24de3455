"""`flask ops …`: what keeps an installation alive. Backups of the whole database, all tenants and both halves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lrs.backup import form, taking
from lrs.backup.form import SECRET, BackupFault, Manifest
from lrs.commands.invocation import database, database_to_write, shown

__all__ = ["ops_cli"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_BACKUP = click.Path(exists=True, file_okay=False, path_type=Path)

ops_cli = AppGroup("ops", help="Keeping an installation alive: backups, taken while it runs, checked, and restored.")


@ops_cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(min=1), help="Afterwards remove all but so many of the newest in FOLDER.")
@click.option("--with-secret", is_flag=True, help="Put SECRET_KEY into it: then guard it as you guard that.")
def backup(folder: Path, keep: int | None, with_secret: bool) -> None:
    """Copy the whole database, as of one moment, into a new folder in FOLDER; the server may run.

    The new folder's name is standard output's one line. Every byte is read back before it has that name.
    """
    source = database()
    click.echo(f"Database: {source.place}", err=True)
    with _told():
        whole = taking.take(source, folder, now=datetime.now(UTC), secret=_secret(), with_secret=with_secret)
        click.echo(whole)
        _describe(whole, manifest := form.read(whole))
        if not with_secret:
            told = (
                f"SECRET_KEY (fingerprint {manifest.secret}) is not in it; no copy is any use without: keep it, apart."
            )
            click.echo(told, err=True)
        for old in taking.prune(folder, keep) if keep else ():
            click.echo(f"Removed {old}", err=True)


@ops_cli.command()
@click.argument("folder", type=_BACKUP)
@click.option("--compare", is_flag=True, help="Also say which tables of the database differ from it now.")
def verify(folder: Path, compare: bool) -> None:
    """Read the backup in FOLDER to its end: whether each byte is as written, and the database could take it back."""
    with _told():
        manifest = taking.verify(folder, database())
        _describe(folder, manifest)
        if compare:
            differences = taking.compared(manifest, database())
            click.echo("\n".join(differences) or "The database holds the same.")
        else:
            click.echo("Whole.")


@ops_cli.command()
@click.argument("folder", type=_BACKUP)
@click.option("--replace", is_flag=True, help="On SQLite, put the file aside that is there. The server must not run.")
def restore(folder: Path, replace: bool) -> None:
    """Put the backup in FOLDER into the empty database that the environment names, and compare every table.

    All of it or nothing. Erasures since the backup was taken are to be repeated.
    """
    target = database_to_write()
    with _told():
        secret = _take_over_secret(folder)
        known = current_app.extensions["revisions"]()
        restored = taking.restore(folder, target, secret=secret, revisions=known, replace=replace)
        _describe(folder, restored.manifest)
        if restored.aside:
            click.echo(f"What was there before: {restored.aside}", err=True)
        click.echo("Restored, and compared table by table: the same.")
        click.echo(f"Repeat what was erased after {shown(restored.manifest.taken)}; see docs/operate.md.", err=True)


def _secret() -> bytes:
    secret: bytes = current_app.extensions["settings"].secret_key
    return secret


def _take_over_secret(backup: Path) -> bytes:
    """The secret to go on with: the backup's own where it holds one and nobody set another, or the installation's."""
    kept = backup / SECRET
    if not kept.is_file() or kept.read_bytes() == _secret():
        return _secret()
    form.read(backup)
    if os.environ.get("SECRET_KEY"):
        raise BackupFault(f"SECRET_KEY is another one than the backup's; give the program the one in {kept}")
    path: Path = current_app.extensions["settings"].data_dir / SECRET
    if not taking.is_empty(database()):
        raise BackupFault(
            f"{path} is another one than the backup's, and the database is not empty: name a new DATA_DIR"
        )
    path.rename(path.with_name(f"{SECRET}.replaced-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"))
    path.touch(mode=0o600)
    path.write_bytes(kept.read_bytes())
    click.echo(f"The backup's secret is in {path} now.", err=True)
    return kept.read_bytes()


def _describe(folder: Path, manifest: Manifest) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir())
    statements, workers = (manifest.tables.get(name) for name in ("lrs_statement", "certification_worker"))
    click.echo(
        f"As of {shown(manifest.taken)} in Vietnam: {statements.rows if statements else 0:,} Statements,"
        f" {workers.rows if workers else 0:,} workers, {len(manifest.tables)} tables; {size / 1e6:,.1f} MB.",
        err=True,
    )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BackupFault as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'the disk'}: {error.strerror}") from None
