"""Courses of cmi5, registrations in them, how far each has come, and launches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

COURSES = "lrs_course"
REGISTRATIONS = "lrs_registration"
PROGRESS = "lrs_progress"
SESSIONS = "lrs_launch_session"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        COURSES,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("publisher_id", sa.Text(), nullable=False),
        sa.Column("structure", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{COURSES}")),
    )
    op.create_index(op.f(f"ix_{COURSES}_tenant_id_digest"), COURSES, ["tenant_id", "digest"], unique=True)
    op.create_table(
        REGISTRATIONS,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{REGISTRATIONS}")),
    )
    op.create_index(
        op.f(f"ix_{REGISTRATIONS}_tenant_id_agent_course_id"), REGISTRATIONS, ["tenant_id", "agent", "course_id"]
    )
    op.create_table(
        PROGRESS,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("completed", sa.DateTime(timezone=True)),
        sa.Column("passed", sa.DateTime(timezone=True)),
        sa.Column("waived", sa.DateTime(timezone=True)),
        sa.Column("satisfied", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "registration_id", "object", name=op.f(f"pk_{PROGRESS}")),
    )
    op.create_table(
        SESSIONS,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("publisher_id", sa.Text(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("mastery_score", sa.Double()),
        sa.Column("launched", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetch_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary()),
        sa.Column("initialized", sa.DateTime(timezone=True)),
        sa.Column("completed", sa.DateTime(timezone=True)),
        sa.Column("passed", sa.DateTime(timezone=True)),
        sa.Column("failed", sa.DateTime(timezone=True)),
        sa.Column("terminated", sa.DateTime(timezone=True)),
        sa.Column("latest", sa.DateTime(timezone=True)),
        sa.Column("abandoned", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{SESSIONS}")),
    )
    op.create_index(op.f(f"ix_{SESSIONS}_tenant_id_registration_id"), SESSIONS, ["tenant_id", "registration_id"])
    op.create_index(op.f(f"ix_{SESSIONS}_tenant_id_ends"), SESSIONS, ["tenant_id", "ends"])
    if op.get_bind().dialect.name == "postgresql":
        for table in (COURSES, REGISTRATIONS, PROGRESS, SESSIONS):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    for table in (SESSIONS, PROGRESS, REGISTRATIONS, COURSES):
        op.drop_table(table)
