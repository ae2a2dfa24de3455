"""Attesting a team in one sitting, and taking an attestation back.

    attest     a table of workers × indicators, all or nothing, every fault told at once
    withdraw   ends an attestation from a day on, with who and why; both stay
    history    every attestation of a worker and a year, those withdrawn included

An attestation that is withdrawn held until the day before: whoever asks as of that time still sees it. The one given
before it, if it was not withdrawn itself, holds again from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.access.permissions import Role
from certification.errors import CertificationError, NoCriteriaInForce
from certification.evidence import attestable, witnesses
from certification.evidence.attestable import Parting
from certification.evidence.witnesses import NotForYou, Witness
from certification.evidence.words import shape_faults
from certification.marks import Cause
from certification.models import Attestation
from certification.people import workers
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.spreadsheets import Fault, ImportFaults, written
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = [
    "REASON_AT_MOST",
    "AlreadyWithdrawn",
    "Attested",
    "MemberPoints",
    "UnknownAttestation",
    "attest",
    "history",
    "withdraw",
]

REASON_AT_MOST = 2000
"""Characters in a reason."""


class UnknownAttestation(CertificationError):
    """No attestation of that worker has this id."""

    def __init__(self, attestation_id: UUID) -> None:
        super().__init__(f"Không có xác nhận nào mang mã {attestation_id} của người này; xem lại lịch sử xác nhận")


class AlreadyWithdrawn(CertificationError):
    """It was withdrawn before, and stays so."""

    def __init__(self, on: date, by: str) -> None:
        super().__init__(f"Xác nhận này đã được rút từ ngày {written(on)} bởi {by}; không rút lần nữa")


@dataclass(frozen=True, slots=True)
class MemberPoints:
    """One row of the table: whole points by indicator for the worker `number`. `reason` stands in place of the
    sitting's own where this worker needs another."""

    number: str
    points: Mapping[str, Any]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Attested:
    """An attestation as it is kept. Days are days in Vietnam, `recorded` is UTC."""

    id: UUID
    year: int
    indicator: str
    points: int
    attested_by: str
    attested_on: date
    basis: str
    recorded: datetime
    withdrawn_on: date | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


def attest(
    session: Session,
    tenant: UUID,
    witness: Witness,
    year: int,
    table: Sequence[MemberPoints],
    *,
    basis: str,
    now: datetime,
    on: date | None = None,
    programme: str = PROGRAMME,
) -> list[UUID]:
    """Keeps the points that the witness gives a team, as of the day `on` (today unless said); gives the new ids.

    A cell that says what already holds, by the same witness for the same reason, is passed over. The workers whose
    points changed are to be judged again. Which indicators the witness may attest of whom, the procedure in force on
    the day says (`attestable`). Raises ImportFaults with every fault by row of `table` (from 1; 0: the sitting) and
    indicator; nothing is kept then. A fixed number of SQL commands, however large the team.
    """
    bulk.import_alone(session, tenant)
    today = vietnam_day(now)
    day = today if on is None else on
    faults = _sitting_faults(day, today, year, basis)
    most: Mapping[str, int] = {}
    try:
        _, criteria_set = criteria.in_force(session, tenant, programme, AUDIENCE, year)
        most = {one.id: one.max_points for one in criteria_set.indicators}
    except NoCriteriaInForce:
        message = f"không có bộ tiêu chí nào có hiệu lực cho năm {year}; sửa năm, hoặc nạp bộ tiêu chí của năm đó"
        faults.append(Fault(0, "year", message))
    people = workers.known_workers(session, tenant, {row.number for row in table if "\0" not in row.number})
    ids = [person.id for person in people.values()]
    unfit = witnesses.unfit(session, tenant, witness, ids, date(min(year, 9999), 1, 1), day)
    hidden = witnesses.hidden(session, tenant, witness, unfit, today)
    parting = attestable.in_force(session, tenant, programme, day)
    roles: Mapping[UUID, Collection[Role]] = {}
    if parting.parted:
        roles = witnesses.roles_about(session, tenant, witness, ids, date(min(year, 9999), 1, 1), day)
    first: dict[UUID | str, int] = {}
    for place, row in enumerate(table, start=1):
        person = people.get(row.number)
        if person is not None and person.id in hidden:
            person = None
        if person is None:
            words = f"không có người lao động nào mang mã “{row.number}”; sửa mã, hoặc nhập danh sách trước"
            faults.append(Fault(place, "worker", words))
        elif person.id in unfit:
            faults.append(Fault(place, "worker", unfit[person.id]))
        who = row.number if person is None else person.id
        if first.setdefault(who, place) != place:
            faults.append(Fault(place, "worker", f"người này đã có ở dòng {first[who]}; chỉ giữ một dòng"))
        if row.reason is not None:
            faults += _reason_faults(place, "reason", row.reason)
        if person is None or person.id in unfit:
            faults += _cell_faults(place, row, most, Parting(), ())
        else:
            faults += _cell_faults(place, row, most, parting, roles.get(person.id, ()))
    if not table:
        faults.append(Fault(0, "", "bảng trống; ghi ít nhất một người và một chỉ số", of_file=False))
    if faults:
        raise ImportFaults(faults)

    holding = _holding(session, tenant, ids, programme, year)
    rows = [
        {
            "worker_id": people[row.number].id,
            "id": new_id(),
            "tenant_id": tenant,
            "programme": programme,
            "year": year,
            "indicator": indicator,
            "points": points,
            "attested_by": witness.account,
            "attested_on": day,
            "basis": row.reason or basis,
            "recorded": now,
        }
        for row in table
        for indicator, points in row.points.items()
        if holding.get((people[row.number].id, indicator)) != (points, witness.account, day, row.reason or basis)
    ]
    bulk.insert(session, Attestation, rows)
    concerned = {(row["worker_id"], year) for row in rows}
    marks.mark_stale(session, tenant, concerned, cause=Cause.ATTESTED, by=witness.account)
    return [row["id"] for row in rows]


