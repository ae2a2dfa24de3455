"""What is kept of counts, in its tables: tallies of organizations, standings of workers, places of enterprises.

Read here, and worked into what is to be written (`Changes`), so that a write transaction does nothing but write.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from certification import bulk
from certification.models import Base, Standing, Summary, SummaryPlace, Tally
from certification.targets import sums
from certification.targets.standings import Place
from certification.targets.sums import Deltas
from lrs.db import Session, among, beside

__all__ = ["Changes", "changes", "clear", "counted", "keep_places", "measures_of", "places", "standings_of"]

_TALLY = Base.metadata.tables[Tally.__tablename__]
_STANDING = Base.metadata.tables[Standing.__tablename__]
_PLACE = Base.metadata.tables[SummaryPlace.__tablename__]

CLEARED = 5000
"""Rows that go in one transaction where a summary is thrown away."""


def measures_of(summary: Summary) -> list[str]:
    """All that a summary counts, in the order of their places; nothing where it is being thrown away."""
    found: list[str] = json.loads(summary.rules)
    return found


def standings_of(session: Session, tenant: UUID, year: int, worker_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """What these workers contribute as the tallies have it."""
    rows = session.execute(
        sa.select(Standing.worker_id, Standing.content).where(
            among(session, Standing.worker_id, worker_ids), Standing.year == year, beside(Standing.tenant_id) == tenant
        )
    )
    return {row[0]: row[1] for row in rows}


def counted(session: Session, tenant: UUID, year: int, worker_ids: Collection[UUID]) -> set[UUID]:
    """Those of the workers whose contribution the tallies have."""
    rows = session.scalars(
        sa.select(Standing.worker_id).where(
            among(session, Standing.worker_id, worker_ids), Standing.year == year, beside(Standing.tenant_id) == tenant
        )
    )
    return set(rows)


# ---------------------------------------------------------------- changes


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written of a year: tallies and standings that are others now, and those that are to go."""

    tenant: UUID
    year: int
    tallies: Sequence[dict[str, Any]]
    no_tallies: Sequence[dict[str, Any]]
    standings: Mapping[UUID, bytes]
    no_standings: Collection[UUID]

    def __bool__(self) -> bool:
        return bool(self.tallies or self.no_tallies or self.standings or self.no_standings)

    def write(self, session: Session, *, first_time: bool = False) -> None:
        """Writes it; `first_time`: none of the workers has a standing yet."""
        bulk.upsert(session, Tally, self.tallies, replacing=("content",))
        if self.no_tallies:
            of_row = sa.and_(
                _TALLY.c.organization_id == sa.bindparam("of_organization"),
                _TALLY.c.year == sa.bindparam("of_year"),
                _TALLY.c.measure == sa.bindparam("of_measure"),
            )
            session.execute(sa.delete(_TALLY).where(of_row), list(self.no_tallies))
        workers = sorted(self.standings)
        same = {"year": self.year, "tenant_id": self.tenant}
        if first_time and workers:
            columns: dict[str, Sequence[Any]] = {
                "worker_id": workers,
                "content": [self.standings[one] for one in workers],
            }
            bulk.insert_columns(session, Standing, columns, everywhere=same)
        else:
            rows = [{"worker_id": one, "content": self.standings[one], **same} for one in workers]
            bulk.upsert(session, Standing, rows, replacing=("content",))
        if self.no_standings:
            session.execute(
                sa.delete(_STANDING).where(
                    among(session, _STANDING.c.worker_id, self.no_standings), _STANDING.c.year == self.year
                )
            )


def changes(
    session: Session,
    tenant: UUID,
    summary: Summary,
    deltas: Deltas,
    *,
    standings: Mapping[UUID, bytes],
    no_standings: Collection[UUID] = (),
) -> Changes:
    """What is to be written where tallies grow and shrink by `deltas`. One SQL command."""
    names = measures_of(summary)
    grown = {
        (UUID(bytes=organization), sums.name_of(key, names)): days
        for organization, of in deltas.items()
        for key, days in sums.by_measure(of)
    }
    there = _stored(session, tenant, summary.year, grown)
    written: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    for (organization, measure), days in sorted(grown.items()):
        before = there.get((organization, measure), b"")
        content = sums.merged(before, days)
        if content:
            key = {"organization_id": organization, "year": summary.year, "measure": measure}
            written.append({**key, "tenant_id": tenant, "content": content})
        elif before:
            empty.append({"of_organization": organization, "of_year": summary.year, "of_measure": measure})
    return Changes(tenant, summary.year, written, empty, standings, no_standings)


def _stored(
    session: Session, tenant: UUID, year: int, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], bytes]:
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(Tally.organization_id, Tally.measure, Tally.content).where(
            among(session, Tally.organization_id, {one for one, _ in wanted}),
            among(session, Tally.measure, {measure for _, measure in wanted}),
            Tally.year == year,
            beside(Tally.tenant_id) == tenant,
        )
    )
    return {(row[0], row[1]): row[2] for row in rows}


def clear(session: Session, tenant: UUID, year: int) -> int:
    """Throws away some of what is kept of a year; gives how many rows, 0 when nothing is left."""
    for table, column in ((_TALLY, _TALLY.c.organization_id), (_STANDING, _STANDING.c.worker_id)):
        mine = (table.c.tenant_id == tenant, table.c.year == year)
        some = list(session.scalars(sa.select(column).where(*mine).limit(CLEARED)))
        if some:
            session.execute(sa.delete(table).where(among(session, column, set(some)), *mine))
            return len(some)
    return len(
        session.execute(
            sa.delete(_PLACE).where(_PLACE.c.tenant_id == tenant, _PLACE.c.year == year).returning(_PLACE.c.year)
        ).all()
    )


# ---------------------------------------------------------------- places


def places(
    session: Session, tenant: UUID, year: int, enterprises: Collection[bytes] | None
) -> dict[bytes, list[Place]]:
    """Where enterprises stand as the tallies have it; all of them where None is asked for."""
    query = sa.select(SummaryPlace.enterprise_id, SummaryPlace.content).where(
        SummaryPlace.tenant_id == tenant, SummaryPlace.year == year
    )
    if enterprises is not None:
        query = query.where(among(session, SummaryPlace.enterprise_id, [UUID(bytes=one) for one in enterprises]))
    return {
        row[0].bytes: [
            Place(first, last, tuple(above), unionised)
            for first, last, above, unionised in msgspec.msgpack.decode(row[1])
        ]
        for row in session.execute(query)
    }


def keep_places(
    session: Session,
    tenant: UUID,
    year: int,
    now: Mapping[bytes, Iterable[Place]],
    gone: Collection[bytes] = (),
) -> None:
    """Keeps where these enterprises stand from now on; those that are `gone` stand nowhere."""
    rows = [
        {
            "tenant_id": tenant,
            "year": year,
            "enterprise_id": UUID(bytes=enterprise),
            "content": msgspec.msgpack.encode(
                [[one.first, one.last, one.organizations, one.unionised] for one in there]
            ),
        }
        for enterprise, there in sorted(now.items())
    ]
    bulk.upsert(session, SummaryPlace, rows, replacing=("content",))
    if gone:
        session.execute(
            sa.delete(_PLACE).where(
                _PLACE.c.tenant_id == tenant,
                _PLACE.c.year == year,
                among(session, _PLACE.c.enterprise_id, [UUID(bytes=one) for one in gone]),
            )
        )
