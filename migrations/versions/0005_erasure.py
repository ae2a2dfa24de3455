"""Erasure of Agents, what Statements said before it, and which Statement uses which Attachment.

The Statements that are there already declare their Attachments in their texts; these are carried over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAGE = 1000


def upgrade() -> None:
    op.create_table(
        "lrs_attachment_use",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sha2", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sha2", "statement_id", name=op.f("pk_lrs_attachment_use")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lrs_erasure",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lrs_erasure")),
    )
    op.create_table(
        "lrs_erased_statement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("untimed_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "digest", name=op.f("pk_lrs_erased_statement")),
        sqlite_with_rowid=False,
    )
    _note_uses()


def downgrade() -> None:
    op.drop_table("lrs_erased_statement")
    op.drop_table("lrs_erasure")
    op.drop_table("lrs_attachment_use")


# --- The tables as they are at this revision

_STATEMENT = sa.table(
    "lrs_statement",
    sa.column("tenant_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("exact", sa.Text()),
)
_USE = sa.table(
    "lrs_attachment_use",
    sa.column("tenant_id", sa.Uuid()),
    sa.column("sha2", sa.String()),
    sa.column("statement_id", sa.Uuid()),
    sa.column("dropped", sa.Boolean()),
)


def _note_uses() -> None:
    connection = op.get_bind()
    tenants = connection.scalars(sa.select(sa.table("lrs_tenant", sa.column("id", sa.Uuid())).c.id)).all()
    for tenant in tenants:
        for page in _pages(connection, tenant):
            uses = [
                {"tenant_id": tenant, "sha2": sha2, "statement_id": row.id, "dropped": False}
                for row in page
                for sha2 in sorted(_hashes(json.loads(row.exact)))
            ]
            if uses:
                connection.execute(sa.insert(_USE), uses)


def _pages(connection: sa.Connection, tenant: UUID) -> Iterator[list[Any]]:
    """The tenant's Statements that may declare Attachments, by id, a page at a time."""
    query = sa.select(_STATEMENT.c.id, _STATEMENT.c.exact).order_by(_STATEMENT.c.id).limit(PAGE)
    query = query.where(_STATEMENT.c.tenant_id == tenant, _STATEMENT.c.exact.contains('"sha2"'))
    page = connection.execute(query).all()
    while page:
        yield list(page)
        page = connection.execute(query.where(_STATEMENT.c.id > page[-1].id)).all()


def _hashes(document: dict[str, Any]) -> set[str]:
    """The Attachments that a Statement or its SubStatement declares."""
    target = document["object"]
    holders = [document, target] if target.get("objectType") == "SubStatement" else [document]
    return {each["sha2"].lower() for one in holders for each in one.get("attachments", ())}
