"""Reports on plans: what units enter, every step, what was filed, whom to phone, who was reminded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

REPORTS = "certification_report"
VALUES = "certification_report_value"
STEPS = "certification_report_step"
FILINGS = "certification_report_filing"
CONTACTS = "certification_report_contact"
REMINDERS = "certification_report_reminder"
TABLES = (REPORTS, VALUES, STEPS, FILINGS, CONTACTS, REMINDERS)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        REPORTS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{REPORTS}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{REPORTS}_organization_id_certification_organization"),
        ),
        sa.UniqueConstraint(
            "organization_id",
            "plan",
            "period",
            "cut_off",
            name=op.f(f"uq_{REPORTS}_organization_id_plan_period_cut_off"),
        ),
    )
    op.create_index(
        op.f(f"ix_{REPORTS}_tenant_id_plan_period_cut_off"), REPORTS, ["tenant_id", "plan", "period", "cut_off"]
    )
    op.create_table(
        VALUES,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "report_id", "item", name=op.f(f"pk_{VALUES}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{VALUES}_organization_id_certification_organization"),
        ),
    )
    op.create_index(op.f(f"ix_{VALUES}_tenant_id"), VALUES, ["tenant_id"])
    op.create_table(
        STEPS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "report_id", "place", name=op.f(f"pk_{STEPS}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{STEPS}_organization_id_certification_organization"),
        ),
    )
    op.create_index(op.f(f"ix_{STEPS}_tenant_id"), STEPS, ["tenant_id"])
    op.create_table(
        FILINGS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("filed", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{FILINGS}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{FILINGS}_organization_id_certification_organization"),
        ),
        sa.UniqueConstraint(
            "organization_id",
            "report_id",
            "version",
            name=op.f(f"uq_{FILINGS}_organization_id_report_id_version"),
        ),
    )
    op.create_index(op.f(f"ix_{FILINGS}_tenant_id"), FILINGS, ["tenant_id"])
    op.create_table(
        CONTACTS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("said", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f(f"pk_{CONTACTS}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{CONTACTS}_organization_id_certification_organization"),
        ),
    )
    op.create_index(op.f(f"ix_{CONTACTS}_tenant_id"), CONTACTS, ["tenant_id"])
    op.create_table(
        REMINDERS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "plan", "period", "cut_off", "stage", name=op.f(f"pk_{REMINDERS}")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{REMINDERS}_organization_id_certification_organization"),
        ),
    )
    op.create_index(op.f(f"ix_{REMINDERS}_tenant_id"), REMINDERS, ["tenant_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
