"""Roll-ups: those made and sent here; whose are received here, for which cut-offs, and what came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

MADE = "certification_roll_up"
RECIPIENT = "certification_roll_up_recipient"
MEMBER = "certification_roll_up_member"
KEY = "certification_roll_up_key"
ROUND = "certification_roll_up_round"
RECEIVED = "certification_received_roll_up"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        MADE,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("freezing_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("drafted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("signed", sa.DateTime(timezone=True)),
        sa.Column("signed_by", sa.String()),
        sa.Column("delivered", sa.DateTime(timezone=True)),
        sa.Column("refused", sa.String()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{MADE}")),
        sa.UniqueConstraint(
            "tenant_id", "organization", "plan", "cut_off", "edition",
            name=op.f(f"uq_{MADE}_tenant_id_organization_plan_cut_off_edition"),
        ),
    )  # fmt: skip
    op.create_table(
        RECIPIENT,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("paused", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True)),
        sa.Column("tried", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{RECIPIENT}")),
        sa.UniqueConstraint("tenant_id", name=op.f(f"uq_{RECIPIENT}_tenant_id")),
    )
    op.create_table(
        MEMBER,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{MEMBER}")),
        sa.UniqueConstraint("tenant_id", "did", name=op.f(f"uq_{MEMBER}_tenant_id_did")),
    )
    op.create_table(
        KEY,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("multikey", sa.String(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", "name", name=op.f(f"pk_{KEY}")),
    )
    op.create_table(
        ROUND,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("headcount_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{ROUND}")),
        sa.UniqueConstraint("tenant_id", "plan", "cut_off", name=op.f(f"uq_{ROUND}_tenant_id_plan_cut_off")),
    )
    op.create_table(
        RECEIVED,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{RECEIVED}")),
        sa.UniqueConstraint(
            "tenant_id", "round_id", "member_id", "edition",
            name=op.f(f"uq_{RECEIVED}_tenant_id_round_id_member_id_edition"),
        ),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        for table in (MADE, RECIPIENT, MEMBER, KEY, ROUND, RECEIVED):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in (RECEIVED, ROUND, KEY, MEMBER, RECIPIENT, MADE):
        op.drop_table(table)
