"""Results that meet the criteria have an index of their own: early in a year they are few of all, and sought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

TABLE = "certification_assessment"
INDEX = f"ix_{TABLE}_met"


def upgrade() -> None:
    meets = sa.text("outcome = 'met'")
    of_year = ["tenant_id", "programme", "year", "worker_id", "version"]
    op.create_index(INDEX, TABLE, of_year, sqlite_where=meets, postgresql_where=meets)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
