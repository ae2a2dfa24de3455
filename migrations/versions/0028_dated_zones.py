"""Sector and zone of an enterprise from a day on, beside what it is called.

What is known holds since the first day of the enterprise. Going down, the last one known stays.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UNITS = "certification_organization"
LABELS = "certification_organization_label"


def upgrade() -> None:
    for column in ("sector", "zone"):
        op.add_column(LABELS, sa.Column(column, sa.String(), nullable=True))
        units, labels = _tables(column)
        first = sa.alias(labels)
        since = sa.select(sa.func.min(first.c.valid_from)).where(first.c.organization_id == labels.c.organization_id)
        known = sa.select(units.c[column]).where(units.c.id == labels.c.organization_id)
        op.execute(
            sa.update(labels)
            .where(labels.c.valid_from == since.scalar_subquery())
            .values({column: known.scalar_subquery()})
        )
        op.drop_column(UNITS, column)


def downgrade() -> None:
    for column in ("sector", "zone"):
        op.add_column(UNITS, sa.Column(column, sa.String(), nullable=True))
        units, labels = _tables(column)
        last = (
            sa.select(sa.func.nullif(labels.c[column], ""))
            .where(labels.c.organization_id == units.c.id, labels.c[column].is_not(None))
            .order_by(labels.c.valid_from.desc())
            .limit(1)
        )
        op.execute(sa.update(units).values({column: last.scalar_subquery()}))
        op.drop_column(LABELS, column)


def _tables(column: str) -> tuple[sa.TableClause, sa.TableClause]:
    said = sa.column(column, sa.String())
    return (
        sa.table(UNITS, sa.column("id", sa.Uuid()), said),
        sa.table(
            LABELS,
            sa.column("organization_id", sa.Uuid()),
            sa.column("valid_from", sa.Date()),
            sa.column(column, sa.String()),
        ),
    )
