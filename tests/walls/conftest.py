"""Fixtures of the walls: three places, and everybody who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from certification.access.look_ups import Limit
from certification.documents import drawing
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


class Undrawn:
    """A document that is not drawn: its text, which can be searched, and costs nothing."""

    width = height = 1.0

    def __init__(self, html: str) -> None:
        self._html, self.pages = html, [self]

    def render(self, **_: Any) -> Undrawn:
        return self

    def copy(self, sheets: list[Undrawn]) -> Undrawn:
        return Undrawn("".join(one._html for one in sheets))

    def write_pdf(self, **_: Any) -> bytes:
        return self._html.encode()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is drawn."""
    monkeypatch.setattr(drawing, "_weasyprint", lambda: (Undrawn, None))
    monkeypatch.setattr(drawing, "_styles", lambda _name: None)
