"""A roster is dropped on the page, its faults are seen where they are, it is taken in and undone; a session that ended
meanwhile loses nothing."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from certification import marks
from certification.access.permissions import Role
from certification.models import Fact, Worker
from certification.targets import settling
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, new_id
from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit
from tests.certification.access.people import PASSWORD, account, give

pytestmark = pytest.mark.slow

HEADINGS = (
    "Mã người lao động;Họ và tên;Giới tính;Mã doanh nghiệp;Ngày vào làm;Ngày nghỉ việc;Chức danh;Đoàn viên;"
    "Cán bộ công đoàn;Tài khoản học tập\n"
)
GOOD = "a90;Nguyễn Thị Ửng Hộ;nữ;dn/a;02/03/2026;;Công nhân may;có;không;\n"
BAD = "a91;Lê Văn Nam;nam;dn/a;31/02/2026;;;có;không;\n"
DROP = """([form, name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: 'text/csv'}));
    for (const kind of ['dragover', 'drop'])
        document.querySelector(form).dispatchEvent(
            new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize(
    ("name", "path", "size"), [("doanhnghiep", "/doanh-nghiep/danh-sach", "desk"), ("cdcs", "/nhap-danh-sach", "phone")]
)
def test_a_roster_is_dropped_or_chosen_checked_taken_in_and_undone_by_keyboard(
    prepared_address: str, chromium: Browser, name: str, path: str, size: str
) -> None:
    visit = Visit(chromium, prepared_address, name, size=size)
    page = visit.page

    def do(words: str) -> None:
        press(page, page.locator("main").get_by_role("button", name=words))

    visit.open(path)
    do("Kiểm tra tệp")
    expect(page.locator("#table-loi")).to_contain_text("Chọn tệp danh sách")
    if size == "desk":
        page.evaluate(DROP, ["form[data-drop]", "danh-sach.csv", HEADINGS + GOOD + BAD])
    else:
        with page.expect_file_chooser() as chosen:
            reach(page, "#table")
            page.keyboard.press("Enter")
        content = (HEADINGS + GOOD + BAD).encode()
        chosen.value.set_files({"name": "danh-sach.csv", "mimeType": "text/csv", "buffer": content})
    do("Kiểm tra tệp")
    expect(page.locator("#ket-qua")).to_contain_text("1 dòng có lỗi")
    expect(page.locator("#ket-qua")).to_contain_text("31/02/2026")
    expect(page.locator("#ket-qua")).to_contain_text("Nguyễn Thị Ửng Hộ")
    found = visit.look("bring-in-checked")
    do("Sửa ngay trên trang")
    field = page.get_by_label("Ngày vào làm")
    expect(field).to_have_value("31/02/2026")
    found += visit.look("bring-in-fix")
    write(page, field, "không rõ")
    do("Kiểm tra lại")
    expect(page.locator("#ket-qua")).to_contain_text("không rõ")
    with page.expect_download() as download:
        reach(page, page.get_by_role("button", name="Tải các dòng cần sửa"))
        page.keyboard.press("Space")
    assert download.value.suggested_filename == "dong-can-sua.xlsx"
    do("Nhập các dòng đúng")
    expect(page.locator("#ket-qua h2")).to_have_text("Đã nhập")
    found += visit.look("bring-in-done")
    do("Hoàn tác lần nhập này")
    expect(page.locator("main")).to_contain_text("1 người do lần nhập này thêm vào")
    found += visit.look("bring-in-undo")
    write(page, "#reason", "nhầm tệp")
    do("Hoàn tác lần nhập này")
    expect(page.locator("main")).to_contain_text("Đã hoàn tác: 1 người mới được đưa ra")
    found += visit.look("bring-in-before")
    visit.close()
    assert found == []


CONTEST = "Mã người lao động;Nội dung;Ngày;Chủ đề;Hình thức;Xếp hạng\n"


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_list_of_a_contest_is_dropped_corrected_taken_in_and_undone(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    visit = Visit(chromium, prepared_address, "cdcs", size=size)
    page = visit.page
    visit.open("/nhap-danh-sach")
    assert page.locator("#list_code").is_hidden() and page.locator("#whole").is_visible()
    page.get_by_label("Danh sách tham dự", exact=True).check()
    assert page.locator("#list_code").is_visible() and page.locator("#whole").is_hidden()
    found = visit.look("bring-in-attendance")
    row = "{};Hội thi tìm hiểu Luật Lao động;05/09/2026;law-labour;hội thi;Giải Nhì\n"
    page.fill("#list_code", f"HT-{size}")
    page.evaluate(DROP, ["form[data-drop]", "hoi-thi.csv", CONTEST + row.format("a03") + row.format("z99")])
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("#ket-qua")).to_contain_text("không có người lao động nào mang mã “z99”")
    found += visit.look("bring-in-attendance-checked")
    page.get_by_role("button", name="Nhập các dòng đúng").click()
    expect(page.locator("#ket-qua h2")).to_have_text("Đã nhập")
    page.get_by_role("button", name="Hoàn tác lần nhập này").click()
    expect(page.locator("main")).to_contain_text("1 dòng do lần nhập này thêm vào sẽ được gỡ")
    found += visit.look("bring-in-attendance-undo")
    page.fill("#reason", "nhầm hội thi")
    page.get_by_role("button", name="Hoàn tác lần nhập này").click()
    expect(page.locator("main")).to_contain_text("Đã hoàn tác: 1 dòng được gỡ")
    found += visit.look("bring-in-attendance-before")
    visit.close()
    assert found == []


def test_without_scripts_a_file_of_another_kind_gets_a_word_and_a_good_one_is_taken_in(
    prepared_address: str, chromium: Browser, tmp_path: Path
) -> None:
    other, roster = tmp_path / "anh.pdf", tmp_path / "ds.csv"
    other.write_bytes(b"%PDF-1.4 ...")
    roster.write_text(HEADINGS + GOOD.replace("a90", "a95"), encoding="utf-8")
    visit = Visit(chromium, prepared_address, "doanhnghiep", size="phone", java_script_enabled=False)
    visit.open("/doanh-nghiep/danh-sach")
    visit.page.locator("#table").set_input_files(other)
    visit.page.get_by_role("button", name="Nhập danh sách").click()
    expect(visit.page.locator("#table-loi")).to_contain_text("Tệp phải là .csv, .xlsx")
    visit.page.locator("#table").set_input_files(roster)
    visit.page.get_by_role("button", name="Nhập danh sách").click()
    expect(visit.page.locator("#ket-qua h2")).to_have_text("Đã nhập")
    visit.close()


def test_a_form_sent_after_the_session_ended_is_opened_again_as_it_was_typed(
    prepared_address: str, chromium: Browser, tmp_path: Path
) -> None:
    """The points of a team, a long text, and a form with a file: all is there after signing in, and files are named."""
    roster = tmp_path / "ds-thang-11.csv"
    roster.write_text(HEADINGS + GOOD, encoding="utf-8")
    visit = Visit(chromium, prepared_address, "cdcs")
    page = visit.page
    session = [one for one in visit.context.cookies() if one["name"] == "http-cdht"]

    def comes_back() -> None:
        page.fill("#account", "cdcs")
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Nội dung vừa nhập vẫn còn")

    assert session
    visit.open("/cong-doan/xac-nhan?ai=tat-ca&cs=tat-ca")
    cells = page.locator("input[name^='o-']")
    many = min(cells.count(), 60)
    for at in range(many):
        cells.nth(at).fill(str(at % 3))
    page.fill("#basis", "Họp tổ ngày 20/11/2026. " * 60)
    typed = page.evaluate("[...document.querySelectorAll(\"main [name^='o-'], main #basis\")].map(one => one.value)")
    visit.context.clear_cookies(name="http-cdht")
    page.get_by_role("button", name="Xác nhận tất cả").click()
    expect(page.locator("main")).to_contain_text("Nội dung vừa nhập vẫn còn")
    comes_back()
    found = visit.look("send-again")
    page.get_by_role("button", name="Mở lại biểu mẫu").click()
    expect(page.locator("main")).to_contain_text("đã được mở lại, chưa gửi")
    again = page.evaluate("[...document.querySelectorAll(\"main [name^='o-'], main #basis\")].map(one => one.value)")
    assert again == typed
    found += visit.look("shown-again")

    visit.open("/nhap-danh-sach")
    page.locator("#table").set_input_files(roster)
    page.check("#good_rows")
    visit.context.clear_cookies(name="http-cdht")
    page.get_by_role("button", name="Kiểm tra tệp").click()
    comes_back()
    expect(page.locator("main")).to_contain_text("Tệp cần chọn lại: ds-thang-11.csv")
    page.get_by_role("button", name="Mở lại biểu mẫu").click()
    assert page.is_checked("#good_rows")
    assert page.is_checked("input[name=kind][value=roster]")
    visit.close()
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_large_files_that_are_no_list_get_a_word_beside_the_field_and_what_was_chosen_stays(
    prepared_address: str, chromium: Browser, tmp_path: Path, size: str
) -> None:
    noise, huge = tmp_path / "danh-sach.xlsx", tmp_path / "tat-ca.csv"
    noise.write_bytes(random.Random(7).randbytes(20_000_000))
    with huge.open("wb") as file:
        file.truncate(70_000_000)
    visit = Visit(chromium, prepared_address, "doanhnghiep", size=size)
    page = visit.page
    visit.open("/doanh-nghiep/danh-sach")
    page.check("#whole")
    page.check("#good_rows")
    page.set_input_files("#table", huge)
    expect(page.locator("#table-loi")).to_contain_text("nhiều nhất là")
    assert page.evaluate("document.querySelector('#table').files.length") == 0, "it is not sent at all"
    found = visit.look("bring-in-too-large")
    page.set_input_files("#table", noise)
    expect(page.locator("#table-loi")).to_have_count(0)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("#table-loi")).to_contain_text("không phải bảng tính Excel, hoặc đã hỏng", timeout=60_000)
    assert page.is_checked("#whole") and page.is_checked("#good_rows")
    found += visit.look("bring-in-noise")
    page.set_input_files("#table", {"name": "ds.csv", "mimeType": "text/csv", "buffer": (HEADINGS + GOOD).encode()})
    page.get_by_role("button", name="Kiểm tra tệp").click()
    expect(page.locator("#ket-qua")).to_contain_text("1 mới")
    visit.close()
    assert [*found, *visit.complaints] == []


