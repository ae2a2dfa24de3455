"""Who is judged first: whoever was marked with few others comes before those who were marked with very many.

Marks that are there already are taken for the former.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MARKS = "certification_stale"


def upgrade() -> None:
    op.add_column(MARKS, sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index(op.f("ix_certification_stale_tenant_id"), MARKS)
    op.create_index(
        op.f("ix_certification_stale_tenant_id_turn_worker_id_year"), MARKS, ["tenant_id", "turn", "worker_id", "year"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_certification_stale_tenant_id_turn_worker_id_year"), MARKS)
    op.create_index(op.f("ix_certification_stale_tenant_id"), MARKS, ["tenant_id"])
    op.drop_column(MARKS, "turn")
