"""A person is erased here whole: in the store, in every table of this half, in files, in the details of acts.

    survey   what erasing would come to
    erase    does it: first the Statements, Actor by Actor, in short steps; then everything else in one transaction

The identifiers are forgotten last, so an erasure that was broken off is taken up again by asking for it once more; one
that is linked meanwhile is erased as well, before anything else goes. What stays is what other records and counts rest
on, under a number that tells nothing (`held.HELD` says what and why): a public decision stays an entry of the register,
with number and status, without the name. Enterprises that know the person are told to delete, too (`notices`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import records as access_records
from certification.access.permissions import Role
from certification.acts import chain
from certification.dossiers.ending import certificates_alone
from certification.errors import CertificationError
from certification.evidence import forgetting, issuing
from certification.evidence.forwarded import MORE
from certification.models import (
    AccessRecord,
    Account,
    AccountSession,
    Employment,
    FileImport,
    FormDraft,
    IdentityEvent,
    PasswordToken,
    RecordedAct,
    RecoveryCode,
    RoleGiven,
    SecondFactor,
    SentCode,
    SignInContact,
    SignInLink,
    Worker,
    WorkerIdentifier,
)
from certification.people import identifiers, linking, names, workers
from certification.privacy import consents, notices, requests
from certification.privacy.held import ERASED_NAME, HELD, table
from certification.privacy.renaming import rename_actors
from certification.vietnam import vietnam_day
from lrs import api
from lrs.api import Copies
from lrs.db import Database, Session, among, beside

__all__ = ["EXPORTED", "Erased", "StillEmployed", "Survey", "erase", "is_employed", "is_erased", "survey"]

EXPORTED = "person.export"
"""The act of exporting a person; its detail names the file, as long as the person is not erased."""


class StillEmployed(CertificationError):
    """The worker is employed; whoever erases such a person has to say so."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Người lao động “{number}” đang làm việc tại doanh nghiệp; kết thúc hợp đồng trước, hoặc ghi rõ là vẫn xoá"
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """Whom erasing is about: the worker's records, the identifiers, own accounts, rows by table, exports on disk."""

    number: str
    survivor: UUID
    """The record that all others were merged into."""
    records: tuple[UUID, ...]
    identifiers: tuple[str, ...]
    accounts: tuple[str, ...]
    """Those that go; `officer` are accounts that hold or held another role and stay with what they decided."""
    officer: tuple[str, ...]
    rows: Mapping[str, int]
    exports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: Statements rewritten, rows by table, files, acts that lost their details, exports removed from
    disk and those that are to be removed by hand; and other systems that had Statements, who are to be told."""

    survey: Survey
    statements: int
    files_removed: int
    lists_emptied: int
    acts_emptied: int
    exports_removed: tuple[str, ...]
    exports_left: tuple[str, ...]
    copies: tuple[Copies, ...]


def is_erased(number: str) -> bool:
    """Whether this is the number of somebody who was erased."""
    return number.startswith(_PREFIX)


_PREFIX = "da-xoa/"


def survey(session: Session, tenant: UUID, number: str) -> Survey:
    """What erasing the worker of this number would come to; a fixed number of SQL commands a table. Raises
    UnknownWorker."""
    person = workers.find(session, tenant, number)
    records = _records(session, tenant, person.id)
    ifis = set(
        session.scalars(
            sa.select(WorkerIdentifier.ifi).where(
                WorkerIdentifier.tenant_id == tenant, among(session, WorkerIdentifier.worker_id, list(records))
            )
        )
    )
    own = {issuing.account(tenant, one)["account"]["name"] for one in records.values()}
    ifis |= {ifi for name in own if (ifi := api.ifi_text(issuing.agent(tenant, name))) is not None}
    accounts, officer = _accounts(session, tenant, list(records))
    rows = {
        name: count
        for name in HELD
        if "worker_id" in table(name).c
        and (count := session.scalar(sa.select(sa.func.count()).where(*_rows(session, tenant, name, list(records)))))
    }
    exports = _exports(session, tenant, list(records))
    return Survey(
        person.number, person.id, tuple(sorted(records)), tuple(sorted(ifis)), tuple(accounts), tuple(officer), rows,
        tuple(sorted(exports)),
    )  # fmt: skip


def erase(
    database: Database,
    tenant: UUID,
    number: str,
    *,
    by: str,
    reason: str,
    secret: bytes,
    now: datetime,
    although_employed: bool = False,
) -> Erased:
    """Erases the worker of this number for good, in transactions of its own. `reason` names nobody: it is kept.

    Raises UnknownWorker, StillEmployed. Facts and results stay, under a number that tells nothing; so do frozen and
    published figures.
    """
    erased: set[str] = set()
    statements = 0
    while True:
        with database.writing(tenant) as session:
            bulk.import_alone(session, tenant)
            certificates_alone(session, tenant)  # so that none is numbered or signed meanwhile with the name
            found = survey(session, tenant, number)
            if not although_employed and is_employed(session, tenant, found, now):
                raise StillEmployed(found.number)
            left = [ifi for ifi in found.identifiers if ifi not in erased]
            if not left:  # nobody links another one before this transaction ends
                exports = _exports(session, tenant, list(found.records))
                done = _erase_rows(session, tenant, found, by=by, secret=secret, now=now)
                removed, there = _remove_exports(exports)  # where it is broken off here, acts still name those left
                break
        for ifi in left:
            agent = identifiers.agent_of(ifi) or {}
            statements += api.erase(database, tenant, agent, secret=secret, reason=reason, now=now, more=MORE)
            erased.add(ifi)
    database.empty_log()
    with database.reading(tenant) as session:
        copies = _copies(session, tenant, found.identifiers, secret)
    return Erased(found, statements, *done, tuple(removed), tuple(there), copies)


def _copies(session: Session, tenant: UUID, ifis: Collection[str], secret: bytes) -> tuple[Copies, ...]:
    """Who had Statements of any of these, each system once."""
    known: dict[tuple[str, str, str], set[UUID]] = {}
    for ifi in ifis:
        agent = identifiers.agent_of(ifi) or {}
        for one in api.copies_of_erased(session, tenant, agent, secret=secret):
            known.setdefault((one.name, one.kind, one.endpoint), set()).update(one.statements)
    return tuple(Copies(*key, tuple(sorted(ids))) for key, ids in sorted(known.items()))


# ---------------------------------------------------------------- whom it is about


def _records(session: Session, tenant: UUID, worker: UUID) -> dict[UUID, workers.Person]:
    """The worker, and every record that was merged into it, by id."""
    found: dict[UUID, workers.Person] = {}
    wanted = {worker}
    asked = sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender, Worker.merged_into)
    while wanted:
        rows = session.execute(
            asked.where(
                Worker.tenant_id == tenant,
                sa.or_(among(session, Worker.id, wanted), among(session, Worker.merged_into, wanted)),
            )
        ).all()
        new = {row.id: workers.Person(*row[:4]) for row in rows if row.id not in found}
        found |= new
        wanted = new.keys() - wanted
    return found


def _accounts(session: Session, tenant: UUID, records: Collection[UUID]) -> tuple[list[str], list[str]]:
    """Accounts of the worker: those that are nothing else, and those with an office."""
    held = sa.exists().where(
        RoleGiven.tenant_id == tenant, RoleGiven.account_id == Account.id, RoleGiven.role != Role.WORKER.value
    )
    rows = session.execute(
        sa.select(Account.name, held)
        .where(Account.tenant_id == tenant, among(session, Account.worker_id, records))
        .order_by(Account.name)
    ).all()
    return [name for name, officer in rows if not officer], [name for name, officer in rows if officer]


def _rows(session: Session, tenant: UUID, name: str, records: Collection[UUID]) -> tuple[sa.ColumnElement[bool], ...]:
    of = table(name).c
    return of.tenant_id == tenant, among(session, of.worker_id, records)


def is_employed(session: Session, tenant: UUID, found: Survey, now: datetime) -> bool:
    """Whether the person is employed anywhere on the day of `now` in Vietnam."""
    today = vietnam_day(now)
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, found.records),
                    Employment.started <= today, sa.or_(Employment.ended.is_(None), Employment.ended >= today),
                )
            )
        )
    )  # fmt: skip


def _exports(session: Session, tenant: UUID, records: Collection[UUID]) -> dict[str, str]:
    """Files into which the person was exported, as far as acts tell it, with their hash."""
    rows = session.scalars(
        sa.select(RecordedAct.detail).where(
            RecordedAct.tenant_id == tenant, RecordedAct.act == EXPORTED,
            among(session, RecordedAct.worker_id, records), RecordedAct.detail.is_not(None),
        )
    )  # fmt: skip
    told = [json.loads(one or "{}") for one in rows]
    return {one["file"]: one["sha256"] for one in told if one.get("file")}


# ---------------------------------------------------------------- what goes


def _erase_rows(
    session: Session, tenant: UUID, found: Survey, *, by: str, secret: bytes, now: datetime
) -> tuple[int, int, int]:
    records = list(found.records)
    people = _records(session, tenant, found.survivor)
    numbers = {one.number for one in people.values()}
    known = notices.known_to(session, tenant, found.survivor, {one: people[one].number for one in records})
    files = forgetting.remove_declared(session, tenant, records) + forgetting.remove_sheets(session, tenant, records)
    lists = forgetting.empty_lists(session, tenant, records, numbers)
    for ifi in found.identifiers:
        linking.forget_actor(
            session, tenant, ifi, opaque=lambda one: api.opaque_account(one, tenant=tenant, secret=secret)
        )
    for name, held in HELD.items():
        if "worker_id" not in table(name).c:
            continue
        theirs = _rows(session, tenant, name, records)
        if held.removed:
            session.execute(sa.delete(table(name)).where(*theirs))
        elif held.blanked:
            session.execute(sa.update(table(name)).where(*theirs).values(**held.blanked))
    consents.end_all(session, tenant, records, by=by, now=now)
    requests.close_all(session, tenant, records, by=by, now=now)
    session.execute(sa.update(FileImport).where(FileImport.tenant_id == tenant).values(outcome=None, sealed=None))
    _forget_events(session, tenant, records)
    rename_actors(session, tenant, {*numbers, *found.accounts}, records, f"worker:{records[0]}")
    _forget_accounts(session, tenant, found, now)
    for one in records:
        session.execute(
            sa.update(Worker)
            .where(Worker.tenant_id == tenant, Worker.id == one)
            .values(number=f"{_PREFIX}{one.hex[-12:]}", full_name=ERASED_NAME, **names.columns(ERASED_NAME), erased=now)
        )
    session.flush()
    given = {where: {one for one in told if not is_erased(one)} for where, told in known.items()}
    notices.keep(session, tenant, given, secret=secret, now=now)
    acts = 0
    for one in records:
        emptied = chain.erase_details(session, tenant, one, by=by, now=now)
        acts += emptied
        if not emptied:
            chain.add(session, tenant, by=by, act=chain.ERASING, subject=f"worker:{one}", worker=one, now=now)
    return files, lists, acts


def _forget_events(session: Session, tenant: UUID, records: Collection[UUID]) -> None:
    """What the history of who is whom says of the person as the other one of an event."""
    of_other = IdentityEvent.tenant_id == tenant, among(session, IdentityEvent.other_id, records)
    session.execute(sa.update(IdentityEvent).where(*of_other).values(**HELD["certification_identity_event"].blanked))


def _forget_accounts(session: Session, tenant: UUID, found: Survey, now: datetime) -> None:
    """Accounts that are the worker and nothing else sign in no more, under a name that tells nothing.
    An officer's stays with what it decided, and is no worker any more."""
    mine = Account.tenant_id == tenant, among(session, Account.worker_id, list(found.records))
    ids = session.execute(sa.select(Account.id, Account.name, Account.worker_id).where(*mine)).all()
    gone = [row for row in ids if row.name in found.accounts]
    of_accounts = (
        AccountSession,
        PasswordToken,
        SecondFactor,
        RecoveryCode,
        SignInLink,
        FormDraft,
        SignInContact,
        SentCode,
    )
    for tables in of_accounts:
        named = among(session, tables.account_id, [row.id for row in gone])
        session.execute(sa.delete(tables).where(tables.tenant_id == tenant, named))
    for row in gone:
        name = f"{_PREFIX}{row.id.hex[-12:]}"
        did, by = AccessRecord.by == row.name, sa.case((AccessRecord.by == row.name, name), else_=AccessRecord.by)
        of_it = AccessRecord.about == row.name, {"about": name, "by": by, "reason": ""}
        of_others = sa.and_(did, access_records.OF_RIGHTS), {"by": name, "reason": ""}
        for where, values in (of_it, of_others):
            session.execute(sa.update(AccessRecord).where(AccessRecord.tenant_id == tenant, where).values(**values))
        session.execute(
            sa.update(Account)
            .where(Account.tenant_id == tenant, Account.id == row.id)
            .values(
                name=name, full_name=ERASED_NAME, password=None, password_set=None,
                deactivated=now,
            )
        )  # fmt: skip
    session.execute(sa.update(Account).where(*mine, Account.deactivated.is_(None)).values(worker_id=None))


def _remove_exports(exports: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Removes the files that are still what was exported; those that are there no more, or are others now, are left to
    whoever took them."""
    removed: list[str] = []
    left: list[str] = []
    for name, sha256 in sorted(exports.items()):
        file = Path(name)
        try:
            same = hashlib.sha256(file.read_bytes()).hexdigest() == sha256
            if same:
                file.unlink()
        except OSError:
            same = False
        (removed if same else left).append(name)
    return removed, left
