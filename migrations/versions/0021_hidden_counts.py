"""Of how few persons a count is hidden in published figures. Figures published before hide by the program's default."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certification_publication") as table:
        table.add_column(sa.Column("hide_below", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certification_publication") as table:
        table.drop_column("hide_below")
