"""Whoever does not own the record of acts can, of an act that stands in it, only empty the detail (PostgreSQL)."""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

ACTS = "certification_act"

EMPTIED = (
    "CASE WHEN (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'certification_act'::regclass)"
    " = current_user THEN true ELSE detail IS NULL AND salt IS NULL END"
)
"""What an act is after it was changed; the owner, who may take this away again anyway, is not asked."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY only_emptied ON {ACTS} AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK ({EMPTIED})"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP POLICY only_emptied ON {ACTS}")
