"""What people enter: numbers and days as they write them, every fault at once at its place, tables that come back."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from certification.reports import entering
from certification.reports.entering import COLUMNS, MOST_ROWS
from certification.spreadsheets import ImportFaults
from tests.certification.reports.office import TEXTS, TOP, Office


def faults(error: pytest.ExceptionInfo[ImportFaults]) -> dict[str, str]:
    return {fault.column: fault.message for fault in error.value.faults}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0", 0), (0, 0), ("10", 10), (" 10 ", 10), ("3.500.000", 3_500_000), ("3 500 000", 3_500_000),
        ("3\u00a0500\u00a0000", 3_500_000), (3_500_000, 3_500_000), ("007", 7),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(office: Office, written: Any, meant: int) -> None:
    shown = office.enter(office.hoa, "cdcs/a", {"commune-spending": {"value": written}})
    assert shown.entered.number("commune-spending") == meant


def test_every_fault_is_told_at_its_place_and_nothing_is_kept(office: Office) -> None:
    told = {
        "contests": {"value": "hàng chục"},
        "dialogues": {"value": -1},
        "videos": {"value": 1.5},
        "leaflets": {"value": True},
        "loudspeaker-items": {"value": "9999999999"},
        "commune-spending": {"value": "3.50"},
        "social-media-posts": {"value": 2, "note": "x" * 501},
        "results-text": {"value": "x" * 20_001},
        "limits-text": {"value": "một\0hai"},
        "loudspeaker-item": {"value": 1},
        "targets": {"value": 1},
        "events": {"value": [{"name": "Ngày Sách", "day": "31/02/2026", "participations": "nhiều", "noi": "xã"}]},
        "documents": {"value": "1 văn bản"},
        "reading-corners": {"value": 3},
    }
    with pytest.raises(ImportFaults) as refused:
        office.enter(office.hoa, "cdcs/a", told)
    found = faults(refused)
    assert list(found) == [
        "values/contests", "values/dialogues", "values/videos", "values/leaflets", "values/loudspeaker-items",
        "values/commune-spending", "values/social-media-posts/note", "values/results-text", "values/limits-text",
        "values/loudspeaker-item", "values/targets", "values/events/value/0/day",
        "values/events/value/0/participations", "values/events/value/0/noi", "values/documents",
    ]  # fmt: skip
    assert found["values/contests"] == (
        "“hàng chục” không phải số nguyên từ 0 đến 999.999.999; ghi số, như 3500000 hoặc 3.500.000"
    )
    assert "có phải 'loudspeaker-items'" in found["values/loudspeaker-item"]
    assert office.show("cdcs/a").state == "new"


def test_an_empty_value_takes_away_what_stood_there(office: Office) -> None:
    office.enter(office.hoa, "cdcs/a", {"contests": {"value": 1}, "dialogues": {"value": 2}, "videos": {"value": 3}})
    shown = office.enter(office.hoa, "cdcs/a", {"contests": None, "dialogues": {"value": ""}, "videos": {"value": 0}})
    assert {item: one.value for item, one in shown.own.items()} == {"videos": 0}


def test_more_rows_than_a_report_lists_are_refused(office: Office) -> None:
    rows = [{"name": f"Sự kiện {number}"} for number in range(MOST_ROWS + 1)]
    with pytest.raises(ImportFaults):
        office.enter(office.hoa, "cdcs/a", {"events": {"value": rows}})
    assert len(office.enter(office.hoa, "cdcs/a", {"events": {"value": rows[1:]}}).entered.rows("events")) == MOST_ROWS


TABLE = """Mã mục,Nội dung,Giá trị,Cột 2,Cột 3,Cột 4,Ghi chú
loudspeaker-items,Tin bài,10,,,,sổ 12
commune-spending,,3.500.000,,,,
events,,Tuần lễ học tập suốt đời,01/10/2026,120,3.500.000,
events,,Ngày Sách và Văn hóa đọc,2026-04-21,,,
results-text,,Nhận thức có chuyển biến,,,,
contests,,,,,,
"""


def test_a_table_brings_in_a_report(office: Office) -> None:
    form = office.show("cdcs/a").form
    told, first = entering.from_table(form, TABLE.encode())
    assert first["events"] == 4
    shown = office.enter(office.hoa, "cdcs/a", told)
    assert shown.entered.number("commune-spending") == 3_500_000
    assert shown.own["loudspeaker-items"].note == "sổ 12"
    assert [dict(row) for row in shown.entered.rows("events")] == [
        {
            "organization": "", "name": "Tuần lễ học tập suốt đời", "day": "2026-10-01", "participations": 120,
            "spent": 3_500_000,
        },
        {"organization": "", "name": "Ngày Sách và Văn hóa đọc", "day": "2026-04-21"},
    ]  # fmt: skip
    # what is given out comes in again and says the same
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.heading for column in COLUMNS])
    writer.writeheader()
    writer.writerows(entering.template_rows(form, shown))
    again, _ = entering.from_table(form, text.getvalue().encode())
    assert office.enter(office.chi, "cdcs/a", again).own == shown.own


def test_faults_of_a_table_stand_at_row_and_column(office: Office) -> None:
    broken = """Mã mục,Giá trị,Cột 2,Cột 3,Cột 4,Cột 5
contests,hai,,,,
contests,3,,,,
dialogues,3,4,,,
khong-co,1,,,,
base,1,,,,
events,Ngày Sách,mai,,,thừa
,5,,,,
"""
    with pytest.raises(ImportFaults) as refused:
        entering.from_table(office.show("cdcs/a").form, broken.encode())
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (2, "Giá trị"), (3, "Mã mục"), (4, "Cột 2"), (5, "Mã mục"), (6, "Mã mục"), (7, "Cột 2"), (7, "Cột 5"),
        (8, "Mã mục"),
    ]  # fmt: skip


def test_line_breaks_of_a_text_stay_and_letters_are_composed(office: Office) -> None:
    told = {**TEXTS, "proposals-text": {"value": "- Một\r\n- Hai Ho\u0061\u0300ng  \n"}}
    shown = office.enter(office.chi, TOP, told)
    assert shown.entered.text("proposals-text") == "- Một\n- Hai Hoàng"
