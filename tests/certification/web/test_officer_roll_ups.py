"""Pages about signed figures: drafted, looked at again, signed and saved; taken in, refused by place, and added up; and
those on which operators say from whom, for what, and where to."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.access.permissions import Role
from certification.acts import chain
from certification.federation import making, recipients, rounds
from certification.models import RollUp, RollUpRecipient
from certification.web.officers.federation import made
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.federation.province import CUT_OFF, PLAN, Centre, Province, changed
from tests.certification.learning import add_facts
from tests.certification.web.visitor import Visitor
from tests.certification.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Both engines answer the same functions in tests/certification/federation and tests/certification/resources."""

DRAFT = {"unit": "vn/lai-chau", "plan": PLAN, "on": "15/11/2026", "reason": "CV 15/TLĐ"}


def words(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def fill(world: World) -> World:
    """Three at work in Lai Châu, two of whom learned something on law, and one in Lào Cai, who did too."""
    with world.database.writing(world.tenant) as session:
        for enterprise, learns in (("dn/a", True), ("dn/a", True), ("dn/b", False), ("dn/c", True)):
            worker = world.employ(session, enterprise)
            if learns:
                add_facts(session, world.tenant, worker, ["law-labour"])
    return world


@pytest.fixture
def operator(world: World, client: FlaskClient) -> Visitor:
    return _visitor(world, client, "vanhanh", Role.OPERATOR)


def _visitor(world: World, client: FlaskClient, name: str, role: Role, unit: str | None = None) -> Visitor:
    account(world.database, world.tenant, name, world.now)
    give(world.database, world.tenant, name, role, world.now, organization=unit)
    visitor = Visitor(client)
    visitor.sign_in(name)
    return visitor


def test_figures_are_drafted_looked_at_again_signed_and_saved(world: World, operator: Visitor) -> None:
    fill(world)
    assert "Chưa lập số liệu nào" in operator.get("/cong-doan/gui-len").text
    drafted = operator.fill_in("/cong-doan/gui-len/moi", DRAFT)
    assert drafted.status_code == 303, words(drafted)
    second_look = operator.get(drafted.location)
    assert "Tỉnh Lai Châu (vn/lai-chau)" in words(second_look)
    assert "2 3 66,7%" in words(second_look)
    shown = drafted.location.removesuffix("/ky")
    assert "bản nháp, chưa ký" in operator.get(shown).text
    assert f"{shown}/tep" not in operator.get(shown).text
    with world.database.reading(world.tenant) as session:
        assert [one.state for one in making.made(session, world.tenant)] == ["draft"], "a look signs nothing"
    signed = operator.fill_in(drafted.location, {})
    assert (signed.status_code, signed.location) == (303, shown)
    page = operator.get(shown)
    assert "đã ký, chưa gửi tới" in page.text
    saved = operator.get(f"{shown}/tep")
    assert "attachment" in saved.headers["Content-Disposition"]
    document = json.loads(saved.data)
    assert (document["headcount"], document["proof"]["type"]) == (3, "DataIntegrityProof")
    assert document["reason"] == "CV 15/TLĐ"
    listed = words(operator.get("/cong-doan/gui-len"))
    assert "đã ký, chưa gửi tới" in listed
    assert document["issuer"] in listed, "what the recipient has to be told"
    assert "Ký số liệu này" not in operator.get(f"{shown}/ky").text, "signed once"


def test_what_is_wrong_with_a_draft_stands_beside_its_field(
    world: World, operator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**other: str) -> str:
        answer = operator.fill_in("/cong-doan/gui-len/moi", DRAFT | other)
        assert answer.status_code == 400
        return words(answer)

    missing = refused(unit="", on="", reason=" ")
    for said in ("Chọn đơn vị", "Nhập ngày chốt", "Ghi công văn hoặc kế hoạch yêu cầu"):
        assert said in missing
    assert "Chọn lại: mục này không còn trong danh sách" in refused(unit="vn/khong-co")
    assert "Kế hoạch này không áp dụng" in refused(unit="vn/lao-cai", plan="lai-chau-31-kh-ldld-2026")
    assert "Ngày chưa tới" in refused(on="31/12/2099")
    monkeypatch.setattr(made, "MOST_UNITS", 1)
    assert "đã kết thúc ngày 31/10/2026" in refused(unit="", other="dn/xong")
    with world.database.reading(world.tenant) as session:
        assert making.made(session, world.tenant) == []


@pytest.mark.usefixtures("operator", "centre")
def test_an_officer_makes_them_for_the_branch_and_an_auditor_only_reads(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = _visitor(world, app.test_client(), "lan", Role.UPPER_OFFICER, "cd/lai-chau")
    assert "Chọn lại: mục này không còn" in words(officer.fill_in("/cong-doan/gui-len/moi", DRAFT)), "not of the branch"
    offered = officer.get("/cong-doan/gui-len/moi").text
    assert ('value="cd/lai-chau"' in offered, 'value="cd/lao-cai"' in offered) == (True, False)
    monkeypatch.setattr(made, "MOST_UNITS", 1)
    assert "Không có đơn vị mang mã này" in words(
        officer.fill_in("/cong-doan/gui-len/moi", {**DRAFT, "unit": "", "other": "vn/lai-chau"})
    )
    assert "Chọn đơn vị" in words(officer.fill_in("/cong-doan/gui-len/moi", {**DRAFT, "unit": ""}))
    monkeypatch.undo()
    own = officer.fill_in("/cong-doan/gui-len/moi", {**DRAFT, "unit": "cd/lai-chau"})
    assert own.status_code == 303, words(own)
    other = _visitor(world, app.test_client(), "minh", Role.UPPER_OFFICER, "cd/lao-cai")
    assert other.get(own.location).status_code == 404
    assert "đơn vị ngoài phạm vi của anh/chị" in words(other.get("/cong-doan/tong-hop")), "who gathers sees all"
    assert 'href="/cong-doan/tong-hop/nhan"' not in other.get("/cong-doan/tong-hop").text
    auditor = _visitor(world, app.test_client(), "tra", Role.AUDITOR)
    assert auditor.get(own.location.removesuffix("/ky")).status_code == 200
    assert auditor.get(own.location).status_code == 403
    assert "/cong-doan/gui-len/moi" not in auditor.get("/cong-doan/gui-len").text
    assert auditor.get("/cong-doan/tong-hop/nhan").status_code == 403
    for path in ("/cong-doan/gui-len", "/cong-doan/tong-hop"):
        assert f'href="{path}"' in auditor.get("/cong-doan/chot-so-lieu").text


@pytest.fixture
def provinces(database: Database, other_tenant: UUID, now: datetime) -> list[Province]:
    """Lai Châu and Lào Cai, with installations of their own."""
    fill(World(database, other_tenant, now))
    return [
        Province(database, other_tenant, now, f"https://{one}.example.vn") for one in ("lai-chau", "lao-cai")
    ]  # fmt: skip


@pytest.fixture
def centre(world: World, provinces: list[Province]) -> Centre:
    """Who gathers from both; the round was due before today."""
    centre = Centre(world.database, world.tenant, world.now)
    centre.round()
    centre.member(provinces[0], "vn/lai-chau")
    centre.member(provinces[1], "vn/lao-cai")
    return centre


def handed_in(visitor: Visitor, data: bytes, name: str = "lai-chau.json") -> TestResponse:
    return visitor.fill_in("/cong-doan/tong-hop/nhan", {"roll_up": (io.BytesIO(data), name, "application/json")})


def test_a_file_with_faults_is_refused_with_each_at_its_place(
    operator: Visitor, centre: Centre, provinces: list[Province]
) -> None:
    def refused(data: bytes) -> str:
        answer = handed_in(operator, data)
        assert answer.status_code == 400
        return words(answer)

    good = provinces[0].signed()
    document = json.loads(good)
    said = refused(changed(good, unit={"code": "vn/lao-cai", "name": "Lào Cai"}, basis="unionised"))
    assert "Tệp có 3 điểm sai" in said
    assert "Tệp của đơn vị khác với thành viên đã ký (/unit/code)" in said
    assert "Chữ ký không đúng: tệp đã bị sửa sau khi ký, hoặc ký bằng khoá lạ (/proof)" in said
    assert "Phạm vi tính khác với kỳ thu này (/basis)" in said
    misshapen = refused(changed(good, edition=0, headcount=2.5))
    for place in ("/edition", "/headcount"):
        assert f"Chỗ này của tệp thiếu hoặc không đúng; xin đơn vị tải lại tệp sau khi ký ({place})" in misshapen
    unsigned = {name: part for name, part in document.items() if name != "proof"}
    for no_figures in (json.dumps(unsigned).encode(), b"{"):
        assert "Đây không phải tệp số liệu đã ký" in refused(no_figures)
    other = [{**document["targets"][0], "id": "G9"}, *document["targets"][1:]]
    assert "Chỉ tiêu không khớp với kế hoạch đã nạp ở đây (/targets/0/id)" in refused(changed(good, targets=other))
    assert "Không thu số liệu cho ngày chốt này" in refused(provinces[0].signed(on=date(2026, 10, 1)))
    assert "Chọn tệp .json" in words(operator.fill_in("/cong-doan/tong-hop/nhan", {}))
    assert "0/2 đơn vị đã gửi" in words(operator.get("/cong-doan/tong-hop")), "nothing of them is kept"


def test_a_round_says_who_is_missing_late_or_corrected_and_sums_what_came(
    operator: Visitor, centre: Centre, provinces: list[Province]
) -> None:
    listed = words(operator.get("/cong-doan/tong-hop"))
    assert "0/2 đơn vị đã gửi, 2 đơn vị quá hạn chưa đủ" in listed
    first = provinces[0].signed()
    taken = handed_in(operator, first)
    assert taken.status_code == 303, words(taken)
    shown = words(operator.get(taken.location))
    assert "Đã nhận số liệu của vn/lai-chau" in shown
    assert "Tổng chưa đủ" in shown
    assert re.search(r"Tỉnh Lai Châu muộn \d+ ngày 3 2/2 0", shown)
    assert re.search(r"Tỉnh Lào Cai chưa gửi, quá hạn \d+ ngày – – –", shown)
    assert "Tỉnh Lào Cai – – – chưa gửi" in shown, "a missing one is no nought"
    assert "Cộng (chưa đủ) 2 3 66,7% chưa đủ số liệu" in shown
    again = handed_in(operator, first)
    assert "đã có từ trước" in words(operator.get(again.location))
    assert handed_in(operator, provinces[0].signed()).status_code == 303
    assert "bản sửa lần 1 nhận ngày" in words(operator.get(taken.location))
    assert handed_in(operator, provinces[1].signed("vn/lao-cai"), "lao-cai.json").status_code == 303
    whole = words(operator.get(taken.location))
    assert "Tổng chưa đủ" not in whole
    assert re.search(r"Cộng 3 4 75,0% (chưa đạt|đạt)", whole)
    assert "2/2 đơn vị đã gửi, 2 đơn vị muộn" in whole
    book: Any = openpyxl.load_workbook(io.BytesIO(operator.get(f"{taken.location}/xlsx").data)).active
    assert [book.cell(6, place).value for place in (1, 2, 5, 6)] == ["G1", "vn/lai-chau", 2, 3]
    assert "G1;vn/lai-chau;Tỉnh Lai Châu" in operator.get(f"{taken.location}/csv").data.decode("utf-8-sig")
    assert operator.get(f"{taken.location}/pdf").status_code == 404


def test_a_round_that_is_closed_takes_nothing_and_one_that_goes_on_counts_days(
    operator: Visitor, centre: Centre, provinces: list[Province]
) -> None:
    open_ = centre.round(cut_off=date(2026, 11, 1), due=date(2099, 1, 1))
    assert re.search(r"chưa gửi, còn [\d.]+ ngày", words(operator.get(f"/cong-doan/tong-hop/{open_.id}")))
    with centre.database.writing(centre.tenant) as session:
        (closed,) = [one for one in rounds.rounds(session, centre.tenant) if one.cut_off == CUT_OFF]
        for one in (closed, open_):
            rounds.change(session, centre.tenant, one.id, closed=True, by="tong", reason="x", now=centre.now)
    assert "chưa gửi, kỳ thu đã đóng" in words(operator.get(f"/cong-doan/tong-hop/{open_.id}"))
    page = operator.get(f"/cong-doan/tong-hop/{closed.id}")
    assert "đã đóng" in page.text
    assert "/cong-doan/tong-hop/nhan" not in page.text
    answer = handed_in(operator, provinces[0].signed())
    assert (answer.status_code, "(/cut_off)" in answer.text) == (400, True)
    assert operator.get(f"/cong-doan/tong-hop/{UUID(int=1)}").status_code == 404


MEMBERS = "/cong-doan/tong-hop/thanh-vien"


def acts_of(world: World, about: str) -> list[str]:
    with world.database.reading(world.tenant) as session:
        return [one.act for one in chain.listed(session, world.tenant, limit=50) if one.act.startswith(about)]


def test_members_are_taken_up_with_their_keys_and_ended(
    world: World, operator: Visitor, provinces: list[Province]
) -> None:
    first, second = provinces
    said = {
        "unit": "vn/lai-chau", "did": first.issuer.did, "key": first.key(), "since": "1/1/2026", "reason": "CV 15/TLĐ",
    }  # fmt: skip

    def refused(path: str, typed: dict[str, str]) -> str:
        answer = operator.fill_in(path, typed)
        assert answer.status_code == 400
        return words(answer)

    assert "Chưa ghi nhận đơn vị nào" in operator.get(MEMBERS).text
    wrong = refused(f"{MEMBERS}/them", said | {"unit": "vn/khong-co", "did": "lai-chau.example.vn", "key": "z6Mk"})
    for fault in ("Không có đơn vị mang mã này", "Chưa phải địa chỉ ký", "Thiếu tên khoá"):
        assert fault in wrong
    assert "Khoá này của địa chỉ ký khác" in refused(
        f"{MEMBERS}/them", said | {"key": f"{second.issuer.did}#{second.key()}"}
    )
    assert "bị chép thiếu" in refused(f"{MEMBERS}/them", said | {"key": first.key()[:-4]})
    added = operator.fill_in(f"{MEMBERS}/them", said)
    assert added.status_code == 303, words(added)
    assert "Tỉnh Lai Châu đang thu Mã đơn vị vn/lai-chau" in words(operator.get(added.location))
    again = refused(f"{MEMBERS}/them", said | {"unit": "dn/a"})
    assert "người lao động sẽ bị tính hai lần" in again
    assert "Một thành viên khác đã dùng địa chỉ ký này" in again

    one, name = added.location, first.key().partition(" ")[0].rpartition("#")[2]
    assert "đã có khoá tên này" in refused(f"{one}/khoa-moi", {"key": first.key(), "reason": "x"})
    other = second.key().partition(" ")[2]
    assert operator.fill_in(f"{one}/khoa-moi", {"key": f"moi {other}", "reason": "Đổi khoá"}).status_code == 303
    assert operator.fill_in(f"{one}/khoa/{name}/ngung", {"reason": "Khoá cũ"}).status_code == 303
    shown = words(operator.get(one))
    assert "đã ngừng" in shown
    assert "đang nhận Ngừng khoá moi" in shown
    assert operator.get(f"{one}/khoa/khac/ngung").status_code == 404
    assert "trước kỳ đầu tiên" in refused(f"{one}/thoi-thu", {"until": "31/12/2025", "reason": "x"})
    assert operator.fill_in(f"{one}/thoi-thu", {"until": "31/1/2026", "reason": "Sáp nhập"}).status_code == 303
    assert "thôi thu 01/01/2026 31/01/2026 1" in words(operator.get(MEMBERS))
    assert operator.get(f"{MEMBERS}/{UUID(int=1)}").status_code == 404
    assert sorted(acts_of(world, "roll-up-")) == [
        "roll-up-key.add", "roll-up-key.end", "roll-up-member.add", "roll-up-member.end",
    ]  # fmt: skip


def test_a_round_is_opened_due_another_day_closed_and_gone_on_with(world: World, operator: Visitor) -> None:
    said = {"plan": PLAN, "cut_off": "15/11/2026", "due": "18/11/2026", "basis": "all"}
    assert "chưa chờ số liệu của ai" in operator.get("/cong-doan/tong-hop/moi").text
    early = operator.fill_in("/cong-doan/tong-hop/moi", said | {"due": "14/11/2026"})
    assert (early.status_code, "Hạn gửi phải từ ngày chốt trở đi" in early.text) == (400, True)
    both = operator.fill_in("/cong-doan/tong-hop/moi", said | {"due": "14/11/2026", "plan": ""})
    assert all(one in both.text for one in ("Hạn gửi phải từ ngày chốt trở đi", "Chọn kế hoạch")), "at once"
    opened = operator.fill_in("/cong-doan/tong-hop/moi", said)
    assert opened.status_code == 303, words(opened)
    assert "Đã có kỳ thu của kế hoạch này" in operator.fill_in("/cong-doan/tong-hop/moi", said).text
    due = operator.fill_in(f"{opened.location}/doi/doi-han", {"due": "1/1/2099", "reason": "Bão"})
    assert due.status_code == 303, words(due)
    assert "Hạn gửi 01/01/2099" in words(operator.get(opened.location))
    assert operator.fill_in(f"{opened.location}/doi/dong", {"reason": "Đủ rồi"}).status_code == 303
    closed = operator.get(opened.location).text
    assert "đã đóng" in closed
    assert "/doi/thu-tiep" in closed
    assert "/doi/dong" not in closed
    operator.fill_in(f"{opened.location}/doi/doi-han", {"due": "2/1/2099", "reason": "x"})
    assert "đã đóng" in operator.get(opened.location).text, "another day opens nothing"
    assert operator.fill_in(f"{opened.location}/doi/thu-tiep", {"reason": "Còn thiếu"}).status_code == 303
    assert "đã đóng" not in operator.get(opened.location).text
    assert operator.get(f"{opened.location}/doi/xoa").status_code == 404
    assert sorted(acts_of(world, "roll-up-")) == [
        "roll-up-round.close", "roll-up-round.close", "roll-up-round.go-on", "roll-up-round.go-on",
        "roll-up-round.open",
    ]  # fmt: skip


def test_a_recipient_is_set_paused_sent_to_at_once_and_removed(
    world: World, operator: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    told = {"endpoint": "https://tong-hop.example.vn/", "username": "lai-chau", "password": "bí mật", "reason": "CV 15"}
    page = "/cong-doan/gui-len/noi-nhan"
    drafted = operator.fill_in("/cong-doan/gui-len/moi", DRAFT).location
    operator.fill_in(drafted, {})
    one = drafted.removesuffix("/ky")
    assert f"{one}/gui-ngay" not in operator.get(one).text
    assert operator.get(f"{one}/gui-ngay").location == one
    assert "Chưa có nơi nhận nào; tải tệp" in operator.get(one).text
    assert "OUTGOING_HOSTS" in operator.fill_in(page, told).text
    settings = replace(app.extensions["settings"], outgoing_hosts=("tong-hop.example.vn",))
    monkeypatch.setitem(app.extensions, "settings", settings)
    wrong = words(operator.fill_in(page, told | {"endpoint": "tong-hop", "username": "a:b", "password": ""}))
    for fault in ("Ghi địa chỉ https://", "không có dấu hai chấm", "Nhập bí mật của khoá"):
        assert fault in wrong
    assert operator.fill_in(page, told).status_code == 303
    assert operator.fill_in(page, told | {"password": "", "paused": "1"}).status_code == 303, "the secret stays"
    listed = words(operator.get("/cong-doan/gui-len"))
    assert "đang tạm dừng Địa chỉ https://tong-hop.example.vn" in listed
    assert "bí mật" not in listed
    assert f"{one}/gui-ngay" not in operator.get(one).text, "kept back"
    operator.fill_in(page, told | {"password": ""})
    with world.database.writing(world.tenant) as session:
        later = world.now + timedelta(hours=1)
        session.execute(sa.update(RollUpRecipient).values(failures=3, again_at=later, answer="503: x", tried=world.now))
        session.execute(sa.update(RollUp).values(refused="/proof: the signature fails\nkhông hiểu"))
    assert "chưa gửi được thử lại lúc" in words(operator.get("/cong-doan/gui-len"))
    refused = words(operator.get(one))
    assert "Chữ ký không đúng: tệp đã bị sửa sau khi ký, hoặc ký bằng khoá lạ (/proof) không hiểu" in refused
    assert operator.fill_in(f"{one}/gui-ngay", {}).status_code == 303
    with world.database.reading(world.tenant) as session:
        to = recipients.find(session, world.tenant)
        assert to is not None
        assert (to.again_at, to.waiting) == (None, 1)
    with world.database.writing(world.tenant) as session:
        session.execute(sa.update(RollUp).values(delivered=world.now))
    assert "Gửi tới gần nhất Tỉnh Lai Châu, 15/11/2026" in words(operator.get("/cong-doan/gui-len"))
    assert operator.get(f"{one}/gui-ngay").location == one
    assert "Bản này không chờ gửi" in operator.get(one).text
    assert operator.fill_in(f"{page}/bo", {"reason": "Mang tệp"}).status_code == 303
    assert "Không gửi qua mạng" in operator.get("/cong-doan/gui-len").text


@pytest.mark.usefixtures("operator")
def test_officers_set_neither_members_nor_rounds_nor_the_recipient(world: World, app: Flask) -> None:
    others = (
        _visitor(world, app.test_client(), "lan", Role.UPPER_OFFICER, "cd/lai-chau"),
        _visitor(world, app.test_client(), "tra", Role.AUDITOR),
    )
    for one in others:
        for path in (MEMBERS, f"{MEMBERS}/them", "/cong-doan/tong-hop/moi", "/cong-doan/gui-len/noi-nhan"):
            assert one.get(path).status_code == 403
            assert f'href="{path}"' not in one.get("/cong-doan/gui-len").text
            assert f'href="{path}"' not in one.get("/cong-doan/tong-hop").text
