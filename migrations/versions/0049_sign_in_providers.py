"""Signing in at an organization's own sign-in: which ones, who is who there, and browsers that are on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SESSIONS = "certification_account_session"
PROVIDERS = "certification_sign_in_provider"
LINKS = "certification_sign_in_link"
BEGUN = "certification_sign_in_begun"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        PROVIDERS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("trusts_second_factor", sa.Boolean(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PROVIDERS}")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f(f"uq_{PROVIDERS}_tenant_id_code")),
    )
    op.create_table(
        LINKS,
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("linked", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], [f"{PROVIDERS}.id"], name=op.f(f"fk_{LINKS}_provider_id_{PROVIDERS}")),
        sa.PrimaryKeyConstraint("provider_id", "digest", name=op.f(f"pk_{LINKS}")),
        sa.UniqueConstraint("provider_id", "account_id", name=op.f(f"uq_{LINKS}_provider_id_account_id")),
    )
    op.create_index(op.f(f"ix_{LINKS}_tenant_id_account_id"), LINKS, ["tenant_id", "account_id"])
    op.create_table(
        BEGUN,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("onward", sa.String(), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_{BEGUN}")),
    )
    op.create_index(op.f(f"ix_{BEGUN}_expires"), BEGUN, ["expires"])
    op.add_column(SESSIONS, sa.Column("provider_id", sa.Uuid(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table in (PROVIDERS, LINKS, BEGUN):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_column(SESSIONS, "provider_id")
    op.drop_table(BEGUN)
    op.drop_table(LINKS)
    op.drop_table(PROVIDERS)
