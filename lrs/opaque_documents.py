"""Documents of State and profiles under the opaque accounts of their people, once a tenant replaces who they are."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from lrs import documents
from lrs.db import NOBODY, Database
from lrs.privacy import opaque_account
from lrs.tenants import find_sandbox

__all__ = ["move_documents"]


def move_documents(database: Database, tenant: UUID, *, secret: bytes) -> int:
    """Moves those of the tenant and of its sandbox to the opaque accounts; how many moved. Broken off, it can be called
    again."""
    with database.reading(NOBODY) as session:
        sandbox = find_sandbox(session, tenant)
    renamed = partial(opaque_account, tenant=tenant, secret=secret)
    return sum(documents.rename_agents(database, each, renamed) for each in (tenant, sandbox) if each)
