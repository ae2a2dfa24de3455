"""Beside each result how far each indicator is, by which a population is counted; NULL in results that are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

RESULTS = "certification_assessment"


def upgrade() -> None:
    op.add_column(RESULTS, sa.Column("states", sa.String()))


def downgrade() -> None:
    op.drop_column(RESULTS, "states")
