"""Rates of a large population: making the summaries, reading any unit today and on a past day, settling what changes.

The population is made by the database itself: workers with one employment each (one in a hundred has two) in
enterprises of two hundred, twenty facts a worker, a title for one in three, a kept result for each, attested points for
one in ten. Units: a country, ten provinces with
sixteen communes each; unions likewise, with a grassroots union for each enterprise but one in ten.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import migrations
from bench import machine
from certification.marks import mark_uncounted
from certification.models import Organization, OrganizationLabel, OrganizationParent
from certification.rules import criteria, rule_files
from certification.rules.criteria import PROGRAMME
from certification.targets import attainment, counting, grounds, settling, summaries
from certification.units import organizations, revisions
from lrs import api
from lrs.db import NOBODY, Database, Session, is_postgresql, new_id

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PAST = date(2026, 6, 30)
FACTS_EACH = 20
IN_AN_ENTERPRISE = 200
IN_A_ZONE = 50
"""Enterprises of an industrial zone, neighbours by number: one in a hundred of its people has two employers there."""
SECTORS = 8
WHAT = (
    "law-labour", "law-trade-union", "law-safety", "working-class-theory", "skill-upskilling", "skill-contest",
    "life-health", "life-traffic", "digital-reached", "digital-able", "reading", "study-plan", "community",
    "language", "improvement", "learning",
)  # fmt: skip
TURNS = 30
PORTION = 50_000
ATTESTED = 10
"""Of so many workers one has points for all that a log may not suggest, and has to be judged for past days."""
CHANGED = 200
"""Workers marked at once, as in a second of two hundred Statements."""


def measure(
    url: str, *, workers: int, count_rows: bool = True, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Seconds and milliseconds for a population made up for the occasion; `say` is told how far it has come.

    `count_rows`: the whole of a past day is counted from the rows too, and compared. That takes minutes for a million.
    """
    database = Database(url)
    migrations.upgrade(database)
    began = time.perf_counter()
    tenant, enterprises = populate(database, workers)
    for numbers in _portions(workers):
        with database.writing(tenant) as session:
            _results(session, tenant, numbers)
    populated = time.perf_counter() - began
    say(f"populated in {populated:.0f} s")
    made = _cost(lambda: settling.settle_all(database, tenant, today=TODAY))
    say(f"made in {made.seconds:.0f} s, {made.cpu:.0f} s of CPU")
    chance = random.Random(7)
    with database.reading(tenant) as session:
        units = list(grounds.land(session, tenant).on(TODAY).concerned)
    nodes = ["vn", "cd", *(f"b/{n}" for n in range(3)), *chance.sample(units, min(TURNS, len(units)))]
    _read(database, tenant, "vn", TODAY)  # the trees are remembered from now on
    today, past, root = (
        [_cost(partial(_read, database, tenant, code, day)) for code in some for _ in range(3)]
        for some, day in ((nodes, TODAY), (nodes, PAST), (["vn"] * 3, TODAY))
    )
    say(f"a unit in {1000 * _median(today).seconds:.0f} ms")
    settle = [_settle(database, tenant, workers) for _ in range(5)]
    say(f"{CHANGED} settled in {1000 * _median(settle).seconds:.0f} ms")
    rows = _cost(lambda: _compare(database, tenant, PAST)) if count_rows else Cost(float("nan"), float("nan"))
    database.close()
    return {
        "workers": workers,
        "facts": workers * FACTS_EACH,
        "enterprises": len(enterprises),
        "load": os.getloadavg()[0],
        "populated": populated,
        "made": made.seconds,
        "made_cpu": made.cpu,
        "today_ms": 1000 * _median(today).seconds,
        "today_cpu_ms": 1000 * _median(today).cpu,
        "past_ms": 1000 * _median(past).seconds,
        "past_cpu_ms": 1000 * _median(past).cpu,
        "slowest_ms": 1000 * max(one.seconds for one in (*today, *past)),
        "root_ms": 1000 * _median(root).seconds,
        "root_cpu_ms": 1000 * _median(root).cpu,
        "rows": rows.seconds,
        "settle_ms": 1000 * _median(settle).seconds,
        "settle_cpu_ms": 1000 * _median(settle).cpu,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of CPU of this process and of the database's."""

    seconds: float
    cpu: float


def _cost(action: Callable[[], Any]) -> Cost:
    cpu, began = machine.cpu_seconds(), time.perf_counter()
    own = time.process_time()
    action()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    # What others have used is known to a hundredth of a second, which is coarse for a single read.
    return Cost(seconds, max(own, machine.cpu_seconds() - cpu) if seconds > 1 else own)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(one.seconds for one in costs), statistics.median(one.cpu for one in costs))


