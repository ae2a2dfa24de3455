"""Tables that people bring in on a page, each a piece of work whose progress is kept, so that a page can be left and
opened again.

begin     keeps the file, encrypted, before any work is done
take_up   takes the work up again after whoever did it is gone
end       says what came of it, in the transaction in which it is taken in: all of it or nothing
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certification.access import tokens
from certification.errors import CertificationError
from certification.models import FileImport, FileImportChange, FileImportRow
from certification.spreadsheets import Fault
from lrs.db import Session, among, new_id

__all__ = [
    "BEAT",
    "DONE",
    "FILE_KEPT",
    "KEPT",
    "REFUSED",
    "RUNNING",
    "UNDONE",
    "Ended",
    "Left",
    "ListTold",
    "NotUndone",
    "Outcome",
    "UnknownImport",
    "beat",
    "begin",
    "end",
    "file_of",
    "find",
    "list_told",
    "listed",
    "outcome_of",
    "take_up",
]  # fmt: skip

RUNNING, DONE, REFUSED, UNDONE = "running", "done", "refused", "undone"

KEPT = timedelta(days=30)
"""How long it is kept what an import changed, and so how long it can be undone."""

FILE_KEPT = timedelta(days=1)
"""How long the file itself is kept, to be taken in after it was checked, or for its refused rows."""

BEAT = timedelta(seconds=30)
"""Nobody works any more on what was last worked on longer ago."""

SHOWN = 200
"""So many faults, changes and names are kept of an outcome; how many there are is kept as well."""

_NONCE = 12


class UnknownImport(CertificationError):
    """There is no such import, or not any more."""

    def __init__(self) -> None:
        super().__init__("Không còn lần nhập này: đã quá hạn lưu, hoặc của người khác")


class Ended(CertificationError):
    """Somebody else has ended this work meanwhile."""

    def __init__(self) -> None:
        super().__init__("Lần nhập này đã kết thúc ở nơi khác; mở lại trang để xem kết quả")


class NotUndone(CertificationError):
    """Why an import cannot be undone as a whole."""


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """A row, or somebody, that stays as it is when an import is undone, and why. `number` is a worker's, or empty."""

    number: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ListTold:
    """Which list a file of attendance is: its organizer's code, the organizer's own code for it, paper or roll_call."""

    organizer: str
    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What taking a table in came to, or would; lists are cut at `SHOWN`, and `many` says how long each is."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()
    changes: Sequence[tuple[str, str, str]] = ()
    """Number, name, and what changes."""
    missing: Sequence[tuple[str, str, str]] = ()
    """Number, name, and since when employed."""
    good_rows: int | None = None
    """How many rows could be taken in without those at fault; None where the file as a whole is at fault."""
    many: dict[str, int] = field(default_factory=dict)


def begin(
    session: Session,
    tenant: UUID,
    *,
    account: UUID,
    by: str,
    kind: str,
    file_name: str,
    data: bytes,
    checks: bool,
    good_rows: bool = False,
    whole: bool = False,
    of_list: ListTold | None = None,
    pepper: bytes,
    now: datetime,
) -> UUID:
    """Keeps a file to be worked on; gives the id of the work. Forgets files and imports whose time is over."""
    _sweep(session, tenant, now)
    id_ = new_id()
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_key(pepper, id_)).encrypt(nonce, data, tenant.bytes)
    none = dict.fromkeys(("rows_done", "rows", "created", "changed", "unchanged", "refused"), 0)
    session.add(
        FileImport(
            id=id_, tenant_id=tenant, account_id=account, brought_by=by, kind=kind, file_name=file_name[:200],
            checks=checks, good_rows=good_rows, whole=whole, state=RUNNING, began=now, beat=now, sealed=sealed,
            outcome=None, undone=None, list_of=of_list and of_list.organizer, list_code=of_list and of_list.code,
            list_kind=of_list and of_list.kind, **none,
        )
    )  # fmt: skip
    session.flush()
    return id_


def find(session: Session, tenant: UUID, import_id: UUID, account: UUID | None) -> FileImport:
    """An import; with `account` one that this account brought in. Raises UnknownImport."""
    mine = [FileImport.tenant_id == tenant, FileImport.id == import_id]
    if account is not None:
        mine.append(FileImport.account_id == account)
    found = session.scalars(sa.select(FileImport).where(*mine)).one_or_none()
    if found is None:
        raise UnknownImport
    return found


