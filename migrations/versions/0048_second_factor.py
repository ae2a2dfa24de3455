"""A second factor of signing in: the secret of an app, and recovery codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

FACTORS = "certification_second_factor"
CODES = "certification_recovery_code"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        FACTORS,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f(f"pk_{FACTORS}")),
    )
    op.create_table(
        CODES,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_{CODES}")),
    )
    op.create_index(op.f(f"ix_{CODES}_tenant_id_account_id"), CODES, ["tenant_id", "account_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in (FACTORS, CODES):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(CODES)
    op.drop_table(FACTORS)
