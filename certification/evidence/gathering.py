"""What is known of workers when they are judged: their facts, what people attested of them, what they gave themselves.

Facts come from Statements (`feed`). A population has tens of millions of them, so the database packs those of each
worker into one value (`learned`), and what comes out are tuples that stand for `results.Fact`.
"""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa

from certification.evaluation import results
from certification.evaluation.findings import last_of_each
from certification.evaluation.results import DAY, KIND, STATEMENT
from certification.models import Attestation, Fact, SelfScore
from lrs import api
from lrs.db import Session, among, beside, is_postgresql

__all__ = ["all_attested", "attested", "gather", "learned", "points_attested", "points_self_given", "self_given"]

Facts = list[results.Fact]


def gather(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, programme: str, year: int, as_of: date
) -> dict[UUID, results.Evidence]:
    """All that is known of each worker for an assessment year up to and with the day `as_of`: three queries in all.

    A worker of whom nothing is known has an empty Evidence.
    """
    facts: dict[UUID, Facts] = defaultdict(list)
    rows: Iterable[Any] = session.execute(
        sa.select(
            Fact.worker_id,
            Fact.statement_id,
            Fact.what,
            Fact.day,
            Fact.minutes,
            Fact.score,
            Fact.quality,
            Fact.activity_key,
        ).where(
            among(session, Fact.worker_id, worker_ids),
            beside(Fact.tenant_id) == tenant,
            beside(Fact.year) == year,
            Fact.day <= as_of,
        )
    )
    for worker_id, *rest in rows:
        facts[worker_id].append(results.Fact(*rest))
    vouched = attested(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    own = self_given(session, tenant, worker_ids, programme=programme, year=year, as_of=as_of)
    return {
        one: results.Evidence(tuple(facts[one]), tuple(vouched.get(one, ())), tuple(own.get(one, ())))
        for one in worker_ids
    }


def attested(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, programme: str, year: int, as_of: date
) -> Mapping[UUID, Sequence[results.Attested]]:
    """The attestation of each indicator that holds on `as_of`, for those workers who have any. One SQL command."""
    holds = (
        Attestation.attested_on <= as_of,
        sa.or_(Attestation.withdrawn_on.is_(None), Attestation.withdrawn_on > as_of),
    )
    found: dict[UUID, list[results.Attested]] = defaultdict(list)
    for worker_id, given, _withdrawn_on in all_attested(session, tenant, worker_ids, programme, year, *holds):
        found[worker_id].append(given)
    return {worker_id: last_of_each(given, year, as_of) for worker_id, given in found.items()}


def all_attested(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    *narrower: sa.ColumnElement[bool],
) -> Iterator[tuple[UUID, results.Attested, date | None]]:
    """Every attestation of the workers for the year, or those that fit, with its worker and the day of its withdrawal.

    One SQL command.
    """
    rows: Iterable[Any] = session.execute(
        sa.select(
            Attestation.worker_id,
            Attestation.withdrawn_on,
            Attestation.indicator,
            Attestation.points,
            Attestation.attested_on,
            Attestation.attested_by,
            Attestation.basis,
            Attestation.recorded,
            Attestation.id,
        ).where(
            among(session, Attestation.worker_id, worker_ids),
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            Attestation.year == year,
            *narrower,
        )
    )
    for worker_id, withdrawn_on, *rest in rows:
        yield worker_id, results.Attested(*rest), withdrawn_on


def self_given(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, programme: str, year: int, as_of: date
) -> Mapping[UUID, Sequence[results.SelfGiven]]:
    """The points each worker gave himself last, by the day `as_of`, for those who gave any. One SQL command."""
    rows: Iterable[Any] = session.execute(
        sa.select(
            SelfScore.worker_id,
            SelfScore.indicator,
            SelfScore.points,
            SelfScore.scored_on,
            SelfScore.recorded,
            SelfScore.id,
        ).where(
            among(session, SelfScore.worker_id, worker_ids),
            SelfScore.tenant_id == tenant,
            SelfScore.programme == programme,
            SelfScore.year == year,
            SelfScore.scored_on <= as_of,
        )
    )
    found: dict[UUID, list[results.SelfGiven]] = defaultdict(list)
    for worker_id, *rest in rows:
        found[worker_id].append(results.SelfGiven(*rest))
    return {worker_id: last_of_each(given, year, as_of) for worker_id, given in found.items()}


# ---------------------------------------------------------------- points, the last ones, packed by the database


def points_attested(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    *,
    programme: str,
    year: int,
    as_of: date,
    indicators: Sequence[str],
) -> Mapping[UUID, Sequence[results.Held]]:
    """What `attested` says of these indicators, as no more than judging asks. One SQL command."""
    return _points(session, _LAST_ATTESTED, tenant, worker_ids, programme, year, as_of, indicators)


def points_self_given(
    session: Session,
    tenant: UUID,
    worker_ids: Collection[UUID],
    *,
    programme: str,
    year: int,
    as_of: date,
    indicators: Sequence[str],
) -> Mapping[UUID, Sequence[results.Held]]:
    """What `self_given` says of these indicators, as no more than judging asks. One SQL command."""
    return _points(session, _LAST_SELF_GIVEN, tenant, worker_ids, programme, year, as_of, indicators)


_LAST = """
SELECT worker_id, {{packed}} FROM (
    SELECT worker_id, indicator, points, id, row_number() OVER (
        PARTITION BY worker_id, indicator ORDER BY {day} DESC, recorded DESC, points{words}, id
    ) AS place
    FROM {table}
    WHERE {{mine}} AND programme = {{mark}} AND {day} >= {{mark}} AND {day} <= {{mark}}{holding}
) AS given WHERE place = 1 GROUP BY worker_id
"""
"""Of those for one indicator the one that `last_of_each` takes."""

_LAST_ATTESTED = _LAST.format(
    table=Attestation.__tablename__,
    day="attested_on",
    words=", attested_by{bytewise} DESC, basis{bytewise} DESC",
    holding=" AND (withdrawn_on IS NULL OR withdrawn_on > {mark})",
)
_LAST_SELF_GIVEN = _LAST.format(table=SelfScore.__tablename__, day="scored_on", words="", holding="")

_PACKED_POINTS = struct.Struct(">16sii")
_listed_points = msgspec.json.Decoder(list[tuple[str, int, str]])


def _points(
    session: Session,
    command: str,
    tenant: UUID,
    worker_ids: Collection[UUID],
    programme: str,
    year: int,
    as_of: date,
    indicators: Sequence[str],
) -> dict[UUID, list[results.Held]]:
    days = [date(year, 1, 1), as_of] + [as_of] * command.count("withdrawn_on > ")
    if not is_postgresql(session):
        text = command.format(
            packed="json_group_array(json_array(indicator, points, id))",
            mine="+tenant_id = ? AND +year = ? AND worker_id IN (SELECT value FROM json_each(?))",
            mark="?",
            bytewise="",
        )
        by_hex = {one.hex: one for one in worker_ids}
        values = (tenant.hex, year, json.dumps(list(by_hex)), programme, *(day.isoformat() for day in days))
        rows = session.connection().exec_driver_sql(text, values)
        return {
            by_hex[worker_id]: list(map(results.Held._make, _listed_points.decode(listed)))
            for worker_id, listed in rows
        }
    text = command.format(
        packed="string_agg(uuid_send(id)"
        " || int4send(coalesce(array_position(%s::text[], indicator), 0)) || int4send(points), '')",
        mine="tenant_id = %s AND year = %s AND worker_id = ANY(%b::uuid[])",
        mark="%s",
        bytewise=' COLLATE "C"',
    )
    found: dict[UUID, list[results.Held]] = {}
    with session.connection().connection.driver_connection.cursor(binary=True) as cursor:  # type: ignore[union-attr]
        cursor.execute(text, (list(indicators), tenant, year, api.Uuids(list(worker_ids)), programme, *days))
        for worker_id, packed in cursor:
            found[worker_id] = [
                results.Held(indicators[place - 1], points, cast(UUID, name))
                for name, place, points in _PACKED_POINTS.iter_unpack(packed)
                if place
            ]
    return found


# ---------------------------------------------------------------- facts, packed by the database


def learned(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], *, year: int, as_of: date, kinds: Collection[str]
) -> Mapping[UUID, Facts]:
    """The facts of each worker who has any, of a year up to and with the day `as_of`, in the order of `find`.

    They are tuples in the form of `results.Fact`, whose Statement is named by its sixteen bytes. Facts of other kinds
    than `kinds` are there too, as the kind "". One SQL command.
    """
    if is_postgresql(session):
        return _of_postgresql(session, tenant, worker_ids, year, as_of, sorted(kinds))
    return _of_sqlite(session, tenant, worker_ids, year, as_of)


