"""A grassroots union proposes many workers at once, after a meeting: all of them, or with a fault none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import rights
from certification.access.permissions import Role
from certification.access.rights import Reach
from certification.access.who import Who
from certification.dossiers import below, steps, words
from certification.dossiers.batches import Named, faults_of, named, raise_faults, text_faults
from certification.errors import CertificationError
from certification.models import DossierStep, Employment, Organization, Worker
from certification.models import Proposal as ProposalRow
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import Step, TitleProcedure
from certification.spreadsheets import Fault, written
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import Session, among, beside, new_id

__all__ = ["Meeting", "Proposal", "Proposed", "UnknownProposal", "Voted", "find", "listing", "propose", "proposed"]


class UnknownProposal(CertificationError):
    """No proposal has this id."""

    def __init__(self, proposal: UUID) -> None:
        super().__init__(f"Không có đề nghị nào mang mã {proposal}")


@dataclass(frozen=True, slots=True)
class Meeting:
    """The meeting that proposed: its day in Vietnam, how many came and did not, who led it and wrote the minutes."""

    met_on: date
    present: int
    absent: int
    minutes: str | None = None
    chair: str | None = None
    secretary: str | None = None


@dataclass(frozen=True, slots=True)
class Voted:
    """A worker, by number, with the votes for and all that were cast; None where nobody voted one by one. `despite`:
    why the worker is proposed although the criteria are not met."""

    number: str
    votes_for: int | None = None
    votes_of: int | None = None
    despite: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it was made; `unit` is the union's code, `proposed` in UTC."""

    id: UUID
    unit: str
    programme: str
    year: int
    meeting: Meeting
    proposed_by: str
    proposed: datetime


@dataclass(frozen=True, slots=True)
class Proposed:
    """One of the workers of a proposal; `despite` as in Voted."""

    worker_id: UUID
    number: str
    full_name: str
    votes_for: int | None
    votes_of: int | None
    despite: str | None = None


def propose(
    session: Session,
    tenant: UUID,
    who: Who,
    unit: str,
    year: int,
    meeting: Meeting,
    members: Sequence[Voted],
    *,
    now: datetime,
    programme: str = PROGRAMME,
) -> Proposal:
    """Proposes these workers in the name of the union `unit`, all or none.

    Raises ImportFaults with every fault: of the meeting (row 0), of the workers by place from 1, each with the worker's
    number. A worker belongs to the union who was employed below it on the day of the meeting. The act says who is below
    the criteria, and who had fewer than half of the votes. Raises NoTitleProcedure,
    NoSuchStep, WrongState where somebody was faster.
    """
    today = vietnam_day(now)
    procedure = title_procedures.in_force(session, tenant, programme, today)
    step = procedure.step("propose")
    node = organizations.find(session, tenant, unit)
    faults = [*_meeting_faults(meeting, procedure, year, today), *_vote_faults(members, meeting, procedure)]
    if node is None:
        faults.append(Fault(0, "unit", f"không có đơn vị “{unit}”; kiểm tra mã"))
    elif not _may(session, who, step, today, node.id):
        faults.append(Fault(0, "unit", f"tài khoản này không được đề nghị thay “{unit}”"))
    known = steps.knowing(session, tenant, who, [step], today)
    told = named(session, tenant, programme, year, [one.number for one in members], known=known)
    faults += told.faults
    against = steps.refusals(session, tenant, who, step, told.dossiers, today, meeting.met_on)
    faults += faults_of(told, [(one.worker_id, one.message) for one in against])
    held = steps.titled(session, tenant, programme, year, [one.worker_id for one in told.dossiers])
    faults += faults_of(told, held.items())
    for place, one in enumerate(members, start=1):
        faults += below.despite_faults(place, one.number, one.despite)
    if node is not None:
        outside = _outside(session, tenant, node.id, meeting.met_on, told)
        faults += faults_of(told, [(one, f"không thuộc “{unit}” ngày {written(meeting.met_on)}") for one in outside])
    raise_faults(faults)
    assert node is not None  # noqa: S101 — a fault otherwise
    made = new_id()
    row = {
        "organization_id": node.id, "id": made, "tenant_id": tenant, "programme": programme, "year": year,
        "met_on": meeting.met_on, "minutes": meeting.minutes, "chair": meeting.chair, "secretary": meeting.secretary,
        "present": meeting.present, "absent": meeting.absent, "proposed_by": who.name, "proposed": now,
    }  # fmt: skip
    bulk.insert(session, ProposalRow, [row])
    sent = {one.number: one for one in members}
    voted = {one.worker_id: sent[told.sent[one.worker_id]] for one in told.dossiers}
    each = {
        worker: {
            "batch_id": made, "votes_for": one.votes_for, "votes_of": one.votes_of, "reason": one.despite
        }
        for worker, one in voted.items()
    }  # fmt: skip
    steps.take(session, tenant, who, step, told.dossiers, now, row={"proposal_id": made}, each=each)
    despite = {worker: one.despite for worker, one in voted.items() if one.despite is not None}
    short = below.told(session, tenant, programme, year, list(voted), despite)
    for worker, one in voted.items():
        if one.votes_for is not None and one.votes_of is not None and one.votes_for * 2 < one.votes_of:
            short[worker] = {**short.get(worker, {}), "votes_for": one.votes_for, "votes_of": one.votes_of}
    steps.record(session, tenant, who, "propose", told.dossiers, now, each=short, proposal=str(made), unit=unit)
    return find(session, tenant, made)


def find(session: Session, tenant: UUID, proposal: UUID) -> Proposal:
    """A proposal by its id. Raises UnknownProposal."""
    row = session.execute(_proposals().where(ProposalRow.tenant_id == tenant, ProposalRow.id == proposal)).first()
    if row is None:
        raise UnknownProposal(proposal)
    return _made(*row)


