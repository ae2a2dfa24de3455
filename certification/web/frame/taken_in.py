"""The tables that pages take in, but rosters: who may, and by which function of the JSON interface."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import attendance_lists, channel_items
from certification.models import FileImport
from certification.people.file_imports import Outcome
from certification.people.row_journal import RowJournal
from certification.resources import imports
from certification.resources.access import now, pepper, today, who
from certification.resources.speaking import in_the_name_of
from certification.spreadsheets import ImportResult
from lrs.db import Session

__all__ = ["ATTENDANCE", "OTHERS", "Taken"]

ATTENDANCE = "attendance"

TakeIn = Callable[[Session, FileImport, bytes, bool, RowJournal | None], tuple[Outcome, Collection[int]]]
"""In a session the file of an import, with good rows alone or not, telling a journal, if it is no trial; gives what it
came to, and the numbers of the rows left out."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One table: the act that a reader needs, and what takes it in. `whole`: its rows hang together, so that none
    can be left out or taken back by itself."""

    act: Act
    take_in: TakeIn
    whole: bool = False


def _of(result: ImportResult) -> tuple[Outcome, Collection[int]]:
    counts = result.created, result.changed, result.unchanged, len(result.refused)
    return Outcome(*counts, result.faults, result.notes, good_rows=sum(counts[:3])), result.refused


def _plain(one: imports.Import) -> Taken:
    def take_in(session: Session, row: FileImport, data: bytes, good_rows: bool, journal: RowJournal | None) -> Any:
        return _of(one.take_in(session, data, good_rows, journal))

    return Taken(one.act, take_in, one.whole)


def _channel_items(
    session: Session, row: FileImport, data: bytes, good_rows: bool, journal: RowJournal | None
) -> tuple[Outcome, Collection[int]]:
    units = rights.organizations_within(session, who(), Act.TAKE_IN_CHANNEL_ITEMS, today())
    told: Any = {"by": who().name, "now": now(), "units": units, "good_rows": good_rows, "journal": journal}
    return _of(channel_items.import_channel_items(session, who().tenant, data, **told))


def _attendance(
    session: Session, row: FileImport, data: bytes, good_rows: bool, journal: RowJournal | None
) -> tuple[Outcome, Collection[int]]:
    done = attendance_lists.take_in(
        session,
        who().tenant,
        data,
        organizer=in_the_name_of(session, row.list_of or "", Act.TAKE_IN_LISTS, "list_of"),
        code=row.list_code or "",
        kind=row.list_kind or "",
        file_name=row.file_name,
        witness=rights.witness(session, who(), Act.TAKE_IN_LISTS, today()),
        secret=pepper(),
        now=now(),
        good_rows_only=good_rows,
        dry_run=row.checks or journal is None,
        journal=journal,
    )
    refused = sorted({one.row for one in done.faults if one.row})
    counts = done.added, 0, done.unchanged, done.left_out
    return Outcome(*counts, done.faults, done.notes, good_rows=done.good_rows), refused


OTHERS: Mapping[str, Taken] = {
    **{one.table: _plain(one) for one in imports.IMPORTS},
    "channel-items": Taken(Act.TAKE_IN_CHANNEL_ITEMS, _channel_items),
    ATTENDANCE: Taken(Act.TAKE_IN_LISTS, _attendance),
}
"""By the name of the table (`certification.import_tables`)."""
