"""What workers declare of themselves: a certificate from elsewhere, or self-study; and a person who looks at it.

    declare    a Statement of level E0 in the worker's own name, with the file that shows it
    confirm    another Statement, in a unit's name, at the level that the procedure allows; the first one is voided
    refuse     with a reason; the Statement is voided, also after it was confirmed
    withdraw   by the worker
    listing    what waits for somebody, the most urgent first; history: every step of one

A declaration is a case (`cases`). Nobody confirms or refuses one's own, nor what one typed in for somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from certification import bulk
from certification.evidence import cases, declared, issuing, kept_files, photographs, witnesses
from certification.evidence.cases import Cases, Move
from certification.evidence.declared import CERTIFICATE, Declared, Listed
from certification.evidence.witnesses import NotForYou, Within, Witness
from certification.models import Declaration, DeclarationStep, Worker
from certification.people import workers
from certification.people.workers import Person
from certification.rules import evidence_mapping, procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.procedures import Procedure
from certification.spreadsheets import Fault, ImportFaults, written
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "DECLARATIONS",
    "Step",
    "confirm",
    "declare",
    "find",
    "history",
    "level_of",
    "listing",
    "read_file",
    "refuse",
    "withdraw",
]

DECLARED, CONFIRMED, REFUSED, WITHDRAWN = "declared", "confirmed", "refused", "withdrawn"

STATES: Mapping[str, str] = {
    DECLARED: "chờ xác nhận",
    CONFIRMED: "đã được xác nhận",
    REFUSED: "đã bị từ chối",
    WITHDRAWN: "đã được rút",
}
WITHOUT_NUMBER = 2
"""The level that a confirmed certificate without a number reaches at most: E3 is for one that can be looked up."""


@dataclass(frozen=True, slots=True)
class Step(cases.Step):
    """What was done about a declaration."""

    level: int | None


def _listed(row: Mapping[str, Any]) -> Listed:
    told = {field.name: row[field.name] for field in fields(Listed) if field.name != "same_file"}
    return Listed(**{**told, "topics": tuple(row["topics"].split())})


DECLARATIONS = Cases(
    noun="khai báo",
    states=STATES,
    moves={
        CONFIRMED: Move((DECLARED,), CONFIRMED),
        REFUSED: Move((DECLARED, CONFIRMED), REFUSED),
        WITHDRAWN: Move((DECLARED, CONFIRMED), WITHDRAWN),
    },
    table=Declaration,
    step_table=DeclarationStep,
    key="declaration_id",
    read=_listed,
    step=Step,
)
find, history = DECLARATIONS.find, DECLARATIONS.history


# ---------------------------------------------------------------- declaring


def declare(
    session: Session,
    tenant: UUID,
    number: str,
    said: Declared,
    *,
    file: bytes | None,
    file_name: str = "",
    witness: Witness,
    secret: bytes,
    now: datetime,
    programme: str = PROGRAMME,
) -> Listed:
    """Keeps what the worker `number` declares, and stores the Statement of it (E0) in the worker's own name.

    `witness` is the worker's account, or that of somebody of the branch who types it in. The same declaration twice
    changes nothing. Raises UnknownWorker, NotForYou, NoProcedureInForce, NoMappingInForce, or ImportFaults with every
    fault; nothing is kept then.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    today = vietnam_day(now)
    witnesses.refuse_stranger(session, tenant, witness, person.id, today)
    procedure = procedures.in_force(session, tenant, programme, today)
    mapping = evidence_mapping.mapping_in_force(session, tenant, today)
    faults = list(declared.faults(said, file, today, mapping.topics, procedure))
    if faults:
        raise ImportFaults(faults)
    file = None if file is None else photographs.bare(file)
    proof = kept_files.hash_of(file) if file is not None else None
    told = f"declaration {person.id} {said.kind} {said.title.casefold()} {said.learned_on} {proof}"
    before = [one for one in DECLARATIONS.of_worker(session, tenant, person) if one.state in (DECLARED, CONFIRMED)]
    for one in before:
        if (one.kind, one.title.casefold(), one.learned_on, one.sha256) == (
            said.kind,
            said.title.strip().casefold(),
            said.learned_on,
            proof,
        ):
            return one
        if said.certificate_number and one.certificate_number == said.certificate_number.strip():
            message = f"chứng chỉ số này đã được khai ngày {written(one.learned_on)}: “{one.title}”; không khai lần nữa"
            raise ImportFaults([Fault(0, "certificate_number", message)])
    if file is not None and proof is not None:
        kept_files.keep(session, tenant, file, kept_files.kind_of(file) or "", now=now)
    declaration_id = new_id()
    statement_id = uuid5(declaration_id, told)
    row = {
        "id": declaration_id,
        "kind": said.kind,
        "title": said.title.strip(),
        "provider": (said.provider or "").strip() or None,
        "topics": " ".join(sorted(set(said.topics))),
        "learned_on": said.learned_on,
        "minutes": said.minutes,
        "certificate_number": (said.certificate_number or "").strip() or None,
        "sha256": proof,
        "file_name": kept_files.safe_name(file_name) if file is not None else None,
        "state": DECLARED,
        "due": today + timedelta(days=procedure.confirm_within_days),
        "statement_id": statement_id,
    }
    listed = DECLARATIONS.open(session, tenant, person, row, DECLARED, witness, now, level=0, statement_id=statement_id)
    issuing.known_as(session, tenant, [person], now=now)
    name = issuing.account(tenant, person)["account"]["name"]
    identity = api.acting(session, tenant, name, name="worker", pepper=secret)
    issuing.publish(session, identity, [declared.statement(tenant, mapping, listed, person, level=0)])
    return listed


