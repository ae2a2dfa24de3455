"""Reading the CSV files that people save from a spreadsheet.

Shared by every import. Bytes go in; rows come out with the number a spreadsheet shows beside them (the heading is row
1), and every fault is kept with its row and column, so that a file is corrected once and not fault by fault. Faults
are written in Vietnamese and say what to do, because the person who corrects the file reads them.

    read(data, headings) → Sheet      raises ImportFaults when the file as a whole cannot be read
    Row.text / day / number / choice  one cell, typed; a fault is noted on the sheet and None comes back
    Sheet.refuse_faulty()             raises ImportFaults with all faults noted, in the order of the rows

What a cell holds is only ever text: one that looks like a formula is kept as it is and never worked out.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from certification.errors import CertificationError

T = TypeVar("T")

CELL_AT_MOST = 500
"""Characters in a cell unless the reader of the cell says otherwise."""

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years that a date may have: outside of them it is a slip of the hand."""

HOW_TO_SAVE = (
    "Mở tệp bằng Excel, chọn File > Save As > “CSV UTF-8 (Comma delimited) (*.csv)” rồi nhập lại "
    "(LibreOffice: Save As > Text CSV, Character set: Unicode (UTF-8))"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place. `row` 0 means the file as a whole; an empty `column` the whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        if self.row == 0:
            return f"Tệp: {self.message}"
        return (
            f"Dòng {self.row}, cột “{self.column}”: {self.message}"
            if self.column
            else (f"Dòng {self.row}: {self.message}")
        )


class ImportFaults(CertificationError):
    """A file was not imported, none of it. `faults` are all of them, one `str()` line each."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, counted in rows of the file; `notes` are changes a person should look at, in Vietnamese."""

    created: int
    changed: int
    unchanged: int
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Row:
    """One row of a sheet. Each method reads one cell; when it is at fault the method notes so and gives None."""

    number: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(repr=False)
    ok: bool = True
    """False as soon as a fault was noted for this row."""

    def fault(self, column: str, message: str) -> None:
        """Note what is wrong with the cell in `column`, or with the row when `column` is empty."""
        self.ok = False
        self.faults.append(Fault(self.number, column, message))

    def text(self, column: str, *, at_most: int = CELL_AT_MOST) -> str | None:
        """The cell in NFC, its white space made single spaces. At fault when empty, too long or unprintable."""
        if not self.cells[column]:
            self.fault(column, "ô trống; ghi giá trị vào ô này")
        return self.optional_text(column, at_most=at_most)

    def optional_text(self, column: str, *, at_most: int = CELL_AT_MOST) -> str | None:
        """As `text`, but an empty cell is no fault."""
        value = self.cells[column]
        if _undecoded(value):
            self.fault(column, f"chữ không phải UTF-8: “{_shortened(value)}”; gõ lại ô này hoặc lưu lại tệp")
            return None
        if "\ufffd" in value:
            self.fault(column, f"chữ đã mất khi đổi bảng mã: “{_shortened(value)}”; gõ lại ô này")
            return None
        if len(value) > at_most:
            self.fault(column, f"ô dài {len(value)} ký tự, nhiều nhất là {at_most}; viết ngắn lại")
            return None
        if not value.isprintable():
            self.fault(column, "ô có ký tự điều khiển không nhìn thấy được; xoá ô rồi gõ lại")
            return None
        return value or None

    def day(self, column: str) -> date | None:
        """A date written dd/mm/yyyy or yyyy-mm-dd. At fault when empty or no date."""
        value = self.text(column)
        return None if value is None else self._day(column, value)

    def optional_day(self, column: str) -> date | None:
        """As `day`, but an empty cell is no fault."""
        value = self.optional_text(column)
        return None if value is None else self._day(column, value)

    def _day(self, column: str, value: str) -> date | None:
        try:
            return read_day(value)
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def number_of(self, column: str, *, at_least: int, at_most: int) -> int | None:
        """A whole number within bounds, both included."""
        value = self.text(column)
        if value is None:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value) or not at_least <= int(value) <= at_most:
            self.fault(column, f"“{value}” không phải số nguyên từ {at_least} đến {at_most}; sửa lại số")
            return None
        return int(value)

    def year(self, column: str) -> int | None:
        """A year written with four digits."""
        return self.number_of(column, at_least=2000, at_most=LAST_YEAR)

    def choice(self, column: str, choices: Mapping[str, T]) -> T | None:
        """The value standing for one of the words in `choices`; case does not matter, an empty cell is the word ""."""
        value = self.optional_text(column) or ""
        if value.casefold() in choices:
            return choices[value.casefold()]
        if value != self.cells[column]:
            return None
        words = ", ".join(f"“{word}”" if word else "để trống" for word in choices)
        self.fault(column, f"“{_shortened(value)}” không hiểu được; ghi một trong các giá trị: {words}")
        return None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file and the faults noted so far."""

    rows: tuple[Row, ...]
    faults: list[Fault]

    def values(self, column: str) -> set[str]:
        """What the cells of a column hold, to look up; empty and unreadable ones are left out."""
        return {row.cells[column] for row in self.rows if row.cells[column] and not _undecoded(row.cells[column])}

    def refuse_faulty(self) -> None:
        """Raises ImportFaults when any fault was noted."""
        if self.faults:
            raise ImportFaults(self.faults)


def read(data: bytes, headings: Sequence[str]) -> Sheet:
    """The rows of a CSV file that has exactly these headings, in any order, with any case and spacing.

    Comma or semicolon separates; the text is UTF-8, with or without a byte order mark. Rows with nothing in them are
    passed over but keep their number. Raises ImportFaults when it is not such a file, has a missing, unknown or
    repeated heading, or holds no row at all. A row with too many or too few cells is noted as a fault and left out.
    """
    text, faults = _decoded(data)
    records, broken = _records(text, _separator(text))
    if broken:
        faults.append(broken)
    if not any(any(record) for record in records):
        nothing = Fault(0, "", "tệp trống; ghi dòng tiêu đề và ít nhất một dòng dữ liệu")
        raise ImportFaults(faults or [nothing])
    if any(_undecoded(cell) for cell in records[0]):
        raise ImportFaults([*faults, Fault(1, "", "tiêu đề có chữ không phải UTF-8; lưu lại tệp như trên")])
    columns = _columns(records[0], headings)
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if not any(record):
            continue
        if len(record) < len(columns) or any(record[len(columns) :]):
            hint = "kiểm tra dấu phân cách và dấu ngoặc kép"
            faults.append(Fault(number, "", f"dòng có {len(record)} ô, tiêu đề có {len(columns)} cột; {hint}"))
            continue
        rows.append(Row(number, dict(zip(columns, record, strict=False)), faults))
    if not rows and not faults:
        raise ImportFaults([Fault(0, "", "tệp chỉ có dòng tiêu đề; ghi ít nhất một dòng dữ liệu")])
    return Sheet(tuple(rows), faults)


def read_day(text: str) -> date:
    """The date written dd/mm/yyyy or yyyy-mm-dd. Raises ValueError, in Vietnamese, when it is not one."""
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        day, month, year = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII):
        year, month, day = (int(part) for part in match.groups())
    else:
        shown = _shortened(text)
        raise ValueError(f"“{shown}” không phải là ngày; ghi dạng dd/mm/yyyy, ví dụ 05/09/2026, hoặc 2026-09-05")
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(f"“{text}” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"“{text}” có năm ngoài khoảng {FIRST_YEAR}–{LAST_YEAR}; kiểm tra lại năm")
    return found


def written(day: date) -> str:
    """A date as people in Vietnam write it: dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


