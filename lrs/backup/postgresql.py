"""PostgreSQL: what pg_dump writes within one snapshot, and a digest of every table within the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from lrs.backup.form import BackupFault, Table
from lrs.db import EVERY_TENANT, Database, Session

__all__ = ["DATA", "check", "contents", "copy", "has_tables", "put_back", "revision"]

DATA = "data.dump"

_TABLES = sa.text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() ORDER BY 1"
)


def copy(database: Database, target: Path) -> tuple[dict[str, Table], str | None]:
    """Dump everything of this moment into a new file; returns what the tables held, and their revision."""
    with database.reading(EVERY_TENANT, snapshot=True) as session:
        snapshot = session.scalar(sa.text("SELECT pg_export_snapshot()"))
        _run(
            database,
            "pg_dump",
            *("--enable-row-security", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            f"--file={target}",
        )
        return contents(session), revision(session)


def contents(session: Session) -> dict[str, Table]:
    """How many rows each table holds, and a digest of them whatever their order."""
    quote = session.connection().dialect.identifier_preparer.quote
    found = {}
    for name in session.scalars(_TABLES).all():
        command = (
            f"SELECT count(*), coalesce(sum(hash_record_extended(t, 0)::numeric), 0)::text FROM {quote(name)} AS t"  # noqa: S608
        )
        rows, digest = session.execute(sa.text(command)).one()
        found[name] = Table(rows, digest)
    return found


def has_tables(session: Session) -> bool:
    """Whether there is any table."""
    return session.scalars(_TABLES).first() is not None


def revision(session: Session) -> str | None:
    """At which revision the tables stand."""
    found: str | None = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def check(data: Path, database: Database) -> None:
    """Have pg_restore read a dump to its end; raises BackupFault where it cannot."""
    _run(database, "pg_restore", "--file=/dev/null", str(data), connect=False)


def put_back(data: Path, database: Database) -> None:
    """Restore a dump into an empty database, all of it or nothing. Raises BackupFault where there are tables."""
    with database.reading(EVERY_TENANT) as session:
        if has_tables(session):
            raise BackupFault(f"{database.place} holds tables; make a new, empty database and name it in DATABASE_URL")
    _run(
        database,
        "pg_restore",
        *("--enable-row-security", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        str(data),
    )
    with database.writing(EVERY_TENANT) as session:
        session.execute(sa.text("ANALYZE"))


def _run(database: Database, program: str, *arguments: str, connect: bool = True) -> None:
    """Run one of PostgreSQL's programs as the role of DATABASE_URL, past the wall between tenants."""
    of = database.url
    url = sa.URL.create("postgresql", of.username, None, of.host, of.port, of.database, of.query)
    environment = {**os.environ, "PGOPTIONS": "-c cdht.tenant=every"}
    if database.url.password:  # not among the arguments, which everybody on the machine can see
        environment["PGPASSWORD"] = str(database.url.password)
    to = ["--no-password", f"--dbname={url.render_as_string(hide_password=False)}"] if connect else []
    command = [_program(program), *to, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFault(f"{program} failed:\n{done.stderr.strip()}")


def _program(name: str) -> str:
    """Where one of PostgreSQL's programs is: on the PATH, or the newest of those that Debian installs."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: -int(path.parent.parent.name)
    )
    found = shutil.which(name) or next((str(path) for path in installed), None)
    if found is None:
        raise BackupFault(f"{name} is not installed; on Debian: apt install postgresql-client")
    return found
