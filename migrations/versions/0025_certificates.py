"""Certificates of recognised titles, the codes by which anybody finds one, and the keys that sign them.

Codes have no policy of row-level security: they are read to find out whose certificate is asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEYS = "certification_signing_key"
CERTIFICATES = "certification_certificate"
CODES = "certification_certificate_code"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        KEYS,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("multikey", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f(f"pk_{KEYS}")),
    )
    op.create_table(
        CERTIFICATES,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("register_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("printed_number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("decision_number", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("numbered", sa.DateTime(timezone=True), nullable=False),
        sa.Column("list_place", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("unsigned", sa.LargeBinary(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=True),
        sa.Column("issued", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawal", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f(f"pk_{CERTIFICATES}")),
    )
    op.create_index(
        op.f(f"ix_{CERTIFICATES}_tenant_id_register_year_body_number"),
        CERTIFICATES,
        ["tenant_id", "register_year", "body", "number"],
    )
    op.create_index(op.f(f"ix_{CERTIFICATES}_tenant_id_id"), CERTIFICATES, ["tenant_id", "id"])
    op.create_table(
        CODES,
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{CODES}")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in (KEYS, CERTIFICATES):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in (CODES, CERTIFICATES, KEYS):
        op.drop_table(table)
