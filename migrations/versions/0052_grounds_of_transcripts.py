"""What a transcript that an enterprise holds was made from, as a digest: whose is the same is not made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

HANDOVERS = "certification_transcript_handover"


def upgrade() -> None:
    op.add_column(HANDOVERS, sa.Column("stamp", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column(HANDOVERS, "stamp")
