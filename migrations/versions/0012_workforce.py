"""Membership and roles in the union with their days, a worker's group by year, national numbers, declared headcounts.

What an employment said of all its time becomes a role from its first day to its last, and a group from the year it
began; of several employments begun in one year the one begun last says which group. Going down, whoever ever had a role
in an enterprise has it in every employment there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""

ROLE = "certification_union_role"
AUDIENCE = "certification_audience"
NUMBER = "certification_national_number"
HEADCOUNT = "certification_declared_headcount"
SETTING = "certification_people_setting"
EMPLOYMENT = "certification_employment"
AWARD = "certification_award"


def upgrade() -> None:
    op.create_table(
        ROLE,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("started", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=True),
        _refers("worker_id", "certification_worker", ROLE),
        _refers("enterprise_id", "certification_organization", ROLE),
        sa.PrimaryKeyConstraint("worker_id", "enterprise_id", "role", "started", name=op.f(f"pk_{ROLE}")),
    )
    op.create_index(op.f(f"ix_{ROLE}_tenant_id_role_enterprise_id"), ROLE, ["tenant_id", "role", "enterprise_id"])
    op.create_table(
        AUDIENCE,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        _refers("worker_id", "certification_worker", AUDIENCE),
        sa.PrimaryKeyConstraint("worker_id", "year", name=op.f(f"pk_{AUDIENCE}")),
    )
    op.create_index(op.f(f"ix_{AUDIENCE}_tenant_id"), AUDIENCE, ["tenant_id"])
    op.create_table(
        NUMBER,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        _refers("worker_id", "certification_worker", NUMBER),
        sa.PrimaryKeyConstraint("worker_id", "kind", name=op.f(f"pk_{NUMBER}")),
    )
    op.create_index(op.f(f"ix_{NUMBER}_tenant_id_digest"), NUMBER, ["tenant_id", "digest"])
    op.create_table(
        HEADCOUNT,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("union_members", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        _refers("organization_id", "certification_organization", HEADCOUNT),
        sa.PrimaryKeyConstraint("organization_id", "day", name=op.f(f"pk_{HEADCOUNT}")),
    )
    op.create_index(op.f(f"ix_{HEADCOUNT}_tenant_id_day"), HEADCOUNT, ["tenant_id", "day"])
    op.create_table(
        SETTING,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seals_national_numbers", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f(f"pk_{SETTING}")),
    )
    for role in ("member", "cadre"):
        op.execute(
            f"INSERT INTO {ROLE} (worker_id, tenant_id, enterprise_id, role, started, ended)"  # noqa: S608
            f" SELECT worker_id, tenant_id, enterprise_id, '{role}', started, ended FROM {EMPLOYMENT}"
            f" WHERE union_{role}"
        )
    year = "CAST(strftime('%Y', started) AS INTEGER)"
    if op.get_bind().dialect.name == "postgresql":
        year = "CAST(extract(year FROM started) AS INTEGER)"
    op.execute(
        f"INSERT INTO {AUDIENCE} (worker_id, year, tenant_id, audience)"  # noqa: S608
        f" SELECT worker_id, year, tenant_id, audience FROM (SELECT worker_id, {year} AS year, tenant_id, audience,"
        " row_number() OVER (PARTITION BY worker_id, " + year + " ORDER BY started DESC, audience) AS place"
        f" FROM {EMPLOYMENT} WHERE audience <> 'nguoi-lao-dong') AS told WHERE place = 1"
    )
    for column in ("audience", "union_member", "union_cadre"):
        op.drop_column(EMPLOYMENT, column)
    op.add_column(AWARD, sa.Column("withdrawal", sa.String(), nullable=True))
    op.add_column(AWARD, sa.Column("source", sa.String(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table in (ROLE, AUDIENCE, NUMBER, HEADCOUNT, SETTING):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.add_column(
        EMPLOYMENT, sa.Column("audience", sa.String(), nullable=False, server_default=sa.text("'nguoi-lao-dong'"))
    )
    op.execute(
        f"UPDATE {EMPLOYMENT} SET audience = coalesce((SELECT audience FROM {AUDIENCE}"  # noqa: S608
        f" WHERE {AUDIENCE}.worker_id = {EMPLOYMENT}.worker_id ORDER BY year DESC LIMIT 1), audience)"
    )
    for role in ("member", "cadre"):
        column = f"union_{role}"
        op.add_column(EMPLOYMENT, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.execute(
            f"UPDATE {EMPLOYMENT} SET {column} = EXISTS (SELECT 1 FROM {ROLE}"  # noqa: S608
            f" WHERE {ROLE}.worker_id = {EMPLOYMENT}.worker_id AND {ROLE}.enterprise_id = {EMPLOYMENT}.enterprise_id"
            f" AND role = '{role}')"
        )
    for column in ("withdrawal", "source"):
        op.drop_column(AWARD, column)
    for table in (SETTING, HEADCOUNT, NUMBER, AUDIENCE, ROLE):
        op.drop_table(table)


def _refers(column: str, table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{owner}_{column}_{table}"))
