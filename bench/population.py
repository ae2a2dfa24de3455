"""A population to judge, made up by the database itself: the same people and facts on either engine.

Workers in enterprises of two hundred; facts of the year, every one of a Statement of its own, kinds, days, scores,
levels (one in eight E0) and activities drawn by a formula; a fifth of the workers attested in the four chỉ số that no
log speaks of, a tenth in all ten, who meet the criteria, and with points of their own. On PostgreSQL facts lie in the
order in which they arrived, those of a worker far apart; SQLite keeps the table in order of workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from certification.models import Fact, Organization, OrganizationParent
from certification.rules.criteria import PROGRAMME
from lrs.db import Database, Session, is_postgresql, new_id

__all__ = ["FACTS_EACH", "YEAR", "populate", "worker_ids"]

YEAR = 2026
FACTS_EACH = 20
IN_AN_ENTERPRISE = 200
WHAT = (
    "law-labour", "law-trade-union", "law-safety", "working-class-theory", "skill-upskilling", "skill-contest",
    "life-health", "life-traffic", "digital-reached", "digital-able", "reading", "study-plan", "community",
    "language", "improvement", "learning",
)  # fmt: skip
DAYS = 320
ACTIVITIES = 500
BY_PERSON = ("CS4", "CS8", "CS9", "CS10")
ALL = tuple(f"CS{number}" for number in range(1, 11))
SELF_GIVEN = ("CS1", "CS2", "CS3")

_WORKER = "019a00000000700080000000"
_ENTERPRISE = "019b00000000700080000000"
"""How ids begin; the last eight digits are the number."""
_STRIDE = 7919
"""How far apart two workers are of whom facts arrive one after the other; shares no divisor with their number."""
_PRIME = 2**31 - 1


def worker_ids(workers: int) -> Iterator[UUID]:
    """The ids of the population, in order."""
    return (UUID(f"{_WORKER}{number:08x}") for number in range(workers))


def populate(database: Database, tenant: UUID, workers: int) -> None:
    """Makes units, workers, employments, facts, attestations and points that workers gave themselves."""
    said = _Sql(database, tenant)
    with database.writing(tenant) as session:
        _units(session, tenant, max(1, workers // IN_AN_ENTERPRISE))
        for command in _people(said, workers):
            session.execute(sa.text(command))
    with database.writing(tenant) as session, _without_indexes(session, Fact.__tablename__):
        session.execute(sa.text(_facts(said, workers)))
    if not database.is_sqlite:
        plain = database.engine.raw_connection()
        plain.cursor().execute("VACUUM ANALYZE")  # as the server does by itself soon after
        plain.close()


class _Sql:
    """What the two engines write differently."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.postgresql = not database.is_sqlite
        self.tenant = f"'{tenant}'::uuid" if self.postgresql else f"'{tenant.hex}'"

    def numbers(self, count: int) -> str:
        if self.postgresql:
            return f"(SELECT n FROM generate_series(0, {count - 1}) AS g(n))"
        return (
            f"(WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < {count - 1}) SELECT n FROM g)"
        )

    def id(self, begins: str, number: str) -> str:
        if self.postgresql:
            return f"('{begins}' || lpad(to_hex({number}), 8, '0'))::uuid"
        return f"'{begins}' || printf('%08x', {number})"

    def long_id(self, first: str, second: str) -> str:
        """A UUID whose order is nobody's."""
        if self.postgresql:
            return f"(lpad(to_hex({first}), 8, '0') || '00004000a000' || lpad(to_hex({second}), 12, '0'))::uuid"
        return f"printf('%08x00004000a000%012x', {first}, {second})"

    def day(self, number: str) -> str:
        first = date(YEAR, 1, 1).isoformat()
        return f"date '{first}' + ({number})::int" if self.postgresql else f"date('{first}', ({number}) || ' days')"

    def one_of(self, values: tuple[str, ...], number: str) -> str:
        if self.postgresql:
            return f"(ARRAY[{', '.join(f'{one!r}' for one in values)}])[1 + {number}]"
        return f"CASE {number} {' '.join(f'WHEN {at} THEN {one!r}' for at, one in enumerate(values))} END"


def _units(session: Session, tenant: UUID, count: int) -> None:
    """So many enterprises below the country."""
    top = new_id()
    enterprises = [UUID(f"{_ENTERPRISE}{number:08x}") for number in range(count)]
    session.execute(
        sa.insert(Organization),
        [
            {"id": top, "tenant_id": tenant, "code": "bench", "name": "Việt Nam", "kind": "administrative"},
            *(
                {
                    "id": one,
                    "tenant_id": tenant,
                    "code": f"bench/{n}",
                    "name": f"Doanh nghiệp {n}",
                    "kind": "enterprise",
                }
                for n, one in enumerate(enterprises)
            ),
        ],
    )
    session.execute(
        sa.insert(OrganizationParent),
        [
            {"organization_id": one, "tree": "administrative", "parent_id": top, "valid_from": date(2020, 1, 1)}
            for one in enterprises
        ],
    )


