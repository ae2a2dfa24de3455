"""An index by which what stands under a unit is found, so that a branch is read in its own size."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX = "ix_certification_organization_parent_parent_id"


def upgrade() -> None:
    op.create_index(INDEX, "certification_organization_parent", ["parent_id"])


def downgrade() -> None:
    op.drop_index(INDEX, "certification_organization_parent")
