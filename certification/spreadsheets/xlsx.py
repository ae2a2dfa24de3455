"""XLSX files as rows of cells, read as a stream; nothing in them is worked out or run.

What a cell shows is what is taken: the result that was saved with a formula, a day that is formatted as one, the zeros
before a number where its format writes them. What would be guessed is told instead: a formula saved without a result,
cells that were merged, a result that is an error. How large the file may unfold is looked at before it is unfolded.
"""

from __future__ import annotations

import codecs
import heapq
import io
import lzma
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from certification.spreadsheets.columns import MOST_COLUMNS
from certification.spreadsheets.encodings import HOW_TO_SAVE
from certification.spreadsheets.faults import Fault, ImportFaults, file_fault, listed, shortened

__all__ = ["Merged", "Workbook", "is_zip", "unfolded"]

UNFOLDED_AT_MOST = 400_000_000
"""Bytes that all parts of a file come to when unfolded; half a million rows of ten columns take less."""
STRINGS_AT_MOST = 100_000_000
"""Bytes of the texts of cells, which are held in memory; each of 300,000 rows may have 300."""
ELEMENTS_AT_MOST = 6_000_000
"""Beginnings and ends of elements in one row, or in a part without rows; texts of a million cells take four million."""
PARTS_AT_MOST = 2_000
MERGED_NAMED = 5
"""So many merged cells of one row are named."""
LAST_ROW = 1_048_576
"""The last row that a spreadsheet can have."""
WIDEST = MOST_COLUMNS + 50
"""The last column that is looked at."""

