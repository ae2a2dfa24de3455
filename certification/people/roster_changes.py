"""What the rows of a roster change, told in the report or written, a few thousand people at a time (`roster`).

A row adds to what is known or corrects it: an employment of the same worker in the same enterprise that overlaps the
one told is replaced by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.evidence import feed
from certification.marks import EVERY_YEAR, Cause, mark_uncounted
from certification.models import Audience, Employment, NationalNumber, UnionRole, Worker, WorkerIdentifier
from certification.people import audiences, linking, names, national_numbers, union_roles, workers
from certification.people.leavers import Leaver
from certification.people.national_numbers import Keys
from certification.people.roster_file import Entry, Roster
from certification.people.roster_journal import Journal
from certification.people.union_roles import CADRE, MEMBER, Periods
from certification.people.workers import Known, Person
from certification.spreadsheets import Fault, ImportResult, written
from certification.units.trees import Node
from lrs.db import Session, among, beside, new_id

__all__ = ["Change", "Report", "RosterImport"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes: `kind` is new, changed or unchanged; `what` says it in Vietnamese."""

    row: int
    number: str
    full_name: str
    kind: str
    what: str


@dataclass(slots=True)
class Report:
    """What taking in a roster came to, or would.

    `faults` are those of the rows left out (`refused`, by number), which there are with good rows only. `missing` are
    those not in a file that is the whole of their enterprise, `ended` how many of them were ended. `changes` are
    kept where they were asked for.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)
    faults: tuple[Fault, ...] = ()
    refused: tuple[int, ...] = ()
    missing: tuple[Leaver, ...] = ()
    ended: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def result(self) -> ImportResult:
        return ImportResult(self.created, self.changed, self.unchanged, tuple(self.notes))


_Job = tuple[date | None, str | None]
"""Last day and position of an employment."""


@dataclass(frozen=True, slots=True)
class _Employed:
    """What became of the employment that a row tells: a new one, or in place of those that began on these days."""

    is_new: bool
    corrected: tuple[date, ...] = ()


@dataclass(slots=True)
class _Writes:
    """What a chunk has to write."""

    workers: list[dict[str, Any]] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    ended_jobs: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)
    ended_roles: list[dict[str, Any]] = field(default_factory=list)
    audiences: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[dict[str, Any]] = field(default_factory=list)
    identifiers: list[dict[str, Any]] = field(default_factory=list)
    concerned: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class _Known:
    """What is known of the people of a chunk."""

    people: dict[str, Person]
    jobs: dict[tuple[UUID, UUID], dict[date, _Job]]
    roles: dict[tuple[UUID, UUID, str], dict[date, date | None]]
    audiences: dict[UUID, dict[int, str]]
    numbers: dict[tuple[UUID, str], tuple[str, bool]]
    holders: dict[str, list[tuple[UUID, str]]]


@dataclass(slots=True)
class RosterImport:
    """Takes in the entries of a roster, some at a time, all of one number together. With `dry_run` nothing is written;
    with `with_changes` the report tells of every row that changes something."""

    session: Session
    tenant: UUID
    roster: Roster
    enterprises: Mapping[str, Node]
    owned: set[str]
    """Accounts that somebody has."""
    keys: Keys | None
    sealed: bool
    now: datetime
    today: date
    dry_run: bool
    with_changes: bool
    own: Known
    journal: Journal | None = None
    """Where what is changed is told, so that it can be undone."""
    report: Report = field(default_factory=Report)

    def take(self, entries: Sequence[Entry]) -> None:
        """Takes in these entries: a number of SQL commands that does not grow with them."""
        known = self._look_up(entries)
        writes = _Writes()
        for entry in entries:
            said = self._take_in(entry, known, writes)
            kind = said[0] if said else "unchanged"
            match kind:
                case "new":
                    self.report.created += 1
                case "changed":
                    self.report.changed += 1
                case _:
                    self.report.unchanged += 1
            if self.with_changes and kind != "unchanged":
                what = "; ".join(said[1:])
                self.report.changes.append(Change(entry.row, entry.number, entry.full_name, kind, what))
        if not self.dry_run:
            _write(self.session, self.tenant, writes, self.today)

    def _look_up(self, entries: Sequence[Entry]) -> _Known:
        session, tenant = self.session, self.tenant
        people = workers.known_workers(session, tenant, {entry.number for entry in entries})
        ids = {person.id for person in people.values()}
        has = self.roster.sheet.has
        digests: set[str] = set()
        if self.keys is not None:
            digests = {self.keys.digest(entry.national) for entry in entries if entry.national is not None}
        return _Known(
            people,
            _stored_jobs(session, tenant, ids),
            union_roles.stored(session, tenant, ids) if ids else {},
            audiences.told(session, tenant, ids) if ids and has("Nhóm đối tượng") else {},
            national_numbers.stored(session, tenant, ids) if ids and digests else {},
            self._holders(digests) if digests else {},
        )

    def _holders(self, digests: Collection[str]) -> dict[str, list[tuple[UUID, str]]]:
        """Who has these national numbers, of those known to whoever imports."""
        found = national_numbers.owners(self.session, self.tenant, digests)
        seen = self.own({worker for each in found.values() for worker, _ in each})
        return {digest: [one for one in each if one[0] in seen] for digest, each in found.items()}

    def _take_in(self, entry: Entry, known: _Known, writes: _Writes) -> list[str]:
        """Adds to `writes` what one row changes, and notes it in `known`; gives new or changed, and in what."""
        said: list[str] = []
        person = known.people.get(entry.number)
        is_new = person is None
        if person is None:
            person = Person(new_id(), entry.number, entry.full_name, entry.gender)
            known.people[entry.number] = person
            writes.workers.append(
                {
                    "id": person.id,
                    "tenant_id": self.tenant,
                    "number": person.number,
                    "full_name": person.full_name,
                    **names.columns(person.full_name),
                    "gender": person.gender,
                }
            )
            said.append("người mới")
            if self.journal is not None:
                self.journal.person(person.id, None, [person.full_name, person.gender])
        elif person.number == entry.number:
            said += self._rename(entry, person, known, writes)
        employed = self._employ(entry, person.id, known, writes, said)
        self._give_roles(entry, person.id, known, writes, said, employed)
        self._give_audience(entry, person.id, known, writes, said)
        self._give_number(entry, person.id, known, writes, said)
        for ifi in entry.accounts:
            if ifi not in self.owned:
                self.owned.add(ifi)
                writes.identifiers.append(linking.link_row(self.tenant, ifi, person.id, self.now, basis="roster"))
                if self.journal is not None:
                    self.journal.link(person.id, ifi)
                said.append(f"thêm tài khoản {ifi}")
        if not said:
            return []
        writes.concerned.add(person.id)
        return ["new" if is_new or employed.is_new else "changed", *said]

    def _rename(self, entry: Entry, person: Person, known: _Known, writes: _Writes) -> list[str]:
        gender = entry.gender if self.roster.sheet.has("Giới tính") else person.gender
        told = Person(person.id, person.number, entry.full_name, gender)
        if told == person:
            return []
        known.people[entry.number] = told
        if self.journal is not None:
            before, after = [person.full_name, person.gender], [told.full_name, told.gender]
            self.journal.person(person.id, before, after)
        writes.renamed.append(
            {"of_id": told.id, "full_name": told.full_name, "gender": told.gender, **names.columns(told.full_name)}
        )
        said = []
        if person.full_name != told.full_name:
            change = f"đổi họ tên từ “{person.full_name}” thành “{told.full_name}”"
            self._note(entry.row, f"mã “{told.number}” {change}; kiểm tra cùng một người")
            said.append(change)
        if person.gender != told.gender:
            said.append("đổi giới tính")
        return said

    def _note(self, row: int, message: str) -> None:
        self.report.notes.append(f"Dòng {row}: {message}")

    def _employ(self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str]) -> _Employed:
        enterprise_id = self.enterprises[entry.enterprise].id
        stored = known.jobs.setdefault((worker_id, enterprise_id), {})
        overlapped = [
            (day, job)
            for day, job in stored.items()
            if day <= (entry.ended or date.max) and entry.started <= (job[0] or date.max)
        ]
        position = entry.position
        if overlapped and not self.roster.sheet.has("Chức danh"):
            position = overlapped[-1][1][1]
        told = (entry.ended, position)
        if stored.get(entry.started) == told:
            return _Employed(is_new=False)
        for day, job in overlapped:
            del stored[day]
            writes.ended_jobs.append({"of_worker": worker_id, "of_enterprise": enterprise_id, "of_day": day})
            if self.journal is not None:
                self.journal.job(worker_id, enterprise_id, day, [*job], None)
            said += _differences(day, job, entry.started, told)
        if not overlapped:
            said.append(f"vào làm ở {entry.enterprise} từ {written(entry.started)}")
            if entry.ended is not None:
                said.append(f"nghỉ việc {written(entry.ended)}")
        stored[entry.started] = told
        if self.journal is not None:
            self.journal.job(worker_id, enterprise_id, entry.started, None, [*told])
        writes.jobs.append(
            {
                "worker_id": worker_id,
                "tenant_id": self.tenant,
                "enterprise_id": enterprise_id,
                "started": entry.started,
                "ended": entry.ended,
                "position": position,
            }
        )
        return _Employed(is_new=not overlapped, corrected=tuple(day for day, _job in overlapped))

    def _give_roles(
        self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str], employed: _Employed
    ) -> None:
        enterprise_id = self.enterprises[entry.enterprise].id
        for role, told, name in ((MEMBER, entry.member, "đoàn viên"), (CADRE, entry.cadre, "cán bộ công đoàn")):
            key = (worker_id, enterprise_id, role)
            before = known.roles.get(key, {})
            if not before and (told is None or not told.holds):
                continue
            after = union_roles.laid_over(
                before, told, started=entry.started, ended=entry.ended, today=self.today,
                is_new=employed.is_new, corrected=employed.corrected,
            )  # fmt: skip
            if after == before:
                continue
            known.roles[key] = after
            of_key = {"of_worker": worker_id, "of_enterprise": enterprise_id, "of_role": role}
            writes.ended_roles += [{**of_key, "of_day": day} for day in before if before[day] != after.get(day, day)]
            writes.roles += [
                {
                    "worker_id": worker_id,
                    "tenant_id": self.tenant,
                    "enterprise_id": enterprise_id,
                    "role": role,
                    "started": day,
                    "ended": end,
                }
                for day, end in after.items()
                if day not in before or before[day] != end
            ]
            for day in {*before, *after} if self.journal is not None else ():
                was, is_now = ([one[day]] if day in one else None for one in (before, after))
                if was != is_now and self.journal is not None:
                    self.journal.role(worker_id, enterprise_id, role, day, was, is_now)
            said.append(f"{name}: {_terms(after)}")

    def _give_audience(self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str]) -> None:
        if entry.audience is None:
            return
        by_year = known.audiences.setdefault(worker_id, {})
        year = entry.audience_year
        if year is None and audiences.in_year(by_year, self.today.year) == entry.audience:
            return
        year = self.today.year if year is None else year
        if by_year.get(year) == entry.audience or (
            year not in by_year and audiences.in_year(by_year, year) == entry.audience
        ):
            return
        if self.journal is not None:
            self.journal.audience(worker_id, year, by_year.get(year), entry.audience)
        by_year[year] = entry.audience
        writes.audiences.append(
            {"worker_id": worker_id, "year": year, "tenant_id": self.tenant, "audience": entry.audience}
        )
        said.append(f"nhóm {audiences.AUDIENCES[entry.audience]} từ năm {year}")

    def _give_number(self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str]) -> None:
        if entry.national is None or self.keys is None:
            return
        digest = self.keys.digest(entry.national)
        holders = known.holders.setdefault(digest, [])
        others = [number for holder, number in holders if holder != worker_id]
        if others:
            same = ", ".join(f"“{number}”" for number in others[:3])
            message = f"số định danh {entry.national} của mã “{entry.number}” trùng với mã {same}; kiểm tra kỹ"
            self._note(entry.row, message)
        key = (worker_id, entry.national.kind)
        before = known.numbers.get(key)
        if before is not None and before[0] == digest and (before[1] or not self.sealed):
            return
        if before is not None and before[0] != digest:
            message = f"mã “{entry.number}” đổi số định danh thành {entry.national}; kiểm tra cùng một người"
            self._note(entry.row, message)
        if self.journal is not None and (before is None or before[0] != digest):
            self.journal.number(worker_id, entry.national.kind, before and before[0], digest)
        known.numbers[key] = (digest, self.sealed)
        holders.append((worker_id, entry.number))
        row = national_numbers.row(self.keys, entry.national, worker_id, sealed=self.sealed, now=self.now)
        writes.numbers.append(row)
        said.append(f"số định danh {entry.national}")


def _differences(day: date, job: _Job, started: date, told: _Job) -> list[str]:
    """What becomes of an employment that a row corrects."""
    said = []
    if day != started:
        said.append(f"ngày vào làm {written(day)} thành {written(started)}")
    if job[0] != told[0]:
        said.append(f"nghỉ việc {written(told[0])}" if told[0] else "không nghỉ việc nữa")
    if job[1] != told[1]:
        said.append(f"chức danh thành “{told[1]}”" if told[1] else "bỏ chức danh")
    return said


def _terms(periods: Periods) -> str:
    terms = [f"từ {written(day)}{f' đến {written(end)}' if end else ''}" for day, end in sorted(periods.items())]
    return ", ".join(terms) or "không còn"


def _stored_jobs(
    session: Session, tenant: UUID, worker_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], dict[date, _Job]]:
    """The employments known of these workers by enterprise and first day."""
    jobs: dict[tuple[UUID, UUID], dict[date, _Job]] = defaultdict(dict)
    if worker_ids:
        rows = session.execute(
            sa.select(
                Employment.worker_id,
                Employment.enterprise_id,
                Employment.started,
                Employment.ended,
                Employment.position,
            ).where(beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, worker_ids))
        )
        for worker_id, enterprise_id, started, ended, position in rows:
            jobs[worker_id, enterprise_id][started] = (ended, position)
    return jobs


# ---------------------------------------------------------------- writing


def _write(session: Session, tenant: UUID, writes: _Writes, today: date) -> None:
    people: Any = Worker.__table__
    employed: Any = Employment.__table__
    roles: Any = UnionRole.__table__
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
    if writes.ended_roles:
        session.execute(
            sa.delete(roles).where(
                roles.c.worker_id == sa.bindparam("of_worker"),
                roles.c.enterprise_id == sa.bindparam("of_enterprise"),
                roles.c.role == sa.bindparam("of_role"),
                roles.c.started == sa.bindparam("of_day"),
            ),
            writes.ended_roles,
        )
    bulk.insert(session, UnionRole, writes.roles)
    bulk.upsert(session, Audience, writes.audiences, replacing=["audience"])
    bulk.upsert(session, NationalNumber, writes.numbers, replacing=["digest", "ending", "sealed", "recorded"])
    bulk.insert(session, WorkerIdentifier, writes.identifiers)
    concerned = [(worker_id, today.year) for worker_id in writes.concerned]
    marks.mark_stale(session, tenant, concerned, cause=Cause.EMPLOYMENT)
    mark_uncounted(session, tenant, [(worker_id, EVERY_YEAR) for worker_id in writes.concerned])
    # Asked for every new link, not only for those with waiting Statements seen now: `release` first waits for whoever
    # is following the feed, and so sees what that one leaves waiting.
    if writes.identifiers:
        feed.release(session, tenant, *[row["ifi"] for row in writes.identifiers])
