"""Word templates of documents, as officers put them in, from day to day. Nobody has put in any yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TEMPLATES = "certification_document_template"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        TEMPLATES,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("loaded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "valid_from", name=op.f(f"pk_{TEMPLATES}")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {TEMPLATES} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {TEMPLATES} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(TEMPLATES)
