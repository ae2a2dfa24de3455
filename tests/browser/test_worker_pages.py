"""A worker with a phone: sees what there is and what is missing, gives points, declares, shows the certificate."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit

pytestmark = pytest.mark.slow


def test_a_worker_sees_what_is_missing_and_gives_points(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi")
    expect(page.locator("main")).to_contain_text("trên 100 điểm")
    expect(page.locator("main")).to_contain_text("còn thiếu")
    page.get_by_role("link", name=re.compile("Tự đánh giá năm")).click()
    page.locator("#CS1").fill("11")
    page.get_by_role("button", name="Lưu tự đánh giá").click()
    expect(page.locator("#CS1-loi")).to_contain_text("từ 0 đến 10")
    page.locator("#CS1").fill("7")
    page.locator("#CS1_note").fill("Nghe ba buổi phổ biến pháp luật")
    page.get_by_role("button", name="Lưu tự đánh giá").click()
    expect(page.locator("main")).to_contain_text("đã chấm 1/10 chỉ số")
    found = visit.look("workers.home")
    visit.close()
    assert found == []


def test_a_worker_declares_learning_by_keyboard_and_takes_it_back(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    send = "main form button"
    visit.open("/cua-toi/khai-bao")
    press(page, "main a[href='/cua-toi/khai-bao/them']")
    press(page, send)
    expect(page.locator("#title-loi")).to_contain_text("Nhập tên nội dung đã học")
    reach(page, "input[name=kind]")
    page.keyboard.press("Space")
    while "Chứng chỉ, giấy xác nhận" not in page.locator(".option", has=page.locator("input:focus")).inner_text():
        page.keyboard.press("ArrowDown")
    write(page, "#title", "An toàn lao động nhóm 3")
    write(page, "#learned_on", "5/2/2026")
    press(page, send)
    expect(page.locator("main")).to_contain_text("Kèm bản chụp chứng chỉ")
    assert page.locator("#title").input_value() == "An toàn lao động nhóm 3"
    reach(page, "input[name=kind]:checked")
    while "Tự học" not in page.locator(".option", has=page.locator("input:focus")).inner_text():
        page.keyboard.press("ArrowDown")
    press(page, send)
    row = page.get_by_role("row", name=re.compile("An toàn lao động nhóm 3"))
    expect(row).to_contain_text("chờ xác nhận")
    row.get_by_role("link", name=re.compile("Rút")).click()
    found = visit.look("workers.withdraw_declaration")
    page.locator("#reason").fill("Ghi nhầm ngày")
    page.get_by_role("button", name="Rút khai báo").click()
    expect(row).to_contain_text("đã được rút")
    visit.close()
    assert found == []


def test_a_photograph_of_a_phone_is_made_smaller_before_it_travels(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi/khai-bao/them")
    drawn, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "a phone"
    Image.effect_noise((2600, 1300), 90).convert("RGB").save(drawn, "JPEG", quality=97, exif=exif)
    assert len(drawn.getvalue()) > 1_500_000 and b"a phone" in drawn.getvalue()
    page.set_input_files("#proof", {"name": "anh.JPG", "mimeType": "image/jpeg", "buffer": drawn.getvalue()})
    page.locator("main form button").click()
    expect(page.locator("#title-loi")).to_be_visible()
    page.set_input_files("#proof", {"name": "anh.JPG", "mimeType": "image/jpeg", "buffer": drawn.getvalue()})
    made_smaller = """() => new Promise((done) => {
      const field = document.getElementById("proof");
      const look = () => field.files[0].name === "anh.jpg" ? done(true) : setTimeout(look, 50);
      setTimeout(() => done(false), 20000);
      look();
    })"""
    assert page.evaluate(made_smaller)
    sent = page.evaluate(
        "document.getElementById('proof').files[0].arrayBuffer().then((one) => [...new Uint8Array(one)])"
    )
    with Image.open(io.BytesIO(bytes(sent))) as made:
        assert (made.size, made.format) == ((2400, 1200), "JPEG")
    assert len(sent) < len(drawn.getvalue()) and b"a phone" not in bytes(sent)
    small = {"name": "tep.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4" + b" " * 2_000_000}
    page.set_input_files("#proof", small)
    assert page.evaluate("document.getElementById('proof').files[0].size") == 2_000_008, "what is no picture stays"
    visit.close()


def test_a_worker_shows_the_certificate(prepared_address: str, chromium: Browser) -> None:
    visit = Visit(chromium, prepared_address, "nld", size="phone")
    page = visit.page
    visit.open("/cua-toi/giay-chung-nhan")
    page.get_by_role("link", name="2025").click()
    expect(page.get_by_role("img", name=re.compile("Mã QR"))).to_be_visible()
    found = visit.look("workers.certificate")
    page.get_by_role("link", name="Mở trang kiểm tra").click()
    expect(page.locator("main")).to_contain_text("Còn giá trị")
    visit.close()
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_a_worker_sees_who_looked_agrees_takes_back_takes_a_copy_and_asks_to_be_deleted_by_keyboard(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    officer = Visit(chromium, prepared_address, "cdcs", size=size)
    assert officer.open("/cong-doan/nguoi-lao-dong/a02") == 200
    officer.close()
    visit = Visit(chromium, prepared_address, "nld", size=size)
    page = visit.page
    press(page, "nav a:has-text('Dữ liệu của tôi')")
    press(page, "main a:has-text('Ai đã xem dữ liệu của tôi')")
    expect(page.locator("main tbody")).to_contain_text("Người cdcs (CĐCS Công ty A)")
    found = visit.look("workers.looks-seen")

    visit.open("/cua-toi/du-lieu")
    press(page, "main a:has-text('Đồng ý thêm')")
    press(page, "main form.form button")
    expect(page.locator("#agreed-loi")).to_contain_text("Đánh dấu ít nhất một mục")
    found += visit.look("workers.agree-with-fault")
    reach(page, "input[name=agreed]")
    page.keyboard.press("Space")
    press(page, "main form.form button")
    expect(page.locator(".note.done")).to_contain_text("Đã ghi sự đồng ý")
    press(page, "button:has-text('Rút đồng ý này')")
    expect(page.locator(".note.done")).to_contain_text("Đã rút đồng ý")

    with page.expect_download() as copy:
        reach(page, "button:has-text('Tải bản sao dữ liệu của tôi')")
        page.keyboard.press("Enter")
    assert copy.value.suggested_filename.endswith(".zip")

    press(page, "main a:has-text('Yêu cầu của tôi về dữ liệu')")
    press(page, "main a[href$='/moi']")
    reach(page, "input[name=kind]")
    page.keyboard.press("Space")
    while page.locator("input[name=kind]:focus").get_attribute("value") != "delete":
        page.keyboard.press("ArrowDown")
    press(page, "main form button")
    expect(page.locator("#reason-loi")).to_contain_text("Ghi rõ yêu cầu")
    found += visit.look("workers.ask-with-fault")
    write(page, "#reason", f"Tôi thôi việc, xin xoá ({size})")
    press(page, "main form button")
    expect(page.locator("main")).to_contain_text(f"Tôi thôi việc, xin xoá ({size})")
    press(page, "main a[href$='/rut']")
    write(page, "#reason", "Ở lại làm")
    press(page, "main form button")
    expect(page.locator(".note.done")).to_be_visible()
    visit.close()
    assert [*found, *visit.complaints, *officer.complaints] == []
