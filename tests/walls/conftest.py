"""Fixtures of the walls: three places, and everybody who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask

from certification.access.look_ups import Limit
from certification.units import organizations
from lrs.db import Database
from tests.certification.world import UNITS, World
from tests.walls.callers import Caller, callers
from tests.walls.objects import Place, settle

FOREIGN_UNITS = f"""{UNITS.splitlines()[0]}
cdcs/la,CĐCS Lạ,công đoàn cơ sở,,cd/lai-chau,2020-01-01,
dn/la,Doanh nghiệp Lạ,doanh nghiệp,vn/lai-chau,cdcs/la,2020-01-01,
"""
"""Units that the other tenant alone has."""


@pytest.fixture
def places(database: Database, tenant: UUID, other_tenant: UUID) -> list[Place]:
    """The own, another branch, another tenant."""
    now = datetime.now(UTC)
    for one in (tenant, other_tenant):
        World(database, one, now)
    with database.writing(other_tenant) as session:
        organizations.import_organizations(session, other_tenant, FOREIGN_UNITS.encode(), now=now)
    own = Place(tenant, "cdcs/a", "dn/a", "cd/lai-chau", "NV-1", "RIÊNG")
    other = Place(tenant, "cdcs/c", "dn/c", "cd/lao-cai", "NV-3", "NHÁNH-KHÁC", plan="lao-cai-2022")
    foreign = Place(other_tenant, "cdcs/la", "dn/la", "cd/lai-chau", "NV-LA", "NGƯỜI-LẠ")
    return [settle(database, one, now) for one in (own, other, foreign)]


@pytest.fixture
def everybody(app: Flask, database: Database, places: list[Place]) -> dict[str, Caller]:
    app.extensions["look_ups"] = Limit(0)  # all ask from one address
    return callers(app, database, places[0], datetime.now(UTC))
