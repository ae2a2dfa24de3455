"""Unions open their report on a plan over HTTP, all of a province one after the other, and the province opens its own.

The real server, keys with a role over the province, four connections that never rest: harder than thousands of officers
within ten minutes. A third of the reports hold values, a third of those are approved. Drawing is measured by
`bench.papers`.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import migrations
from bench import clients, machine
from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.reports import entering, steps
from certification.reports.reading import Key
from certification.rules import programme
from certification.units import organizations
from lrs import api
from lrs.db import NOBODY, Database

PLAN, TOP = "lao-cai-2022", "cd/lao-cai"
CONNECTIONS = 4
AGAIN = 5

Row = dict[str, Any]


def measure(engine: str, folder: Path, url: str, *, units: int) -> list[Row]:
    """For the unions and for the province: milliseconds of an opening (median, 95th of a hundred, most) as the client
    sees it, CPU of server and client for each, and how many were not answered well."""
    database = Database(url)
    key = Key(PLAN, "yearly", datetime.now(UTC).date() - timedelta(days=30))
    tenant = _prepare(database, key, units)
    codes = [f"cdcs/{number}" for number in range(units)]
    with machine.server(folder, url, alone=True) as server:
        headers = {"Authorization": clients.branch_key(database, tenant, folder, Role.UPPER_OFFICER, TOP)}

        def open_all(mine: list[str]) -> list[tuple[float, int]]:
            connection = server.connect()
            found = []
            for code in mine:
                began = time.perf_counter()
                path = f"/api/units/{code}/reports/{key.plan}/{key.period}/{key.cut_off}"
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
                found.append((time.perf_counter() - began, answer.status))
            connection.close()
            return found

        open_all(codes[:CONNECTIONS])
        rows = []
        for name, shares in (
            ("each union", [codes[place::CONNECTIONS] for place in range(CONNECTIONS)]),
            ("the province", [[TOP] * AGAIN]),
        ):
            cpu, began = machine.cpu_seconds(), time.perf_counter()
            with ThreadPoolExecutor(len(shares)) as pool:
                found = [one for share in pool.map(open_all, shares) for one in share]
            took, used = time.perf_counter() - began, machine.cpu_seconds() - cpu
            seconds = sorted(one for one, _ in found)
            rows.append(
                {
                    "engine": engine, "opens": name, "opened": len(found),
                    "errors": sum(status != 200 for _, status in found), "seconds": took,
                    "median_ms": 1000 * statistics.median(seconds),
                    "p95_ms": 1000 * seconds[int(0.95 * (len(seconds) - 1))], "most_ms": 1000 * seconds[-1],
                    "cpu_ms": 1000 * used / len(found),
                }
            )  # fmt: skip
    database.close()
    return rows


def _prepare(database: Database, key: Key, units: int) -> UUID:
    """Unions below the province; of every nine two have begun and one is approved."""
    migrations.upgrade(database)
    now = datetime.now(UTC)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    lines = [f"cdcs/{one},CĐCS {one},công đoàn cơ sở,,{TOP},2020-01-01," for one in range(units)]
    head = "Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày"
    with database.writing(tenant) as session:
        programme.load_shipped(session, tenant, now=now)
        organizations.import_organizations(session, tenant, "\n".join([head, *lines, ""]).encode(), now=now)
    hoa, chi = (Who(tenant, name, roles=(Held(Role.OPERATOR),)) for name in ("hoa", "chi"))
    told: dict[str, Any] = {
        "results-text": {"value": "Nhận thức có những chuyển biến tích cực. " * 30},
        "limits-text": {"value": "Kinh phí còn hạn hẹp. " * 30},
        "loudspeaker-items": {"value": 10},
        "commune-spending": {"value": 3_500_000},
        "events": {"value": [{"name": "Tuần lễ học tập suốt đời", "day": "2026-10-01", "participations": 120}] * 3},
    }
    with database.writing(tenant) as session:
        for number in range(0, units, 3):
            entering.enter(session, tenant, hoa, f"cdcs/{number}", key, told, now=now)
            if number % 9 == 0:
                steps.take(session, tenant, hoa, f"cdcs/{number}", key, "submit", now=now)
                steps.take(session, tenant, chi, f"cdcs/{number}", key, "approve", now=now)
    return tenant
