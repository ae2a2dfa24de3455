"""Documents of State and profiles, and what Statements define: Activities and names of Agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lrs_document",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("context_key", sa.BigInteger(), nullable=False),
        sa.Column("document_key", sa.BigInteger(), nullable=False),
        sa.Column("agent_key", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "context_key", "document_key", name=op.f("pk_lrs_document")),
    )
    op.create_index(op.f("ix_lrs_document_tenant_id_agent_key"), "lrs_document", ["tenant_id", "agent_key"])
    op.create_table(
        "lrs_activity",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("activity_key", sa.BigInteger(), nullable=False),
        sa.Column("iri", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "activity_key", name=op.f("pk_lrs_activity")),
    )
    op.create_table(
        "lrs_agent_names",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_key", sa.BigInteger(), nullable=False),
        sa.Column("ifi", sa.String(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "agent_key", name=op.f("pk_lrs_agent_names")),
    )
    op.create_table(
        "lrs_definitions_position",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_lrs_definitions_position")),
    )


def downgrade() -> None:
    op.drop_table("lrs_definitions_position")
    op.drop_table("lrs_agent_names")
    op.drop_table("lrs_activity")
    op.drop_index(op.f("ix_lrs_document_tenant_id_agent_key"), table_name="lrs_document")
    op.drop_table("lrs_document")
