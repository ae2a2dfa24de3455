"""Workers found by their group: the index of a tenant's rows has the group beside it."""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLE = "certification_audience"


def upgrade() -> None:
    op.create_index(op.f(f"ix_{TABLE}_tenant_id_audience"), TABLE, ["tenant_id", "audience"])
    op.drop_index(op.f(f"ix_{TABLE}_tenant_id"), TABLE)


def downgrade() -> None:
    op.create_index(op.f(f"ix_{TABLE}_tenant_id"), TABLE, ["tenant_id"])
    op.drop_index(op.f(f"ix_{TABLE}_tenant_id_audience"), TABLE)
