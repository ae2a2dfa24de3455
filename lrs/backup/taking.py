"""Taking backups, checking them, and putting them back: the same steps on either database."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lrs.backup import form, postgresql, sqlite
from lrs.backup.form import SECRET, BackupFault, Manifest, Table
from lrs.db import EVERY_TENANT, Database
from lrs.durable import sync

__all__ = ["Restored", "compared", "is_empty", "prune", "restore", "take", "unlike", "verify"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where the file went that was there before (SQLite)."""

    manifest: Manifest
    aside: Path | None


def take(
    database: Database,
    folder: Path,
    *,
    now: datetime,
    secret: bytes,
    key_files: Collection[Path] = (),
    with_secret: bool = False,
) -> Path:
    """Copy the whole database as of one moment into a new folder inside `folder`, and return it.

    `key_files` hold what some of it can only be read with, beside the secret; `with_secret` takes all of that along.
    Others go on reading and writing. The copy is read back before it gets its name. Raises BackupFault, and leaves
    nothing behind, where it cannot be taken.
    """
    whole = folder / form.name_of(now)
    part = whole.with_name(f"{whole.name}.part")
    if whole.exists():
        raise BackupFault(f"{whole} is there already")
    part.mkdir(parents=True, mode=0o700)
    try:
        if database.is_sqlite:
            data = part / sqlite.DATA
            sqlite.copy(database, data)
            tables, revision = sqlite.contents(data), sqlite.revision(data)
        else:
            data = part / postgresql.DATA
            tables, revision = postgresql.copy(database, data)
            postgresql.check(data, database)
        data.chmod(0o600)
        keys = _read(key_files)  # after the data: a key is in its file before anything is under it
        for name, content in {SECRET: secret, **keys}.items() if with_secret else ():
            (part / name).touch(mode=0o600)
            (part / name).write_bytes(content)
        manifest = Manifest.of(
            taken=now, kind=_kind(database), revision=revision, data=data.name, tables=tables, secret=secret, keys=keys
        )
        form.write(part, manifest)
        part.rename(whole)
        sync(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return whole


def verify(backup: Path, database: Database) -> Manifest:
    """Read a backup to its end: every byte is as it was written, and the database's own tool can read it.

    `database` says only whose tool that is. Raises BackupFault with what does not hold.
    """
    manifest = form.read(backup)
    if manifest.kind == "sqlite":
        sqlite.check(backup / manifest.data)
        tables = sqlite.contents(backup / manifest.data)
        if told := _differences(manifest.tables, tables):
            raise BackupFault("\n".join([f"{backup} does not hold what it says", *told]))
    else:
        postgresql.check(backup / manifest.data, database)
    return manifest


def unlike(manifest: Manifest, key_files: Collection[Path]) -> list[str]:
    """Names of the files of keys that the backup needs and these are not: missing, or of other keys."""
    there = _read(key_files)
    return sorted(name for name, keys in manifest.keys.items() if not keys.begins(there.get(name, b"")))


def restore(
    backup: Path,
    database: Database,
    *,
    secret: bytes,
    revisions: Collection[str],
    key_files: Collection[Path] = (),
    replace: bool = False,
) -> Restored:
    """Put a backup into an empty database and compare it, table by table, with what was copied.

    `key_files` are those of the installation that is to go on with it; `revisions` are those this version of the
    program knows. With `replace` a SQLite file that holds data is put aside. Raises BackupFault, before anything is
    changed, where the backup does not fit or hold; and afterwards where the result differs, which nobody is then to
    use.
    """
    manifest = verify(backup, database)
    if manifest.kind != _kind(database):
        raise BackupFault(
            f"the backup is of {manifest.kind}, DATABASE_URL names {_kind(database)};"
            " to change databases, use flask lrs export and import"
        )
    if manifest.revision is not None and manifest.revision not in revisions:
        raise BackupFault(f"a newer version of this program took it (revision {manifest.revision}); install that one")
    if manifest.secret != form.fingerprint(secret):
        raise BackupFault(
            "it was taken with another SECRET_KEY: no key would open it, and erasures and opaque accounts hang on it;"
            " give the program that secret first"
        )
    if missing := unlike(manifest, key_files):
        raise BackupFault(
            f"it needs the {' and '.join(missing)} of when it was taken: without them what is under those keys can be"
            " read no more; put the copy that was kept with SECRET_KEY into DATA_DIR first"
        )
    aside = None
    if database.is_sqlite:
        aside = sqlite.put_back(backup / manifest.data, database, replace=replace)
    else:
        postgresql.put_back(backup / manifest.data, database)
    if told := compared(manifest, database):
        raise BackupFault("\n".join(["what was restored differs from what was copied; do not use it", *told]))
    return Restored(manifest, aside)


def compared(manifest: Manifest, database: Database) -> list[str]:
    """A line for each table of the database that does not hold what a backup of it held."""
    if not database.is_sqlite:
        with database.reading(EVERY_TENANT, snapshot=True) as session:
            return _differences(manifest.tables, postgresql.contents(session))
    return _differences(manifest.tables, sqlite.contents(sqlite.file_of(database)))


def is_empty(database: Database) -> bool:
    """Whether there is no table yet, as where nothing was ever started."""
    if database.is_sqlite:
        return not sqlite.has_tables(sqlite.file_of(database))
    with database.reading(EVERY_TENANT) as session:
        return not postgresql.has_tables(session)


def _differences(before: Mapping[str, Table], after: Mapping[str, Table]) -> list[str]:
    told = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            told.append(f"{name}: {'is new' if old is None else 'is missing'}")
        elif old.rows != new.rows:
            told.append(f"{name}: {old.rows} rows were copied, {new.rows} are there")
        elif old != new:
            told.append(f"{name}: as many rows, but not the same")
    return told


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` whole backups in a folder; returns those that went."""
    old = form.backups_in(folder)[:-keep]
    for path in old:
        gone = path.with_name(f"{path.name}.part")  # whoever is interrupted here leaves nothing that looks whole
        path.rename(gone)
        shutil.rmtree(gone)
    return old


def _read(files: Collection[Path]) -> dict[str, bytes]:
    """What the files hold, by name; those that are not there, or empty, are left out."""
    there = {path.name: path.read_bytes() for path in files if path.is_file()}
    return {name: content for name, content in there.items() if content}


def _kind(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"
