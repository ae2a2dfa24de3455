"""Accounts of people, sessions, roles over branches, and the record of who gave which right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in migration 0007."""

TABLES = (
    "certification_account",
    "certification_account_session",
    "certification_password_token",
    "certification_sign_in_attempt",
    "certification_team",
    "certification_team_member",
    "certification_role_given",
    "certification_access_record",
)


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "certification_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("password_set", instant, nullable=True),
        sa.Column("created", instant, nullable=False),
        sa.Column("deactivated", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_account")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_certification_account_tenant_id_name")),
    )
    op.create_table(
        "certification_account_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("begun", instant, nullable=False),
        sa.Column("expires", instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_certification_account_session")),
    )
    op.create_index(
        op.f("ix_certification_account_session_tenant_id_account_id"),
        "certification_account_session",
        ["tenant_id", "account_id"],
    )
    op.create_index(op.f("ix_certification_account_session_expires"), "certification_account_session", ["expires"])
    op.create_table(
        "certification_password_token",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("expires", instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_certification_password_token")),
    )
    op.create_index(
        op.f("ix_certification_password_token_tenant_id_account_id"),
        "certification_password_token",
        ["tenant_id", "account_id"],
    )
    op.create_table(
        "certification_sign_in_attempt",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", instant, nullable=False),
        sa.Column("blocked_until", instant, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_certification_sign_in_attempt")),
    )
    op.create_index(op.f("ix_certification_sign_in_attempt_last"), "certification_sign_in_attempt", ["last"])
    op.create_table(
        "certification_team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_team_enterprise_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_team")),
        sa.UniqueConstraint(
            "tenant_id", "enterprise_id", "name", name=op.f("uq_certification_team_tenant_id_enterprise_id_name")
        ),
    )
    op.create_table(
        "certification_team_member",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"],
            ["certification_team.id"],
            name=op.f("fk_certification_team_member_team_id_certification_team"),
        ),
        sa.PrimaryKeyConstraint("worker_id", "team_id", "starts", name=op.f("pk_certification_team_member")),
    )
    op.create_index(
        op.f("ix_certification_team_member_tenant_id_team_id"), "certification_team_member", ["tenant_id", "team_id"]
    )
    op.create_table(
        "certification_role_given",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_role_given_organization_id_certification_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["certification_team.id"], name=op.f("fk_certification_role_given_team_id_certification_team")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_role_given")),
    )
    for column in ("account_id", "key"):
        op.create_index(
            op.f(f"ix_certification_role_given_tenant_id_{column}"), "certification_role_given", ["tenant_id", column]
        )
    op.create_table(
        "certification_access_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_access_record")),
    )
    op.create_index(
        op.f("ix_certification_access_record_tenant_id_id"), "certification_access_record", ["tenant_id", "id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
