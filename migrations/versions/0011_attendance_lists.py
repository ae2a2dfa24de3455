"""Roll-calls and paper lists, the files they came in, and whose results count as assessed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    "certification_kept_file",
    "certification_attendance_list",
    "certification_attendance_version",
    "certification_attendance_row",
    "certification_entitlement",
)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in migration 0007."""


def upgrade() -> None:
    op.create_table(
        "certification_kept_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name=op.f("pk_certification_kept_file")),
    )
    op.create_table(
        "certification_attendance_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_attendance_list")),
        sa.ForeignKeyConstraint(
            ["organizer_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_attendance_list_organizer_id_certification_organization"),
        ),
    )
    op.create_index(
        op.f("ix_certification_attendance_list_tenant_id_organizer_id"),
        "certification_attendance_list",
        ["tenant_id", "organizer_id"],
    )
    op.create_table(
        "certification_attendance_version",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "version", name=op.f("pk_certification_attendance_version")),
    )
    op.create_index(
        op.f("ix_certification_attendance_version_tenant_id"), "certification_attendance_version", ["tenant_id"]
    )
    op.create_table(
        "certification_attendance_row",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("added_in", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("removed_in", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("list_id", "added_in", "row", name=op.f("pk_certification_attendance_row")),
    )
    op.create_index(
        op.f("ix_certification_attendance_row_tenant_id_statement_id"),
        "certification_attendance_row",
        ["tenant_id", "statement_id"],
    )
    op.create_index(
        op.f("ix_certification_attendance_row_tenant_id_worker_id"),
        "certification_attendance_row",
        ["tenant_id", "worker_id"],
    )
    op.create_table(
        "certification_entitlement",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "valid_from", name=op.f("pk_certification_entitlement")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_entitlement_organization_id_certification_organization"),
        ),
    )
    op.create_index(op.f("ix_certification_entitlement_tenant_id"), "certification_entitlement", ["tenant_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
