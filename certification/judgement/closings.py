"""Closing an assessment year: an act of somebody, with a decision, after which its results stay as they are.

While a year is closed nothing is judged for it. Whatever comes late leaves its mark, which waits: opening the year
again is an act too, and then everybody who has a mark is judged. Rules loaded after the first closing never count for
the year, open or not: who was judged by one set is never scored again by a newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.errors import CertificationError
from certification.models import YearClosing
from certification.vietnam import vietnam_day
from lrs.api import key_of
from lrs.db import Session, is_postgresql

__all__ = [
    "Act",
    "NotBegun",
    "NothingToDo",
    "StillRuns",
    "YearIsClosed",
    "close",
    "closed_years",
    "histories",
    "history",
    "one_after_the_other",
    "refuse_closed",
    "reopen",
    "rules_until",
]


class YearIsClosed(CertificationError):
    """The year is closed: nothing is judged for it until it is opened again."""

    def __init__(self, year: int, decision: str) -> None:
        self.year, self.decision = year, decision
        super().__init__(
            f"The assessment year {year} is closed ({decision}), so its results stay as they are. "
            f"To judge it again, open it first: flask certification reopen-year {year}"
        )


class NothingToDo(CertificationError):
    """A year that is closed already was to be closed, or one that is open to be opened."""


class NotBegun(CertificationError):
    """The year to be closed has not begun."""

    def __init__(self, year: int) -> None:
        super().__init__(f"The assessment year {year} has not begun; nothing is judged for it yet. Check the year.")


class StillRuns(CertificationError):
    """The year to be closed is not over, and nobody said that this is meant."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The assessment year {year} runs until 31/12/{year}: once it is closed, what is learned until then counts "
            "for nobody, and no rule loaded later for it. If that is meant, say so: still_running=true, --still-running"
        )


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a year: whether it `closes` it or opens it again, on what decision, by whom, when (UTC)."""

    number: int
    closes: bool
    decision: str
    decided_by: str
    recorded: datetime


def history(session: Session, tenant: UUID, programme: str, year: int) -> list[Act]:
    """Every act on the year, the first one first."""
    rows = session.execute(
        sa.select(
            YearClosing.number, YearClosing.closes, YearClosing.decision, YearClosing.decided_by, YearClosing.recorded
        )
        .where(YearClosing.tenant_id == tenant, YearClosing.programme == programme, YearClosing.year == year)
        .order_by(YearClosing.number)
    )
    return [Act(*row) for row in rows]


def histories(session: Session, tenant: UUID, programme: str) -> dict[int, list[Act]]:
    """Every act on every year that was ever closed, by year, the first one first. One SQL command."""
    rows = session.execute(
        sa.select(
            YearClosing.year,
            YearClosing.number,
            YearClosing.closes,
            YearClosing.decision,
            YearClosing.decided_by,
            YearClosing.recorded,
        )
        .where(YearClosing.tenant_id == tenant, YearClosing.programme == programme)
        .order_by(YearClosing.year, YearClosing.number)
    )
    found: dict[int, list[Act]] = {}
    for year, number, closes, decision, decided_by, recorded in rows:
        found.setdefault(year, []).append(Act(number, closes, decision, decided_by, recorded))
    return found


def closed_years(session: Session, tenant: UUID, programme: str) -> dict[int, str]:
    """The years that are closed now, each with the decision. One SQL command."""
    rows = session.execute(
        sa.select(YearClosing.year, YearClosing.closes, YearClosing.decision)
        .where(YearClosing.tenant_id == tenant, YearClosing.programme == programme)
        .order_by(YearClosing.number)
    )
    last = {year: (closes, decision) for year, closes, decision in rows}
    return {year: decision for year, (closes, decision) in last.items() if closes}


def rules_until(session: Session, tenant: UUID, programme: str, year: int) -> datetime | None:
    """The instant of the first closing of the year: no rule loaded after it counts for the year. None: any does."""
    return session.scalar(
        sa.select(YearClosing.recorded).where(
            YearClosing.tenant_id == tenant,
            YearClosing.programme == programme,
            YearClosing.year == year,
            YearClosing.number == 1,
        )
    )


def refuse_closed(session: Session, tenant: UUID, programme: str, year: int) -> None:
    """Raises YearIsClosed where the year is closed."""
    decision = closed_years(session, tenant, programme).get(year)
    if decision is not None:
        raise YearIsClosed(year, decision)


def close(
    session: Session,
    tenant: UUID,
    year: int,
    *,
    decision: str,
    by: str,
    now: datetime,
    programme: str,
    still_running: bool = False,
) -> Act:
    """Closes the year. Raises NothingToDo where it is closed already, NotBegun for a year to come (rules loaded later
    would never count for it), StillRuns for one that is not over unless `still_running` says that this is meant,
    ValueError without a decision or a name."""
    if year > vietnam_day(now).year:
        raise NotBegun(year)
    if year == vietnam_day(now).year and not still_running:
        raise StillRuns(year)
    return _act(session, tenant, year, True, decision, by, now, programme)


def reopen(session: Session, tenant: UUID, year: int, *, decision: str, by: str, now: datetime, programme: str) -> Act:
    """Opens a closed year again: what came late is judged then, by the rules it was closed with.

    Raises NothingToDo where it is open, ValueError without a decision or a name.
    """
    return _act(session, tenant, year, False, decision, by, now, programme)


def _act(
    session: Session, tenant: UUID, year: int, closes: bool, decision: str, by: str, now: datetime, programme: str
) -> Act:
    if not decision.strip() or not by.strip():
        raise ValueError("closing a year or opening it takes a decision and the name of whoever decided")
    one_after_the_other(session, tenant)
    before = history(session, tenant, programme, year)
    if (bool(before) and before[-1].closes) == closes:
        raise NothingToDo(f"The assessment year {year} is {'closed' if closes else 'open'} already.")
    act = Act(len(before) + 1, closes, decision.strip(), by.strip(), now)
    session.add(
        YearClosing(
            tenant_id=tenant,
            programme=programme,
            year=year,
            number=act.number,
            closes=closes,
            decision=act.decision,
            decided_by=act.decided_by,
            recorded=now,
        )
    )
    session.flush()
    what = "year.close" if closes else "year.reopen"
    detail = {"decision": act.decision, "number": act.number}
    chain.add(session, tenant, by=act.decided_by, act=what, subject=f"year:{programme}/{year}", detail=detail, now=now)
    return act


def one_after_the_other(session: Session, tenant: UUID) -> None:
    """Whoever keeps results of the tenant, or closes a year, does so alone until the caller's transaction ends.

    So each result takes a place after all that were kept before, who has read up to a place has missed none before it,
    and nothing is kept for a year that was closed meanwhile. On SQLite a writing transaction is alone anyway.
    """
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key_of(f"certification assessments {tenant}"))))
