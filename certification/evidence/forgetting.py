"""What becomes of files that people handed in when one of those whom they show is erased.

A declaration's file shows one person and goes, unless somebody else declared the very same one. A list shows many: the
rows of the person are emptied in every version of it, the others stay as they were, cell by cell and under the same
numbers, and the original is kept no more. The emptied file stands under the hash of the original, so that whoever
hands the original in again is told that it is known, and nothing comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.evidence import attendance, kept_files
from certification.models import AttendanceRow, AttendanceVersion, Declaration, Presence, RollCallSheet, Worker
from certification.people import identifiers, linking
from certification.people.identifiers import Opaque
from certification.spreadsheets import ImportFaults
from certification.spreadsheets.given_back import guarded
from lrs.db import Session, among

__all__ = ["Forgotten", "empty_lists", "forget_actor", "remove_declared", "remove_sheets"]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Whether an Actor was linked to a worker, how many Statements waited for it, how many of the worker's files were
    removed, from how many files of lists the worker's rows were taken, and how many acts on record lost their
    details."""

    was_linked: bool
    waited: int
    files_removed: int
    lists_emptied: int
    acts_emptied: int


def forget_actor(
    session: Session, tenant: UUID, ifi: str, *, by: str, now: datetime, opaque: Opaque | None = None
) -> Forgotten:
    """Keeps nothing of the Actor `ifi`, as `linking.forget_actor`, nor of files that show the worker whom it was, nor
    of what acts on record say of the worker beside who did what and when (`acts.chain`; `by` did the erasing).

    Rows that were at fault when a list came in are nobody's, and stay; so does what a later file says anew. A few SQL
    commands for each file. Raises NoIdentifier.
    """
    bulk.import_alone(session, tenant)
    forms = identifiers.kept_as(identifiers.read(ifi), opaque)
    owners = {link.person.id for link in linking.links(session, tenant, forms)}
    was_linked, waited = linking.forget_actor(session, tenant, ifi, opaque=opaque)
    if not owners:
        return Forgotten(was_linked, waited, 0, 0, 0)
    who = (
        Worker.tenant_id == tenant,
        sa.or_(among(session, Worker.id, owners), among(session, Worker.merged_into, owners)),
    )
    numbers = {one.id: one.number for one in session.execute(sa.select(Worker.id, Worker.number).where(*who))}
    removed = remove_declared(session, tenant, numbers.keys()) + remove_sheets(session, tenant, numbers.keys())
    emptied = empty_lists(session, tenant, numbers.keys(), set(numbers.values()))
    acts = sum(chain.erase_details(session, tenant, one, by=by, now=now) for one in sorted(numbers))
    return Forgotten(was_linked, waited, removed, emptied, acts)


def remove_declared(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> int:
    """Takes the files off the workers' declarations; gives how many of them are kept no more."""
    own = Declaration.tenant_id == tenant, among(session, Declaration.worker_id, worker_ids)
    hashes = {one for one in session.scalars(sa.select(Declaration.sha256).where(*own)) if one is not None}
    session.execute(sa.update(Declaration).where(*own).values(sha256=None, file_name=None))
    others = [
        session.scalars(
            sa.select(table.sha256).where(table.tenant_id == tenant, among(session, table.sha256, hashes)).distinct()
        )
        for table in (Declaration, AttendanceVersion, RollCallSheet)
    ]
    unused = hashes.difference(*others)
    kept_files.remove(session, tenant, unused)
    return len(unused)


def remove_sheets(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> int:
    """Removes the pictures of paper lists from which one of the workers was typed in; gives how many files are kept no
    more. Who else was on them stays present."""
    theirs = Presence.tenant_id == tenant, among(session, Presence.worker_id, worker_ids), Presence.sheet.is_not(None)
    shown = session.execute(sa.select(Presence.roll_call_id, Presence.sheet).where(*theirs).distinct()).all()
    hashes = {row.sheet for row in shown}
    if not hashes:
        return 0
    on_them = Presence.tenant_id == tenant, among(session, Presence.sheet, hashes)
    session.execute(sa.update(Presence).where(*on_them).values(sheet=None))
    gone = RollCallSheet.tenant_id == tenant, among(session, RollCallSheet.sha256, hashes)
    session.execute(sa.delete(RollCallSheet).where(*gone))
    declared = Declaration.tenant_id == tenant, among(session, Declaration.sha256, hashes)
    unused = hashes.difference(session.scalars(sa.select(Declaration.sha256).where(*declared)))
    kept_files.remove(session, tenant, unused)
    return len(unused)


def empty_lists(session: Session, tenant: UUID, worker_ids: Collection[UUID], numbers: set[str]) -> int:
    """Empties the workers' rows in every file of a list that they are on; gives in how many."""
    on_it = sa.select(AttendanceRow.list_id).where(
        AttendanceRow.tenant_id == tenant, among(session, AttendanceRow.worker_id, worker_ids)
    )
    versions = AttendanceVersion.tenant_id == tenant, AttendanceVersion.list_id.in_(on_it)
    emptied = 0
    for version in session.scalars(sa.select(AttendanceVersion).where(*versions)).all():
        if version.sha256 is None:
            continue
        kept, data = kept_files.read(session, tenant, version.sha256)
        changed = without(data, numbers)
        if changed is not None:
            emptied += 1
            kept_files.replace(session, tenant, kept.sha256, changed, "text/csv")
        if kept_files.hash_of(changed or data) != version.sha256:
            version.file_name = f"{(version.file_name or 'danh-sach').rpartition('.')[0] or 'danh-sach'}.csv"
    session.flush()
    return emptied


def without(data: bytes, numbers: set[str]) -> bytes | None:
    """A file of attendance with the rows of these workers emptied, as CSV; None where it has none of theirs.

    Rows keep their numbers. What can be read no more as such a file is emptied whole, since nobody can say of whom it
    tells.
    """
    try:
        sheet = attendance.read(data)
        headings = sorted(sheet.places, key=lambda heading: sheet.places[heading])
        lines = {row.number: [row.cell(heading) for heading in headings] for row in sheet}
        lines |= {number: list(cells) for number, cells in sheet.misfits.items()}
    except ImportFaults:
        return b"" if data else None
    theirs = {number for number, cells in lines.items() if not numbers.isdisjoint(cells)}
    if not theirs:
        return None
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    for number in range(2, max(lines) + 1):
        writer.writerow([] if number in theirs else map(guarded, lines.get(number, [])))
    return text.getvalue().encode("utf-8-sig", errors="surrogateescape")
