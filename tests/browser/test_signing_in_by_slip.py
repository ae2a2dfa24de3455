"""An officer finds a worker and prints a slip; by a code of it the worker signs in, by a wrong or used one nobody."""

from __future__ import annotations

import os

import pypdfium2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visiting import PICTURES, SIZES, Visit

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
def test_a_worker_signs_in_by_the_slip_that_the_union_printed(
    prepared_address: str, chromium: Browser, size: str
) -> None:
    number = {"phone": "A103", "desk": "A104"}[size]
    officer = Visit(chromium, prepared_address, "cdcs", size=size)
    page = officer.page
    officer.open(f"/cong-doan/nguoi-lao-dong/{number}")
    page.get_by_role("link", name="In phiếu mã đăng nhập cho người này").click()
    expect(page.locator("main")).to_contain_text("Phiếu cũ của người này sẽ hết dùng")
    found = officer.look("signing_in.print_slip")
    page.get_by_role("button", name="Tạo phiếu của").click()
    expect(page.get_by_role("button", name="In phiếu", exact=True)).to_be_visible()
    found += officer.look("signing_in.slip")
    codes = page.locator(".codes code").all_inner_texts()
    name = page.locator("dt:text-is('Tên đăng nhập') + dd").inner_text()
    paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
    text = paper[0].get_textpage().get_text_bounded()
    assert len(paper) == 1, "one sheet"
    assert all(one in text for one in (name, "/dang-nhap/phieu", *codes))
    assert not [one for one in ("Tìm nhanh", "In phiếu", "In ngay") if one in text], "what is for the screen alone"
    assert "10." in text
    if os.environ.get("KEEP_PICTURES"):
        paper[0].render(scale=1.5).to_pil().save(PICTURES / f"cdcs-{size}" / "signing_in.slip-on-paper.png")
    paper.close()
    page.get_by_role("button", name="Đã đưa phiếu, xong").click()
    expect(page).to_have_url(f"{prepared_address}/cong-doan/nguoi-lao-dong/{number}")

    worker = Visit(chromium, prepared_address, size=size)

    def signs_in_by(code: str) -> None:
        worker.open("/dang-nhap")
        worker.page.get_by_role("link", name="đăng nhập bằng phiếu mã").click()
        worker.page.fill("#account", name)
        worker.page.fill("#code", code)
        worker.page.keyboard.press("Enter")

    signs_in_by("AAAAA-AAAAA")
    expect(worker.page.locator("#code-loi")).to_contain_text("chưa đúng hoặc đã dùng")
    assert worker.page.locator("#account").input_value() == name
    found += worker.look("signing_in.slip-wrong-code")
    signs_in_by(codes[0].lower().replace("-", " "))
    expect(worker.page).to_have_url(f"{prepared_address}/cua-toi")
    worker.context.clear_cookies()
    signs_in_by(codes[0])
    expect(worker.page.locator("#code-loi")).to_contain_text("chưa đúng hoặc đã dùng")
    signs_in_by(codes[1])
    expect(worker.page).to_have_url(f"{prepared_address}/cua-toi")
    worker.close()
    officer.close()
    assert [*found, *worker.complaints, *officer.complaints] == []
