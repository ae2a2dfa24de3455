"""Candidates in the fields of congdanhoctap.vn's forms, as XLSX and CSV, marked as our reading.

The site publishes no form to import: whoever types there has everything in one line a person. Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime

import xlsxwriter

from certification.documents.typography import composed, short_day
from certification.dossiers.candidates import Candidate, Candidates
from certification.dossiers.words import STATES
from certification.spreadsheets.given_back import guarded

__all__ = ["MOST_PEOPLE", "OUR_READING", "as_csv", "as_xlsx"]

MOST_PEOPLE = 1_048_576 - 3
"""So many lines a sheet of a workbook has below its headings; a CSV file has no such bound."""

OUR_READING = (
    "Cách hiểu của hệ thống về các ô của congdanhoctap.vn, không phải biểu mẫu chính thức; đối chiếu với trang đó khi "
    "nhập."
)
_KNOWN, _OURS, _EMPTY = (
    "ô đăng ký, theo báo chí", "thêm vào để nhập phiếu tự đánh giá, theo cách hiểu của hệ thống",
    "ô đăng ký, theo báo chí; hệ thống không lưu, người lao động tự ghi khi nhập",
)  # fmt: skip
_GENDERS = {"female": "Nữ", "male": "Nam"}
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)
_FORMER_DISTRICT = "Từ 01/7/2025 không còn cấp huyện: để trống"

_COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("Số CCCD/CMND", 16, _KNOWN), ("Họ và tên", 26, _KNOWN), ("Giới tính", 9, _KNOWN), ("Năm sinh", 9, _EMPTY),
    ("Dân tộc", 9, _EMPTY), ("Tôn giáo", 9, _EMPTY), ("Tỉnh/Thành phố", 20, _KNOWN),
    ("Quận/Huyện", 12, f"{_KNOWN}. {_FORMER_DISTRICT}"), ("Xã/Phường", 20, _KNOWN), ("Mật khẩu", 9, _EMPTY),
    ("Nơi làm việc", 28, f"{_KNOWN} (không bắt buộc)"), ("Công việc", 18, f"{_KNOWN} (không bắt buộc)"),
    ("Nhóm đối tượng đánh giá", 22, "một trong bốn nhóm phiếu của 324/QĐ-KHVN"),
    ("Mã người lao động", 14, _OURS), ("Tình trạng hồ sơ", 18, _OURS),
)  # fmt: skip


def as_xlsx(found: Candidates) -> bytes:
    """A workbook: a line a person (at most `MOST_PEOPLE`), and what each column is; same values, same bytes."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": f"Người đề nghị năm {found.year}", "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top", "text_wrap": True, "border": 1}
    head = workbook.add_format({**letters, "bold": True, "align": "center", "bg_color": "#EEEEEE"})
    text = workbook.add_format({**letters, "num_format": "@"})
    points = workbook.add_format({**letters, "num_format": "0"})
    plain = workbook.add_format({"font_name": "Times New Roman", "font_size": 11, "italic": True})
    page = workbook.add_worksheet(f"Người đề nghị {found.year}")
    headings = _headings(found)
    page.write_string(0, 0, f"{OUR_READING} Số liệu đến hết ngày {short_day(found.on)}.", plain)
    for place, (heading, width, _) in enumerate(headings):
        page.set_column(place, place, width)
        page.write_string(2, place, heading, head)
    for row, cells in enumerate(_rows(found), 3):
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                page.write_number(row, place, cell, points)
            else:
                page.write_string(row, place, composed(cell), text)
    page.freeze_panes(3, 2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    explained = workbook.add_worksheet("Giải thích")
    explained.set_column(0, 0, 34)
    explained.set_column(1, 1, 90)
    explained.write_string(0, 0, "Cột", head)
    explained.write_string(0, 1, "Từ đâu", head)
    for row, (heading, _, meaning) in enumerate(headings, 1):
        explained.write_string(row, 0, heading, text)
        explained.write_string(row, 1, meaning, text)
    explained.write_string(len(headings) + 2, 0, OUR_READING, plain)
    workbook.close()
    return file.getvalue()


def as_csv(found: Candidates) -> bytes:
    """The same lines as CSV (UTF-8 with the mark by which Excel knows it); the last column says that it is our
    reading."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*(heading for heading, _, _ in _headings(found)), "Ghi chú"])
    for cells in _rows(found):
        writer.writerow([*(guarded(composed(str(cell))) for cell in cells), OUR_READING])
    return text.getvalue().encode("utf-8-sig")


def _headings(found: Candidates) -> list[tuple[str, int, str]]:
    own = [(f"{code} tự chấm", 8, f"{_OURS}: {title}") for code, title in found.indicators]
    attested = [(f"{code} tập thể chấm", 8, f"{_OURS}: {title}") for code, title in found.indicators]
    sums = [("Tổng tự chấm", 8, _OURS), ("Tổng tập thể chấm", 8, _OURS)]
    return [("STT", 5, _OURS), *_COLUMNS, *own, sums[0], *attested, sums[1]]


def _rows(found: Candidates) -> Iterator[list[str | int]]:
    codes = [code for code, _ in found.indicators]
    for place, one in enumerate(found.people, 1):
        yield [
            place, *_person(one),
            *(one.own.get(code, "") for code in codes), sum(one.own.values()) if one.own else "",
            *(one.attested.get(code, "") for code in codes), sum(one.attested.values()) if one.attested else "",
        ]  # fmt: skip


def _person(one: Candidate) -> list[str]:
    province, commune = _province_and_commune(one.places)
    return [
        one.national_number, one.name, _GENDERS.get(one.gender or "", ""), "", "", "", province, "", commune, "",
        one.enterprise, one.position, one.audience, one.number, STATES[one.state],
    ]  # fmt: skip


def _province_and_commune(places: tuple[str, ...]) -> tuple[str, str]:
    """Of the units above an enterprise, the nearest first and the country last: the province, and what is below it."""
    below = places[:-1] if len(places) > 1 else ()
    if not below:
        return "", ""
    return below[-1], below[0] if len(below) > 1 else ""
