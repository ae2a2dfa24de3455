"""Counts kept so that rates come fast, all made again from other tables, and whose counts must be made again.

Nothing is filled in here: the work loop makes the summaries when it finds none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in migration 0007."""

TABLES = (
    "certification_summary",
    "certification_summary_place",
    "certification_standing",
    "certification_tally",
    "certification_uncounted",
    "certification_revision",
)


def upgrade() -> None:
    op.create_table(
        "certification_summary",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("organizations", sa.Uuid(), nullable=True),
        sa.Column("built_to", sa.Uuid(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "year", name=op.f("pk_certification_summary")),
    )
    op.create_table(
        "certification_summary_place",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "year", "enterprise_id", name=op.f("pk_certification_summary_place")),
    )
    op.create_table(
        "certification_standing",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "year", name=op.f("pk_certification_standing")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_certification_standing_tenant_id_year"), "certification_standing", ["tenant_id", "year"])
    op.create_table(
        "certification_tally",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "year", "measure", name=op.f("pk_certification_tally")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_certification_tally_tenant_id_year_measure"), "certification_tally", ["tenant_id", "year", "measure"]
    )
    op.create_table(
        "certification_uncounted",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "year", name=op.f("pk_certification_uncounted")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_certification_uncounted_tenant_id"), "certification_uncounted", ["tenant_id"])
    op.create_table(
        "certification_revision",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_certification_revision")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
