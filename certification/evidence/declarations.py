"""What workers declare of themselves: a certificate from elsewhere, or self-study; and a person who looks at it.

    declare    a Statement of level E0 in the worker's own name, with the file that shows it
    confirm    another Statement, in a unit's name, at the level that the procedure allows; the first one is voided
    refuse     with a reason; the Statement is voided, also after it was confirmed
    withdraw   by the worker
    listing    what waits for somebody, the most urgent first; history: every step of one

Nobody confirms or refuses one's own, nor what one typed in for somebody else. Every step stays, with who, when and why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import issuing, kept_files, witnesses, words
from certification.evidence.witnesses import NotForYou, Within, Witness
from certification.models import Base, Declaration, DeclarationStep, Worker
from certification.people import workers
from certification.people.workers import Person
from certification.rules import evidence_mapping, procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.procedures import Procedure
from certification.spreadsheets import Fault, ImportFaults, written
from certification.units import organizations
from certification.units.trees import UnknownOrganization
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "CERTIFICATE",
    "KINDS",
    "SELF_STUDY",
    "Declared",
    "Listed",
    "NotSo",
    "Step",
    "UnknownDeclaration",
    "confirm",
    "declare",
    "find",
    "history",
    "listing",
    "read_file",
    "refuse",
    "withdraw",
]

CERTIFICATE, SELF_STUDY = "certificate", "self_study"
KINDS = (CERTIFICATE, SELF_STUDY)
DECLARED, CONFIRMED, REFUSED, WITHDRAWN = "declared", "confirmed", "refused", "withdrawn"

STATES: Mapping[str, str] = {
    DECLARED: "chờ xác nhận",
    CONFIRMED: "đã được xác nhận",
    REFUSED: "đã bị từ chối",
    WITHDRAWN: "đã được rút",
}
PROOFS = ("application/pdf", "image/jpeg", "image/png")
ENDS: Mapping[str, bytes] = {"application/pdf": b"%%EOF", "image/jpeg": b"\xff\xd9", "image/png": b"IEND"}
LONGEST_MINUTES = 525_600
WITHOUT_NUMBER = 2
"""The level that a confirmed certificate without a number reaches at most: E3 is for one that can be looked up."""

_DECLARATION = Base.metadata.tables[Declaration.__tablename__]


class UnknownDeclaration(CertificationError):
    """No declaration of that worker has this id."""

    def __init__(self, declaration_id: UUID) -> None:
        super().__init__(f"Không có khai báo nào mang mã {declaration_id} của người này")


class NotSo(CertificationError):
    """What is asked for does not go with how the declaration stands."""

    def __init__(self, state: str) -> None:
        super().__init__(f"Khai báo này {STATES[state]}; không làm được việc này nữa")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a worker declares. `learned_on` is a day in Vietnam; `topics` are codes of the evidence mapping."""

    kind: str
    title: str
    learned_on: date
    topics: Sequence[str] = ()
    provider: str | None = None
    minutes: int | None = None
    certificate_number: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A declaration as it stands. `same_file` says of how many other workers' declarations this very file is the proof:
    whoever looks at it should know."""

    id: UUID
    number: str
    kind: str
    title: str
    provider: str | None
    topics: tuple[str, ...]
    learned_on: date
    minutes: int | None
    certificate_number: str | None
    sha256: str | None
    file_name: str | None
    state: str
    due: date
    statement_id: UUID
    same_file: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about a declaration. `recorded` is UTC."""

    place: int
    what: str
    unit: str | None
    level: int | None
    reason: str | None
    statement_id: UUID | None
    recorded_by: str
    recorded: datetime


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
    if person.id not in witnesses.own_workers(session, tenant, witness):
        witnesses.refuse_unfit(session, tenant, witness, person.id, date(today.year, 1, 1), today)
    procedure = procedures.in_force(session, tenant, programme, today)
    mapping = evidence_mapping.mapping_in_force(session, tenant, today)
    faults = [*_faults(said, today, mapping.topics), *_file_faults(said.kind, file, procedure)]
    if faults:
        raise ImportFaults(faults)
    proof = kept_files.hash_of(file) if file is not None else None
    told = f"declaration {person.id} {said.kind} {said.title.casefold()} {said.learned_on} {proof}"
    before = [one for one in _of_worker(session, tenant, person) if one.state in (DECLARED, CONFIRMED)]
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
        "worker_id": person.id,
        "id": declaration_id,
        "tenant_id": tenant,
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
    bulk.insert(session, Declaration, [row])
    listed = _listed(row, person.number)
    _step(session, tenant, person, declaration_id, 1, DECLARED, witness, now, level=0, statement_id=statement_id)
    issuing.known_as(session, tenant, [person], now=now)
    name = issuing.account(tenant, person)["account"]["name"]
    identity = api.acting(session, tenant, name, name="worker", pepper=secret)
    issuing.publish(session, identity, [_statement(tenant, mapping, listed, person, level=0)])
    return listed


