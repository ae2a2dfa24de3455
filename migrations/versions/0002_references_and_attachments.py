"""Statements found through what they refer to and by all they relate to; Attachments and signatures.

`lrs_voiding` becomes part of `lrs_reference`. Statements that are there already get the keys and references which
newer ones are stored with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PAGE = 1000
MOST_STEPS = 100


def upgrade() -> None:
    op.create_table(
        "lrs_reference",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("voids", sa.Boolean(), nullable=False),
        sa.Column("actor_key", sa.BigInteger(), nullable=True),
        sa.Column("verb_key", sa.BigInteger(), nullable=True),
        sa.Column("object_key", sa.BigInteger(), nullable=True),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("authority_key", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "target_id", "statement_id", name=op.f("pk_lrs_reference")),
    )
    op.create_index(op.f("ix_lrs_reference_tenant_id_statement_id"), "lrs_reference", ["tenant_id", "statement_id"])
    for column in ("actor_key", "verb_key", "object_key", "registration", "authority_key"):
        op.create_index(op.f(f"ix_lrs_reference_tenant_id_{column}_seq"), "lrs_reference", ["tenant_id", column, "seq"])
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_authority_key_seq"), "lrs_statement", ["tenant_id", "authority_key", "seq"]
    )
    op.create_table(
        "lrs_attachment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sha2", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sha2", name=op.f("pk_lrs_attachment")),
    )
    op.create_table(
        "lrs_signature",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("sha2", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("root", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "statement_id", "sha2", name=op.f("pk_lrs_signature")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lrs_trusted_root",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["lrs_tenant.id"], name=op.f("fk_lrs_trusted_root_tenant_id_lrs_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "fingerprint", name=op.f("pk_lrs_trusted_root")),
    )
    _relate_what_is_there(op.get_bind())
    op.drop_table("lrs_voiding")


def downgrade() -> None:
    op.create_table(
        "lrs_voiding",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "target_id", "statement_id", name=op.f("pk_lrs_voiding")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO lrs_voiding (tenant_id, target_id, statement_id)"
        " SELECT tenant_id, target_id, statement_id FROM lrs_reference WHERE voids"
    )
    op.execute(
        "DELETE FROM lrs_statement_link WHERE EXISTS (SELECT 1 FROM lrs_reference WHERE"
        " lrs_reference.tenant_id = lrs_statement_link.tenant_id AND lrs_reference.seq = lrs_statement_link.seq"
        " AND lrs_reference.target_id = lrs_statement_link.statement_id)"
    )
    op.drop_table("lrs_trusted_root")
    op.drop_table("lrs_signature")
    op.drop_table("lrs_attachment")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_authority_key_seq"), table_name="lrs_statement")
    for column in ("authority_key", "registration", "object_key", "verb_key", "actor_key"):
        op.drop_index(op.f(f"ix_lrs_reference_tenant_id_{column}_seq"), table_name="lrs_reference")
    op.drop_index(op.f("ix_lrs_reference_tenant_id_statement_id"), table_name="lrs_reference")
    op.drop_table("lrs_reference")


# --- Rows that are there already, read as the program of this revision reads new ones.

_STATEMENT = sa.table(
    "lrs_statement",
    *(sa.column(name, sa.Uuid()) for name in ("tenant_id", "id", "registration")),
    *(sa.column(name) for name in ("seq", "actor_key", "verb_key", "object_key", "authority_key", "exact")),
)
_KEYS = ("actor_key", "verb_key", "object_key", "registration", "authority_key")
_INSERT_LINK = (
    "INSERT INTO lrs_statement_link (tenant_id, key, seq, statement_id)"
    " VALUES (:tenant_id, :key, :seq, :statement_id) ON CONFLICT DO NOTHING"
)
_INSERT_REFERENCE = (
    "INSERT INTO lrs_reference (tenant_id, target_id, statement_id, seq, steps, voids, actor_key, verb_key, object_key,"
    " registration, authority_key) VALUES (:tenant_id, :target_id, :statement_id, :seq, :steps, :voids, :actor_key,"
    " :verb_key, :object_key, :registration, :authority_key)"
)


def _relate_what_is_there(connection: sa.Connection) -> None:
    insert_link = sa.text(_INSERT_LINK).bindparams(
        sa.bindparam("tenant_id", type_=sa.Uuid()), sa.bindparam("statement_id", type_=sa.Uuid())
    )
    insert_reference = sa.text(_INSERT_REFERENCE).bindparams(
        *(sa.bindparam(name, type_=sa.Uuid()) for name in ("tenant_id", "target_id", "statement_id", "registration"))
    )
    tenants = connection.scalars(sa.select(sa.table("lrs_tenant", sa.column("id", sa.Uuid())).c.id)).all()
    for tenant in tenants:
        referring: dict[UUID, tuple[int, UUID, bool]] = {}
        for page in _pages(connection, tenant):
            links = []
            for row in page:
                document = json.loads(row.exact)
                links += [
                    {"tenant_id": tenant, "key": key, "seq": row.seq, "statement_id": row.id}
                    for key in _link_keys(document)
                ]
                if document["object"].get("objectType") == "StatementRef":
                    voids = document["verb"]["id"] == "http://adlnet.gov/expapi/verbs/voided"
                    referring[row.id] = row.seq, UUID(document["object"]["id"]), voids
            if links:
                connection.execute(insert_link, links)
        for statement_id, (seq, _, voids) in referring.items():
            for steps, target_id in enumerate(_targets(statement_id, referring), 1):
                target = connection.execute(
                    sa.select(_STATEMENT).where(_STATEMENT.c.tenant_id == tenant, _STATEMENT.c.id == target_id)
                ).one_or_none()
                entry = {"tenant_id": tenant, "target_id": target_id, "statement_id": statement_id, "seq": seq}
                keys = {name: getattr(target, name, None) for name in _KEYS}
                connection.execute(insert_reference, entry | keys | {"steps": steps, "voids": voids and steps == 1})
                copied = [
                    {"tenant_id": tenant, "key": key, "seq": seq, "statement_id": target_id}
                    for key in (_link_keys(json.loads(target.exact)) if target else ())
                ]
                if copied:
                    connection.execute(insert_link, copied)


def _pages(connection: sa.Connection, tenant: UUID) -> Iterator[list[Any]]:
    """The tenant's Statements in their order, a page at a time."""
    last = 0
    while True:
        page = connection.execute(
            sa.select(_STATEMENT.c.id, _STATEMENT.c.seq, _STATEMENT.c.exact)
            .where(_STATEMENT.c.tenant_id == tenant, _STATEMENT.c.seq > last)
            .order_by(_STATEMENT.c.seq)
            .limit(PAGE)
        ).all()
        if not page:
            return
        yield list(page)
        last = page[-1].seq


