"""What becomes of the record of a worker whose employment has ended (Law 91/2025/QH15, article 25).

After the last day the enterprise sees nothing of the worker any more: what it may see hangs on the employment. The
worker may take everything along (`exporting`), have it deleted at once (`erasing`), or agree that the union goes on
keeping it (a consent for `UNION_RECORD`); who does nothing of it is erased after the days that the rules on personal
data give. With the union's record the national number goes all the same: it served the roster.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.errors import CertificationError
from certification.models import Consent, Employment, NationalNumber, Worker
from certification.privacy.consents import UNION_RECORD
from certification.rules import personal_data
from certification.vietnam import vietnam_day
from lrs.db import Database, Session, among

__all__ = ["NUMBER_ERASED", "Leaver", "NoTermForLeavers", "leavers", "without_employer"]

NUMBER_ERASED = "person.erase-number"


class NoTermForLeavers(CertificationError):
    """The rules in force say nothing of leavers."""

    def __init__(self, rules: str) -> None:
        super().__init__(
            f"The rules {rules} do not say how long the record of somebody who left is kept ([leavers] keep_days), so "
            "nobody is erased by default. Load rules that say it (flask certification load-rules)."
        )


@dataclass(frozen=True, slots=True)
class Leaver:
    """A worker without any employment. `last_day` is the last one employed, `due` the first on which the record is to
    be erased, `union_until` the day before which the union may keep it, None without such a consent."""

    worker_id: UUID
    number: str
    full_name: str
    last_day: date
    due: date
    union_until: date | None

    def erased_on(self, day: date) -> bool:
        """Whether the record is to be erased by then."""
        return self.due <= day and (self.union_until is None or self.union_until <= day)


def leavers(session: Session, tenant: UUID, today: date, *, programme: str, only: UUID | None = None) -> list[Leaver]:
    """Everybody (or this worker alone) who was employed and is no more, nor from a later day on, those first who left
    first; in three SQL commands. Raises NoPersonalDataRules, NoTermForLeavers."""
    rules = personal_data.in_force(session, tenant, programme, today)
    if rules.keep_leavers is None:
        raise NoTermForLeavers(rules.id)
    last = sa.func.max(sa.func.coalesce(Employment.ended, date.max)).label("last")
    whose = [] if only is None else [Employment.worker_id == only]
    gone = (
        sa.select(Employment.worker_id, last)
        .where(Employment.tenant_id == tenant, *whose)
        .group_by(Employment.worker_id)
        .having(last < today)
        .subquery()
    )
    rows = session.execute(
        sa.select(Worker.id, Worker.number, Worker.full_name, gone.c.last)
        .join(gone, gone.c.worker_id == Worker.id)
        .where(Worker.tenant_id == tenant, Worker.merged_into.is_(None), Worker.erased.is_(None))
        .order_by(gone.c.last, Worker.number)
    ).all()
    until = session.execute(
        sa.select(Consent.worker_id, sa.func.max(Consent.until))
        .where(
            Consent.tenant_id == tenant,
            Consent.purpose == UNION_RECORD,
            Consent.until > today,
            among(session, Consent.worker_id, [row.id for row in rows]),
        )
        .group_by(Consent.worker_id)
    )
    kept: dict[UUID, date] = {row[0]: row[1] for row in until}
    days = timedelta(days=rules.keep_leavers)
    return [
        Leaver(row.id, row.number, row.full_name, row.last, row.last + days + timedelta(days=1), kept.get(row.id))
        for row in rows
    ]


def without_employer(database: Database, tenant: UUID, found: list[Leaver], *, by: str, now: datetime) -> int:
    """Removes the national numbers of leavers whose record the union keeps and whose days are over; how many persons
    that concerned. One transaction, with an act for each."""
    today = vietnam_day(now)
    staying = [one.worker_id for one in found if one.due <= today and not one.erased_on(today)]
    with database.writing(tenant) as session:
        mine = NationalNumber.tenant_id == tenant, among(session, NationalNumber.worker_id, staying)
        held = sorted(set(session.scalars(sa.select(NationalNumber.worker_id).where(*mine))))
        session.execute(sa.delete(NationalNumber).where(*mine))
        chain.add_many(session, tenant, [(f"worker:{one}", one, {}) for one in held], by=by, act=NUMBER_ERASED, now=now)
    return len(held)
