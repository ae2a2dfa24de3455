"""Since when workers wait to be counted again, so that figures which are behind say for which instant they hold.

Of marks that are there already it is not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MARKS = "certification_uncounted"
NOT_KNOWN = "'00000000000000000000000000000000'"


def upgrade() -> None:
    op.add_column(MARKS, sa.Column("since", sa.Uuid(), nullable=False, server_default=sa.text(NOT_KNOWN)))
    op.drop_index(op.f("ix_certification_uncounted_tenant_id"), MARKS)
    op.create_index(op.f("ix_certification_uncounted_tenant_id_year_since"), MARKS, ["tenant_id", "year", "since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_certification_uncounted_tenant_id_year_since"), MARKS)
    op.create_index(op.f("ix_certification_uncounted_tenant_id"), MARKS, ["tenant_id"])
    op.drop_column(MARKS, "since")
