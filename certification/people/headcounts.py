"""Declared headcounts: how many people work in enterprises that have sent no roster, so that denominators are whole.

A declaration stands in for a roster and never beside one: from the first day on which anybody is known to be employed
in an enterprise, its roster is its headcount. What an enterprise declared last, on or before a day, holds on that day.

    import_headcounts   a file of declarations
    declare             one of them
    standing_in         what holds on a day, of enterprises without a roster: what a denominator takes in
    totals_on           the totals of the same on several days
    reporting           who has a roster on a day, who has declared, and who says nothing (`Coverage`)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.models import DeclaredHeadcount, Employment, Organization
from certification.people.row_journal import RowJournal
from certification.spreadsheets import Column, ImportResult, Row, read, written
from certification.units import organizations
from certification.units.trees import ENTERPRISE as ENTERPRISE_KIND
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = [
    "COLUMNS",
    "Coverage",
    "Declared",
    "HeadcountRefused",
    "Reporting",
    "declare",
    "import_headcounts",
    "reporting",
    "standing_in",
    "totals_on",
]

ENTERPRISE, DAY, TOTAL = "Mã doanh nghiệp", "Ngày", "Tổng số lao động"
WOMEN, MEMBERS, SOURCE, WHO = "Lao động nữ", "Đoàn viên", "Căn cứ", "Người báo"

COLUMNS = (
    Column(
        ENTERPRISE, ("enterprise code", "enterprise"), meaning="mã doanh nghiệp như trong tệp đơn vị", example="dn/b"
    ),
    Column(DAY, ("day",), kind="day", meaning="ngày mà số liệu nói tới", example="30/06/2026"),
    Column(TOTAL, ("total",), kind="number", meaning="tổng số người lao động vào ngày đó", example="250"),
    Column(
        WOMEN, ("women",), left_out=True, may_be_empty=True, kind="number", meaning="trong đó là nữ", example="140"
    ),
    Column(
        MEMBERS, ("union members",), left_out=True, may_be_empty=True, kind="number",
        meaning="trong đó là đoàn viên công đoàn", example="230",
    ),
    Column(SOURCE, ("source",), meaning="văn bản, báo cáo nào cho số liệu", example="Báo cáo lao động quý II/2026"),
    Column(WHO, ("declared by",), meaning="ai báo số liệu", example="Phòng nhân sự Công ty B"),
)  # fmt: skip

MOST_PEOPLE = 10_000_000


class HeadcountRefused(CertificationError):
    """A declaration that cannot be; the text says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What an enterprise declared for a day. `women` and `union_members` are None where it did not say."""

    day: date
    total: int
    women: int | None
    union_members: int | None
    source: str
    declared_by: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of so many enterprises, how many have a roster on the day, how many only a declared headcount; the others say
    nothing."""

    enterprises: int
    with_roster: int
    declared: int

    @property
    def silent(self) -> int:
        return self.enterprises - self.with_roster - self.declared

    def __str__(self) -> str:
        reporting = self.with_roster + self.declared
        return (
            f"{reporting} trên {self.enterprises} doanh nghiệp có số liệu ({self.with_roster} có danh sách, "
            f"{self.declared} chỉ báo số lượng)"
        )


@dataclass(frozen=True, slots=True)
class Reporting:
    """Who says what on a day, by the enterprise's id."""

    with_roster: frozenset[UUID]
    declared: Mapping[UUID, Declared]
    """Of enterprises without a roster alone."""

    def coverage(self, enterprises: Collection[UUID]) -> Coverage:
        """How much is known of these enterprises, each counted once."""
        distinct = set(enterprises)
        return Coverage(len(distinct), len(distinct & self.with_roster), len(distinct & self.declared.keys()))


def reporting(session: Session, tenant: UUID, on: date) -> Reporting:
    """Who says what on the day, in two SQL commands.

    An enterprise has a roster on every day from the first on which anybody is known to have been employed there; that
    all have left is an answer too.
    """
    employing = sa.select(Organization.id).where(
        Organization.tenant_id == tenant, Organization.kind == ENTERPRISE_KIND, _has_roster(Organization.id, tenant, on)
    )
    return Reporting(frozenset(session.scalars(employing)), standing_in(session, tenant, on))


