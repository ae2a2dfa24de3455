"""Who applies for the title, every step taken, what unions propose and what bodies decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DOSSIERS = "certification_dossier"
STEPS = "certification_dossier_step"
PROPOSALS = "certification_proposal"
DECISIONS = "certification_title_decision"
TABLES = (DOSSIERS, STEPS, PROPOSALS, DECISIONS)

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.create_table(
        DOSSIERS,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f(f"pk_{DOSSIERS}")),
        sa.UniqueConstraint("worker_id", "programme", "year", name=op.f(f"uq_{DOSSIERS}_worker_id_programme_year")),
    )
    op.create_index(
        op.f(f"ix_{DOSSIERS}_tenant_id_programme_year_id"), DOSSIERS, ["tenant_id", "programme", "year", "id"]
    )
    op.create_table(
        STEPS,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_of", sa.Integer(), nullable=True),
        sa.Column("points", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("worker_id", "dossier_id", "place", name=op.f(f"pk_{STEPS}")),
    )
    op.create_index(op.f(f"ix_{STEPS}_tenant_id_batch_id"), STEPS, ["tenant_id", "batch_id"])
    op.create_table(
        PROPOSALS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.Column("chair", sa.String(), nullable=True),
        sa.Column("secretary", sa.String(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed", sa.DateTime(timezone=True), nullable=False),
        _of_an_organization(PROPOSALS),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{PROPOSALS}")),
    )
    op.create_index(op.f(f"ix_{PROPOSALS}_tenant_id"), PROPOSALS, ["tenant_id"])
    op.create_table(
        DECISIONS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("decision_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("signer_title", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        _of_an_organization(DECISIONS),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{DECISIONS}")),
        sa.UniqueConstraint(
            "organization_id",
            "decision_year",
            "number_key",
            name=op.f(f"uq_{DECISIONS}_organization_id_decision_year_number_key"),
        ),
    )
    op.create_index(op.f(f"ix_{DECISIONS}_tenant_id"), DECISIONS, ["tenant_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def _of_an_organization(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id"],
        ["certification_organization.id"],
        name=op.f(f"fk_{table}_organization_id_certification_organization"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
