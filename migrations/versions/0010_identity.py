"""How sure a link between an Actor and a worker is, and on whose word; workers who were merged; and the history.

What was linked by the roster is stated by it; whatever else was linked, somebody confirmed. Going down, two workers who
were merged stay as they are: the one who holds all, and an empty one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LINKS = "certification_worker_identifier"
EVENTS = "certification_identity_event"

_LINKS = sa.table(LINKS, sa.column("basis"), sa.column("sureness"), sa.column("linked_by"))

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""


def upgrade() -> None:
    op.add_column("certification_worker", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_certification_worker_merged_into"), "certification_worker", ["merged_into"])
    op.add_column(LINKS, sa.Column("sureness", sa.String(), nullable=False, server_default="stated"))
    op.add_column(LINKS, sa.Column("linked_by", sa.String(), nullable=False, server_default=""))
    by_hand = _LINKS.c.basis != "roster"
    op.execute(sa.update(_LINKS).where(by_hand).values(sureness="confirmed", linked_by=_LINKS.c.basis, basis=""))
    op.create_table(
        EVENTS,
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("actor_key", sa.BigInteger(), nullable=True),
        sa.Column("ifi", sa.String(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f(f"pk_{EVENTS}")),
    )
    for column in ("place", "other_id", "actor_key"):
        op.create_index(op.f(f"ix_{EVENTS}_tenant_id_{column}"), EVENTS, ["tenant_id", column])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {EVENTS} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {EVENTS} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(EVENTS)
    op.execute(sa.update(_LINKS).where(_LINKS.c.linked_by != "").values(basis=_LINKS.c.linked_by))
    op.drop_column(LINKS, "linked_by")
    op.drop_column(LINKS, "sureness")
    op.drop_index(op.f("ix_certification_worker_merged_into"), table_name="certification_worker")
    op.drop_column("certification_worker", "merged_into")
