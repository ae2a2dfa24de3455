"""Roll-calls and paper lists: brought in, corrected, withdrawn; each row a Statement in the organizer's name.

    take_in    a file of a list, new or corrected, or only tried out (`dry_run`)
    withdraw   a whole list
    versions   what became of a list

A list is known by its organizer and the organizer's own code for it. The same file again changes nothing. A corrected
file voids the Statements of rows that are gone and adds those that are new; a row that says the same stays, wherever it
stands. The id of a Statement is a UUIDv5 of the list, and of version and row in which the row first came, so that
doing it again after a break stores nothing twice. Nothing is ever deleted: version, file and row stay, with who and
when.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import attendance, entitlements, issuing, kept_files
from certification.evidence.attendance import Attended
from certification.evidence.attendance_reading import Reading, notes_of, read_rows
from certification.evidence.witnesses import Witness
from certification.models import (
    AttendanceList,
    AttendanceRow,
    AttendanceVersion,
    Base,
)
from certification.people import workers
from certification.people.row_journal import RowJournal
from certification.people.workers import Person
from certification.rules import evidence_mapping
from certification.rules.evidence_mapping import EvidenceMapping
from certification.spreadsheets import Fault, ImportFaults, Sheet, written
from certification.units import organizations
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = [
    "AlreadyWithdrawn",
    "ListResult",
    "UnknownList",
    "Version",
    "list_id_of",
    "people",
    "statement_id",
    "take_in",
    "versions",
    "withdraw",
]

WITHDRAWAL = "withdrawal"
CODE_AT_MOST = 100
REASON_AT_MOST = 2000

_ROW = Base.metadata.tables[AttendanceRow.__tablename__]


class UnknownList(CertificationError):
    """No list of that organizer has this code."""

    def __init__(self, organizer: str, code: str) -> None:
        super().__init__(f"Không có danh sách “{code}” nào của đơn vị “{organizer}”; kiểm tra mã danh sách và đơn vị")


class AlreadyWithdrawn(CertificationError):
    """It was withdrawn before."""

    def __init__(self, code: str, on: date, by: str) -> None:
        super().__init__(f"Danh sách “{code}” đã được rút ngày {written(on)} bởi {by}; không rút lần nữa")


@dataclass(frozen=True, slots=True)
class ListResult:
    """What taking in a list did, or would do (`dry_run`), counted in rows.

    `version` is that of the list now; None when nothing was stored. `left_out` rows are at fault (`faults` say why).
    `notes` are things a person should look at, in Vietnamese.
    """

    list_id: UUID
    version: int | None
    added: int
    removed: int
    unchanged: int
    left_out: int
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    good_rows: int | None = None
    """Of what was only tried: how many rows could be taken in (`ImportFaults.good_rows`)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a list. `kind` is paper, roll_call or withdrawal; `recorded` is UTC."""

    version: int
    kind: str
    sha256: str | None
    file_name: str | None
    added: int
    removed: int
    left_out: int
    reason: str | None
    recorded_by: str
    recorded: datetime


def list_id_of(tenant: UUID, organizer: str, code: str) -> UUID:
    """The id of the list that an organizer calls so."""
    return uuid5(tenant, f"attendance list {organizer} {code.casefold()}")


def take_in(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    organizer: str,
    code: str,
    kind: str,
    file_name: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
    good_rows_only: bool = False,
    dry_run: bool = False,
    reason: str | None = None,
    journal: RowJournal | None = None,
) -> ListResult:
    """Takes in the file of the list that `organizer` (a unit's code) calls `code`, as `kind` paper or roll_call.

    A list that is known already is corrected: `reason` is kept with it. Raises ImportFaults with every fault, unless
    `dry_run` or `good_rows_only`, which answer with the rows left out; a file that cannot be read at all raises always.
    Raises UnknownOrganization, and NoMappingInForce. A number of SQL commands that does not grow with the rows.
    `secret` is the installation's own; a `journal` is told of a new version.
    """
    sheet = attendance.read(data)
    if not dry_run:
        bulk.import_alone(session, tenant)
    unit = _organizer(session, tenant, organizer, code, sheet)
    list_id = list_id_of(tenant, organizer, code)
    before = _latest(session, tenant, list_id)
    content_type = kept_files.kind_of(data) or "text/csv"
    sha256 = kept_files.hash_of(data)
    if before is not None and (before.kind, before.sha256) == (kind, sha256):
        live = _live(session, tenant, list_id)
        return ListResult(list_id, before.version, 0, 0, len(live), before.left_out)
    _refuse_elsewhere(session, tenant, list_id, sha256, sheet)

    reading = Reading(
        session, tenant, witness, unit, kind, now,
        evidence_mapping.mapping_in_force(session, tenant, vietnam_day(now)),
        entitlements.periods(session, tenant, unit.id),
        workers.known_workers(session, tenant, sheet.values(attendance.NUMBER)),
    )  # fmt: skip
    read_rows(reading, sheet)
    faults = tuple(sorted(sheet.all_faults(), key=lambda fault: fault.row))
    if faults and not dry_run and not (good_rows_only and sheet.is_whole):
        raise sheet.refusal(good=len(reading.made))

    live = _live(session, tenant, list_id)
    by_digest = {digest: row for *_, digest in reading.made if (row := live.get(digest)) is not None}
    new = [one for one in reading.made if one[3] not in live]
    gone = [row for digest, row in live.items() if digest not in by_digest]
    notes = (*sheet.notes, *notes_of(reading, len(gone), len(live)))
    counts = {"added": len(new), "removed": len(gone), "left_out": len(sheet.faulty)}
    unchanged = len(reading.made) - len(new)
    if dry_run:
        good = len(reading.made) if sheet.is_whole else None
        return ListResult(list_id, None, unchanged=unchanged, faults=faults, notes=notes, good_rows=good, **counts)
    if not reading.made:
        raise ImportFaults([*faults, Fault(0, "", "không có dòng nào dùng được; sửa tệp rồi nhập lại")])

    version = 1 if before is None else before.version + 1
    if before is None:
        known = {"id": list_id, "tenant_id": tenant, "organizer_id": unit.id, "code": code.strip(), "created": now}
        bulk.insert(session, AttendanceList, [known])
    kept = kept_files.keep(session, tenant, data, content_type, now=now)
    _record(
        session, tenant, list_id, version, kind, witness, now,
        sha256=kept.sha256, file_name=kept_files.safe_name(file_name), reason=reason, **counts,
    )  # fmt: skip
    if journal is not None:
        journal.add({"list": list_id, "version": version, "organizer": unit.code}, None, {}, words=f"“{code.strip()}”")
    identity = issuing.organization_identity(session, tenant, unit.code, unit.name, secret=secret)
    issuing.known_as(session, tenant, {person.number: person for _, person, _, _ in new}.values(), now=now)
    issuing.publish(session, identity, [_placed(one, list_id, version, reading.mapping) for one in new])
    bulk.insert(
        session,
        AttendanceRow,
        [
            {
                "list_id": list_id,
                "added_in": version,
                "row": one.row,
                "tenant_id": tenant,
                "worker_id": person.id,
                "digest": digest,
                "statement_id": statement_id(list_id, version, one.row),
                "removed_in": None,
            }
            for one, person, _, digest in new
        ],
    )
    _remove(session, tenant, list_id, version, gone)
    issuing.void(session, identity, [row.statement_id for row in gone])
    return ListResult(list_id, version, unchanged=unchanged, faults=faults, notes=notes, **counts)


def withdraw(
    session: Session,
    tenant: UUID,
    *,
    organizer: str,
    code: str,
    reason: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
) -> int:
    """Withdraws the whole list: all Statements of it are voided. Gives how many there were.

    It may be brought in again later, as a new version. Raises UnknownOrganization, UnknownList, AlreadyWithdrawn, or
    ImportFaults where the reason is missing.
    """
    bulk.import_alone(session, tenant)
    if not reason.strip() or len(reason) > REASON_AT_MOST:
        raise ImportFaults([Fault(0, "reason", f"ghi lý do rút danh sách, nhiều nhất {REASON_AT_MOST} ký tự")])
    unit = organizations.node(session, tenant, organizer)
    list_id = list_id_of(tenant, organizer, code)
    before = _latest(session, tenant, list_id)
    if before is None:
        raise UnknownList(organizer, code)
    if before.kind == WITHDRAWAL:
        raise AlreadyWithdrawn(code, vietnam_day(before.recorded), before.recorded_by)
    live = list(_live(session, tenant, list_id).values())
    version = before.version + 1
    _record(
        session, tenant, list_id, version, WITHDRAWAL, witness, now,
        sha256=None, file_name=None, reason=reason, added=0, removed=len(live), left_out=0,
    )  # fmt: skip
    _remove(session, tenant, list_id, version, live)
    identity = issuing.organization_identity(session, tenant, unit.code, unit.name, secret=secret)
    issuing.void(session, identity, [row.statement_id for row in live])
    return len(live)


def versions(session: Session, tenant: UUID, organizer: str, code: str) -> list[Version]:
    """What became of a list, oldest first. Raises UnknownList."""
    found = _versions(session, tenant, list_id_of(tenant, organizer, code))
    if not found:
        raise UnknownList(organizer, code)
    return found


def people(session: Session, tenant: UUID, organizer: str, code: str) -> set[UUID]:
    """The workers whom any version of a list names, in one SQL command."""
    of_list = AttendanceRow.tenant_id == tenant, AttendanceRow.list_id == list_id_of(tenant, organizer, code)
    return set(session.scalars(sa.select(AttendanceRow.worker_id).where(*of_list)))


# ---------------------------------------------------------------- checks


def _organizer(session: Session, tenant: UUID, organizer: str, code: str, sheet: Sheet) -> Node:
    if not code.strip() or len(code) > CODE_AT_MOST or not code.isprintable():
        message = f"ghi mã của danh sách (số hiệu, ngày), nhiều nhất {CODE_AT_MOST} ký tự, để sau này sửa hoặc rút"
        sheet.fault(0, "", message)
    return organizations.node(session, tenant, organizer)


def _refuse_elsewhere(session: Session, tenant: UUID, list_id: UUID, sha256: str, sheet: Sheet) -> None:
    """The very same file under another code would count everybody twice."""
    other = _newest(tenant)
    row = session.execute(
        sa.select(AttendanceList.code)
        .join(AttendanceVersion, AttendanceVersion.list_id == AttendanceList.id)
        .where(
            AttendanceVersion.tenant_id == tenant,
            AttendanceVersion.sha256 == sha256,
            AttendanceVersion.list_id != list_id,
            AttendanceVersion.version == other,
        )
    ).first()
    if row is not None:
        sheet.fault(
            0, "", f"tệp này đã được nhập với mã danh sách “{row.code}”; dùng mã đó, hoặc rút danh sách đó trước"
        )


def _newest(tenant: UUID) -> sa.ScalarSelect[int]:
    """The newest version of the list whose row of `certification_attendance_version` is looked at."""
    other = aliased(AttendanceVersion)
    return (
        sa.select(sa.func.max(other.version))
        .where(other.tenant_id == tenant, other.list_id == AttendanceVersion.list_id)
        .scalar_subquery()
    )


# ---------------------------------------------------------------- rows of the tables


def statement_id(list_id: UUID, version: int, row: int) -> UUID:
    return uuid5(list_id, f"{version}/{row}")


def _placed(
    one: tuple[Attended, Person, dict[str, Any], str], list_id: UUID, version: int, mapping: EvidenceMapping
) -> dict[str, Any]:
    """The Statement of a row with its id and its place in the list."""
    said, _, made, _ = one
    source = {"list": str(list_id), "version": version, "row": said.row}
    extensions = {**made["context"]["extensions"], f"{mapping.profile}/extension/source-list": source}
    context = {**made["context"], "extensions": extensions}
    return {**made, "id": str(statement_id(list_id, version, said.row)), "context": context}


def _record(
    session: Session,
    tenant: UUID,
    list_id: UUID,
    version: int,
    kind: str,
    witness: Witness,
    now: datetime,
    **parts: Any,
) -> None:
    row = {"list_id": list_id, "version": version, "tenant_id": tenant, "kind": kind, **parts}
    bulk.insert(session, AttendanceVersion, [{**row, "recorded_by": witness.account, "recorded": now}])


@dataclass(frozen=True, slots=True)
class _LiveRow:
    added_in: int
    row: int
    statement_id: UUID


def _live(session: Session, tenant: UUID, list_id: UUID) -> dict[str, _LiveRow]:
    """The rows of a list that hold, by what they say."""
    rows = session.execute(
        sa.select(AttendanceRow.digest, AttendanceRow.added_in, AttendanceRow.row, AttendanceRow.statement_id).where(
            AttendanceRow.tenant_id == tenant, AttendanceRow.list_id == list_id, AttendanceRow.removed_in.is_(None)
        )
    )
    return {row.digest: _LiveRow(row.added_in, row.row, row.statement_id) for row in rows}


def _remove(session: Session, tenant: UUID, list_id: UUID, version: int, rows: Collection[_LiveRow]) -> None:
    if rows:
        session.execute(
            sa.update(_ROW)
            .where(
                _ROW.c.tenant_id == tenant,
                _ROW.c.list_id == list_id,
                among(session, _ROW.c.statement_id, [row.statement_id for row in rows]),
            )
            .values(removed_in=version)
        )


def _latest(session: Session, tenant: UUID, list_id: UUID) -> Version | None:
    found = _versions(session, tenant, list_id)
    return found[-1] if found else None


def _versions(session: Session, tenant: UUID, list_id: UUID) -> list[Version]:
    rows: Any = session.execute(
        sa.select(
            AttendanceVersion.version,
            AttendanceVersion.kind,
            AttendanceVersion.sha256,
            AttendanceVersion.file_name,
            AttendanceVersion.added,
            AttendanceVersion.removed,
            AttendanceVersion.left_out,
            AttendanceVersion.reason,
            AttendanceVersion.recorded_by,
            AttendanceVersion.recorded,
        )
        .where(AttendanceVersion.tenant_id == tenant, AttendanceVersion.list_id == list_id)
        .order_by(AttendanceVersion.version)
    )
    return [Version(*row) for row in rows]
