"""What workers contribute to the counts of a year, worked out from employments, facts, titles and results.

A population has tens of millions of facts, so rows come as the driver gives them (`_raw`), those of a worker packed
into one value, and what many rows share is looked at once. A fixed number of SQL commands, however many workers.
"""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.judgement import course
from certification.models import Award, Employment, UnionRole, Worker
from certification.people import union_roles
from certification.rules.plans import Numerator
from certification.targets import standings
from certification.targets.standings import AT_MEETING, FIRST_RULE, Job, Routes, Standing, day_of_year
from lrs.db import Session, among, beside, is_postgresql

__all__ = ["work_out"]


def work_out(
    session: Session,
    tenant: UUID,
    year: int,
    programme: str,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
    *,
    on: date | None = None,
) -> dict[UUID, Standing]:
    """What each of these workers contributes in a year by the rows there are; nobody who is not employed in it.

    With `on`, when the criteria were met is worked out for that day alone.
    """
    names: dict[Any, UUID] = {one if is_postgresql(session) else one.hex: one for one in worker_ids}
    jobs, women = _jobs(session, tenant, year, worker_ids)
    employed = [names[one] for one in jobs]
    steps = _learned(session, tenant, year, rules, employed)
    for worker, titles in _titles(session, tenant, year, programme, rules, employed).items():
        steps.setdefault(worker, {}).update(titles)
    met = course.spells(session, tenant, employed, programme, year, on=on)
    found: dict[UUID, Standing] = {}
    for name, of in jobs.items():
        worker = names[name]
        own = steps.get(name, {})
        if worker in met:
            own[AT_MEETING] = standings.of_spells(year, met[worker])
        found[worker] = Standing(tuple(sorted(of)), name in women, own)
    return found


def _raw(column: Any) -> Any:
    """A column as the driver gives it: the ids of SQLite are texts in hexadecimal, its days texts in ISO 8601."""
    return sa.type_coerce(column, sa.types.NULLTYPE)


@cache
def _day(told: date | str, year: int) -> int:
    """A day as the driver gives it, as `day_of_year`."""
    return day_of_year(date.fromisoformat(told) if isinstance(told, str) else told, year)


def _jobs(
    session: Session, tenant: UUID, year: int, worker_ids: Collection[UUID]
) -> tuple[dict[Any, set[Job]], set[Any]]:
    """Where each of the workers is employed in the year, and who of them are women."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    text = not is_postgresql(session)
    rows: Iterable[Any] = session.execute(
        sa.select(
            _raw(Employment.worker_id),
            _raw(Employment.enterprise_id),
            _raw(Employment.started),
            _raw(Employment.ended),
            Worker.gender,
        )
        .join(Worker, Worker.id == Employment.worker_id)
        .where(
            among(session, Employment.worker_id, worker_ids),
            beside(Employment.tenant_id) == tenant,
            Employment.started <= last,
            sa.or_(Employment.ended.is_(None), Employment.ended >= first),
        )
    )
    cadres: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    terms: Iterable[Any] = session.execute(
        sa.select(
            _raw(UnionRole.worker_id), _raw(UnionRole.enterprise_id), _raw(UnionRole.started), _raw(UnionRole.ended)
        ).where(
            among(session, UnionRole.worker_id, worker_ids),
            beside(UnionRole.tenant_id) == tenant,
            UnionRole.role == union_roles.CADRE,
            UnionRole.started <= last,
            sa.or_(UnionRole.ended.is_(None), UnionRole.ended >= first),
        )
    )
    for worker, enterprise, since, until in terms:
        cadres[worker, enterprise].append((since, until))
    jobs: dict[Any, set[Job]] = defaultdict(set)
    women: set[Any] = set()
    endless: Any = "9999-12-31" if text else date.max
    year_begins: Any = first.isoformat() if text else first
    for worker, enterprise, started, ended, gender in rows:
        name = bytes.fromhex(enterprise) if text else enterprise.bytes
        ends = ended or endless
        jobs[worker].add((name, _day(started, year), _day(ends, year), False))
        for since, until in cadres.get((worker, enterprise), ()):
            begins, over = max(started, since), min(ends, until or endless)
            if begins <= over and over >= year_begins:
                jobs[worker].add((name, _day(begins, year), _day(over, year), True))
        if gender == "female":
            women.add(worker)
    return jobs, women


def _learned(
    session: Session, tenant: UUID, year: int, rules: Sequence[Numerator], worker_ids: Collection[UUID]
) -> dict[Any, dict[int, list[int]]]:
    """The steps of the rules that count what was learned."""
    routes = Routes(rules)
    of_workers = _of_postgresql if is_postgresql(session) else _of_sqlite
    found: dict[Any, dict[int, list[int]]] = {}
    for worker, codes in of_workers(session, tenant, year, routes, worker_ids):
        if steps := routes.steps(codes):
            found[worker] = steps
    return found


_PACKED = """
SELECT worker_id, string_agg(
    uuid_send(statement_id)
    || int4send((coalesce(array_position(%s::text[], what), 0) * 4 + quality) * 366 + (day - %s::date)), '')
