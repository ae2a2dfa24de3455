"""On PostgreSQL, all that judging asks of a fact stands in the index of its primary key.

A worker's facts lie all over the table, in the order in which they arrived; in the index they lie together. SQLite
keeps the whole table in the order of its key anyway.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = "PRIMARY KEY (worker_id, statement_id, what)"
BESIDE = "INCLUDE (tenant_id, year, day, minutes, score, quality, activity_key)"


def upgrade() -> None:
    _make_key(f"{KEY} {BESIDE}")


def downgrade() -> None:
    _make_key(KEY)


def _make_key(key: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE certification_fact DROP CONSTRAINT pk_certification_fact,"
            f" ADD CONSTRAINT pk_certification_fact {key}"
        )
