"""A competent body decides on many dossiers at once: each is granted or refused, all of them or with a fault none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.access import rights
from certification.access.permissions import Role
from certification.access.rights import Reach
from certification.access.who import Who
from certification.acts import chain
from certification.dossiers import below, proposals, steps, words
from certification.dossiers.batches import Named, faults_of, named, raise_faults, text_faults
from certification.errors import CertificationError
from certification.evidence.witnesses import NotForYou
from certification.evidence.words import reason_faults
from certification.marks import EVERY_YEAR, mark_uncounted
from certification.models import Award, DossierStep, Organization, TitleDecision, Worker
from certification.models import Proposal as ProposalRow
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import Step
from certification.spreadsheets import Fault, written
from certification.units import letterheads, organizations
from certification.units.letterheads import Signer, UnknownSigner
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = [
    "Decided",
    "Decision",
    "Granted",
    "Refused",
    "UnknownDecision",
    "decide",
    "decided",
    "find",
    "granted",
    "listing",
]


class UnknownDecision(CertificationError):
    """No decision has this id."""

    def __init__(self, decision: UUID) -> None:
        super().__init__(f"Không có quyết định nào mang mã {decision}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker, by number, who is not recognised, and why."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it was recorded; `body` is the organization's code, days are in Vietnam, `recorded` in UTC."""

    id: UUID
    body: str
    programme: str
    year: int
    number: str
    decided_on: date
    signer: str
    signer_title: str
    authority: str | None
    recorded_by: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """Somebody whom a decision recognised; `organization` is the code of the union that proposed."""

    worker_id: UUID
    programme: str
    year: int
    number: str
    name: str
    organization: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """One of the workers of a decision: "grant" or "refuse", and why; of somebody granted, why although the criteria
    are not met."""

    worker_id: UUID
    number: str
    full_name: str
    step: str
    reason: str | None


def decide(
    session: Session,
    tenant: UUID,
    who: Who,
    body: str,
    year: int,
    *,
    number: str,
    decided_on: date,
    signer: str,
    granted: Sequence[str],
    refused: Sequence[Refused] = (),
    despite: Mapping[str, str] | None = None,
    now: datetime,
    programme: str = PROGRAMME,
) -> Decision:
    """Records the decision of the body (an organization's code); whoever is granted holds the title. `despite` says, by
    worker number, why somebody is granted it although the criteria are not met.

    The same sent again is the decision that is there already. Raises ImportFaults with every fault: of the decision
    (row 0: number, decided_on, signer, body), of the workers by place (those granted first), each with the worker's
    number; NotForYou for somebody without a role for it; NoTitleProcedure, NoSuchStep; WrongState where somebody was
    faster.
    """
    bulk.import_alone(session, tenant)  # titles come by imports, too
    today = vietnam_day(now)
    procedure = title_procedures.in_force(session, tenant, programme, today)
    grant, refuse = procedure.step("grant"), procedure.step("refuse")
    reach = rights.reach_of(who, (grant.roles | refuse.roles) - {Role.WORKER}, today)
    if not reach:
        raise NotForYou(words.OUTSIDE)
    faults = text_faults("number", number, needed=True)
    if decided_on > today:
        faults.append(Fault(0, "decided_on", f"{written(decided_on)} chưa tới (hôm nay {written(today)}); sửa ngày"))
    node = organizations.find(session, tenant, body)
    if node is not None and not rights.touches(session, reach, node.id):
        node = None  # a body that has nothing to do with the branch is told as one that is not there
    known = _signer(session, tenant, node, body, signer, decided_on, faults)
    row: dict[str, Any] = {}
    if node is not None:
        said = [sorted(despite.items())] if despite else []
        sent = [programme, year, node.code, _key(number), decided_on.isoformat(), known and known.name, sorted(granted)]
        row = {
            "organization_id": node.id, "id": new_id(), "tenant_id": tenant, "programme": programme, "year": year,
            "decision_year": decided_on.year, "number": number.strip(), "number_key": _key(number),
            "decided_on": decided_on, "recorded_by": who.name, "recorded": now,
            "digest": _digest([*sent, sorted([one.number, one.reason] for one in refused), *said]),
        }  # fmt: skip
        kept = _of_number(session, tenant, row)
        if kept is not None and kept.digest == row["digest"]:
            return find(session, tenant, kept.id)
        if kept is not None or _recognised_by(session, tenant, row, node.name):
            faults.append(Fault(0, "number", words.number_taken(number, decided_on.year)))
    numbers = [*granted, *(one.number for one in refused)]
    told = named(
        session, tenant, programme, year, numbers, known=steps.knowing(session, tenant, who, [grant, refuse], today)
    )
    faults += told.faults
    faults += _before_meeting(session, tenant, told, decided_on)
    yes, no = _parted(told, len(granted))
    faults += _against(session, tenant, who, grant, yes, told, today, decided_on)
    faults += _against(session, tenant, who, refuse, no, told, today, decided_on)
    seen = steps.within(session, tenant, who, grant, {one.worker_id for one in yes}, today)
    held = steps.titled(session, tenant, programme, year, sorted(seen))
    faults += faults_of(told, held.items())
    faults += _twice_in_here(session, tenant, yes, told)
    for place, one in enumerate(refused, start=len(granted) + 1):
        faults += reason_faults(place, "reason", one.reason)
    why = dict(despite or {})
    for place, each in enumerate(granted, start=1):
        faults += below.despite_faults(place, each, why.get(each))
    raise_faults(faults)
    assert node is not None and known is not None  # noqa: S101 — a fault otherwise
    row |= {"signer": known.name, "signer_title": known.office, "authority": known.authority}
    bulk.insert(session, TitleDecision, [row])
    _write(session, tenant, who, row, node, (grant, yes), (refuse, no), told, refused, why, now)
    return find(session, tenant, row["id"])


