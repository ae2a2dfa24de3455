"""Importing a roster: who is employed where from when to when, and by which accounts they learn.

Every fault of the file is told at once, by row and column, and then nothing goes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, csv_files
from certification.csv_files import ImportResult, Row, written
from certification.evidence import feed
from certification.judgement import judging
from certification.models import Employment, Worker, WorkerIdentifier
from certification.people import identifiers, workers
from certification.people.identifiers import Opaque
from certification.people.workers import Person
from certification.rules.criteria import AUDIENCE
from certification.units import organizations
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["HEADINGS", "import_roster"]

HEADINGS = (
    "Mã người lao động",
    "Họ và tên",
    "Giới tính",
    "Mã doanh nghiệp",
    "Ngày vào làm",
    "Ngày nghỉ việc",
    "Chức danh",
    "Đoàn viên",
    "Cán bộ công đoàn",
    "Tài khoản học tập",
)
GENDERS: Mapping[str, str | None] = {"nữ": "female", "nam": "male", "": None}
GENDER_NAMES = {"female": "nữ", "male": "nam", None: "không ghi"}
YES_OR_NO = {"có": True, "x": True, "1": True, "không": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class _Job:
    """An employment as a row of the roster tells it."""

    enterprise: str
    started: date
    ended: date | None
    position: str | None
    union_member: bool
    union_cadre: bool

    def overlaps(self, other: _Job) -> bool:
        return self.started <= (other.ended or date.max) and other.started <= (self.ended or date.max)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the roster that names somebody. `job` is None when the row is at fault, which ends the import; until
    then it is held against the other rows, so that all faults are told at once."""

    row: Row
    number: str
    full_name: str
    gender: str | None
    job: _Job | None
    accounts: tuple[tuple[str, ...], ...]
    """Each account with the opaque one that may stand for it."""

    @property
    def ifis(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ifi for account in self.accounts for ifi in account))


@dataclass(slots=True)
class _Writes:
    """What an import has to write."""

    workers: list[dict[str, Any]] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    ended_jobs: list[dict[str, Any]] = field(default_factory=list)
    identifiers: list[dict[str, Any]] = field(default_factory=list)
    concerned: set[UUID] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def import_roster(
    session: Session, tenant: UUID, data: bytes, *, now: datetime, opaque: Opaque | None = None
) -> ImportResult:
    """Takes in a CSV file of employments (docs/imports.md), counted by row, in some dozen SQL commands.

    A row adds to what is known or corrects it: an employment of the same worker in the same enterprise that overlaps
    the one told is replaced by it. Who is not in the file stays as is. Statements that waited for an account on the
    roster become facts, and whoever changed is to be judged again. With `opaque`, who is on the roster by a mail
    address is found under its opaque account too. Raises ImportFaults with every fault; nothing was changed then. May
    be called again with the same file.
    """
    sheet = csv_files.read(data, HEADINGS)
    bulk.import_alone(session, tenant)
    enterprises = organizations.enterprises(session, tenant)
    entries = [entry for row in sheet.rows if (entry := _entry(row, enterprises, opaque)) is not None]
    _check_people(entries)
    _check_accounts_in_file(entries)
    owners = workers.owners(session, tenant, {ifi for entry in entries for ifi in entry.ifis})
    for entry in entries:
        for account in entry.accounts:
            taken = [(ifi, owners[ifi].number) for ifi in account if ifi in owners]
            for ifi, number in [one for one in taken if one[1] != entry.number][:1]:
                message = f"tài khoản “{ifi}” đã thuộc người lao động “{number}” trong hệ thống; kiểm tra lại"
                entry.row.fault("Tài khoản học tập", message)
    sheet.refuse_faulty()

    people = workers.known_workers(session, tenant, {entry.number for entry in entries})
    jobs = _stored_jobs(session, tenant, [person.id for person in people.values()])
    writes = _Writes()
    created = changed = 0
    for entry in entries:
        match _take_in(tenant, entry, people, jobs, owners, enterprises, writes, now):
            case "created":
                created += 1
            case "changed":
                changed += 1
    _write(session, tenant, writes, now)
    return ImportResult(created, changed, len(entries) - created - changed, tuple(writes.notes))


