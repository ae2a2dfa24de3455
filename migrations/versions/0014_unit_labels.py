"""What units are called from day to day, official codes, sector and zone of enterprises, and who changed the trees.

A unit that is there already has been called as it is since its first day. Going down, the present name stays.
"""

from __future__ import annotations

import unicodedata
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LABELS = "certification_organization_label"
CHANGES = "certification_organization_change"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""

_UNITS = sa.table(
    "certification_organization",
    sa.column("id", sa.Uuid()),
    sa.column("tenant_id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("exists_from", sa.Date()),
)


def upgrade() -> None:
    for column in ("sector", "zone"):
        op.add_column("certification_organization", sa.Column(column, sa.String(), nullable=True))
    labels = op.create_table(
        LABELS,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("official_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{LABELS}_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "valid_from", name=op.f(f"pk_{LABELS}")),
    )
    for column in ("plain", "official_code"):
        op.create_index(op.f(f"ix_{LABELS}_tenant_id_{column}"), LABELS, ["tenant_id", column])
    op.create_table(
        CHANGES,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f(f"fk_{CHANGES}_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f(f"pk_{CHANGES}")),
    )
    op.create_index(op.f(f"ix_{CHANGES}_tenant_id_at"), CHANGES, ["tenant_id", "at"])
    units = op.get_bind().execute(sa.select(_UNITS)).all()
    if units:
        op.bulk_insert(
            labels,
            [
                {
                    "organization_id": unit.id,
                    "valid_from": unit.exists_from or date(1900, 1, 1),
                    "tenant_id": unit.tenant_id,
                    "name": unit.name,
                    "plain": _plain(unit.name),
                    "official_code": None,
                }
                for unit in units
            ],
        )
    if op.get_bind().dialect.name == "postgresql":
        for table in (LABELS, CHANGES):
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY of_tenant ON {table} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(CHANGES)
    op.drop_table(LABELS)
    for column in ("zone", "sector"):
        op.drop_column("certification_organization", column)


def _plain(words: str) -> str:
    """Without case, diacritics and separators."""
    letters = unicodedata.normalize("NFKD", words.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())