def _targets(statement_id: UUID, referring: dict[UUID, tuple[int, UUID, bool]]) -> list[UUID]:
    """What a Statement refers to, step by step."""
    found: list[UUID] = []
    current = statement_id
    while current in referring and len(found) < MOST_STEPS:
        current = referring[current][1]
        if current == statement_id or current in found:
            break
        found.append(current)
    return found


def _link_keys(document: dict[str, Any]) -> set[int]:
    target = document["object"]
    inner = [target] if target.get("objectType") == "SubStatement" else []
    keys = {_key(text) for group in (document["actor"], target) for text in _members(group)}
    agents = [agent for each in inner for agent in (each["actor"], each["object"])]
    activities = [each["object"] for each in inner if each["object"].get("objectType", "Activity") == "Activity"]
    for holder in (document, *inner):
        context = holder.get("context", {})
        agents += [context[name] for name in ("instructor", "team") if name in context]
        agents += [each["agent"] for each in context.get("contextAgents", ())]
        agents += [each["group"] for each in context.get("contextGroups", ())]
        for kind in context.get("contextActivities", {}).values():
            activities += [kind] if isinstance(kind, dict) else kind
    for agent in agents:
        identified = [text] if (text := _ifi_text(agent)) else []
        keys |= {_key(f"related {text}") for text in (*identified, *_members(agent))}
    return keys | {_key(f"related activity {activity['id']}") for activity in activities}


def _members(group: dict[str, Any]) -> list[str]:
    if group.get("objectType") != "Group":
        return []
    return [text for member in group.get("member", ()) if (text := _ifi_text(member))]


def _ifi_text(actor: dict[str, Any]) -> str | None:
    if "account" in actor:
        text = f"account {actor['account']['homePage']}|{actor['account']['name']}"
    elif "mbox" in actor:
        text = f"mbox {actor['mbox']}"
    elif "mbox_sha1sum" in actor:
        text = f"mbox_sha1sum {actor['mbox_sha1sum'].lower()}"
    elif "openid" in actor:
        text = f"openid {actor['openid']}"
    else:
        return None
    return text.replace("\0", "\\u0000")


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
