"""Places in the lists of what is withdrawn are found by an index: anybody may ask for such a list."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CERTIFICATES = "certification_certificate"
INDEX = f"ix_{CERTIFICATES}_tenant_id_list_place"


def upgrade() -> None:
    op.create_index(op.f(INDEX), CERTIFICATES, ["tenant_id", "list_place"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), CERTIFICATES)