def _faults(said: Declared, today: date, topics: Mapping[str, str]) -> Iterator[Fault]:
    if said.kind not in KINDS:
        yield Fault(0, "kind", f"“{said.kind}” không hiểu được; ghi một trong: {', '.join(KINDS)}")
    yield from words.title_faults(0, "title", said.title, needed=True)
    yield from words.title_faults(0, "provider", said.provider)
    yield from words.title_faults(0, "certificate_number", said.certificate_number)
    if said.kind == CERTIFICATE and not (said.provider or "").strip():
        yield Fault(0, "provider", "ghi nơi cấp chứng chỉ")
    if said.learned_on > today:
        yield Fault(0, "learned_on", f"{written(said.learned_on)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if said.learned_on.year < 2000:
        yield Fault(0, "learned_on", f"{written(said.learned_on)} quá xa; sửa năm")
    minutes = said.minutes
    if minutes is not None and (
        isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_MINUTES
    ):
        yield Fault(0, "minutes", f"“{minutes}” không phải số nguyên từ 1 đến {LONGEST_MINUTES}; sửa lại số")
    for topic in said.topics:
        if topic not in topics:
            yield Fault(0, "topics", f"không có chủ đề “{topic}”; ghi một trong: {', '.join(sorted(topics))}")


def _file_faults(kind: str, file: bytes | None, procedure: Procedure) -> Iterator[Fault]:
    if file is None:
        if kind == CERTIFICATE:
            yield Fault(0, "file", "kèm bản chụp chứng chỉ: PDF, JPG hoặc PNG")
        return
    if len(file) > procedure.file_bytes_at_most:
        most = procedure.file_bytes_at_most
        yield Fault(0, "file", f"tệp lớn {len(file):,} byte, nhiều nhất là {most:,}; chụp hoặc quét nhỏ hơn")
        return
    content_type = kept_files.kind_of(file)
    if content_type not in PROOFS:
        yield Fault(0, "file", "tệp này không phải PDF, JPG hay PNG (xét theo nội dung, không theo tên); chụp lại")
    elif ENDS[content_type] not in file[-2048:]:
        yield Fault(0, "file", "tệp bị cụt, chưa tải hết; gửi lại")


def _statement(
    tenant: UUID,
    mapping: evidence_mapping.EvidenceMapping,
    one: Listed,
    person: Person,
    *,
    level: int,
    statement_id: UUID | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """The Statement of a declaration: the worker's own, or, with `unit`, the one that confirms it."""
    extensions: dict[str, Any] = {"delivery": one.kind, "declaration": str(one.id)}
    if one.certificate_number:
        extensions["certificate-number"] = one.certificate_number
    if one.provider:
        extensions["provider"] = one.provider
    if unit is not None:
        extensions["org-code"] = unit
    instructor = issuing.agent(tenant, f"organization/{unit}") if unit is not None else None
    is_certificate = one.kind == CERTIFICATE
    context = issuing.context(
        mapping,
        platform="declaration",
        topics=one.topics,
        level=level,
        extensions=extensions,
        instructor=instructor,
    )
    if statement_id is not None:
        context["statement"] = {"objectType": "StatementRef", "id": str(one.statement_id)}
    made: dict[str, Any] = {
        "id": str(statement_id or one.statement_id),
        "actor": issuing.account(tenant, person),
        "verb": {"id": issuing.VERBS["earned" if is_certificate else "completed"]},
        "object": {
            "objectType": "Activity",
            "id": issuing.activity_id(tenant, one.provider or "", one.title),
            "definition": {
                "name": issuing.language(one.title),
                "type": issuing.ACTIVITY_TYPES[CERTIFICATE if is_certificate else SELF_STUDY],
            },
        },
        "context": context,
        "timestamp": issuing.at(one.learned_on),
    }
    return made | ({"result": {"duration": f"PT{one.minutes}M"}} if one.minutes else {})


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

    Raises UnknownWorker, UnknownDeclaration, UnknownOrganization, NotForYou (one's own, what one typed in oneself, or a
    worker of another branch), NotSo unless it waits to be confirmed, or ImportFaults without a reason.
    """
    person, one, steps = _open(session, tenant, number, declaration_id, reason)
    today = vietnam_day(now)
    if one.state != DECLARED:
        raise NotSo(one.state)
    _refuse_own(session, tenant, witness, person, one, steps, today)
    name = _unit_name(session, tenant, unit)
    procedure = procedures.in_force(session, tenant, programme, today)
    mapping = evidence_mapping.mapping_in_force(session, tenant, today)
    level = procedure.certificate_at_most if one.kind == CERTIFICATE else procedure.self_study_at_most
    if one.kind == CERTIFICATE and one.certificate_number is None:
        level = min(level, WITHOUT_NUMBER)
    statement_id = uuid5(one.id, f"confirmed {len(steps) + 1}")
    identity = issuing.organization_identity(session, tenant, unit, name, secret=secret)
    issuing.known_as(session, tenant, [person], now=now)
    made = _statement(tenant, mapping, one, person, level=level, statement_id=statement_id, unit=unit)
    issuing.publish(session, identity, [made])
    issuing.void(session, identity, [one.statement_id])
    return _change(
        session, tenant, person, one, steps, CONFIRMED, witness, now,
        unit=unit, level=level, reason=reason, statement_id=statement_id,
    )  # fmt: skip


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
    person, one, steps = _open(session, tenant, number, declaration_id, reason)
    if one.state not in (DECLARED, CONFIRMED):
        raise NotSo(one.state)
    _refuse_own(session, tenant, witness, person, one, steps, vietnam_day(now))
    identity = issuing.organization_identity(session, tenant, unit, _unit_name(session, tenant, unit), secret=secret)
    issuing.void(session, identity, [one.statement_id])
    return _change(session, tenant, person, one, steps, REFUSED, witness, now, unit=unit, reason=reason)


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
    person, one, steps = _open(session, tenant, number, declaration_id, reason)
    own = witnesses.own_workers(session, tenant, witness)
    if person.id not in own and steps[0].recorded_by != witness.account:
        raise NotForYou("chỉ người khai mới được rút khai báo; người phụ trách thì từ chối, có lý do")
    if one.state not in (DECLARED, CONFIRMED):
        raise NotSo(one.state)
    name = issuing.account(tenant, person)["account"]["name"]
    issuing.void(session, api.acting(session, tenant, name, name="worker", pepper=secret), [one.statement_id])
    return _change(session, tenant, person, one, steps, WITHDRAWN, witness, now, reason=reason)


def _open(
    session: Session, tenant: UUID, number: str, declaration_id: UUID, reason: str
) -> tuple[Person, Listed, list[Step]]:
    bulk.import_alone(session, tenant)
    if faults := list(words.reason_faults(0, "reason", reason)):
        raise ImportFaults(faults)
    person = workers.find(session, tenant, number)
    for one in _of_worker(session, tenant, person):
        if one.id == declaration_id:
            return person, one, history(session, tenant, person.id, declaration_id)
    raise UnknownDeclaration(declaration_id)


def _refuse_own(
    session: Session, tenant: UUID, witness: Witness, person: Person, one: Listed, steps: Sequence[Step], today: date
) -> None:
    witnesses.refuse_unfit(session, tenant, witness, person.id, min(one.learned_on, today), today)
    if steps[0].recorded_by == witness.account:
        raise NotForYou("người đã nhập khai báo này không tự xác nhận; nhờ người khác")


def _unit_name(session: Session, tenant: UUID, unit: str) -> str:
    found = organizations.nodes(session, tenant).get(unit)
    if found is None:
        raise UnknownOrganization(unit)
    return found.name


def _change(
    session: Session,
    tenant: UUID,
    person: Person,
    one: Listed,
    steps: Sequence[Step],
    state: str,
    witness: Witness,
    now: datetime,
    **parts: Any,
) -> Listed:
    statement_id = parts.get("statement_id") or one.statement_id
    _step(session, tenant, person, one.id, steps[-1].place + 1, state, witness, now, **parts)
    session.execute(
        sa.update(_DECLARATION)
        .where(_DECLARATION.c.tenant_id == tenant, _DECLARATION.c.worker_id == person.id, _DECLARATION.c.id == one.id)
        .values(state=state, statement_id=statement_id)
    )
    (changed,) = (each for each in _of_worker(session, tenant, person) if each.id == one.id)
    return changed


def _step(
    session: Session,
    tenant: UUID,
    person: Person,
    declaration_id: UUID,
    place: int,
    what: str,
    witness: Witness,
    now: datetime,
    *,
    unit: str | None = None,
    level: int | None = None,
    reason: str | None = None,
    statement_id: UUID | None = None,
) -> None:
    row = {"worker_id": person.id, "declaration_id": declaration_id, "place": place, "tenant_id": tenant, "what": what}
    row |= {"unit": unit, "level": level, "reason": reason, "statement_id": statement_id}
    bulk.insert(session, DeclarationStep, [{**row, "recorded_by": witness.account, "recorded": now}])


# ---------------------------------------------------------------- reading


def history(session: Session, tenant: UUID, worker_id: UUID, declaration_id: UUID) -> list[Step]:
    """Every step of a declaration, the first first."""
    rows: Any = session.execute(
        sa.select(
            DeclarationStep.place,
            DeclarationStep.what,
            DeclarationStep.unit,
            DeclarationStep.level,
            DeclarationStep.reason,
            DeclarationStep.statement_id,
            DeclarationStep.recorded_by,
            DeclarationStep.recorded,
        )
        .where(
            DeclarationStep.tenant_id == tenant,
            DeclarationStep.worker_id == worker_id,
            DeclarationStep.declaration_id == declaration_id,
        )
        .order_by(DeclarationStep.place)
    )
    return [Step(*row) for row in rows]


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
    query = sa.select(*_DECLARATION.columns, Worker.number).join(Worker, Worker.id == _DECLARATION.c.worker_id)
    query = query.where(_DECLARATION.c.tenant_id == tenant)
    if number is not None:
        query = query.where(_DECLARATION.c.worker_id == workers.find(session, tenant, number).id)
    if state is not None:
        query = query.where(_DECLARATION.c.state == state)
    if within is not None:
        query = query.where(within.workers(session, _DECLARATION.c.worker_id))
    if after is not None:
        query = query.where(sa.tuple_(_DECLARATION.c.due, _DECLARATION.c.id) > sa.tuple_(*map(sa.literal, after)))
    rows = session.execute(query.order_by(_DECLARATION.c.due, _DECLARATION.c.id).limit(limit)).mappings().all()
    shared = _shared(session, tenant, {row["sha256"] for row in rows if row["sha256"]})
    return [
        _listed(dict(row), row["number"], same_file=len(shared.get(row["sha256"] or "", set()) - {row["worker_id"]}))
        for row in rows
    ]


def read_file(session: Session, tenant: UUID, number: str, declaration_id: UUID) -> tuple[kept_files.Kept, bytes, str]:
    """The file of a declaration, its bytes and its name. Raises UnknownWorker, UnknownDeclaration or UnknownFile."""
    one = find(session, tenant, number, declaration_id)
    kept, data = kept_files.read(session, tenant, one.sha256 or "")
    return kept, data, one.file_name or ""


def _shared(session: Session, tenant: UUID, hashes: Collection[str]) -> dict[str, set[UUID]]:
    """Which workers declared each of these files."""
    found: dict[str, set[UUID]] = {}
    if hashes:
        rows = session.execute(
            sa.select(Declaration.sha256, Declaration.worker_id).where(
                Declaration.tenant_id == tenant, among(session, Declaration.sha256, hashes)
            )
        )
        for sha256, worker_id in rows:
            found.setdefault(sha256 or "", set()).add(worker_id)
    return found


def find(session: Session, tenant: UUID, number: str, id_: UUID) -> Listed:
    """One of a worker, as it stands. Raises UnknownWorker or UnknownDeclaration."""
    for one in _of_worker(session, tenant, workers.find(session, tenant, number)):
        if one.id == id_:
            return one
    raise UnknownDeclaration(id_)


def _of_worker(session: Session, tenant: UUID, person: Person) -> list[Listed]:
    rows = session.execute(
        sa.select(_DECLARATION)
        .where(_DECLARATION.c.tenant_id == tenant, _DECLARATION.c.worker_id == person.id)
        .order_by(_DECLARATION.c.due, _DECLARATION.c.id)
    ).mappings()
    return [_listed(dict(row), person.number) for row in rows]


def _listed(row: Mapping[str, Any], number: str, *, same_file: int = 0) -> Listed:
    return Listed(
        id=row["id"],
        number=number,
        kind=row["kind"],
        title=row["title"],
        provider=row["provider"],
        topics=tuple(row["topics"].split()),
        learned_on=row["learned_on"],
        minutes=row["minutes"],
        certificate_number=row["certificate_number"],
        sha256=row["sha256"],
        file_name=row["file_name"],
        state=row["state"],
        due=row["due"],
        statement_id=row["statement_id"],
        same_file=same_file,
    )
