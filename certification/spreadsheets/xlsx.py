"""XLSX files as rows of cells, read as a stream; nothing in them is worked out or run.

What a cell shows is what is taken: the result that was saved with a formula, a day that is formatted as one, the zeros
before a number where its format writes them. What would be guessed is told instead: a formula saved without a result,
cells that were merged, a result that is an error. How large the file may unfold is looked at before it is unfolded.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from certification.spreadsheets.columns import MOST_COLUMNS
from certification.spreadsheets.encodings import HOW_TO_SAVE
from certification.spreadsheets.faults import Fault, ImportFaults, file_fault, listed, shortened

__all__ = ["Workbook", "is_zip"]

UNFOLDED_AT_MOST = 400_000_000
"""Bytes that all parts of a file come to when unfolded; half a million rows of ten columns take less."""
PARTS_AT_MOST = 2_000
LAST_ROW = 1_048_576
"""The last row that a spreadsheet can have."""

_BROKEN = (
    "tệp Excel hỏng hoặc không đọc được; mở bằng Excel, chọn File > Save As > “Excel Workbook (*.xlsx)” rồi nhập lại"
)
_FAILURES = (
    ArithmeticError, AttributeError, EOFError, InvalidFileException, LookupError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a broken archive, broken XML (a SyntaxError of whichever parser) or XML that is no spreadsheet ends with
in the libraries."""

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_FAR_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\br=[\"'](?:\d{8,}|-)")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,30}")


def is_zip(data: bytes) -> bool:
    """Whether this is a ZIP archive, as XLSX files are."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Workbook:
    """A checked XLSX file and the sheet of it that is read. Raises ImportFaults for a file that cannot be."""

    def __init__(self, data: bytes, sheet: str | None) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_parts(archive)
            self._values = _open(data, results=True)
            self._sheet = self._choose(sheet)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                has_formulas, merged = _look_through(archive, self._sheet._worksheet_path)
        except ImportFaults:
            raise
        except _FAILURES:
            raise file_fault(_BROKEN) from None
        self._merged = merged
        self._formulas = _open(data, results=False) if has_formulas else None

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
        """The number and cells of every row; what cannot be read ends them and is noted in `faults`."""
        number = 0
        try:
            for number, cells in enumerate(_rows(self._sheet), start=1):
                if number > LAST_ROW:
                    return
                yield number, [cell if type(cell) is str else _text(*cell) for cell in cells]
        except _FAILURES:
            faults.append(Fault(number + 1, "", _BROKEN))

    def notes(self, width: int, after: int) -> Iterator[tuple[Fault, int]]:
        """What is to be told of the table in so many columns, below the row `after`: merged cells, and formulas
        without a result; each with the last row that it concerns."""
        for cells in self._merged:
            left, top, _right, bottom = range_boundaries(cells)
            if left is not None and left <= width and bottom is not None and bottom > after:
                message = f"các ô {cells} đã bị gộp; bỏ gộp ô (Unmerge Cells) rồi ghi giá trị vào từng ô"
                yield Fault(max(top or 1, after + 1), "", message), bottom
        if self._formulas is None:
            return
        kept = _rows(self._sheet)
        told = _rows(self._formulas[self._sheet.title])
        for number, (shown, typed) in enumerate(zip(kept, told, strict=False), start=1):
            if number <= after or number > LAST_ROW:
                continue
            for place, cell in enumerate(typed[:width]):
                value = shown[place] if place < len(shown) else ""
                if type(cell) is not str and cell[1] == "f" and (value == "" or value == (None, "n", "General")):
                    where = f"{get_column_letter(place + 1)}{number}"
                    message = (
                        f"ô {where} là công thức chưa có kết quả; mở bằng Excel và lưu lại, hoặc ghi giá trị vào ô"
                    )
                    yield Fault(number, "", message), number


def _open(data: bytes, *, results: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody here looks at
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=results, keep_links=False)
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # what a file says of its size is not always so
    return workbook


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
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                if _DECLARED.search(opened.read(4096)):
                    raise file_fault(_BROKEN)


def _look_through(archive: zipfile.ZipFile, path: str) -> tuple[bool, list[str]]:
    """Whether a sheet has formulas, and which cells of it are merged. Raises ImportFaults where a row has a number
    that no spreadsheet gives."""
    has_formulas, merged, rest = False, [], b""
    with archive.open(path) as part:
        while chunk := part.read(1 << 20):
            text = rest + chunk
            if _FAR_ROW.search(text) or _DECLARED.search(text):
                raise file_fault(_BROKEN)
            has_formulas = has_formulas or _FORMULA.search(text) is not None
            last = text.rfind(b"<")
            merged += [ref.decode() for ref in _MERGED.findall(text[:last] if last > 0 else text)]
            rest = text[last:] if last >= 0 and len(text) - last < 4096 else b""
    merged += [ref.decode() for ref in _MERGED.findall(rest)]
    return has_formulas, merged


_Cell = str | tuple[Any, str, str]
"""Text as it is; or another value with its type and number format."""


def _rows(sheet: Any) -> Iterator[Sequence[_Cell]]:
    """The cells of each row, up to the last one with anything in it."""
    widest = MOST_COLUMNS + 50
    for row in sheet.iter_rows(max_col=widest):
        end = len(row)
        while end and row[end - 1].value is None:
            end -= 1
        yield [_cell(cell) for cell in row[:end]]


def _cell(cell: Any) -> _Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "s" and isinstance(value, str):
        return value
    return value, cell.data_type, cell.number_format if cell.data_type == "n" else ""


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
