"""Whom an operator trusts for what, facts that repeat others, and what is to be looked at in Statements.

Facts that are there keep counting as they do until `flask certification rebuild-facts` reads the Statements again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW = (
    "certification_authority_trust",
    "certification_finding",
    "certification_occasion",
    "certification_repeat",
)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)


def upgrade() -> None:
    for column in ("said_by", "once_key"):
        op.add_column(
            "certification_fact", sa.Column(column, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
        )
    op.create_table(
        "certification_repeat",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("repeats", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.BigInteger(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("once_key", sa.BigInteger(), nullable=False),
        sa.Column("lends_minutes", sa.Boolean(), nullable=False),
        sa.Column("lends_score", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "what", name=op.f("pk_certification_repeat")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_certification_repeat_tenant_id_statement_id"), "certification_repeat", ["tenant_id", "statement_id"]
    )
    op.create_table(
        "certification_occasion",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("occasion_key", sa.BigInteger(), nullable=False),
        sa.Column("activity_key", sa.BigInteger(), nullable=False),
        sa.Column("is_certificate", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "occasion_key", name=op.f("pk_certification_occasion")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_certification_occasion_tenant_id_statement_id"),
        "certification_occasion",
        ["tenant_id", "statement_id"],
    )
    op.create_index(
        op.f("ix_certification_occasion_tenant_id_occasion_key"),
        "certification_occasion",
        ["tenant_id", "occasion_key"],
    )
    op.create_table(
        "certification_finding",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "number", name=op.f("pk_certification_finding")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_certification_finding_tenant_id_said_by_code"),
        "certification_finding",
        ["tenant_id", "said_by", "code"],
    )
    op.create_table(
        "certification_authority_trust",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certification_authority_trust")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in NEW:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    """What did not count goes, and so does who is trusted for what: the follower reads every Statement again, so that
    facts are what it makes of them on this side of the step."""
    op.execute("DELETE FROM certification_feed_position WHERE reader LIKE 'reread %'")
    op.execute("UPDATE certification_feed_position SET token = '' WHERE reader = 'evidence'")
    for table in NEW:
        op.drop_table(table)
    for column in ("once_key", "said_by"):
        op.drop_column("certification_fact", column)
