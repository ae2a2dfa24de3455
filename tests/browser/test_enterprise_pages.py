"""An enterprise takes in its roster: sees what is wrong before anything changes, then takes it in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import Visit

pytestmark = pytest.mark.slow

HEADINGS = (
    "Mã người lao động;Họ và tên;Giới tính;Mã doanh nghiệp;Ngày vào làm;Ngày nghỉ việc;Chức danh;Đoàn viên;"
    "Cán bộ công đoàn;Tài khoản học tập\n"
)


def test_an_enterprise_checks_a_roster_and_takes_it_in(
    prepared_address: str, chromium: Browser, tmp_path: Path
) -> None:
    roster = tmp_path / "danh-sach.csv"
    good = "a90;Nguyễn Thị Ửng Hộ;nữ;dn/a;02/03/2026;;Công nhân may;có;không;\n"
    roster.write_text(HEADINGS + good + "a91;Lê Văn Nam;nam;dn/a;31/02/2026;;;có;không;\n", encoding="utf-8")
    visit = Visit(chromium, prepared_address, "doanhnghiep", size="desk")
    page = visit.page
    visit.open("/doanh-nghiep/danh-sach")
    page.get_by_role("button", name="Nhập danh sách").click()
    expect(page.locator("#table-loi")).to_contain_text("Chọn tệp danh sách")
    page.locator("#table").set_input_files(roster)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("#ket-qua")).to_contain_text("1 dòng có lỗi")
    expect(page.locator("#ket-qua")).to_contain_text("31/02/2026")
    expect(page.locator("#ket-qua")).to_contain_text("Nguyễn Thị Ửng Hộ")
    found = visit.look("enterprises.staff-checked")
    page.get_by_role("button", name="Nhập danh sách").click()  # the file is still chosen: it was not asked for again
    expect(page.locator("#table-loi")).to_contain_text("chưa nhập gì")
    page.locator("#table").set_input_files(roster)
    page.get_by_label(re.compile("Nhập các dòng đúng")).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải các dòng cần sửa").click()
    assert download.value.suggested_filename == "dong-can-sua.xlsx"
    page.get_by_role("button", name="Nhập danh sách").click()
    expect(page.locator("body")).to_contain_text("Đã nhập: 1 người mới")
    visit.close()
    assert found == []


def test_a_file_of_another_kind_gets_a_word(prepared_address: str, chromium: Browser, tmp_path: Path) -> None:
    other = tmp_path / "anh.pdf"
    other.write_bytes(b"%PDF-1.4 ...")
    visit = Visit(chromium, prepared_address, "doanhnghiep", size="phone")
    visit.open("/doanh-nghiep/danh-sach")
    visit.page.locator("#table").set_input_files(other)
    visit.page.get_by_role("button", name="Nhập danh sách").click()
    expect(visit.page.locator("#table-loi")).to_contain_text("Tệp phải là .csv, .xlsx")
    visit.close()
