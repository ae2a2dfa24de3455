"""A round of roll-ups as a file, a line for each member and target and one for each sum: XLSX with formulas, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell as cell

from certification.documents.typography import composed
from certification.federation import words
from certification.federation.sums import Gathered
from certification.spreadsheets.given_back import guarded
from certification.targets.figures import percent

__all__ = ["as_csv", "as_xlsx"]

_COLUMNS = (
    ("Chỉ tiêu", 10), ("Mã đơn vị", 18), ("Đơn vị", 34), ("Tình trạng", 34), ("Tử số", 12), ("Mẫu số", 12),
    ("Tỷ lệ", 10), ("Chỉ tiêu giao (%)", 10), ("Số lượt", 12), ("Số lao động", 12), ("Doanh nghiệp có danh sách", 14),
    ("Doanh nghiệp mới khai tổng số", 14), ("Tổng số doanh nghiệp", 14),
)  # fmt: skip
_COUNTED, _OF, _RATE = 4, 5, 6
_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)

_Cells = tuple[str | int | Fraction | None, ...]


def as_csv(found: Gathered) -> bytes:
    """With semicolons, in UTF-8 with a byte order mark; the heading first, so that programs read it too."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([heading for heading, _width in _COLUMNS])
    for _is_sum, line in _lines(found):
        writer.writerow([_in_csv(value) for value in line])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def as_xlsx(found: Gathered, on: date) -> bytes:
    """As of the day `on`. Rates are formulas over the counts beside them."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "Tổng hợp", "created": _ALWAYS})
    letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    title = workbook.add_format({**letters, "bold": True, "font_size": 14})
    said = workbook.add_format(letters)
    head = workbook.add_format({**letters, "bold": True, "align": "center", "border": 1, "text_wrap": True})
    forms = {
        bold: tuple(
            workbook.add_format({**letters, "border": 1, "bold": bold, **more})
            for more in ({"text_wrap": True, "num_format": "@"}, {"num_format": "#,##0"}, {"num_format": "0.0%"})
        )
        for bold in (False, True)
    }
    page = workbook.add_worksheet("Tổng hợp")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    plan = found.plan.title if found.plan is not None else found.round.plan
    page.write_string(0, 0, composed(f"Tổng hợp số liệu ngày {found.round.cut_off:%d/%m/%Y}: {plan}"), title)
    page.write_string(1, 0, composed(words.completeness(found)), said)
    page.write_string(2, 0, f"Hạn gửi {found.round.due:%d/%m/%Y}; lập ngày {on:%d/%m/%Y}", said)
    page.repeat_rows(4)
    for place, (heading, width) in enumerate(_COLUMNS):
        page.set_column(place, place, width)
        page.write_string(4, place, heading, head)
    for row, (is_sum, line) in enumerate(_lines(found), 5):
        text, count, rate = forms[is_sum]
        for place, value in enumerate(line):
            if value is None:
                page.write_blank(row, place, None, text)
            elif place == _RATE:
                assert isinstance(value, Fraction)  # noqa: S101 — `_lines` puts it there
                page.write_formula(row, place, f"={cell(row, _COUNTED)}/{cell(row, _OF)}", rate, float(value))
            elif isinstance(value, str):
                page.write_string(row, place, composed(value), text)
            else:
                page.write_number(row, place, value, count)
    page.freeze_panes(5, 3)
    workbook.close()
    return file.getvalue()


def _lines(found: Gathered) -> Iterator[tuple[bool, _Cells]]:
    """The lines of the table, each with whether it is a sum. What did not come is empty, never 0."""
    whole = "Cộng" if found.is_whole else "Cộng (chưa đủ)"
    for one in found.sums:
        for line in found.lines:
            share = line.share(one.target.id)
            known = line.stands.document if line.stands is not None else None
            yield (
                False,
                (
                    one.target.id, line.member.organization, line.member.name, words.state(line),
                    *((share.counted, share.denominator, share.rate) if share is not None else (None, None, None)),
                    found.percent_of(one.target), share.participations if share is not None else None,
                    *(
                        (known.headcount, known.reporting, known.declared, known.enterprises)
                        if known is not None
                        else (None,) * 4
                    ),
                ),
            )  # fmt: skip
        yield (
            True,
            (
                one.target.id, "", whole, words.completeness(found), one.share.counted, one.share.denominator,
                one.share.rate, found.percent_of(one.target), one.share.participations, found.headcount,
                found.reporting, found.declared, found.enterprises,
            ),
        )  # fmt: skip


def _in_csv(value: str | int | Fraction | None) -> str | int:
    if isinstance(value, str):
        return guarded(value)
    if value is None:
        return ""
    return percent(value) if isinstance(value, Fraction) else value
