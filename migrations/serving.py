"""What the role that serves may do with tables that another one owns and migrates (PostgreSQL).

It reads and writes rows, and that is all: it can neither change a table nor the row-level security upon it. The record
of acts it can only add to, and empty of what it says of a person (`certification/acts/chain.py`).
"""

from __future__ import annotations

import sqlalchemy as sa

from lrs.db import NOBODY, Database

__all__ = ["grant", "is_granted", "role_of"]

_ACTS, _ERASED = "certification_act", "detail, salt"


def role_of(database: Database) -> str:
    """As whom this database is connected to."""
    with database.reading(NOBODY) as session:
        return str(session.scalar(sa.text("SELECT current_user")))


def is_granted(owner: Database, role: str) -> bool:
    """Whether `role` serves already, the newest table included, and may do no more."""
    asked = sa.text(
        "SELECT has_table_privilege(:role, 'alembic_version', 'SELECT')"
        " AND NOT has_table_privilege(:role, 'certification_act', 'DELETE')"
        " AND has_table_privilege(:role, (SELECT max(oid) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = current_schema()::regnamespace), 'SELECT')"
    )
    with owner.reading(NOBODY) as session:
        return bool(session.scalar(asked, {"role": role}))


def grant(owner: Database, role: str) -> None:
    """Let `role` serve, and do no more than that; for whoever owns the tables, after each migration."""
    if role_of(owner) == role:
        raise ValueError(f"MIGRATION_DATABASE_URL and DATABASE_URL both connect as {role}")
    with owner.writing(NOBODY) as session:
        connection = session.connection()
        to = connection.dialect.identifier_preparer.quote(role)
        schema = connection.dialect.identifier_preparer.quote(
            str(connection.scalar(sa.text("SELECT current_schema()"))),
        )
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('cdht grants'))"))
        for command in (
            f"GRANT USAGE ON SCHEMA {schema} TO {to}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}",
            f"REVOKE UPDATE, DELETE ON {_ACTS} FROM {to}",
            f"GRANT UPDATE ({_ERASED}) ON {_ACTS} TO {to}",
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {to}",
        ):
            connection.execute(sa.text(command))