# ---------------------------------------------------------------- what becomes of it


def confirm(
    session: Session,
    tenant: UUID,
    number: str,
    declaration_id: UUID,
    *,
    unit: str,
    reason: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
    programme: str = PROGRAMME,
) -> Listed:
    """Says in the name of the organization `unit` that a declaration is true: it counts at the level the procedure
    allows.

    Raises UnknownWorker, UnknownCase, UnknownOrganization, NotForYou (one's own, what one typed in oneself, or a
    worker of another branch), NotSo unless it waits to be confirmed, or ImportFaults without a reason.
    """
    person, one, steps = DECLARATIONS.at_hand(session, tenant, number, declaration_id, reason=reason)
    today = vietnam_day(now)
    DECLARATIONS.allow(one, CONFIRMED)
    _refuse_own(session, tenant, witness, person, one, steps, today)
    name = organizations.node(session, tenant, unit).name
    procedure = procedures.in_force(session, tenant, programme, today)
    mapping = evidence_mapping.mapping_in_force(session, tenant, today)
    level = level_of(one, procedure)
    statement_id = uuid5(one.id, f"confirmed {len(steps) + 1}")
    identity = issuing.organization_identity(session, tenant, unit, name, secret=secret)
    issuing.known_as(session, tenant, [person], now=now)
    made = declared.statement(tenant, mapping, one, person, level=level, statement_id=statement_id, unit=unit)
    issuing.publish(session, identity, [made])
    issuing.void(session, identity, [one.statement_id])
    return DECLARATIONS.take(
        session, tenant, person, one, steps, CONFIRMED, witness, now,
        row={"statement_id": statement_id}, unit=unit, level=level, reason=reason, statement_id=statement_id,
    )  # fmt: skip


def level_of(one: Listed, procedure: Procedure) -> int:
    """The level of evidence that a declaration reaches once it is confirmed."""
    if one.kind != CERTIFICATE:
        return procedure.self_study_at_most
    most = procedure.certificate_at_most
    return most if one.certificate_number is not None else min(most, WITHOUT_NUMBER)