FROM certification_fact
WHERE coalesce(tenant_id, tenant_id) = %s AND coalesce(year, year) = %s AND worker_id = ANY(%s)
GROUP BY worker_id
"""
_PACKED_FACT = struct.Struct(">16si")


def _of_postgresql(
    session: Session, tenant: UUID, year: int, routes: Routes, worker_ids: Collection[UUID]
) -> Iterator[tuple[Any, Iterable[int]]]:
    """Each worker with the code of each Statement."""
    kinds = sorted(routes.kinds)
    first = date(year, 1, 1)
    known: dict[int, int] = {}
    with session.connection().connection.driver_connection.cursor(binary=True) as cursor:  # type: ignore[union-attr]
        cursor.execute(_PACKED, (kinds, first, tenant, year, list(worker_ids)))
        for worker, packed in cursor:
            codes: dict[bytes, int] = {}
            for statement, number in _PACKED_FACT.iter_unpack(packed):
                code = known.get(number)
                if code is None:
                    kind, day = divmod(number, 366)
                    what = kinds[kind // 4 - 1] if kind >= 4 else ""
                    on = day_of_year(first + timedelta(days=day), year)
                    code = known[number] = routes.code(what, kind % 4, on)
                if code:
                    codes[statement] = codes.get(statement, 0) | code
            yield worker, codes.values()


_LISTED = """
SELECT worker_id, group_concat(statement_id || quality || day || what, '|') FROM certification_fact
WHERE +tenant_id = ? AND +year = ? AND worker_id IN (SELECT value FROM json_each(?))
GROUP BY worker_id
"""


def _of_sqlite(
    session: Session, tenant: UUID, year: int, routes: Routes, worker_ids: Collection[UUID]
) -> Iterator[tuple[Any, Iterable[int]]]:
    """Each worker with the code of each Statement."""
    wanted = json.dumps([one.hex for one in worker_ids])
    known: dict[str, int] = {}
    for worker, listed in session.connection().exec_driver_sql(_LISTED, (tenant.hex, year, wanted)):
        codes: dict[str, int] = {}
        for told in listed.split("|"):
            code = known.get(told[32:])
            if code is None:
                on = day_of_year(date.fromisoformat(told[33:43]), year)
                code = known[told[32:]] = routes.code(told[43:], int(told[32]), on)
            if code:
                codes[told[:32]] = codes.get(told[:32], 0) | code
        yield worker, codes.values()


def _titles(
    session: Session,
    tenant: UUID,
    year: int,
    programme: str,
    rules: Sequence[Numerator],
    worker_ids: Collection[UUID],
) -> dict[Any, dict[int, list[int]]]:
    """The steps of the rules that count titles."""
    by_title = [(place, rule) for place, rule in enumerate(rules, FIRST_RULE) if rule.rule == "title_holders"]
    if not by_title:
        return {}
    years = {year + offset for _, rule in by_title for offset in rule.title_years}
    rows: Iterable[Any] = session.execute(
        sa.select(_raw(Award.worker_id), Award.year, Award.decided_on, Award.withdrawn_on).where(
            among(session, Award.worker_id, worker_ids),
            beside(Award.tenant_id) == tenant,
            Award.programme == programme,
            Award.year.in_(sorted(years)),
        )
    )
    awards: dict[Any, list[tuple[int, date, date | None]]] = defaultdict(list)
    for worker, of_year, decided, withdrawn in rows:
        awards[worker].append((of_year, decided, withdrawn))
    found: dict[Any, dict[int, list[int]]] = {}
    for worker, titles in awards.items():
        for place, rule in by_title:
            counted = {year + offset for offset in rule.title_years}
            held = standings.of_titles(year, [(since, until) for of, since, until in titles if of in counted])
            if held:
                found.setdefault(worker, {})[place] = held
    return found