# ---------------------------------------------------------------- bytes to text

_NOT_CSV = {
    b"PK\x03\x04": "đây là tệp Excel (.xlsx), không phải CSV",
    b"\xd0\xcf\x11\xe0": "đây là tệp Excel cũ (.xls), không phải CSV",
    b"%PDF": "đây là tệp PDF, không phải CSV",
    b"\xff\xfe": "tệp được lưu bằng bảng mã UTF-16 (“Unicode Text”), không phải UTF-8",
    b"\xfe\xff": "tệp được lưu bằng bảng mã UTF-16 (“Unicode Text”), không phải UTF-8",
}


def _decoded(data: bytes) -> tuple[str, list[Fault]]:
    """The text in NFC, and what to say when some bytes are not UTF-8.

    Such bytes stay in the text as lone surrogates, so that each cell that holds one can be named."""
    for mark, what in _NOT_CSV.items():
        if data.startswith(mark):
            raise ImportFaults([Fault(0, "", f"{what}. {HOW_TO_SAVE}")])
    if b"\0" in data:
        raise ImportFaults([Fault(0, "", f"tệp có byte rỗng (NUL), thường do lưu bằng bảng mã UTF-16. {HOW_TO_SAVE}")])
    text = unicodedata.normalize("NFC", data.decode("utf-8-sig", errors="surrogateescape"))
    if _undecoded(text):
        return text, [Fault(0, "", _NOT_UTF8)]
    _refuse_spoilt_letters(text)
    return text, []