def _write(
    session: Session,
    tenant: UUID,
    who: Who,
    row: dict[str, Any],
    node: Node,
    grant: tuple[Step, list[steps.OneDossier]],
    refuse: tuple[Step, list[steps.OneDossier]],
    told: Named,
    refused: Sequence[Refused],
    despite: Mapping[str, str],
    now: datetime,
) -> None:
    """Steps, titles, marks, acts."""
    reasons = {**despite, **{one.number: one.reason for one in refused}}
    for step, dossiers in (grant, refuse):
        each = {
            one.worker_id: {"batch_id": row["id"], "reason": reasons.get(told.sent[one.worker_id])} for one in dossiers
        }
        if dossiers:
            steps.take(session, tenant, who, step, dossiers, now, row={"decision_id": row["id"]}, each=each)
    titles = [
        {
            "worker_id": one.worker_id, "programme": row["programme"], "year": row["year"], "tenant_id": tenant,
            "decision_number": row["number"], "decided_on": row["decided_on"], "body": node.name,
            "withdrawn_on": None, "withdrawal": None, "source": None, "recorded": now,
        }
        for one in grant[1]
    ]  # fmt: skip
    bulk.insert(session, Award, titles)
    mark_uncounted(session, tenant, {(one.worker_id, EVERY_YEAR) for one in grant[1]})
    said = {"number": row["number"], "day": row["decided_on"].isoformat(), "body": node.code, "digest": row["digest"]}
    subject = f"decision:{row['id']}"
    chain.add(session, tenant, by=who.name, act="decision.record", subject=subject, detail=said, now=now)
    kept = {one.worker_id: despite[told.sent[one.worker_id]] for one in grant[1] if told.sent[one.worker_id] in despite}
    ids = [one.worker_id for one in grant[1]]
    short = below.told(session, tenant, row["programme"], row["year"], ids, kept)
    for step, dossiers in (grant, refuse):
        steps.record(session, tenant, who, step.name, dossiers, now, each=short, decision=str(row["id"]))


def find(session: Session, tenant: UUID, decision: UUID) -> Decision:
    """A decision by its id. Raises UnknownDecision."""
    query = _decisions().where(TitleDecision.tenant_id == tenant, TitleDecision.id == decision)
    row = session.execute(query).first()
    if row is None:
        raise UnknownDecision(decision)
    return Decision(*row)


def _decisions() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        TitleDecision.id, Organization.code, TitleDecision.programme, TitleDecision.year, TitleDecision.number,
        TitleDecision.decided_on, TitleDecision.signer, TitleDecision.signer_title, TitleDecision.authority,
        TitleDecision.recorded_by, TitleDecision.recorded,
    ).join(Organization, Organization.id == TitleDecision.organization_id)  # fmt: skip


def listing(
    session: Session,
    tenant: UUID,
    *,
    limit: int,
    year: int | None = None,
    within: Reach | None = None,
    after: UUID | None = None,
    newest_first: bool = False,
) -> list[Decision]:
    """Decisions in the order in which they were recorded (the newest first: the other way), at most `limit`,
    those after the id `after`: of an assessed
    year, about somebody `within` reach."""
    asked: list[Any] = [] if year is None else [TitleDecision.year == year]
    if after is not None:
        asked.append(TitleDecision.id < after if newest_first else TitleDecision.id > after)
    if within is not None and not within.everything:
        about = sa.select(DossierStep.batch_id).where(
            DossierStep.tenant_id == tenant,
            DossierStep.batch_id == TitleDecision.id,
            within.workers(session, DossierStep.worker_id),
        )
        asked.append(about.exists())
    query = _decisions().where(TitleDecision.tenant_id == tenant, *asked)
    query = query.order_by(TitleDecision.id.desc() if newest_first else TitleDecision.id).limit(limit)
    return [Decision(*row) for row in session.execute(query)]