def listed(session: Session, tenant: UUID, account: UUID, kinds: Collection[str], limit: int = 10) -> list[FileImport]:
    """What an account took in of these tables of late, the newest first; what was only tried out is not among it."""
    mine = FileImport.tenant_id == tenant, FileImport.account_id == account, FileImport.checks.is_(False)
    asked = sa.select(FileImport).where(*mine, among(session, FileImport.kind, kinds))
    return list(session.scalars(asked.order_by(FileImport.began.desc()).limit(limit)))


def file_of(row: FileImport, pepper: bytes) -> bytes:
    """The file. Raises UnknownImport where it is kept no longer."""
    if row.sealed is None:
        raise UnknownImport
    return AESGCM(_key(pepper, row.id)).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], row.tenant_id.bytes)


def take_up(session: Session, tenant: UUID, import_id: UUID, now: datetime) -> bool:
    """Whether the caller is the one to take the work up again that nobody has worked on for `BEAT`."""
    found = session.connection().execute(
        sa.update(FileImport)
        .where(
            FileImport.tenant_id == tenant,
            FileImport.id == import_id,
            FileImport.state == RUNNING,
            FileImport.beat < now - BEAT,
        )
        .values(beat=now)
    )
    return bool(found.rowcount)


def beat(session: Session, tenant: UUID, import_id: UUID, done: int, rows: int, now: datetime) -> None:
    """Keeps that somebody works on it, and how far it is."""
    mine = FileImport.tenant_id == tenant, FileImport.id == import_id, FileImport.state == RUNNING
    session.execute(sa.update(FileImport).where(*mine).values(beat=now, rows_done=done, rows=rows))


def end(
    session: Session, tenant: UUID, import_id: UUID, state: str, outcome: Outcome, *, keeps_file: bool = False
) -> None:
    """Says what came of it. Raises Ended where that was said already: then nothing the caller did may stay."""
    counts = {name: getattr(outcome, name) for name in ("created", "changed", "unchanged", "refused")}
    said = {
        "faults": [[one.row, one.column, one.message] for one in outcome.faults[:SHOWN]],
        "notes": [*outcome.notes[:SHOWN]],
        "changes": [*outcome.changes[:SHOWN]],
        "missing": [*outcome.missing[:SHOWN]],
        "good_rows": outcome.good_rows,
        "many": {name: len(getattr(outcome, name)) for name in ("faults", "notes", "changes", "missing")},
    }
    values: dict[str, Any] = {"state": state, "outcome": json.dumps(said, ensure_ascii=False), **counts}
    if not keeps_file:
        values["sealed"] = None
    mine = FileImport.tenant_id == tenant, FileImport.id == import_id, FileImport.state == RUNNING
    if session.connection().execute(sa.update(FileImport).where(*mine).values(**values)).rowcount != 1:
        raise Ended


def outcome_of(row: FileImport) -> Outcome:
    """What is kept of what came of it; counts alone once somebody was erased."""
    counts = row.created, row.changed, row.unchanged, row.refused
    if row.outcome is None:
        return Outcome(*counts)
    said = json.loads(row.outcome)
    faults = tuple(Fault(*one) for one in said["faults"])
    told = {name: [tuple(one) for one in said[name]] for name in ("changes", "missing")}
    lists = faults, said["notes"], told["changes"], told["missing"]
    return Outcome(*counts, *lists, said.get("good_rows"), said["many"])


def list_told(row: FileImport) -> ListTold | None:
    """Which list the file is; None for one of another table."""
    if row.list_of is None or row.list_code is None or row.list_kind is None:
        return None
    return ListTold(row.list_of, row.list_code, row.list_kind)


def _sweep(session: Session, tenant: UUID, now: datetime) -> None:
    mine = FileImport.tenant_id == tenant
    old = sa.select(FileImport.id).where(mine, FileImport.began < now - KEPT)
    for told in (FileImportChange, FileImportRow):
        session.execute(sa.delete(told).where(told.tenant_id == tenant, told.import_id.in_(old)))
    session.execute(sa.delete(FileImport).where(mine, FileImport.began < now - KEPT))
    stale = FileImport.sealed.is_not(None), FileImport.began < now - FILE_KEPT
    session.execute(sa.update(FileImport).where(mine, *stale).values(sealed=None))
    tried = FileImport.checks.is_(True), FileImport.began < now - FILE_KEPT
    session.execute(sa.delete(FileImport).where(mine, *tried))


def _key(pepper: bytes, import_id: UUID) -> bytes:
    return tokens.digest(pepper, b"import file", import_id.hex)
