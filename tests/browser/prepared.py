"""An installation with somebody of every role, for pages to be walked through.

Rows that a page needs to be worth looking at are put in by the samples of its package, a module in
`tests/browser/samples/`: it may have a function `prepare(database, tenant, now)`, and has `SAMPLES`: for every page
whose address has parts to fill in, what to fill them in with; None for one that cannot be opened by itself (then a test
of its own opens it).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import roles
from certification.access.permissions import Role
from certification.models import Stale, Worker
from certification.web import AUDIENCES
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import publish

__all__ = ["NOBODY", "PEOPLE", "Samples", "prepare", "samples"]

Samples = Mapping[str, Mapping[str, Any] | None]

NOBODY = "nobody"

PEOPLE: Mapping[str, tuple[Role, Mapping[str, Any]]] = {
    "cdcs": (Role.GRASSROOTS_OFFICER, {"organization": "cdcs/a"}),
    "captren": (Role.UPPER_OFFICER, {"organization": "cd/lao-cai"}),
    "totruong": (Role.TEAM_LEAD, {"organization": "dn/a", "team": "Tổ 1"}),
    "doanhnghiep": (Role.ENTERPRISE, {"organization": "dn/a"}),
    "nld": (Role.WORKER, {}),
    "kiemtra": (Role.AUDITOR, {}),
    "vanhanh": (Role.OPERATOR, {}),
}
"""Accounts by name, each with its role; all have `people.PASSWORD`. The worker is a02."""


def prepare(database: Database, tenant: UUID, now: datetime) -> None:
    """Published figures, three enterprises with workers, the accounts, and whatever samples bring."""
    publish(database, tenant, now=now)
    with database.writing(tenant) as session:
        worker = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a02")).one()
        roles.set_team(session, tenant, "dn/a", "Tổ 1", ["a01", "a02", "a03"], on=now.date())
    for name, (role, over) in PEOPLE.items():
        account(database, tenant, name, now, worker=worker if role is Role.WORKER else None)
        if role is not Role.WORKER:
            give(database, tenant, name, role, now, **over)
    for pages in AUDIENCES:
        module = importlib.import_module(f"tests.browser.samples.{pages.name}")
        if hasattr(module, "prepare"):
            module.prepare(database, tenant, now)
    with database.writing(tenant) as session:  # as where judging runs beside: nobody waits for it
        session.execute(sa.delete(Stale).where(Stale.tenant_id == tenant))


def samples() -> dict[str, Mapping[str, Any] | None]:
    """Of every package, by endpoint."""
    found: dict[str, Mapping[str, Any] | None] = {}
    for pages in AUDIENCES:
        found.update(importlib.import_module(f"tests.browser.samples.{pages.name}").SAMPLES)
    return found
