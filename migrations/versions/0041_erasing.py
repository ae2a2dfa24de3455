"""Enterprises are told whom of theirs was erased; what an own account did is found by indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NOTICES = "certification_erasure_notice"

DONE_BY = (
    ("certification_attestation", "attested_by"),
    ("certification_attestation", "withdrawn_by"),
    ("certification_consent", "ended_by"),
    ("certification_consent", "given_by"),
    ("certification_data_request_step", "recorded_by"),
    ("certification_declaration_step", "recorded_by"),
    ("certification_dispute_step", "recorded_by"),
    ("certification_dossier_step", "done_by"),
    ("certification_identity_event", "done_by"),
    ("certification_title_review", "decided_by"),
)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        NOTICES,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{NOTICES}_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{NOTICES}")),
    )
    op.create_index(op.f(f"ix_{NOTICES}_tenant_id_kept_until"), NOTICES, ["tenant_id", "kept_until"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {NOTICES} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {NOTICES} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")
    for table, column in DONE_BY:
        op.create_index(op.f(f"ix_{table}_tenant_id_{column}"), table, ["tenant_id", column])


def downgrade() -> None:
    for table, column in DONE_BY:
        op.drop_index(op.f(f"ix_{table}_tenant_id_{column}"), table)
    op.drop_table(NOTICES)
