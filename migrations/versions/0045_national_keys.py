"""National numbers can be put under another key: under which each is, and what becomes of it under the next one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NUMBERS, SETTINGS = "certification_national_number", "certification_people_setting"


def upgrade() -> None:
    op.add_column(NUMBERS, sa.Column("generation", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column(NUMBERS, sa.Column("next_generation", sa.Integer(), nullable=True))
    op.add_column(NUMBERS, sa.Column("next_digest", sa.String(), nullable=True))
    op.add_column(NUMBERS, sa.Column("next_sealed", sa.LargeBinary(), nullable=True))
    op.add_column(SETTINGS, sa.Column("national_key", sa.Integer(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column(SETTINGS, "national_key")
    for name in ("next_sealed", "next_digest", "next_generation", "generation"):
        op.drop_column(NUMBERS, name)