def standing_in(session: Session, tenant: UUID, on: date) -> Mapping[UUID, Declared]:
    """What is to be added to the headcounts of rosters on the day, by the enterprise's id: the last declaration of each
    enterprise that has no roster then, in one SQL command. Whether an enterprise exists on the day, its tree says."""
    query = sa.select(DeclaredHeadcount).where(
        DeclaredHeadcount.tenant_id == tenant,
        DeclaredHeadcount.day <= on,
        ~_has_roster(DeclaredHeadcount.organization_id, tenant, on),
    )
    rows = session.scalars(query.order_by(DeclaredHeadcount.day))
    return {row.organization_id: _said(row) for row in rows}


def totals_on(session: Session, tenant: UUID, days: Collection[date]) -> Mapping[date, Mapping[UUID, int]]:
    """The totals of `standing_in` on each of these days, in one SQL command."""
    roster = sa.select(sa.func.min(Employment.started)).where(
        Employment.tenant_id == tenant, Employment.enterprise_id == DeclaredHeadcount.organization_id
    )
    query = sa.select(
        DeclaredHeadcount.organization_id, DeclaredHeadcount.day, DeclaredHeadcount.total, roster.scalar_subquery()
    ).where(
        DeclaredHeadcount.tenant_id == tenant,
        DeclaredHeadcount.day <= max(days),
        ~_has_roster(DeclaredHeadcount.organization_id, tenant, min(days)),
    )
    found: dict[date, dict[UUID, int]] = {day: {} for day in days}
    for enterprise, since, total, first in session.execute(query.order_by(DeclaredHeadcount.day)):
        for day, totals in found.items():
            if since <= day and (first is None or day < first):
                totals[enterprise] = total
    return found


def _has_roster(enterprise: Any, tenant: UUID, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Employment.tenant_id == tenant, Employment.enterprise_id == enterprise, Employment.started <= on
    )


# ---------------------------------------------------------------- taking in


_Key = tuple[UUID, date]
"""An enterprise's id and the day."""