_in_order = itemgetter(DAY, STATEMENT, KIND)

_PACKED = """
SELECT worker_id, string_agg(
    int2send((day - %s::date)::smallint) || uuid_send(statement_id)
    || int4send(coalesce(array_position(%s::text[], what COLLATE "C"), 0) * 1464 + (day - %s::date) * 4 + quality)
    || int4send(minutes) || int4send(coalesce(score, -1)) || int8send(activity_key), '')
FROM certification_fact
WHERE tenant_id = %s AND year = %s AND day <= %s AND worker_id = ANY(%b::uuid[])
GROUP BY worker_id
"""
"""Day, Statement and kind come first, so that bytes in their order are facts in theirs."""
_PACKED_FACT = struct.Struct(">xx16siiiq")


def _of_postgresql(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int, as_of: date, kinds: Sequence[str]
) -> dict[UUID, Facts]:
    known = _known(("", *kinds), year)
    first, size = date(year, 1, 1), _PACKED_FACT.size
    found: dict[UUID, Facts] = {}
    with session.connection().connection.driver_connection.cursor(binary=True) as cursor:  # type: ignore[union-attr]
        cursor.execute(_PACKED, (first, kinds, first, tenant, year, as_of, api.Uuids(list(worker_ids))))
        for worker_id, packed in cursor:
            ordered = b"".join(sorted([packed[start : start + size] for start in range(0, len(packed), size)]))
            facts = [
                (statement, *known[code], minutes, score if score >= 0 else None, code & 3, activity)
                for statement, code, minutes, score, activity in _PACKED_FACT.iter_unpack(ordered)
            ]
            found[worker_id] = cast(Facts, facts)
    return found


