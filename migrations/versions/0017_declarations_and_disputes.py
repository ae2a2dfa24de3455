"""What workers declare and dispute, how it was answered, and what went out by channels that reach nobody by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "certification_declaration",
    "certification_declaration_step",
    "certification_dispute",
    "certification_dispute_step",
    "certification_channel_item",
)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in migration 0007."""


def upgrade() -> None:
    op.create_table(
        "certification_declaration",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("learned_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("certificate_number", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f("pk_certification_declaration")),
    )
    op.create_index(
        op.f("ix_certification_declaration_tenant_id_sha256"), "certification_declaration", ["tenant_id", "sha256"]
    )
    op.create_index(
        op.f("ix_certification_declaration_tenant_id_state_due"),
        "certification_declaration",
        ["tenant_id", "state", "due"],
    )
    op.create_table(
        "certification_declaration_step",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "declaration_id", "place", name=op.f("pk_certification_declaration_step")),
    )
    op.create_index(
        op.f("ix_certification_declaration_step_tenant_id"), "certification_declaration_step", ["tenant_id"]
    )
    op.create_table(
        "certification_dispute",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f("pk_certification_dispute")),
    )
    op.create_index(
        op.f("ix_certification_dispute_tenant_id_state_due"), "certification_dispute", ["tenant_id", "state", "due"]
    )
    op.create_table(
        "certification_dispute_step",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "dispute_id", "place", name=op.f("pk_certification_dispute_step")),
    )
    op.create_index(op.f("ix_certification_dispute_step_tenant_id"), "certification_dispute_step", ["tenant_id"])
    op.create_table(
        "certification_channel_item",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_certification_channel_item")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_channel_item_organization_id_certification_organization"),
        ),
    )
    op.create_index(
        op.f("ix_certification_channel_item_tenant_id_day"), "certification_channel_item", ["tenant_id", "day"]
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
