"""Webhooks beside the stores that Statements are forwarded to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

DESTINATIONS = "lrs_destination"


def upgrade() -> None:
    op.add_column(DESTINATIONS, sa.Column("kind", sa.String(), nullable=False, server_default="store"))
    op.add_column(DESTINATIONS, sa.Column("old_secret_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    of_webhooks = f"destination_id IN (SELECT id FROM {DESTINATIONS} WHERE kind = 'webhook')"  # noqa: S608
    op.execute(f"DELETE FROM lrs_dead_letter WHERE {of_webhooks}")  # noqa: S608
    op.execute(f"DELETE FROM {DESTINATIONS} WHERE kind = 'webhook'")  # noqa: S608
    op.drop_column(DESTINATIONS, "old_secret_until")
    op.drop_column(DESTINATIONS, "kind")
