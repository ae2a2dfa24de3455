"""Indexes of the record of rights that pass over signing in, of which there is far more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

RECORD = "certification_access_record"
OF_RIGHTS = f"ix_{RECORD}_of_rights"
OF_ONE = f"ix_{RECORD}_tenant_id_about_id_act"


def upgrade() -> None:
    rights = sa.text("act NOT IN ('sign-in', 'sign-in.try')")
    op.create_index(OF_RIGHTS, RECORD, ["tenant_id", "id"], sqlite_where=rights, postgresql_where=rights)
    op.create_index(OF_ONE, RECORD, ["tenant_id", "about", "id", "act"])


def downgrade() -> None:
    op.drop_index(OF_ONE, RECORD)
    op.drop_index(OF_RIGHTS, RECORD)
