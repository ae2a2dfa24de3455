"""Frozen figures of a zone or sector, beside those of organizations. Going down, those of zones are lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

FREEZING = "certification_freezing"


def upgrade() -> None:
    for column in ("zone", "sector"):
        op.add_column(FREEZING, sa.Column(column, sa.String(), nullable=True))


def downgrade() -> None:
    frozen = sa.table(FREEZING, sa.column("zone"), sa.column("sector"))
    op.execute(sa.delete(frozen).where(sa.or_(frozen.c.zone.is_not(None), frozen.c.sector.is_not(None))))
    for column in ("zone", "sector"):
        op.drop_column(FREEZING, column)
