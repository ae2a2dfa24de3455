"""Taking in a roster: what its rows change, told beforehand or done, a few thousand people at a time.

A row adds to what is known or corrects it: an employment of the same worker in the same enterprise that overlaps the
one told is replaced by it. Who is not in the file stays as is, unless the file is said to be the whole of an
enterprise: then whoever is missing is listed, and ended only where a last day is given. The number of SQL commands
grows with the chunks and not with the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evidence import feed
from certification.judgement import judging
from certification.judgement.causes import Cause
from certification.models import Audience, Employment, NationalNumber, UnionRole, Worker, WorkerIdentifier
from certification.people import audiences, leavers, national_numbers, own_people, union_roles, workers
from certification.people.identifiers import Opaque
from certification.people.leavers import Leaver
from certification.people.national_numbers import Keys
from certification.people.roster_file import (
    ACCOUNTS,
    COLUMNS,
    ENTERPRISE,
    HEADINGS,
    NATIONAL_NUMBER,
    STARTED,
    Entry,
    Roster,
    read_roster,
)
from certification.people.union_roles import CADRE, MEMBER, Periods
from certification.people.workers import Known, Person, everybody
from certification.spreadsheets import Fault, ImportFaults, ImportResult, written
from certification.targets.marks import EVERY_YEAR, mark_uncounted
from certification.units import organizations
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["COLUMNS", "HEADINGS", "Change", "Report", "import_roster", "take_in"]

CHUNK = 2_500
"""So many people are looked up and written at a time."""

MOST_NOTES = 1_000


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


def import_roster(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    now: datetime,
    opaque: Opaque | None = None,
    keys: Keys | None = None,
) -> ImportResult:
    """Takes in a file of employments (docs/imports.md), counted by row: all of it, or raises ImportFaults with every
    fault; nothing was changed then. May be called again with the same file. As `take_in`."""
    roster = read_roster(data, today=vietnam_day(now), opaque=opaque)
    return take_in(session, tenant, roster, now=now, keys=keys).result


def take_in(
    session: Session,
    tenant: UUID,
    roster: Roster,
    *,
    now: datetime,
    keys: Keys | None = None,
    dry_run: bool = False,
    good_rows: bool = False,
    whole_of: Collection[str] | None = None,
    last_day: date | None = None,
    with_changes: bool = False,
    progress: Callable[[int], None] | None = None,
    within: Collection[UUID] | None = None,
) -> Report:
    """Takes in what a roster says, or with `dry_run` only finds out what that would come to; a session for reading is
    enough then.

    With any fault it raises ImportFaults with all of them, and nothing was changed; with `good_rows` the rows at fault,
    and those that contradict them, are left out instead, unless the file could not be read to its end. `whole_of` are
    codes of enterprises whose whole staff the file is (none: of all that it names): those missing are listed, and with
    `last_day` their employment ends on it. Statements that waited for an account on the roster become facts, and
    whoever changed is to be judged again. `keys` are needed where the roster has national numbers. May be
    called again with the same roster. With `within`, ids of enterprises, it may be about these and their own people
    alone (`own_people`); all others are as if there were none.
    """
    if roster.sheet.has(NATIONAL_NUMBER) and keys is None:
        raise ValueError("a roster with national numbers needs the keys to hash them with")
    today = vietnam_day(now)
    if not dry_run:
        bulk.import_alone(session, tenant)
    enterprises = organizations.enterprises(session, tenant)
    own: Known = everybody
    if within is not None:
        enterprises = {code: node for code, node in enterprises.items() if node.id in within}
        own = own_people.known(session, tenant, within)
    _check_enterprises(roster, enterprises)
    if within is not None:
        own_people.check(session, tenant, roster, within, today)
    if not good_rows and roster.sheet.faults:
        _check_accounts(session, tenant, roster, own)
        raise ImportFaults(roster.sheet.all_faults())
    if not roster.sheet.is_whole:
        raise ImportFaults(roster.sheet.all_faults())
    named = roster.named() if whole_of is not None else {}
    whole = _whole(roster, named, whole_of, enterprises, last_day, today)
    with nullcontext() if dry_run else session.begin_nested():
        owned = _check_accounts(session, tenant, roster, own)
        if not good_rows and roster.sheet.faults:
            raise ImportFaults(roster.sheet.all_faults())
        roster.drop_refused()
        sealed = keys is not None and roster.sheet.has(NATIONAL_NUMBER) and national_numbers.seals(session, tenant)
        work = _Import(
            session, tenant, roster, enterprises, owned, keys, sealed, now, today, dry_run, with_changes, own
        )
        for chunk in _by_person(roster.entries):
            work.take(chunk)
            if progress is not None:
                progress(len(chunk))
        report = work.report
        report.missing = tuple(leavers.missing(session, tenant, whole, named, today)) if whole else ()
        if report.missing and last_day is not None:
            gone = [one for one in report.missing if one.started <= last_day]
            report.ended = len(gone)
            if not dry_run:
                leavers.end(session, tenant, gone, last_day, now=now)
    report.notes = report.notes[:MOST_NOTES]
    report.refused = tuple(sorted(roster.sheet.faulty | roster.refused))
    report.faults = ImportFaults(roster.sheet.all_faults()).faults
    report.changes.sort(key=lambda change: change.row)
    return report


# ---------------------------------------------------------------- checks against what is there


def _check_enterprises(roster: Roster, enterprises: Mapping[str, Node]) -> None:
    told = ((entry.row, entry.number, entry.enterprise, entry.started) for entry in roster.entries)
    for row, _number, enterprise, started in chain(roster.places, told):
        node = enterprises.get(enterprise)
        if node is None:
            message = f"không có doanh nghiệp nào mang mã “{enterprise}”; sửa mã, hoặc nhập đơn vị đó trước"
            roster.sheet.fault(row, ENTERPRISE, message)
        elif started is not None and node.exists_to is not None and started > node.exists_to:
            last = written(node.exists_to)
            message = f"doanh nghiệp “{enterprise}” đã kết thúc ngày {last}; sửa ngày hoặc mã doanh nghiệp"
            roster.sheet.fault(row, STARTED, message)


def _check_accounts(session: Session, tenant: UUID, roster: Roster, own: Known) -> set[str]:
    """Nobody's account is somebody else's already. Gives the accounts that somebody has."""
    owned: set[str] = set()
    told = list(roster.accounts.items())
    for start in range(0, len(told), CHUNK):
        part = dict(told[start : start + CHUNK])
        known = workers.known_workers(session, tenant, {one.number for one in part.values()})
        refused: set[tuple[int, UUID]] = set()
        owners = workers.owners(session, tenant, part)
        owned.update(ifi for ifi in part if ifi in owners)
        seen = own({owner.id for owner in owners.values()})
        for ifi, owner in owners.items():
            number, row = part[ifi].number, part[ifi].row
            person = known.get(number)
            if (person is None or person.id != owner.id) and (row, owner.id) not in refused:
                refused.add((row, owner.id))
                whose = f"người lao động “{owner.number}”" if owner.id in seen else "người khác"
                message = f"tài khoản “{ifi}” đã thuộc {whose} trong hệ thống; kiểm tra lại"
                roster.sheet.fault(row, ACCOUNTS, message)
    return owned


def _whole(
    roster: Roster,
    named: Collection[str],
    asked: Collection[str] | None,
    enterprises: Mapping[str, Node],
    last_day: date | None,
    today: date,
) -> dict[str, Node]:
    """The enterprises whose whole staff the file is. Raises ImportFaults where it cannot be told who is missing."""
    if asked is None:
        return {}
    faults = []
    codes = list(asked) or [code for code in named if code in enterprises]
    for code in codes:
        if code not in enterprises:
            faults.append(
                Fault(0, "", f"không có doanh nghiệp nào mang mã “{code}”; sửa mã doanh nghiệp của danh sách đủ")
            )
    if last_day is not None and last_day > today:
        message = f"ngày nghỉ việc {written(last_day)} của người vắng mặt chưa tới; ghi ngày không sau hôm nay"
        faults.append(Fault(0, "", message))
    if last_day is not None:
        faults += [
            Fault(row, "", "không rõ mã người lao động hoặc doanh nghiệp, nên không thể biết ai vắng mặt; sửa dòng này")
            for row in roster.unnamed
        ]
    if faults:
        raise ImportFaults(faults)
    return {code: enterprises[code] for code in codes}


def _by_person(entries: list[Entry]) -> Iterator[Sequence[Entry]]:
    """The entries in chunks, all of one number together."""
    entries.sort(key=lambda entry: (entry.number, entry.row))
    start = 0
    while start < len(entries):
        end = min(start + CHUNK, len(entries))
        while end < len(entries) and entries[end].number == entries[end - 1].number:
            end += 1
        yield entries[start:end]
        start = end


# ---------------------------------------------------------------- what the rows change


_Job = tuple[date | None, str | None]
"""Last day and position of an employment."""


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
class _Import:
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
    report: Report = field(default_factory=Report)

    def take(self, entries: Sequence[Entry]) -> None:
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
            _write(self.session, self.tenant, writes, self.now, self.today)

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
                    "gender": person.gender,
                }
            )
            said.append("người mới")
        elif person.number == entry.number:
            said += self._rename(entry, person, known, writes)
        replaced, added = self._employ(entry, person.id, known, writes, said)
        self._give_roles(entry, person.id, known, writes, said, is_new=added and not replaced)
        self._give_audience(entry, person.id, known, writes, said)
        self._give_number(entry, person.id, known, writes, said)
        for ifi in entry.accounts:
            if ifi not in self.owned:
                self.owned.add(ifi)
                writes.identifiers.append(workers.link_row(self.tenant, ifi, person.id, self.now, basis="roster"))
                said.append(f"thêm tài khoản {ifi}")
        if not said:
            return []
        writes.concerned.add(person.id)
        return ["new" if is_new or (added and not replaced) else "changed", *said]

    def _rename(self, entry: Entry, person: Person, known: _Known, writes: _Writes) -> list[str]:
        gender = entry.gender if self.roster.sheet.has("Giới tính") else person.gender
        told = Person(person.id, person.number, entry.full_name, gender)
        if told == person:
            return []
        known.people[entry.number] = told
        writes.renamed.append({"of_id": told.id, "full_name": told.full_name, "gender": told.gender})
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

    def _employ(
        self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str]
    ) -> tuple[bool, bool]:
        """Whether the row takes the place of an employment that was known, and whether it changes any."""
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
            return True, False
        for day, job in overlapped:
            del stored[day]
            writes.ended_jobs.append({"of_worker": worker_id, "of_enterprise": enterprise_id, "of_day": day})
            said += _differences(day, job, entry.started, told)
        if not overlapped:
            said.append(f"vào làm ở {entry.enterprise} từ {written(entry.started)}")
            if entry.ended is not None:
                said.append(f"nghỉ việc {written(entry.ended)}")
        stored[entry.started] = told
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
        return bool(overlapped), True

    def _give_roles(
        self, entry: Entry, worker_id: UUID, known: _Known, writes: _Writes, said: list[str], *, is_new: bool
    ) -> None:
        enterprise_id = self.enterprises[entry.enterprise].id
        for role, told, name in ((MEMBER, entry.member, "đoàn viên"), (CADRE, entry.cadre, "cán bộ công đoàn")):
            key = (worker_id, enterprise_id, role)
            before = known.roles.get(key, {})
            if not before and (told is None or not told.holds):
                continue
            after = union_roles.laid_over(
                before, told, started=entry.started, ended=entry.ended, is_new=is_new, today=self.today
            )
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
            ).where(Employment.tenant_id == tenant, among(session, Employment.worker_id, worker_ids))
        )
        for worker_id, enterprise_id, started, ended, position in rows:
            jobs[worker_id, enterprise_id][started] = (ended, position)
    return jobs


# ---------------------------------------------------------------- writing


def _write(session: Session, tenant: UUID, writes: _Writes, now: datetime, today: date) -> None:
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
    judging.mark_stale(session, tenant, concerned, cause=Cause.EMPLOYMENT)
    mark_uncounted(session, tenant, [(worker_id, EVERY_YEAR) for worker_id in writes.concerned])
    # Asked for every new link, not only for those with waiting Statements seen now: `release` first waits for whoever
    # is following the feed, and so sees what that one leaves waiting.
    if writes.identifiers:
        feed.release(session, tenant, *[row["ifi"] for row in writes.identifiers])
