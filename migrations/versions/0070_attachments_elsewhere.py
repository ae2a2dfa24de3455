"""Attachments whose bytes are in a bucket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

ATTACHMENTS = "lrs_attachment"


def upgrade() -> None:
    op.add_column(ATTACHMENTS, sa.Column("name", sa.String(), nullable=True))
    op.add_column(ATTACHMENTS, sa.Column("length", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """What is in the bucket would be lost, and nobody told: this goes back only while all is in the database."""
    elsewhere = sa.text(f"SELECT count(*) FROM {ATTACHMENTS} WHERE name LIKE '%/%/%'")  # noqa: S608
    if op.get_bind().scalar(elsewhere):
        raise RuntimeError("attachments are in a bucket, which an older program cannot read; it has to stay")
    op.drop_column(ATTACHMENTS, "length")
    op.drop_column(ATTACHMENTS, "name")
