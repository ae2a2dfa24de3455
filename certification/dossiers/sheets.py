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
from certification.evidence.retold_words import about_words
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
from lrs.db import Session, among, beside

__all__ = ["blank", "of_many", "of_worker"]

NAMED = 4
"""So many activities are named as the evidence of a chỉ số; the others are counted."""

_ROOM = "……………………………"
_POINTS = ("goi_y", "tu_cham", "tap_the", "duoc_tinh")
_NO_CRITERIA = "Không có bộ tiêu chí nào đang áp dụng cho nhóm của người này trong năm {}: không lập phiếu."
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
    return _made(session, tenant, [person], year, on=on, now=now, filled=filled, programme=programme, alone=True)[0]


def of_many(
    session: Session,
    tenant: UUID,
    people: Sequence[Person],
    year: int,
    *,
    on: date,
    now: datetime,
    filled: bool = True,
    programme: str = PROGRAMME,
) -> list[OfficeDocument]:
    """A sheet for each of these workers, in their order, as `of_worker` gives it; where no criteria are in force, one
    that says so. A number of SQL commands that grows with the unions they belong to and with nothing else."""
    return _made(session, tenant, people, year, on=on, now=now, filled=filled, programme=programme)


def _made(
    session: Session,
    tenant: UUID,
    people: Sequence[Person],
    year: int,
    *,
    on: date,
    now: datetime,
    filled: bool,
    programme: str,
    alone: bool = False,
) -> list[OfficeDocument]:
    """The sheet of each; that of one `alone` raises NoCriteriaInForce."""
    ids = [one.id for one in people]
    places, heads = _places(session, tenant, ids, on), _Heads(session, tenant, on)
    rules: dict[UUID, CriteriaSet | NoCriteriaInForce] = {}
    if filled:
        found = _judged(session, tenant, ids, programme, year, on)
        results = {
            worker: {one.indicator: one for one in judgement.result.indicators} for worker, judgement in found.items()
        }
        counted = {one for some in results.values() for each in some.values() for one in each.counted}
        told = retold.tellings(session, tenant, counted)
        notes = _notes(session, tenant, programme, year, on, results)
        rules |= {worker: judgement.rules.criteria_set for worker, judgement in found.items()}
    missing = [one for one in ids if one not in rules]
    audience_of = audiences.of(session, tenant, missing, year) if missing else {}
    by_audience: dict[str, CriteriaSet | NoCriteriaInForce] = {}
    for audience in sorted(set(audience_of.values())):
        try:
            by_audience[audience] = criteria.in_force(session, tenant, programme, audience, year)[1]
        except NoCriteriaInForce as error:
            by_audience[audience] = error
    rules |= {worker: by_audience[audience] for worker, audience in audience_of.items()}
    made: list[OfficeDocument] = []
    for person in people:
        place, of_person = places.get(person.id, _Place()), rules[person.id]
        if isinstance(of_person, NoCriteriaInForce):
            if alone:
                raise of_person
            made.append(_document(heads, None, year, (), (_NO_CRITERIA.format(year),), person, place, on, now))
            continue
        if filled and person.id in found:
            rows = _rows(of_person, results[person.id], told, notes.get(person.id, {}))
            closing = _said(of_person, found[person.id])
        else:
            rows, closing = _rows(of_person), _to_fill_in(of_person)
        made.append(_document(heads, of_person, year, rows, closing, person, place, on, now))
    return made


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
    heads = _Heads(session, tenant, on)
    return _document(heads, rules, year, _rows(rules), _to_fill_in(rules), None, _Place(), on, now)