def populate(database: Database, workers: int) -> tuple[UUID, list[UUID]]:
    """A tenant with so many people, in a migrated database without any; and its enterprises."""
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.writing(tenant) as session:
        organizations.load_shipped(session, tenant)
        rule_files.load_all(session, tenant, now=NOW)
        enterprises = _units(session, tenant, max(1, workers // IN_AN_ENTERPRISE))
    for numbers in _portions(workers):
        with database.writing(tenant) as session:
            _people(session, tenant, enterprises, numbers)
    return tenant, enterprises


def statement_ids(workers: int) -> Iterator[UUID]:
    """The ids of the Statements that the facts of so many workers tell of, those of a worker far apart."""
    for fact in range(FACTS_EACH):
        for number in range(workers):
            yield UUID(f"{2 + fact:08x}000070008000{number:012x}")


def _portions(workers: int) -> list[range]:
    """Numbers of workers made up in one transaction: SQLite's log does not grow without end then."""
    return [range(first, min(first + PORTION, workers)) for first in range(0, workers, PORTION)]


def _read(database: Database, tenant: UUID, code: str, on: date) -> attainment.Attainment:
    """Every figure of a unit."""
    with database.reading(tenant, snapshot=True) as session:
        return attainment.measure_all(session, tenant, on=on, codes=[code])


def _compare(database: Database, tenant: UUID, on: date) -> None:
    """The whole counted from the rows, who met the criteria included; raises ValueError where the summaries differ."""
    with database.reading(tenant, snapshot=True) as session:
        land = grounds.land(session, tenant)
        rules = summaries.all_rules(session, tenant)
        asked: dict[str, Any] = {"on": on, "programme": PROGRAMME, "codes": ["vn"], "meeting": True}
        counted = counting.count_rows(session, tenant, land, rules, **asked).everybody["vn"]
        kept = counting.count(session, tenant, land, rules, **asked).everybody["vn"]
    for rule in rules:
        if (kept.persons[rule], kept.participations[rule]) != (counted.persons[rule], counted.participations[rule]):
            raise ValueError(f"{rule}: kept and counted differ")
    if (kept.headcount, kept.women, kept.meeting) != (counted.headcount, counted.women, counted.meeting):
        raise ValueError("kept and counted differ")


def _settle(database: Database, tenant: UUID, workers: int) -> Cost:
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
    return _cost(lambda: settling.settle(database, tenant, today=TODAY))


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
    labels: list[dict[str, Any]] = []
    for number in range(many):
        place = f"{number % 10}/{number // 10 % 16}"
        union = {}
        if number % 10:
            add(f"bg/{number}", "grassroots_union", union=f"bc/{place}")
            union = {"union": f"bg/{number}"}
        add(f"bd/{number}", "enterprise", administrative=f"b/{place}", **union)
        codes.append(f"bd/{number}")
        labels.append(
            {
                "organization_id": ids[f"bd/{number}"],
                "valid_from": date(2020, 1, 1),
                "tenant_id": tenant,
                "name": f"Đơn vị bd/{number}",
                "plain": f"donvibd{number}",
                "official_code": None,
                "sector": f"Ngành {number // 5 % SECTORS}",
                "zone": f"KCN {number // IN_A_ZONE}",
            }
        )
    session.execute(sa.insert(Organization), nodes)
    session.execute(sa.insert(OrganizationParent), edges)
    session.execute(sa.insert(OrganizationLabel), labels)
    revisions.changed(session, tenant)
    return [ids[code] for code in codes]


class _Making:
    """SQL by which the database makes rows up itself, numbered from 0."""

    def __init__(self, session: Session, tenant: UUID, numbers: range) -> None:
        self._session, self._postgresql = session, is_postgresql(session)
        self._tenant = {"tenant": tenant if self._postgresql else tenant.hex}
        self.series = self.numbers(numbers.start, numbers.stop - 1)

    def numbers(self, first: int, last: int) -> str:
        if self._postgresql:
            return f"SELECT n FROM generate_series({first}, {last}) AS g(n)"
        recursive = f"WITH RECURSIVE g(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM g WHERE n < {last})"
        return f"SELECT n FROM ({recursive} SELECT n FROM g)"

    def uid(self, kind: str, number: str) -> str:
        """An id of its own for a kind and a number: the first eight digits and the last twelve."""
        if self._postgresql:
            return f"(lpad(to_hex({kind}), 8, '0') || '000070008000' || lpad(to_hex({number}), 12, '0'))::uuid"
        return f"printf('%08x000070008000%012x', {kind}, {number})"

    def day(self, first: str, plus: str = "0") -> str:
        return (
            f"(DATE '{first}' + ({plus})::int)" if self._postgresql else f"date('{first}', '+' || ({plus}) || ' days')"
        )

    def zeros(self, many: int) -> str:
        return f"decode(repeat('00', {many}), 'hex')" if self._postgresql else f"zeroblob({many})"

    def run(self, command: str, **ids: UUID) -> None:
        more = {name: one if self._postgresql else one.hex for name, one in ids.items()}
        self._session.execute(sa.text(command), self._tenant | more)


def _people(session: Session, tenant: UUID, enterprises: list[UUID], numbers: range) -> None:
    """Workers, employments, facts and titles, made by the database."""
    made = _Making(session, tenant, numbers)
    uid, day, run, series = made.uid, made.day, made.run, made.series
    postgresql = is_postgresql(session)
    session.execute(sa.text("CREATE TEMPORARY TABLE bench_enterprise (place INTEGER PRIMARY KEY, id CHAR(36))"))
    session.execute(
        sa.text("INSERT INTO bench_enterprise VALUES (:place, :id)"),
        [{"place": place, "id": str(one) if postgresql else one.hex} for place, one in enumerate(enterprises)],
    )
    enterprise = "e.id::uuid" if postgresql else "e.id"
    many = len(enterprises)
    run(
        "INSERT INTO certification_worker (id, tenant_id, number, full_name, gender)"
        f" SELECT {uid('1', 'n')}, :tenant, 'B-' || n, 'Người mẫu', CASE WHEN n % 2 = 0 THEN 'female' ELSE 'male' END"
        f" FROM ({series}) AS s"
    )
    for shift, of in ((0, "n >= 0"), (1, "n % 100 = 0")):
        run(
            "INSERT INTO certification_employment (worker_id, tenant_id, enterprise_id, started, ended, position)"
            f" SELECT {uid('1', 's.n')}, :tenant, {enterprise}, {day('2020-01-01', 's.n % 2400')}, "
            f" CASE WHEN s.n % 10 = 7 THEN {day('2026-08-01', 's.n % 100')} ELSE NULL END, NULL"
            f" FROM ({series}) AS s JOIN bench_enterprise e ON e.place = (s.n + {shift}) % {many} WHERE s.{of}"
        )
    cases = " ".join(f"WHEN {at} THEN '{what}'" for at, what in enumerate(WHAT))
    run(
        "INSERT INTO certification_fact (worker_id, tenant_id, statement_id, what, day, year, minutes, score, quality,"
        f" activity_key) SELECT {uid('1', 's.n')}, :tenant, {uid('2 + f.n', 's.n')},"
        f" CASE (s.n * 7 + f.n * 3) % 16 {cases} END, {day('2026-01-01', '(s.n * 13 + f.n * 17) % 320')}, 2026,"
        f" 60, NULL, (s.n + f.n) % 3 + 1, (s.n + f.n) % 500"
        f" FROM ({series}) AS s CROSS JOIN ({made.numbers(0, FACTS_EACH - 1)}) AS f"
    )
    run(
        "INSERT INTO certification_award (worker_id, programme, year, tenant_id, decision_number, decided_on, body,"
        f" withdrawn_on, recorded) SELECT {uid('1', 'n')}, 'cong-dan-hoc-tap', 2025, :tenant, '1',"
        f" {day('2026-01-15', 'n % 90')}, 'UBND', NULL, CURRENT_TIMESTAMP FROM ({series}) AS s WHERE n % 3 = 0"
    )
    session.execute(sa.text("DROP TABLE bench_enterprise"))


def _results(session: Session, tenant: UUID, numbers: range) -> None:
    """A kept result for each worker, and for some attested points for all that no log may suggest."""
    made = _Making(session, tenant, numbers)
    for indicator in range(2, 11):
        made.run(
            "INSERT INTO certification_attestation (worker_id, id, tenant_id, programme, year, indicator, points,"
            f" attested_by, attested_on, basis, recorded) SELECT {made.uid('1', 'n')}, {made.uid(f'{indicator}', 'n')},"
            f" :tenant, 'cong-dan-hoc-tap', 2026, 'CS{indicator}', 9, 'Tổ trưởng', {made.day('2026-03-01', 'n % 120')},"
            f" 'họp tổ', CURRENT_TIMESTAMP FROM ({made.series}) AS s WHERE n % {ATTESTED} = 0"
        )
    rules, _ = criteria.in_force(session, tenant, criteria.PROGRAMME, criteria.AUDIENCE, 2026)
    made.run(
        "INSERT INTO certification_assessment (worker_id, programme, year, version, tenant_id, criteria_set_id, as_of,"
        f" outcome, total, result, judged, causes, changed_by, watermark, place, states) SELECT {made.uid('1', 'n')},"
        f" 'cong-dan-hoc-tap', 2026, 1, :tenant, :rules, {made.day('2026-11-19')},"
        f" CASE WHEN n % {ATTESTED} = 0 THEN 'met' ELSE 'not_met' END, 80, {made.zeros(200)}, CURRENT_TIMESTAMP, 1,"
        f" NULL, '', n, CASE WHEN n % {ATTESTED} = 0 THEN '++++++++++' WHEN n % 3 = 0 THEN '-++?+-+???'"
        f" ELSE '+++?+-+???' END FROM ({made.series}) AS s",
        rules=rules,
    )
