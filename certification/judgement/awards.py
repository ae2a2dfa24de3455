"""Awards: that a competent body recognised the title for a worker and an assessed year.

The program awards nothing; it records decisions, of earlier years too and those of congdanhoctap.vn. "Meets the
criteria" is another thing and counted apart (`judgement.assessments`), so a recorded title gives no cause to judge
anybody again. A recorded decision is never overwritten; that it was withdrawn is added to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.marks import EVERY_YEAR, Cause, mark_titles, mark_uncounted
from certification.models import Award
from certification.people import identifiers, linking, national_numbers, workers
from certification.people.identifiers import Opaque
from certification.people.national_numbers import Keys
from certification.people.row_journal import RowJournal
from certification.people.workers import Known, Person, everybody
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import Column, ImportResult, Row, Sheet, read, written
from certification.vietnam import vietnam_day
from lrs.db import Session, among, beside

__all__ = ["COLUMNS", "TITLE_HEADINGS", "import_titles"]

WORKER, YEAR = "Mã người lao động", "Năm đánh giá"
NUMBER, DAY, BODY = "Số quyết định", "Ngày quyết định", "Cơ quan công nhận"
ACCOUNT, NATIONAL, NAME = "Tài khoản học tập", "Số định danh", "Họ và tên"
WITHDRAWN, WITHDRAWAL, SOURCE = "Ngày thu hồi", "Căn cứ thu hồi", "Nguồn"

COLUMNS = (
    Column(
        WORKER, ("worker number",), left_out=True, may_be_empty=True,
        meaning="mã trong danh sách người lao động; để trống nếu ghi tài khoản hoặc số định danh", example="A001",
    ),
    Column(YEAR, ("year",), kind="number", meaning="năm được đánh giá, có khi khác năm ra quyết định", example="2025"),
    Column(NUMBER, ("decision number",), meaning="số của quyết định công nhận", example="12/QĐ-UBND"),
    Column(DAY, ("decision day",), kind="day", meaning="ngày của quyết định", example="20/02/2026"),
    Column(BODY, ("body",), meaning="cơ quan ra quyết định", example="UBND xã A"),
    Column(
        ACCOUNT, ("learning account",), left_out=True, may_be_empty=True,
        meaning="một tài khoản học tập của người đó, thay cho mã", example="https://hoc.example.org|hv001",
    ),
    Column(
        NATIONAL, ("national number", "cccd", "số cccd", "số căn cước"), left_out=True, may_be_empty=True,
        meaning="số CCCD hoặc CMND, thay cho mã; chỉ để tìm người, không lưu", example="001090000001",
    ),
    Column(
        NAME, ("full name",), left_out=True, may_be_empty=True, meaning="họ và tên, để đối chiếu với danh sách",
        example="Nguyễn Thị Hoa",
    ),
    Column(
        WITHDRAWN, ("withdrawn on",), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày bị thu hồi, nếu đã bị thu hồi", example="01/07/2026",
    ),
    Column(
        WITHDRAWAL, ("withdrawal",), left_out=True, may_be_empty=True, meaning="quyết định hoặc lý do thu hồi",
        example="15/QĐ-UBND",
    ),
    Column(SOURCE, ("source",), left_out=True, may_be_empty=True, meaning="lấy từ đâu", example="congdanhoctap.vn"),
)  # fmt: skip

TITLE_HEADINGS = (WORKER, YEAR, NUMBER, DAY, BODY)
"""What most files have."""

_Key = tuple[UUID, int]
"""A worker's id and the assessed year."""


@dataclass(frozen=True, slots=True)
class Decision:
    """By which decision a title was recognised."""

    number: str
    decided_on: date
    body: str


@dataclass(frozen=True, slots=True)
class Title:
    """What a row says of a title."""

    decision: Decision
    withdrawn_on: date | None
    withdrawal: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class _People:
    """Who the rows are about: workers by their own number, by account, and by the hash of the national number."""

    by_number: Mapping[str, Person]
    by_account: Mapping[str, Person] = field(default_factory=dict)
    by_national: Mapping[str, Person] = field(default_factory=dict)

    @property
    def ids(self) -> set[UUID]:
        return {one.id for each in (self.by_number, self.by_account, self.by_national) for one in each.values()}

    def within(self, known: Known) -> _People:
        """Those of them who are known to whoever imports."""
        seen = known(self.ids)
        return _People(
            *(
                {name: one for name, one in each.items() if one.id in seen}
                for each in (self.by_number, self.by_account, self.by_national)
            )
        )


