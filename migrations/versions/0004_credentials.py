"""Credentials that expire, are rotated, tell when they were last used; sandboxes; opaque accounts.

Going down, a key that was to expire is revoked as of the same instant, so that none works longer than it was meant to;
a sandbox becomes a tenant in its own right, and the next way up tells it by its name.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SANDBOX = "sandbox of "

_TENANT = sa.table(
    "lrs_tenant", sa.column("id", sa.Uuid()), sa.column("name", sa.String()), sa.column("sandbox_of", sa.Uuid())
)


def upgrade() -> None:
    op.add_column("lrs_tenant", sa.Column("sandbox_of", sa.Uuid(), nullable=True))
    op.add_column("lrs_tenant", sa.Column("opaque_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lrs_credential", sa.Column("expires", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lrs_credential", sa.Column("old_secret_digest", sa.LargeBinary(), nullable=True))
    op.add_column("lrs_credential", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("lrs_credential", sa.Column("last_used", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    tenants = connection.execute(sa.select(_TENANT.c.id, _TENANT.c.name)).all()
    sandboxes = {f"{_SANDBOX}{row.id}": row.id for row in tenants}
    for row in tenants:
        owner: UUID | None = sandboxes.get(row.name)
        if owner is not None:
            connection.execute(sa.update(_TENANT).where(_TENANT.c.id == row.id).values(sandbox_of=owner))
    op.create_index(op.f("ix_lrs_tenant_sandbox_of"), "lrs_tenant", ["sandbox_of"], unique=True)


def downgrade() -> None:
    op.execute(
        "UPDATE lrs_credential SET revoked = expires"
        " WHERE expires IS NOT NULL AND (revoked IS NULL OR revoked > expires)"
    )
    op.drop_index(op.f("ix_lrs_tenant_sandbox_of"), table_name="lrs_tenant")
    for column in ("last_used", "old_secret_until", "old_secret_digest", "expires"):
        op.drop_column("lrs_credential", column)
    for column in ("opaque_since", "sandbox_of"):
        op.drop_column("lrs_tenant", column)