def _people(said: _Sql, workers: int) -> Iterator[str]:
    worker = said.id(_WORKER, "n")
    yield (
        "INSERT INTO certification_worker (id, tenant_id, number, full_name, gender)"
        f" SELECT {worker}, {said.tenant}, 'B-' || n, 'Người mẫu', CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END"
        f" FROM {said.numbers(workers)} AS each"
    )
    yield (
        "INSERT INTO certification_employment (worker_id, tenant_id, enterprise_id, started)"
        f" SELECT {worker}, {said.tenant}, {said.id(_ENTERPRISE, f'n / {IN_AN_ENTERPRISE}')}, '2020-01-01'"
        f" FROM {said.numbers(max(1, workers // IN_AN_ENTERPRISE) * IN_AN_ENTERPRISE)} AS each WHERE n < {workers}"
    )
    given = "worker_id, id, tenant_id, programme, year, indicator, points"

    def points(every: int, indicators: tuple[str, ...], least: int, apart: int, by: str) -> str:
        """Of one worker in so many: so many points or more in each of the indicators."""
        each = len(indicators)
        return (
            f" SELECT {said.id(_WORKER, f'n / {each} * {every}')}, {said.long_id('n', str(apart))}, {said.tenant},"
            f" '{PROGRAMME}', {YEAR}, {said.one_of(indicators, f'(n % {each})')}, {least} + n * 7 % {11 - least},"
            f" {by} FROM {said.numbers(each * len(range(0, workers, every)))} AS each"
        )

    attesting = f"INSERT INTO certification_attestation ({given}, attested_by, attested_on, basis, recorded)"
    by = f"'Tổ trưởng', '{YEAR}-11-01', 'họp tổ', '{YEAR}-11-01 03:00:00'"
    yield attesting + points(5, BY_PERSON, 5, 1, by)
    yield attesting + points(10, ALL, 8, 2, by)
    own = f"'nld', '{YEAR}-11-01', '{YEAR}-11-01 03:00:00'"
    yield (
        f"INSERT INTO certification_self_score ({given}, scored_by, scored_on, recorded)"
        + points(10, SELF_GIVEN, 5, 3, own)
    )


def _facts(said: _Sql, workers: int) -> str:
    """Of the fact that arrives as the nth: its worker, and three numbers that nobody could guess from n."""
    if said.postgresql:
        arriving = f"SELECT n, n * {_STRIDE} % {workers} AS worker FROM {said.numbers(workers * FACTS_EACH)} AS each"
        arriving = arriving.replace("(SELECT n ", "(SELECT n::bigint AS n ")
    else:
        back = pow(_STRIDE, -1, workers)
        arriving = (
            f"SELECT n / {FACTS_EACH} * {back} % {workers} + n % {FACTS_EACH} * {workers} AS n,"
            f" n / {FACTS_EACH} AS worker FROM {said.numbers(workers * FACTS_EACH)} AS each"
        )
    drawn = arriving
    for name, factor in (("a", 1103515245), ("b", 69069), ("c", 1664525)):
        once = f"((n + 1) * {factor} % {_PRIME})"
        drawn = f"SELECT *, {once} * {once} % {_PRIME} AS {name} FROM ({drawn}) AS drawn"
    return (
        "INSERT INTO certification_fact (worker_id, tenant_id, statement_id, what, day, year, minutes, score, quality,"
        " activity_key)"
        f" SELECT {said.id(_WORKER, 'worker')}, {said.tenant}, {said.long_id('a', 'n')},"
        f" {said.one_of(WHAT, f'(b % {len(WHAT)})')}, {said.day(f'b / 16 % {DAYS}')}, {YEAR}, a % 120,"
        f" CASE WHEN c % 2 = 0 THEN c / 2 % 10001 END, CASE WHEN c / 64 % 8 = 0 THEN 0 ELSE 1 + c / 512 % 3 END,"
        f" a / 128 % {ACTIVITIES} FROM ({drawn}) AS fact"
    )


@contextmanager
def _without_indexes(session: Session, table: str) -> Iterator[None]:
    """The table without its indexes while the block runs: they are made at once afterwards, many times faster."""
    run = session.connection().exec_driver_sql
    if is_postgresql(session):
        run("SET LOCAL maintenance_work_mem = '512MB'")
        key, what = run(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p'"
            f" AND conrelid = '{table}'::regclass"
        ).one()
        indexes = run(f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}'").all()
        indexes = [one for one in indexes if one[0] != key]
        run(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
    else:
        indexes = run(
            f"SELECT name, sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql LIKE 'CREATE INDEX%'"
        ).all()
    for name, _ in indexes:
        run(f"DROP INDEX {name}")
    yield
    if is_postgresql(session):
        run(f"ALTER TABLE {table} ADD CONSTRAINT {key} {what}")
    for _, made in indexes:
        run(made)
