"""Actors whom nobody has linked, counted; and a key of identifiers by which Actors who may be one person are found.

Both follow from what is there already.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LINKS = "certification_worker_identifier"
UNKNOWN = "certification_unknown_actor"

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""As in 0007."""

_LINKS = sa.table(
    LINKS,
    sa.column("tenant_id", sa.Uuid()),
    sa.column("actor_key", sa.BigInteger()),
    sa.column("ifi_digest", sa.LargeBinary()),
    sa.column("ifi", sa.String()),
    sa.column("likeness", sa.BigInteger()),
)

_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def upgrade() -> None:
    op.add_column(LINKS, sa.Column("likeness", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.select(_LINKS)).all()
    if rows:
        connection.execute(
            sa.update(_LINKS)
            .where(
                _LINKS.c.tenant_id == sa.bindparam("of_tenant"),
                _LINKS.c.actor_key == sa.bindparam("of_key"),
                _LINKS.c.ifi_digest == sa.bindparam("of_digest"),
            )
            .values(likeness=sa.bindparam("alike")),
            [
                {
                    "of_tenant": row.tenant_id,
                    "of_key": row.actor_key,
                    "of_digest": row.ifi_digest,
                    "alike": _likeness(row.ifi),
                }
                for row in rows
            ],
        )
    op.create_index(op.f(f"ix_{LINKS}_tenant_id_likeness"), LINKS, ["tenant_id", "likeness"])
    op.create_table(
        UNKNOWN,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("actor_key", sa.BigInteger(), nullable=False),
        sa.Column("ifi_digest", sa.LargeBinary(), nullable=False),
        sa.Column("ifi", sa.String(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "actor_key", "ifi_digest", name=op.f(f"pk_{UNKNOWN}")),
    )
    op.execute(
        "INSERT INTO certification_unknown_actor (tenant_id, actor_key, ifi_digest, ifi, statements, first_seen)"
        " SELECT tenant_id, actor_key, ifi_digest, ifi, count(*), min(seen) FROM certification_waiting_statement"
        " GROUP BY tenant_id, actor_key, ifi_digest, ifi"
    )
    columns = ["tenant_id", "statements", "actor_key"]
    op.create_index(op.f(f"ix_{UNKNOWN}_tenant_id_statements_actor_key"), UNKNOWN, columns)
    if connection.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {UNKNOWN} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON {UNKNOWN} USING ({OF_TENANT}) WITH CHECK ({OF_TENANT})")


def downgrade() -> None:
    op.drop_table(UNKNOWN)
    op.drop_index(op.f(f"ix_{LINKS}_tenant_id_likeness"), table_name=LINKS)
    op.drop_column(LINKS, "likeness")


def _likeness(ifi: str) -> int | None:
    """As certification.people.identifiers.likeness says today."""
    kind, _, rest = ifi.partition(" ")
    name = unicodedata.normalize("NFC", rest.partition("|")[2] if kind == "account" else rest).strip()
    if kind == "mbox_sha1sum":
        return _key(f"like mail {name.lower()}")
    if kind == "mbox" or (kind == "account" and _MAIL.fullmatch(name)):
        address = f"mailto:{name.removeprefix('mailto:')}".lower()
        return _key(f"like mail {hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()}")
    return _key(f"like name {name.casefold()}") if kind == "account" and name else None


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