_BROKEN = (
    "tệp Excel hỏng hoặc không đọc được; mở bằng Excel, chọn File > Save As > “Excel Workbook (*.xlsx)” rồi nhập lại"
)
_FAILURES = (
    ArithmeticError, AttributeError, EOFError, InvalidFileException, LookupError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, lzma.LZMAError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a broken archive, broken XML (a SyntaxError of whichever parser) or XML that is no spreadsheet ends with
in the libraries."""

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_FAR_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\br=[\"'](?:\d{8,}|-)")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?(?:encoding\s*=\s*[\"']([^\"'>]+)[\"'][^>]{0,200})?\?>")
"""The declaration at the very beginning, and the encoding that it names, if any."""
_PIECE = 1 << 17
"""Bytes of a part that are looked through at a time. A parser that is given little at a time begins a tag anew with
each piece of it: one of many megabytes, of which nobody writes any, would take it minutes. So none is longer than two
of these, with the text behind it, of which a cell holds less."""
LONGEST_ASIDE = 1_000
"""Characters of a comment or a processing instruction, for the same reason."""
_ASIDE = re.compile(rb"<!--(?:[\s\S]{0,1000}?-->)?|<\?(?:[\s\S]{0,1000}?\?>)?")
_ZEROS = re.compile(r"0{2,30}")


def is_zip(data: bytes) -> bool:
    """Whether this is a ZIP archive, as XLSX files are."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unfolded(data: bytes) -> int:
    """How many bytes the parts of an archive say to come to; 0 for one that is broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(part.file_size for part in archive.infolist())
    except _FAILURES:
        return 0


class Merged:
    """Which merged cells each row has a part of. Rows are asked for once, in their order."""

    def __init__(self, ranges: Iterable[tuple[int, int, str]] = ()) -> None:
        self._to_come = sorted(ranges, reverse=True)
        self._here: list[tuple[int, str]] = []
        """Last row and name of those that have begun, the one that ends first in front."""

    def __call__(self, row: int) -> str:
        """The cells in words, a few of very many; "" where there are none."""
        while self._to_come and self._to_come[-1][0] <= row:
            _top, bottom, cells = self._to_come.pop()
            heapq.heappush(self._here, (bottom, cells))
        while self._here and self._here[0][0] < row:
            heapq.heappop(self._here)
        return ", ".join(cells for _bottom, cells in sorted(self._here[:MERGED_NAMED]))


class Workbook:
    """A checked XLSX file and the sheet of it that is read. Raises ImportFaults for a file that cannot be."""

    def __init__(self, data: bytes, sheet: str | None) -> None:
        try:
            archive = _Parts(io.BytesIO(data))
            _check_parts(archive)
            self._values = _open(data, archive)
            self._sheet = self._choose(sheet)
            self._has_formulas, merged = _look_through(archive, self._sheet._worksheet_path)
            self._merged = [(*range_boundaries(cells), cells) for cells in merged]
        except ImportFaults:
            raise
        except _FAILURES:
            raise file_fault(_BROKEN) from None

    def _choose(self, name: str | None) -> Any:
        names = [one.title for one in self._values.worksheets]
        if name is not None:
            for one in self._values.worksheets:
                if one.title.casefold().strip() == name.casefold().strip():
                    return one
            raise file_fault(f"không có trang tính “{shortened(name)}”; các trang tính trong tệp: {listed(names)}")
        shown = [one for one in self._values.worksheets if one.sheet_state == "visible"]
        if not shown:
            raise file_fault("tệp không có trang tính nào hiện ra; bỏ ẩn (Unhide) trang tính cần nhập")
        return shown[0]

    def records(self, faults: list[Fault]) -> Iterator[tuple[int, Sequence[str]]]:
        """The number and cells of every row that has any; what cannot be read ends them and is noted in `faults`."""
        number = 0
        try:
            for number, cells in _rows(self._sheet):
                yield number, [cell if type(cell) is str else _text(*cell) for cell in cells]
        except _FAILURES:
            faults.append(Fault(number + 1, "", _BROKEN))

    def merged(self, width: int) -> Merged:
        """The cells of a table in so many columns that were merged."""
        return Merged((top, bottom, cells) for left, top, _right, bottom, cells in self._merged if left <= width)

    def without_result(self, places: Mapping[str, int], width: int, after: int) -> Iterator[Fault]:
        """What is to be told of formulas without a result in the columns at `places`, below the row `after`."""
        if not self._has_formulas:
            return
        headings = {place: heading for heading, place in places.items()}
        for number, row in _rows(self._sheet):
            if number <= after:
                continue
            for place, cell in enumerate(row[:width]):
                if cell is _NO_RESULT and place in headings:
                    where = f"{get_column_letter(place + 1)}{number}"
                    message = (
                        f"ô {where} là công thức chưa có kết quả; mở bằng Excel và lưu lại, hoặc ghi giá trị vào ô"
                    )
                    yield Fault(number, headings[place], message)


class _Parts(zipfile.ZipFile):
    """An archive of whose parts each is looked through whole before the libraries read it, whatever it is called."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self._looked_through: set[str] = set()

    def open(self, name: Any, mode: Any = "r", *rest: Any, **named: Any) -> Any:
        """As ZipFile's. Raises ImportFaults for a part that would do harm."""
        part = super().open(name, mode, *rest, **named)
        if part.name not in self._looked_through:
            with super().open(name) as whole:
                _check_part(whole)
            self._looked_through.add(part.name)
        return part


def _check_part(part: Any) -> None:
    """Refuses a part that is not UTF-8, declares entities, or makes many times its own size of memory.

    What is written in UTF-16, or in a code page that the part names, would be read as something else here than by the
    parser.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest, size, strings, rows, since_row, sheets, since_tag, asides = b"", 0, 0, 0, 0, 0, 0, 0
    while chunk := part.read(_PIECE):
        if not size and chunk.lstrip(codecs.BOM_UTF8).startswith(b"<?xml"):
            told = _ENCODING.match(chunk.lstrip(codecs.BOM_UTF8))
            if told is None or (told[1] or b"utf-8").lower() not in (b"utf-8", b"utf8", b"us-ascii"):
                raise file_fault(_BROKEN)
        size += len(chunk)
        decoder.decode(chunk)
        text = rest + chunk
        if b"\0" in chunk or _DECLARED.search(text):
            raise file_fault(_BROKEN)
        rest = text[-16:]
        for aside in _ASIDE.finditer(text):
            asides += 1
            if aside[0] in (b"<!--", b"<?"):  # it does not end within what is looked at
                if len(text) - aside.start() > LONGEST_ASIDE + 8:
                    raise file_fault(_BROKEN)
                rest = text[min(aside.start(), len(text) - 16) :]
                break
        last_tag = chunk.rfind(b"<")
        since_tag = since_tag + len(chunk) if last_tag < 0 else len(chunk) - last_tag
        if since_tag > 2 * _PIECE or asides > PARTS_AT_MOST:
            raise file_fault(_BROKEN)
        strings += chunk.count(b"<si") + chunk.count(b":si>")
        rows += chunk.count(b"<row") + chunk.count(b":row ")
        last = max(chunk.rfind(b"<row"), chunk.rfind(b":row "))
        since_row = since_row + chunk.count(b"<") if last < 0 else chunk.count(b"<", last)
        sheets += chunk.count(b"sheetId")
        if sheets > PARTS_AT_MOST:
            raise file_fault(_BROKEN)
        if since_row > ELEMENTS_AT_MOST or rows > 2 * LAST_ROW or (strings and size > STRINGS_AT_MOST):
            raise file_fault(
                f"tệp có quá nhiều ô, hoặc chữ trong các ô quá dài (chữ nhiều nhất {STRINGS_AT_MOST // 1_000_000} MB); "
                "chép riêng bảng cần nhập sang một tệp mới"
            )
    decoder.decode(b"", final=True)


class _Reader(ExcelReader):
    """Opens each part once: a few megabytes can name one a million times as another sheet."""

    def read_worksheets(self) -> None:
        parts = [relation.target for _, relation in self.parser.find_sheets()]
        if len(parts) > len(set(parts)):
            raise file_fault(_BROKEN)
        super().read_worksheets()


def _open(data: bytes, archive: _Parts) -> Any:
    reader = _Reader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.archive.close()
    reader.archive = archive
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody here looks at
        reader.read()
    return reader.wb


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuses what is no XLSX file, has macros, or unfolds to too much. (An archive's parts are never read beyond the
    sizes that it declares.)"""
    names = {part.filename.lower() for part in archive.infolist()}
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise file_fault("tệp có mật khẩu; bỏ mật khẩu và lưu lại")
    if "mimetype" in names and "content.xml" in names:
        raise file_fault(f"đây là tệp OpenDocument (.ods), chưa đọc được. {HOW_TO_SAVE}")
    if "xl/workbook.bin" in names:
        raise file_fault(f"đây là tệp Excel nhị phân (.xlsb), chưa đọc được. {HOW_TO_SAVE}")
    if any(name.endswith("vbaproject.bin") for name in names):
        message = "tệp có macro (.xlsm), không nhận; chọn File > Save As > “Excel Workbook (*.xlsx)” rồi nhập lại"
        raise file_fault(message)
    if "[content_types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        raise file_fault(f"đây là tệp nén (ZIP), không phải bảng tính Excel. {HOW_TO_SAVE}")
    if len(names) > PARTS_AT_MOST or sum(part.file_size for part in archive.infolist()) > UNFOLDED_AT_MOST:
        most = UNFOLDED_AT_MOST // 1_000_000
        raise file_fault(f"tệp giải nén ra quá lớn (nhiều nhất {most} MB); chép riêng bảng cần nhập sang một tệp mới")


def _look_through(archive: zipfile.ZipFile, path: str) -> tuple[bool, list[str]]:
    """Whether a sheet has formulas, and which cells of it are merged. Raises ImportFaults where a row has a number
    that no spreadsheet gives."""
    has_formulas, merged, rest = False, [], b""
    with archive.open(path) as part:
        while chunk := part.read(1 << 20):
            text = rest + chunk
            if _FAR_ROW.search(text):
                raise file_fault(_BROKEN)
            has_formulas = has_formulas or _FORMULA.search(text) is not None
            last = text.rfind(b"<")
            merged += [ref.decode() for ref in _MERGED.findall(text[:last] if last > 0 else text)]
            rest = text[last:] if last >= 0 and len(text) - last < 4096 else b""
    merged += [ref.decode() for ref in _MERGED.findall(rest)]
    return has_formulas, merged


_Cell = str | tuple[Any, str, str]
"""Text as it is; or another value with its type and number format."""

_NO_RESULT: _Cell = ("", "f", "")
"""A formula that was saved without a result."""


class _Rows(WorkSheetParser):
    """Rows of a sheet, of whose formulas nothing is looked at but whether they have a result."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """As the library's."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = "f"
        return cell


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[_Cell]]]:
    """The number and cells of each row that has any, up to the last cell with anything in it; the columns beyond what a
    table can have are passed over."""
    book, before = sheet.parent, 0
    formats: dict[int, str] = {}
    with sheet._get_source() as source:
        rows = _Rows(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch, date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for number, cells in rows.parse():
            if number > LAST_ROW:
                return
            if number <= before:  # told already
                continue
            before = number
            found: list[_Cell] = []
            for cell in cells:
                place = cell["column"]
                if place > WIDEST or (cell["value"] is None and cell["data_type"] != "f"):
                    continue
                if place > len(found):
                    found += [""] * (place - len(found))
                found[place - 1] = _cell(sheet, cell, formats)
            yield number, found


def _cell(sheet: Any, cell: Mapping[str, Any], formats: dict[int, str]) -> _Cell:
    value, kind, style = cell["value"], cell["data_type"], cell["style_id"]
    if value is None:
        return _NO_RESULT
    if kind == "s" and isinstance(value, str):
        return value
    if kind != "n":
        return value, kind, ""
    if style not in formats:
        formats[style] = ReadOnlyCell(sheet, **cell).number_format
    return value, kind, formats[style]


def _text(value: Any, kind: str, number_format: str) -> str:
    """What a cell shows, as a person would type it."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            day = f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
            return day if value.time() == time() else f"{day} {value:%H:%M:%S}"
        case date():
            return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
        case time() | timedelta():
            return str(value)
        case float() if not value.is_integer():
            return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else str(value)
        case int() | float():
            digits = str(int(value))
            zeros = _ZEROS.fullmatch(number_format)
            return digits.zfill(len(zeros[0])) if zeros else digits
    return str(value)