def listing(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    year: int | None = None,
    within: Reach | None = None,
    after: UUID | None = None,
    newest_first: bool = False,
) -> list[Proposal]:
    """Proposals in the order in which they were made (the newest first: the other way), at most `limit`, those
    after the id `after`: of an assessed year,
    of unions `within` reach."""
    asked: list[Any] = [] if year is None else [ProposalRow.year == year]
    if after is not None:
        asked.append(ProposalRow.id < after if newest_first else ProposalRow.id > after)
    if within is not None:
        asked.append(within.organizations(session, ProposalRow.organization_id))
    query = _proposals().where(ProposalRow.tenant_id == tenant, *asked)
    query = query.order_by(ProposalRow.id.desc() if newest_first else ProposalRow.id).limit(limit)
    return [_made(*row) for row in session.execute(query)]


def _proposals() -> sa.Select[ProposalRow, str]:
    return sa.select(ProposalRow, Organization.code).join(Organization, Organization.id == ProposalRow.organization_id)


def _made(one: ProposalRow, code: str) -> Proposal:
    meeting = Meeting(one.met_on, one.present, one.absent, one.minutes, one.chair, one.secretary)
    return Proposal(one.id, code, one.programme, one.year, meeting, one.proposed_by, one.proposed)


def proposed(session: Session, tenant: UUID, proposal: UUID, *, within: Reach | None = None) -> list[Proposed]:
    """The workers of a proposal by number, with the votes as they were; those `within` reach."""
    seen = sa.true() if within is None else within.workers(session, DossierStep.worker_id)
    rows = session.execute(
        sa.select(
            DossierStep.worker_id, Worker.number, Worker.full_name, DossierStep.votes_for, DossierStep.votes_of,
            DossierStep.reason,
        )
        .join(Worker, Worker.id == DossierStep.worker_id)
        .where(DossierStep.tenant_id == tenant, DossierStep.batch_id == proposal, seen)
        .order_by(Worker.number)
    )  # fmt: skip
    return [Proposed(*row) for row in rows]


def met_on(session: Session, tenant: UUID, proposals: Collection[UUID]) -> Mapping[UUID, date]:
    """The days of the meetings of these proposals."""
    rows = session.execute(
        sa.select(ProposalRow.id, ProposalRow.met_on).where(
            ProposalRow.tenant_id == tenant, among(session, ProposalRow.id, proposals)
        )
    )
    return {row.id: row.met_on for row in rows}


def _may(session: Session, who: Who, step: Step, today: date, organization: UUID) -> bool:
    reach = rights.reach_of(who, step.roles - {Role.WORKER}, today)
    return reach.everything or organization in {one.id for one in rights.units_within(session, reach)}


def _meeting_faults(meeting: Meeting, procedure: TitleProcedure, year: int, today: date) -> list[Fault]:
    step, share, faults = procedure.step("propose"), procedure.present_per_cent, []
    if meeting.met_on > today:
        faults.append(Fault(0, "met_on", f"{written(meeting.met_on)} chưa tới (hôm nay {written(today)}); sửa ngày"))
    elif meeting.met_on.year < year:
        faults.append(Fault(0, "met_on", f"{written(meeting.met_on)} trước năm xét {year}; sửa ngày hoặc năm"))
    for field, count in (("present", meeting.present), ("absent", meeting.absent)):
        if not 0 <= count <= 1_000_000:
            faults.append(Fault(0, field, "số người phải từ 0 trở lên; sửa lại số"))
    if meeting.present == 0:
        faults.append(Fault(0, "present", "cuộc họp không có ai dự; sửa lại số"))
    elif share is not None and meeting.present * 100 < share * (meeting.present + meeting.absent):
        faults.append(Fault(0, "present", words.no_quorum(meeting.present, meeting.present + meeting.absent, share)))
    faults += text_faults("minutes", meeting.minutes, needed="minutes" in step.needs)
    faults += text_faults("chair", meeting.chair)
    faults += text_faults("secretary", meeting.secretary)
    return faults


def _vote_faults(members: Sequence[Voted], meeting: Meeting, procedure: TitleProcedure) -> list[Fault]:
    share, faults = procedure.votes_per_cent, []
    needed = share is not None or "votes" in procedure.step("propose").needs
    for place, one in enumerate(members, start=1):
        if one.votes_for is None or one.votes_of is None:
            if needed or (one.votes_for, one.votes_of) != (None, None):
                faults.append(Fault(place, "votes", f"mã “{one.number}”: chưa ghi đủ số phiếu đồng ý và tổng số phiếu"))
        elif not 0 <= one.votes_for <= one.votes_of <= meeting.present:
            words_ = (
                f"mã “{one.number}”: {one.votes_for}/{one.votes_of} phiếu không khớp {meeting.present} người dự họp"
            )
            faults.append(Fault(place, "votes", words_))
        elif share is not None and (not one.votes_of or one.votes_for * 100 < share * one.votes_of):
            faults.append(Fault(place, "votes", words.too_few_votes(one.number, one.votes_for, one.votes_of, share)))
    return faults


def _outside(session: Session, tenant: UUID, unit: UUID, on: date, told: Named) -> list[UUID]:
    """Those who were employed nowhere below the union on the day."""
    below = rights.branch(session, tenant, unit, on)
    ids = [one.worker_id for one in told.dossiers]
    days: tuple[Any, ...] = (
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
    )
    inside = set(
        session.scalars(
            sa.select(Employment.worker_id).where(
                beside(Employment.tenant_id) == tenant,
                among(session, Employment.worker_id, ids),
                among(session, Employment.enterprise_id, below),
                *days,
            )
        )
    )
    return [one for one in ids if one not in inside]
