"""Steps about one dossier: registering, self-assessing, confirming, returning, reviewing, withdrawing, appealing.

Each raises UnknownWorker or UnknownDossier for what is not there; NotForYou for whom it is not, WrongState where the
dossier stands otherwise, TooLate after the last day, ImportFaults for what was told with it; NoTitleProcedure,
NoSuchStep.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access.who import Who
from certification.dossiers import ending, steps, words
from certification.dossiers.steps import NotTwice, OneDossier, TooLate, UnknownDossier
from certification.evidence import self_scores
from certification.evidence.words import reason_faults
from certification.models import Dossier, DossierStep
from certification.people import workers
from certification.rules import criteria, title_procedures
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.rules.title_procedures import NEW, Step, TitleProcedure
from certification.spreadsheets import Fault, ImportFaults, written
from certification.vietnam import vietnam_day
from lrs.db import Session, new_id

__all__ = ["SINGLE", "register", "step"]

SINGLE = (
    "register", "self-assess", "confirm", "return", "review", "appeal", "uphold", "reconsider", "withdraw", "revoke",
)  # fmt: skip
"""The steps that are taken about one dossier."""


def step(
    session: Session,
    tenant: UUID,
    who: Who,
    name: str,
    number: str,
    year: int,
    *,
    now: datetime,
    reason: str | None = None,
    programme: str = PROGRAMME,
) -> OneDossier:
    """Takes one of SINGLE about the dossier of the worker `number`, and gives it as it stands then."""
    if name == "register":
        return register(session, tenant, who, number, year, now=now, reason=reason, programme=programme)
    today = vietnam_day(now)
    procedure = title_procedures.in_force(session, tenant, programme, today)
    wanted = procedure.step(name)
    _check_reason(wanted, reason)
    person = workers.find(session, tenant, number)
    one = steps.at_hand(session, tenant, programme, year, [person.id]).get(person.id)
    if one is None:
        raise UnknownDossier(person.number, year)
    _refuse(steps.refusals(session, tenant, who, wanted, [one], today, today))
    told: dict[str, Any] = {"reason": reason}
    row: dict[str, Any] = {"due": None}
    if name == "self-assess":
        told["points"] = _points(session, tenant, one, programme, now)
    elif name == "appeal":
        _in_time(session, tenant, one, procedure, now)
        row["due"] = today + timedelta(days=procedure.answer_within_days)
    if name == "revoke":
        ending.end(session, tenant, one.worker_id, programme, year, reason=reason or "", by=who.name, now=now)
        return steps.at_hand(session, tenant, programme, year, [person.id])[person.id]
    steps.take(session, tenant, who, wanted, [one], now, row=row, each={one.worker_id: told})
    steps.record(session, tenant, who, name, [one], now, **({"reason": reason} if reason else {}))
    return steps.at_hand(session, tenant, programme, year, [person.id])[person.id]


def register(
    session: Session,
    tenant: UUID,
    who: Who,
    number: str,
    year: int,
    *,
    now: datetime,
    reason: str | None = None,
    programme: str = PROGRAMME,
) -> OneDossier:
    """Registers the worker for the title of the year; one who withdrew may register again.

    Raises NotTwice beside the others: there is a dossier or a title of that year.
    """
    today = vietnam_day(now)
    wanted = title_procedures.in_force(session, tenant, programme, today).step("register")
    _check_reason(wanted, reason)
    if date(year, 1, 1) > today:
        raise ImportFaults([Fault(0, "year", f"năm {year} chưa tới (hôm nay {written(today)}); sửa năm")])
    person = workers.find(session, tenant, number)
    before = steps.at_hand(session, tenant, programme, year, [person.id]).get(person.id)
    if before is not None and before.state not in wanted.before:
        raise NotTwice(f"Mã “{person.number}” đã đăng ký danh hiệu năm {year}: hồ sơ {words.STATES[before.state]}")
    new = OneDossier(person.id, new_id(), person.number, year, NEW, 0, None, None, None, now)
    one = before or new
    _refuse(steps.refusals(session, tenant, who, wanted, [one], today, today))
    for message in steps.titled(session, tenant, programme, year, [person.id]).values():
        raise NotTwice(f"Mã “{person.number}” {message}")
    told = {person.id: {"reason": reason}}
    if before is not None:
        steps.take(session, tenant, who, wanted, [before], now, each=told)
    else:
        row = {
            "worker_id": person.id, "id": new.id, "tenant_id": tenant, "programme": programme, "year": year,
            "state": wanted.after, "version": 1, "proposal_id": None, "decision_id": None, "due": None, "changed": now,
        }  # fmt: skip
        bulk.upsert(session, Dossier, [row])
        kept = steps.at_hand(session, tenant, programme, year, [person.id])[person.id]
        if kept.id != new.id:
            raise NotTwice(f"Mã “{person.number}” đã đăng ký danh hiệu năm {year}")
        steps.write_steps(session, tenant, who, wanted, [new], now, told)
    steps.record(session, tenant, who, "register", [one], now)
    return steps.at_hand(session, tenant, programme, year, [person.id])[person.id]


def _check_reason(step: Step, reason: str | None) -> None:
    if reason is not None or "reason" in step.needs:
        faults = list(reason_faults(0, "reason", reason or ""))
        if faults:
            raise ImportFaults(faults)


def _refuse(found: list[steps.Refusal]) -> None:
    """Raises the first, as the error that it is."""
    for refusal in found:
        raise refusal.error(_sentence(refusal.message))


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:]


def _points(session: Session, tenant: UUID, one: OneDossier, programme: str, now: datetime) -> str:
    """The points that the worker gave, every indicator of the criteria in force; none is ever made up."""
    _, criteria_set = criteria.in_force(session, tenant, programme, AUDIENCE, one.year)
    said = self_scores.last_known(session, tenant, [one.worker_id], programme, one.year, vietnam_day(now))
    points = {own.indicator: own.points for own in said[one.worker_id]}
    missing = [indicator.id for indicator in criteria_set.indicators if indicator.id not in points]
    if missing:
        raise ImportFaults([Fault(0, "points", words.no_points(missing))])
    return json.dumps({each.id: points[each.id] for each in criteria_set.indicators}, separators=(",", ":"))


def _in_time(session: Session, tenant: UUID, one: OneDossier, procedure: TitleProcedure, now: datetime) -> None:
    """Counted from the day on which the refusal was written down, when the worker could learn of it."""
    refused = session.scalar(
        sa.select(sa.func.max(DossierStep.done)).where(
            DossierStep.tenant_id == tenant,
            DossierStep.worker_id == one.worker_id,
            DossierStep.dossier_id == one.id,
            DossierStep.step == "refuse",
        )
    )
    if refused is not None:
        last = vietnam_day(refused) + timedelta(days=procedure.appeal_within_days)
        if vietnam_day(now) > last:
            raise TooLate(_sentence(words.too_late_to_appeal(last)))
