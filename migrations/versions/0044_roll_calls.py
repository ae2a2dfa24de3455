"""Roll-calls with a rotating code, who was there, and pictures of paper lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ROLL_CALLS = "certification_roll_call"
PRESENCES = "certification_presence"
SHEETS = "certification_roll_call_sheet"
TABLES = (ROLL_CALLS, PRESENCES, SHEETS)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        ROLL_CALLS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("instructor", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("early_minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("rule_file_id", sa.Uuid(), nullable=False),
        sa.Column("step_seconds", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{ROLL_CALLS}_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ROLL_CALLS}")),
    )
    op.create_index(
        op.f(f"ix_{ROLL_CALLS}_tenant_id_organization_id_starts"),
        ROLL_CALLS,
        ["tenant_id", "organization_id", "starts"],
    )
    op.create_index(op.f(f"ix_{ROLL_CALLS}_tenant_id_address"), ROLL_CALLS, ["tenant_id", "address"])
    op.create_table(
        PRESENCES,
        sa.Column("roll_call_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("present", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_later", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("tick_id", sa.Uuid(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawal_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("roll_call_id", "statement_id", name=op.f(f"pk_{PRESENCES}")),
    )
    for column in ("worker_id", "recorded_by", "withdrawn_by"):
        op.create_index(op.f(f"ix_{PRESENCES}_tenant_id_{column}"), PRESENCES, ["tenant_id", column])
    op.create_table(
        SHEETS,
        sa.Column("roll_call_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("roll_call_id", "sha256", name=op.f(f"pk_{SHEETS}")),
    )
    op.create_index(op.f(f"ix_{SHEETS}_tenant_id_sha256"), SHEETS, ["tenant_id", "sha256"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
