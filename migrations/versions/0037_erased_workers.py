"""When a worker was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

WORKERS = "certification_worker"


def upgrade() -> None:
    op.add_column(WORKERS, sa.Column("erased", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column(WORKERS, "erased")