@lru_cache(maxsize=16)
def _known(kinds: tuple[str, ...], year: int) -> Sequence[tuple[str, date]]:
    """What the packed numbers mean: kind, day and level in one. Days of one kind and level share their date."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range(366)]
    return [(kind, day) for kind in kinds for day in days for _ in range(4)]


_LISTED = """
SELECT worker_id, json_group_array(json_array(statement_id, what, day, minutes, score, quality, activity_key))
FROM certification_fact
WHERE +tenant_id = ? AND +year = ? AND day <= ? AND worker_id IN (SELECT value FROM json_each(?))
GROUP BY worker_id
"""
"""Without the plus signs SQLite takes the index by tenant and year, and sorts the whole year of a tenant."""

_listed = msgspec.json.Decoder(list[tuple[str, str, date, int, int | None, int, int]])


def _of_sqlite(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int, as_of: date
) -> dict[UUID, Facts]:
    wanted = json.dumps([one.hex for one in worker_ids])
    by_hex = {one.hex: one for one in worker_ids}
    found: dict[UUID, Facts] = {}
    rows = session.connection().exec_driver_sql(_LISTED, (tenant.hex, year, as_of.isoformat(), wanted))
    for worker_id, listed in rows:
        facts = _listed.decode(listed)
        facts.sort(key=_in_order)
        found[by_hex[worker_id]] = cast(Facts, facts)
    return found
