"""What commands say where the machine or the database lacks something: one line with what, where, and where to read on.

Without it a full disk would be a traceback, in the middle of which stands what SQLite calls it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from psycopg.errors import DiskFull
from sqlalchemy.exc import OperationalError

from lrs.db import AWAY, Database, is_away

__all__ = ["Commands", "telling", "words"]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HARDLY_ANY = 256 * 1024
"""Bytes free on a disk, at or below which SQLite's complaints about it are those of a full one."""


class Commands(AppGroup):
    """Commands that end with a line, and no traceback, where the machine or the database is what fails."""

    def invoke(self, ctx: click.Context) -> Any:
        with telling():
            return super().invoke(ctx)


@contextmanager
def telling(*folders: Path) -> Iterator[None]:
    """Turns what the machine or the database lacks into a line and status 1; `folders` are written to in the block."""
    try:
        yield
    except (*AWAY, sqlite3.Error) as error:
        if not (is_away(error) or isinstance(error, sqlite3.OperationalError)):
            raise
        places = [*folders, current_app.extensions["settings"].data_dir]
        raise click.ClickException(words(error, current_app.extensions["database"], places)) from None


def words(error: BaseException, database: Database, folders: Iterable[Path] = ()) -> str:
    """What failed, on which disk of these folders (or the database's) where that is full, and what to do."""
    raw = getattr(error, "orig", None) or error
    file = getattr(raw, "filename", None)
    places = [Path(file)] if file else [*folders, *_files(database), Path(tempfile.gettempdir())]
    full = [place for place in places if _is_full(place)]
    said = getattr(raw, "strerror", None) or str(raw) or type(raw).__name__
    if getattr(error, "statement", None):
        said = said.partition("\n")[0]  # further lines may quote a row
    said = " ".join(said.split()).rstrip(".")
    if (
        getattr(raw, "errno", None) in _NO_ROOM
        or isinstance(raw, DiskFull)
        or _says_full(raw)
        or (full and _of_disk(raw))
    ):
        of_copy = isinstance(error, sqlite3.Error)  # not asked through the database: of a file that is being written
        where = file or next(iter(places if of_copy else full), database.place)
        return (
            f"No room is left on the disk of {where} ({said}): make room, then run this again"
            " (docs/operate.md#full-disk)."
        )
    if isinstance(raw, sqlite3.OperationalError) and ("readonly" in said or _is_closed_to_us(database)):
        return f"{database.place} may not be written by this user ({said}): give it the file and its folder."
    if isinstance(raw, OSError):
        return f"{file or 'This machine'} does not do its work: {said}."
    if isinstance(error, (OperationalError, sqlite3.Error)):
        return (
            f"{database.place} cannot be used: {said}. Look whether it runs and whether DATABASE_URL is right"
            " (docs/operate.md#the-database-does-not-answer)."
        )
    return f"The database does not do its work: {said} (docs/operate.md#the-database-does-not-answer)."


def _files(database: Database) -> list[Path]:
    return [Path(database.url.database)] if database.is_sqlite and database.url.database else []


def _is_full(place: Path) -> bool:
    there = next((one for one in (place, *place.parents) if one.exists()), None)
    return there is not None and shutil.disk_usage(there).free <= _HARDLY_ANY


def _is_closed_to_us(database: Database) -> bool:
    return any(one.parent.is_dir() and not os.access(one.parent, os.W_OK) for one in _files(database))


def _says_full(raw: BaseException) -> bool:
    return isinstance(raw, sqlite3.Error) and _code(raw) == sqlite3.SQLITE_FULL


def _of_disk(raw: BaseException) -> bool:
    return isinstance(raw, sqlite3.Error) and _code(raw) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _code(raw: sqlite3.Error) -> int:
    """SQLite's code of an error, without what it says more exactly in the higher bits."""
    return getattr(raw, "sqlite_errorcode", 0) & 0xFF
