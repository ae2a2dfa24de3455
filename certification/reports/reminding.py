"""Reminding units of reports that are due: by mail where a server is set and the unit named an address, else by phone.

Each unit is written to at most once at a stage of its form (some days before the last day, or after it). Whoever is
written to is noted before the letter goes out (`claim`) and what became of it afterwards (`settle`), in transactions
of their own: a program that is stopped in between never writes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.models import ReportReminder
from certification.reports import late, mail, words
from certification.reports.late import Standing
from certification.reports.mail import FAILED, Letter, MailServer
from certification.reports.reading import Key
from certification.rules.report_forms import ReportForm
from certification.vietnam import vietnam_day
from lrs.db import Database, Session, among

__all__ = ["Due", "claim", "due", "remind", "settle", "stage_of"]

SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Due:
    """A unit to be reminded at a stage; `outcome` of a letter of this stage that there was already, "" where none."""

    standing: Standing
    stage: str
    outcome: str

    @property
    def can_be_written_to(self) -> bool:
        """Whether a letter may go out: there is an address, and none went out or may have."""
        contact = self.standing.contact
        return contact is not None and bool(contact.email) and self.outcome in ("", FAILED)


def stage_of(form: ReportForm, last: date | None, today: date) -> str | None:
    """The stage that a report with this last day has come to; None before the first, or without a day."""
    if last is None:
        return None
    reached = [one for one in form.reminders if (last - today).days <= one.days]
    return min(reached, key=lambda one: one.days).stage if reached else None


def due(session: Session, tenant: UUID, code: str, key: Key, *, today: date) -> list[Due]:
    """The units below the organization that have not handed in and have come to a stage. Raises as `late.standings`.

    The organization that reminds is not among them. A number of SQL commands that does not grow with the units.
    """
    form = late.form_of(session, tenant, key)
    waiting = [
        (one, stage)
        for one in late.standings(session, tenant, code, key)
        if one.unit.code != code and not one.handed_in and (stage := stage_of(form, one.due, today)) is not None
    ]
    known = _outcomes(session, tenant, key, [one.unit.id for one, _ in waiting])
    return [Due(one, stage, known.get((one.unit.id, stage), "")) for one, stage in waiting]


def _outcomes(session: Session, tenant: UUID, key: Key, ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    rows = session.execute(
        sa.select(ReportReminder.organization_id, ReportReminder.stage, ReportReminder.outcome).where(
            ReportReminder.tenant_id == tenant,
            ReportReminder.plan == key.plan,
            ReportReminder.period == key.period,
            ReportReminder.cut_off == key.cut_off,
            among(session, ReportReminder.organization_id, ids),
        )
    )
    return {(row.organization_id, row.stage): row.outcome for row in rows}


def claim(session: Session, tenant: UUID, code: str, key: Key, *, by: str, now: datetime) -> list[tuple[Due, Letter]]:
    """Notes who is written to now, and gives the letters; nobody else can write to them at this stage afterwards.

    Raises as `late.standings`.
    """
    bulk.import_alone(session, tenant)
    title = late.form_of(session, tenant, key).title
    found = [
        (one, _letter(one, key, title, vietnam_day(now)))
        for one in due(session, tenant, code, key, today=vietnam_day(now))
        if one.can_be_written_to
    ]
    rows = [
        {
            "organization_id": one.standing.unit.id, "plan": key.plan, "period": key.period, "cut_off": key.cut_off,
            "stage": one.stage, "tenant_id": tenant, "outcome": SENDING, "email": letter.to,
            "message": f"{letter.subject}\n\n{letter.text}", "sent_by": by, "at": now, "fault": "",
        }
        for one, letter in found
    ]  # fmt: skip
    bulk.upsert(session, ReportReminder, rows, replacing=("outcome", "email", "message", "sent_by", "at", "fault"))
    return found


def settle(
    session: Session, tenant: UUID, key: Key, sent: Sequence[tuple[Due, tuple[str, str]]], *, now: datetime
) -> None:
    """Notes what became of the letters, each (outcome, what the server said)."""
    table: Any = ReportReminder.__table__
    rows = [
        {"of_unit": one.standing.unit.id, "of_stage": one.stage, "outcome": outcome, "fault": fault, "at": now}
        for one, (outcome, fault) in sent
    ]
    if rows:
        session.connection().execute(
            sa.update(table).where(
                table.c.organization_id == sa.bindparam("of_unit"),
                table.c.stage == sa.bindparam("of_stage"),
                table.c.plan == key.plan,
                table.c.period == key.period,
                table.c.cut_off == key.cut_off,
                table.c.tenant_id == tenant,
            ),
            rows,
        )


def remind(
    database: Database, tenant: UUID, code: str, key: Key, server: MailServer, *, by: str, clock: Callable[[], datetime]
) -> list[tuple[Due, tuple[str, str]]]:
    """Writes to whoever can be written to, and gives what became of each letter: outcome, and what the server said.

    In transactions of its own; raises as `late.standings`.
    """
    with database.writing(tenant) as session:
        claimed = claim(session, tenant, code, key, by=by, now=clock())
    outcomes = mail.send(server, [letter for _, letter in claimed])
    sent = [(one, outcome) for (one, _), outcome in zip(claimed, outcomes, strict=True)]
    with database.writing(tenant) as session:
        settle(session, tenant, key, sent, now=clock())
    return sent


def _letter(one: Due, key: Key, title: str, today: date) -> Letter:
    standing = one.standing
    contact, last = standing.contact, standing.due
    assert contact is not None  # noqa: S101 — `can_be_written_to`
    assert last is not None  # noqa: S101 — it came to a stage
    left = (last - today).days
    when = f"còn {left} ngày" if left > 0 else "hôm nay là ngày cuối" if left == 0 else f"đã quá hạn {-left} ngày"
    text = (
        f"Kính gửi {contact.name}, {standing.unit.name},\n\n"
        f"{title} ({words.PERIODS[key.period]}, chốt số liệu ngày {words.written(key.cut_off)}) của đơn vị hiện "
        f"{words.STATES[standing.state]}. Hạn nộp: {words.written(last)}, {when}.\n\n"
        "Đề nghị đơn vị hoàn thành và nộp báo cáo trên hệ thống. Nếu đã nộp, xin bỏ qua thư này.\n"
    )
    subject = f"Nhắc nộp báo cáo trước ngày {words.written(last)}: {standing.unit.name}"
    name = f"{standing.unit.id}.{key.plan}.{key.period}.{key.cut_off:%Y%m%d}.{one.stage}"
    return Letter(name, contact.email, " ".join(subject.split()), text)
