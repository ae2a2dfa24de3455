"""Since when the data of a tenant is a restored copy, in which nothing is signed or sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TENANTS = "lrs_tenant"


def upgrade() -> None:
    op.add_column(TENANTS, sa.Column("copied", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column(TENANTS, "copied")