_NOT_UTF8 = (
    "tệp có chữ không phải bảng mã UTF-8, có lẽ là Windows-1258, TCVN3 (ABC) hoặc VNI. Nếu bảng tính dùng phông "
    f".VnTime hay VNI-, chuyển sang Unicode trước (UniKey: Ctrl+Shift+F6). {HOW_TO_SAVE}"
)

_SPOILT = {
    "đã hỏng dấu vì từng được mở bằng sai bảng mã (UTF-8 đọc thành Windows-1252)": re.compile(
        r"á[º»]|Ä[\u0090\u2018]|Æ[°¯¡ ]|Ã[\u00a0-\u00bf]"
    ),
    "được gõ bằng phông TCVN3 (.VnTime …), không phải Unicode": re.compile(
        r"[a-zà-ÿ][µ¸¶·¹¨»¾¼½®©§¬\xad«¤¦¥×÷]|[µ¸¶·¹¨»¾¼½®©§¬\xad«][a-zà-ÿ]|[þßðæø]", re.IGNORECASE
    ),
    "được gõ bằng phông VNI, không phải Unicode": re.compile(r"[ae][à-öø-ÿ]|o[âùøûõïäåëêü]|u[øûïùõ]|öô", re.IGNORECASE),
}
"""Marks that letters leave when they were typed in a legacy Vietnamese font, or once opened in the wrong encoding,
and then saved as UTF-8. Single foreign names have them too, so a file is refused only when its heading does or most of
its rows that are not plain ASCII do."""


def _refuse_spoilt_letters(text: str) -> None:
    heading, *lines = text.splitlines() or [""]
    accented = [line for line in lines if not line.isascii()]
    for what, mark in _SPOILT.items():
        if mark.search(heading) or 2 * sum(bool(mark.search(line)) for line in accented) > len(accented):
            raise ImportFaults([Fault(0, "", f"chữ trong tệp {what}; chuyển sang Unicode rồi lưu lại. {HOW_TO_SAVE}")])


def _undecoded(text: str) -> bool:
    """Whether bytes that are not UTF-8 were met here (PEP 383 writes them as U+DC80 to U+DCFF)."""
    return re.search("[\udc80-\udcff]", text) is not None


# ---------------------------------------------------------------- text to rows


def _separator(text: str) -> str:
    """Whichever of comma and semicolon the heading has more of, outside quotation marks."""
    heading = re.sub(r'"[^"]*"', "", next(iter(text.splitlines()), ""))
    return ";" if heading.count(";") > heading.count(",") else ","


def _records(text: str, separator: str) -> tuple[list[list[str]], Fault | None]:
    """The cells of every row, and the fault that stopped the reading early, if one did."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for record in reader:
            records.append([" ".join(cell.split()) for cell in record])
    except csv.Error as error:
        if "field larger" in str(error):
            message = "có ô dài quá 131.072 ký tự, có lẽ thiếu dấu ngoặc kép đóng; các dòng sau chưa được kiểm tra"
        else:
            message = "dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; sửa dấu ngoặc, các dòng sau chưa được kiểm tra"
        return records, Fault(len(records) + 1, "", message)
    return records, None


def _columns(record: Sequence[str], headings: Sequence[str]) -> list[str]:
    """The known heading of each column. Raises ImportFaults naming those missing, unknown or repeated."""
    known = {_folded(heading): heading for heading in headings}
    cells = list(record)
    while cells and not cells[-1]:
        cells.pop()
    faults = []
    columns: list[str] = []
    for position, cell in enumerate(cells, start=1):
        heading = known.get(_folded(cell))
        if heading is None:
            name = f"“{_shortened(cell)}”" if cell else f"trống ở cột thứ {position}"
            faults.append(Fault(1, "", f"tiêu đề {name} không dùng trong tệp này; xoá cột đó hoặc sửa tên"))
        elif heading in columns:
            faults.append(Fault(1, heading, "tiêu đề xuất hiện hai lần; chỉ giữ một cột"))
        else:
            columns.append(heading)
    for heading in headings:
        if heading not in columns:
            faults.append(
                Fault(1, heading, "thiếu cột này; thêm cột với đúng tiêu đề (ô bên dưới có khi được để trống)")
            )
    if faults:
        raise ImportFaults(faults)
    return columns


def _folded(heading: str) -> str:
    return "".join(unicodedata.normalize("NFC", heading).casefold().split())


def _shortened(text: str) -> str:
    """A cell as a message shows it: short, and with nothing that a terminal cannot print."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text)
    return shown if len(shown) <= 60 else shown[:59] + "…"
