"""Sign-ins, refusals and attempts to get round stand in the log, and nobody's name does."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from certification.access.permissions import Role
from lrs.db import Database
from lrs.observing import logs
from tests.certification.access.people import PASSWORD, account, give
from tests.certification.web.visitor import ORIGIN, Visitor, hidden_fields

CANARIES = ("lan-0912345678", "0912345678", "Người lan", "tên người gõ", "không phải mật khẩu", "CANARY", PASSWORD)
CHANGE = "/tai-khoan/mat-khau"


class _Keep(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.plain: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logs._Json().format(record))
        self.plain.append(logs._Plain().format(record))


@pytest.fixture
def kept() -> Iterator[_Keep]:
    keep, watched = _Keep(), logging.getLogger("security")
    watched.addHandler(keep)
    before = watched.level
    watched.setLevel(logging.INFO)
    yield keep
    watched.removeHandler(keep)
    watched.setLevel(before)


@pytest.fixture
def visitor(app: Flask, database: Database, tenant: UUID, now: datetime) -> Visitor:
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    account(database, tenant, "lan-0912345678", now)
    return Visitor(app.test_client())


def events(kept: _Keep) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in kept.lines]
    said = "".join((*kept.lines, *kept.plain))
    assert [one for one in CANARIES if one in said] == []
    kept.lines.clear()
    kept.plain.clear()
    return found


def test_sign_ins_good_and_bad_are_told_of_one_name_alike(visitor: Visitor, kept: _Keep) -> None:
    for name in ("lan-0912345678", "lan-0912345678", "tên người gõ"):
        visitor.sign_in(name, "không phải mật khẩu")
    first, second, other = events(kept)
    assert (first["event"], first["way"], first["why"]) == ("sign-in-failed", "password", "SignInRefused")
    assert first["name"] == second["name"] != other["name"]
    assert first["from"] == other["from"] and first["route"] == "/dang-nhap" and first["request"]
    for _ in range(14):  # each failure after the fifth doubles the wait
        visitor.sign_in("lan-0912345678", "không phải mật khẩu")
    assert "TooOften" in {one["why"] for one in events(kept)}
    visitor.sign_in("vh")
    [begun] = events(kept)
    assert begun["event"] == "signed-in" and UUID(begun["account"])


def test_refusals_and_what_is_forged_are_told(visitor: Visitor, kept: _Keep) -> None:
    wrong = "Basic " + base64.b64encode(b"CANARY:CANARY").decode()
    for path in ("/xapi/statements", "/api/units"):
        headers = {"Authorization": wrong, "X-Experience-API-Version": "2.0.0"}
        assert visitor.get(path, headers=headers).status_code == 401
    assert [one["event"] for one in events(kept)] == ["unauthenticated"] * 2
    assert visitor.get("/api/units").status_code == 401
    assert visitor.get("/CANARY?CANARY=1").status_code == 404
    assert events(kept) == [], "who claims nothing is no event"
    visitor.sign_in("lan-0912345678")
    whose = events(kept)[0]["account"]
    assert visitor.get("/van-hanh").status_code == 403
    [refused] = events(kept)
    assert (refused["event"], refused["status"], refused["account"]) == ("refused", 403, whose)
    token = hidden_fields(visitor.get(CHANGE).text)
    assert visitor.client.post(CHANGE, data=token, headers={"Origin": "https://CANARY.example"}).status_code == 403
    assert visitor.client.post(CHANGE, data={"password": "CANARY"}, headers=ORIGIN).status_code == 400
    assert [one["event"] for one in events(kept)] == ["refused", "form-refused"]
    visitor.client.post("/dang-xuat", data=token, headers=ORIGIN)
    visitor.sign_in("vh")
    events(kept)
    assert visitor.get("/van-hanh/nguoi-dung/CANARY").status_code == 404
    assert visitor.get("/api/acts?cursor=CANARY").status_code == 400
    assert [(one["event"], one["route"]) for one in events(kept)] == [
        ("not-there-or-not-theirs", "/van-hanh/nguoi-dung/<name>"),
        ("link-refused", "/api/acts"),
    ]


@pytest.mark.parametrize("form", [logs.PLAIN, logs.JSON])
def test_what_comes_from_outside_makes_no_line_of_its_own(form: str) -> None:
    forged = "x\r\n2026-11-22 03:00:00,000 INFO security: signed-in account=1\x1b[2J\u2028"
    formatter = logs._Json() if form == logs.JSON else logs._Plain()
    try:
        raise ValueError(forged)
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("lrs", logging.ERROR, "", 0, "it says %s", (forged,), told)
    lines = formatter.format(record).split("\n")
    assert "security: signed-in" in lines[0] and "\x1b" not in lines[0] and "\r" not in lines[0]
    assert [line for line in lines[1:] if not line.startswith("    ")] == []
    assert form == logs.PLAIN or len(lines) == 1