def refuse(
    session: Session,
    tenant: UUID,
    number: str,
    declaration_id: UUID,
    *,
    unit: str,
    reason: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
) -> Listed:
    """Says in the name of `unit` that a declaration does not count, whether it waited or was confirmed before; raises
    as `confirm`."""
    person, one, steps = DECLARATIONS.at_hand(session, tenant, number, declaration_id, reason=reason)
    DECLARATIONS.allow(one, REFUSED)
    _refuse_own(session, tenant, witness, person, one, steps, vietnam_day(now))
    name = organizations.node(session, tenant, unit).name
    identity = issuing.organization_identity(session, tenant, unit, name, secret=secret)
    issuing.void(session, identity, [one.statement_id])
    return DECLARATIONS.take(session, tenant, person, one, steps, REFUSED, witness, now, unit=unit, reason=reason)


def withdraw(
    session: Session,
    tenant: UUID,
    number: str,
    declaration_id: UUID,
    *,
    reason: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
) -> Listed:
    """Takes a declaration back, by the worker or whoever typed it in; raises NotForYou for anybody else, and as
    `refuse`."""
    person, one, steps = DECLARATIONS.at_hand(session, tenant, number, declaration_id, reason=reason)
    own = witnesses.own_workers(session, tenant, witness)
    if person.id not in own and steps[0].recorded_by != witness.account:
        raise NotForYou("chỉ người khai mới được rút khai báo; người phụ trách thì từ chối, có lý do")
    DECLARATIONS.allow(one, WITHDRAWN)
    name = issuing.account(tenant, person)["account"]["name"]
    issuing.void(session, api.acting(session, tenant, name, name="worker", pepper=secret), [one.statement_id])
    return DECLARATIONS.take(session, tenant, person, one, steps, WITHDRAWN, witness, now, reason=reason)


def _refuse_own(
    session: Session, tenant: UUID, witness: Witness, person: Person, one: Listed, steps: Sequence[Step], today: date
) -> None:
    witnesses.refuse_unfit(session, tenant, witness, person.id, min(one.learned_on, today), today)
    if steps[0].recorded_by == witness.account:
        raise NotForYou("người đã nhập khai báo này không tự xác nhận; nhờ người khác")


# ---------------------------------------------------------------- reading


def listing(
    session: Session,
    tenant: UUID,
    *,
    number: str | None = None,
    state: str | None = None,
    within: Within | None = None,
    limit: int = 100,
    after: tuple[date, UUID] | None = None,
) -> list[Listed]:
    """Declarations by the day they are due: of one worker, in one state, of workers `within` reach.

    At most `limit`, beginning `after` (due, id) of the one before. Two SQL commands.
    """
    found = DECLARATIONS.listing(session, tenant, number=number, state=state, within=within, limit=limit, after=after)
    shared = _shared(session, tenant, {one.sha256 for one in found if one.sha256})
    return [replace(one, same_file=len(shared.get(one.sha256 or "", set()) - {one.number})) for one in found]


def read_file(session: Session, tenant: UUID, number: str, declaration_id: UUID) -> tuple[kept_files.Kept, bytes, str]:
    """The file of a declaration, its bytes and its name. Raises UnknownWorker, UnknownCase or UnknownFile."""
    one = find(session, tenant, number, declaration_id)
    kept, data = kept_files.read(session, tenant, one.sha256 or "")
    return kept, data, one.file_name or ""


def _shared(session: Session, tenant: UUID, hashes: Collection[str]) -> dict[str, set[str]]:
    """The numbers of the workers who declared each of these files."""
    found: dict[str, set[str]] = {}
    if hashes:
        rows = session.execute(
            sa.select(Declaration.sha256, Worker.number)
            .join(Worker, Worker.id == Declaration.worker_id)
            .where(Declaration.tenant_id == tenant, among(session, Declaration.sha256, hashes))
        )
        for sha256, number in rows:
            found.setdefault(sha256 or "", set()).add(number)
    return found
