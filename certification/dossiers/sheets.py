"""The sheet on which a worker assesses himself or herself (phiếu tự đánh giá): filled from what stands, or blank.

By chỉ số: what the log suggests, what the worker gave, what the collective attested, what counts, and the evidence in
words. Whoever fills it in by hand gets the same sheet without points. Days of birth are not kept here: room is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument, Paragraph, Signature
from certification.errors import NoCriteriaInForce
from certification.evaluation.results import IndicatorResult
from certification.evaluation.rules import CriteriaSet, Indicator
from certification.evidence import gathering, retold, self_scores
from certification.evidence.retold import Telling
from certification.judgement import assessments, explanations, statuses
from certification.judgement.assessments import Judgement
from certification.judgement.statuses import Moment
from certification.models import Employment
from certification.people import audiences, workers
from certification.people.workers import Person
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.units import letterheads, organizations
from certification.units.letterheads import Letterhead
from certification.units.trees import UNION
from certification.vietnam import VIETNAM
from lrs.db import Session

__all__ = ["blank", "of_worker"]

NAMED = 4
"""So many activities are named as the evidence of a chỉ số; the others are counted."""

_ROOM = "……………………………"
_POINTS = ("goi_y", "tu_cham", "tap_the", "duoc_tinh")
_GENDERS = {"female": "Nữ", "male": "Nam"}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_COLUMNS = (
    "Hệ thống gợi ý: điểm tính từ nhật ký học tập. Được tính: điểm tập thể chấm; nơi tập thể chưa chấm, điểm gợi ý. "
    "Điểm tự chấm để đối chiếu."
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody works on a day, and the union there."""

    enterprise: str = ""
    position: str = ""
    union: str | None = None


def of_worker(
    session: Session,
    tenant: UUID,
    number: str,
    year: int,
    *,
    on: date,
    now: datetime,
    filled: bool = True,
    programme: str = PROGRAMME,
) -> OfficeDocument:
    """The sheet of a worker for an assessment year, as things stand on the day `on`; without `filled` with the name and
    without points, to be filled in by hand.

    Filled in is the last result that is kept, or, where none is, what is to be said on that day, which is not kept.
    Raises UnknownWorker, NoCriteriaInForce. A number of SQL commands that does not grow with the evidence.
    """
    person = workers.find(session, tenant, number)
    place = _place(session, tenant, person, on)
    if filled:
        found = _judged(session, tenant, person.id, programme, year, on)
        rules, results = found.rules.criteria_set, {one.indicator: one for one in found.result.indicators}
        told = retold.tellings(session, tenant, {one for each in results.values() for one in each.counted})
        notes = _notes(session, tenant, person.id, programme, year, on, results)
        rows, closing = _rows(rules, results, told, notes), _said(rules, found)
    else:
        audience = audiences.of(session, tenant, [person.id], year)[person.id]
        rules = criteria.in_force(session, tenant, programme, audience, year)[1]
        rows, closing = _rows(rules), _to_fill_in(rules)
    return _document(session, tenant, rules, year, rows, closing, person, place, on, now)


def blank(
    session: Session,
    tenant: UUID,
    year: int,
    *,
    on: date,
    now: datetime,
    audience: str = AUDIENCE,
    programme: str = PROGRAMME,
) -> OfficeDocument:
    """A sheet of nobody's, to be copied and filled in by hand. Raises NoCriteriaInForce."""
    rules = criteria.in_force(session, tenant, programme, audience, year)[1]
    return _document(session, tenant, rules, year, _rows(rules), _to_fill_in(rules), None, _Place(), on, now)


