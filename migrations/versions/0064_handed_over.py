"""Where Statements of erased people had gone: from which place on a destination is told as it is, what it was told
before, and which Statements it had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

DESTINATIONS = "lrs_destination"
SPANS = "lrs_forwarded_span"
HANDED_OVER = "lrs_handed_over"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.add_column(DESTINATIONS, sa.Column("began", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        SPANS,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("destination_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{SPANS}")),
    )
    op.create_table(
        HANDED_OVER,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "erasure_id", "statement_id", "name", "endpoint", name=op.f(f"pk_{HANDED_OVER}")
        ),
    )
    op.create_index(op.f(f"ix_{HANDED_OVER}_tenant_id_statement_id"), HANDED_OVER, ["tenant_id", "statement_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in (SPANS, HANDED_OVER):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(HANDED_OVER)
    op.drop_table(SPANS)
    op.drop_column(DESTINATIONS, "began")
