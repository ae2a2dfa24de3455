"""A second wall between tenants on PostgreSQL: the database shows and takes rows of the session's tenant alone.

`lrs.db` says in each transaction, as the setting `cdht.tenant`, whose data it is about: a tenant's id, "every" for what
carries the rows of all (migrations, a dump), or nothing, and then no row is shown. The scalar sub-selects are worked
out once a command and not once a row; CASE, unlike OR, changes the planner's estimates by a half and no more, however
many tenants there are. FORCE: the role that serves owns the tables, and owners would pass. Superusers and roles with
BYPASSRLS pass nevertheless.

Without a policy stays what tells whose data is asked for: tenants, credentials, and which figures are published. A
table made later than this needs the same commands; tests/migrations/test_0007_row_level_security.py finds one that
has none.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWN = (
    "lrs_activity",
    "lrs_agent_names",
    "lrs_attachment",
    "lrs_attachment_use",
    "lrs_definitions_position",
    "lrs_document",
    "lrs_erased_statement",
    "lrs_erasure",
    "lrs_provenance",
    "lrs_reference",
    "lrs_signature",
    "lrs_statement",
    "lrs_statement_link",
    "lrs_trusted_root",
    "certification_assessment",
    "certification_attestation",
    "certification_award",
    "certification_employment",
    "certification_fact",
    "certification_feed_position",
    "certification_organization",
    "certification_rule_file",
    "certification_stale",
    "certification_waiting_statement",
    "certification_worker",
    "certification_worker_identifier",
)
"""Tables whose rows name their tenant."""

THROUGH_ORGANIZATION = {
    "certification_commitment": "organization_id",
    "certification_organization_parent": "organization_id",
    "certification_organization_succession": "predecessor_id",
}
"""Tables whose rows belong to the tenant of an organization, by the column that names it."""

OF_TENANT = (
    "CASE WHEN (SELECT current_setting('cdht.tenant', true)) = 'every' THEN true"
    " ELSE tenant_id = (SELECT nullif(nullif(current_setting('cdht.tenant', true), ''), 'every')::uuid) END"
)
"""The word must not reach the cast: a command that waited for a row works out every sub-select again, needed or not."""

OF_ORGANIZATION = "EXISTS (SELECT FROM certification_organization AS own WHERE own.id = {column})"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OWN:
        _raise_wall(table, OF_TENANT)
    for table, column in THROUGH_ORGANIZATION.items():
        _raise_wall(table, OF_ORGANIZATION.format(column=column))


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*THROUGH_ORGANIZATION, *OWN):
        op.execute(f"DROP POLICY of_tenant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def _raise_wall(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
