"""Independent owners of data, and the sandbox of each: a tenant beside the real one, which only test keys open.

A sandbox is a tenant like any other, so everything in it behaves as for real; and since nobody lists it who does not
ask for it, nothing in it is judged, counted or shown.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Session, UtcDateTime, is_postgresql, new_id
from lrs.errors import InvalidRequest, UnknownTenant
from lrs.models import Tenant

__all__ = [
    "create_tenant",
    "find_sandbox",
    "find_tenant",
    "has_opaque_accounts",
    "make_sandbox",
    "require_name",
    "set_opaque_accounts",
    "tenants",
]

LONGEST_NAME = 200


def create_tenant(session: Session, name: str, *, now: datetime) -> UUID:
    """Add an independent owner of data and return its id. Raises InvalidRequest for a name that says nothing."""
    require_name(name)
    tenant = Tenant(id=new_id(), name=name, created=now, sandbox_of=None, opaque_since=None)
    session.add(tenant)
    session.flush()
    return tenant.id


def require_name(name: str) -> None:
    """Raise InvalidRequest for what is no name of a key or a tenant."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidRequest.at("name", f"say what it is in 1 to {LONGEST_NAME} characters")


def find_tenant(session: Session, name: str = "default") -> UUID:
    """The id of the tenant called `name`, which is no sandbox; raises UnknownTenant."""
    found = session.scalar(sa.select(Tenant.id).where(Tenant.name == name, Tenant.sandbox_of.is_(None)))
    if found is None:
        raise UnknownTenant(name)
    return found


def tenants(session: Session, *, sandboxes: bool = False) -> list[tuple[UUID, str]]:
    """Id and name of every tenant, oldest first; sandboxes only where they are asked for."""
    query = sa.select(Tenant.id, Tenant.name).order_by(Tenant.created, Tenant.id)
    if not sandboxes:
        query = query.where(Tenant.sandbox_of.is_(None))
    return [(row.id, row.name) for row in session.execute(query)]


def find_sandbox(session: Session, tenant: UUID) -> UUID | None:
    """The id of the tenant's sandbox; None where no test key has been made yet."""
    return session.scalar(sa.select(Tenant.id).where(Tenant.sandbox_of == tenant))


def make_sandbox(session: Session, tenant: UUID, *, now: datetime) -> UUID:
    """The id of the tenant's sandbox, which is made where there is none. Of several who make it at once, one does."""
    found = find_sandbox(session, tenant)
    if found is None:
        insert = postgresql.insert if is_postgresql(session) else sqlite.insert
        row = {"id": new_id(), "name": f"sandbox of {tenant}", "created": now, "sandbox_of": tenant}
        session.execute(insert(Tenant).on_conflict_do_nothing(), row)
        found = find_sandbox(session, tenant)
    assert found is not None  # noqa: S101 — either we made it or somebody else did
    return found


def has_opaque_accounts(session: Session, tenant: UUID) -> bool:
    """Whether names and mail addresses in actors are replaced by opaque accounts (`lrs.privacy`)."""
    return session.scalar(sa.select(Tenant.opaque_since).where(Tenant.id == tenant)) is not None


def set_opaque_accounts(session: Session, tenant: UUID, wanted: bool, *, now: datetime) -> None:
    """Replace them from the next request on, in the sandbox too; or keep them as sent. What is stored stays."""
    since = sa.func.coalesce(Tenant.opaque_since, sa.literal(now, UtcDateTime)) if wanted else None
    session.execute(sa.update(Tenant).where(Tenant.id == tenant).values(opaque_since=since))
