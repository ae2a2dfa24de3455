"""What whoever runs the installation does with a tenant's data; the act stands in the tenant's own record.

switch_opaque_accounts    whether who people are is replaced in what comes in
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from certification.access import records
from lrs import api
from lrs.db import Database

__all__ = ["switch_opaque_accounts"]


def switch_opaque_accounts(
    database: Database, tenant: UUID, wanted: bool, *, about: str, by: str, reason: str, secret: bytes, now: datetime
) -> int:
    """From the next request on, mail addresses, OpenIDs and names of people are replaced by opaque accounts (less is
    kept of people, as Law 91/2025/QH15 asks for), or kept as sent. State and profiles move there, Statements stay as
    they are. How many documents moved. `about` is the tenant's name; kept in the record."""
    with database.writing(tenant) as session:
        api.set_opaque_accounts(session, tenant, wanted, now=now)
        act = "opaque-accounts-on" if wanted else "opaque-accounts-off"
        records.add(session, tenant, by=by, act=act, about=about, reason=reason, now=now)
    return api.move_documents(database, tenant, secret=secret) if wanted else 0
