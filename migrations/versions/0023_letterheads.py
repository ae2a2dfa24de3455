"""How documents of units are headed, and who signs them, from day to day. Nobody has told any of it yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LETTERHEADS = "certification_letterhead"
SIGNERS = "certification_signer"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        LETTERHEADS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("recipients", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        _of_an_organization(LETTERHEADS),
        sa.PrimaryKeyConstraint("organization_id", "valid_from", name=op.f(f"pk_{LETTERHEADS}")),
    )
    op.create_index(op.f(f"ix_{LETTERHEADS}_tenant_id"), LETTERHEADS, ["tenant_id"])
    op.create_table(
        SIGNERS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        _of_an_organization(SIGNERS),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{SIGNERS}")),
    )
    op.create_index(op.f(f"ix_{SIGNERS}_tenant_id"), SIGNERS, ["tenant_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in (LETTERHEADS, SIGNERS):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def _of_an_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"],
        ["certification_organization.id"],
        name=op.f(f"fk_{table}_organization_id_certification_organization"),
    )


def downgrade() -> None:
    op.drop_table(SIGNERS)
    op.drop_table(LETTERHEADS)