def _document(
    session: Session,
    tenant: UUID,
    rules: CriteriaSet,
    year: int,
    rows: Sequence[Mapping[str, str]],
    closing: tuple[str, ...],
    person: Person | None,
    place: _Place,
    on: date,
    now: datetime,
) -> OfficeDocument:
    head, chair = _head(session, tenant, place.union, on)
    name, number, gender = (person.full_name, person.number, person.gender) if person else ("", "", None)
    about = (
        ("Họ và tên:", f"{name or _ROOM}; ngày sinh: …………………; giới tính: {_GENDERS.get(gender or '', '………')}"),
        ("Đơn vị:", f"{place.enterprise or _ROOM}; công việc: {place.position or _ROOM}; mã: {number or '……………'}"),
    )
    return OfficeDocument(
        kind=SHEET,
        letterhead=head,
        subject=f"Danh hiệu “Công dân học tập” năm {year}",
        year=on.year,
        grounds=(f"Căn cứ Quyết định số {rules.number} của {rules.issuer}",) if rules.number else (),
        blocks=tuple(Paragraph(text, lead) for lead, text in about),
        persons=rows,
        closing=closing,
        signatures=(Signature("NGƯỜI LAO ĐỘNG", name), Signature("TỔ TRƯỞNG"), chair),
        foot=f"In lúc {now.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}",
    )


def _head(session: Session, tenant: UUID, union: str | None, on: date) -> tuple[Letterhead, Signature]:
    """How the union's documents are headed and who signs for it; room for both where no union is known."""
    if union is None:
        return Letterhead(f"CÔNG ĐOÀN CƠ SỞ\n{_ROOM}"), Signature("CHỦ TỊCH", "", "TM. BAN CHẤP HÀNH")
    signing = letterheads.signers(session, tenant, union, on)
    chair = Signature("CHỦ TỊCH", "", "TM. BAN CHẤP HÀNH")
    if signing:
        chair = Signature(signing[-1].office, signing[-1].name, signing[-1].authority)
    return letterheads.letterhead(session, tenant, union, on), chair


