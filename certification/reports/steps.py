"""Steps of a report: opened, handed in, returned with a comment, approved, filed, reopened to correct. Kept forever.

Whoever entered or handed in a report never approves it; the unit above does, and for the topmost unit somebody else
there. Every step but opening is an act in the record of acts. Filing itself is `filing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import rights
from certification.access.permissions import Act
from certification.access.who import Who
from certification.acts import chain
from certification.errors import CertificationError
from certification.evidence.witnesses import NotForYou
from certification.models import Account, Organization, Report, ReportAuthor, ReportStep
from certification.reports import reading, words
from certification.reports.entered import canonical
from certification.reports.reading import Key, OneReport, Row
from certification.spreadsheets import Fault, ImportFaults
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["OPEN", "STATES", "STEPS", "WrongStep", "allowed", "at_hand", "is_own", "opened", "record", "take", "write"]

STATES = ("draft", "submitted", "returned", "approved", "filed")
OPEN = ("draft", "returned")
"""States in which values can be entered."""

STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "submit": (OPEN, "submitted"),
    "return": (("submitted", "approved"), "returned"),
    "approve": (("submitted",), "approved"),
    "file": (("approved",), "filed"),
    "reopen": (("filed",), "draft"),
}
"""From which states each step leads to which. A report is opened by the first value that is entered."""

NEEDS_COMMENT = ("return", "reopen")
BY_THE_ONE_ABOVE = ("return", "approve")
MOST_COMMENT = 2000

_ACTS = {
    "submit": Act.WRITE_REPORTS,
    "reopen": Act.FILE_REPORTS,
    "return": Act.APPROVE_REPORTS,
    "approve": Act.APPROVE_REPORTS,
    "file": Act.FILE_REPORTS,
}


class WrongStep(CertificationError):
    """The step does not go with how the report stands, or somebody was faster. `place`: the part of the address that
    does not, empty where it is the report as a whole."""

    def __init__(self, message: str, place: str = "") -> None:
        self.place = place
        super().__init__(message)


def at_hand(session: Session, tenant: UUID, code: str, key: Key) -> OneReport:
    """As `reading.show`, of a report that nobody else changes before the transaction ends."""
    unit = sa.select(Organization.id).where(Organization.tenant_id == tenant, Organization.code == code)
    session.execute(
        sa.select(Report.id).where(*reading.of_key(tenant, key), Report.organization_id.in_(unit)).with_for_update()
    )
    return reading.show(session, tenant, code, key)


def opened(session: Session, tenant: UUID, who: Who, report: OneReport, now: datetime) -> OneReport:
    """The report with its row: made now, or by somebody else at the same moment, and perhaps handed in since; nobody
    else changes it before the transaction ends."""
    key, unit = report.key, report.place.unit
    row = Row(unit.id, new_id(), report.form.rule_file_ids[0], "draft", 1, report.due, None, now)
    told = {"tenant_id": tenant, "plan": key.plan, "period": key.period, "cut_off": key.cut_off}
    bulk.upsert(session, Report, [{**asdict(row), **told}])
    there = reading.rows(session, tenant, key, [unit.id])[unit.id]
    if there.id != row.id:
        return at_hand(session, tenant, unit.code, key)
    write(session, tenant, who, row, "open", None, now)
    return replace(report, row=row)


def write(session: Session, tenant: UUID, who: Who, row: Row, step: str, comment: str | None, now: datetime) -> None:
    """Keeps that a step was taken; `row` is how the report stands after it."""
    session.execute(
        sa.insert(ReportStep).values(
            organization_id=row.organization_id,
            report_id=row.id,
            place=row.version,
            tenant_id=tenant,
            step=step,
            state=row.state,
            done_by=who.name,
            done=now,
            comment=comment,
        )
    )


def take(
    session: Session,
    tenant: UUID,
    who: Who,
    code: str,
    key: Key,
    step: str,
    *,
    comment: str | None = None,
    now: datetime,
) -> OneReport:
    """Hands a report in, returns, approves or reopens it; returns it as it stands then.

    Raises ImportFaults with every fault of what is handed in; NotAllowed; NotForYou for the own report; WrongStep; and
    as `reading.show`.
    """
    report = at_hand(session, tenant, code, key)
    check(session, tenant, who, report, step, comment, now)
    said = canonical(report.now.as_json()).decode() if step == "submit" else None
    after = change(session, tenant, report, step, now, said=said)
    write(session, tenant, who, after, step, (comment or "").strip() or None, now)
    detail = {"comment": comment.strip()} if comment and comment.strip() else {}
    record(session, tenant, who, report, f"report.{step}", now, **detail)
    return reading.show(session, tenant, code, key)


def allowed(session: Session, who: Who, act: Act, organization: UUID, on: date) -> None:
    """Raises NotAllowed unless a role of `who` in force on the day allows the act about the organization."""
    if not rights.may(session, who, act, on, organization=organization):
        raise rights.NotAllowed(who, act)


def check(
    session: Session, tenant: UUID, who: Who, report: OneReport, step: str, comment: str | None, now: datetime
) -> None:
    """Raises what stands against a step."""
    today = vietnam_day(now)
    unit = report.place.judged_by if step in BY_THE_ONE_ABOVE else report.place.unit.id
    allowed(session, who, _ACTS[step], unit, today)
    before, _ = STEPS[step]
    if report.row is None or report.state not in before:
        raise WrongStep(words.not_in_state(step, report.state), "" if step == "file" else "path/step")
    if step == "approve" and is_own(session, tenant, who, report):
        raise NotForYou(words.OWN)
    faults = []
    if step in NEEDS_COMMENT and not (comment or "").strip():
        faults.append(Fault(0, "comment", words.COMMENT))
    if len(comment or "") > MOST_COMMENT:
        faults.append(Fault(0, "comment", words.too_long(len(comment or ""), MOST_COMMENT)))
    if step == "submit":
        if report.key.cut_off > today:
            raise WrongStep(words.not_yet(report.key.cut_off), "path/cut_off")
        missing = [item for item in report.form.asked if item.required and item.code not in report.own]
        faults += [Fault(0, f"values/{item.code}", f"“{item.title}”: {words.REQUIRED}") for item in missing]
    if faults:
        raise ImportFaults(faults)


def is_own(session: Session, tenant: UUID, who: Who, report: OneReport) -> bool:
    """Whether `who` ever entered something, be it replaced since, or handed it in, under this account or another of the
    same person."""
    if report.row is None:
        return False
    names = {one.by for one in report.steps if one.step in ("open", "submit")} | set(
        session.scalars(
            sa.select(ReportAuthor.name).where(
                ReportAuthor.tenant_id == tenant,
                ReportAuthor.organization_id == report.row.organization_id,
                ReportAuthor.report_id == report.row.id,
            )
        )
    )
    if who.name in names:
        return True
    if who.worker is None:
        return False
    same = sa.select(Account.id).where(
        Account.tenant_id == tenant, Account.worker_id == who.worker, among(session, Account.name, names)
    )
    return session.scalar(same.limit(1)) is not None


def change(
    session: Session, tenant: UUID, report: OneReport, step: str, now: datetime, *, said: str | None = None
) -> Row:
    """The report's row after the step, where it is still what was seen. Raises WrongStep where somebody was faster."""
    row = report.row
    assert row is not None  # noqa: S101 — `check` refused what has none
    after = replace(row, state=STEPS[step][1], version=row.version + 1, changed=now, said=said or row.said)
    table: Any = Report.__table__
    changed = session.connection().execute(
        sa.update(table)
        .where(
            table.c.organization_id == row.organization_id,
            table.c.id == row.id,
            table.c.tenant_id == tenant,
            table.c.version == row.version,
        )
        .values(state=after.state, version=after.version, changed=now, said=after.said)
    )
    if changed.rowcount != 1:
        raise WrongStep(words.FASTER)
    return after


def record(session: Session, tenant: UUID, who: Who, report: OneReport, act: str, now: datetime, **detail: Any) -> None:
    """The act of a step: last in the transaction."""
    key = report.key
    assert report.row is not None  # noqa: S101 — as in `change`
    said = {
        "unit": report.place.unit.code, "plan": key.plan, "period": key.period, "cut_off": key.cut_off.isoformat(),
    }  # fmt: skip
    chain.add(
        session, tenant, by=who.name, act=act, subject=f"report:{report.row.id}", detail={**said, **detail}, now=now
    )
