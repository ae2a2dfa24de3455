"""Attestations: points for an indicator that a person vouches for.

Here they come in by file; `evidence.sittings` is for those that an account gives itself, and for taking one back.
Nothing is overwritten: a later attestation of the same indicator stands beside the earlier one and counts instead
(`certification.evaluation`). Which indicators there are, and how many points each takes, the criteria set in force for
the worker's audience and the year says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks, spreadsheets
from certification.access.permissions import Role
from certification.errors import NoCriteriaInForce
from certification.evidence import attestable
from certification.evidence.attestable import Parting
from certification.marks import Cause
from certification.models import Attestation
from certification.people import workers
from certification.people.row_journal import RowJournal
from certification.people.workers import Person
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.rules.rule_store import StoredRule, stored
from certification.spreadsheets import Column, ImportResult, Row, written
from certification.spreadsheets.columns import as_columns
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["ATTESTATION_HEADINGS", "COLUMNS", "import_attestations"]

ATTESTATION_HEADINGS = ("Mã người lao động", "Năm", "Chỉ số", "Điểm", "Người xác nhận", "Ngày xác nhận", "Căn cứ")
AS_WHAT = "Tư cách xác nhận"

_ROLES: Mapping[str, Role | None] = {"": None, **{words: role for role, words in attestable.ROLES.items()}}

COLUMNS = (
    *as_columns(ATTESTATION_HEADINGS),
    Column(
        AS_WHAT,
        left_out=True,
        may_be_empty=True,
        meaning="người xác nhận đứng với vai trò nào; cần khi quy trình chia chỉ số theo vai trò",
        choices=tuple(attestable.ROLES.values()),
    ),
)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a row says, the number of the row aside."""

    worker_id: UUID
    year: int
    indicator: str
    points: int
    attested_by: str
    attested_on: date
    basis: str

    @property
    def subject(self) -> tuple[UUID, int, str]:
        return (self.worker_id, self.year, self.indicator)


@dataclass(slots=True)
class _Rules:
    """The most points each indicator of a year takes, and who attests which: each asked for once."""

    session: Session
    tenant: UUID
    programme: str
    most_points: dict[int, Mapping[str, int] | None] = field(default_factory=dict)
    procedures: list[StoredRule] | None = None

    def parting(self, day: date) -> Parting:
        """How the indicators are parted by role among those who attest on the day."""
        if self.procedures is None:
            self.procedures = stored(self.session, self.tenant, "procedure")
        return attestable.of_rules(self.procedures, self.programme, day)

    def of(self, year: int) -> Mapping[str, int] | None:
        """By indicator id; None when no criteria set is in force for the year."""
        if year not in self.most_points:
            try:
                _, criteria_set = criteria.in_force(self.session, self.tenant, self.programme, AUDIENCE, year)
            except NoCriteriaInForce:
                self.most_points[year] = None
            else:
                self.most_points[year] = {one.id: one.max_points for one in criteria_set.indicators}
        return self.most_points[year]