def _place(session: Session, tenant: UUID, person: Person, on: date) -> _Place:
    """Where the worker is employed on the day; of several employers, where it was begun last."""
    row = session.execute(
        sa.select(Employment.enterprise_id, Employment.position)
        .where(
            Employment.tenant_id == tenant,
            Employment.worker_id == person.id,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
        .order_by(Employment.started.desc())
        .limit(1)
    ).first()
    tree = organizations.tree(session, tenant, on)
    node = None if row is None else next((one for one in tree.nodes if one.id == row.enterprise_id), None)
    if row is None or node is None:
        return _Place()
    return _Place(node.name, row.position or "", next(iter(tree.parents(node.code, UNION)), None))


def _judged(session: Session, tenant: UUID, worker: UUID, programme: str, year: int, on: date) -> Judgement:
    kept = statuses.of_workers(session, tenant, [worker], programme, year, Moment()).get(worker)
    if kept is not None:
        return kept
    judged = assessments.judge(session, tenant, [worker], programme, year, on)
    for missing in judged.without_criteria:
        raise missing
    if not judged.judgements:
        raise NoCriteriaInForce(programme, AUDIENCE, year)
    return judged.judgements[0]


# ---------------------------------------------------------------- what stands in it


def _rows(
    rules: CriteriaSet,
    results: Mapping[str, IndicatorResult] = MappingProxyType({}),
    told: Mapping[UUID, Telling] = MappingProxyType({}),
    notes: Mapping[str, str] = MappingProxyType({}),
) -> list[dict[str, str]]:
    """A row for each chỉ số below one for its competence, and the sum: of a column whose points are all known."""
    rows: list[dict[str, str]] = []
    competences = list(dict.fromkeys(one.competence for one in rules.indicators))
    place = 0
    for number, competence in enumerate(competences):
        some = [one for one in rules.indicators if one.competence == competence]
        rows.append({"tt": _ROMAN[number], "noi_dung": competence, **_sums(some, results), "dam": "có"})
        for one in some:
            place += 1
            found = results.get(one.id)
            rows.append(
                {
                    "tt": str(place),
                    "noi_dung": f"{one.id}. {one.title}",
                    "toi_da": str(one.max_points),
                    **{field: _written(points) for field, points in zip(_POINTS, _points(found), strict=True)},
                    "minh_chung": "" if found is None else _evidence(found.counted, told),
                    "ghi_chu": notes.get(one.id, ""),
                }
            )
    rows.append({"tt": "", "noi_dung": "TỔNG CỘNG", **_sums(rules.indicators, results), "dam": "có"})
    return rows


def _points(found: IndicatorResult | None) -> tuple[int | None, ...]:
    return (None,) * 4 if found is None else (found.suggested, found.self_given, found.attested, found.points)


def _sums(some: Sequence[Indicator], results: Mapping[str, IndicatorResult]) -> dict[str, str]:
    columns = zip(*(_points(results.get(one.id)) for one in some), strict=True)
    sums = [None if None in column else sum(filter(None, column)) for column in columns]
    return {
        "toi_da": str(sum(one.max_points for one in some)),
        **{field: _written(points) for field, points in zip(_POINTS, sums, strict=True)},
    }


def _written(points: int | None) -> str:
    return "" if points is None else str(points)


def _evidence(counted: Collection[UUID], told: Mapping[UUID, Telling]) -> str:
    """The activities that the log's points rest on, those told of most often first, with their days."""
    days: dict[str, list[date]] = {}
    for one in counted:
        if one in told:
            days.setdefault(told[one].about, []).append(told[one].day)
    listed = sorted(days.items(), key=lambda one: (-len(one[1]), min(one[1]), one[0]))
    said = [f"{about} ({_span(some)})" for about, some in listed[:NAMED]]
    if len(listed) > NAMED:
        said.append(f"và {len(listed) - NAMED} nội dung khác")
    return "; ".join(said)


def _span(days: Iterable[date]) -> str:
    each = sorted(days)
    if len(each) == 1:
        return f"{each[0]:%d/%m/%Y}"
    if each[0] == each[-1]:
        return f"{len(each)} lần, {each[0]:%d/%m/%Y}"
    return f"{len(each)} lần, từ {each[0]:%d/%m} đến {each[-1]:%d/%m/%Y}"


def _notes(
    session: Session,
    tenant: UUID,
    worker: UUID,
    programme: str,
    year: int,
    on: date,
    results: Mapping[str, IndicatorResult],
) -> dict[str, str]:
    """By chỉ số: what the worker wrote beside the own points, and on what those who attested based theirs."""
    notes: dict[str, list[str]] = {}
    for own in self_scores.last_known(session, tenant, [worker], programme, year, on)[worker]:
        if own.note and own.indicator in results:
            notes.setdefault(own.indicator, []).append(f"Tự ghi: {own.note}")
    vouched = gathering.attested(session, tenant, [worker], programme=programme, year=year, as_of=on)
    for one in vouched.get(worker, ()):
        if one.basis and one.indicator in results and results[one.indicator].attested == one.points:
            notes.setdefault(one.indicator, []).append(f"Tập thể, {one.attested_on:%d/%m/%Y}: {one.basis}")
    return {indicator: ". ".join(said) for indicator, said in notes.items()}


def _said(rules: CriteriaSet, found: Judgement) -> tuple[str, ...]:
    floor = rules.each_at_least
    below = [
        f"{one.indicator} ({one.points})" for one in found.result.indicators
        if one.points is not None and one.points < floor
    ]  # fmt: skip
    unknown = [one.indicator for one in found.result.indicators if one.points is None]
    lines = [explanations.explain(rules, found.result).summary]
    lines.append(f"Chỉ số dưới {floor} điểm: {', '.join(below) or 'không có'}.")
    if unknown:
        lines.append(f"Chỉ số chưa có điểm: {', '.join(unknown)}.")
    return (*lines, _COLUMNS)


def _to_fill_in(rules: CriteriaSet) -> tuple[str, ...]:
    asked = f"cần từ {rules.total_at_least} điểm và không chỉ số nào dưới {rules.each_at_least} điểm"
    return (f"Tổng số điểm: …………… ({asked}).", f"Chỉ số dưới {rules.each_at_least} điểm: {_ROOM}{_ROOM}.", _COLUMNS)
