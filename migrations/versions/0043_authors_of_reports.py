"""Who ever entered something in a report: of reports that are there, whoever's values stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

AUTHORS = "certification_report_author"
VALUES = "certification_report_value"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        AUTHORS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{AUTHORS}_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "report_id", "name", name=op.f(f"pk_{AUTHORS}")),
    )
    op.create_index(op.f(f"ix_{AUTHORS}_tenant_id"), AUTHORS, ["tenant_id"])
    op.execute(
        f"INSERT INTO {AUTHORS} (organization_id, report_id, name, tenant_id)"  # noqa: S608 - names of our own tables
        f" SELECT DISTINCT organization_id, report_id, entered_by, tenant_id FROM {VALUES}"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {AUTHORS} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {AUTHORS} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(AUTHORS)
