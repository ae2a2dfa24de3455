"""From signing in over a review, a return and a proposal to a decision about several and their certificates: by the
keyboard alone, officers type no address, on both sizes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page

from certification.vietnam import vietnam_day
from tests.browser.keyboard import choose, press, reach, sign_in, write
from tests.browser.visiting import SIZES, Visit, walk_by_keyboard

pytestmark = pytest.mark.slow

TODAY = vietnam_day(datetime.now().astimezone())
PEOPLE = {"phone": ("A010", "A011", "A012"), "desk": ("A013", "A014", "A015")}
"""Whose dossiers are confirmed: others on each size, since what is done stays done."""

OF_TITLES = "nav a[href='/cong-doan/ho-so']"
"""The list of dossiers, from wherever one is."""


BELOW = "input[name^=biet-]"
"""The ticks of those who do not meet the criteria."""


def say_why(page: Page) -> None:
    """Ticks each of them, with a reason."""
    for one in page.locator(BELOW).all():
        box = str(one.get_attribute("id"))
        reach(page, f"[id='{box}']")
        page.keyboard.press("Space")
        write(page, f"[id='{box.replace('biet-', 'vi-')}']", "Minh chứng giấy chưa nhập")


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, chromium: Browser, prepared_address: str) -> Iterator[Visit]:
    made = Visit(chromium, prepared_address, size=request.param)
    made.name = "captren"
    yield made
    made.close()
    assert made.complaints == []


def test_dossiers_are_reviewed_returned_proposed_and_decided_about_by_keyboard(
    visit: Visit, chromium: Browser, prepared_address: str
) -> None:
    page, (first, second, returned) = visit.page, PEOPLE[visit.size]
    sign_in(page, prepared_address, "captren")
    press(page, OF_TITLES)
    press(page, "a[href^='/cong-doan/xet-ho-so']")
    assert visit.look("batches") == []
    walk_by_keyboard(page)
    press(page, "tbody a[href*='trang_thai=confirmed']")
    press(page, f"tbody a[href$='/{returned}']")
    assert visit.look("dossier") == []
    press(page, "a[href*='/ho-so-buoc/return/']")
    press(page, "main form button")
    assert "Ghi lý do" in page.inner_text(".summary")
    assert visit.look("return-with-fault") == []
    write(page, "#reason", "Thiếu bản chấm điểm CS4")
    press(page, "main form button")
    assert "Thiếu bản chấm điểm CS4" in page.inner_text(".timeline")

    press(page, OF_TITLES)
    press(page, "a[href^='/cong-doan/xet-ho-so']")
    press(page, "tbody a[href*='trang_thai=confirmed'][href*='dn=dn/a']")
    for number in (first, second):
        box = page.locator("tbody tr", has=page.locator(f"a[href$='/{number}']")).locator(".pick input")
        value = box.get_attribute("value")
        reach(page, f"input[value='{value}']")
        page.keyboard.press("Space")
    if page.locator("#tru-chua-dat").is_checked():
        reach(page, "#tru-chua-dat")
        page.keyboard.press("Space")  # whoever is below is reviewed all the same
    press(page, "button[value=review]")
    assert "Đã xong với 2 người" in page.inner_text(".lead")

    union = Visit(chromium, prepared_address, size=visit.size)
    sign_in(union.page, prepared_address, "cdcs")
    press(union.page, "main a[href*='trang_thai=reviewed']")
    ids = []
    for number in (first, second):
        row = union.page.locator("tbody tr", has=union.page.locator(f"a[href$='/{number}']"))
        value = row.locator(".pick input").get_attribute("value")
        reach(union.page, f"input[value='{value}']")
        union.page.keyboard.press("Space")
        ids.append(value)
    press(union.page, "button[value=propose]")
    for field, typed in (("#met_on", f"{TODAY:%d%m%Y}"), ("#present", "10"), ("#absent", "0"), ("#minutes", "04/BB")):
        write(union.page, field, typed)
    for one in ids:
        write(union.page, f"input[name='dong-y-{one}']", "9")
        write(union.page, f"input[name='so-phieu-{one}']", "10")
    press(union.page, "main form button")
    short = union.page.locator(BELOW).count()
    assert union.page.locator(".summary li").count() == short > 0, "each who is below, and nothing else"
    assert union.look("propose-with-faults") == []
    say_why(union.page)
    press(union.page, "main form button")
    assert "Đã đề nghị công nhận 2 người" in union.page.inner_text(".note.done")
    assert union.look("made-proposal") == []
    proposal = union.page.url.rpartition("/")[2]
    union.close()

    press(page, OF_TITLES)
    press(page, "a[href^='/cong-doan/de-nghi']")
    assert visit.look("proposals") == []
    press(page, f"tbody a[href$='{proposal}']")
    with page.expect_download() as minutes:
        reach(page, "a[href$='bien-ban.docx']")
        page.keyboard.press("Enter")
    assert minutes.value.suggested_filename.endswith(".docx")
    press(page, "a[href*='/quyet-dinh/moi']")
    press(page, "button[value=xem]")
    assert page.locator(".summary li").count() == 4 + short
    assert visit.look("decide-with-faults") == []
    choose(page, "#body", "Tỉnh Lào Cai")
    write(page, "#number", f"{first}/QĐ-UBND")
    write(page, "#decided_on", f"{TODAY:%d%m%Y}")
    choose(page, "#signer", "Lê Văn Ký")
    say_why(page)
    press(page, "button[value=xem]")
    assert "Công nhận: 2 người" in page.inner_text("main")
    assert visit.look("decision-to-check") == []
    press(page, "button[value=ghi]")
    assert "Đã ghi quyết định" in page.inner_text(".note.done")
    decision = page.url

    operator = Visit(chromium, prepared_address, "vanhanh", size=visit.size)
    operator.page.goto(decision)
    press(operator.page, "a[href$='/cap-giay']")
    assert operator.look("issue") == []
    press(operator.page, "main form button")
    assert "Đã cấp 2/2 giấy" in operator.page.inner_text(".progress")
    operator.close()
    press(page, OF_TITLES)
    press(page, "a[href^='/cong-doan/quyet-dinh']")
    assert visit.look("decisions") == []
    press(page, f"tbody a[href$='{decision.rpartition('/')[2]}']")
    assert visit.look("decision") == []
    with page.expect_download() as papers:
        reach(page, "a[href*='giay.zip']")
        page.keyboard.press("Enter")
    assert papers.value.suggested_filename.endswith(".zip")
    with page.expect_download() as paper:
        reach(page, "tbody a[href$='/paper']")
        page.keyboard.press("Enter")
    assert paper.value.suggested_filename.endswith(".pdf")
