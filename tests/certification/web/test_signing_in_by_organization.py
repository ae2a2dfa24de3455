"""Signing in at an organization's own sign-in, by pages: the way there and back, and what people are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.access import providers, records
from certification.access.permissions import Role
from certification.web.frame import form_tokens
from lrs.db import Database
from tests.certification.access.oidc_provider import CLIENT, SECRET, OidcProvider, serving
from tests.certification.access.people import PASSWORD, account, give
from tests.certification.web.visitor import Visitor, hidden_fields
from tests.conftest import PEPPER

SAID: dict[str, Any] = {"pepper": PEPPER, "by": "test", "reason": "công văn 12"}


@pytest.fixture(scope="module")
def server() -> Iterator[OidcProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def there(server: OidcProvider) -> OidcProvider:
    server.__dict__.update(OidcProvider(server.issuer).__dict__)
    return server


@pytest.fixture
def way(database: Database, tenant: UUID, there: OidcProvider, now: datetime) -> str:
    """Where the button leads."""
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    account(database, tenant, "lan", now)
    with database.writing(tenant) as session:
        told = {"name": "LĐLĐ tỉnh", "issuer": there.issuer, "client_id": CLIENT, "secret": SECRET}
        made = providers.set_provider(session, tenant, "ldld", now=now, **told, **SAID)
        providers.link(session, tenant, "lan", "ldld", "u-17", now=now, **SAID)
    return f"/dang-nhap/to-chuc/{tenant}/{made.id}"


@pytest.fixture
def visitor(client: FlaskClient, way: str) -> Visitor:
    return Visitor(client)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def come_back(visitor: Visitor, way: str, brought: dict[str, str]) -> Any:
    return visitor.get(f"{way}/xong?{urlencode(brought)}")


def test_the_button_leads_there_and_back_to_where_the_reader_wanted_to(
    visitor: Visitor, way: str, there: OidcProvider
) -> None:
    page = visitor.get("/dang-nhap?tiep=/tai-khoan")
    assert "Đăng nhập bằng LĐLĐ tỉnh" in page.text
    assert f'href="{way}?tiep=/tai-khoan"' in page.text
    sent = visitor.get(f"{way}?tiep=/tai-khoan")
    assert (sent.status_code, sent.headers["Cache-Control"]) == (303, "no-store")
    cookie = sent.headers["Set-Cookie"]
    assert "cdht-way=" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    back = there.sent_back(sent.headers["Location"])
    assert urlsplit(back).netloc == "cdht.example.vn"
    assert urlsplit(back).path == f"{way}/xong"
    answer = visitor.get(f"{way}/xong?{urlsplit(back).query}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan")
    assert "Người lan" in visitor.get("/tai-khoan").text
    again = visitor.get(f"{way}/xong?{urlsplit(back).query}")
    assert (again.status_code, "đã dùng rồi" in again.text) == (400, True)


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/", "/\\evil.example", "\x00", "x"])
def test_nobody_is_led_to_another_site_afterwards(visitor: Visitor, way: str, there: OidcProvider, onward: str) -> None:
    sent = visitor.get(way, query_string={"tiep": onward})
    answer = come_back(visitor, way, there.visit(sent.headers["Location"]))
    assert answer.headers["Location"] == "/trang-chu"


def test_people_are_told_in_plain_words_why_not(visitor: Visitor, way: str, there: OidcProvider) -> None:
    def told(brought: dict[str, str] | None = None) -> str:
        sent = visitor.get(f"{way}?tiep=/tai-khoan")
        came = there.visit(sent.headers["Location"])
        answer = come_back(visitor, way, came if brought is None else {"state": came["state"], **brought})
        assert answer.status_code == 400
        assert "<title>Lỗi:" in answer.text
        assert 'name="tiep" value="/tai-khoan"' in answer.text
        return str(answer.text)

    assert "đã dừng đăng nhập ở LĐLĐ tỉnh" in told({"error": "access_denied"})
    assert "không cho đăng nhập vào đây" in told({"error": "server_error", "error_description": "<b>x</b>"})
    assert "chưa trả lời được" in told({"code": "x"})
    there.person = {"sub": "người lạ"}
    stranger = told()
    assert "chưa được nối với tài khoản nào" in stranger
    assert "người lạ" not in stranger
    there.metadata = {"issuer": "https://evil.example"}


def test_what_is_asked_for_wrongly_is_no_fault_of_the_server(visitor: Visitor, way: str, tenant: UUID) -> None:
    nobody = f"/dang-nhap/to-chuc/{tenant}/{UUID(int=7)}"
    for path in (nobody, f"{nobody}/ra", f"{nobody}/xong", f"{way}/xong", f"{way}/xong?state=%00&code=%ff"):
        assert visitor.get(path).status_code == 400, path
    assert visitor.get("/dang-nhap?noi=%00").status_code == 200
    assert visitor.get("/dang-nhap/to-chuc/x/y").status_code == 404
    assert "Đã đăng xuất" not in visitor.get(f"/dang-nhap?da_ra={UUID(int=7)}").text


def test_what_was_typed_when_the_session_had_ended_is_sent_afterwards(
    visitor: Visitor, way: str, there: OidcProvider
) -> None:
    visitor.sign_in("lan")
    fields = {**hidden_fields(visitor.get("/tai-khoan/mat-khau").text), "ghi": "một câu dài"}
    visitor.client.delete_cookie("http-cdht")
    asked = visitor.send("/tai-khoan/mat-khau", fields)
    assert asked.status_code == 401
    form = hidden_fields(asked.text, way)
    assert form[form_tokens.KEPT]
    page = visitor.send(way, form)
    assert (page.status_code, "Tiếp tục" in page.text) == (200, True)
    address = page.text.partition(there.issuer)[2].partition('"')[0].replace("&amp;", "&")
    answer = come_back(visitor, way, there.visit(there.issuer + address))
    assert (answer.status_code, "một câu dài" in answer.text) == (200, True)


def test_signing_out_here_offers_to_sign_out_there(visitor: Visitor, way: str, there: OidcProvider) -> None:
    come_back(visitor, way, there.visit(visitor.get(way).headers["Location"]))
    out = visitor.fill_in("/tai-khoan", {}, action="/dang-xuat")
    page = visitor.get(out.headers["Location"]).text
    assert "Đăng xuất ở LĐLĐ tỉnh" in page
    assert f"{way}/ra" in page
    leads = visitor.get(f"{way}/ra").headers["Location"]
    assert leads.startswith(
        f"{there.issuer}/end?client_id={CLIENT}&post_logout_redirect_uri=https%3A%2F%2Fcdht.example"
    )
    there.metadata = {"end_session_endpoint": None}
    assert visitor.get("/tai-khoan").status_code == 303


def test_an_owner_links_the_own_account_and_ends_that_with_the_password_each_time(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    visitor: Visitor,
    way: str,
    there: OidcProvider,
    now: datetime,
) -> None:
    account(database, tenant, "hoa", now)
    visitor.sign_in("hoa")
    page = f"/tai-khoan/to-chuc/{way.rpartition('/')[2]}"

    def sent_off() -> dict[str, str]:
        asked = visitor.fill_in(f"{page}/noi", {"password": PASSWORD})
        assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
        address = asked.text.partition(f'href="{there.issuer}')[2].partition('"')[0].replace("&amp;", "&")
        return there.visit(there.issuer + address)

    assert "Đăng nhập bằng tổ chức chưa nối" in words(visitor.get("/tai-khoan").text)
    assert "Mật khẩu chưa đúng" in visitor.fill_in(f"{page}/noi", {"password": "một câu khác hẳn"}).text
    there.person = {"sub": "u-17"}  # who is linked with lan
    taken = come_back(visitor, way, sent_off())
    assert (taken.status_code, "đã được nối với tài khoản khác" in taken.text) == (400, True)
    there.person = {"sub": "u-18"}
    brought = sent_off()
    answer = come_back(visitor, way, brought)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan/to-chuc")
    assert "LĐLĐ tỉnh đang nối" in words(visitor.get("/tai-khoan/to-chuc").text)
    assert come_back(visitor, way, brought).status_code == 400, "once"
    other = Visitor(client.application.test_client())
    answer = come_back(other, way, there.visit(other.get(way).headers["Location"]))
    assert "Người hoa" in other.get("/tai-khoan").text
    assert "Mật khẩu chưa đúng" in visitor.fill_in(f"{page}/bo", {"password": "một câu khác hẳn"}).text
    assert visitor.fill_in(f"{page}/bo", {"password": PASSWORD}).headers["Location"] == "/tai-khoan/to-chuc"
    assert other.get("/tai-khoan").status_code == 303, "sessions begun there have ended"
    assert visitor.fill_in(f"{page}/bo", {"password": PASSWORD}).status_code == 404
    with database.reading(tenant) as session:
        told = [(one.act, one.by) for one in records.latest(session, tenant, limit=9, about="hoa") if "link" in one.act]
    assert told == [("unlink-sign-in", "hoa"), ("link-sign-in", "hoa")]


def test_who_set_out_to_link_one_account_signs_nobody_in_and_links_no_other(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    visitor: Visitor,
    way: str,
    there: OidcProvider,
    now: datetime,
) -> None:
    account(database, tenant, "hoa", now)
    page = f"/tai-khoan/to-chuc/{way.rpartition('/')[2]}/noi"
    visitor.sign_in("hoa")
    asked = visitor.fill_in(page, {"password": PASSWORD})
    address = asked.text.partition(f'href="{there.issuer}')[2].partition('"')[0].replace("&amp;", "&")
    brought = there.visit(there.issuer + address)
    visitor.fill_in("/tai-khoan", {}, action="/dang-xuat")
    assert come_back(visitor, way, brought).status_code == 400
    assert visitor.get("/tai-khoan").status_code == 303
    visitor.sign_in("lan")
    assert come_back(visitor, way, brought).status_code == 400
    assert visitor.get(f"/tai-khoan/to-chuc/{UUID(int=7)}/noi").status_code == 404


def test_without_an_address_to_come_back_to_nothing_is_offered(app: Flask, visitor: Visitor, way: str) -> None:
    from dataclasses import replace

    app.extensions["settings"] = replace(app.extensions["settings"], public_url="")
    assert "LĐLĐ tỉnh" not in visitor.get("/dang-nhap").text
    assert visitor.get(way).status_code == 400