def import_headcounts(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    now: datetime,
    good_rows: bool = False,
    within: Collection[UUID] | None = None,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a file of declared headcounts (docs/imports.md).

    Another declaration for the same enterprise and day corrects the one before. Raises ImportFaults with every fault;
    nothing was changed then, unless `good_rows` are asked for: rows at fault are left out then, and told. `within` are
    the ids of the enterprises it may be about; None means all; a `journal` is told what changes. May be called again
    with the same file.
    """
    sheet = read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    enterprises = _enterprises(session, tenant, within)
    told: dict[_Key, Declared] = {}
    first: dict[_Key, int] = {}
    for row in sheet.each():
        enterprise, declared = _declared(row, enterprises, vietnam_day(now))
        if enterprise is None or declared is None:
            continue
        key = (enterprise.id, declared.day)
        if first.setdefault(key, row.number) != row.number:
            message = (
                f"“{enterprise.code}” đã có ở dòng {first[key]} cho cùng ngày {written(declared.day)}; xoá một dòng"
            )
            row.clash(ENTERPRISE, message, first[key])
        told[key] = declared
    sheet.refuse_faulty(good_rows=good_rows)
    told = {key: declared for key, declared in told.items() if sheet.good(first[key])}
    stored = _stored(session, tenant, [enterprise for enterprise, _day in told])
    rosters = reporting(session, tenant, vietnam_day(now)).with_roster
    codes = {node.id: node.code for node in enterprises.values()}
    notes = [
        f"Doanh nghiệp “{codes[enterprise]}” đã có danh sách người lao động: số đã báo không được cộng vào"
        for enterprise in dict.fromkeys(one for one, _day in told)
        if enterprise in rosters
    ]
    new = sum(key not in stored for key in told)
    changed = {key: one for key, one in told.items() if stored.get(key) != one}
    _write(session, tenant, changed, now)
    if journal is not None:
        for (unit, day), one in sorted(changed.items()):
            of_row = {"organization_id": unit, "day": day}
            before = None if (unit, day) not in stored else _values(stored[unit, day])
            journal.add(of_row, before, _values(one), words=f"“{codes[unit]}”, ngày {written(day)}")
    return sheet.result(new, len(changed) - new, len(told) - len(changed), notes)


def _enterprises(session: Session, tenant: UUID, within: Collection[UUID] | None) -> dict[str, Node]:
    every = organizations.enterprises(session, tenant)
    return every if within is None else {code: node for code, node in every.items() if node.id in within}


def declare(
    session: Session,
    tenant: UUID,
    enterprise: str,
    declared: Declared,
    *,
    now: datetime,
    within: Collection[UUID] | None = None,
) -> None:
    """Keeps what one enterprise (by its code) declares; another declaration for the same day is corrected by it.

    `within` as in `import_headcounts`. Raises HeadcountRefused, with everything that is wrong, one a line.
    """
    bulk.import_alone(session, tenant)
    node = _enterprises(session, tenant, within).get(enterprise)
    wrong = [f"Không có doanh nghiệp nào mang mã “{enterprise}”"] if node is None else []
    wrong += [message for _column, message in _wrong(declared, node, vietnam_day(now))]
    if not 0 <= declared.total <= MOST_PEOPLE:
        wrong.append(f"{TOTAL} phải từ 0 đến {MOST_PEOPLE}")
    if not declared.source.strip() or not declared.declared_by.strip():
        wrong.append("Ghi căn cứ và người báo")
    if wrong or node is None:
        raise HeadcountRefused("\n".join(wrong))
    _write(session, tenant, {(node.id, declared.day): declared}, now)


def _declared(row: Row, enterprises: Mapping[str, Node], today: date) -> tuple[Node | None, Declared | None]:
    code = row.text(ENTERPRISE)
    day = row.day(DAY)
    total = row.number_of(TOTAL, at_least=0, at_most=MOST_PEOPLE)
    women = row.optional_number(WOMEN, at_least=0, at_most=MOST_PEOPLE)
    members = row.optional_number(MEMBERS, at_least=0, at_most=MOST_PEOPLE)
    source = row.text(SOURCE, at_most=2000)
    who = row.text(WHO)
    node = enterprises.get(code or "")
    if code is not None and node is None:
        row.fault(ENTERPRISE, f"không có doanh nghiệp nào mang mã “{code}”; sửa mã, hoặc nhập đơn vị đó trước")
    if day is None or total is None or source is None or who is None:
        return node, None
    declared = Declared(day, total, women, members, source, who)
    for column, message in _wrong(declared, node, today):
        row.fault(column, message)
    return node, declared if row.ok else None


def _wrong(declared: Declared, node: Node | None, today: date) -> list[tuple[str, str]]:
    """What cannot be of a declaration, with the column that says it."""
    wrong = []
    day = written(declared.day)
    if declared.day > today:
        wrong.append((DAY, f"{day} chưa tới (hôm nay {written(today)}); sửa ngày"))
    if node is not None and node.exists_to is not None and declared.day > node.exists_to:
        wrong.append((DAY, f"doanh nghiệp đã kết thúc ngày {written(node.exists_to)}; sửa ngày"))
    for column, part in ((WOMEN, declared.women), (MEMBERS, declared.union_members)):
        if part is not None and not 0 <= part <= declared.total:
            wrong.append((column, f"{part} không nằm trong tổng số {declared.total}; sửa một trong hai số"))
    return wrong


def _stored(session: Session, tenant: UUID, enterprises: Collection[UUID]) -> dict[_Key, Declared]:
    query = sa.select(DeclaredHeadcount).where(DeclaredHeadcount.tenant_id == tenant)
    rows = session.scalars(query.where(among(session, DeclaredHeadcount.organization_id, enterprises)))
    return {(row.organization_id, row.day): _said(row) for row in rows}


def _values(one: Declared) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "day"}


def _said(row: DeclaredHeadcount) -> Declared:
    return Declared(row.day, row.total, row.women, row.union_members, row.source, row.declared_by)


def _write(session: Session, tenant: UUID, told: Mapping[_Key, Declared], now: datetime) -> None:
    replacing = ["total", "women", "union_members", "source", "declared_by", "recorded"]
    bulk.upsert(
        session,
        DeclaredHeadcount,
        [
            {
                "organization_id": enterprise,
                "day": one.day,
                "tenant_id": tenant,
                "total": one.total,
                "women": one.women,
                "union_members": one.union_members,
                "source": one.source,
                "declared_by": one.declared_by,
                "recorded": now,
            }
            for (enterprise, _day), one in sorted(told.items())
        ],
        replacing=replacing,
    )
