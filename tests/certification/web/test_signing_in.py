"""Signing in by browser: sessions, forms that nobody else can send, what was typed, and the first administrator."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from certification.access import first_run
from certification.access.permissions import Role
from certification.access.sessions import Idle
from certification.access.who import Held
from certification.models import AccountSession, FormSent
from certification.resources.access import needs_code
from certification.web.frame import languages
from certification.web.frame.form_tokens import KEPT, ONCE, TOKEN
from certification.web.frame.views import within
from lrs.db import Database
from tests.certification.access.people import PASSWORD, account, give
from tests.certification.web.visitor import ORIGIN, Visitor, hidden_fields
from tests.conftest import PEPPER

CHANGE = "/tai-khoan/mat-khau"


@pytest.fixture
def lan(database: Database, tenant: UUID, now: datetime) -> str:
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    account(database, tenant, "lan", now)
    return "lan"


@pytest.fixture
def visitor(client: FlaskClient, lan: str) -> Visitor:
    return Visitor(client)


def test_whoever_signs_in_goes_on_to_where_he_or_she_wanted_to(visitor: Visitor) -> None:
    led = visitor.get("/tai-khoan?x=1").headers["Location"]
    assert led == "/dang-nhap?tiep=/tai-khoan?x%3D1"
    answer = visitor.fill_in(led, {"account": "lan", "password": PASSWORD}, action="/dang-nhap")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan?x=1")
    page = visitor.get("/tai-khoan")
    assert "Người lan" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert visitor.get("/dang-nhap").headers["Location"] == "/trang-chu"


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "/\\evil.example", "x", "/a\nb", ""])
def test_nobody_is_led_to_another_site(address: str) -> None:
    assert within(address) is None
    assert within("/k?ma=1") == "/k?ma=1"


def test_on_plain_http_here_the_cookie_has_another_name_and_nowhere_else(app: Flask, lan: str) -> None:
    here = Visitor(app.test_client()).sign_in("lan").headers["Set-Cookie"]
    assert here.startswith("http-cdht=")
    assert "HttpOnly" in here and "SameSite=Lax" in here and "Secure" not in here
    there = app.test_client()
    page = there.get("/dang-nhap", base_url="https://cdht.example.vn")
    fields = {**hidden_fields(page.text, "/dang-nhap"), "account": "lan", "password": PASSWORD}
    at = {"base_url": "https://cdht.example.vn", "headers": {"Origin": "https://cdht.example.vn"}}
    cookie = there.post("/dang-nhap", data=fields, **at).headers["Set-Cookie"]
    assert all(part in cookie for part in ("__Host-cdht=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    for proxied in ({"X-Forwarded-Proto": "https"}, {"X-Forwarded-For": "203.0.113.7"}):
        other = app.test_client()
        other.set_cookie("http-cdht", here.partition("=")[2].partition(";")[0])
        assert other.get("/tai-khoan", headers=proxied).status_code == 303


def test_a_wrong_password_keeps_the_name_and_says_no_more(visitor: Visitor) -> None:
    for name in ("lan", "nobody"):
        answer = visitor.sign_in(name, "không phải mật khẩu")
        assert answer.status_code == 400
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text
        assert "<title>Lỗi:" in answer.text
        assert f'value="{name}"' in answer.text
        assert "không phải mật khẩu" not in answer.text
    assert "Nhập mật khẩu" in visitor.fill_in("/dang-nhap", {"account": "lan"}, action="/dang-nhap").text


def test_after_several_failures_one_waits_here_as_under_the_api(visitor: Visitor) -> None:
    for _ in range(6):
        answer = visitor.sign_in("lan", "không phải mật khẩu")
    assert "Thử lại sau" in answer.text
    assert visitor.client.post("/api/sign-in", json={"account": "lan", "password": PASSWORD}).status_code == 429


def test_signing_out_ends_the_session_for_good(visitor: Visitor, database: Database, tenant: UUID) -> None:
    visitor.sign_in("lan")
    token = visitor.client.get_cookie("http-cdht")
    answer = visitor.fill_in("/tai-khoan", {}, action="/dang-xuat")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert token is not None
    visitor.client.set_cookie("http-cdht", token.value)
    assert visitor.get("/tai-khoan").status_code == 303


def test_a_form_of_another_site_or_without_its_token_changes_nothing(visitor: Visitor) -> None:
    visitor.sign_in("lan")
    fields = {"password": PASSWORD, "password_new": "một mật khẩu khác", "password_again": "một mật khẩu khác"}
    token = hidden_fields(visitor.get(CHANGE).text)
    assert visitor.client.post(CHANGE, data={**token, **fields}, headers={"Origin": "https://evil"}).status_code == 403
    assert visitor.client.post(CHANGE, data={**token, **fields}).status_code == 403
    for wrong in ({}, {TOKEN: ""}, {TOKEN: "ê"}, {TOKEN: token[TOKEN][:-4]}):
        answer = visitor.send(CHANGE, {**fields, **wrong})
        assert (answer.status_code, "Chưa gửi" in answer.text) == (400, True)
        assert "một mật khẩu khác" not in answer.text
    assert visitor.send(CHANGE, {**token, **fields}).status_code == 303


def test_a_token_of_another_session_is_no_good(app: Flask, visitor: Visitor, lan: str) -> None:
    visitor.sign_in("lan")
    other = Visitor(app.test_client())
    other.sign_in("vh")
    token = hidden_fields(other.get(CHANGE).text)
    assert "Chưa gửi" in visitor.send(CHANGE, {**token, "password": PASSWORD}).text
    assert "cookie" in Visitor(app.test_client()).send("/dang-nhap", {**token, "account": "lan"}).text


def test_a_session_goes_on_with_every_page_and_ends_sooner_for_whoever_reaches_far(
    app: Flask, lan: str, database: Database, tenant: UUID
) -> None:
    before, far, near = datetime.now(UTC), Visitor(app.test_client()), Visitor(app.test_client())
    far.sign_in("vh")
    near.sign_in(lan)
    for somebody in (far, near):
        assert somebody.get("/tai-khoan").status_code == 200
    with database.reading(tenant) as session:
        theirs = sa.select(AccountSession.expires).where(AccountSession.tenant_id == tenant)
        ends = sorted(session.scalars(theirs))
    idle = Idle()
    for end, after in zip(ends, (idle.wide, idle.others), strict=True):
        assert before + after * 0.9 <= end <= datetime.now(UTC) + after


def test_what_was_typed_after_the_session_had_ended_is_sent_after_signing_in_again(
    visitor: Visitor, database: Database, tenant: UUID
) -> None:
    visitor.sign_in("lan")
    fields = hidden_fields(visitor.get("/tai-khoan/phien/ket-thuc".replace("/phien/ket-thuc", "")).text, "/dang-xuat")
    with database.writing(tenant) as session:
        session.execute(sa.update(AccountSession).where(AccountSession.tenant_id == tenant).values(
            expires=datetime(2026, 1, 1, tzinfo=UTC)))  # fmt: skip
    typed = {**fields, "phien": "khac", "note": "Dòng 1\nDòng <b>2</b>", "password": "không được giữ"}
    answer = visitor.send("/tai-khoan/phien/ket-thuc", typed)
    assert answer.status_code == 401
    assert "Nội dung vừa nhập vẫn còn" in answer.text
    hidden = hidden_fields(answer.text, "/dang-nhap")
    assert hidden[KEPT]
    again = visitor.send("/dang-nhap", {**hidden, "account": "lan", "password": PASSWORD})
    assert (again.status_code, "Gửi nội dung đã nhập" in again.text) == (200, True)
    assert "Dòng 1\nDòng &lt;b&gt;2&lt;/b&gt;</textarea>" in again.text
    assert "không được giữ" not in again.text
    sent = visitor.send(
        "/tai-khoan/phien/ket-thuc", {**hidden_fields(again.text, "/tai-khoan/phien/ket-thuc"), "phien": "x"}
    )
    assert sent.status_code == 404  # done, as whoever has signed in: there is no such session


def test_what_somebody_else_typed_is_not_offered(visitor: Visitor, app: Flask) -> None:
    visitor.sign_in("lan")
    fields = hidden_fields(visitor.get("/tai-khoan").text, "/dang-xuat")
    visitor.client.delete_cookie("http-cdht")
    hidden = hidden_fields(visitor.send("/noi-lam-viec/doi", {**fields, "noi": "x"}).text, "/dang-nhap")
    answer = visitor.send("/dang-nhap", {**hidden, "account": "vh", "password": PASSWORD})
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/trang-chu")


@pytest.mark.parametrize("kept", ["", "x", "e30=", "WyIvL2V2aWwiLCBbXV0=", "ê"])
def test_what_nobody_kept_is_ignored(visitor: Visitor, kept: str) -> None:
    page = hidden_fields(visitor.get("/dang-nhap").text, "/dang-nhap")
    assert visitor.send("/dang-nhap", {**page, KEPT: kept, "account": "lan", "password": PASSWORD}).status_code == 303


def test_sessions_are_listed_and_others_ended(app: Flask, visitor: Visitor, lan: str) -> None:
    visitor.sign_in("lan")
    others = [Visitor(app.test_client()) for _ in range(2)]
    for one in others:
        one.sign_in("lan")
    assert visitor.get("/tai-khoan").text.count("phiên bắt đầu lúc") == 2
    answer = visitor.fill_in("/tai-khoan", {"phien": "khac"}, action="/tai-khoan/phien/ket-thuc")
    assert answer.headers["Location"] == "/tai-khoan"
    assert "Đã kết thúc phiên" in visitor.get("/tai-khoan").text
    assert "Đã kết thúc phiên" not in visitor.get("/tai-khoan").text
    assert [one.get("/tai-khoan").status_code for one in others] == [303, 303]


def test_the_own_password_is_changed_and_faults_stand_at_their_fields(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("lan")
    short = {"password": PASSWORD, "password_new": "ngắn", "password_again": "ngắn"}
    answer = visitor.fill_in(CHANGE, short)
    assert answer.status_code == 400
    assert "Mật khẩu phải có ít nhất 10 ký tự" in answer.text
    unlike = {**short, "password_new": "một mật khẩu khác", "password_again": "một mật khẩu nữa"}
    assert '<a href="#password_again">' in visitor.fill_in(CHANGE, unlike).text
    good = {**unlike, "password_again": "một mật khẩu khác"}
    assert visitor.fill_in(CHANGE, good).headers["Location"] == "/tai-khoan"
    assert "Đã đổi mật khẩu" in visitor.get("/tai-khoan").text
    assert Visitor(app.test_client()).sign_in("lan", "một mật khẩu khác").status_code == 303


def test_the_first_start_makes_an_administrator_for_whoever_reads_the_log(client: FlaskClient) -> None:
    visitor = Visitor(client)
    assert visitor.get("/dang-nhap").headers["Location"] == "/bat-dau"
    fields = {"full_name": "Trần Thị Lan", "name": "lan", "password": PASSWORD, "password_again": PASSWORD}
    answer = visitor.fill_in("/bat-dau", {**fields, "code": "AAAA-BBBB"})
    assert (answer.status_code, "Mã khởi tạo chưa đúng" in answer.text) == (400, True)
    code = first_run.code(PEPPER)
    answer = visitor.fill_in("/bat-dau", {**fields, "name": "Lan", "password": "a", "code": code})
    assert "Tên đăng nhập chỉ gồm" in answer.text and "ít nhất 10 ký tự" in answer.text
    answer = visitor.fill_in("/bat-dau", {**fields, "code": code.lower().replace("-", " ")})
    assert answer.headers["Location"] == "/trang-chu"
    assert visitor.get("/trang-chu").headers["Location"] == "/van-hanh"
    assert visitor.get("/bat-dau").headers["Location"] == "/dang-nhap"
    assert visitor.client.post("/bat-dau", data={**fields, "code": code}, headers=ORIGIN).status_code in (303, 400)


def test_everybody_begins_at_the_home_of_the_role_and_may_work_elsewhere(
    app: Flask, visitor: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    visitor.sign_in("lan")
    assert "chưa giữ vai trò nào" in visitor.get("/trang-chu").text
    give(database, tenant, "lan", Role.AUDITOR, now)
    vh = Visitor(app.test_client())
    vh.sign_in("vh")
    assert vh.get("/trang-chu").headers["Location"] == "/van-hanh"
    assert "Toàn hệ thống" in vh.get("/van-hanh").text
    answer = vh.fill_in("/noi-lam-viec", {}, action="/dang-xuat")
    assert answer.status_code == 303


def test_the_language_changes_on_the_same_page_and_stays(visitor: Visitor) -> None:
    page = visitor.get("/dang-nhap")
    assert '<html lang="vi">' in page.text
    answer = visitor.get("/ngon-ngu/en?tiep=/dang-nhap")
    assert answer.headers["Location"] == "/dang-nhap"
    assert '<html lang="en">' in visitor.get("/dang-nhap").text
    assert "Sign in" in visitor.get("/dang-nhap").text
    assert visitor.get("/ngon-ngu/xx?tiep=//evil.example").headers["Location"] == "/"


def test_what_is_not_there_too_large_or_refused_has_a_page_in_vietnamese(visitor: Visitor) -> None:
    assert "Không tìm thấy trang này" in visitor.get("/khong-co").text
    visitor.sign_in("lan")
    assert visitor.get("/tai-khoan/khong-co").status_code == 404
    fields = hidden_fields(visitor.get(CHANGE).text)
    answer = visitor.send(CHANGE, {**fields, "password": "x" * 2_000_000})
    assert (answer.status_code, "quá lớn" in answer.text) == (413, True)
    assert visitor.client.delete("/tai-khoan", headers=ORIGIN).status_code == 405
    assert ONCE in fields and FormSent.__tablename__


def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_page(
    app: Flask, visitor: Visitor, database: Database, tenant: UUID
) -> None:
    visitor.sign_in("lan")
    for _ in range(2):
        Visitor(app.test_client()).sign_in("lan")
    end = "/tai-khoan/phien/ket-thuc"
    fields = {**hidden_fields(visitor.get("/tai-khoan").text, end), "phien": "khac"}
    first, second = visitor.send(end, fields), visitor.send(end, fields)
    assert [one.status_code for one in (first, second)] == [303, 303]
    assert first.headers["Location"] == second.headers["Location"] == "/tai-khoan"
    with database.reading(tenant) as session:
        of_forms = FormSent.tenant_id == tenant, ~FormSent.key.startswith("=")
        kept = session.scalars(sa.select(FormSent.location).where(*of_forms)).all()
    assert kept == ["/tai-khoan"]
    assert visitor.send(end, {**fields, ONCE: "another"}).status_code == 404, "there is none left to end"


def test_a_code_of_the_phone_is_set_up_asked_for_and_turned_off(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("lan")
    page = "/tai-khoan/ma-dang-nhap"
    assert visitor.fill_in(page, {}, action=f"{page}/bat-dau").headers["Location"] == page
    shown = visitor.get(page).text
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", shown)[0]
    assert "<svg" in shown
    assert "Đây không phải mã" in visitor.fill_in(page, {"code": "000000"}).text
    answer = visitor.fill_in(page, {"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</code>", answer.text)
    assert len(codes) == 10

    other = Visitor(app.test_client())
    asked = other.sign_in("lan")
    assert (asked.status_code, "Nhập mã đăng nhập" in asked.text) == (200, True)
    assert other.get("/tai-khoan").status_code == 303
    fields = hidden_fields(asked.text, "/dang-nhap/ma")
    wrong = other.send("/dang-nhap/ma", {**fields, "code": "AAAA"})
    assert "Mã chưa đúng" in wrong.text
    good = other.send("/dang-nhap/ma", {**hidden_fields(wrong.text, "/dang-nhap/ma"), "code": codes[0]})
    assert good.headers["Location"] == "/trang-chu"
    assert "đang bật" in other.get("/tai-khoan").text
    assert "Mã chưa đúng" in other.fill_in(f"{page}/tat", {"code": codes[0]}).text
    assert other.fill_in(f"{page}/tat", {"code": codes[1]}).headers["Location"] == "/tai-khoan"
    assert "chưa bật" in other.get("/tai-khoan").text


def test_a_role_that_reaches_far_leads_to_setting_up_a_code_and_then_on(app: Flask, visitor: Visitor, lan: str) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], require_second_factor=frozenset({Role.OPERATOR}))
    page = "/tai-khoan/ma-dang-nhap"
    visitor.sign_in("vh")
    for path in ("/van-hanh", "/van-hanh/nguoi-dung"):
        assert visitor.get(path).headers["Location"] == page, path
    assert visitor.client.get("/api/accounts").status_code == 403
    refused = visitor.client.post("/api/accounts", json={}, headers=ORIGIN)
    assert (refused.status_code, page in refused.text) == (403, True)
    told = visitor.get(page).text
    assert "Cài một lần, chừng hai phút" in told and "/dang-xuat" in told
    assert visitor.get("/tai-khoan").status_code == 200
    visitor.fill_in(page, {}, action=f"{page}/bat-dau")
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", visitor.get(page).text)[0]
    done = visitor.fill_in(page, {"code": pyotp.TOTP(secret).now()}).text
    assert 'href="/trang-chu"' in done
    assert visitor.get("/van-hanh").status_code == 200
    code = re.findall(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</code>", done)[0]
    assert "Đổi điện thoại" in visitor.get(page).text
    visitor.fill_in(f"{page}/tat", {"code": code})
    assert visitor.get("/van-hanh").headers["Location"] == page
    other = Visitor(app.test_client())
    other.sign_in(lan)
    assert other.get("/trang-chu").headers.get("Location") != page
    for roles, asked in ((frozenset({Role.OPERATOR}), False), (frozenset(Role), True)):
        app.extensions["settings"] = replace(app.extensions["settings"], require_second_factor=roles)
        with app.app_context():
            assert needs_code([Held(Role.WORKER)]) is asked


def test_every_word_of_a_page_has_its_english_and_no_catalogue_holds_another() -> None:
    faults = []
    english: dict[Any, Any] = {}
    for catalogue in sorted(languages.CATALOGUES.glob("*/translations/en.po")):
        folder = catalogue.parent.parent
        methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
        found = {
            message
            for _, _, message, _, _ in extract_from_dir(folder, methods, keywords={**DEFAULT_KEYWORDS, "_l": None})
        }
        with catalogue.open("rb") as file:
            told = read_po(file)
        known = {one.id for one in told if one.id and one.string and not one.fuzzy}
        faults += [f"{folder.name}: no English of {one!r}" for one in found - known]
        others = {one.id: one.string for one in told if one.id in english and english[one.id] != one.string}
        faults += [f"{folder.name}: {id!r} is {one!r} here, {english[id]!r} elsewhere" for id, one in others.items()]
        english |= {one.id: one.string for one in told if one.id}
        unused = {one.id for one in told if one.id} - found | set(told.obsolete)
        faults += [f"{folder.name}: {one!r} stands on no page" for one in unused]
    assert faults == [], "`make words`, then write the English of what is new"
    assert len(list(languages.CATALOGUES.glob("*/templates"))) == len(list(languages.CATALOGUES.glob("*/translations")))
