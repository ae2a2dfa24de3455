"""Whether a session was begun with a second factor elsewhere, and by which values of `acr` an organization says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

SESSIONS = "certification_account_session"
PROVIDERS = "certification_sign_in_provider"


def upgrade() -> None:
    op.add_column(SESSIONS, sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(PROVIDERS, sa.Column("strong_acr", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column(PROVIDERS, "strong_acr")
    op.drop_column(SESSIONS, "second_factor")
