"""Rates and facts of a tenant as two Parquet files in a new folder: both whole, or no folder."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from certification.acts import chain
from certification.analysis import days, facts, parquet, rates
from certification.errors import CertificationError
from certification.targets import grounds
from certification.targets.populations import Behind
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database, Session

__all__ = ["FACTS", "RATES", "AnotherThreshold", "Exported", "NothingToExport", "export"]

RATES, FACTS = "rates.parquet", "facts.parquet"

_ACT = "figures.export"


class AnotherThreshold(CertificationError):
    """Figures were exported with another threshold before: from both, counts of few can be worked out."""

    def __init__(self, before: int, below: int, on: date) -> None:
        super().__init__(
            f"The last export on record, of {on}, hides counts below {before}, this one would those below {below}: "
            f"whoever has both can work out counts that each hides. Export with --hide-below {before}; or, where "
            "nobody gets both, say so with --other-readers."
        )


class NothingToExport(CertificationError):
    """There is no unit with an enterprise on any of the days."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many rows, of which days. `behind`: where rates are not those of now."""

    rates: int
    facts: int
    first: date
    last: date
    behind: Behind | None


def export(
    database: Database,
    tenant: UUID,
    folder: Path,
    *,
    below: int,
    by: str,
    today: date,
    now: datetime,
    other_readers: bool = False,
) -> Exported:
    """Writes both files as of one moment and puts on record that `by` has them. The folder must not be there.

    Both lie whole on the disk before it is put on record, and the folder gets its name after that: no file is in place
    that the record does not know of.

    `other_readers`: who gets the files has none of the exports before, so these may have had another threshold.

    Raises NothingToExport, AnotherThreshold, and OSError where the folder cannot be made.
    """
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        with database.reading(tenant, snapshot=True) as session:
            if not other_readers:
                _alike(session, tenant, below)
            made = _write(session, tenant, part, below, today)
        for written in (*part.iterdir(), part):
            api.sync(written)
        if os.path.lexists(folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
        with database.writing(tenant) as session:
            detail = {"hide_below": below, "from": str(made.first), "rows": made.rates + made.facts}
            chain.add(session, tenant, by=by, act=_ACT, subject=f"figures:{made.last}", detail=detail, now=now)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return made


def _alike(session: Session, tenant: UUID, below: int) -> None:
    for one in chain.listed(session, tenant, act=_ACT, limit=1):
        before = (one.detail or {}).get("hide_below", below)
        if before != below:
            raise AnotherThreshold(before, below, vietnam_day(one.at))


def _write(session: Session, tenant: UUID, part: Path, below: int, today: date) -> Exported:
    land = grounds.land(session, tenant)
    told = [day for day in days.month_ends(today) if land.on(day).concerned]
    if not told:
        raise NothingToExport(
            "No enterprise existed at the end of any month of this year and the two before; import units and a roster."
        )
    behind: list[Behind | None] = []

    def of_rates() -> Iterator[Sequence[object]]:
        for day in told:
            rows, late = rates.rates(session, tenant, day, days.standing(land, day), below)
            behind.append(late)
            yield from rows

    def of_facts() -> Iterator[Sequence[object]]:
        for day in told:
            yield from facts.facts(session, tenant, day, days.standing(land, day), below)

    return Exported(
        rates=parquet.write(part / RATES, rates.COLUMNS, of_rates(), below=below),
        facts=parquet.write(part / FACTS, facts.COLUMNS, of_facts(), below=below),
        first=told[0],
        last=told[-1],
        behind=Behind.earliest(*behind),
    )
