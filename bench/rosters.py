"""Taking in a roster, CSV and XLSX, with every check: seconds and memory of the command, beside the rows alone.

The bare insert puts the same workers, employments, memberships and accounts into the same tables, as fast as the driver
can; nothing is read, checked or looked up.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import xlsxwriter

import migrations
from bench import machine, memory
from bench.machine import ROOT
from certification.people.roster import HEADINGS
from certification.units import organizations
from lrs import api
from lrs.db import NOBODY, Database, new_id

ENTERPRISES = 40
NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
FIRST_DAY = date(2015, 1, 1)

TABLES = {
    "certification_worker": "id, tenant_id, number, full_name, gender",
    "certification_employment": "worker_id, tenant_id, enterprise_id, started, position",
    "certification_union_role": "worker_id, tenant_id, enterprise_id, role, started",
    "certification_worker_identifier": (
        "tenant_id, actor_key, ifi, ifi_digest, worker_id, linked, sureness, linked_by, basis"
    ),
}


def measure(engine: str, folder: Path, urls: dict[str, str], rows: int) -> list[dict[str, Any]]:
    """For each kind of file, over a database of its own (by kind; "bare" for the bare insert)."""
    bare = _bare(urls["bare"], rows)
    found = []
    for kind in ("csv", "xlsx"):
        _prepare(urls[kind])
        path = folder / f"roster.{kind}"
        (_write_csv if kind == "csv" else _write_xlsx)(path, rows)
        before = machine.cpu_seconds()
        first, most = _import(folder, urls[kind], path)
        used = machine.cpu_seconds() - before
        again, _most = _import(folder, urls[kind], path)
        found.append(
            {
                "engine": engine, "kind": kind, "rows": rows, "seconds": first, "again": again, "memory": most,
                "cpu": used, "bare": bare, "ratio": first / bare,
            }
        )  # fmt: skip
    return found


def _import(folder: Path, url: str, path: Path) -> tuple[float, float]:
    """Seconds that the command takes, and the most memory (MB) that its process ever held."""
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": url, "FLASK_APP": str(ROOT / "wsgi.py")}
    command = [sys.executable, "-m", "flask", "certification", "import-roster", str(path)]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with memory.most_held(process.pid) as held:
        _out, said = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode())
    return time.perf_counter() - began, max(held)


def _prepare(url: str) -> UUID:
    """A migrated database with the enterprises; its tenant."""
    database = Database(url)
    migrations.upgrade(database)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    units = ",".join(organizations.ORGANIZATION_HEADINGS[:7]) + "\nvn,Việt Nam,hành chính,,,,\n"
    units += "".join(f"dn/{n},Doanh nghiệp {n},doanh nghiệp,vn,,,\n" for n in range(ENTERPRISES))
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, units.encode(), now=NOW)
    database.close()
    return tenant


def _told(rows: int) -> Iterator[tuple[str, str, str, str, date, str, str, str, str, str]]:
    for n in range(rows):
        started = FIRST_DAY + timedelta(days=n % 3000)
        name = f"Nguyễn Thị {('Hoa', 'Lan', 'Mai', 'Cúc')[n % 4]} {n}"
        yield (
            f"A{n:06}", name, "Nữ" if n % 3 else "Nam", f"dn/{n % ENTERPRISES}", started, "", "Công nhân may", "x",
            "x" if n % 30 == 0 else "", f"https://hoc.example.org|nv{n}",
        )  # fmt: skip


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for row in _told(rows):
            writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])


def _write_xlsx(path: Path, rows: int) -> None:
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(_told(rows), start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif cell:
                sheet.write_string(number, place, cell)
    workbook.close()


# ---------------------------------------------------------------- the rows alone


def _bare(url: str, rows: int) -> float:
    tenant = _prepare(url)
    database = Database(url)
    with database.reading(tenant) as session:
        places = {code: node.id for code, node in organizations.enterprises(session, tenant).items()}
    database.close()
    tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
    for number, name, gender, code, started, _ended, position, _member, cadre, account in _told(rows):
        worker, enterprise = new_id(), places[code]
        ifi = f"account {account}"
        tables["certification_worker"].append((worker, tenant, number, name, gender))
        tables["certification_employment"].append((worker, tenant, enterprise, started, position))
        for role in ("member", "cadre") if cadre else ("member",):
            tables["certification_union_role"].append((worker, tenant, enterprise, role, started))
        digest = blake2b(ifi.encode(), digest_size=32).digest()
        linked = (tenant, api.key_of(ifi), ifi, digest, worker, NOW, "stated", "", "roster")
        tables["certification_worker_identifier"].append(linked)
    insert = _into_sqlite if url.startswith("sqlite") else _into_postgresql
    began = time.perf_counter()
    insert(url, tables)
    return time.perf_counter() - began


def _into_sqlite(url: str, tables: dict[str, list[tuple[Any, ...]]]) -> None:
    def kept(value: Any) -> Any:
        return value.hex if isinstance(value, UUID) else value if isinstance(value, bytes | int) else str(value)

    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    for table, rows in tables.items():
        marks = ", ".join("?" * len(rows[0]))
        command = f"INSERT INTO {table} ({TABLES[table]}) VALUES ({marks})"
        connection.executemany(command, ([kept(value) for value in row] for row in rows))
    connection.execute("COMMIT")
    connection.close()


def _into_postgresql(url: str, tables: dict[str, list[tuple[Any, ...]]]) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL cdht.tenant = 'every'")
        for table, rows in tables.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())  # it and COPY exclude each other
            with cursor.copy(f"COPY {table} ({TABLES[table]}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
