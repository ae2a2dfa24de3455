"""Rows of a table, whichever kind of file they come from, and the faults noted while they are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice, starmap
from typing import Protocol, TypeVar

from certification.spreadsheets import csv_text
from certification.spreadsheets.columns import (
    MOST_COLUMNS,
    MOST_TOLD,
    ROWS_ABOVE_AT_MOST,
    Column,
    as_columns,
    find_heading,
    plain,
    positions,
)
from certification.spreadsheets.days import LAST_YEAR, read_day
from certification.spreadsheets.encodings import HOW_TO_SAVE, legacy, spoilt, undecoded, what_else
from certification.spreadsheets.faults import (
    FAULTS_AT_MOST,
    MOST_FAULTS,
    Fault,
    ImportFaults,
    ImportResult,
    file_fault,
    shortened,
)
from certification.spreadsheets.xlsx import Merged, Workbook, is_zip

__all__ = ["CELL_AT_MOST", "FILE_AT_MOST", "ROWS_AT_MOST", "Row", "Sheet", "Watcher", "read", "watched"]

T = TypeVar("T")

CELL_AT_MOST = 500
"""Characters in a cell unless the reader of the cell says otherwise."""

FILE_AT_MOST = 64_000_000
"""Bytes of a file."""

ROWS_AT_MOST = 300_000
"""Rows of a file, and blank ones; a larger one comes in parts."""

NONE_GOOD = 500
"""Where so many rows are all at fault as they are read, the file is read no further."""

OTHERS_NAMED = 5
"""So many of the rows that contradict one are named in its fault."""

TOLD_AFTER = 500
"""So many rows are checked between two words to whoever watches."""

LOOKED_AT = 2_000
"""So many rows are looked through for letters that were spoilt before the file was saved."""


class Watcher(Protocol):
    """Is told how far the work on a table is."""

    def begun(self, rows: int) -> None:
        """It was read, and has so many rows."""

    def more(self, rows: int) -> None:
        """So many more of them were checked."""


_WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """What is read within the block is watched: whoever brings a table in need not know."""
    before = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(before)


@dataclass(slots=True)
class Row:
    """One row of a sheet. Each method reads one cell; when it is at fault the method notes so and gives None."""

    number: int
    values: Sequence[str] = field(repr=False)
    sheet: Sheet = field(repr=False)
    ok: bool = True
    """False as soon as a fault was noted for this row."""

    @property
    def cells(self) -> Mapping[str, str]:
        """What the cell of each column holds."""
        return {column: self.cell(column) for column in self.sheet.headings}

    def cell(self, column: str) -> str:
        """What the cell holds; nothing where the file leaves the column out."""
        place = self.sheet.places.get(column)
        return self.values[place] if place is not None and place < len(self.values) else ""

    def fault(self, column: str, message: str) -> None:
        """Note what is wrong with the cell in `column`, or with the row when `column` is empty. Of a cell that could
        not be read, that is told already."""
        self.ok = False
        if (self.number, column) not in self.sheet.unread:
            self.sheet.fault(self.number, column, message)

    def clash(self, column: str, message: str, earlier: int) -> None:
        """Note that this row says again, or otherwise, what the row `earlier` says: neither of them is good."""
        self.fault(column, message)
        self.sheet.contradict(earlier, column, self.number)

    def text(self, column: str, *, at_most: int = CELL_AT_MOST) -> str | None:
        """The cell in NFC, its white space made single spaces. At fault when empty, too long or unprintable."""
        if not self.cell(column):
            self.fault(column, "ô trống; ghi giá trị vào ô này")
        return self.optional_text(column, at_most=at_most)

    def optional_text(self, column: str, *, at_most: int = CELL_AT_MOST) -> str | None:
        """As `text`, but an empty cell is no fault."""
        value = self.cell(column)
        if not value:
            return None
        if len(value) > at_most:
            self.fault(column, f"ô dài {len(value)} ký tự, nhiều nhất là {at_most}; viết ngắn lại")
            return None
        if value.isascii() and value.isprintable():
            if value[0] == "#" and value in _ERRORS:
                self.fault(column, f"công thức trong ô báo lỗi {value}; sửa công thức hoặc ghi giá trị vào ô")
                return None
            return value
        if undecoded(value):
            self.fault(column, f"chữ không phải UTF-8: “{shortened(value)}”; gõ lại ô này hoặc lưu lại tệp")
            return None
        if "\ufffd" in value:
            self.fault(column, f"chữ đã mất khi đổi bảng mã: “{shortened(value)}”; gõ lại ô này")
            return None
        if not value.isprintable():
            self.fault(column, "ô có ký tự điều khiển không nhìn thấy được; xoá ô rồi gõ lại")
            return None
        return value

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
        return None if value is None else self._number(column, value, at_least, at_most)

    def optional_number(self, column: str, *, at_least: int, at_most: int) -> int | None:
        """As `number_of`, but an empty cell is no fault."""
        value = self.optional_text(column)
        return None if value is None else self._number(column, value, at_least, at_most)

    def _number(self, column: str, value: str, at_least: int, at_most: int) -> int | None:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not at_least <= int(value) <= at_most:
            message = f"“{shortened(value)}” không phải số nguyên từ {at_least} đến {at_most}; sửa lại số"
            self.fault(column, message)
            return None
        return int(value)

    def year(self, column: str) -> int | None:
        """A year written with four digits."""
        return self.number_of(column, at_least=2000, at_most=LAST_YEAR)

    def choice(self, column: str, choices: Mapping[str, T], *, also: Mapping[str, T] | None = None) -> T | None:
        """The value standing for one of the words in `choices`, or in `also`, which are not listed to whoever wrote
        another; neither case nor diacritics matter. An empty cell is the word ""."""
        value = self.optional_text(column) or ""
        folded = value.casefold()
        if folded in choices:
            return choices[folded]
        if value != self.cell(column):
            return None
        bare = plain(value)
        known_words = {**(also or {}), **choices}
        meant = [known for word, known in known_words.items() if bare and plain(word) == bare]
        if len(meant) == 1:
            return meant[0]
        words = ", ".join(f"“{word}”" if word else "để trống" for word in choices)
        self.fault(column, f"“{shortened(value)}” không hiểu được; ghi một trong các giá trị: {words}")
        return None


_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


@dataclass(slots=True)
class Sheet:
    """The rows of a file and the faults noted so far. Rows are read once: all at a time (`rows`) or one by one."""

    headings: tuple[str, ...]
    """Of all columns that the table may have."""
    places: Mapping[str, int]
    """Where the columns stand that the file has."""
    faults: list[Fault]
    notes: tuple[str, ...] = ()
    """What is to be told of the file though it is no fault, in Vietnamese."""
    faulty: set[int] = field(default_factory=set)
    """Numbers of the rows at fault."""
    contradicted: dict[tuple[int, str], list[int]] = field(default_factory=dict, repr=False)
    """By row and column, the later rows that say otherwise, or the same again."""
    misfits: dict[int, Sequence[str]] = field(default_factory=dict, repr=False)
    """Rows with cells beside the table or too few of them, by number: they are no rows of it."""
    unread: set[tuple[int, str]] = field(default_factory=set, repr=False)
    """Cells whose content is not known, by row and column: formulas that were saved without a result."""
    _stream: Iterator[Row] = field(default=iter(()), repr=False)
    _rows: tuple[Row, ...] | None = field(default=None, repr=False)
    _watcher: Watcher | None = field(default=None, repr=False)
    _more: int = 0
    _read: int = 0
    """How many rows with anything in them were read."""

    def __iter__(self) -> Iterator[Row]:
        """The rows one by one, none of which is kept; a second time there are none."""
        return self._stream if self._rows is None else iter(self._rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, kept."""
        if self._rows is None:
            self._rows = tuple(self._stream)
            if self._watcher is not None:
                self._watcher.begun(len(self._rows))
        return self._rows

    def each(self) -> Iterator[Row]:
        """All rows, kept, one by one, to be checked: whoever watches is told how far that is."""
        done = 0
        for done, row in enumerate(self.rows, start=1):
            if self._watcher is not None and done % TOLD_AFTER == 1 and done > 1:
                self._watcher.more(TOLD_AFTER)
            yield row
        if self._watcher is not None and done:
            self._watcher.more((done - 1) % TOLD_AFTER + 1)

    def has(self, column: str) -> bool:
        """Whether the file has this column."""
        return column in self.places

    def fault(self, row: int, column: str, message: str) -> None:
        """Note what is wrong; of very many faults the first are kept and the others counted."""
        if row:
            self.faulty.add(row)
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(row, column, message))
        else:
            self._more += 1

    def clash(self, row: int, column: str, message: str, earlier: int) -> None:
        """As `Row.clash`."""
        self.fault(row, column, message)
        self.contradict(earlier, column, row)

    def contradict(self, earlier: int, column: str, row: int) -> None:
        """Note of a row that was read that a later one contradicts it: it is no good either, and told by itself."""
        self.faulty.add(earlier)
        self.contradicted.setdefault((earlier, column), []).append(row)

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that the file is read no further."""
        return len(self.faults) + self._more >= FAULTS_AT_MOST or self._read == len(self.faulty) >= NONE_GOOD

    @property
    def is_whole(self) -> bool:
        """Whether all that is wrong so far is wrong with single rows, so that the others are what the file says."""
        return all(fault.row in self.faulty for fault in self.faults)

    def values(self, column: str) -> set[str]:
        """What the cells of a column hold, to look up; empty and unreadable ones are left out."""
        found = {row.cell(column) for row in self.rows}
        return {value for value in found if value and not undecoded(value)}

    def all_faults(self) -> list[Fault]:
        """Every fault noted so far, and how many were not kept."""
        faults = [*self.faults, *islice(starmap(_contradiction, self.contradicted.items()), MOST_FAULTS)]
        if not self._more:
            return faults
        return [*faults, Fault(0, "", f"còn {self._more} lỗi nữa không liệt kê; sửa các lỗi này rồi nhập lại")]

    def refuse_faulty(self, *, good_rows: bool = False) -> None:
        """Raises ImportFaults when any fault was noted; with `good_rows` only where the file as a whole is at fault:
        what the rows say that are `good` is taken in then."""
        rows = self.rows
        if self.faults and not (good_rows and self.is_whole):
            raise self.refusal(good=sum(self.good(row.number) for row in rows))

    def refusal(self, *, good: int) -> ImportFaults:
        """Why the file was not taken in; so many of its rows are `good`."""
        return ImportFaults(self.all_faults(), good_rows=good if self.is_whole else None)

    def good(self, row: int) -> bool:
        """Whether nothing is wrong with the row of this number, nor with one that it contradicts."""
        return row not in self.faulty

    def result(self, created: int, changed: int, unchanged: int, notes: Iterable[str] = ()) -> ImportResult:
        """What an import did, with the rows that were left out and why."""
        faults = ImportFaults(self.all_faults()).faults if self.faults else ()
        return ImportResult(created, changed, unchanged, (*self.notes, *notes), faults, tuple(sorted(self.faulty)))


def _contradiction(place: tuple[int, str], rows: Sequence[int]) -> Fault:
    """What is told of a row that later ones contradict."""
    row, column = place
    named = ", ".join(str(one) for one in rows[:OTHERS_NAMED])
    if (more := len(rows) - OTHERS_NAMED) > 0:
        named += f" và {more} dòng nữa"
    return Fault(row, column, f"trùng hoặc không khớp với dòng {named}, xem lỗi ở đó; sửa hoặc xoá dòng sai")


def read(
    data: bytes,
    columns: Sequence[str | Column],
    *,
    sheet: str | None = None,
    rows_at_most: int = ROWS_AT_MOST,
    only_known: bool = False,
) -> Sheet:
    """The rows of a CSV or XLSX file that has these columns, in any order.

    Of CSV: UTF-8 with or without a byte order mark, separated by comma, semicolon or tab. Of XLSX: the sheet of this
    name, else the first that is not hidden. Rows with nothing in them are passed over but keep their number; so are
    titles above the headings. A column that is of no use is passed over and told (`Sheet.notes`), unless
    `only_known` ones may be there or its heading looks like a misspelt one. Raises ImportFaults when it is not such a
    file, is too large, has a missing, misspelt or repeated heading, or holds no row at all; it is read no further after
    `FAULTS_AT_MOST` faults. A row with cells beside the table, or in CSV with too few, is noted as a fault and left
    out.
    """
    if len(data) > FILE_AT_MOST:
        message = (
            f"tệp lớn {len(data) // 1_000_000} MB, nhiều nhất là {FILE_AT_MOST // 1_000_000} MB; chia thành nhiều tệp"
        )
        raise file_fault(message)
    if what := what_else(data) if not is_zip(data) else None:
        raise file_fault(f"{what}. {HOW_TO_SAVE}")
    faults: list[Fault] = []
    workbook = Workbook(data, sheet) if is_zip(data) else None
    stream = _clean(workbook.records(faults) if workbook is not None else csv_text.records(data, faults))
    known = as_columns(columns)

    top = list(islice(stream, ROWS_ABOVE_AT_MOST))
    if not any(any(cells) for _, cells in top):
        top += list(islice((one for one in stream if any(one[1])), 1))
    at, heading = find_heading(top, known)
    if not any(heading):
        raise ImportFaults(faults or [Fault(0, "", "tệp trống; ghi dòng tiêu đề và ít nhất một dòng dữ liệu")])
    not_utf8 = Fault(0, "", legacy(data)) if workbook is None and _has_other_bytes(data) else None
    if not_utf8 is not None:
        faults.append(not_utf8)
        if any(undecoded(cell) for cell in heading):
            raise ImportFaults([*faults, Fault(at, "", "tiêu đề có chữ không phải UTF-8; lưu lại tệp như trên")])
    width = max(place for place, cell in enumerate(heading, start=1) if cell)
    if width > MOST_COLUMNS:
        raise file_fault(f"bảng có hơn {MOST_COLUMNS} cột; chép riêng các cột cần nhập sang một tệp mới")
    rest = chain([one for one in top if one[0] > at], stream)
    looked_at = list(islice(rest, LOOKED_AT))
    if not_utf8 is None and (spoiling := spoilt(" ".join(heading), (" ".join(cells) for _, cells in looked_at))):
        raise file_fault(spoiling)
    places, others = positions(at, heading[:width], known, only_known=only_known)
    found = Sheet(tuple(column.heading for column in known), places, faults, _passed_over(others))
    for fault in workbook.without_result(found.places, width, at) if workbook is not None else ():
        found.fault(fault.row, fault.column, fault.message)
        found.unread.add((fault.row, fault.column))
        if found.is_hopeless:
            break
    merged = Merged() if workbook is None else workbook.merged(width)
    rows = _rows(found, chain(looked_at, rest), width, rows_at_most, merged, pad=workbook is not None)
    first = next(rows, None)
    if first is None and not faults:
        raise file_fault("tệp chỉ có dòng tiêu đề; ghi ít nhất một dòng dữ liệu")
    found._stream = rows if first is None else chain([first], rows)
    found._watcher = _WATCHER.get()
    return found


def _passed_over(columns: Sequence[str]) -> tuple[str, ...]:
    if not columns:
        return ()
    more = len(columns) - MOST_TOLD
    named = ", ".join(columns[:MOST_TOLD]) + (f" và {more} cột nữa" if more > 0 else "")
    return (f"Bỏ qua cột không dùng trong bảng này: {named}",)


def _rows(
    sheet: Sheet,
    records: Iterator[tuple[int, Sequence[str]]],
    width: int,
    at_most: int,
    merged: Merged,
    *,
    pad: bool,
) -> Iterator[Row]:
    blank = 0
    for number, cells in records:
        if sheet.is_hopeless:
            many = min(FAULTS_AT_MOST, len(sheet.faults) + sheet._more)
            message = (
                f"dừng đọc ở dòng này vì tệp đã có {many} lỗi trở lên; các dòng sau chưa được kiểm tra, xem lại có "
                "đúng tệp, đúng mẫu không"
            )
            sheet.faults.append(Fault(number, "", message))
            return
        if not any(cells):
            blank += 1
            if blank > ROWS_AT_MOST:
                message = f"tệp có hơn {ROWS_AT_MOST} dòng trống; xoá các dòng trống, hoặc chép bảng sang một tệp mới"
                sheet.faults.append(Fault(number, "", message))
                return
            continue
        sheet._read += 1
        if sheet._read > at_most:
            message = f"tệp có hơn {at_most} dòng; chia thành nhiều tệp, các dòng sau chưa được kiểm tra"
            sheet.faults.append(Fault(number, "", message))
            return
        if (len(cells) < width and not pad) or any(cells[width:]):
            hint = "kiểm tra các ô bên phải bảng" if pad else "kiểm tra dấu phân cách và dấu ngoặc kép"
            if len(sheet.misfits) < MOST_FAULTS:
                sheet.misfits[number] = cells
            sheet.fault(number, "", f"dòng có {len(cells)} ô, tiêu đề có {width} cột; {hint}")
            continue
        row = Row(number, cells, sheet)
        if named := merged(number):
            row.fault("", f"các ô {named} đã bị gộp; bỏ gộp ô (Unmerge Cells) rồi ghi giá trị vào từng ô")
        yield row


def _clean(records: Iterator[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Cells in NFC with single spaces; what a cell holds often is kept once."""
    kept: dict[str, str] = {}
    for number, cells in records:
        cleaned = []
        for cell in cells:
            value = kept.get(cell)
            if value is None:
                value = _cleaned(cell)
                if len(cell) < 40 and len(kept) < 4096:
                    kept[cell] = value
            cleaned.append(value)
        yield number, cleaned


def _cleaned(cell: str) -> str:
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", cell)
    if cell.startswith(_GUARDED):
        cell = cell[1:]
    return " ".join(cell.split())


_GUARDED = ("'=", "'+", "'-", "'@")
"""How cells begin that were given back in CSV: the apostrophe keeps a spreadsheet from working them out."""


def _has_other_bytes(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
