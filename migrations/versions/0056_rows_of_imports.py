"""What imports of tables other than rosters changed, so that they can be undone; which list a list of attendance is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

IMPORTS = "certification_file_import"
ROWS = "certification_file_import_row"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    for name in ("list_of", "list_code", "list_kind"):
        op.add_column(IMPORTS, sa.Column(name, sa.String(), nullable=True))
    op.create_table(
        ROWS,
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("changes", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f(f"pk_{ROWS}")),
    )
    op.create_index(op.f(f"ix_{ROWS}_tenant_id_worker_id"), ROWS, ["tenant_id", "worker_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {ROWS} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {ROWS} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(ROWS)
    for name in ("list_kind", "list_code", "list_of"):
        op.drop_column(IMPORTS, name)
