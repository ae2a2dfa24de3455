"""A roster as a file tells it: who is employed where from when to when, and by which accounts they learn.

`read_roster` takes the rows of a CSV or XLSX file and holds them against each other, without a database; every fault is
told by row and column. `people.roster` takes them in. Each row is kept as little as can be, since a roster of a
province has a hundred thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from certification.people import audiences, identifiers, identity_words, national_numbers, workers
from certification.people.identifiers import Opaque
from certification.people.national_numbers import Number
from certification.people.union_roles import Told
from certification.spreadsheets import Column, ImportFaults, Row, Sheet, read, read_day, written
from certification.spreadsheets.days import LAST_YEAR
from certification.spreadsheets.encodings import undecoded

__all__ = ["COLUMNS", "HEADINGS", "Entry", "Roster", "read_roster"]

NUMBER, NAME, GENDER, ENTERPRISE = "Mã người lao động", "Họ và tên", "Giới tính", "Mã doanh nghiệp"
STARTED, ENDED, POSITION = "Ngày vào làm", "Ngày nghỉ việc", "Chức danh"
MEMBER, MEMBER_FROM, MEMBER_TO = "Đoàn viên", "Ngày vào công đoàn", "Ngày ra công đoàn"
CADRE, CADRE_FROM, CADRE_TO = "Cán bộ công đoàn", "Cán bộ từ ngày", "Cán bộ đến ngày"
AUDIENCE, AUDIENCE_YEAR = "Nhóm đối tượng", "Nhóm từ năm"
NATIONAL_NUMBER, ACCOUNTS = "Số định danh", "Tài khoản học tập"

COLUMNS = (
    Column(
        NUMBER, ("worker number", "employee id"),
        meaning="mã riêng của người lao động, mỗi người một mã trong mọi doanh nghiệp; không phải số CCCD",
        example="A001",
    ),
    Column(NAME, ("full name", "họ tên"), meaning="họ và tên đầy đủ", example="Nguyễn Thị Hoa"),
    Column(
        GENDER, ("gender", "sex"), left_out=True, may_be_empty=True, choices=("Nữ", "Nam"),
        meaning="Nữ hoặc Nam; để trống nếu không ghi nhận", example="Nữ",
    ),
    Column(
        ENTERPRISE, ("enterprise code", "enterprise"), meaning="mã doanh nghiệp như trong tệp đơn vị",
        example="dn/may-a",
    ),
    Column(STARTED, ("started", "start date"), kind="day", meaning="ngày đầu tiên làm việc", example="01/02/2020"),
    Column(
        ENDED, ("ended", "end date"), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày làm việc cuối cùng; để trống nếu còn làm", example="31/08/2026",
    ),
    Column(
        POSITION, ("position", "job title"), left_out=True, may_be_empty=True, meaning="chức danh, công việc",
        example="Công nhân may",
    ),
    Column(
        MEMBER, ("union member",), left_out=True, may_be_empty=True, choices=("có", "không"),
        meaning="có (hoặc x, 1) nếu là đoàn viên công đoàn", example="có",
    ),
    Column(
        MEMBER_FROM, ("union member from",), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày vào công đoàn; để trống: từ ngày vào làm nếu dòng này mới, từ ngày nhập nếu trước đó không phải",
        example="15/05/2026",
    ),
    Column(
        MEMBER_TO, ("union member to",), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày cuối cùng là đoàn viên; để trống nếu còn", example="31/08/2026",
    ),
    Column(
        CADRE, ("union cadre",), left_out=True, may_be_empty=True, choices=("có", "không"),
        meaning="có (hoặc x, 1) nếu là cán bộ công đoàn tại doanh nghiệp", example="không",
    ),
    Column(
        CADRE_FROM, ("union cadre from",), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày bắt đầu làm cán bộ công đoàn", example="01/01/2026",
    ),
    Column(
        CADRE_TO, ("union cadre to",), left_out=True, may_be_empty=True, kind="day",
        meaning="ngày cuối cùng làm cán bộ công đoàn; để trống nếu còn", example="31/12/2026",
    ),
    Column(
        AUDIENCE, ("audience",), left_out=True, may_be_empty=True, choices=tuple(audiences.AUDIENCES.values()),
        meaning="nhóm đối tượng của bộ tiêu chí; để trống: như trước, hoặc người lao động", example="người lao động",
    ),
    Column(
        AUDIENCE_YEAR, ("audience from year",), left_out=True, may_be_empty=True, kind="number",
        meaning="năm đánh giá mà nhóm đối tượng bắt đầu áp dụng; để trống: năm nay", example="2026",
    ),
    Column(
        NATIONAL_NUMBER, ("national number", "cccd", "số cccd", "số căn cước", "số căn cước công dân", "số cmnd"),
        left_out=True, may_be_empty=True,
        meaning="số CCCD 12 chữ số (hoặc CMND 9 chữ số), chỉ để tìm người bị ghi hai lần; không lưu số mà lưu mã băm",
        example="001090000001",
    ),
    Column(
        ACCOUNTS, ("learning accounts", "accounts"), left_out=True, may_be_empty=True,
        meaning="tài khoản trên các nền tảng học tập, cách nhau bằng dấu cách: trang chủ|tên hoặc mailto:…",
        example="https://hoc.example.org|hv001",
    ),
)  # fmt: skip

HEADINGS = (
    NUMBER, NAME, GENDER, ENTERPRISE, STARTED, ENDED, POSITION, MEMBER, CADRE, ACCOUNTS,
)  # fmt: skip
"""What most rosters have."""

GENDERS: Mapping[str, str | None] = {"nữ": "female", "nam": "male", "": None}
ENGLISH_GENDERS: Mapping[str, str | None] = {"female": "female", "male": "male", "f": "female", "m": "male"}
GENDER_NAMES = {"female": "nữ", "male": "nam", None: "không ghi"}
YES_OR_NO: Mapping[str, bool | None] = {
    "có": True, "x": True, "1": True, "không": False, "0": False, "": None,
}  # fmt: skip

ENGLISH_YES_OR_NO: Mapping[str, bool | None] = {"true": True, "yes": True, "false": False, "no": False}

LONGEST_CAREER = 80
"""Years: who began to work longer ago is a slip of the hand."""
YEARS_AHEAD = 10
"""So far ahead an employment may be said to begin or end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row about one employment of one person."""

    row: int
    number: str
    full_name: str
    gender: str | None
    enterprise: str
    started: date
    ended: date | None
    position: str | None
    member: Told | None
    cadre: Told | None
    audience: str | None
    audience_year: int | None
    national: Number | None
    accounts: tuple[str, ...]
    """Canonical identifiers (`lrs.api.ifi_text`)."""


@dataclass(frozen=True, slots=True)
class Named:
    """Who a row is about, of a row that is at fault elsewhere."""

    row: int
    number: str
    full_name: str
    accounts: tuple[str, ...]


@dataclass(slots=True)
class Roster:
    """The rows of a file and the faults found in them so far.

    `entries` are without those at fault; of those, `places` say where the row says that somebody works. `unnamed` are
    rows of which it cannot be told who works where.
    """

    sheet: Sheet
    entries: list[Entry] = field(default_factory=list)
    unnamed: list[int] = field(default_factory=list)
    accounts: dict[str, Entry | Named] = field(default_factory=dict)
    """The row that first names each account."""
    places: list[tuple[int, str, str, date | None]] = field(default_factory=list)
    """Row, number, enterprise and first day."""
    rows: int = 0

    def named(self) -> dict[str, set[str]]:
        """The worker numbers that the file names, in rows at fault as well, by enterprise: these have not left."""
        found: dict[str, set[str]] = defaultdict(set)
        for entry in self.entries:
            found[entry.enterprise].add(entry.number)
        for _row, number, enterprise, _day in self.places:
            found[enterprise].add(number)
        return found

    def refusal(self) -> ImportFaults:
        """With all faults found."""
        self.drop_refused()
        return self.sheet.refusal(good=len(self.entries))

    def drop_refused(self) -> None:
        """Leaves the entries of which nothing is wrong."""
        self.entries = [entry for entry in self.entries if self.sheet.good(entry.row)]


def read_roster(
    data: bytes,
    *,
    today: date,
    sheet: str | None = None,
    opaque: Opaque | None = None,
    progress: Callable[[int], None] | None = None,
) -> Roster:
    """What a file of employments says (docs/imports.md), every row held against every other.

    `sheet` names the sheet of a workbook; with `opaque`, a mail address is its opaque account too; `progress` is told,
    now and then, how many rows more were read. Raises ImportFaults where the file as a whole cannot be read; other
    faults are on `Roster.sheet`.
    """
    roster = Roster(read(data, COLUMNS, sheet=sheet))
    people = _People(roster)
    shared: dict[object, object] = {}
    told = 0
    for row in roster.sheet:
        roster.rows += 1
        entry = _entry(row, today, opaque, shared)
        number, enterprise = row.cell(NUMBER), row.cell(ENTERPRISE)
        if not number or not enterprise:
            roster.unnamed.append(row.number)
        if entry is not None:
            people.take(entry, row)
        if isinstance(entry, Entry) and row.ok:
            roster.entries.append(entry)
        elif enterprise and not undecoded(enterprise):
            roster.places.append((row.number, number, enterprise, _day_or_none(row.cell(STARTED))))
        if progress is not None and roster.rows - told >= 1000:
            progress(roster.rows - told)
            told = roster.rows
    people.check_overlaps()
    roster.unnamed += roster.sheet.misfits
    return roster


def _entry(row: Row, today: date, opaque: Opaque | None, shared: dict[object, object]) -> Entry | Named | None:
    number = row.text(NUMBER, at_most=100)
    if number is not None and not workers.is_addressable(number):
        row.fault(NUMBER, f"mã “{number}” không dùng được: {identity_words.AROUND_SLASHES}")
    full_name = row.text(NAME, at_most=200)
    gender = row.choice(GENDER, GENDERS, also=ENGLISH_GENDERS)
    enterprise = row.text(ENTERPRISE)
    started = row.day(STARTED)
    ended = row.optional_day(ENDED)
    position = row.optional_text(POSITION)
    member = _role(row, MEMBER, MEMBER_FROM, MEMBER_TO, started, ended)
    cadre = _role(row, CADRE, CADRE_FROM, CADRE_TO, started, ended)
    audience = row.choice(AUDIENCE, _AUDIENCES)
    audience_year = row.optional_number(AUDIENCE_YEAR, at_least=2000, at_most=LAST_YEAR)
    national = _national(row)
    accounts = _accounts(row, opaque)
    _check_days(row, started, ended, today)
    if audience_year is not None and audience is None and not row.cell(AUDIENCE):
        row.fault(AUDIENCE_YEAR, "có năm mà không có nhóm đối tượng; ghi nhóm, hoặc xoá năm")
    if number is None or full_name is None:
        return None
    if not row.ok or enterprise is None or started is None:
        return Named(row.number, number, full_name, accounts)
    member, cadre = _same(shared, member), _same(shared, cadre)
    return Entry(
        row.number, number, full_name, gender, enterprise, started, ended, position, member, cadre, audience,
        audience_year, national, accounts,
    )  # fmt: skip


_AUDIENCES = audiences.choices()


def _day_or_none(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None


def _same(shared: dict[object, object], told: Told | None) -> Told | None:
    """One of the many that are equal."""
    return shared.setdefault(told, told)  # type: ignore[return-value]


def _role(row: Row, flag: str, first: str, last: str, started: date | None, ended: date | None) -> Told | None:
    """What a row says of a role; None where the file has no column of it."""
    holds = row.choice(flag, YES_OR_NO, also=ENGLISH_YES_OR_NO)
    since, until = row.optional_day(first), row.optional_day(last)
    if since is None and until is None:
        return Told(bool(holds), left_empty=holds is None) if row.sheet.has(flag) else None
    if holds is False:
        row.fault(flag, f"ghi “không” mà có ngày ở cột “{first}” hoặc “{last}”; ghi “có”, hoặc xoá ngày")
    if since and until and until < since:
        row.fault(last, f"{written(until)} trước ngày {written(since)}; sửa một trong hai ngày")
    for column, day in ((first, since), (last, until)):
        if day and started and (day < started or (ended and day > ended)):
            row.fault(column, f"{written(day)} ngoài thời gian làm việc; sửa ngày, hoặc sửa ngày vào làm, nghỉ việc")
    return Told(True, since, until)


def _national(row: Row) -> Number | None:
    text = row.cell(NATIONAL_NUMBER)
    if not text:
        return None
    try:
        return national_numbers.check(text[:100])
    except ValueError as error:
        row.fault(NATIONAL_NUMBER, str(error))
        return None


def _accounts(row: Row, opaque: Opaque | None) -> tuple[str, ...]:
    """The accounts in a cell, separated by spaces, each followed by the opaque one that may stand for it."""
    if not row.cell(ACCOUNTS):
        return ()
    found: list[str] = []
    for text in identifiers.parts(row.optional_text(ACCOUNTS, at_most=2000) or ""):
        try:
            found += identifiers.kept_as(identifiers.read(text), opaque)
        except identifiers.NoIdentifier as error:
            row.fault(ACCOUNTS, str(error))
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


def _check_days(row: Row, started: date | None, ended: date | None, today: date) -> None:
    if started and ended and ended < started:
        message = f"{written(ended)} trước ngày vào làm {written(started)}; sửa một trong hai ngày"
        row.fault(ENDED, message)
    if started and started.year < today.year - LONGEST_CAREER:
        row.fault(STARTED, f"{written(started)} đã quá {LONGEST_CAREER} năm; kiểm tra lại năm")
    for column, day in ((STARTED, started), (ENDED, ended)):
        if day and day.year > today.year + YEARS_AHEAD:
            row.fault(column, f"{written(day)} còn hơn {YEARS_AHEAD} năm nữa; kiểm tra lại năm")


@dataclass(slots=True)
class _People:
    """One number is one person, with one name, gender and national number; an account is one person's; and somebody is
    employed once at a time in one enterprise."""

    roster: Roster
    first: dict[str, Entry | Named] = field(default_factory=dict)
    again: dict[str, list[Entry | Named]] = field(default_factory=dict)
    """All rows of those who have several."""

    def take(self, entry: Entry | Named, row: Row) -> None:
        known = self.first.setdefault(entry.number, entry)
        if known is not entry:
            self._compare(known, entry, row)
        told: set[str] = set()
        for account in entry.accounts:
            holder = self.roster.accounts.setdefault(account, entry)
            if holder.number not in (entry.number, *told):
                told.add(holder.number)
                message = f"tài khoản “{account}” đã ghi cho “{holder.number}” ở dòng {holder.row}; xoá ở một dòng"
                row.clash(ACCOUNTS, message, holder.row)
        if known is not entry:
            self.again.setdefault(entry.number, [known]).append(entry)

    def _compare(self, known: Entry | Named, entry: Entry | Named, row: Row) -> None:
        if known.full_name != entry.full_name:
            message = (
                f"mã “{entry.number}” ở dòng {known.row} là “{known.full_name}”, ở đây là “{entry.full_name}”; "
                f"mỗi mã chỉ của một người, sửa mã hoặc họ tên"
            )
            row.clash(NAME, message, known.row)
        elif isinstance(known, Entry) and isinstance(entry, Entry) and known.gender != entry.gender:
            before = GENDER_NAMES[known.gender]
            message = f"dòng {known.row} ghi “{before}” cho cùng mã “{entry.number}”; sửa cho khớp"
            row.clash(GENDER, message, known.row)
        elif isinstance(known, Entry) and isinstance(entry, Entry) and _differ(known.national, entry.national):
            message = f"dòng {known.row} ghi số {known.national} cho cùng mã “{entry.number}”; sửa cho khớp"
            row.clash(NATIONAL_NUMBER, message, known.row)

    def check_overlaps(self) -> None:
        for rows in self.again.values():
            by_enterprise: dict[str, list[Entry]] = defaultdict(list)
            for one in rows:
                if isinstance(one, Entry):
                    by_enterprise[one.enterprise].append(one)
            for same in by_enterprise.values():
                self._check(same)

    def _check(self, jobs: Iterable[Entry]) -> None:
        """Each of one person's employments in one enterprise against the one before that lasts longest."""
        longest: Entry | None = None
        for job in sorted(jobs, key=lambda one: (one.started, one.row)):
            if longest is None or job.started > (longest.ended or date.max):
                longest = job
                continue
            earlier, later = sorted((job, longest), key=lambda one: one.row)
            message = (
                f"người lao động “{later.number}” đã có ở dòng {earlier.row} trong cùng doanh nghiệp và cùng thời gian"
            )
            if longest.started < job.started == longest.ended:
                before = written(job.started - timedelta(days=1))
                message += (
                    f": cả hai dòng có ngày {written(job.started)}; ghi ngày nghỉ việc ở dòng {longest.row} là {before}"
                )
            else:
                message += "; xoá một dòng, hoặc ghi ngày nghỉ việc của lần làm trước"
            if _said(earlier) == _said(later):
                self.roster.sheet.fault(later.row, NUMBER, message)
            else:
                self.roster.sheet.clash(later.row, NUMBER, message, earlier.row)
            if (job.ended or date.max) > (longest.ended or date.max):
                longest = job


def _differ(one: Number | None, other: Number | None) -> bool:
    return one is not None and other is not None and one.kind == other.kind and one != other


def _said(entry: Entry) -> tuple[object, ...]:
    """All that a row says, but for its own number."""
    return tuple(getattr(entry, name) for name in Entry.__slots__ if name != "row")
