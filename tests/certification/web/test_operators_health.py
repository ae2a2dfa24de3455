"""Pages of operators about the installation itself, about who is whom, and about the record."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access import emptying, records
from certification.access.permissions import Role
from certification.acts import chain
from certification.evidence import feed, findings
from certification.judgement import pulse, work
from certification.models import Finding, Look, RecordedAct
from certification.people import linking
from certification.web.operators import sandboxes
from lrs import api, sandbox
from lrs.backup import noted
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.learning import add_worker
from tests.certification.web.test_operators import STATEMENT, make_key, operator, post, words
from tests.certification.web.visitor import Visitor, hidden_fields

__all__ = ["operator"]

UNKNOWN = {**STATEMENT, "id": None, "actor": {"account": {"homePage": "https://khac.example.org", "name": "a07"}}}


def data_dir(app: Flask) -> Path:
    found: Path = app.extensions["settings"].data_dir
    return found


def checks(operator: Visitor) -> dict[str, str]:
    """What home says of each thing that may be well or not."""
    page = operator.get("/van-hanh").text
    lines = re.findall(
        r"<li><div><strong>([^<]+)</strong>(.*?)</li>", page.split('id="suc-khoe"')[1].split("</ul>")[0], re.S
    )
    return {name: words(rest) for name, rest in lines}


def test_home_says_what_is_wrong_and_what_to_do_about_it(app: Flask, operator: Visitor, tmp_path: Path) -> None:
    told = checks(operator)
    assert "Chưa thấy bản sao lưu nào" in told["Sao lưu"] and "flask ops backup" in told["Sao lưu"]
    assert "Chưa thấy chạy" in told["Tiến trình đánh giá"]
    assert told["Bảng dữ liệu"].endswith("tốt") and told["Đồng hồ"].endswith("tốt") and told["Quy tắc"].endswith("tốt")
    folder, present = tmp_path / "cdht-1", datetime.now(UTC)
    folder.mkdir()
    (folder / "data").write_bytes(b"12345678")
    noted.keep(data_dir(app), folder, at=present, is_new=True)
    pulse.Pulse(data_dir(app))()
    told = checks(operator)
    assert "8 byte" in told["Sao lưu"] or "kB" in told["Sao lưu"]
    assert told["Sao lưu"].endswith("tốt") and told["Tiến trình đánh giá"].endswith("tốt")
    noted.keep(data_dir(app), folder, at=present, fault="SHA256SUMS does not hold")
    assert "SHA256SUMS" in checks(operator)["Sao lưu"] and checks(operator)["Sao lưu"].endswith("sai")
    noted.keep(data_dir(app), folder, at=present - timedelta(days=3), is_new=True)
    assert checks(operator)["Sao lưu"].endswith("cần xem")


def test_statements_that_nobody_reads_are_told_of(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    key, secret = make_key(operator)
    assert post(app.test_client(), key, secret, STATEMENT) == 200
    assert "0 trên 1 phát biểu đã đọc" in operator.get("/van-hanh").text
    feed.follow(database, tenant, now=datetime.now(UTC))
    assert "1 trên 1 phát biểu đã đọc" in operator.get("/van-hanh").text


def test_the_loop_beats_at_every_turn_and_a_folder_that_takes_no_file_stops_nothing(
    database: Database, tmp_path: Path
) -> None:
    import threading

    stop, beats = threading.Event(), []

    def beat() -> None:
        beats.append(1)
        stop.set()

    work.work(database, stop=stop, clock=lambda: datetime.now(UTC), beat=beat)
    assert beats == [1]
    pulse.Pulse(tmp_path / "not-there")()
    assert pulse.last_beat(tmp_path) is None
    pulse.Pulse(tmp_path)()
    assert pulse.last_beat(tmp_path) is not None


def test_what_test_keys_sent_is_removed_and_opaque_accounts_are_switched_after_asking(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    platform = app.test_client()
    real, trying = make_key(operator), make_key(operator, test="yes")
    by_mail = {**STATEMENT, "actor": {"mbox": "mailto:an@example.org"}}
    assert [post(platform, *key, STATEMENT) for key in (real, trying)] == [200, 200]
    asked = operator.get("/van-hanh/don-vi/default/xoa-du-lieu-thu").text
    assert "Xoá dữ liệu thử: default" in words(asked) and "dữ liệu thật không bị đụng đến" in words(asked)
    assert "Ghi vì sao xoá" in operator.fill_in("/van-hanh/don-vi/default/xoa-du-lieu-thu", {"reason": ""}).text
    answer = operator.fill_in("/van-hanh/don-vi/default/xoa-du-lieu-thu", {"reason": "thử xong"})
    assert answer.headers["Location"] == "/van-hanh/don-vi/default/xoa-du-lieu-thu/tien-do"
    assert "Đã xoá 1 phát biểu thử của default" in operator.get(answer.headers["Location"]).text
    switch = "/van-hanh/don-vi/default/thu-dien-tu"
    before = operator.get(switch).text
    assert "được thay bằng mã" in words(before)
    assert operator.fill_in(switch, {"reason": "Luật 91/2025"}).headers["Location"] == "/van-hanh/don-vi"
    assert "thay bằng mã" in words(operator.get("/van-hanh/don-vi").text)
    again = operator.send(switch, {**hidden_fields(before), "wanted": "on", "reason": "lần nữa"})
    assert (again.status_code, again.headers["Location"]) == (303, "/van-hanh/don-vi")
    assert "Đã được đổi rồi" in operator.get("/van-hanh/don-vi").text
    assert post(platform, *real, {**by_mail, "id": str(UUID(int=8))}) == 200
    with database.reading(tenant) as session:
        stored = api.get_statements(session, tenant, [UUID(int=8), UUID(STATEMENT["id"])])
        told = [(one.act, one.by, one.reason) for one in records.latest(session, tenant, limit=2, about="default")]
    kept = {one.id: one.document["actor"] for one in stored}
    assert kept[UUID(int=8)]["account"]["homePage"] == f"urn:uuid:{tenant}", "the mail address is not kept"
    assert UUID(STATEMENT["id"]) in kept, "what is real stays"
    assert told == [("opaque-accounts-on", "vh", "Luật 91/2025"), ("empty-test-data", "vh", "thử xong")]
    for below in ("khong-co/thu-dien-tu", "khong-co/xoa-du-lieu-thu/tien-do"):
        assert operator.get(f"/van-hanh/don-vi/{below}").status_code == 404


def test_a_large_sandbox_is_emptied_in_steps_goes_on_where_it_was_broken_off_and_is_done_when_nothing_is_left(
    app: Flask, operator: Visitor, database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, progress = (f"/van-hanh/don-vi/default/xoa-du-lieu-thu{part}" for part in ("", "/tien-do"))
    assert operator.get(progress).status_code == 404
    key, platform = make_key(operator, test="yes"), app.test_client()
    sent = [{**STATEMENT, "id": str(UUID(int=at))} for at in range(1, 13)]
    assert post(platform, *key, sent) == 200
    monkeypatch.setattr(sandboxes, "AT_ONCE", 0)
    monkeypatch.setattr(sandbox, "CHUNK", 5)
    monkeypatch.setattr(emptying, "TOLD_AFTER", timedelta(0))
    emptied, begun, fail = api.empty_sandbox, threading.Event(), threading.Event()

    def until_it_fails(store: Database, of: UUID, tell: Callable[[int, int], object]) -> Mapping[str, int]:
        def told(rows: int, statements: int) -> None:
            tell(rows, statements)
            if statements and not fail.is_set():
                begun.set()
                assert fail.wait(60)
                raise ValueError("the disk is gone")

        return emptied(store, of, told)

    monkeypatch.setattr(api, "empty_sandbox", until_it_fails)
    assert operator.fill_in(form, {"reason": "thử xong"}).headers["Location"] == progress
    assert begun.wait(60)
    running = operator.get(progress).text
    assert 'hx-trigger="every 1s"' in running and re.search(r"Đã xoá [1-9][\d.]* / \d+ dòng", words(running))
    assert operator.fill_in(form, {"reason": "lần nữa"}).headers["Location"] == progress, "it runs already"
    fail.set()
    ended(sandboxes.THREAD)
    page = operator.get(progress).text
    assert "Chưa xoá hết" in words(page) and "Đã xoá hết" not in words(page)
    with database.writing(tenant) as session:  # as a process leaves it that is killed
        row = emptying.find(session, tenant)
        assert row is not None and 0 < row.rows_done < row.rows
        row.state, row.beat = emptying.RUNNING, row.beat - 2 * emptying.BEAT
    assert "Đã xoá hết" not in words(operator.get(progress).text)
    ended(sandboxes.THREAD)
    page = words(operator.get(progress).text)
    assert "Đã xoá hết" in page and "Đã xoá 12 phát biểu thử của default" in page
    assert api.count_sandbox(database, tenant) == 0


def ended(name: str) -> None:
    for one in threading.enumerate():
        if one.name == name:
            one.join(60)


def test_operators_of_another_tenant_see_nothing_of_the_installation(app: Flask, operator: Visitor) -> None:
    slip = operator.fill_in(
        "/van-hanh/them-don-vi", {"name": "lai-chau", "administrator": "mai", "full_name": "Lò Thị Mai"}
    )
    token = re.search(r'<code id="ma">([^<]+)</code>', slip.text)
    assert token and "mai@lai-chau" in slip.text
    again = operator.fill_in("/van-hanh/them-don-vi", {"name": "lai-chau", "administrator": "mai", "full_name": "M"})
    assert "Tên này đã có" in again.text
    assert "lai-chau" in operator.get("/van-hanh/don-vi").text
    other = Visitor(app.test_client())
    new = {"token": token[1], "password": "nắng lên núi cao", "password_again": "nắng lên núi cao"}
    assert other.fill_in("/dat-mat-khau", new).status_code == 303
    assert other.sign_in("mai@lai-chau", "nắng lên núi cao").status_code == 303
    for page in ("", "/default/thu-dien-tu", "/default/xoa-du-lieu-thu"):
        assert other.get(f"/van-hanh/don-vi{page}").status_code == 403
    assert "Sao lưu" not in checks(other) and "Quy tắc" in checks(other)
    assert "vh" not in re.findall(r"nguoi-dung/([\w-]+)", other.get("/van-hanh/nguoi-dung").text)


def test_an_unknown_actor_is_linked_taken_off_again_and_taken_back(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    key, secret = make_key(operator)
    document = {name: value for name, value in UNKNOWN.items() if name != "id"}
    assert post(app.test_client(), key, secret, document) == 200
    feed.follow(database, tenant, now=datetime.now(UTC))
    page = operator.get("/van-hanh/tai-khoan-hoc")
    assert "1 tài khoản, 1 phát biểu đang chờ" in words(page.text) and "(a07)" in page.text
    link = re.search(r"/van-hanh/tai-khoan-hoc/gan\?[^\"]+", page.text)
    assert link
    address = link[0].replace("&amp;", "&")
    assert operator.fill_in(address, {"ifi": "x", "worker": "", "basis": ""}).status_code == 400
    before = operator.get("/van-hanh/danh-tinh?ma=a07").text
    typed = {"ifi": "https://khac.example.org|a07", "worker": "a07", "basis": "Gọi điện"}
    assert "không có" in operator.fill_in(address, {**typed, "worker": "z99"}).text.lower()
    assert operator.fill_in(address, typed).status_code == 303
    with database.reading(tenant) as session:
        ifi = "account https://khac.example.org|a07"
        assert linking.owners(session, tenant, [ifi])[ifi].number == "a07"
    page = operator.get("/van-hanh/danh-tinh?ma=a07")
    undo = re.search(r"/van-hanh/hoan-tac/[^\"]+", page.text)
    assert undo and "Gọi điện" in page.text
    addresses = re.findall(r'(?:href|action)="([^"]+)"', page.text)
    assert not [one for one in addresses if "example.org" in one]  # whose account it is stands in no address
    take_off = next(one for one in addresses if "/danh-tinh/go/" in one and one not in before).replace("&amp;", "&")
    assert "https://khac.example.org|a07" in operator.get(take_off).text
    assert operator.fill_in(take_off, {"basis": "Của người khác"}).status_code == 303
    assert (operator.get(take_off).status_code, operator.get("/van-hanh/danh-tinh/go/a07").status_code) == (404, 404)
    assert operator.fill_in(address, typed).status_code == 303
    page = operator.get("/van-hanh/danh-tinh?ma=a07")
    undo = re.search(r"/van-hanh/hoan-tac/[^\"]+", page.text)
    assert undo
    assert operator.fill_in(undo[0].replace("&amp;", "&"), {"basis": "Nhầm"}).status_code == 303
    with database.reading(tenant) as session:
        assert linking.owners(session, tenant, [ifi]) == {}
        looks = set(session.scalars(sa.select(Look.what).where(Look.tenant_id == tenant)))
    assert {"READ_UNKNOWN_ACTORS", "READ_IDENTITY"} <= looks


def test_records_are_merged_parted_and_told_apart(operator: Visitor, database: Database, tenant: UUID) -> None:
    assert operator.get("/van-hanh/trung-ma").status_code == 200
    merge = "/van-hanh/danh-tinh/gop/b03"
    assert operator.fill_in(merge, {"other": "b03", "basis": "x"}).status_code == 400
    assert operator.fill_in(merge, {"other": "b04", "basis": "Cùng một người"}).status_code == 303
    assert "Mã b04 đã gộp vào b03" in words(operator.get("/van-hanh/danh-tinh?ma=b04").text)
    split = {"other": "b04", "accounts": "https://hoc.example.org|b04", "basis": "Hai người"}
    assert operator.fill_in("/van-hanh/danh-tinh/tach/b03", split).status_code == 303
    assert "đã gộp" not in operator.get("/van-hanh/danh-tinh?ma=b04").text
    assert operator.get("/van-hanh/danh-tinh?ma=zzz").status_code == 400
    assert operator.get("/van-hanh/danh-tinh/chuyen-la/b03").status_code == 404


def test_officers_see_and_decide_about_their_own_branch_alone(
    app: Flask, operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    lan = Visitor(app.test_client())
    lan.sign_in("lan")
    assert (lan.get("/van-hanh/danh-tinh?ma=a03").status_code, lan.get("/van-hanh/danh-tinh?ma=b03").status_code) == (
        200,
        400,
    )
    assert lan.get("/van-hanh/danh-tinh/gop/b03").status_code == 404
    assert lan.get("/van-hanh").status_code == 403


def test_the_record_is_read_and_a_change_in_it_is_found(operator: Visitor, database: Database, tenant: UUID) -> None:
    with database.writing(tenant) as session:
        for subject in ("dossier:1", "dossier:2"):
            detail = {"reason": "thiếu " * 50, "national_numbers": False, "due": None, "on": "2026-11-20"}
            chain.add(
                session, tenant, by="vh", act="dossier.return", subject=subject, detail=detail, now=datetime.now(UTC)
            )
        head = chain.head(session, tenant)
    page = operator.get("/van-hanh/so-ghi?ve=dossier:2")
    assert f"{head.number}:{head.digest}" in page.text and "dossier:1" not in page.text
    assert (
        "Trả lại hồ sơ" in page.text
        and 'có số định danh: không; ngày: 20/11/2026; lý do: <span lang="vi">thiếu thiếu' in page.text
    )
    assert "thiếu " * 33 in page.text and "thiếu " * 34 not in page.text, "what is long is cut"
    check = "/van-hanh/so-ghi/kiem-tra"
    assert "khớp đầu sổ đã cất" in operator.fill_in(check, {"head": f"{head.number}:{head.digest}"}).text
    assert operator.fill_in(check, {"head": "mười hai"}).status_code == 400
    with database.writing(tenant) as session:
        session.execute(
            sa.update(RecordedAct).where(RecordedAct.number == 1, RecordedAct.tenant_id == tenant).values(done_by="x")
        )
    assert "Sổ đã bị sửa" in operator.fill_in(check, {"head": ""}).text
    assert "Giao vai trò" in operator.get("/van-hanh/so-quyen?ve=vh").text


def test_the_record_tells_in_words_what_was_done_about_whom(
    operator: Visitor, database: Database, tenant: UUID
) -> None:
    now = datetime.now(UTC)
    an, binh = (add_worker(database, tenant, f"NV-{one}", one, now=now) for one in ("an", "binh"))
    done: list[tuple[str, str, UUID | None, dict[str, Any]]] = [
        ("dossier.register", f"dossier:{an}", an, {"year": 2026}),
        ("request.open", f"request:{binh}", binh, {"kind": "see", "words": "x"}),
        ("roll-up-round.open", f"roll-up-round:{an}", None, {"basis": "all", "cut_off": "2026-11-20"}),
    ]
    with database.writing(tenant) as session:
        for act, subject, worker, detail in done:
            by = f"worker:{worker}" if worker else "vh"
            chain.add(session, tenant, by=by, act=act, subject=subject, worker=worker, detail=detail, now=now)
    page = operator.get("/van-hanh/so-ghi").text
    assert "/cong-doan/ho-so-nguoi/2026/NV-an" in page and "/van-hanh/danh-tinh?ma=NV-binh" in page
    assert "loại: xem dữ liệu" in page and "số liệu đến ngày: 20/11/2026; tính trên: mọi doanh nghiệp" in page
    assert "worker:" not in page and f">{an}" not in page
    of_one = operator.get("/van-hanh/so-ghi?viec=request.open").text
    assert "NV-binh" in of_one and "NV-an" not in of_one
    of_an = operator.get("/van-hanh/so-ghi?nguoi=NV-an").text
    assert "/cong-doan/ho-so-nguoi/2026/NV-an" in of_an and "NV-binh" not in of_an
    assert "Không có mã “NV-0”" in operator.get("/van-hanh/so-ghi?nguoi=NV-0").text
    unknown = operator.get(f"/van-hanh/so-ghi?viec={'x' * 5000}").text
    read = re.sub("<[^>]+>", "", unknown)
    assert (f"Sổ không có việc nào tên “{'x' * 100}”" in read, "x" * 101 in read) == (True, False)
    assert "<tbody>" not in unknown, "nothing else is shown in its place"


def test_what_is_to_be_looked_at_is_counted_by_platform_and_listed(
    app: Flask, operator: Visitor, database: Database, tenant: UUID
) -> None:
    key, secret = make_key(operator)
    late = {**STATEMENT, "timestamp": "2025-01-01T00:00:00Z"}
    assert post(app.test_client(), key, secret, late) == 200
    feed.follow(database, tenant, now=datetime.now(UTC))
    page = operator.get("/van-hanh/can-xem-lai")
    assert "Moodle A" in page.text and "Gửi muộn" in page.text and STATEMENT["id"] in page.text
    assert STATEMENT["id"] not in operator.get("/van-hanh/can-xem-lai?loai=rule-broken").text
    with database.reading(tenant) as session:
        platform = session.scalars(sa.select(Finding.said_by).where(Finding.tenant_id == tenant)).one()
    with database.writing(tenant) as session:
        earlier = datetime(2025, 12, 31, 17, tzinfo=UTC)  # the first of January in Vietnam
        about = '{"days": "9", "most": "7"}'
        for number, code in ((1, "late"), *((each, "no-template") for each in range(2, 50))):
            row = {"statement_id": uuid4(), "number": number, "code": code, "about": about, "place": ""}
            session.add(Finding(tenant_id=tenant, said_by=platform, stored=earlier, **row))
    page = operator.get("/van-hanh/can-xem-lai")
    assert STATEMENT["id"] not in page.text, "of many findings groups alone are told"
    address = f"/van-hanh/can-xem-lai?loai=late&amp;noi_gui={platform}&amp;thang="
    assert [page.text.count(f'{address}{month}"') for month in ("2026-01", "2025-12")] == [1, 0]
    assert "no-template" in page.text and ">48<" in page.text, "a backlog is one line"
    backlog = operator.get(f"/van-hanh/can-xem-lai?loai=late&noi_gui={platform}&thang=2026-01").text
    assert "9 ngày" in backlog and STATEMENT["id"] not in backlog and "Gửi muộn 01/2026" in backlog
    with database.reading(tenant) as session:
        told = findings.groups(session, tenant, counted=10)
    assert [(one.code, one.statements) for one in told] == [("no-template", 11), ("late", 2)]
    assert "Theo tháng" in operator.get("/van-hanh/can-xem-lai?thang=2026-13").text, (
        "no month is as if none was asked for"
    )
    assert "phát biểu" in operator.get("/van-hanh").text
