"""Rates of a large population: making the summaries, reading any unit today and on a past day, settling what changes.

The population is made by the database itself: workers with one employment each (one in a hundred has two) in
enterprises of two hundred, twenty facts a worker, a title for one in three. Units: a country, ten provinces with
sixteen communes each; unions likewise, with a grassroots union for each enterprise but one in ten.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import migrations
from certification.models import Organization, OrganizationParent
from certification.rules import rule_files
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment, counting, grounds, settling
from certification.targets.marks import mark_uncounted
from certification.units import organizations, revisions
from lrs import api
from lrs.db import NOBODY, Database, Session, is_postgresql, new_id

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PAST = date(2026, 6, 30)
FACTS_EACH = 20
IN_AN_ENTERPRISE = 200
WHAT = (
    "law-labour", "law-trade-union", "law-safety", "working-class-theory", "skill-upskilling", "skill-contest",
    "life-health", "life-traffic", "digital-reached", "digital-able", "reading", "study-plan", "community",
    "language", "improvement", "learning",
)  # fmt: skip
TURNS = 30
CHANGED = 200
"""Workers marked at once, as in a second of two hundred Statements."""


def measure(url: str, *, workers: int, count_rows: bool = True) -> dict[str, Any]:
    """Seconds and milliseconds for a population made up for the occasion."""
    database = Database(url)
    migrations.upgrade(database)
    began = time.perf_counter()
    tenant, enterprises = populate(database, workers)
    populated = time.perf_counter() - began
    made = _timed(lambda: settling.settle_all(database, tenant, today=TODAY))
    chance = random.Random(7)
    with database.reading(tenant) as session:
        units = list(grounds.land(session, tenant).on(TODAY).concerned)
    nodes = ["vn", "cd", *(f"b/{n}" for n in range(3)), *chance.sample(units, min(TURNS, len(units)))]
    today = [_timed(partial(_read, database, tenant, code, TODAY)) for code in nodes for _ in range(3)]
    past = [_timed(partial(_read, database, tenant, code, PAST)) for code in nodes for _ in range(3)]
    root = [_timed(lambda: _read(database, tenant, "vn", TODAY)) for _ in range(7)]
    rows = [_timed(lambda: _count(database, tenant, PAST))] if count_rows else []
    settle = [_settle(database, tenant, workers) for _ in range(5)]
    database.close()
    return {
        "workers": workers,
        "facts": workers * FACTS_EACH,
        "enterprises": len(enterprises),
        "populated": populated,
        "made": made,
        "today_ms": 1000 * statistics.median(today),
        "past_ms": 1000 * statistics.median(past),
        "slowest_ms": 1000 * max(*today[3:], *past[3:]),
        "root_ms": 1000 * statistics.median(root),
        "rows": rows[0] if rows else float("nan"),
        "settle_ms": 1000 * statistics.median(settle),
    }


def populate(database: Database, workers: int) -> tuple[UUID, list[UUID]]:
    """A tenant with so many people, in a migrated database without any; and its enterprises."""
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        organizations.load_shipped(session, tenant)
        rule_files.load_all(session, tenant, now=NOW)
        enterprises = _units(session, tenant, max(1, workers // IN_AN_ENTERPRISE))
    with database.writing(tenant) as session:
        _people(session, tenant, enterprises, workers)
    return tenant, enterprises


def _read(database: Database, tenant: UUID, code: str, on: date) -> None:
    """Every target of a unit, without who met the criteria on another day than today, which is a judgement."""
    with database.reading(tenant, snapshot=True) as session:
        if on == TODAY:
            attainment.measure_all(session, tenant, on=on, codes=[code])
            return
        land = grounds.land(session, tenant)
        bound = attainment.binding_targets(session, tenant, land.on(on).tree, [code], on)[code]
        rules = {target.numerator for _, target in bound}
        counting.count(session, tenant, land, rules, on=on, programme=PROGRAMME, codes=[code])


def _count(database: Database, tenant: UUID, on: date) -> None:
    """The same of the whole, counted from the rows."""
    with database.reading(tenant, snapshot=True) as session:
        land = grounds.land(session, tenant)
        bound = attainment.binding_targets(session, tenant, land.on(on).tree, ["vn"], on)["vn"]
        rules = {target.numerator for _, target in bound}
        counting.count_rows(session, tenant, land, rules, on=on, programme=PROGRAMME, codes=["vn"])


def _settle(database: Database, tenant: UUID, workers: int) -> float:
    chance = random.Random(time.monotonic_ns())
    with database.writing(tenant) as session:
        numbers = [f"B-{chance.randrange(workers)}" for _ in range(CHANGED)]
        ids = session.scalars(
            sa.text("SELECT id FROM certification_worker WHERE number IN :numbers").bindparams(
                sa.bindparam("numbers", numbers, expanding=True)
            )
        ).all()
        concerned = {one if isinstance(one, UUID) else UUID(one) for one in ids}
        for worker in concerned:
            values = {"worker": worker.hex, "tenant": tenant.hex, "statement": new_id().hex}
            session.execute(
                sa.text(
                    "INSERT INTO certification_fact (worker_id, tenant_id, statement_id, what, day, year, minutes,"
                    " score, quality, activity_key) VALUES (:worker, :tenant, :statement, 'law-labour', '2026-11-19',"
                    " 2026, 60, NULL, 2, 1)"
                ),
                values,
            )
        mark_uncounted(session, tenant, [(one, 2026) for one in concerned])
    return _timed(lambda: settling.settle(database, tenant, today=TODAY))


def _units(session: Session, tenant: UUID, many: int) -> list[UUID]:
    """Provinces, communes, unions and enterprises; the enterprises' ids."""
    ids = {row[0]: row[1] for row in session.execute(sa.select(Organization.code, Organization.id))}
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []

    def add(code: str, kind: str, **above: str) -> None:
        ids[code] = new_id()
        nodes.append({"id": ids[code], "tenant_id": tenant, "code": code, "name": f"Đơn vị {code}", "kind": kind})
        for tree, parent in above.items():
            edges.append(
                {
                    "organization_id": ids[code],
                    "tree": tree,
                    "parent_id": ids[parent],
                    "valid_from": date(2020, 1, 1),
                    "valid_to": None,
                }
            )

    for province in range(10):
        add(f"b/{province}", "administrative", administrative="vn")
        add(f"bc/{province}", "trade_union", union="cd")
        for commune in range(16):
            add(f"b/{province}/{commune}", "administrative", administrative=f"b/{province}")
            add(f"bc/{province}/{commune}", "trade_union", union=f"bc/{province}")
    codes = []
    for number in range(many):
        place = f"{number % 10}/{number // 10 % 16}"
        union = {}
        if number % 10:
            add(f"bg/{number}", "grassroots_union", union=f"bc/{place}")
            union = {"union": f"bg/{number}"}
        add(f"bd/{number}", "enterprise", administrative=f"b/{place}", **union)
        codes.append(f"bd/{number}")
    session.execute(sa.insert(Organization), nodes)
    session.execute(sa.insert(OrganizationParent), edges)
    revisions.changed(session, tenant)
    return [ids[code] for code in codes]