def _document(
    heads: _Heads,
    rules: CriteriaSet | None,
    year: int,
    rows: Sequence[Mapping[str, str]],
    closing: tuple[str, ...],
    person: Person | None,
    place: _Place,
    on: date,
    now: datetime,
) -> OfficeDocument:
    head, chair = heads.of(place.union)
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
        grounds=(f"Căn cứ Quyết định số {rules.number} của {rules.issuer}",) if rules and rules.number else (),
        blocks=tuple(Paragraph(text, lead) for lead, text in about),
        persons=rows,
        closing=closing,
        signatures=(Signature("NGƯỜI LAO ĐỘNG", name), Signature("TỔ TRƯỞNG"), chair),
        foot=f"In lúc {now.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}",
    )


class _Heads:
    """How the unions' documents are headed and who signs for them, each looked up once."""

    def __init__(self, session: Session, tenant: UUID, on: date) -> None:
        self._session, self._tenant, self._on = session, tenant, on
        self._known: dict[str | None, tuple[Letterhead, Signature]] = {}

    def of(self, union: str | None) -> tuple[Letterhead, Signature]:
        """Room for both where no union is known."""
        if union not in self._known:
            self._known[union] = self._looked_up(union)
        return self._known[union]

    def _looked_up(self, union: str | None) -> tuple[Letterhead, Signature]:
        chair = Signature("CHỦ TỊCH", "", "TM. BAN CHẤP HÀNH")
        if union is None:
            return Letterhead(f"CÔNG ĐOÀN CƠ SỞ\n{_ROOM}"), chair
        signing = letterheads.signers(self._session, self._tenant, union, self._on)
        if signing:
            chair = Signature(signing[-1].office, signing[-1].name, signing[-1].authority)
        return letterheads.letterhead(self._session, self._tenant, union, self._on), chair


def _places(session: Session, tenant: UUID, worker_ids: Collection[UUID], on: date) -> dict[UUID, _Place]:
    """Where each of the workers is employed on the day; of several employers, where it was begun last."""
    rows = session.execute(
        sa.select(Employment.worker_id, Employment.enterprise_id, Employment.position)
        .where(
            among(session, Employment.worker_id, worker_ids),
            beside(Employment.tenant_id) == tenant,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
        .order_by(Employment.started, Employment.enterprise_id.desc())
    ).all()
    tree = organizations.tree(session, tenant, on)
    nodes = {one.id: one for one in tree.nodes}
    return {
        worker: _Place(node.name, position or "", next(iter(tree.parents(node.code, UNION)), None))
        for worker, enterprise, position in rows
        if (node := nodes.get(enterprise)) is not None
    }


def _judged(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, on: date
) -> dict[UUID, Judgement]:
    """Of whom criteria are in force: the last result that is kept, or what is to be said on the day."""
    found = dict(statuses.of_workers(session, tenant, worker_ids, programme, year, Moment()))
    if others := [one for one in worker_ids if one not in found]:
        judged = assessments.judge(session, tenant, others, programme, year, on)
        found |= {one.worker_id: one for one in judged.judgements}
    return found


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
            days.setdefault(about_words(told[one]), []).append(told[one].day)
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
    programme: str,
    year: int,
    on: date,
    results: Mapping[UUID, Mapping[str, IndicatorResult]],
) -> dict[UUID, dict[str, str]]:
    """By worker and chỉ số: what the worker wrote beside the own points, and on what who attested based theirs."""
    own = self_scores.last_known(session, tenant, list(results), programme, year, on)
    vouched = gathering.attested(session, tenant, list(results), programme=programme, year=year, as_of=on)
    found: dict[UUID, dict[str, str]] = {}
    for worker, of_worker in results.items():
        notes: dict[str, list[str]] = {}
        for one in own[worker]:
            if one.note and one.indicator in of_worker:
                notes.setdefault(one.indicator, []).append(f"Tự ghi: {one.note}")
        for given in vouched.get(worker, ()):
            if given.basis and given.indicator in of_worker and of_worker[given.indicator].attested == given.points:
                notes.setdefault(given.indicator, []).append(f"Tập thể, {given.attested_on:%d/%m/%Y}: {given.basis}")
        found[worker] = {indicator: ". ".join(said) for indicator, said in notes.items()}
    return found


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
