"""The index by which facts are counted topic by topic holds all that is asked of them, so that none is looked up."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

FACTS = "certification_fact"
FORMER = ["tenant_id", "year", "what", "worker_id"]
NOW = [*FORMER, "day", "quality"]


def upgrade() -> None:
    op.drop_index(op.f(f"ix_{FACTS}_{'_'.join(FORMER)}"), FACTS)
    op.create_index(op.f(f"ix_{FACTS}_{'_'.join(NOW)}"), FACTS, NOW)


def downgrade() -> None:
    op.drop_index(op.f(f"ix_{FACTS}_{'_'.join(NOW)}"), FACTS)
    op.create_index(op.f(f"ix_{FACTS}_{'_'.join(FORMER)}"), FACTS, FORMER)
