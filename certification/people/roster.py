"""Taking in a roster: what its rows change, told beforehand or done, a few thousand people at a time.

What a row changes is in `roster_changes`. Who is not in the file stays as is, unless the file is said to be the whole
of an enterprise: then whoever is missing is listed, and ended only where a last day is given. The number of SQL
commands grows with the chunks and not with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from itertools import chain
from uuid import UUID

from certification import bulk
from certification.people import leavers, linking, national_numbers, own_people, workers
from certification.people.identifiers import Opaque
from certification.people.national_numbers import Keys
from certification.people.roster_changes import Report, RosterImport
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
from certification.people.roster_journal import Journal
from certification.people.workers import Known, everybody
from certification.spreadsheets import Fault, ImportFaults, ImportResult, written
from certification.units import organizations
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["COLUMNS", "HEADINGS", "import_roster", "take_in"]

CHUNK = 2_500
"""So many people are looked up and written at a time."""

MOST_NOTES = 1_000


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
    union_roles_too: bool = False,
    journal: Journal | None = None,
) -> Report:
    """Takes in what a roster says, or with `dry_run` only finds out what that would come to; a session for reading is
    enough then.

    With any fault it raises ImportFaults with all of them, and nothing was changed; with `good_rows` the rows at fault,
    and those that contradict them, are left out instead, unless the file could not be read to its end. `whole_of` are
    codes of enterprises whose whole staff the file is (none: of all that it names): those missing are listed, and with
    `last_day` their employment ends on it. Statements that waited for an account on the roster become facts, and
    whoever changed is to be judged again. `keys` are needed where the roster has national numbers. May be
    called again with the same roster. With `within`, ids of enterprises, it may be about these and their own people
    alone (`own_people`); all others are as if there were none; of workers who are known it may then say who is a
    member or cadre of the union only with `union_roles_too`. What it changes is told to the `journal`, which keeps it;
    ending those who are missing is not among it.
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
        ids = {code: node.id for code, node in enterprises.items()}
        own_people.check(session, tenant, roster, ids, today, union_roles_too=union_roles_too)
    if not good_rows and roster.sheet.faults:
        _check_accounts(session, tenant, roster, own)
        raise roster.refusal()
    if not roster.sheet.is_whole:
        raise roster.refusal()
    named = roster.named() if whole_of is not None else {}
    whole = _whole(roster, named, whole_of, enterprises, last_day, today)
    with nullcontext() if dry_run else session.begin_nested():
        owned = _check_accounts(session, tenant, roster, own)
        if not good_rows and roster.sheet.faults:
            raise roster.refusal()
        roster.drop_refused()
        numbered = keys is not None and roster.sheet.has(NATIONAL_NUMBER)
        sealed = numbered and national_numbers.seals(session, tenant)
        if keys is not None and numbered:
            keys = national_numbers.in_force(session, tenant, keys)
        work = RosterImport(
            session, tenant, roster, enterprises, owned, keys, sealed, now, today, dry_run, with_changes, own, journal
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
        if journal is not None and not dry_run:
            journal.write(session, tenant)
    report.notes = [*roster.sheet.notes, *report.notes[:MOST_NOTES]]
    report.refused = tuple(sorted(roster.sheet.faulty))
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
        owners = linking.owners(session, tenant, part)
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
    """The entries in chunks, all of one number together and one after the other in time: in whatever order the rows
    stand, a position follows the one before it."""
    entries.sort(key=lambda entry: (entry.number, entry.started, entry.row))
    start = 0
    while start < len(entries):
        end = min(start + CHUNK, len(entries))
        while end < len(entries) and entries[end].number == entries[end - 1].number:
            end += 1
        yield entries[start:end]
        start = end
