"""One address looks up so many certificates a minute, and others are not held up by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.access import look_ups
from certification.access.look_ups import Limit, SharedLimit
from certification.access.permissions import Role
from certification.certificates import codes
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.certificates.issued import entries, issue, recognise
from tests.certification.web.visitor import Visitor
from tests.conftest import PEPPER


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_an_address_that_asks_too_often_waits_and_another_does_not() -> None:
    clock = Clock()
    limit = Limit(60, clock)
    assert [limit.wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert limit.wait("b") == 0
    clock.at += 0.5
    assert limit.wait("a") == 1
    clock.at += 0.6
    assert (limit.wait("a"), limit.wait("a")) == (0, 1)
    assert limit.wait("b", 59) == 0
    assert limit.wait("b", 30) == 29  # one came back meanwhile
    clock.at += 3600
    assert limit.wait("b", 1000) == 0  # what costs more than there can be takes all
    assert limit.wait("b") == 1


def test_a_limit_of_0_is_none_and_addresses_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {Limit(0).wait("a") for _ in range(1000)} == {0}
    monkeypatch.setattr(look_ups, "MOST_ASKERS", 3)
    limit = Limit(1, Clock())
    for address in "abcd":
        assert limit.wait(address) == 0
    assert limit.wait("d") == 60
    assert limit.wait("a") == 0


def test_all_processes_of_an_installation_count_together(
    database: Database, tenant: UUID, now: datetime, count_commands: Callable[[], Any]
) -> None:
    if database.is_sqlite:
        assert isinstance(look_ups.limit(database, PEPPER, 4), Limit), "one process serves"
        return
    at = [now]
    here, there = (SharedLimit(database, PEPPER, 4, lambda: at[0]) for _ in range(2))
    assert [here.wait("a"), there.wait("a", 2), here.wait("a")] == [0, 0, 0]
    assert [there.wait("a"), here.wait("a", 100)] == [15, 60]
    assert there.wait("b") == 0
    at[0] += timedelta(seconds=14.5)
    assert here.wait("a") == 1
    at[0] += timedelta(seconds=0.5)
    assert (there.wait("a"), here.wait("a")) == (0, 15)
    with count_commands() as commands:
        here.wait("b")
    assert len([one for one in commands if "certification_" in one]) == 1
    assert SharedLimit(database, PEPPER, 0).wait("a") == 0


@pytest.fixture
def code(database: Database, tenant: UUID, now: datetime) -> str:
    recognise(database, tenant, now, "NV-1")
    issue(database, tenant, now)
    return entries(database, tenant)[0].code


def _asked(client: FlaskClient) -> Callable[..., int]:
    def asked(path: str, forwarded: str | None = None, address: str = "127.0.0.1") -> int:
        headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
        return client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    return asked


def test_look_ups_are_limited_by_address_whether_there_is_such_a_code_or_not(
    app: Flask, client: FlaskClient, code: str
) -> None:
    app.extensions["look_ups"] = Limit(4, Clock())
    by_code = f"/api/certificates/by-code/{code}"
    asked = _asked(client)
    said = [asked(by_code), asked(f"/k/{code}"), asked(f"/api/certificates/by-code/{codes.make()}"), asked("/k/no")]
    assert said == [200, 200, 404, 404]
    for path in (by_code, f"{by_code}/credential", f"{by_code}/paper", f"/k/{code}"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60" if "paper" in path else "15")
        assert code not in answer.text.replace(f"tiep=/k/{code}", "")  # the way back from another language
    assert "quá nhiều giấy" in client.get(f"/k/{code}").text
    assert asked(by_code, address="203.0.113.9") == 200


def test_whoever_follows_a_link_to_a_paper_gets_a_page_that_says_when_to_try_again(
    app: Flask, client: FlaskClient, code: str
) -> None:
    app.extensions["look_ups"] = Limit(1, Clock())
    people = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    path = f"/api/certificates/by-code/{code}/paper"
    assert client.get(path).mimetype == "application/pdf"
    answer = client.get(path, headers=people)
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (429, "text/html", "60")
    assert "Xin chờ một lát" in answer.text and "Thử lại sau 60 giây" in answer.text
    client.set_cookie("http-cdht-language", "en")
    assert "Try again in 60 seconds" in client.get(path, headers=people).text
    program = client.get(path, headers={"Accept": "*/*"})
    assert (program.status_code, program.mimetype) == (429, "application/json")


def test_a_page_in_place_of_a_file_knows_who_reads_it(
    app: Flask, client: FlaskClient, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.OPERATOR, now)
    visitor = Visitor(app.test_client())
    visitor.sign_in("lan")
    people = {"Accept": "text/html,*/*;q=0.8"}
    paper = "/api/certificates/by-code/KHONGCO/paper"
    for path, status in {paper: 404, "/api/no-such-file.xlsx": 404, "/khong-co-trang-nay": 404}.items():
        told = visitor.get(path, headers=people)
        assert (told.status_code, told.mimetype) == (status, "text/html")
        assert "Đăng xuất" in told.text and ">Đăng nhập<" not in told.text
        assert ">Đăng nhập<" in client.get(path, headers=people).text


def test_who_is_signed_in_is_not_held_up_by_others_behind_the_same_address(
    app: Flask, client: FlaskClient, code: str, database: Database, tenant: UUID, now: datetime
) -> None:
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.OPERATOR, now)
    app.extensions["look_ups"], app.extensions["look_ups_signed_in"] = Limit(1, Clock()), Limit(2, Clock())
    path = f"/api/certificates/by-code/{code}"
    visitor = Visitor(app.test_client())
    visitor.sign_in("lan")
    assert [client.get(path).status_code for _ in range(2)] == [200, 429]
    assert [visitor.get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(path, headers={"Authorization": "Bearer none"}).status_code == 429


def test_behind_a_proxy_on_this_machine_the_address_that_it_names_counts(
    app: Flask, client: FlaskClient, code: str
) -> None:
    app.extensions["look_ups"] = Limit(1, Clock())
    path = f"/api/certificates/by-code/{code}"
    asked = _asked(client)
    assert asked(path, "203.0.113.1") == 200
    assert asked(path, "198.51.100.7, 203.0.113.1") == 429  # what the caller wrote before it counts for nothing
    assert asked(path, "203.0.113.2") == 200
    assert (asked(path, "2001:db8:1:2::1"), asked(path, "2001:db8:1:2:3::4")) == (200, 429)
    assert asked(path, "203.0.113.3", address="192.0.2.1") == 200  # nobody else names addresses for others
    assert asked(path, "203.0.113.4", address="192.0.2.1") == 429
    assert asked(path, "no address") == 200