def granted(session: Session, tenant: UUID, decision: UUID) -> list[Granted]:
    """Whom the decision recognised, by worker number, with the name as it is on record; in two SQL commands."""
    rows = session.execute(
        sa.select(
            DossierStep.worker_id, TitleDecision.programme, TitleDecision.year, Worker.number, Worker.full_name,
            DossierStep.dossier_id, DossierStep.place,
        )
        .join(TitleDecision, TitleDecision.id == DossierStep.batch_id)
        .join(Worker, Worker.id == DossierStep.worker_id)
        .where(
            DossierStep.tenant_id == tenant,
            TitleDecision.tenant_id == tenant,
            DossierStep.batch_id == decision,
            DossierStep.step == "grant",
        )
        .order_by(Worker.number)
    ).all()  # fmt: skip
    steps_before = session.execute(
        sa.select(DossierStep.dossier_id, DossierStep.place, Organization.code)
        .join(ProposalRow, ProposalRow.id == DossierStep.batch_id)
        .join(Organization, Organization.id == ProposalRow.organization_id)
        .where(
            DossierStep.tenant_id == tenant,
            among(session, DossierStep.worker_id, [row.worker_id for row in rows]),
            DossierStep.step == "propose",
        )
        .order_by(DossierStep.place)
    )
    units: dict[UUID, list[tuple[int, str]]] = {}
    for dossier, place, code in steps_before:
        units.setdefault(dossier, []).append((place, code))
    return [
        Granted(*row[:5], next((code for at, code in reversed(units.get(row[5], [])) if at < row[6]), None))
        for row in rows
    ]


def decided(session: Session, tenant: UUID, decision: UUID, *, within: Reach | None = None) -> list[Decided]:
    """Everybody of the decision by worker number; those `within` reach."""
    seen = sa.true() if within is None else within.workers(session, DossierStep.worker_id)
    rows = session.execute(
        sa.select(DossierStep.worker_id, Worker.number, Worker.full_name, DossierStep.step, DossierStep.reason)
        .join(Worker, Worker.id == DossierStep.worker_id)
        .where(DossierStep.tenant_id == tenant, DossierStep.batch_id == decision, seen)
        .order_by(Worker.number)
    )
    return [Decided(*row) for row in rows]


# ---------------------------------------------------------------- what stands against it


def _signer(
    session: Session, tenant: UUID, node: Node | None, body: str, signer: str, on: date, faults: list[Fault]
) -> Signer | None:
    if node is None:
        faults.append(Fault(0, "body", f"không có đơn vị “{body}”; kiểm tra mã"))
        return None
    try:
        return letterheads.signer(session, tenant, body, signer, on)
    except UnknownSigner as error:
        faults.append(Fault(0, "signer", str(error)))
        return None


def _against(
    session: Session,
    tenant: UUID,
    who: Who,
    step: Step,
    dossiers: list[steps.OneDossier],
    told: Named,
    today: date,
    on: date,
) -> list[Fault]:
    found = steps.refusals(session, tenant, who, step, dossiers, today, on)
    return faults_of(told, [(one.worker_id, one.message) for one in found])


def _before_meeting(session: Session, tenant: UUID, told: Named, on: date) -> list[Fault]:
    """That the day lies before the meeting that proposed, once for everybody: the last of those meetings."""
    met = proposals.met_on(session, tenant, {one.proposal_id for one in told.dossiers if one.proposal_id is not None})
    late = [day for one in told.dossiers if one.proposal_id is not None and (day := met[one.proposal_id]) > on]
    if not late:
        return []
    message = (
        f"quyết định ngày {written(on)} trước cuộc họp đề nghị ngày {written(max(late))} ({len(late)} người); sửa ngày"
    )
    return [Fault(0, "decided_on", message)]


def _twice_in_here(session: Session, tenant: UUID, dossiers: list[steps.OneDossier], told: Named) -> list[Fault]:
    """Two records of one person within the decision itself."""
    ids = {one.worker_id for one in dossiers}
    same = steps.same_number(session, tenant, ids)
    return faults_of(
        told,
        [
            (one, f"cùng số định danh với mã “{number}” trong quyết định này; mỗi người một danh hiệu một năm")
            for one, others in same.items()
            for other, number in others
            if other in ids
        ],
    )


def _parted(told: Named, granted: int) -> tuple[list[steps.OneDossier], list[steps.OneDossier]]:
    yes = [one for one in told.dossiers if told.places[one.worker_id] <= granted]
    return yes, [one for one in told.dossiers if told.places[one.worker_id] > granted]


def _recognised_by(session: Session, tenant: UUID, row: dict[str, Any], body: str) -> bool:
    """Whether titles of an earlier decision of the body, which were imported, have its number in that year."""
    found = session.scalars(
        sa.select(Award.decision_number)
        .where(
            Award.tenant_id == tenant,
            Award.body == body,
            Award.decided_on.between(date(row["decision_year"], 1, 1), date(row["decision_year"], 12, 31)),
        )
        .distinct()
    )
    return any(_key(one) == row["number_key"] for one in found)


def _of_number(session: Session, tenant: UUID, row: dict[str, Any]) -> Any:
    """The decision that has the body's number of that year already; None without one."""
    return session.execute(
        sa.select(TitleDecision.id, TitleDecision.digest).where(
            TitleDecision.tenant_id == tenant,
            TitleDecision.organization_id == row["organization_id"],
            TitleDecision.decision_year == row["decision_year"],
            TitleDecision.number_key == row["number_key"],
        )
    ).one_or_none()


def _key(number: str) -> str:
    return "".join(number.casefold().split())


def _digest(sent: object) -> str:
    said = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
