"""The roll-call at the shift gate, from signing in to the result: by list, by code, without a network, on paper."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, expect

from certification.models import Employment, Organization, Presence, RollCall, Worker
from certification.roll_calls.codes import digits_at
from lrs import api
from lrs.db import Database, new_id
from tests.browser.keyboard import press, reach, write
from tests.browser.visiting import SIZES, Visit
from tests.certification.access.people import PASSWORD

pytestmark = pytest.mark.slow

PEOPLE = 30


class Gate:
    """An installation whose dn/a has thirty people of the night shift besides, and what is kept of them."""

    def __init__(self, app: Flask, database: Database, tenant: UUID, chromium: Browser, address: str) -> None:
        self.app = app
        self.database, self.tenant, self.chromium, self.address = database, tenant, chromium, address.rstrip("/")
        with database.writing(tenant) as session:
            enterprise = session.scalars(
                sa.select(Organization.id).where(Organization.tenant_id == tenant, Organization.code == "dn/a")
            ).one()
            for place in range(1, PEOPLE + 1):
                worker = Worker(id=new_id(), tenant_id=tenant, number=f"C{place:02}", full_name=f"Đỗ Thị Ca {place}")
                session.add(worker)
                session.flush()
                hired = {"started": date(2020, 1, 1), "ended": None, "position": None}
                session.add(Employment(worker_id=worker.id, tenant_id=tenant, enterprise_id=enterprise, **hired))
        self.visits: list[Visit] = []

    def visit(self, name: str, size: str = "desk") -> Visit:
        self.visits.append(Visit(self.chromium, self.address, name, size=size))
        return self.visits[-1]

    def present(self, title: str) -> list[str]:
        with self.database.reading(self.tenant) as session:
            return sorted(
                session.scalars(
                    sa.select(Worker.number)
                    .join(Presence, Presence.worker_id == Worker.id)
                    .join(RollCall, RollCall.id == Presence.roll_call_id)
                    .where(RollCall.tenant_id == self.tenant, RollCall.title == title, Presence.withdrawn.is_(None))
                )
            )

    def statements(self, title: str) -> int:
        with self.database.reading(self.tenant) as session:
            found = [one.document for one in api.changes(session, self.tenant, None).statements]
        return sum(one["object"].get("definition", {}).get("name", {}).get("vi") == title for one in found)

    def network(self, visit: Visit, there: bool) -> None:
        """Takes the network away or gives it back: what a browser knows of it, and the line itself, since a service
        worker asks beside the page."""
        visit.lost_network = True
        visit.page.wait_for_load_state()  # whoever loses the network has the whole page, its scripts too
        self.app.extensions["cut"] = not there
        visit.context.set_offline(not there)


@pytest.fixture
def database_url(prepared_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(prepared_sqlite, tmp_path / 'gate.sqlite3')}"


@pytest.fixture
def gate(app: Flask, database: Database, tenant: UUID, chromium: Browser, address: str) -> Iterator[Gate]:
    made = Gate(app, database, tenant, chromium, address)
    yield made
    complaints = [one for visit in made.visits for one in visit.complaints]
    for visit in made.visits:
        visit.close()
    assert complaints == []


class Steps:
    """Counts what a person does: clicks, and keys struck."""

    def __init__(self, visit: Visit) -> None:
        self.page, self.clicks, self.keys = visit.page, 0, 0

    def click(self, what: str) -> None:
        self.clicks += 1
        self.page.click(what)

    def write(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)


def opened(visit: Visit, title: str) -> None:
    visit.open("/diem-danh/mo")
    visit.page.fill("#title", title)
    visit.page.check("text=Pháp luật an toàn, vệ sinh lao động")
    visit.page.click("text=Mở buổi >> nth=-1")
    visit.page.wait_for_selector("text=Đã mở buổi điểm danh")


def all_sent(visit: Visit) -> None:
    visit.page.wait_for_selector("#tinh-trang:has-text('Đã gửi hết')")


@pytest.mark.parametrize("size", SIZES)
def test_a_first_time_officer_records_thirty_people_in_few_steps(gate: Gate, size: str) -> None:
    """Three minutes are 180 seconds: at one second a click and a fifth of one a key, with forty to read the pages."""
    visit = gate.visit("cdcs", size)
    steps = Steps(visit)
    visit.open("/cong-doan")
    steps.click("nav.sections >> text=Điểm danh")
    steps.click("text=Mở buổi điểm danh")
    steps.click("#title")
    steps.write("An toàn điện")
    steps.click("text=Pháp luật an toàn, vệ sinh lao động")
    steps.click("main form button")
    steps.click("main >> text=Đánh dấu danh sách")
    steps.click("#tim")
    steps.write("do thi ca")
    visit.page.wait_for_selector("#tinh-trang:has-text('30 người khớp')")
    for box in visit.page.locator(".ticks li:not([hidden]) label").all():
        steps.clicks += 1
        box.click()
    all_sent(visit)
    assert visit.page.inner_text("#so-nguoi") == "30"
    assert visit.look("roll-call-thirty") == []
    steps.click("text=Xong, xem kết quả")
    assert visit.look("roll-call-result") == []
    assert gate.present("An toàn điện") == [f"C{place:02}" for place in range(1, PEOPLE + 1)]
    assert gate.statements("An toàn điện") == PEOPLE
    assert steps.clicks <= 40 and steps.keys <= 30
    assert 40 + steps.clicks + steps.keys / 5 <= 180


def test_by_keyboard_alone_a_number_and_enter_is_one_person(gate: Gate) -> None:
    visit = gate.visit("cdcs")
    press(visit.page, "nav.sections a:has-text('Điểm danh')")
    press(visit.page, "main a[href='/diem-danh/mo']")
    write(visit.page, "#title", "Bàn phím")
    reach(visit.page, visit.page.get_by_label("Pháp luật an toàn, vệ sinh lao động"))
    visit.page.keyboard.press("Space")
    press(visit.page, "main form button")
    press(visit.page, "main a:has-text('Đánh dấu danh sách')")
    reach(visit.page, "#tim")
    for number in ("c07", "c11", "a02"):
        visit.page.keyboard.type(number)
        visit.page.keyboard.press("Enter")
    all_sent(visit)
    expect(visit.page.locator("#so-nguoi")).to_have_text("3")
    press(visit.page, "a:has-text('Xong, xem kết quả')")
    assert gate.present("Bàn phím") == ["C07", "C11", "a02"]
    visit.open("/diem-danh/mo")
    expect(visit.page.locator("#topics label").first).to_have_text("Pháp luật an toàn, vệ sinh lao động")


@pytest.mark.parametrize("size", SIZES)
def test_without_a_network_ticks_wait_and_go_later_once(gate: Gate, size: str) -> None:
    visit = gate.visit("cdcs", size)
    opened(visit, "Mất mạng")
    visit.page.click("main >> text=Đánh dấu danh sách")
    gate.network(visit, False)
    for number in ("C01", "C02", "C03"):
        visit.page.check(f"input[value={number}]")
    visit.page.wait_for_selector("text=Chưa có mạng. Máy này đang giữ 3 lượt điểm danh và sẽ tự gửi khi có mạng")
    visit.page.uncheck("input[value=C03]")
    assert gate.present("Mất mạng") == []
    visit.complaints.clear()  # the browser says that it is offline
    assert visit.look("roll-call-offline") == []
    gate.network(visit, True)
    all_sent(visit)
    assert gate.present("Mất mạng") == ["C01", "C02"]

    # Answers that are lost on their way: the queue goes again and again, and nothing is doubled.
    lost, losing = [], [True]

    def lose(route, request):  # type: ignore[no-untyped-def]
        if losing:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    def lost_by_now(least: int) -> None:
        end = time.monotonic() + 30
        while len(lost) < least:
            assert time.monotonic() < end, f"sent only {len(lost)} times"
            visit.page.wait_for_timeout(50)

    visit.context.route("**/api/roll-calls/*/ticks", lose)
    visit.page.check("input[value=C04]")
    lost_by_now(1)
    visit.page.wait_for_selector("text=Máy này đang giữ 1 lượt")
    visit.page.reload()
    visit.page.wait_for_selector("text=Máy này đang giữ 1 lượt")
    lost_by_now(2)
    losing.clear()
    all_sent(visit)
    visit.complaints.clear()
    assert set(lost) == {200}
    assert gate.present("Mất mạng") == ["C01", "C02", "C04"]
    assert gate.statements("Mất mạng") == 3


def test_a_worker_scans_before_signing_in_and_is_present_once(gate: Gate) -> None:
    officer = gate.visit("cdcs")
    opened(officer, "Quét mã")
    officer.page.click("main >> text=Hiện mã QR")
    assert officer.look("roll-call-screen") == []
    box = officer.page.locator(".qr svg").bounding_box()
    assert box is not None and box["width"] >= 0.6 * 900
    digits = re.sub(r"\D", "", officer.page.inner_text(".digits"))
    with gate.database.reading(gate.tenant) as session:
        at = RollCall.tenant_id == gate.tenant, RollCall.title == "Quét mã"
        address = session.scalars(sa.select(RollCall.address).where(*at)).one()
    worker = gate.visit("", "phone")
    worker.open(f"/d/{address}?m={digits}")
    worker.name = "nld"
    worker.page.fill("#account", "nld")
    worker.page.fill("#password", PASSWORD)
    worker.page.keyboard.press("Enter")
    worker.page.wait_for_selector("text=Tôi có mặt")
    assert worker.look("roll-call-confirm") == []
    worker.page.click("text=Tôi có mặt >> nth=0")
    worker.page.wait_for_selector("text=Anh/chị đã được ghi có mặt")
    assert worker.look("roll-call-present") == []
    worker.open(f"/d/{address}?m=000000")
    worker.page.wait_for_selector("text=Không cần quét lại")
    assert gate.present("Quét mã") == ["a02"]
    officer.page.wait_for_selector(".last li")
    assert officer.page.locator(".last li").count() == 1
    officer.page.click("text=Tạm dừng")
    officer.page.wait_for_selector("text=Đang tạm dừng")
    assert officer.page.locator(".qr").count() == 0


def kept(visit: Visit) -> list[str]:
    found: list[str] = visit.page.evaluate("Object.values(localStorage)")
    return found


def shown_by(gate: Gate, title: str) -> tuple[str, str]:
    """The address of a session and the digits that it shows now. They change so slowly from here on that nobody is too
    late with them, however long signing in takes on a busy machine."""
    with gate.database.writing(gate.tenant) as session:
        meeting = session.scalars(
            sa.select(RollCall).where(RollCall.tenant_id == gate.tenant, RollCall.title == title)
        ).one()
        meeting.step_seconds = 300
        return meeting.address, digits_at(meeting.secret, datetime.now(UTC), meeting.step_seconds)


@pytest.mark.parametrize("by", ["scan", "digits"])
def test_what_a_worker_confirms_without_a_network_waits_in_the_phone_and_goes_once(gate: Gate, by: str) -> None:
    title = f"Mất mạng {by}"
    opened(gate.visit("cdcs"), title)
    address, digits = shown_by(gate, title)
    worker = gate.visit("nld", "phone")
    worker.open(f"/d/{address}?m={digits}" if by == "scan" else "/d")
    gate.network(worker, False)
    if by == "digits":
        worker.page.fill("#digits", f"{digits[:3]} {digits[3:]}")
    for _ in range(2):
        worker.page.click("main form button")
        worker.page.wait_for_selector("#diem-danh-cho:has-text('Chưa có mạng. Máy này giữ lượt có mặt')")
    worker.complaints.clear()  # the browser says that it is offline
    assert worker.look(f"roll-call-waiting-{by}") == []
    assert gate.present(title) == []
    (waits,) = json.loads(*kept(worker))
    assert waits.keys() == {"id", "digits", "address", "at", "until"}, "nothing in the phone says who it was"
    assert (waits["digits"], waits["address"]) == (digits, address if by == "scan" else "")
    gate.network(worker, True)
    worker.page.wait_for_selector("#diem-danh-cho:has-text('Đã gửi, anh/chị đã được ghi có mặt: Mất mạng')")
    assert kept(worker) == []
    assert gate.present(title) == ["a02"]
    worker.open("/cua-toi")
    assert gate.statements(title) == 1


def kept_offline(visit: Visit) -> list[str]:
    """Pages that the browser keeps for when there is no network, by their path; none of their assets."""
    found: list[str] = visit.page.evaluate(
        """async () => { const found = [];
            for (const name of await caches.keys())
                for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
            return found.filter(one => !one.startsWith('/assets/')).sort(); }"""
    )
    return found


def until(visit: Visit, condition: str, arg: str = "") -> None:
    """Waits for what a promise tells. (`wait_for_function` takes the promise itself for a yes.)"""
    end = time.monotonic() + 30
    while not visit.page.evaluate(condition, arg):
        assert time.monotonic() < end, f"waited in vain: {condition}"
        visit.page.wait_for_timeout(50)


def is_kept(visit: Visit, path: str) -> None:
    until(
        visit,
        """async path => { for (const name of await caches.keys())
            if (await (await caches.open(name)).match(path)) return true; }""",
        path,
    )


@pytest.mark.parametrize("size", SIZES)
def test_an_officer_loads_the_list_again_without_a_network_and_ticks_go_later_once(gate: Gate, size: str) -> None:
    visit = gate.visit("cdcs", size)
    opened(visit, "Tải lại")
    visit.page.click("main >> text=Đánh dấu danh sách")
    visit.page.wait_for_selector("#tim")
    path = visit.page.evaluate("location.pathname")
    is_kept(visit, path)
    assert visit.page.locator(".kept-only").is_hidden()
    gate.network(visit, False)
    visit.page.reload()
    expect(visit.page.locator(".kept-only")).to_contain_text("đây là danh sách máy này đã giữ")
    for number in ("C01", "C02"):
        visit.page.check(f"input[value={number}]")
    visit.page.reload()
    visit.page.wait_for_selector("text=Máy này đang giữ 2 lượt điểm danh")
    assert visit.page.locator("li.waiting").count() == 2
    assert visit.look("roll-call-kept") == []
    assert gate.present("Tải lại") == []
    gate.network(visit, True)
    all_sent(visit)
    visit.page.reload()
    assert visit.page.locator(".kept-only").is_hidden()
    assert gate.present("Tải lại") == ["C01", "C02"]
    assert gate.statements("Tải lại") == 2
    visit.open("/nguoi-lao-dong")
    visit.open("/diem-danh")
    assert kept_offline(visit) == [path], "of no other page anything is kept"
    visit.page.click("text=Đăng xuất")
    visit.page.wait_for_selector("#password")
    until(visit, "async () => (await caches.keys()).length === 0")
    until(visit, "async () => (await navigator.serviceWorker.getRegistrations()).length === 0")


def test_a_worker_scans_without_a_network_and_is_present_once_there_is_one(gate: Gate) -> None:
    opened(gate.visit("cdcs"), "Quét không mạng")
    worker = gate.visit("nld", "phone")
    worker.open("/cua-toi")
    is_kept(worker, "/d")
    address, digits = shown_by(gate, "Quét không mạng")
    gate.network(worker, False)
    worker.page.goto(f"{worker.address}/d/{address}?m={digits}")
    expect(worker.page.locator("#digits")).to_have_value(f"{digits[:3]} {digits[3:]}")
    first = worker.page.evaluate("history.state.seen")
    worker.page.reload()
    assert worker.page.evaluate("history.state.seen") == first, "loaded again it is still the moment of the scan"
    worker.page.click("main form button")
    worker.page.wait_for_selector("#diem-danh-cho:has-text('Chưa có mạng. Máy này giữ lượt có mặt')")
    assert worker.look("roll-call-scanned-offline") == []
    (waits,) = kept(worker)
    assert f'"at":{first}' in waits and digits in waits and address in waits
    gate.network(worker, True)
    worker.page.wait_for_selector("#diem-danh-cho:has-text('Đã gửi, anh/chị đã được ghi có mặt: Quét không mạng')")
    assert gate.present("Quét không mạng") == ["a02"]
    assert gate.statements("Quét không mạng") == 1
    assert kept(worker) == []
    assert kept_offline(worker) == ["/d"]


def test_whoever_brings_a_code_that_changed_is_told_what_to_do(gate: Gate) -> None:
    officer = gate.visit("cdcs")
    opened(officer, "Mã đã đổi")
    with gate.database.reading(gate.tenant) as session:
        at = RollCall.tenant_id == gate.tenant, RollCall.title == "Mã đã đổi"
        address = session.scalars(sa.select(RollCall.address).where(*at)).one()
    worker = gate.visit("nld", "phone")
    worker.open(f"/d/{address}?m=000000")
    worker.page.wait_for_selector("text=Mã này đã đổi. Quét lại mã đang hiện, hoặc nhập 6 số dưới mã")
    assert worker.look("roll-call-changed") == []
    worker.open("/d")
    worker.page.fill("#digits", "12")
    worker.page.click("main form button")
    assert worker.page.inner_text("#digits-loi").endswith("Nhập đủ sáu số, ví dụ 042 917")
    assert gate.present("Mã đã đổi") == []


def test_a_paper_list_is_typed_in_and_one_taken_back(gate: Gate) -> None:
    visit = gate.visit("cdcs", "phone")
    opened(visit, "Trên giấy")
    visit.page.click("main >> text=Nhập danh sách giấy")
    picture = {"name": "ds.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n to giay"}
    visit.page.fill("#numbers", "C01\nC99\nC02")
    visit.page.set_input_files("#picture", picture)
    visit.page.click("main form button")
    visit.page.wait_for_selector(".summary")
    assert "C99" in visit.page.inner_text(".summary")
    assert visit.page.input_value("#numbers") == "C01\nC99\nC02"
    assert visit.look("roll-call-paper-faults") == []
    visit.page.fill("#numbers", "C01\nC02")
    visit.page.set_input_files("#picture", picture)
    visit.page.click("main form button")
    visit.page.wait_for_selector("text=Đã ghi 2 người từ danh sách giấy")
    visit.page.click("text=Bỏ Đỗ Thị Ca 2")
    visit.page.click("main form button")
    visit.page.wait_for_selector("text=Đã bỏ ghi có mặt của Đỗ Thị Ca 2")
    assert visit.look("roll-call-corrected") == []
    assert gate.present("Trên giấy") == ["C01"]


def test_it_works_without_scripts(gate: Gate) -> None:
    visit = Visit(gate.chromium, gate.address, "cdcs", java_script_enabled=False)
    opened(visit, "Không kịch bản")
    visit.page.click("main >> text=Đánh dấu danh sách")
    visit.page.fill("#tim", "đỗ thị ca 2")
    visit.page.click("text=Lọc")
    assert visit.page.locator(".ticks li").count() == 11
    visit.page.check("input[value=C02]")
    visit.page.check("input[value=C20]")
    visit.page.click("text=Ghi có mặt")
    visit.page.wait_for_selector("text=Đã ghi có mặt 2 người")
    assert gate.present("Không kịch bản") == ["C02", "C20"]
    visit.close()
