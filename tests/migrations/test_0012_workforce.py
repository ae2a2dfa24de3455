"""What an employment said of its whole time becomes roles with days and a group by year, and comes back going down."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from alembic import command

import migrations
from lrs.db import EVERY_TENANT, Database

TENANT, HOA, PAO, MAI, FACTORY, SHOP = (uuid4() for _ in range(6))

EMPLOYED = (
    (HOA, FACTORY, date(2020, 2, 1), date(2022, 6, 30), "nguoi-lao-dong", True, False),
    (HOA, SHOP, date(2022, 7, 1), None, "can-bo-doanh-nhan", True, True),
    (PAO, FACTORY, date(2021, 1, 1), None, "can-bo-doanh-nhan", False, False),
    (PAO, SHOP, date(2021, 9, 1), None, "hoc-sinh-sinh-vien", False, False),
    (MAI, FACTORY, date(2024, 3, 1), None, "nguoi-lao-dong", False, True),
)


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.reading(EVERY_TENANT) as session:
        return sorted((tuple(row) for row in session.execute(sa.text(query))), key=str)


def test_rows_are_carried_across_both_ways(database: Database) -> None:
    config = migrations.config_for(database)
    command.downgrade(config, "0011")
    metadata = sa.MetaData()
    metadata.reflect(database.engine)
    as_kept = (lambda one: one.hex) if database.is_sqlite else (lambda one: one)
    with database.writing(EVERY_TENANT) as session:
        for enterprise, code in ((FACTORY, "dn/a"), (SHOP, "dn/b")):
            values = {"id": as_kept(enterprise), "tenant_id": as_kept(TENANT), "code": code, "name": code}
            session.execute(metadata.tables["certification_organization"].insert(), [{**values, "kind": "enterprise"}])
        for number, worker in enumerate((HOA, PAO, MAI)):
            values = {"id": as_kept(worker), "tenant_id": as_kept(TENANT), "number": f"A{number}", "full_name": "Người"}
            session.execute(metadata.tables["certification_worker"].insert(), [values])
        names = ("worker_id", "enterprise_id", "started", "ended", "audience", "union_member", "union_cadre")
        for row in EMPLOYED:
            values = dict(zip(names, row, strict=True))
            values |= {name: as_kept(values[name]) for name in ("worker_id", "enterprise_id")}
            values["tenant_id"] = as_kept(TENANT)
            session.execute(metadata.tables["certification_employment"].insert(), [values])
    before = rows(database, f"SELECT {', '.join(names)} FROM certification_employment")

    migrations.upgrade(database)
    roles = "SELECT w.number, o.code, r.role, r.started, r.ended FROM certification_union_role r"
    roles += " JOIN certification_worker w ON w.id = r.worker_id"
    roles += " JOIN certification_organization o ON o.id = r.enterprise_id"
    assert [tuple(map(str, row)) for row in rows(database, roles)] == [
        ("A0", "dn/a", "member", "2020-02-01", "2022-06-30"),
        ("A0", "dn/b", "cadre", "2022-07-01", "None"),
        ("A0", "dn/b", "member", "2022-07-01", "None"),
        ("A2", "dn/a", "cadre", "2024-03-01", "None"),
    ]
    audiences = "SELECT w.number, a.year, a.audience FROM certification_audience a"
    audiences += " JOIN certification_worker w ON w.id = a.worker_id"
    assert rows(database, audiences) == [
        ("A0", 2022, "can-bo-doanh-nhan"),
        ("A1", 2021, "hoc-sinh-sinh-vien"),
    ]
    assert len(rows(database, "SELECT started FROM certification_employment")) == len(EMPLOYED)

    command.downgrade(config, "0011")
    again = rows(database, f"SELECT {', '.join(names)} FROM certification_employment")
    assert [row[:4] + row[5:] for row in again] == [row[:4] + row[5:] for row in before]
    migrations.upgrade(database)