def _entry(row: Row, enterprises: Mapping[str, Node], opaque: Opaque | None) -> _Entry | None:
    number = row.text("Mã người lao động", at_most=100)
    full_name = row.text("Họ và tên", at_most=200)
    gender = row.choice("Giới tính", GENDERS)
    enterprise = row.text("Mã doanh nghiệp")
    started = row.day("Ngày vào làm")
    ended = row.optional_day("Ngày nghỉ việc")
    position = row.optional_text("Chức danh")
    member = row.choice("Đoàn viên", YES_OR_NO)
    cadre = row.choice("Cán bộ công đoàn", YES_OR_NO)
    accounts = _accounts(row, opaque)
    if enterprise is not None and enterprise not in enterprises:
        message = f"không có doanh nghiệp nào mang mã “{enterprise}”; sửa mã, hoặc nhập đơn vị đó trước"
        row.fault("Mã doanh nghiệp", message)
    elif enterprise is not None and started is not None:
        last = enterprises[enterprise].exists_to
        if last is not None and started > last:
            message = f"doanh nghiệp “{enterprise}” đã kết thúc ngày {written(last)}; sửa ngày hoặc mã doanh nghiệp"
            row.fault("Ngày vào làm", message)
    if started and ended and ended < started:
        message = f"{written(ended)} trước ngày vào làm {written(started)}; sửa một trong hai ngày"
        row.fault("Ngày nghỉ việc", message)
    if number is None or full_name is None:
        return None
    job = None
    if row.ok and enterprise is not None and started is not None:
        job = _Job(enterprise, started, ended, position, bool(member), bool(cadre))
    return _Entry(row, number, full_name, gender, job, accounts)


def _accounts(row: Row, opaque: Opaque | None) -> tuple[tuple[str, ...], ...]:
    """The accounts in a cell, separated by spaces, each with the opaque one that may stand for it."""
    found: list[tuple[str, ...]] = []
    for text in identifiers.parts(row.optional_text("Tài khoản học tập", at_most=2000) or ""):
        try:
            found.append(identifiers.kept_as(identifiers.read(text), opaque))
        except identifiers.NoIdentifier as error:
            row.fault("Tài khoản học tập", str(error))
    return tuple(dict.fromkeys(found))


def _check_people(entries: Iterable[_Entry]) -> None:
    """One number is one person, with one name; and is employed once at a time in one enterprise."""
    first: dict[str, _Entry] = {}
    jobs: dict[tuple[str, str], list[tuple[Row, _Job]]] = defaultdict(list)
    for entry in entries:
        known = first.setdefault(entry.number, entry)
        if known.full_name != entry.full_name:
            message = (
                f"mã “{entry.number}” ở dòng {known.row.number} là “{known.full_name}”, ở đây là “{entry.full_name}”; "
                f"mỗi mã chỉ của một người, sửa mã hoặc họ tên"
            )
            entry.row.fault("Họ và tên", message)
        elif known.job and entry.job and known.gender != entry.gender:
            before = GENDER_NAMES[known.gender]
            entry.row.fault(
                "Giới tính", f"dòng {known.row.number} ghi “{before}” cho cùng mã “{entry.number}”; sửa cho khớp"
            )
        if entry.job is None:
            continue
        same = jobs[entry.number, entry.job.enterprise]
        overlapped = next((row for row, job in same if job.overlaps(entry.job)), None)
        if overlapped is not None:
            message = (
                f"người lao động “{entry.number}” đã có ở dòng {overlapped.number} trong cùng doanh nghiệp và cùng "
                f"thời gian; xoá một dòng, hoặc ghi ngày nghỉ việc của lần làm trước"
            )
            entry.row.fault("Mã người lao động", message)
        same.append((entry.row, entry.job))


def _check_accounts_in_file(entries: Iterable[_Entry]) -> None:
    first: dict[str, _Entry] = {}
    for entry in entries:
        for account in entry.accounts:
            told = [(ifi, first.setdefault(ifi, entry)) for ifi in account]
            for ifi, known in [one for one in told if one[1].number != entry.number][:1]:
                message = f"tài khoản “{ifi}” đã ghi cho “{known.number}” ở dòng {known.row.number}; xoá ở một dòng"
                entry.row.fault("Tài khoản học tập", message)


_Jobs = dict[tuple[UUID, UUID], dict[date, tuple[Any, ...]]]
"""Stored employments by worker and enterprise, then by first day: (ended, position, audience, member, cadre)."""


