"""The report as a workbook (XLSX) whose sums, rates and gaps are formulas: change a count, and they follow.

Each formula comes with the value that we worked out, so that what does not compute formulas shows the same.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from certification.documents.typography import composed
from certification.reports import sentences
from certification.reports.drawing import Report
from certification.reports.figures import Blockers, TargetRow, UnitRow
from certification.targets.attainment import YearTarget
from certification.targets.figures import HIDDEN, HIDDEN_WORD, OPERATORS, forecast_words

__all__ = ["as_xlsx"]

_ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same in every file)
_HEAD = 4
"""The row of a sheet's headings; above it what the sheet is."""


def as_xlsx(report: Report) -> bytes:
    """The workbook; the same bytes for the same report."""
    return _Book(report).built()


class _Book:
    def __init__(self, report: Report) -> None:
        self.report, self.figures = report, report.figures
        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.file, {"in_memory": True, "strings_to_formulas": False})
        self.book.set_properties({"title": f"Báo cáo năm {report.year}", "created": _ALWAYS})
        self.book.set_calc_mode("auto")
        letters = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
        boxed = {**letters, "border": 1}
        make = self.book.add_format
        self.title = make({**letters, "bold": True, "font_size": 14})
        self.note = make({**letters, "italic": True})
        self.head = make({**boxed, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True})
        self.text = make({**boxed, "text_wrap": True})
        self.bold = make({**boxed, "bold": True, "text_wrap": True})
        self.count = make({**boxed, "num_format": "#,##0"})
        self.total = make({**boxed, "num_format": "#,##0", "bold": True})
        self.rate = make({**boxed, "num_format": "0.0%"})
        self.total_rate = make({**boxed, "num_format": "0.0%", "bold": True})
        self.points = make({**boxed, "num_format": "0.0"})
        self.year = make({**boxed, "num_format": "0", "align": "center"})

    def built(self) -> bytes:
        self._targets()
        self._topics()
        if self.figures.points:
            self._points()
        if self.figures.blockers and self.figures.blockers.indicators:
            self._blockers(self.figures.blockers)
        if self.figures.units:
            self._units("Theo đơn vị", self.figures.units)
        if self.figures.enterprises:
            self._units("Theo doanh nghiệp", self.figures.enterprises)
        self._entered()
        self.book.close()
        return self.file.getvalue()

    def _sheet(self, name: str, title: str, columns: Sequence[tuple[str, float]]) -> Any:
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&C&P/&N")
        page.repeat_rows(_HEAD)
        draft = f"{sentences.DRAFT} – " if self.report.draft else ""
        page.write_string(0, 0, composed(f"{draft}{title}"), self.title)
        page.write_string(1, 0, composed(f"{self.report.organization}, năm {self.report.year}"), self.note)
        page.write_string(2, 0, composed(sentences.drawn_from(self.figures)), self.note)
        for place, (heading, width) in enumerate(columns):
            page.set_column(place, place, width)
            page.write_string(_HEAD, place, heading, self.head)
        page.freeze_panes(_HEAD + 1, 2)
        return page

    # ------------------------------------------------------------ targets

    def _targets(self) -> None:
        figures = self.figures
        page = self._sheet(
            "Chỉ tiêu",
            "KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU",
            (("Nhóm", 8), ("Chỉ tiêu", 46), ("Số đạt", 11), ("Số lượt", 11), ("Tổng số", 11), ("Tỷ lệ", 9),
             ("Năm", 7), ("Phép so", 7), ("Mục tiêu (%)", 9), ("Cần đạt", 11), ("Còn thiếu", 11),
             ("Thiếu (điểm %)", 10), ("Năm trước: số đạt", 11), ("Năm trước: tổng số", 11), ("Năm trước: tỷ lệ", 9),
             ("Thay đổi (điểm %)", 10), ("Dự báo", 60)),
        )  # fmt: skip
        line = _HEAD + 1
        for row in figures.targets:
            for place, asked in enumerate(row.figures.year_targets or (None,)):
                self._target(page, line, row, asked, row.forecasts[place : place + 1])
                line += 1
            for beside in row.figures.beside:
                self._counts(page, line, row.figures.group, beside.title, beside.counted, beside.participations,
                             row.figures.denominator)  # fmt: skip
                line += 1
        line += 1
        for said in (sentences.base(figures), sentences.basis(figures), sentences.titles(figures)):
            page.write_string(line, 0, composed(said), self.note)
            line += 1

    def _counts(self, page: Any, line: int, group: str, title: str, counted: int, times: int, of: int) -> None:
        page.write_string(line, 0, group, self.text)
        page.write_string(line, 1, composed(title), self.text)
        page.write_number(line, 2, counted, self.count)
        page.write_number(line, 3, times, self.count)
        page.write_number(line, 4, of, self.count)
        self._rate(page, line, 5, 2, 4, Fraction(counted, of) if of else None)

    def _rate(
        self, page: Any, line: int, column: int, counted: int, of: int, value: Fraction | None, *, total: bool = False
    ) -> None:
        """One cell over another as a share; empty over nobody."""
        self._quotient(page, line, column, counted, of, value, self.total_rate if total else self.rate)

    def _quotient(
        self, page: Any, line: int, column: int, counted: int, of: int, value: Fraction | None, written: Any
    ) -> None:
        part, whole = xl_rowcol_to_cell(line, counted), xl_rowcol_to_cell(line, of)
        page.write_formula(line, column, f'=IF({whole}=0,"",{part}/{whole})', written, _known(value))

    def _target(self, page: Any, line: int, row: TargetRow, asked: YearTarget | None, forecasts: Sequence[Any]) -> None:
        one, at = row.figures, line + 1
        self._counts(page, line, one.group, one.title, one.counted, one.participations, one.denominator)
        if asked is not None:
            page.write_number(line, 6, asked.year, self.year)
            page.write_string(line, 7, OPERATORS[asked.operator], self.text)
            page.write_number(line, 8, asked.percent, self.count)
            # In whole numbers before the one division, so that no rate of a hundredth is missed by a rounding.
            needed = f"ROUNDUP(I{at}*E{at}/100,0)" if asked.operator == ">=" else f"INT(I{at}*E{at}/100)+1"
            short = asked.short
            page.write_formula(line, 9, f'=IF(E{at}=0,"",{needed})', self.count, _needed(asked, one.denominator))
            page.write_formula(
                line, 10, f'=IF(E{at}=0,"",MAX(0,J{at}-C{at}))', self.count, "" if short is None else short
            )
            points = "" if asked.points_short is None else float(asked.points_short)
            page.write_formula(line, 11, f'=IF(E{at}=0,"",MAX(0,I{at}-100*C{at}/E{at}))', self.points, points)
        before = row.last_year
        if before is not None:
            page.write_number(line, 12, before.counted, self.count)
            page.write_number(line, 13, before.denominator, self.count)
            self._rate(page, line, 14, 12, 13, before.rate)
            change = None if one.rate is None or before.rate is None else 100 * (one.rate - before.rate)
            formula = f'=IF(OR(E{at}=0,N{at}=0),"",100*(F{at}-O{at}))'
            page.write_formula(line, 15, formula, self.points, _known(change))
        if forecasts:
            page.write_string(line, 16, composed(forecast_words(forecasts[0])), self.text)

    # ------------------------------------------------------------ topics

    def _topics(self) -> None:
        page = self._sheet(
            "Theo nội dung",
            "SỐ NGƯỜI, SỐ LƯỢT THEO NỘI DUNG",
            (("Nhóm", 8), ("Nội dung", 70), ("Số người", 12), ("Số lượt", 12), ("Lao động", 12), ("Tỷ lệ", 10)),
        )
        line = _HEAD + 1
        for row in self.figures.targets:
            for part in row.parts:
                self._counts(page, line, row.figures.group, part.title, part.persons, part.participations,
                             row.figures.denominator)  # fmt: skip
                line += 1

    # ------------------------------------------------------------ points

    def _points(self) -> None:
        page = self._sheet(
            "Điểm chỉ số",
            "ĐIỂM BÌNH QUÂN TỪNG CHỈ SỐ",
            (("Mã", 10), ("Chỉ số", 60), ("Tổng điểm gợi ý", 12), ("Số người có điểm gợi ý", 12),
             ("Điểm gợi ý, bình quân", 12), ("Tổng điểm được tính", 12), ("Số người có điểm được tính", 12),
             ("Điểm được tính, bình quân", 12)),
        )  # fmt: skip
        line = _HEAD + 1
        for one in self.figures.points:
            page.write_string(line, 0, composed(one.code), self.text)
            page.write_string(line, 1, composed(one.title), self.text)
            for column, total, of, value in (
                (2, one.suggested, one.suggested_of, one.mean_suggested),
                (5, one.decided, one.decided_of, one.mean_decided),
            ):
                if of == HIDDEN:
                    for each in range(column, column + 3):
                        page.write_string(line, each, HIDDEN_WORD, self.text)
                    continue
                page.write_number(line, column, total, self.count)
                page.write_number(line, column + 1, of, self.count)
                self._quotient(page, line, column + 2, column, column + 1, value, self.points)
            line += 1
        page.write_string(line + 1, 0, composed(sentences.indicator_points(self.figures)), self.note)

    # ------------------------------------------------------------ what is lacked

    def _blockers(self, of: Blockers) -> None:
        page = self._sheet(
            "Còn thiếu",
            "NGƯỜI CHƯA ĐỦ TIÊU CHÍ CÒN THIẾU GÌ",
            (("Mã", 10), ("Chỉ số", 60), ("Số người còn thiếu", 12), ("Dưới mức tối thiểu", 12),
             ("Chưa ai cho điểm", 12), ("Số người chưa đủ tiêu chí", 12), ("Tỷ lệ", 10)),
        )  # fmt: skip
        rows = [(one.code, one.title, one.persons, one.below, one.not_given) for one in of.indicators]
        if of.total_alone:
            rows.append(("", sentences.TOTAL_ALONE, of.total_alone, 0, 0))
        for line, (code, title, *persons) in enumerate(rows, _HEAD + 1):
            page.write_string(line, 0, composed(code), self.text)
            page.write_string(line, 1, composed(title), self.text)
            for column, many in enumerate((*persons, of.persons), 2):
                if many == HIDDEN:
                    page.write_string(line, column, HIDDEN_WORD, self.text)
                else:
                    page.write_number(line, column, many, self.count)
            if persons[0] == HIDDEN:
                page.write_string(line, 6, HIDDEN_WORD, self.text)
            else:
                self._rate(page, line, 6, 2, 5, Fraction(persons[0], of.persons))
        page.write_string(_HEAD + 2 + len(rows), 0, composed(sentences.blockers_note(self.figures)), self.note)

    # ------------------------------------------------------------ units

    def _units(self, name: str, rows: Sequence[UnitRow]) -> None:
        groups = self.figures.groups
        names = ("Lao động", "Nữ", "Doanh nghiệp", "Có danh sách", "Đủ tiêu chí", "Có danh hiệu")
        columns = [("STT", 6.0), ("Đơn vị", 46.0), ("Mã", 18.0), *((one, 10.0) for one in names)]
        first = len(columns)
        for group in groups:
            columns += [
                (f"{group}: số đạt", 10),
                (f"{group}: tổng số", 10),
                (f"{group}: tỷ lệ", 9),
                (f"{group}: mục tiêu", 9),
            ]
        page = self._sheet(name, f"KẾT QUẢ {name.upper()}", columns)
        line = _HEAD + 1
        for place, one in enumerate(rows, 1):
            page.write_number(line, 0, place, self.count)
            page.write_string(line, 1, composed(one.name), self.text)
            page.write_string(line, 2, composed(one.code), self.text)
            numbers = (one.headcount, one.women, one.coverage.enterprises, one.coverage.reporting, one.meets_criteria,
                       one.holds_title)  # fmt: skip
            for column, value in enumerate(numbers, 3):
                page.write_number(line, column, value, self.count)
            for column, group in zip(range(first, len(columns), 4), groups, strict=True):
                found = one.target(group)
                if found is None:
                    for empty in range(column, column + 4):
                        page.write_blank(line, empty, None, self.text)
                    continue
                page.write_number(line, column, found.counted, self.count)
                page.write_number(line, column + 1, found.denominator, self.count)
                self._rate(page, line, column + 2, column, column + 1, found.rate)
                page.write_string(line, column + 3, sentences.goal_short(found.operator, found.percent), self.text)
            line += 1
        page.autofilter(_HEAD, 0, line - 1, len(columns) - 1)
        self._sums(page, line, first, rows)

    def _sums(self, page: Any, line: int, first: int, rows: Sequence[UnitRow]) -> None:
        """The sum of the lines; below it the figure in which each person is one; below that by how much they differ."""
        figures, groups = self.figures, self.figures.groups
        for place, said in enumerate(("Cộng các dòng", "Mỗi người tính một lần", "Chênh lệch")):
            for column in (0, 2):
                page.write_blank(line + place, column, None, self.bold)
            page.write_string(line + place, 1, said, self.bold)
        own = {group: next(row.figures for row in figures.targets if row.figures.group == group) for group in groups}
        listed = {group: [found for one in rows if (found := one.target(group))] for group in groups}
        whole = (figures.headcount, figures.women, figures.coverage.enterprises, figures.coverage.reporting,
                 figures.meets_criteria, figures.holds_title)  # fmt: skip
        sums = [
            sum(one.headcount for one in rows), sum(one.women for one in rows),
            sum(one.coverage.enterprises for one in rows), sum(one.coverage.reporting for one in rows),
            sum(one.meets_criteria for one in rows), sum(one.holds_title for one in rows),
        ]  # fmt: skip
        counts = list(zip(range(3, first), sums, whole, strict=True))
        for column, group in zip(range(first, first + 4 * len(groups), 4), groups, strict=True):
            of = own[group]
            counts.append((column, sum(one.counted for one in listed[group]), of.counted))
            counts.append((column + 1, sum(one.denominator for one in listed[group]), of.denominator))
        for column, total, distinct in counts:
            name = xl_col_to_name(column)
            page.write_formula(line, column, f"=SUM({name}{_HEAD + 2}:{name}{line})", self.total, total)
            page.write_number(line + 1, column, distinct, self.total)
            page.write_formula(line + 2, column, f"={name}{line + 1}-{name}{line + 2}", self.total, total - distinct)
        values = {column: (total, distinct) for column, total, distinct in counts}
        for column in range(first, first + 4 * len(groups), 4):
            for below in (0, 1):
                counted, denominator = values[column][below], values[column + 1][below]
                rate = Fraction(counted, denominator) if denominator else None
                self._rate(page, line + below, column + 2, column, column + 1, rate, total=True)

    # ------------------------------------------------------------ what people counted

    def _entered(self) -> None:
        entered, form = self.report.entered, self.report.form
        page = self._sheet(
            "Mục đã nhập",
            "SỐ LIỆU ĐƠN VỊ NHẬP",
            (
                ("Mục", 8),
                ("Nội dung", 70),
                ("Đơn vị tính", 16),
                ("Số lượng", 16),
                ("Số đơn vị báo cáo", 12),
                ("Ghi chú", 40),
            ),
        )
        line, money = _HEAD + 1, []
        for item in form.asked:
            if item.entered not in ("count", "money"):
                continue
            page.write_string(line, 0, item.section, self.text)
            page.write_string(line, 1, composed(item.title), self.text)
            page.write_string(line, 2, composed(item.unit), self.text)
            value, own = entered.number(item.code), entered.own.get(item.code)
            if value is None:
                page.write_blank(line, 3, None, self.count)
                page.write_blank(line, 4, None, self.count)
            else:
                page.write_number(line, 3, value, self.count)
                page.write_number(line, 4, entered.joined[item.code].organizations, self.count)
            page.write_string(line, 5, composed(own.note) if own else "", self.text)
            if item.entered == "money":
                money.append((line, value or 0))
            line += 1
        if money:
            cells = ",".join(xl_rowcol_to_cell(row, 3) for row, _ in money)
            page.write_string(line, 1, "Tổng kinh phí", self.bold)
            page.write_string(line, 2, "đồng", self.bold)
            page.write_formula(line, 3, f"=SUM({cells})", self.total, sum(value for _, value in money))


def _known(value: Fraction | None) -> float | str:
    return "" if value is None else float(value)


def _needed(asked: YearTarget, denominator: int) -> int | str:
    if not denominator:
        return ""
    if asked.operator == ">=":
        return -(-asked.percent * denominator // 100)
    return asked.percent * denominator // 100 + 1