UNITS = "Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên công đoàn,Từ ngày,Đến ngày\n"
STAFF = {"Bảo Yên": 30, "Cẩm Đường": 10, "An Bình": 4}
"""Enterprises by how many people they lack: neither the order of their names nor that of their rates."""
LEARNT = {"Bảo Yên": 6, "Cẩm Đường": 1, "An Bình": 0}


def test_an_operator_brings_in_units_with_their_people_and_the_upper_union_sees_first_who_lacks_most(
    prepared_app: Flask, prepared_address: str, chromium: Browser
) -> None:
    visit = Visit(chromium, prepared_address, "vanhanh", size="phone")
    page = visit.page
    units, people = UNITS, HEADINGS
    for at, (name, count) in enumerate(STAFF.items()):
        units += f"cdcs/t{at},CĐCS {name},công đoàn cơ sở,,cd/lai-chau,,\n"
        units += f"dn/t{at},Công ty {name},doanh nghiệp,vn/lai-chau,cdcs/t{at},,\n"
        people += "".join(f"t{at}{of:02};Lò Thị {of};nữ;dn/t{at};02/01/2026;;;có;không;\n" for of in range(count))

    def bring_in(table: str, text: str, words: str) -> None:
        visit.open("/van-hanh/nhap-danh-sach")
        page.get_by_label(table, exact=True).check()
        page.set_input_files("#table", {"name": "tep.csv", "mimeType": "text/csv", "buffer": text.encode()})
        page.get_by_role("button", name="Kiểm tra tệp").click()
        expect(page.locator("#ket-qua")).to_contain_text(words)

    bring_in("Đơn vị, công đoàn, doanh nghiệp", units.replace("t1,", "t1,,", 1), "Chưa nhập gì")
    expect(page.get_by_role("button", name="Nhập các dòng đúng")).to_have_count(0)
    found = visit.look("bring-in-units-faults")
    page.get_by_role("button", name="Chọn lại tệp").click()
    expect(page.get_by_label("Đơn vị, công đoàn, doanh nghiệp", exact=True)).to_be_checked()
    assert page.locator("#good_rows").is_hidden()
    found += visit.look("bring-in-units")
    for table, text, words in (
        ("Đơn vị, công đoàn, doanh nghiệp", units, "6 mới"), ("Danh sách người lao động", people, "44 mới"),
    ):  # fmt: skip
        bring_in(table, text, words)
        page.get_by_role("button", name="Nhập danh sách này").click()
        expect(page.locator("#ket-qua h2")).to_have_text("Đã nhập")
        found += visit.look(f"bring-in-done-{words[:2].strip()}")
    expect(page.get_by_role("button", name="Hoàn tác lần nhập này")).to_be_visible()
    visit.close()
    _learn(prepared_app)
    for size in SIZES:
        officer = Visit(chromium, prepared_address, "lai-chau", size=size)
        page = officer.page
        with page.expect_navigation():
            page.click("nav >> text=Đơn vị")
        value = page.locator("#chi_tieu option", has_text="G1").first.get_attribute("value")
        officer.open(f"/cong-doan/don-vi/cd/lai-chau?chi_tieu={value}")

        def order(page: Page = page) -> list[str]:
            names = page.locator("#ket-qua tbody th a").all_inner_texts()
            return [one.removeprefix("CĐCS ") for one in names if one.removeprefix("CĐCS ") in STAFF]

        assert order() == ["Bảo Yên", "Cẩm Đường", "An Bình"]
        rows = page.locator("#ket-qua tbody tr", has_text=re.compile("|".join(STAFF)))
        rates = [float(one.replace("%", "").replace(",", ".")) for one in
                 rows.locator("td[data-label='Tỷ lệ']").all_inner_texts()]  # fmt: skip
        bars = [float(one.removesuffix("%")) for one in
                rows.locator(".bar").evaluate_all("all => all.map(one => one.getAttribute('width'))")]  # fmt: skip
        assert rates == bars == [20.0, 10.0, 0.0], "the chart draws what the table says"
        found += officer.look("units-by-gap")
        page.select_option("#sap", "ty-le")
        page.wait_for_url("**sap=ty-le*")
        assert order() == ["An Bình", "Cẩm Đường", "Bảo Yên"]
        page.select_option("#sap", "ten")
        page.wait_for_url("**sap=ten*")
        assert order() == ["An Bình", "Bảo Yên", "Cẩm Đường"]
        officer.close()
        found += officer.complaints
    assert [*found, *visit.complaints] == []


def _learn(app: Flask) -> None:
    """Some of those people heard about law; the union of Lai Châu has an officer."""
    database, now = app.extensions["database"], datetime.now(UTC)
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session, "default")
    wanted = [f"t{at}{of:02}" for at, count in enumerate(LEARNT.values()) for of in range(count)]
    with database.writing(tenant) as session:
        mine = Worker.tenant_id == tenant, Worker.number.in_(wanted)
        for worker in session.scalars(sa.select(Worker.id).where(*mine)).all():
            session.add_all(
                Fact(
                    worker_id=worker, tenant_id=tenant, statement_id=new_id(), what="law-labour",
                    day=date(vietnam_day(now).year, 3, day), year=vietnam_day(now).year, minutes=60, score=None,
                    quality=2, activity_key=day,
                )
                for day in (3, 4, 5)
            )  # fmt: skip
            marks.mark_uncounted(session, tenant, {(worker, marks.EVERY_YEAR)})
    settling.settle_all(database, tenant, today=vietnam_day(now))
    account(database, tenant, "lai-chau", now)
    give(database, tenant, "lai-chau", Role.UPPER_OFFICER, now, organization="cd/lai-chau")