def _stored_jobs(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> _Jobs:
    rows = session.execute(
        sa.select(
            Employment.worker_id,
            Employment.enterprise_id,
            Employment.started,
            Employment.ended,
            Employment.position,
            Employment.audience,
            Employment.union_member,
            Employment.union_cadre,
        ).where(Employment.tenant_id == tenant, among(session, Employment.worker_id, worker_ids))
    )
    jobs: _Jobs = defaultdict(dict)
    for worker_id, enterprise_id, started, *rest in rows:
        jobs[worker_id, enterprise_id][started] = tuple(rest)
    return jobs


def _take_in(
    tenant: UUID,
    entry: _Entry,
    people: dict[str, Person],
    jobs: _Jobs,
    owners: dict[str, Person],
    enterprises: Mapping[str, Node],
    writes: _Writes,
    now: datetime,
) -> str:
    """Adds to `writes` what one row changes, and notes it in `people`, `jobs` and `owners`; says which it was."""
    outcome = "unchanged"
    person = people.get(entry.number)
    told = Person(person.id if person else new_id(), entry.number, entry.full_name, entry.gender)
    if person is not None and person.number != entry.number:
        told = person  # a number that was merged says where somebody works, and no more what the person is called
    if person is None:
        writes.workers.append(
            {
                "id": told.id,
                "tenant_id": tenant,
                "number": told.number,
                "full_name": told.full_name,
                "gender": told.gender,
            }
        )
        outcome = "created"
    elif person != told:
        writes.renamed.append({"of_id": told.id, "full_name": told.full_name, "gender": told.gender})
        if person.full_name != told.full_name:
            before = f"“{person.full_name}” thành “{told.full_name}”"
            writes.notes.append(
                f"Dòng {entry.row.number}: mã “{told.number}” đổi họ tên từ {before}; kiểm tra cùng một người"
            )
        outcome = "changed"
    people[entry.number] = told

    job = entry.job
    assert job is not None  # noqa: S101 — a row at fault ended the import
    enterprise_id = enterprises[job.enterprise].id
    stored = jobs[told.id, enterprise_id]
    details = (job.ended, job.position, AUDIENCE, job.union_member, job.union_cadre)
    if stored.get(job.started) != details:
        replaced = [
            first_day
            for first_day, (ended, *_rest) in stored.items()
            if first_day <= (job.ended or date.max) and job.started <= (ended or date.max)
        ]
        for first_day in replaced:
            del stored[first_day]
            writes.ended_jobs.append({"of_worker": told.id, "of_enterprise": enterprise_id, "of_day": first_day})
        stored[job.started] = details
        writes.jobs.append(
            {
                "worker_id": told.id,
                "tenant_id": tenant,
                "enterprise_id": enterprise_id,
                "started": job.started,
                "ended": job.ended,
                "position": job.position,
                "audience": AUDIENCE,
                "union_member": job.union_member,
                "union_cadre": job.union_cadre,
            }
        )
        if outcome == "unchanged":
            outcome = "changed" if replaced else "created"
    for ifi in entry.ifis:
        if ifi not in owners:
            owners[ifi] = told
            writes.identifiers.append(workers.link_row(tenant, ifi, told.id, now, basis="roster"))
            outcome = "changed" if outcome == "unchanged" else outcome
    if outcome != "unchanged":
        writes.concerned.add(told.id)
    return outcome


def _write(session: Session, tenant: UUID, writes: _Writes, now: datetime) -> None:
    people: Any = Worker.__table__
    employed: Any = Employment.__table__
    bulk.insert(session, Worker, writes.workers)
    # In order of id, as judging locks workers, so that on PostgreSQL neither waits for the other half-way.
    if renamed := sorted(writes.renamed, key=lambda row: row["of_id"]):
        session.execute(sa.update(people).where(people.c.id == sa.bindparam("of_id")), renamed)
    if ended := sorted(writes.ended_jobs, key=lambda row: (row["of_worker"], row["of_enterprise"], row["of_day"])):
        session.execute(
            sa.delete(employed).where(
                employed.c.worker_id == sa.bindparam("of_worker"),
                employed.c.enterprise_id == sa.bindparam("of_enterprise"),
                employed.c.started == sa.bindparam("of_day"),
            ),
            ended,
        )
    bulk.insert(session, Employment, writes.jobs)
    bulk.insert(session, WorkerIdentifier, writes.identifiers)
    year = vietnam_day(now).year
    judging.mark_stale(session, tenant, [(worker_id, year) for worker_id in writes.concerned])
    # Asked for every new link, not only for those with waiting Statements seen now: `release` first waits for whoever
    # is following the feed, and so sees what that one leaves waiting.
    if writes.identifiers:
        feed.release(session, tenant, *[row["ifi"] for row in writes.identifiers])
