"""How the database itself is set and how it is doing, as it says: for whoever looks after it.

Settings that a promise of ours rests on: that what was answered for is on disk, that tenants are held apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lrs.db import NOBODY, Database

__all__ = ["Engine", "engine_of", "filesystem_of", "folders_of", "server_of"]

POSTGRESQL = Path("/var/lib/postgresql")
"""Where Debian's PostgreSQL keeps its data, when it is on this machine."""

ON_OTHER_MACHINES = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "gluster",
    "fuse.sshfs",
    "fuse.rclone",
    "lustre",
    "virtiofs",
)
"""How names of file systems begin that lie on another machine: SQLite's locks do not hold there."""

_SETTINGS = (
    "fsync", "full_page_writes", "synchronous_commit", "data_checksums", "autovacuum", "max_connections",
    "server_version_num", "archive_mode",
)  # fmt: skip

_ACTIVITY = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()) AS longest,
       (SELECT coalesce(max(age(relfrozenxid)), 0) FROM pg_class WHERE relkind = 'r') AS age,
       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS passes,
       clock_timestamp() AS clock
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """What the database says of itself.

    `settings` by the database's own names, in its own words; `clock` its clock (UTC) and `asked` ours at the same
    moment. Of PostgreSQL: how many `connections` are open to the whole server, how long the longest transaction of this
    database has been open (seconds), how many transactions old its oldest row is, whether our role passes row-level
    security. Of SQLite: where the file lies and on which kind of file system.
    """

    kind: str
    settings: dict[str, str]
    clock: datetime
    asked: datetime
    connections: int = 0
    longest_transaction: float = 0.0
    oldest_row: int = 0
    passes_wall: bool = False
    file: Path | None = None
    filesystem: str = ""
    archiving: Archiving | None = field(default=None)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the file lies on another machine, as far as the name of its file system tells."""
        return self.filesystem.startswith(ON_OTHER_MACHINES)


@dataclass(frozen=True, slots=True)
class Archiving:
    """How PostgreSQL's log gets to its archive: when the last part went, when one last failed to (UTC)."""

    archived: datetime | None
    failed: datetime | None

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt failed."""
        return self.failed is not None and (self.archived is None or self.failed > self.archived)


def engine_of(database: Database) -> Engine:
    """How the database is set and doing. Raises SQLAlchemy's errors where it does not answer."""
    return _sqlite(database) if database.is_sqlite else _postgresql(database)


def server_of(database: Database) -> str:
    """Which database of which PostgreSQL server this is: the same by whatever address; not that of a standby."""
    named = "SELECT format('%s/%s%s', system_identifier, current_database(), CASE WHEN pg_is_in_recovery() "
    with database.reading(NOBODY) as session:
        return str(session.scalar(sa.text(named + "THEN '/standby' ELSE '' END) FROM pg_control_system()")))


def _sqlite(database: Database) -> Engine:
    settings = {}
    with database.reading(NOBODY) as session:
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete"):
            settings[name] = str(session.scalar(sa.text(f"PRAGMA {name}"))).lower()
    present, file = datetime.now(UTC), Path(database.url.database or ":memory:").resolve()
    return Engine("sqlite", settings, present, present, file=file, filesystem=filesystem_of(file))


def _postgresql(database: Database) -> Engine:
    with database.reading(NOBODY) as session:
        named = sa.text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
        settings: dict[str, str] = {row.name: row.setting for row in session.execute(named, {"names": list(_SETTINGS)})}
        found: Any = session.execute(sa.text(_ACTIVITY)).one()
        present = datetime.now(UTC)
        archiving = None
        if settings.get("archive_mode", "off") != "off":
            archived = sa.text("SELECT last_archived_time, last_failed_time FROM pg_stat_archiver")
            archiving = Archiving(*session.execute(archived).one())
    return Engine(
        "postgresql", settings, found.clock.astimezone(UTC), present, int(found.connections), float(found.longest),
        int(found.age), bool(found.passes), archiving=archiving,
    )  # fmt: skip


def folders_of(database: Database, home: Path = POSTGRESQL) -> list[Path]:
    """Where the database's files lie on this machine: that of SQLite's file; PostgreSQL's own and each cluster's, which
    may be on a disk of its own. None where it is on another machine, or in memory."""
    if database.is_sqlite:
        return [Path(database.url.database).resolve().parent] if database.url.database else []
    return [home, *home.glob("*/*")] if home.is_dir() else []


def filesystem_of(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system that a file lies on, as the kernel calls it (ext4, nfs4); "" where it does not say."""
    best, kind = -1, ""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _source, where, found, *_ = [*line.split(" "), "", "", ""]
        place = Path(where.encode().decode("unicode_escape", "replace"))
        if len(place.parts) > best and path.is_relative_to(place):
            best, kind = len(place.parts), found
    return kind