def import_attestations(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    now: datetime,
    programme: str = PROGRAMME,
    good_rows: bool = False,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a CSV or XLSX file of attestations (docs/imports.md); `changed` counts those that follow an earlier one.

    The workers concerned are to be judged again for the year. Raises ImportFaults with every fault; nothing was changed
    then, unless `good_rows` are asked for: rows at fault are left out then, and told. A `journal` is told what changes.
    May be called again with the same file.
    """
    sheet = spreadsheets.read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    people = workers.known_workers(session, tenant, sheet.values("Mã người lao động"))
    rules = _Rules(session, tenant, programme)
    today = vietnam_day(now)
    rows: list[tuple[int, Vouched]] = []
    first: dict[_Subject, int] = {}
    for row in sheet.each():
        subject, vouched = _vouched(row, people, rules, today)
        earlier = row.number if subject is None else first.setdefault(subject, row.number)
        if earlier != row.number:
            message = f"dòng {earlier} đã xác nhận chỉ số này cho cùng người, cùng năm, cùng ngày; chỉ giữ một dòng"
            row.clash("Chỉ số", message, earlier)
        if vouched is not None:
            rows.append((row.number, vouched))
    sheet.refuse_faulty(good_rows=good_rows)
    told = [vouched for number, vouched in rows if sheet.good(number)]

    last = _last(session, tenant, programme, {vouched.worker_id for vouched in told})
    subjects = {vouched.subject for vouched in last.values()}
    new = [vouched for vouched in told if last.get((*vouched.subject, vouched.attested_on)) != vouched]
    created = 0
    for vouched in new:
        created += vouched.subject not in subjects
        subjects.add(vouched.subject)
    kept = [
        {
            "worker_id": vouched.worker_id,
            "id": new_id(),
            "tenant_id": tenant,
            "programme": programme,
            "year": vouched.year,
            "indicator": vouched.indicator,
            "points": vouched.points,
            "attested_by": vouched.attested_by,
            "attested_on": vouched.attested_on,
            "basis": vouched.basis,
            "recorded": now,
        }
        for vouched in new
    ]
    bulk.insert(session, Attestation, kept)
    if journal is not None:
        for one, row_kept in zip(new, kept, strict=True):
            key = {"id": row_kept["id"], "programme": programme, "year": one.year}
            words = f"{one.indicator} năm {one.year}, {one.points} điểm"
            journal.add(key, None, {"points": one.points}, words=words, worker=one.worker_id)
    by = {vouched.attested_by for vouched in new}
    concerned = {(vouched.worker_id, vouched.year) for vouched in new}
    marks.mark_stale(session, tenant, concerned, cause=Cause.ATTESTED, by=by.pop() if len(by) == 1 else None)
    return sheet.result(created, len(new) - created, len(told) - len(new))


_Subject = tuple[UUID, int, str, date]
"""A worker's id, the year, the indicator and the day of attesting: said once in a file."""


def _vouched(
    row: Row, people: Mapping[str, Person], rules: _Rules, today: date
) -> tuple[_Subject | None, Vouched | None]:
    """What the row is about, and all it says; None for what its faults leave unsaid."""
    number = row.text("Mã người lao động")
    year = row.year("Năm")
    attested_by = row.text("Người xác nhận")
    attested_on = row.day("Ngày xác nhận")
    basis = row.text("Căn cứ", at_most=2000)
    if number is not None and number not in people:
        message = f"không có người lao động nào mang mã “{number}”; sửa mã, hoặc nhập danh sách trước"
        row.fault("Mã người lao động", message)
    indicator, points = _scored(row, year, rules)
    if attested_on is not None and attested_on > today:
        row.fault("Ngày xác nhận", f"{written(attested_on)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if attested_on is not None and year is not None and attested_on < date(year, 1, 1):
        row.fault("Ngày xác nhận", f"{written(attested_on)} trước năm đánh giá {year}; sửa ngày hoặc năm")
    role = row.choice(AS_WHAT, _ROLES)
    if indicator is not None and attested_on is not None and row.ok:
        not_theirs = rules.parting(attested_on).told(() if role is None else (role,), indicator)
        if not_theirs is not None:
            row.fault(AS_WHAT if role is None else "Chỉ số", not_theirs)
    person = people.get(number or "")
    if person is not None and attested_by is not None and attested_by.casefold() in _names(person):
        message = "không ai xác nhận cho chính mình; nếu chỉ trùng họ tên thì ghi thêm chức vụ"
        row.fault("Người xác nhận", message)
    if person is None or year is None or indicator is None or attested_on is None:
        return None, None
    subject = (person.id, year, indicator, attested_on)
    if not row.ok or points is None or attested_by is None or basis is None:
        return subject, None
    return subject, Vouched(person.id, year, indicator, points, attested_by, attested_on, basis)


def _names(person: Person) -> tuple[str, str]:
    return (person.number.casefold(), person.full_name.casefold())


def _scored(row: Row, year: int | None, rules: _Rules) -> tuple[str | None, int | None]:
    """The indicator and its points, checked against the criteria set of the year."""
    words = row.text("Chỉ số")
    most = None if year is None else rules.of(year)
    if year is not None and most is None:
        message = f"không có bộ tiêu chí nào có hiệu lực cho năm {year}; sửa năm, hoặc nạp bộ tiêu chí của năm đó"
        row.fault("Năm", message)
    indicator = None
    if words is not None and most is not None:
        indicator = next((known for known in most if known.casefold() == words.casefold()), None)
        if indicator is None:
            row.fault("Chỉ số", f"“{words}” không có trong bộ tiêu chí; ghi một trong: {', '.join(most)}")
    at_most = most[indicator] if most is not None and indicator is not None else 100
    return indicator, row.number_of("Điểm", at_least=0, at_most=at_most)


def _last(session: Session, tenant: UUID, programme: str, worker_ids: Collection[UUID]) -> dict[_Subject, Vouched]:
    """What was last recorded of each subject. An earlier record of the same day no longer counts (`Attested`), so that
    saying again what it said is saying something new."""
    rows = session.execute(
        sa.select(
            Attestation.worker_id,
            Attestation.year,
            Attestation.indicator,
            Attestation.points,
            Attestation.attested_by,
            Attestation.attested_on,
            Attestation.basis,
        )
        .where(
            Attestation.tenant_id == tenant,
            Attestation.programme == programme,
            among(session, Attestation.worker_id, worker_ids),
        )
        .order_by(Attestation.recorded, Attestation.points.desc())
    )
    return {(*vouched.subject, vouched.attested_on): vouched for vouched in (Vouched(*row) for row in rows)}
