"""Results that wait for points have an index of their own: whoever gives points asks for these few of all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

TABLE = "certification_assessment"
INDEX = f"ix_{TABLE}_not_yet_known"


def upgrade() -> None:
    waits = sa.text("outcome = 'not_yet_known'")
    of_year = ["tenant_id", "programme", "year", "worker_id", "version"]
    op.create_index(INDEX, TABLE, of_year, sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
