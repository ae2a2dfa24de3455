"""Clients whose tokens stand for keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

CLIENTS = "lrs_token_client"


def upgrade() -> None:
    op.create_table(
        CLIENTS,
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("algorithms", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("grants", sa.String(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["lrs_credential.id"], name=op.f(f"fk_{CLIENTS}_credential_id_lrs_credential")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["lrs_tenant.id"], name=op.f(f"fk_{CLIENTS}_tenant_id_lrs_tenant")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f(f"pk_{CLIENTS}")),
        sa.UniqueConstraint("issuer", "audience", "client_id", name=op.f(f"uq_{CLIENTS}_issuer_audience_client_id")),
    )


def downgrade() -> None:
    op.drop_table(CLIENTS)
