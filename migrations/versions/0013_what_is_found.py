"""What is kept of a judgement are its findings; why it was made and in which order stand beside them; years are closed.

Results that are there already are JSON, and stay so: `judgement.kept` reads both. Everybody who has one is marked to be
judged again, so that the newest version is of the new form. On the way back, of findings only outcome and total stay,
and their workers are marked.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CLOSING = "certification_year_closing"
RULES = 64
"""`marks.Cause.RULES`."""

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in migration 0007."""

OLD_INDEX = "ix_certification_assessment_tenant_id_programme_year"
NEW_INDEX = "ix_certification_assessment_tenant_id_programme_year_place"

MARK = UUID("00000000-0000-4000-8000-000000000013")
"""Another than any mark that a judgement under way could have read."""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_index(OLD_INDEX, "certification_assessment")
    with op.batch_alter_table("certification_stale") as table:
        table.add_column(sa.Column("causes", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("changed_by", sa.String(), nullable=True))
    with op.batch_alter_table("certification_assessment") as table:
        table.add_column(sa.Column("causes", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("changed_by", sa.String(), nullable=True))
        table.add_column(sa.Column("watermark", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("place", sa.BigInteger(), nullable=False, server_default="0"))
        table.alter_column(
            "result",
            existing_type=sa.Text(),
            type_=sa.LargeBinary(),
            existing_nullable=False,
            postgresql_using="convert_to(result, 'UTF8')",
        )
    if not postgresql:
        op.execute("UPDATE certification_assessment SET result = CAST(result AS BLOB)")
    op.execute(
        "UPDATE certification_assessment SET place = numbered.place FROM ("
        " SELECT worker_id, programme, year, version, row_number() OVER ("
        " PARTITION BY tenant_id, programme, year ORDER BY judged, worker_id, version) AS place"
        " FROM certification_assessment) AS numbered"
        " WHERE numbered.worker_id = certification_assessment.worker_id"
        " AND numbered.programme = certification_assessment.programme"
        " AND numbered.year = certification_assessment.year"
        " AND numbered.version = certification_assessment.version"
    )
    for name in ("certification_stale", "certification_assessment"):
        with op.batch_alter_table(name) as table:
            table.alter_column("causes", server_default=None)
            if name == "certification_assessment":
                table.alter_column("watermark", server_default=None)
                table.alter_column("place", server_default=None)
    op.create_index(NEW_INDEX, "certification_assessment", ["tenant_id", "programme", "year", "place"])
    _mark()
    op.create_table(
        CLOSING,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "programme", "year", "number", name=op.f(f"pk_{CLOSING}")),
    )
    if postgresql:
        op.execute(f"ALTER TABLE {CLOSING} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {CLOSING} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_table(CLOSING)
    _mark()
    told = (
        """'{"as_of":"' || CAST(as_of AS VARCHAR) || '","criteria_set":"","indicators":[],"outcome":"' || outcome"""
        """ || '","reasons":[],"rubric":"","total":' || CAST(total AS VARCHAR)"""
        """ || ',"year":' || CAST(year AS VARCHAR) || '}'"""
    )
    if postgresql:
        op.execute(
            f"UPDATE certification_assessment SET result = convert_to({told}, 'UTF8')"  # noqa: S608 - of the above
            " WHERE substring(result FROM 1 FOR 1) <> '\\x7b'::bytea"
        )
    else:
        op.execute(
            f"UPDATE certification_assessment SET result = {told}"  # noqa: S608 - of the above
            " WHERE substr(result, 1, 1) <> x'7b'"
        )
    op.drop_index(NEW_INDEX, "certification_assessment")
    if not postgresql:
        op.execute("UPDATE certification_assessment SET result = CAST(result AS TEXT)")
    with op.batch_alter_table("certification_assessment") as table:
        table.alter_column(
            "result",
            existing_type=sa.LargeBinary(),
            type_=sa.Text(),
            existing_nullable=False,
            postgresql_using="convert_from(result, 'UTF8')",
        )
        for column in ("place", "watermark", "changed_by", "causes"):
            table.drop_column(column)
    with op.batch_alter_table("certification_stale") as table:
        table.drop_column("changed_by")
        table.drop_column("causes")
    op.create_index(OLD_INDEX, "certification_assessment", ["tenant_id", "programme", "year"])


def _mark() -> None:
    """Whoever has a result is to be judged again."""
    op.get_bind().execute(
        sa.text(
            "INSERT INTO certification_stale (worker_id, year, tenant_id, mark, due, causes)"
            " SELECT DISTINCT worker_id, year, tenant_id, :mark, CAST(NULL AS DATE), :rules"
            " FROM certification_assessment WHERE true"
            " ON CONFLICT (worker_id, year) DO UPDATE SET mark = excluded.mark, due = NULL"
        ).bindparams(sa.bindparam("mark", MARK, type_=sa.Uuid()), sa.bindparam("rules", RULES, type_=sa.Integer()))
    )
