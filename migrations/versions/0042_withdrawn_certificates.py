"""Certificates that are withdrawn have an index of their own: anybody may ask for the list of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

CERTIFICATES = "certification_certificate"
INDEX = f"ix_{CERTIFICATES}_withdrawn"


def upgrade() -> None:
    withdrawn = sa.text("withdrawn_on IS NOT NULL")
    op.create_index(
        INDEX, CERTIFICATES, ["tenant_id", "list_place"], sqlite_where=withdrawn, postgresql_where=withdrawn
    )


def downgrade() -> None:
    op.drop_index(INDEX, CERTIFICATES)
