"""`flask certification report …`: a report from its table to its filing and correction."""

from __future__ import annotations

from pathlib import Path

import pytest

from certification.commands.reports import report
from tests.certification.commands.running import Run, succeeded

OF = ("--plan", "lai-chau-31-kh-ldld-2026", "--cut-off", "31/10/2026")
TOP = "cd/lai-chau"
TABLE = """Mã mục,Giá trị,Ghi chú
loudspeaker-items,10,sổ 12
commune-spending,3.500.000,
results-text,Nhận thức có chuyển biến tích cực,
limits-text,Kinh phí hỗ trợ còn hạn hẹp,"=HYPERLINK(""x"")"
"""


@pytest.mark.usefixtures("world")
def test_a_report_goes_from_its_table_to_its_correction(run: Run, tmp_path: Path) -> None:
    def step(name: str, unit: str, who: str, *more: str) -> str:
        return succeeded(run("report", name, unit, *OF, "--by", who, *more))

    assert succeeded(run("report", "status", "cdcs/a", *OF)) == "cdcs/a  CĐCS A: new, due 19/11/2026\n"
    entered = succeeded(run("report", "enter", TABLE.encode(), "cdcs/a", *OF, "--by", "hoa"))
    assert entered == "4 items of the file; 4 entered in all.\n"
    given = tmp_path / "given.csv"
    assert "items." in succeeded(run("report", "table", str(given), "cdcs/a", *OF))
    told = given.read_text(encoding="utf-8-sig")
    assert "loudspeaker-items,Tin, bài" not in told
    assert "'=HYPERLINK" in told
    assert ",=" not in told
    succeeded(run("report", "enter", given.read_bytes(), "cdcs/a", *OF, "--by", "chi"))
    step("submit", "cdcs/a", "hoa")
    refused = run("report", "approve", "cdcs/a", *OF, "--by", "hoa")
    assert refused.exit_code == 1
    assert "không tự duyệt" in refused.stderr
    assert run("report", "return", "cdcs/a", *OF, "--by", "chi").exit_code == 2
    step("return", "cdcs/a", "chi", "--comment", "Đếm lại")
    step("submit", "cdcs/a", "hoa")
    assert "5. 20/11/2026 12:00  approve by chi" in step("approve", "cdcs/a", "chi")

    succeeded(run("report", "enter", TABLE.encode(), TOP, *OF, "--by", "chi"))
    shown = succeeded(run("report", "status", TOP, *OF))
    assert "loudspeaker-items: 20 tin, bài (2 units)" in shown
    assert "commune-spending: 7.000.000 đồng (2 units)" in shown
    assert "  cdcs/a  CĐCS A: approved, due 19/11/2026\n" in shown
    step("submit", TOP, "chi")
    step("approve", TOP, "dung")
    unknown = run("report", "file", TOP, *OF, "--signer", "Lò Thị Hằng", "--by", "chi")
    assert "chưa ghi ai có quyền ký" in unknown.stderr
    signing = ("--office", "PHÓ CHỦ TỊCH", "--from", "2026-01-01", "--source", "QĐ 1", "--by", "x")
    succeeded(run("add-signer", TOP, "Lò Thị Hằng", *signing))
    assert "version 1" in step("file", TOP, "chi", "--signer", "Lò Thị Hằng", "--number", "05/BC-LĐLĐ")
    assert succeeded(run("report", "difference", TOP, *OF)).startswith("0 differences from version 1")
    step("reopen", TOP, "chi", "--comment", "Sót một tin")
    succeeded(run("report", "enter", "Mã mục,Giá trị\nloudspeaker-items,11\n".encode(), TOP, *OF, "--by", "chi"))
    said = succeeded(run("report", "difference", TOP, *OF))
    assert said == "entered/loudspeaker-items: 20 -> 21\n1 difference from version 1, filed 20/11/2026.\n"
    step("submit", TOP, "chi")
    step("approve", TOP, "dung")
    assert "version 2, corrects" in step("file", TOP, "chi", "--signer", "Lò Thị Hằng")
    listed = succeeded(run("report", "filings", TOP, *OF)).splitlines()
    assert [line.split("  ")[1] for line in listed] == [
        "version 2, no number, 20/11/2026, by chi", "version 1, 05/BC-LĐLĐ, 20/11/2026, by chi",
    ]  # fmt: skip


@pytest.mark.usefixtures("world")
def test_every_fault_of_a_table_is_told_and_nothing_is_kept(run: Run) -> None:
    broken = "Mã mục,Giá trị\ncontests,hai\nkhong-co,1\nbase,3\n".encode()
    refused = run("report", "enter", broken, "cdcs/a", *OF, "--by", "hoa")
    assert refused.exit_code == 1
    assert "3 faults: nothing was taken in; correct the file" in refused.stderr
    succeeded(run("report", "enter", "Mã mục,Giá trị\ncontests,1\n".encode(), "cdcs/b", *OF, "--by", "hoa"))
    refused = run("report", "submit", "cdcs/b", *OF, "--by", "hoa")
    assert refused.exit_code == 1
    assert "values/results-text: “Kết quả đạt được”: chưa có nội dung" in refused.stderr
    assert "2 faults: nothing was done; correct what is named and run this again." in refused.stderr
    assert "Tệp" not in refused.stderr
    assert "new" in succeeded(run("report", "status", "cdcs/a", *OF))
    assert "không thuộc diện báo cáo" in run("report", "status", "cdcs/c", *OF).stderr
    other = ("--plan", "khong-co", "--cut-off", "31/10/2026")
    assert "Chưa có biểu mẫu báo cáo" in run("report", "status", "cdcs/a", *other).stderr


@pytest.mark.usefixtures("world")
def test_who_is_late_is_listed_with_whom_to_phone(run: Run) -> None:
    contact = ("--name", "Lê Lan", "--phone", "0912 345 678", "--by", "hoa")
    succeeded(run("report", "contact", "cdcs/b", *contact))
    said = succeeded(run("report", "late", TOP, *OF)).splitlines()
    assert said == [
        "cdcs/a  CĐCS A: new, due 19/11/2026, 1 day late  (nobody named to phone)",
        "cdcs/b  CĐCS B: new, due 19/11/2026, 1 day late  Lê Lan 0912 345 678",
        "cdcs/trong  CĐCS không có doanh nghiệp: new, due 19/11/2026, 1 day late  (nobody named to phone)",
        "3 of 4 units are late on 20/11/2026.",
    ]
    assert len(succeeded(run("report", "late", TOP, "--all", *OF)).splitlines()) == 5
    assert succeeded(run("report", "contact", "cdcs/b", "--by", "hoa")) == "cdcs/b: nobody.\n"


def test_every_command_of_the_group_takes_a_tenant() -> None:
    for command in report.commands.values():
        assert any("--tenant" in parameter.opts for parameter in command.params), command.name
