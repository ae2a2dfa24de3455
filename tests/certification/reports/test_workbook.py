"""The workbook: its formulas, worked out by another program's rules, give the figures; a changed count changes them."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from certification.reports.workbook import as_xlsx
from tests.certification.reports import made_up
from tests.certification.reports.made_up import value

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")
_RANGE = re.compile(r"([A-Z]{1,3}\d+):([A-Z]{1,3}\d+)")


class Sheet:
    """Works out the formulas of a sheet as spreadsheets do: SUM, IF, OR, MAX, ROUNDUP, INT and the four operations."""

    def __init__(self, page: Any) -> None:
        self.cells: dict[str, Any] = {
            cell.coordinate: cell.value for row in page.iter_rows() for cell in row if cell.value is not None
        }

    def at(self, name: str) -> Any:
        found = self.cells.get(name)
        return self.work_out(found[1:]) if isinstance(found, str) and found.startswith("=") else found

    def work_out(self, formula: str) -> Any:
        if formula.startswith("IF("):
            asked, then, otherwise = _parts(formula[3:-1])
            return self.work_out(then if self.work_out(asked) else otherwise)
        text = _RANGE.sub(lambda found: f"[{','.join(self._named(*found.groups()))}]", formula)
        text = _CELL.sub(lambda found: f"at('{found.group()}')", text)
        text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
        return eval(text, {"__builtins__": {}}, {"at": self._number, **_FUNCTIONS})  # noqa: S307  (our own formulas)

    def _number(self, name: str) -> Any:
        found = self.at(name)
        return 0 if found is None else found

    @staticmethod
    def _named(first: str, last: str) -> list[str]:
        left, top, right, bottom = range_boundaries(f"{first}:{last}")
        assert None not in (left, top, right, bottom)
        return [f"{get_column_letter(c)}{r}" for r in range(top, bottom + 1) for c in range(left, right + 1)]  # type: ignore[arg-type]


def _parts(text: str) -> list[str]:
    """What stands between the commas that lie in no brackets."""
    depth, parts = 0, [""]
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _flat(values: tuple[Any, ...]) -> list[float]:
    found: list[float] = []
    for one in values:
        found += _flat(tuple(one)) if isinstance(one, list) else [one] if isinstance(one, (int, float)) else []
    return found


_FUNCTIONS = {
    "SUM": lambda *values: sum(_flat(values)),
    "MAX": lambda *values: max(_flat(values)),
    "OR": lambda *values: any(values),
    "INT": math.floor,
    "ROUNDUP": lambda value, _: math.ceil(value),
}


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


@pytest.fixture(scope="module")
def content() -> bytes:
    return as_xlsx(
        made_up.report(
            made_up.figures(enterprises=130, units=3),
            {"commune-spending": value(3500000), "union-spending": value(1500000), "loudspeaker-items": value(10)},
        )
    )


def test_every_formula_worked_out_gives_what_we_worked_out(content: bytes) -> None:
    formulas, values = opened(content), opened(content, values=True)
    worked_out = 0
    for page in formulas:
        sheet = Sheet(page)
        for name, found in sheet.cells.items():
            if isinstance(found, str) and found.startswith("="):
                known = values[page.title][name].value
                assert sheet.at(name) == pytest.approx(known) if known not in (None, "") else sheet.at(name) in ("", 0)
                worked_out += 1
    assert worked_out > 600


def test_rates_gaps_and_sums_are_formulas_and_counts_are_not(content: bytes) -> None:
    targets = opened(content)["Chỉ tiêu"]
    assert [targets.cell(6, column).value for column in (3, 5)] == [21579, 25999]
    for column in (6, 10, 11, 12, 15, 16):
        assert str(targets.cell(6, column).value).startswith("=")
    enterprises = opened(content)["Theo doanh nghiệp"]
    assert enterprises["D136"].value == "=SUM(D6:D135)"
    assert enterprises["D138"].value == "=D136-D137"


def test_a_changed_count_changes_rate_gap_and_sum(content: bytes) -> None:
    book = opened(content)
    targets = book["Chỉ tiêu"]
    targets["C7"] = targets["J7"].value and 20000
    sheet = Sheet(targets)
    assert sheet.at("J7") == math.ceil(0.9 * 25999)
    assert sheet.at("K7") == sheet.at("J7") - 20000
    assert sheet.at("F7") == pytest.approx(20000 / 25999)
    enterprises = book["Theo doanh nghiệp"]
    before = Sheet(enterprises).at("D136")
    enterprises["D6"] = enterprises["D6"].value + 5
    assert Sheet(enterprises).at("D136") == before + 5


def test_money_is_added_up_and_unsaid_numbers_stay_empty(content: bytes) -> None:
    page = opened(content)["Mục đã nhập"]
    rows = {page.cell(row, 2).value: page.cell(row, 4) for row in range(6, page.max_row + 1)}
    assert Sheet(page).at(rows["Tổng kinh phí"].coordinate) == 5000000
    assert rows["Lượt đăng trên Facebook, Zalo"].value is None
    assert rows["Tin, bài trên đài truyền thanh xã"].value == 10


def test_each_person_once_stands_below_the_sum(content: bytes) -> None:
    page = opened(content)["Theo doanh nghiệp"]
    sheet = Sheet(page)
    assert (page["B137"].value, page["D137"].value) == ("Mỗi người tính một lần", 25999)
    assert sheet.at("D136") == 26000
    assert sheet.at("D138") == 1


def test_a_draft_says_so_on_every_sheet_and_the_same_report_gives_the_same_bytes() -> None:
    draft = as_xlsx(made_up.report())
    assert draft == as_xlsx(made_up.report())
    assert all(str(page["A1"].value).startswith("DỰ THẢO") for page in opened(draft))
    filed = opened(as_xlsx(made_up.report(draft=False)))
    assert not any("DỰ THẢO" in str(page["A1"].value) for page in filed)


def test_without_enterprises_or_plans_there_is_a_workbook_still() -> None:
    empty = as_xlsx(made_up.report(made_up.figures(enterprises=0, units=0)))
    assert "Chỉ tiêu" in opened(empty).sheetnames
    for page in opened(empty):
        sheet = Sheet(page)
        for name, found in sheet.cells.items():
            if isinstance(found, str) and found.startswith("="):
                assert sheet.at(name) in ("", 0)