def _people(session: Session, tenant: UUID, enterprises: list[UUID], workers: int) -> None:
    """Workers, employments, facts and titles, made by the database."""
    postgresql = is_postgresql(session)
    recursive = "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < :last) SELECT n FROM g"
    series = "SELECT n FROM generate_series(0, :last) AS g(n)" if postgresql else f"SELECT n FROM ({recursive})"

    def uid(kind: int, number: str) -> str:
        text = (
            f"lpad(to_hex({kind}), 8, '0') || lpad(to_hex({number}), 24, '0')"
            if postgresql
            else f"printf('%08x%024x', {kind}, {number})"
        )
        return f"({text})::uuid" if postgresql else text

    def plus(first: str, days: str) -> str:
        return f"(DATE '{first}' + ({days})::int)" if postgresql else f"date('{first}', '+' || ({days}) || ' days')"

    def run(command: str, last: int, **values: Any) -> None:
        session.execute(sa.text(command), {"last": last, "tenant": tenant if postgresql else tenant.hex, **values})

    session.execute(sa.text("CREATE TEMPORARY TABLE bench_enterprise (place INTEGER PRIMARY KEY, id CHAR(36))"))
    session.execute(
        sa.text("INSERT INTO bench_enterprise VALUES (:place, :id)"),
        [{"place": place, "id": str(one) if postgresql else one.hex} for place, one in enumerate(enterprises)],
    )
    enterprise = "e.id::uuid" if postgresql else "e.id"
    many, last = len(enterprises), workers - 1
    run(
        "INSERT INTO certification_worker (id, tenant_id, number, full_name, gender)"
        f" SELECT {uid(1, 'n')}, :tenant, 'B-' || n, 'Người mẫu', CASE WHEN n % 2 = 0 THEN 'female' ELSE 'male' END"
        f" FROM ({series}) AS s",
        last,
    )
    for shift, of in ((0, "n >= 0"), (1, "n % 100 = 0")):
        run(
            "INSERT INTO certification_employment (worker_id, tenant_id, enterprise_id, started, ended, position)"
            f" SELECT {uid(1, 's.n')}, :tenant, {enterprise}, {plus('2020-01-01', 's.n % 2400')}, "
            f" CASE WHEN s.n % 10 = 7 THEN {plus('2026-08-01', 's.n % 100')} ELSE NULL END, NULL"
            f" FROM ({series}) AS s JOIN bench_enterprise e ON e.place = (s.n + {shift}) % {many} WHERE s.{of}",
            last,
        )
    cases = " ".join(f"WHEN {at} THEN '{what}'" for at, what in enumerate(WHAT))
    for fact in range(FACTS_EACH):
        run(
            "INSERT INTO certification_fact (worker_id, tenant_id, statement_id, what, day, year, minutes, score,"
            f" quality, activity_key) SELECT {uid(1, 'n')}, :tenant, {uid(2 + fact, 'n')},"
            f" CASE (n * 7 + {fact} * 3) % 16 {cases} END, {plus('2026-01-01', f'(n * 13 + {fact * 17}) % 320')}, 2026,"
            f" 60, NULL, (n + {fact}) % 3 + 1, (n + {fact}) % 500 FROM ({series}) AS s",
            last,
        )
    run(
        "INSERT INTO certification_award (worker_id, programme, year, tenant_id, decision_number, decided_on, body,"
        f" withdrawn_on, recorded) SELECT {uid(1, 'n')}, 'cong-dan-hoc-tap', 2025, :tenant, '1',"
        f" {plus('2026-01-15', 'n % 90')}, 'UBND', NULL, CURRENT_TIMESTAMP FROM ({series}) AS s WHERE n % 3 = 0",
        last,
    )
    session.execute(sa.text("DROP TABLE bench_enterprise"))


def _timed(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
