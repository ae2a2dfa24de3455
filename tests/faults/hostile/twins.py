"""One installation twice, row for row the same on SQLite and on PostgreSQL, and everybody who may ask it.

It is made once, on SQLite, and copied; each round begins with fresh copies, so that both know the same, whatever the
requests of the round before brought about.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
from argon2 import PasswordHasher

import migrations
from certification.access import passwords
from certification.access.look_ups import Limit
from certification.documents import drawing
from certification.models.base import Base as Certification
from certification.units import organizations
from lrs import api
from lrs.db import EVERY_TENANT, NOBODY, Database
from lrs.models import Base as Store
from lrs.resources.rewriting import Application
from tests import conftest
from tests.certification.world import World
from tests.postgresql import Cluster
from tests.walls.callers import Caller, callers
from tests.walls.conftest import FOREIGN_UNITS, Undrawn
from tests.walls.objects import Place, settle
from wsgi import Settings

__all__ = ["ENGINES", "Installation", "Template"]

ENGINES = ("sqlite", "postgresql")


@dataclass(slots=True)
class Installation:
    """One of the two, for a round."""

    engine: str
    app: Application
    database: Database
    folder: Path
    close: Callable[[], None]


class Template:
    """What both begin with: three places (the own branch, another, another tenant) and everybody who asks."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self._folder, self._cluster = folder, cluster
        [self._sockets] = cluster.superuser.execute("SHOW unix_socket_directories").fetchone() or ["127.0.0.1"]
        passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        drawing._weasyprint, drawing._styles = lambda: (Undrawn, None), lambda _name: None  # type: ignore[assignment]
        self._data = folder / "template"
        self._data.mkdir()
        url = f"sqlite:///{self._data / 'cdht.sqlite3'}"
        database = Database(url)
        migrations.upgrade(database)
        now = datetime.now(UTC)
        self.places = _places(database, now)
        app = _application(database, self._data)
        self.callers: Mapping[str, Caller] = callers(app, database, self.places[0], now)
        self._copy(database)
        database.close()

    def connect(self) -> None:
        """A connection of its own to the cluster, for a process copied from the one that made this."""
        superuser = psycopg.connect(f"postgresql://tester@127.0.0.1:{self._cluster.port}/postgres", autocommit=True)
        self._cluster = Cluster(self._cluster.port, superuser)

    def installed(self, engine: str, name: str) -> Installation:
        """A fresh copy, to be closed when nobody asks it any more."""
        folder = self._folder / f"{engine}-{name}"
        shutil.copytree(self._data, folder)
        if engine == "sqlite":
            url = f"sqlite:///{folder / 'cdht.sqlite3'}"
        else:
            (folder / "cdht.sqlite3").unlink()
            self._cluster.create_database(f"hostile_{name}", template="hostile")
            url = f"postgresql+psycopg://cdht@/hostile_{name}?host={self._sockets}&port={self._cluster.port}"
        database = Database(url)

        def close() -> None:
            database.close()
            if engine == "postgresql":
                self._cluster.superuser.execute(f"DROP DATABASE hostile_{name} WITH (FORCE)".encode())
            shutil.rmtree(folder, ignore_errors=True)

        return Installation(engine, _application(database, folder), database, folder, close)

    def _copy(self, database: Database) -> None:
        """Every row of SQLite's into a PostgreSQL database of the same revision."""
        url = self._cluster.create_database("hostile")
        migrated = Database(url)
        migrations.upgrade(migrated)
        migrated.close()
        tables = [*Store.metadata.sorted_tables, *Certification.metadata.sorted_tables]
        target = sa.create_engine(self._cluster.url("hostile", "tester"))
        with target.begin() as connection, database.reading(EVERY_TENANT) as session:
            connection.execute(sa.text("SET session_replication_role = replica"))  # rows in any order
            for table in tables:
                connection.execute(sa.delete(table))
                rows = [dict(row) for row in session.execute(sa.select(table)).mappings()]
                if rows:
                    connection.execute(sa.insert(table), rows)
        target.dispose()


def _places(database: Database, now: datetime) -> list[Place]:
    with database.writing(NOBODY) as session:
        own_tenant = api.find_tenant(session, "default")
        foreign_tenant = api.create_tenant(session, "other", now=now)
    for tenant in (own_tenant, foreign_tenant):
        World(database, tenant, now)
    with database.writing(foreign_tenant) as session:
        organizations.import_organizations(session, foreign_tenant, FOREIGN_UNITS.encode(), now=now)
    own = Place(own_tenant, "cdcs/a", "dn/a", "cd/lai-chau", "NV-1", "RIÊNG")
    other = Place(own_tenant, "cdcs/c", "dn/c", "cd/lao-cai", "NV-3", "NHÁNH-KHÁC", plan="lao-cai-2022")
    foreign = Place(foreign_tenant, "cdcs/la", "dn/la", "cd/lai-chau", "NV-LA", "NGƯỜI-LẠ")
    return [settle(database, one, now) for one in (own, other, foreign)]


def _application(database: Database, folder: Path) -> Application:
    settings = Settings(
        data_dir=folder,
        database_url=database.url.render_as_string(hide_password=False),
        secret_key=conftest.PEPPER,
        public_url="https://cdht.example.vn",
    )
    app = conftest.application(settings, database)
    app.extensions["look_ups"] = Limit(0)  # all ask from one address
    return app
