"""Papers about many dossiers, as plain office documents: minutes, proposal and list of a batch; a decision.

Bodies have not given forms of their own, so each is marked as an internal one. Days of birth are not kept here: their
column is filled in by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.documents.kinds import DECISION, LIST, MINUTES, PROPOSAL
from certification.documents.office import Block, Column, OfficeDocument, Paragraph, Signature, Table
from certification.documents.typography import day_in_full
from certification.dossiers import below, decisions, listing, proposals
from certification.dossiers.decisions import Decision
from certification.dossiers.proposals import Proposed
from certification.errors import NoCriteriaInForce
from certification.evaluation.rules import CriteriaSet
from certification.evidence import gathering
from certification.models import Certificate, Employment
from certification.rules import criteria
from certification.targets.figures import number, percent
from certification.units import letterheads, organizations
from certification.units.trees import UNION
from certification.vietnam import vietnam_day
from lrs.db import Session, among, beside

__all__ = ["of_decision", "of_proposal"]

_TITLE = "danh hiệu “Công dân học tập”"


@dataclass(frozen=True, slots=True)
class _Job:
    enterprise: str
    position: str


def of_proposal(session: Session, tenant: UUID, proposal: UUID) -> dict[str, OfficeDocument]:
    """The minutes, the proposal and the list of a batch, by the ids of their kinds. Raises UnknownProposal.

    Each says who was below the criteria when the batch was proposed: the points of the list are those of the people.
    A number of SQL commands that does not grow with the workers.
    """
    one = proposals.find(session, tenant, proposal)
    people = proposals.proposed(session, tenant, proposal)
    meeting, on = one.meeting, one.meeting.met_on
    ids = [person.worker_id for person in people]
    jobs = _jobs(session, tenant, ids, on)
    despite = {person.worker_id: person.despite for person in people if person.despite is not None}
    short = below.told(session, tenant, one.programme, one.year, ids, despite, by=one.proposed)
    among_them = _short_of_all(short)
    head = letterheads.letterhead(session, tenant, one.unit, on)
    tree = organizations.tree(session, tenant, on)
    above = [tree.node(code).name for code in tree.parents(one.unit, UNION)]
    rules = _criteria(session, tenant, one.programme, one.year)
    signing = letterheads.signers(session, tenant, one.unit, on)
    chair = Signature(signing[-1].office, signing[-1].name, signing[-1].authority) if signing else Signature("CHỦ TỊCH")
    ground = () if rules is None else (f"Căn cứ Quyết định số {rules.number} của {rules.issuer}",)
    minutes_of = f"Biên bản họp xét số {meeting.minutes}" if meeting.minutes else "Biên bản họp xét"
    come = listing.counts(session, tenant, one.year, tree.node(one.unit).id, on=on, programme=one.programme)
    minutes = OfficeDocument(
        kind=MINUTES,
        letterhead=head,
        subject=f"Họp xét {_TITLE} năm {one.year}",
        year=on.year,
        number=meeting.minutes,
        day=on,
        blocks=(
            Paragraph(f"…… giờ …… {day_in_full(on)}.", "Thời gian bắt đầu:"),
            Paragraph("……………………………………………", "Địa điểm:"),
            Paragraph(f"có mặt {meeting.present} người, vắng {meeting.absent} người.", "Thành phần:"),
            Paragraph(f"{meeting.chair or '……………………'}.", "Chủ trì:"),
            Paragraph(f"{meeting.secretary or '……………………'}.", "Thư ký:"),
            Paragraph(
                f"Xét, đề nghị công nhận {_TITLE} năm {one.year} cho {len(people)} người.{among_them}", "Nội dung:"
            ),
            _votes(people, jobs),
            Paragraph("Cuộc họp kết thúc vào …… giờ …… cùng ngày."),
        ),
        signatures=(Signature("THƯ KÝ", meeting.secretary or ""), Signature("CHỦ TỌA", meeting.chair or "")),
    )
    asking = OfficeDocument(
        kind=PROPOSAL,
        letterhead=head,
        subject=f"Về việc đề nghị công nhận {_TITLE} năm {one.year}",
        year=on.year,
        addressees=tuple(above) or ("……………………………",),
        grounds=(*ground, f"Căn cứ {minutes_of} {day_in_full(on)}"),
        blocks=(
            Paragraph(
                f"Năm {one.year} đơn vị có {number(come.registered)} người đăng ký, {number(come.self_assessed)} người "
                f"tự đánh giá. Qua họp xét, đề nghị công nhận {_TITLE} cho {number(len(people))} người (có danh sách "
                f"kèm theo).{among_them}"
            ),
            Paragraph(
                "Hồ sơ kèm theo: (1) biên bản họp xét; (2) danh sách đề nghị; (3) phiếu tự đánh giá của từng người."
            ),
            Paragraph("Kính trình xem xét, quyết định."),
        ),
        signatures=(chair,),
    )
    listed = OfficeDocument(
        kind=LIST,
        letterhead=head,
        subject=f"Đề nghị công nhận {_TITLE} năm {one.year}",
        year=on.year,
        persons=_rows(
            people,
            jobs,
            short,
            _points(session, tenant, ids, rules, one.programme, one.year, vietnam_day(one.proposed)),
        ),
        signatures=(Signature("NGƯỜI LẬP BIỂU", meeting.secretary or ""), chair),
    )
    return {document.kind.id: document for document in (minutes, asking, listed)}


def of_decision(session: Session, tenant: UUID, decision: UUID) -> OfficeDocument:
    """A decision with the list of whom it recognises, with their numbers in the register of certificates once they have
    them: a column that is empty before. Raises UnknownDecision.

    It is a draft for the body's own system: what binds is the paper that was signed, whose number and day it shows.
    """
    one = decisions.find(session, tenant, decision)
    people = decisions.granted(session, tenant, decision)
    jobs = _jobs(session, tenant, [person.worker_id for person in people], one.decided_on)
    head = letterheads.letterhead(session, tenant, one.body, one.decided_on)
    issuer = " ".join(head.issuer.split())
    rules = _criteria(session, tenant, one.programme, one.year)
    collective = (one.authority or "").startswith("TM.")
    numbers = _numbers(session, tenant, one, [person.worker_id for person in people])
    blocks: tuple[Block, ...] = (
        Paragraph(
            f"Công nhận {number(len(people))} người lao động đạt {_TITLE} năm {one.year} (có danh sách kèm theo).",
            "Điều 1.",
        ),
        Paragraph("Người được công nhận hưởng quyền lợi theo quy định.", "Điều 2."),
        Paragraph("Các đơn vị liên quan và người có tên trong danh sách thi hành Quyết định này.", "Điều 3."),
    )
    return OfficeDocument(
        kind=DECISION,
        letterhead=head,
        subject=f"Về việc công nhận {_TITLE} năm {one.year}",
        year=one.decided_on.year,
        number=one.number,
        day=one.decided_on,
        competence=issuer if collective else f"{one.signer_title.upper()} {issuer}",
        grounds=() if rules is None else (f"Căn cứ Quyết định số {rules.number} của {rules.issuer}",),
        blocks=blocks,
        persons=tuple(
            {
                "stt": str(place),
                "ho_ten": person.name,
                "don_vi": _job(jobs, person.worker_id).enterprise,
                "so_vao_so": numbers.get(person.worker_id, ""),
            }
            for place, person in enumerate(people, 1)
        ),
        signatures=(Signature(one.signer_title, one.signer, one.authority),),
    )


def _numbers(session: Session, tenant: UUID, one: Decision, workers: Collection[UUID]) -> dict[UUID, str]:
    """The number of each one's certificate of the title: of several the last, which stands in the others' place."""
    rows = session.execute(
        sa.select(Certificate.worker_id, Certificate.printed_number)
        .where(
            Certificate.tenant_id == tenant,
            among(session, Certificate.worker_id, workers),
            Certificate.programme == one.programme,
            Certificate.year == one.year,
        )
        .order_by(Certificate.id)
    )
    return {worker: number for worker, number in rows}  # noqa: C416


def _votes(people: Collection[Proposed], jobs: Mapping[UUID, _Job]) -> Table:
    columns = (
        Column("stt", "STT", 12, "right"),
        Column("ten", "Họ và tên", 52),
        Column("don_vi", "Đơn vị", 52),
        Column("dong_y", "Số phiếu đồng ý", 24, "center"),
        Column("ty_le", "Tỷ lệ", 20, "right"),
    )
    rows = [
        {
            "stt": str(place),
            "ten": one.full_name,
            "don_vi": _job(jobs, one.worker_id).enterprise,
            "dong_y": _cast(one),
            "ty_le": percent(Fraction(one.votes_for or 0, one.votes_of)) if one.votes_of else "",
        }
        for place, one in enumerate(people, 1)
    ]
    return Table(columns, rows, "Kết quả biểu quyết")


def _rows(
    people: Collection[Proposed],
    jobs: Mapping[UUID, _Job],
    short: Mapping[UUID, Mapping[str, Any]],
    points: Mapping[UUID, tuple[Mapping[str, str], str]],
) -> tuple[Mapping[str, str], ...]:
    rows = []
    for place, one in enumerate(people, 1):
        job, (told, note) = _job(jobs, one.worker_id), points.get(one.worker_id, ({}, ""))
        row = {"stt": str(place), "ho_ten": one.full_name, "don_vi": job.enterprise, "cong_viec": job.position}
        notes = "; ".join(filter(None, (note, _short(short.get(one.worker_id, {})))))
        rows.append({**row, **told, "dong_y": _cast(one), "ghi_chu": notes})
    return tuple(rows)


def _short(told: Mapping[str, Any]) -> str:
    """That somebody is below the criteria, and why he or she is proposed all the same."""
    said = [below.said(told)]
    if "despite" in told:
        said.append(f"vẫn đề nghị vì: {told['despite']}")
    elif "reason" in told:
        said.append(f"ghi kèm: {told['reason']}")
    return "; ".join(filter(None, said))


def _short_of_all(short: Mapping[UUID, Mapping[str, Any]]) -> str:
    """How many are, as a sentence that follows another; empty where nobody is."""
    found = [told for told in short.values() if "points" in told]
    unknown = sum("waiting" in told for told in found)
    counts = (len(found) - unknown, "chưa đạt tiêu chí"), (unknown, "chưa kết luận được là đạt hay chưa")
    if not found:
        return ""
    among = ", ".join(f"{number(count)} người {words}" for count, words in counts if count)
    return (
        f" Trong đó {among} theo kết quả đánh giá khi đề nghị; điểm và lý do vẫn đề nghị ghi tại cột Ghi chú của danh "
        "sách."
    )


def _cast(one: Proposed) -> str:
    return f"{one.votes_for}/{one.votes_of}" if one.votes_of else ""


def _points(
    session: Session,
    tenant: UUID,
    ids: Collection[UUID],
    rules: CriteriaSet | None,
    programme: str,
    year: int,
    known: date,
) -> Mapping[UUID, tuple[Mapping[str, str], str]]:
    """Points by competence, sum and lowest indicator of whoever has all of them: those attested, otherwise the own."""
    if rules is None:
        return {}
    until = min(known, date(year, 12, 31))
    told = (
        (gathering.self_given(session, tenant, ids, programme=programme, year=year, as_of=until), "điểm tự chấm"),
        (gathering.attested(session, tenant, ids, programme=programme, year=year, as_of=until), ""),
    )
    competences = list(dict.fromkeys(one.competence for one in rules.indicators))
    found: dict[UUID, tuple[Mapping[str, str], str]] = {}
    for given, note in told:
        for worker, points in given.items():
            by = {one.indicator: one.points for one in points}
            if any(one.id not in by for one in rules.indicators):
                continue
            sums = {
                f"nl{place}": str(sum(by[one.id] for one in rules.indicators if one.competence == competence))
                for place, competence in enumerate(competences, 1)
            }
            total = sum(by[one.id] for one in rules.indicators)
            lowest = min(by[one.id] for one in rules.indicators)
            found[worker] = ({**sums, "tong": str(total), "thap_nhat": str(lowest)}, note)
    return found


def _jobs(session: Session, tenant: UUID, ids: Collection[UUID], on: date) -> dict[UUID, _Job]:
    """Where each works on the day; of several employers the one begun last."""
    names = {node.id: node.name for node in organizations.tree(session, tenant, on).nodes}
    rows = session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id, Employment.position)
        .where(
            beside(Employment.tenant_id) == tenant,
            among(session, Employment.worker_id, ids),
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
        .order_by(Employment.started)
    )
    return {worker: _Job(names.get(enterprise, ""), position or "") for worker, enterprise, position in rows}


def _job(jobs: Mapping[UUID, _Job], worker: UUID) -> _Job:
    return jobs.get(worker, _Job("", ""))


def _criteria(session: Session, tenant: UUID, programme: str, year: int) -> CriteriaSet | None:
    try:
        return criteria.in_force(session, tenant, programme, criteria.AUDIENCE, year)[1]
    except NoCriteriaInForce:
        return None
