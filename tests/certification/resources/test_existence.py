"""Nobody learns from a refusal whether a number of another branch is somebody's: no route tells it from none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.dossiers import proceedings
from certification.evidence.witnesses import Witness
from certification.models import Worker
from certification.people import merging
from certification.privacy import consents, requests
from tests.certification.resources.branches import Callers, Headers
from tests.certification.resources.test_hostile_requests import _operations, _plausible
from tests.certification.world import World

THEIRS, NOBODYS = "NV-3", "NV-9"
"""Somebody of another province, with a dossier, consents and requests; and a number that nobody has."""


@pytest.fixture
def theirs(world: World, people: dict[str, UUID]) -> str:
    now = datetime.now(UTC)
    operator = Who(world.tenant, "hoa", roles=(Held(Role.OPERATOR),))
    with world.database.writing(world.tenant) as session:
        proceedings.register(session, world.tenant, operator, THEIRS, now.year, now=now)
        shown = consents.wordings(session, world.tenant, "dn/c", now.date())
        agreed = [consents.Agreed(one.purpose.id, one.digest) for one in shown]
        told = {"how": consents.ON_PAPER, "paper": "Cặp 3", "by": "hoa", "now": now}
        consents.give(session, world.tenant, THEIRS, "dn/c", agreed, **told)
        requests.open_request(
            session, world.tenant, THEIRS, kind="see", reason="cho xem", witness=Witness("hoa"), now=now
        )
    return THEIRS


def _bodies(number: str) -> Iterator[tuple[str, str, Any]]:
    """Every operation that names a worker in its address, and those that do in their body."""
    for method, path, operation in _operations():
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        body = None if schema is None else _plausible("", schema)
        if "{number}" in path and "certificate" not in path:
            address = re.sub(r"\{(\w+)\}", lambda part: quote(_of(part[1], number), safe=""), path)
            yield method, address, body
    year = date.today().year  # noqa: DTZ011
    votes = {"worker": number, "votes_for": 5, "votes_of": 6}
    meeting = {"met_on": f"{year}-01-02", "present": 9, "absent": 0, "minutes": "1/BB"}
    refused = [{"worker": number, "reason": "chưa đủ"}]
    decision = {"year": year, "number": "9/QĐ", "decided_on": f"{year}-01-02", "signer": "Lê Văn Ký", "refused": []}
    decision["body"] = "vn/lai-chau"
    yield "POST", "/api/proposals", {"unit": "cdcs/a", "year": year, **meeting, "workers": [votes]}
    yield "POST", "/api/title-decisions", {**decision, "granted": [number]}
    yield "POST", "/api/title-decisions", {**decision, "granted": [], "refused": refused}
    table = [{"worker": number, "points": {"CS4": 8}}] * 2
    yield "POST", "/api/attestations", {"year": year, "basis": "họp tổ", "table": table}
    yield "POST", "/api/assessments/status", {"year": year, "workers": [number]}
    yield "PUT", "/api/teams", {"enterprise": "dn/a", "team": "Tổ 1", "members": [number]}
    for path in ("/api/links", "/api/links/not"):
        yield "POST", path, {"ifi": "mailto:a@example.org", "worker": number, "basis": "chị ấy nói"}
    for path in ("merge", "different"):
        yield "POST", f"/api/workers/NV-1/{path}", {"other": number, "basis": "một người"}
    for enterprise in ("dn/a", "dn/c"):
        for purpose in ("employer-training", "new-employer", "employer-transcript"):
            query = f"enterprise={quote(enterprise, safe='')}&purpose={purpose}"
            yield "GET", f"/api/workers/{number}/transcript?{query}", None


def _of(name: str, number: str) -> str:
    known = {"number": number, "year": str(date.today().year), "step": "register"}  # noqa: DTZ011
    return known.get(name) or str(_plausible(name, {}))


def _files(number: str) -> Iterator[tuple[str, bytes]]:
    year = date.today().year  # noqa: DTZ011
    attended = f"Mã người lao động,Nội dung,Ngày,Hình thức\n{number},An toàn,02/01/{year},lớp học\n".encode()
    yield "/api/attendance-lists?organizer=cdcs%2Fa&code=DS-1&kind=paper", attended
    links = f"Tài khoản học tập,Mã người lao động\nhttps://hoc.example.org|nv9,{number}\n".encode()
    yield "/api/links/file", links


def _answer(client: FlaskClient, headers: Headers, method: str, path: str, number: str, **sent: Any) -> tuple[int, str]:
    answer = client.open(path, method=method, headers=headers, **sent)
    text = answer.text if answer.mimetype == "application/json" else ""
    return answer.status_code, text.replace(number, "#")


def test_no_route_tells_a_number_of_another_branch_from_one_that_nobody_has(
    world: World, client: FlaskClient, callers: Callers, people: dict[str, UUID], theirs: str
) -> None:
    asking = {
        "officer of the province": callers.officer,
        "officer of the enterprise": callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a"),
        "enterprise": callers.enterprise,
        "auditor of the province": callers.of(Role.AUDITOR, "vn/lai-chau"),
        "worker": callers.of(None, worker=people["NV-1"]),
    }
    told: list[str] = []
    answered: dict[int, int] = {}
    for name, headers in asking.items():
        for (method, path, body), (_, none, nothing) in zip(_bodies(theirs), _bodies(NOBODYS), strict=True):
            there = _answer(client, headers, method, path, theirs, **_json(method, body))
            nowhere = _answer(client, headers, method, none, NOBODYS, **_json(method, nothing))
            answered[there[0]] = answered.get(there[0], 0) + 1
            if there != nowhere:
                told.append(f"{name}: {method} {path}\n  {there}\n  {nowhere}")
        for (path, data), (_, other) in zip(_files(theirs), _files(NOBODYS), strict=True):
            sent = {"content_type": "text/csv", "data": data}
            there = _answer(client, headers, "POST", path, theirs, **sent)
            nowhere = _answer(client, headers, "POST", path, NOBODYS, **(sent | {"data": other}))
            if there != nowhere:
                told.append(f"{name}: POST {path}\n  {there}\n  {nowhere}")
    assert told == []
    assert answered.get(404, 0) > 30
    assert answered.get(400, 0) > 10


def test_of_a_number_that_cannot_be_used_nobody_is_told_whose_it_is(
    world: World, client: FlaskClient, callers: Callers, people: dict[str, UUID]
) -> None:
    with world.database.writing(world.tenant) as session:
        gone, kept = world.employ(session, "dn/c"), world.employ(session, "dn/c")
        taken, merged = (session.get_one(Worker, one).number for one in (people[THEIRS], gone))
        merging.merge(
            session, world.tenant, session.get_one(Worker, kept).number, merged, by="hoa", basis="một người",
            now=world.now,
        )  # fmt: skip
    heading = "Mã người lao động,Họ và tên,Mã doanh nghiệp,Ngày vào làm"
    officer, enterprise = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a"), callers.enterprise
    told: set[str] = set()
    for number in (taken, merged):
        roster = f"{heading}\n{number},Lê Mai,dn/a,01/03/2026\n".encode()
        for path in ("/api/roster", "/api/roster?dry_run=true"):
            sent = {"data": roster, "content_type": "text/csv"}
            status, text = _answer(client, enterprise, "POST", path, number, **sent)
            assert status == 400
            (fault,) = json.loads(text)["errors"]
            told.add(fault["message"])
        body = {"other": number, "basis": "hai người", "employments": [{"enterprise": "dn/a", "started": "2021-01-01"}]}
        for headers in (officer, callers.officer):
            status, text = _answer(client, headers, "POST", "/api/workers/NV-1/split", number, **_json("POST", body))
            assert status in (400, 409), text
            (fault,) = json.loads(text)["errors"]
            told.add(fault["message"])
    (said,) = told
    assert "không dùng được" in said
    assert "công đoàn cấp trên" in said
    for word in ("dn/c", "doanh nghiệp", "người khác", "đã gộp", "đã dùng", "Lào Cai"):
        assert word not in said


def _json(method: str, body: Any) -> dict[str, Any]:
    if method not in ("POST", "PUT"):
        return {}
    return {"data": json.dumps(body), "content_type": "application/json"}
