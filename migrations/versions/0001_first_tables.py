"""First tables of both halves, and the tenant named "default".

A single-owner installation needs no word about tenants: commands that are given none mean this one.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from uuid_utils.compat import uuid7

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lrs_statement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("actor_key", sa.BigInteger(), nullable=True),
        sa.Column("verb_key", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.BigInteger(), nullable=True),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("authority_key", sa.BigInteger(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lrs_statement")),
    )
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_actor_key_seq"),
        "lrs_statement",
        ["tenant_id", "actor_key", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_object_key_seq"),
        "lrs_statement",
        ["tenant_id", "object_key", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_registration_seq"),
        "lrs_statement",
        ["tenant_id", "registration", "seq"],
        unique=False,
    )
    op.create_index(op.f("ix_lrs_statement_tenant_id_seq"), "lrs_statement", ["tenant_id", "seq"], unique=False)
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_stored_seq"), "lrs_statement", ["tenant_id", "stored", "seq"], unique=False
    )
    op.create_index(
        op.f("ix_lrs_statement_tenant_id_verb_key_seq"), "lrs_statement", ["tenant_id", "verb_key", "seq"], unique=False
    )
    op.create_table(
        "lrs_statement_link",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", "seq", "statement_id", name=op.f("pk_lrs_statement_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lrs_tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lrs_tenant")),
        sa.UniqueConstraint("name", name=op.f("uq_lrs_tenant_name")),
    )
    op.create_table(
        "lrs_voiding",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "target_id", "statement_id", name=op.f("pk_lrs_voiding")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lrs_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["lrs_tenant.id"], name=op.f("fk_lrs_credential_tenant_id_lrs_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lrs_credential")),
        sa.UniqueConstraint("key", name=op.f("uq_lrs_credential_key")),
    )
    op.create_table(
        "certification_assessment",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("criteria_set_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("judged", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "programme", "year", "version", name=op.f("pk_certification_assessment")),
    )
    op.create_index(
        op.f("ix_certification_assessment_tenant_id_programme_year"),
        "certification_assessment",
        ["tenant_id", "programme", "year"],
        unique=False,
    )
    op.create_table(
        "certification_attestation",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("attested_by", sa.String(), nullable=False),
        sa.Column("attested_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "id", name=op.f("pk_certification_attestation")),
    )
    op.create_index(
        op.f("ix_certification_attestation_tenant_id_year_worker_id"),
        "certification_attestation",
        ["tenant_id", "year", "worker_id"],
        unique=False,
    )
    op.create_table(
        "certification_award",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("decision_number", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "programme", "year", name=op.f("pk_certification_award")),
    )
    op.create_index(
        op.f("ix_certification_award_tenant_id_programme_year"),
        "certification_award",
        ["tenant_id", "programme", "year"],
        unique=False,
    )
    op.create_table(
        "certification_fact",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("quality", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "statement_id", "what", name=op.f("pk_certification_fact")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_certification_fact_tenant_id_statement_id"),
        "certification_fact",
        ["tenant_id", "statement_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_certification_fact_tenant_id_year_what_worker_id"),
        "certification_fact",
        ["tenant_id", "year", "what", "worker_id"],
        unique=False,
    )
    op.create_table(
        "certification_feed_position",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "reader", name=op.f("pk_certification_feed_position")),
    )
    op.create_table(
        "certification_organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("exists_from", sa.Date(), nullable=True),
        sa.Column("exists_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_organization")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_certification_organization_tenant_id_code")),
    )
    op.create_table(
        "certification_publication",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_certification_publication")),
    )
    op.create_table(
        "certification_rule_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("loaded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_rule_file")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "identifier", name=op.f("uq_certification_rule_file_tenant_id_kind_identifier")
        ),
    )
    op.create_table(
        "certification_stale",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("worker_id", "year", name=op.f("pk_certification_stale")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_certification_stale_tenant_id"), "certification_stale", ["tenant_id"], unique=False)
    op.create_table(
        "certification_waiting_statement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("actor_key", sa.BigInteger(), nullable=False),
        sa.Column("ifi", sa.String(), nullable=False),
        sa.Column("ifi_digest", sa.LargeBinary(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "actor_key", "ifi_digest", "statement_id", name=op.f("pk_certification_waiting_statement")
        ),
    )
    op.create_table(
        "certification_worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_worker")),
    )
    op.create_index(
        op.f("ix_certification_worker_tenant_id_number"), "certification_worker", ["tenant_id", "number"], unique=False
    )
    op.create_table(
        "certification_worker_identifier",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("actor_key", sa.BigInteger(), nullable=False),
        sa.Column("ifi", sa.String(), nullable=False),
        sa.Column("ifi_digest", sa.LargeBinary(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("linked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "actor_key", "ifi_digest", name=op.f("pk_certification_worker_identifier")
        ),
    )
    op.create_index(
        op.f("ix_certification_worker_identifier_worker_id"),
        "certification_worker_identifier",
        ["worker_id"],
        unique=False,
    )
    op.create_table(
        "certification_commitment",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_commitment_organization_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "kind", "year", name=op.f("pk_certification_commitment")),
    )
    op.create_table(
        "certification_employment",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("started", sa.Date(), nullable=False),
        sa.Column("ended", sa.Date(), nullable=True),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("union_member", sa.Boolean(), nullable=False),
        sa.Column("union_cadre", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_employment_enterprise_id_certification_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["certification_worker.id"],
            name=op.f("fk_certification_employment_worker_id_certification_worker"),
        ),
        sa.PrimaryKeyConstraint("worker_id", "enterprise_id", "started", name=op.f("pk_certification_employment")),
    )
    op.create_index(
        op.f("ix_certification_employment_tenant_id_enterprise_id"),
        "certification_employment",
        ["tenant_id", "enterprise_id"],
        unique=False,
    )
    op.create_table(
        "certification_organization_parent",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("tree", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_organization_parent_organization_id_certification_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_organization_parent_parent_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "tree", "valid_from", name=op.f("pk_certification_organization_parent")
        ),
    )
    op.create_table(
        "certification_organization_succession",
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("took_place", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_organization_succession_predecessor_id_certification_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["certification_organization.id"],
            name=op.f("fk_certification_organization_succession_successor_id_certification_organization"),
        ),
        sa.PrimaryKeyConstraint(
            "predecessor_id", "successor_id", name=op.f("pk_certification_organization_succession")
        ),
    )
    tenant = sa.table(
        "lrs_tenant", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("created", sa.DateTime(timezone=True))
    )
    op.bulk_insert(tenant, [{"id": uuid7(), "name": "default", "created": datetime.now(UTC)}])


def downgrade() -> None:
    op.drop_table("certification_organization_succession")
    op.drop_table("certification_organization_parent")
    op.drop_index(op.f("ix_certification_employment_tenant_id_enterprise_id"), table_name="certification_employment")
    op.drop_table("certification_employment")
    op.drop_table("certification_commitment")
    op.drop_index(op.f("ix_certification_worker_identifier_worker_id"), table_name="certification_worker_identifier")
    op.drop_table("certification_worker_identifier")
    op.drop_index(op.f("ix_certification_worker_tenant_id_number"), table_name="certification_worker")
    op.drop_table("certification_worker")
    op.drop_table("certification_waiting_statement")
    op.drop_index(op.f("ix_certification_stale_tenant_id"), table_name="certification_stale")
    op.drop_table("certification_stale")
    op.drop_table("certification_rule_file")
    op.drop_table("certification_publication")
    op.drop_table("certification_organization")
    op.drop_table("certification_feed_position")
    op.drop_index(op.f("ix_certification_fact_tenant_id_year_what_worker_id"), table_name="certification_fact")
    op.drop_index(op.f("ix_certification_fact_tenant_id_statement_id"), table_name="certification_fact")
    op.drop_table("certification_fact")
    op.drop_index(op.f("ix_certification_award_tenant_id_programme_year"), table_name="certification_award")
    op.drop_table("certification_award")
    op.drop_index(op.f("ix_certification_attestation_tenant_id_year_worker_id"), table_name="certification_attestation")
    op.drop_table("certification_attestation")
    op.drop_index(op.f("ix_certification_assessment_tenant_id_programme_year"), table_name="certification_assessment")
    op.drop_table("certification_assessment")
    op.drop_table("lrs_credential")
    op.drop_table("lrs_voiding")
    op.drop_table("lrs_tenant")
    op.drop_table("lrs_statement_link")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_verb_key_seq"), table_name="lrs_statement")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_stored_seq"), table_name="lrs_statement")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_seq"), table_name="lrs_statement")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_registration_seq"), table_name="lrs_statement")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_object_key_seq"), table_name="lrs_statement")
    op.drop_index(op.f("ix_lrs_statement_tenant_id_actor_key_seq"), table_name="lrs_statement")
    op.drop_table("lrs_statement")