def _sitting_faults(day: date, today: date, year: int, basis: str) -> list[Fault]:
    faults = _reason_faults(0, "basis", basis)
    if day > today:
        faults.append(Fault(0, "on", f"{written(day)} chưa tới (hôm nay {written(today)}); sửa ngày"))
    if day.year < year:
        faults.append(Fault(0, "on", f"{written(day)} trước năm đánh giá {year}; sửa ngày hoặc năm"))
    return faults


def _reason_faults(place: int, column: str, words: str) -> list[Fault]:
    if not words.strip():
        return [Fault(place, column, "chưa ghi căn cứ; ghi lý do, ví dụ biên bản họp tổ và ngày họp")]
    return [*shape_faults(place, column, words, REASON_AT_MOST)]


def _cell_faults(
    place: int, row: MemberPoints, most: Mapping[str, int], parting: Parting, roles: Collection[Role]
) -> list[Fault]:
    faults = []
    if not row.points:
        faults.append(Fault(place, "points", "chưa ghi điểm cho chỉ số nào; ghi điểm hoặc bỏ dòng này"))
    for indicator, points in row.points.items():
        if most and indicator not in most:
            words = f"“{indicator}” không có trong bộ tiêu chí; ghi một trong: {', '.join(most)}"
            faults.append(Fault(place, indicator, words))
            continue
        top = most.get(indicator, 10)
        if isinstance(points, bool) or not isinstance(points, int) or not 0 <= points <= top:
            faults.append(Fault(place, indicator, f"“{points}” không phải số nguyên từ 0 đến {top}; sửa lại số"))
        if not_theirs := parting.told(roles, indicator):
            faults.append(Fault(place, indicator, not_theirs))
    return faults


def _holding(
    session: Session, tenant: UUID, worker_ids: Sequence[UUID], programme: str, year: int
) -> dict[tuple[UUID, str], tuple[int, str, date, str]]:
    """What was last said of each worker and indicator and is not withdrawn."""
    rows = session.execute(
        sa.select(
            Attestation.worker_id,
            Attestation.indicator,
            Attestation.points,
            Attestation.attested_by,
            Attestation.attested_on,
            Attestation.basis,
        )
        .where(
            *_of(session, tenant, worker_ids, programme, year),
            Attestation.withdrawn_on.is_(None),
        )
        .order_by(Attestation.attested_on, Attestation.recorded, Attestation.points.desc())
    )
    return {(worker_id, indicator): (points, by, on, basis) for worker_id, indicator, points, by, on, basis in rows}


def _of(
    session: Session, tenant: UUID, worker_ids: Sequence[UUID], programme: str, year: int
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        among(session, Attestation.worker_id, worker_ids),
        Attestation.tenant_id == tenant,
        Attestation.programme == programme,
        Attestation.year == year,
    )


def withdraw(
    session: Session, tenant: UUID, witness: Witness, number: str, attestation_id: UUID, *, reason: str, now: datetime
) -> Attested:
    """Ends an attestation of the worker `number` from today (in Vietnam) on; the worker is to be judged again.

    Raises UnknownWorker, UnknownAttestation, AlreadyWithdrawn, NotForYou (one's own, a worker of another branch, or
    what somebody else attested of an indicator that is not the witness's), or ImportFaults where the reason is missing.
    """
    if faults := _reason_faults(0, "reason", reason):
        raise ImportFaults(faults)
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    one = (Attestation.tenant_id == tenant, Attestation.worker_id == person.id, Attestation.id == attestation_id)
    row = session.execute(sa.select(Attestation).where(*one).with_for_update()).scalar_one_or_none()
    if row is None:
        raise UnknownAttestation(attestation_id)
    today = vietnam_day(now)
    witnesses.refuse_unfit(session, tenant, witness, person.id, date(row.year, 1, 1), today)
    if witness.roles and row.attested_by != witness.account:
        parting = attestable.in_force(session, tenant, row.programme, today)
        roles = witnesses.roles_about(session, tenant, witness, [person.id], date(row.year, 1, 1), today)[person.id]
        if not_theirs := parting.told(roles, row.indicator):
            raise NotForYou(not_theirs)
    if row.withdrawn_on is not None:
        raise AlreadyWithdrawn(row.withdrawn_on, row.withdrawn_by or "")
    row.withdrawn_on, row.withdrawn_by, row.withdrawal_reason = today, witness.account, reason
    session.flush()
    marks.mark_stale(session, tenant, {(person.id, row.year)}, cause=Cause.ATTESTED, by=witness.account)
    return _attested(row)


def history(session: Session, tenant: UUID, worker_id: UUID, year: int, programme: str = PROGRAMME) -> list[Attested]:
    """Every attestation of a worker for a year in the order it was recorded, those withdrawn included."""
    rows = session.scalars(
        sa.select(Attestation)
        .where(*_of(session, tenant, [worker_id], programme, year))
        .order_by(Attestation.recorded, Attestation.id)
    )
    return [_attested(row) for row in rows]


def _attested(row: Attestation) -> Attested:
    return Attested(
        row.id,
        row.year,
        row.indicator,
        row.points,
        row.attested_by,
        row.attested_on,
        row.basis,
        row.recorded,
        row.withdrawn_on,
        row.withdrawn_by,
        row.withdrawal_reason,
    )
