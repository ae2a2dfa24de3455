"""How Alembic reaches the database.

On SQLite the whole upgrade is one BEGIN IMMEDIATE transaction (the driver in autocommit, see `lrs.db`, and
`transactional_ddl`): a process killed in the middle leaves nothing behind. On PostgreSQL an advisory lock of the
transaction keeps a second migrating process waiting; without it one of the two fails in the catalogue. Migrations carry
the rows of every tenant.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import context

import certification.models
import lrs.models
import migrations
from lrs.db import EVERY_TENANT, Database
from lrs.layout.partitions import is_no_part

TARGET = [lrs.models.Base.metadata, certification.models.Base.metadata]


def database_from_environment() -> Database:
    """For `alembic` typed by hand: the same DATABASE_URL and DATA_DIR as the program."""
    data_dir = Path(os.environ.get("DATA_DIR", "var")).resolve()
    return Database(os.environ.get("DATABASE_URL") or f"sqlite:///{data_dir}/cdht.sqlite3")


def run_migrations() -> None:
    database: Database = context.config.attributes.get("database") or database_from_environment()
    with database.writing(EVERY_TENANT) as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrations.LOCK})
        context.configure(
            connection=connection,
            target_metadata=TARGET,
            transactional_ddl=True,
            compare_type=True,
            include_object=is_no_part,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
