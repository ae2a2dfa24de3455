"""Steps about one dossier: registering, self-assessing, confirming, returning, reviewing, withdrawing, appealing.

Each raises UnknownWorker or UnknownDossier for what is not there; NotForYou for whom it is not, WrongState where the
dossier stands otherwise, TooLate after the last day, ImportFaults for what was told with it; NoTitleProcedure,
NoSuchStep.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access.who import Who
from certification.dossiers import below, ending, steps, words
from certification.dossiers.steps import NotTwice, OneDossier, Refusal, TooLate, UnknownDossier
from certification.evidence import self_scores
from certification.evidence.words import reason_faults
from certification.models import Dossier, DossierStep
from certification.people import workers
from certification.people.workers import Person
from certification.rules import criteria, title_procedures
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.rules.title_procedures import NEW, Step, TitleProcedure
from certification.spreadsheets import Fault, ImportFaults, written
from certification.vietnam import vietnam_day
from lrs.db import Session, new_id

__all__ = ["ANOTHERS", "SINGLE", "TOGETHER", "Done", "register", "register_many", "step", "step_many"]

SINGLE = (
    "register", "self-assess", "confirm", "return", "review", "appeal", "uphold", "reconsider", "withdraw", "revoke",
)  # fmt: skip
"""The steps that are taken about one dossier."""

TOGETHER = ("register", "confirm", "return", "review", "withdraw")
"""Those of them that can be taken about many at once."""

_APPROVING = ("confirm", "review")
"""Steps whose act says who was below the criteria."""

ANOTHERS = "review"
"""The step that another than who took the one before had better take: its act says where that was not so."""


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
    again = steps.same_hands(session, tenant, who, [one.worker_id]) if name == ANOTHERS else set()
    steps.take(session, tenant, who, wanted, [one], now, row=row, each={one.worker_id: told})
    said: dict[str, Any] = {"reason": reason} if reason else {}
    short = _short(session, tenant, programme, year, [one], again) if name in _APPROVING else {}
    steps.record(session, tenant, who, name, [one], now, each=short, **said)
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
    person = workers.find(session, tenant, number)
    done = register_many(session, tenant, who, [person], year, now=now, reason=reason, programme=programme)
    _refuse(done.refused)
    return steps.at_hand(session, tenant, programme, year, [person.id])[person.id]


@dataclass(frozen=True, slots=True)
class Done:
    """Of many dossiers: about which the step was taken, and why it was not about the others; `again` are those about
    which one account took the step before, too, where another had better take this one."""

    workers: tuple[UUID, ...]
    refused: list[Refusal]
    again: frozenset[UUID] = frozenset()


def step_many(
    session: Session,
    tenant: UUID,
    who: Who,
    name: str,
    people: Sequence[Person],
    year: int,
    *,
    now: datetime,
    reason: str | None = None,
    programme: str = PROGRAMME,
) -> Done:
    """Takes one of TOGETHER about the dossiers of all these workers about whom nothing stands against it; a number of
    SQL commands that does not grow with them."""
    if name == "register":
        return register_many(session, tenant, who, people, year, now=now, reason=reason, programme=programme)
    assert name in TOGETHER  # noqa: S101 — the caller's word, not somebody's
    today = vietnam_day(now)
    wanted = title_procedures.in_force(session, tenant, programme, today).step(name)
    _check_reason(wanted, reason)
    there = steps.at_hand(session, tenant, programme, year, [one.id for one in people])
    refused = [
        Refusal(one.id, str(UnknownDossier(one.number, year)), UnknownDossier) for one in people if one.id not in there
    ]
    refused += steps.refusals(session, tenant, who, wanted, there.values(), today, today)
    against = {one.worker_id for one in refused}
    going = [one for one in there.values() if one.worker_id not in against]
    again = steps.same_hands(session, tenant, who, [one.worker_id for one in going]) if name == ANOTHERS else set()
    if going:
        each = {one.worker_id: {"reason": reason} for one in going}
        steps.take(session, tenant, who, wanted, going, now, row={"due": None}, each=each)
        said: dict[str, Any] = {"reason": reason} if reason else {}
        short = _short(session, tenant, programme, year, going, again) if name in _APPROVING else {}
        steps.record(session, tenant, who, name, going, now, each=short, **said)
    return Done(
        tuple(one.worker_id for one in going), refused, frozenset(one.worker_id for one in going if one.id in again)
    )


def _short(
    session: Session, tenant: UUID, programme: str, year: int, dossiers: Sequence[OneDossier], again: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """What the act says of each of these: whether the criteria were met, and that one account took both steps."""
    short = below.told(session, tenant, programme, year, [one.worker_id for one in dossiers], {})
    for one in dossiers:
        if one.id in again:
            short[one.worker_id] = {**short.get(one.worker_id, {}), "same_hand": True}
    return short


def register_many(
    session: Session,
    tenant: UUID,
    who: Who,
    people: Sequence[Person],
    year: int,
    *,
    now: datetime,
    reason: str | None = None,
    programme: str = PROGRAMME,
) -> Done:
    """As `step_many`: registers these workers for the title of the year."""
    today = vietnam_day(now)
    wanted = title_procedures.in_force(session, tenant, programme, today).step("register")
    _check_reason(wanted, reason)
    if date(year, 1, 1) > today:
        raise ImportFaults([Fault(0, "year", f"năm {year} chưa tới (hôm nay {written(today)}); sửa năm")])
    ids = [one.id for one in people]
    there = steps.at_hand(session, tenant, programme, year, ids)
    refused: list[Refusal] = []
    wanting: dict[UUID, OneDossier] = {}
    for person in people:
        before = there.get(person.id)
        if before is not None and before.state not in wanted.before:
            message = f"Mã “{person.number}” đã đăng ký danh hiệu năm {year}: hồ sơ {words.STATES[before.state]}"
            refused.append(Refusal(person.id, message, NotTwice))
        else:
            new = OneDossier(person.id, new_id(), person.number, year, NEW, 0, None, None, None, now)
            wanting[person.id] = before or new
    refused += steps.refusals(session, tenant, who, wanted, wanting.values(), today, today)
    held = steps.titled(session, tenant, programme, year, list(wanting))
    refused += [Refusal(one, f"Mã “{wanting[one].number}” {message}", NotTwice) for one, message in held.items()]
    for against in refused:
        wanting.pop(against.worker_id, None)
    again = [one for one in wanting.values() if one.worker_id in there]
    news = [one for one in wanting.values() if one.worker_id not in there]
    told = {one: {"reason": reason} for one in wanting}
    if again:
        steps.take(session, tenant, who, wanted, again, now, each=told)
    if news:
        rows = [
            {
                "worker_id": one.worker_id, "id": one.id, "tenant_id": tenant, "programme": programme, "year": year,
                "state": wanted.after, "version": 1, "proposal_id": None, "decision_id": None, "due": None,
                "changed": now,
            }
            for one in news
        ]  # fmt: skip
        bulk.upsert(session, Dossier, rows)
        kept = steps.at_hand(session, tenant, programme, year, [one.worker_id for one in news])
        for one in news:
            if kept[one.worker_id].id != one.id:
                message = f"Mã “{one.number}” đã đăng ký danh hiệu năm {year}"
                refused.append(Refusal(one.worker_id, message, NotTwice))
                wanting.pop(one.worker_id)
        news = [one for one in news if one.worker_id in wanting]
        steps.write_steps(session, tenant, who, wanted, news, now, told)
    if wanting:
        steps.record(session, tenant, who, "register", list(wanting.values()), now)
    return Done(tuple(wanting), refused)


def _check_reason(step: Step, reason: str | None) -> None:
    if reason is not None or "reason" in step.needs:
        faults = list(reason_faults(0, "reason", reason or ""))
        if faults:
            raise ImportFaults(faults)


def _refuse(found: list[Refusal]) -> None:
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