def import_titles(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    now: datetime,
    programme: str = PROGRAMME,
    opaque: Opaque | None = None,
    keys: Keys | None = None,
    good_rows: bool = False,
    known: Known = everybody,
    by: str = "operator",
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a file of recognised titles (docs/imports.md); `by` says so in the record of acts.

    Whose a title is, the worker's number says, or an account, or the national number (for which `keys` are needed);
    where a row gives several, they must agree. A title that is recorded already, by the same decision, is unchanged, or
    changed where it is withdrawn now; by another decision it is a fault. Raises ImportFaults with every fault; nothing
    was changed then, unless `good_rows` are asked for: rows at fault are left out then, and told. Whoever is not
    `known` to who imports is as if there were nobody. A `journal` is told what changes. May be called again with the
    same file.
    """
    sheet = read(data, COLUMNS)
    if keys is None and sheet.has(NATIONAL):
        raise ValueError("titles with national numbers need the keys to hash them with")
    bulk.import_alone(session, tenant)
    if keys is not None and sheet.has(NATIONAL):
        keys = national_numbers.in_force(session, tenant, keys)
    accounts, nationals = _identifiers(sheet, opaque, keys)
    people = _look_up(session, tenant, sheet, accounts, nationals, known)
    stored = _stored(session, tenant, programme, people.ids, to_change=bool(sheet.values(WITHDRAWN)))
    today = vietnam_day(now)
    told: dict[_Key, Title] = {}
    first: dict[_Key, int] = {}
    rows: dict[_Key, Row] = {}
    for row in sheet.each():
        person = _person(row, people, accounts.get(row.number), nationals.get(row.number))
        year, title = _title(row, today)
        if person is None or year is None:
            continue
        key = (person.id, year)
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            row.clash(WORKER, f"đã có ở dòng {earlier} cho cùng năm đánh giá {year}; xoá một dòng", earlier)
        elif title is not None and key in stored:
            _compare(row, year, title, stored[key])
        if title is not None:
            told[key] = title
            rows[key] = row
    _once_a_year(session, tenant, programme, {key: told[key] for key in told.keys() - stored.keys()}, rows)
    sheet.refuse_faulty(good_rows=good_rows)
    told = {key: title for key, title in told.items() if sheet.good(first[key])}
    new = {key: title for key, title in told.items() if key not in stored}
    withdrawn = {
        key: title
        for key, title in told.items()
        if key in stored and title.withdrawn_on is not None and stored[key].withdrawn_on is None
    }
    _write(session, tenant, programme, new, withdrawn, now, by)
    if journal is not None:
        for (worker, year), title in sorted((new | withdrawn).items()):
            was = stored.get((worker, year))
            before = None if was is None else values_of(was)
            words = f"năm {year}, quyết định {title.decision.number}"
            after = values_of(title) if was is None else values_of(was) | _ending(title)
            journal.add({"programme": programme, "year": year}, before, after, words=words, worker=worker)
    return sheet.result(len(new), len(withdrawn), len(told) - len(new) - len(withdrawn))


# ---------------------------------------------------------------- whose a title is


def _identifiers(
    sheet: Sheet, opaque: Opaque | None, keys: Keys | None
) -> tuple[dict[int, tuple[str, ...]], dict[int, str]]:
    """The account of each row, with the opaque one that may stand for it; and the hash of its national number."""
    accounts: dict[int, tuple[str, ...]] = {}
    nationals: dict[int, str] = {}
    for row in sheet.rows:
        account = row.optional_text(ACCOUNT, at_most=2000)
        try:
            if account is not None:
                accounts[row.number] = identifiers.kept_as(identifiers.read(account), opaque)
            if row.cell(NATIONAL) and keys is not None:
                nationals[row.number] = keys.digest(national_numbers.check(row.cell(NATIONAL)[:100]))
        except identifiers.NoIdentifier as error:
            row.fault(ACCOUNT, str(error))
        except ValueError as error:
            row.fault(NATIONAL, str(error))
    return accounts, nationals


def _look_up(
    session: Session,
    tenant: UUID,
    sheet: Sheet,
    accounts: Mapping[int, tuple[str, ...]],
    nationals: Mapping[int, str],
    known: Known,
) -> _People:
    by_number = workers.known_workers(session, tenant, sheet.values(WORKER))
    by_account = (
        linking.owners(session, tenant, {ifi for ifis in accounts.values() for ifi in ifis}) if accounts else {}
    )
    by_national: dict[str, Person] = {}
    if nationals:
        holders = national_numbers.owners(session, tenant, set(nationals.values()))
        numbers = {number for same in holders.values() for _id, number in same}
        found = workers.known_workers(session, tenant, numbers)
        for digest, same in holders.items():
            distinct = {found[number].id: found[number] for _id, number in same if number in found}
            if len(distinct) == 1:
                by_national[digest] = next(iter(distinct.values()))
    return _People(by_number, by_account, by_national).within(known)


def _person(row: Row, people: _People, ifis: tuple[str, ...] | None, digest: str | None) -> Person | None:
    """Whose title it is; at fault when nobody is, or when what the row gives names several people."""
    number = row.optional_text(WORKER)
    named: list[tuple[str, Person | None]] = []
    if number is not None:
        named.append((WORKER, people.by_number.get(number)))
    if ifis is not None:
        named.append((ACCOUNT, next((people.by_account[ifi] for ifi in ifis if ifi in people.by_account), None)))
    if digest is not None:
        named.append((NATIONAL, people.by_national.get(digest)))
    if not named:
        if row.ok:
            row.fault(WORKER, "ô trống; ghi mã người lao động, tài khoản học tập hoặc số định danh")
        return None
    for column, person in named:
        if person is None and column == WORKER:
            row.fault(column, f"không có người lao động nào mang mã “{number}”; sửa mã, hoặc nhập danh sách trước")
        elif person is None:
            row.fault(column, "không tìm thấy đúng một người; ghi mã người lao động, hoặc nhập danh sách trước")
    found = {person.id: person for _column, person in named if person is not None}
    if len(found) > 1:
        both = " và ".join(f"“{person.number}”" for person in found.values())
        row.fault("", f"các cột chỉ những người khác nhau: {both}; sửa cho khớp")
        return None
    person = next(iter(found.values()), None)
    name = row.optional_text(NAME)
    if person is not None and name is not None and name.casefold() != person.full_name.casefold():
        row.fault(NAME, f"mã “{person.number}” trong danh sách là “{person.full_name}”; kiểm tra có đúng người không")
    return person


# ---------------------------------------------------------------- what a title is


def _title(row: Row, today: date) -> tuple[int | None, Title | None]:
    """Of which year, and by which decision; None for what the row's faults leave unsaid."""
    year = row.year(YEAR)
    number = row.text(NUMBER)
    decided_on = row.day(DAY)
    body = row.text(BODY)
    withdrawn_on = row.optional_day(WITHDRAWN)
    withdrawal = row.optional_text(WITHDRAWAL, at_most=2000)
    source = row.optional_text(SOURCE)
    for column, day in ((DAY, decided_on), (WITHDRAWN, withdrawn_on)):
        if day is not None and day > today:
            row.fault(column, f"{written(day)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if decided_on is not None and year is not None and decided_on < date(year, 1, 1):
        message = (
            f"{written(decided_on)} trước năm đánh giá {year}; ghi năm được đánh giá, không phải năm ra quyết định"
        )
        row.fault(DAY, message)
    if withdrawn_on is not None and decided_on is not None and withdrawn_on < decided_on:
        row.fault(WITHDRAWN, f"{written(withdrawn_on)} trước ngày quyết định {written(decided_on)}; sửa một trong hai")
    if withdrawal is not None and withdrawn_on is None and not row.cell(WITHDRAWN):
        row.fault(WITHDRAWN, "có căn cứ thu hồi mà không có ngày thu hồi; ghi ngày, hoặc xoá căn cứ")
    if not row.ok or number is None or decided_on is None or body is None:
        return year, None
    return year, Title(Decision(number, decided_on, body), withdrawn_on, withdrawal, source)


def _compare(row: Row, year: int, title: Title, known: Title) -> None:
    """A recorded decision stays as it is."""
    if known.decision != title.decision:
        message = (
            f"danh hiệu năm {year} đã ghi theo quyết định “{known.decision.number}” ngày "
            f"{written(known.decision.decided_on)} của “{known.decision.body}”; quyết định đã ghi không bị ghi đè, "
            f"kiểm tra lại tệp"
        )
        row.fault(NUMBER, message)
    elif known.withdrawn_on is not None and title.withdrawn_on not in (None, known.withdrawn_on):
        message = f"đã ghi là thu hồi ngày {written(known.withdrawn_on)}; điều đã ghi không bị ghi đè, kiểm tra lại tệp"
        row.fault(WITHDRAWN, message)


def _once_a_year(
    session: Session, tenant: UUID, programme: str, told: Mapping[_Key, Title], rows: Mapping[_Key, Row]
) -> None:
    """A body gives a number once a year: one that is told with two days is a fault of the row that comes later."""

    def named(one: Decision) -> tuple[str, str, int]:
        return one.body, "".join(one.number.casefold().split()), one.decided_on.year

    known = session.execute(
        sa.select(Award.decision_number, Award.decided_on, Award.body)
        .where(
            Award.tenant_id == tenant,
            Award.programme == programme,
            among(session, Award.body, {one.decision.body for one in told.values()}),
        )
        .distinct()
    )
    days = {named(one): one.decided_on for one in (Decision(*row) for row in known)}
    for key, title in sorted(told.items(), key=lambda each: rows[each[0]].number):
        one = title.decision
        day = days.setdefault(named(one), one.decided_on)
        if day != one.decided_on:
            message = (
                f"số “{one.number}” của “{one.body}” năm {one.decided_on.year} là của quyết định ngày {written(day)}; "
                "mỗi số dùng một lần một năm, kiểm tra số hoặc ngày"
            )
            rows[key].fault(NUMBER, message)


def _stored(
    session: Session, tenant: UUID, programme: str, worker_ids: Collection[UUID], *, to_change: bool
) -> dict[_Key, Title]:
    """What is recorded of these workers; `to_change`: nobody else changes it before the transaction ends. Titles are
    locked before any mark is made, as `dossiers.ending` locks them, so that neither waits for the other for ever."""
    query = (
        sa.select(
            Award.worker_id,
            Award.year,
            Award.decision_number,
            Award.decided_on,
            Award.body,
            Award.withdrawn_on,
            Award.withdrawal,
            Award.source,
        )
        .where(
            beside(Award.tenant_id) == tenant,
            Award.programme == programme,
            among(session, Award.worker_id, worker_ids),
        )
        .order_by(Award.worker_id, Award.year)
    )
    rows = session.execute(query.with_for_update() if to_change else query)
    return {
        (row.worker_id, row.year): Title(
            Decision(row.decision_number, row.decided_on, row.body), row.withdrawn_on, row.withdrawal, row.source
        )
        for row in rows
    }


def _write(
    session: Session,
    tenant: UUID,
    programme: str,
    new: Mapping[_Key, Title],
    withdrawn: Mapping[_Key, Title],
    now: datetime,
    by: str,
) -> None:
    bulk.insert(
        session,
        Award,
        [
            {
                "worker_id": worker_id,
                "programme": programme,
                "year": year,
                "tenant_id": tenant,
                "decision_number": title.decision.number,
                "decided_on": title.decision.decided_on,
                "body": title.decision.body,
                "withdrawn_on": title.withdrawn_on,
                "withdrawal": title.withdrawal,
                "source": title.source,
                "recorded": now,
            }
            for (worker_id, year), title in new.items()
        ],
    )
    mark_uncounted(session, tenant, {(worker_id, EVERY_YEAR) for worker_id, _year in [*new, *withdrawn]})
    mark_titles(session, tenant, dict.fromkeys(withdrawn, Cause.ASKED))
    if withdrawn:
        table: Any = Award.__table__
        session.execute(
            sa.update(table).where(
                table.c.worker_id == sa.bindparam("of_worker"),
                table.c.tenant_id == tenant,
                table.c.programme == programme,
                table.c.year == sa.bindparam("of_year"),
                table.c.withdrawn_on.is_(None),
            ),
            [
                {
                    "of_worker": worker_id,
                    "of_year": year,
                    "withdrawn_on": title.withdrawn_on,
                    "withdrawal": title.withdrawal,
                }
                for (worker_id, year), title in sorted(withdrawn.items())
            ],
        )
    for what, titles in (("title.import", new), ("title.withdraw", withdrawn)):
        about = [
            (f"title:{programme}/{year}", worker_id, _said(title))
            for (worker_id, year), title in sorted(titles.items())
        ]
        if about:
            chain.add_many(session, tenant, about, by=by, act=what, now=now)


def values_of(title: Title) -> dict[str, Any]:
    """The columns of a title, by name."""
    of_decision = {"decision_number": title.decision.number, "decided_on": title.decision.decided_on}
    return {**of_decision, "body": title.decision.body, "source": title.source, **_ending(title)}


def _ending(title: Title) -> dict[str, Any]:
    return {"withdrawn_on": title.withdrawn_on, "withdrawal": title.withdrawal}


def _said(title: Title) -> dict[str, str]:
    """What the record of acts keeps of a title."""
    told = {
        "decision": title.decision.number,
        "decided_on": title.decision.decided_on.isoformat(),
        "body": title.decision.body,
        "withdrawn_on": title.withdrawn_on.isoformat() if title.withdrawn_on else None,
        "withdrawal": title.withdrawal,
        "source": title.source,
    }
    return {name: value for name, value in told.items() if value is not None}
