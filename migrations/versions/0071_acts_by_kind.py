"""The record of acts is found by what was done."""

from __future__ import annotations

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

INDEX = "ix_certification_act_tenant_id_act_number"


def upgrade() -> None:
    op.create_index(INDEX, "certification_act", ["tenant_id", "act", "number"])


def downgrade() -> None:
    op.drop_index(INDEX, "certification_act")
