"""`flask ops …`: what keeps an installation alive. Backups of the whole database, all tenants and both halves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app

from lrs.backup import form, noted, taking
from lrs.backup.form import SECRET, BackupFault, Manifest
from lrs.commands.bucket import sweep_attachments
from lrs.commands.invocation import database, database_to_write, shown
from lrs.commands.lacking import Commands, telling
from lrs.commands.layout import layout
from lrs.copies import mark_copy
from lrs.db import NOBODY
from lrs.durable import write_new

__all__ = ["ops_cli"]

_FOLDER = click.Path(file_okay=False, path_type=Path)
_BACKUP = click.Path(exists=True, file_okay=False, path_type=Path)

ops_cli = Commands("ops", help="Keeping an installation alive: backups, taken while it runs, checked, and restored.")

ops_cli.add_command(layout)
ops_cli.add_command(sweep_attachments)


@ops_cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keep", type=click.IntRange(min=1), help="Afterwards remove all but so many of the newest in FOLDER.")
@click.option(
    "--with-secret",
    is_flag=True,
    help="Put SECRET_KEY and all keys kept beside it into it: then guard it as you guard those.",
)
def backup(folder: Path, keep: int | None, with_secret: bool) -> None:
    """Copy the whole database, as of one moment, into a new folder in FOLDER; the server may run.

    The new folder's name is standard output's one line. Every byte is read back before it has that name.
    """
    source = database()
    click.echo(f"Database: {source.place}", err=True)
    with _told(folder):
        whole = taking.take(
            source, folder, now=datetime.now(UTC), secret=_secret(), key_files=_key_files(), with_secret=with_secret
        )
        click.echo(whole)
        noted.keep(_data_dir(), whole, at=datetime.now(UTC), is_new=True)
        _describe(whole, manifest := form.read(whole))
        if not with_secret:
            secrets = " and ".join([f"SECRET_KEY (fingerprint {manifest.secret})", *sorted(manifest.keys)])
            are = "are" if manifest.keys else "is"
            click.echo(f"{secrets} {are} not in it; no copy is any use without: keep them, apart.", err=True)
        for old in taking.prune(folder, keep) if keep else ():
            click.echo(f"Removed {old}", err=True)


@ops_cli.command()
def migrate() -> None:
    """Bring the tables up to date as the role of MIGRATION_DATABASE_URL, and let that of DATABASE_URL serve them.

    Without the first as the role that serves. Every start of the server and every other command does the same.
    """
    current_app.extensions["bring_up_to_date"]()
    click.echo("The tables are up to date.")


@ops_cli.command()
@click.argument("folder", type=_BACKUP)
@click.option("--compare", is_flag=True, help="Also say which tables of the database differ from it now.")
def verify(folder: Path, compare: bool) -> None:
    """Read the backup in FOLDER to its end: whether each byte is as written, and the database could take it back.

    Says too which secrets it is to be read with, and whether they are in it or here.
    """
    with _told(folder):
        try:
            manifest = taking.verify(folder, database())
        except BackupFault as error:
            noted.keep(_data_dir(), folder, at=datetime.now(UTC), fault=str(error))
            raise
        noted.keep(_data_dir(), folder, at=datetime.now(UTC))
        _describe(folder, manifest)
        _tell_secrets(folder, manifest)
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

    All of it or nothing. Erasures since the backup was taken are to be repeated. Tables are brought up to date, and
    what was restored knows that it is a copy: it signs and sends nothing until `flask ops go-live`.
    """
    target = database_to_write()
    with _told(folder):
        secret = _take_over_secret(folder)
        known = current_app.extensions["revisions"]()
        _take_over_keys(folder)
        restored = taking.restore(
            folder, target, secret=secret, key_files=_key_files(), revisions=known, replace=replace
        )
        _describe(folder, restored.manifest)
        if restored.aside:
            click.echo(f"What was there before: {restored.aside}", err=True)
        click.echo("Restored, and compared table by table: the same.")
        current_app.extensions["upgrade"](target)  # as the next start would; what is a copy is to say so
        with target.writing(NOBODY) as session:
            mark_copy(session, now=datetime.now(UTC))
        click.echo("It knows that it is a copy: nothing is signed or sent from it until `flask ops go-live`.", err=True)
        click.echo(f"Repeat what was erased after {shown(restored.manifest.taken)}; see docs/operate.md.", err=True)


def _data_dir() -> Path:
    found: Path = current_app.extensions["settings"].data_dir
    return found


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
    return _taken_over(kept)


def _take_over_keys(backup: Path) -> None:
    """Put those of the backup's files of keys into DATA_DIR that it holds and the installation lacks."""
    manifest = form.read(backup)
    for name in taking.unlike(manifest, _key_files()):
        if (backup / name).is_file():
            _taken_over(backup / name)


def _taken_over(kept: Path) -> bytes:
    """What a file of the backup holds, which is in DATA_DIR then; what was there is put aside.

    Raises BackupFault where a database is there already that may be under what would be put aside.
    """
    path: Path = current_app.extensions["settings"].data_dir / kept.name
    if path.exists():
        if not taking.is_empty(database()):
            raise BackupFault(
                f"{path} is another one than the backup's, and the database is not empty: name a new DATA_DIR"
            )
        path.rename(path.with_name(f"{path.name}.replaced-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"))
    content = kept.read_bytes()
    write_new(path, content)
    click.echo(f"The backup's {path.name} is {path} now.", err=True)
    return content


def _key_files() -> list[Path]:
    """The files of DATA_DIR that hold keys beside the secret, there or not."""
    folder: Path = current_app.extensions["settings"].data_dir
    return [folder / name for name in current_app.extensions["key_files"]]


def _tell_secrets(folder: Path, manifest: Manifest) -> None:
    """Say of each secret that the backup is to be read with where it is."""
    unlike = set(taking.unlike(manifest, _key_files()))
    here = {SECRET: manifest.secret == form.fingerprint(_secret())} | {
        name: name not in unlike for name in sorted(manifest.keys)
    }
    for name, same in here.items():
        if (folder / name).is_file():
            told = "is in it"
        else:
            told = (
                "is not in it; this installation has it" if same else "is NOT in it, and this installation has ANOTHER"
            )
        click.echo(f"{'SECRET_KEY' if name == SECRET else name} {told}.", err=True)


def _describe(folder: Path, manifest: Manifest) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir())
    statements, workers = (manifest.tables.get(name) for name in ("lrs_statement", "certification_worker"))
    click.echo(
        f"As of {shown(manifest.taken)} in Vietnam: {statements.rows if statements else 0:,} Statements,"
        f" {workers.rows if workers else 0:,} workers, {len(manifest.tables)} tables; {size / 1e6:,.1f} MB.",
        err=True,
    )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        with telling(folder):
            yield
    except BackupFault as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'the disk'}: {error.strerror}") from None
