"""What persons say, over HTTP: points, lists, declarations, disputes, items of channels; guarded by branch."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certification.access.permissions import Role
from certification.judgement import assessments
from certification.people import linking
from certification.rules.criteria import PROGRAMME
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database
from tests.certification import learning
from tests.certification.access.people import account, give, signed_in
from tests.certification.evidence.test_attendance_lists import list_csv, said
from tests.certification.evidence.test_declarations import PDF
from tests.certification.world import World
from tests.conftest import PEPPER

Headers = dict[str, str]
TODAY = vietnam_day(datetime.now(UTC))


@pytest.fixture
def staff(world: World) -> list[UUID]:
    """NV-1 and NV-2 in dn/a, NV-3 in dn/c, which is in another province."""
    with world.database.writing(world.tenant) as session:
        return [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/c")]


@pytest.fixture
def member(world: World, client: FlaskClient) -> Callable[..., Headers]:
    """Makes an account with a role; gives the headers of whoever has signed in to it."""

    def make(name: str, role: Role | None = None, unit: str | None = None, worker: UUID | None = None) -> Headers:
        account(world.database, world.tenant, name, world.now, worker=worker)
        if role is not None:
            give(world.database, world.tenant, name, role, world.now, organization=unit)
        return signed_in(client, name)

    return make


@pytest.fixture
def officer(member: Callable[..., Headers]) -> Headers:
    """Of the grassroots union of dn/a."""
    return member("lan", Role.GRASSROOTS_OFFICER, "cdcs/a")


@pytest.fixture
def elsewhere(member: Callable[..., Headers]) -> Headers:
    """Of the grassroots union of dn/c."""
    return member("xa", Role.GRASSROOTS_OFFICER, "cdcs/c")


@pytest.fixture
def worker(member: Callable[..., Headers], staff: list[UUID]) -> Headers:
    """NV-1."""
    return member("nv1", worker=staff[0])


def places(answer: TestResponse) -> list[str]:
    assert answer.json is not None
    return [fault["place"] for fault in answer.json["errors"]]


def sitting(points: dict[str, dict[str, Any]], **said: Any) -> dict[str, Any]:
    table = [{"worker": number, "points": one} for number, one in points.items()]
    return {"year": 2026, "basis": "Biên bản họp tổ", "table": table, **said}


def test_a_team_is_attested_and_every_fault_is_told_by_its_place(
    client: FlaskClient, staff: list[UUID], officer: Headers, elsewhere: Headers, worker: Headers
) -> None:
    good = sitting({"NV-1": {"CS4": 8}, "NV-2": {"CS4": 7, "CS8": 6}})
    tried = client.post("/api/attestations?dry_run=true", json=good, headers=officer)
    assert tried.status_code == 200
    assert client.get("/api/workers/NV-1/attestations?year=2026", headers=officer).json["attestations"] == []  # type: ignore[index]
    made = client.post("/api/attestations", json=good, headers=officer)
    assert made.status_code == 200
    assert len(made.json["attestations"]) == 3  # type: ignore[index]
    wrong = sitting({"NV-1": {"CS4": 11, "CS8": 7.5}, "NV-3": {"CS4": 8}}, on="2099-01-01")
    refused = client.post("/api/attestations", json=wrong, headers=officer)
    assert (refused.status_code, places(refused)) == (
        400,
        ["/on", "/table/0/points/CS4", "/table/0/points/CS8", "/table/1/worker"],
    )
    assert client.post("/api/attestations", json=good, headers=worker).status_code == 403
    assert places(client.post("/api/attestations", json=good, headers=elsewhere)) == ["/table/0/worker"] * 1 + [
        "/table/1/worker"
    ]
    first = made.json["attestations"][0]  # type: ignore[index]
    address = f"/api/workers/NV-1/attestations/{first}/withdraw"
    assert client.post(address, json={"reason": "ghi nhầm"}, headers=elsewhere).status_code == 404
    assert client.post(address, json={"reason": " "}, headers=officer).status_code == 400
    assert client.post(address, json={"reason": "ghi nhầm"}, headers=officer).status_code == 200
    assert client.post(address, json={"reason": "ghi nhầm"}, headers=officer).status_code == 409
    for nobody in ("x", "01a1fcf5-6603-7180-b896-caee3d6fd77e"):
        again = client.post(address.replace(first, nobody), json={"reason": "x"}, headers=officer)
        assert again.status_code == 404


def test_what_another_role_attests_is_a_fault_at_its_cell(
    client: FlaskClient, world: World, staff: list[UUID], officer: Headers, member: Callable[..., Headers]
) -> None:
    learning.part(world.database, world.tenant, world.now, grassroots_officer=["CS8"], team_lead=[])
    refused = client.post("/api/attestations", json=sitting({"NV-1": {"CS4": 8, "CS8": 7}}), headers=officer)
    assert (refused.status_code, places(refused)) == (400, ["/table/0/points/CS4"])
    above = member("tinh", Role.UPPER_OFFICER, "cd/lai-chau")
    made = client.post("/api/attestations", json=sitting({"NV-1": {"CS4": 8, "CS8": 7}}), headers=above)
    assert made.status_code == 200, made.text
    one = made.json["attestations"][0]  # type: ignore[index]
    answer = client.post(f"/api/workers/NV-1/attestations/{one}/withdraw", json={"reason": "nhầm"}, headers=officer)
    assert answer.status_code == 403


def test_an_officer_who_is_a_worker_attests_everybody_else(
    client: FlaskClient, world: World, staff: list[UUID], member: Callable[..., Headers]
) -> None:
    headers = member("hoa", Role.GRASSROOTS_OFFICER, "cdcs/a", worker=staff[0])
    oneself = client.post("/api/attestations", json=sitting({"NV-1": {"CS4": 10}, "NV-2": {"CS4": 8}}), headers=headers)
    assert (oneself.status_code, places(oneself)) == (400, ["/table/0/worker"])
    assert client.post("/api/attestations", json=sitting({"NV-2": {"CS4": 8}}), headers=headers).status_code == 200


def test_a_worker_scores_oneself_and_nobody_else(
    client: FlaskClient, staff: list[UUID], officer: Headers, worker: Headers
) -> None:
    body = {"year": 2026, "scores": [{"indicator": "CS1", "points": 9, "note": "đọc báo"}]}
    assert client.put("/api/workers/NV-1/self-scores", json=body, headers=worker).status_code == 200
    assert client.put("/api/workers/NV-2/self-scores", json=body, headers=worker).status_code == 404
    assert client.put("/api/workers/NV-1/self-scores", json=body, headers=officer).status_code == 403
    wrong = {"year": 2026, "scores": [{"indicator": "CS1", "points": 11}]}
    assert places(client.put("/api/workers/NV-1/self-scores", json=wrong, headers=worker)) == ["/scores/0/points"]
    told = client.get("/api/workers/NV-1/attestations?year=2026", headers=worker).json
    assert [one["points"] for one in told["self_scores"]] == [9]  # type: ignore[index]


def test_a_list_is_brought_in_by_its_own_branch_and_given_back(
    client: FlaskClient, staff: list[UUID], officer: Headers, elsewhere: Headers, worker: Headers
) -> None:
    rows = list_csv(said("NV-1"), said("NV-2"))
    address = "/api/attendance-lists?organizer=cdcs/a&list=DS-01"

    def bring(data: bytes, headers: Headers, more: str = "", kind: str = "text/csv") -> TestResponse:
        return client.post(address + more, data=data, content_type=kind, headers=headers)

    tried = bring(list_csv(said("NV-1"), said("NV-9")), officer, "&dry_run=true")
    assert tried.json is not None
    assert (tried.json["version"], tried.json["added"], tried.json["left_out"]) == (None, 1, 1)
    assert bring(rows, worker).status_code == 403
    assert (bring(rows, elsewhere).status_code, places(bring(rows, elsewhere))) == (400, ["organizer"])
    assert places(bring(list_csv(said("NV-1"), said("NV-3")), officer)) == ["row 3, Mã người lao động"]
    assert bring(PDF, officer, kind="application/pdf").status_code == 415
    assert bring(b"<html>", officer).status_code == 400
    assert bring(b"x" * 16_000_001, officer).status_code == 413
    for _ in range(2):
        done = bring(rows, officer)
        assert done.status_code == 200
        assert done.json["version"] == 1  # type: ignore[index]
    told = client.get(address, headers=officer).json
    assert [one["recorded_by"] for one in told["versions"]] == ["lan"]  # type: ignore[index]
    file = client.get(address.replace("lists?", "lists/file?"), headers=officer)
    assert file.data == rows
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(address, headers=elsewhere).status_code == 400
    gone = {"organizer": "cdcs/a", "list": "DS-01", "reason": "không có buổi học"}
    assert client.post("/api/attendance-lists/withdraw", json=gone, headers=elsewhere).status_code == 400
    assert client.post("/api/attendance-lists/withdraw", json=gone, headers=officer).json["voided"] == 2  # type: ignore[index]
    assert client.post("/api/attendance-lists/withdraw", json=gone, headers=officer).status_code == 409
    gone["list"] = "DS-99"
    assert client.post("/api/attendance-lists/withdraw", json=gone, headers=officer).status_code == 404


def declared(**said: Any) -> dict[str, Any]:
    file = {"name": "cc.pdf", "content": base64.b64encode(PDF).decode()}
    usual = {"kind": "certificate", "title": "Tin học", "learned_on": "2026-05-04", "provider": "GDTX", "file": file}
    return {**usual, "certificate_number": "CN-1", "topics": ["digital-able"], **said}


def test_a_declaration_is_the_workers_and_somebody_else_decides(
    client: FlaskClient, staff: list[UUID], officer: Headers, elsewhere: Headers, worker: Headers
) -> None:
    mine, decide = "/api/workers/NV-1/declarations", {"unit": "cdcs/a", "reason": "đã xem bản gốc"}
    assert client.post("/api/workers/NV-2/declarations", json=declared(), headers=worker).status_code == 404
    assert client.post(mine, json=declared(), headers=elsewhere).status_code == 404
    bad = declared(learned_on="2099-01-01", file={"content": base64.b64encode(b"<html>").decode()}, title="0912345678")
    assert sorted(places(client.post(mine, json=bad, headers=worker))) == ["/file", "/learned_on", "/title"]
    assert places(client.post(mine, json=declared(file={"content": "%%%"}), headers=worker)) == ["/file/content"]
    made = client.post(mine, json=declared(), headers=worker)
    assert made.status_code == 201
    one = made.json["declaration"]  # type: ignore[index]
    assert one["state"] == "declared"
    for headers, seen in ((officer, 1), (worker, 1), (elsewhere, 0)):
        listed = client.get("/api/declarations?state=declared", headers=headers).json
        assert len(listed["items"]) == seen  # type: ignore[index]
        file = client.get(f"{mine}/{one['id']}/file", headers=headers)
        assert (file.status_code, file.data if seen else b"") == ((200, PDF) if seen else (404, b""))
    assert client.post(f"{mine}/{one['id']}/confirm", json=decide, headers=worker).status_code == 403
    assert client.post(f"{mine}/{one['id']}/confirm", json=decide, headers=elsewhere).status_code == 404
    foreign = {**decide, "unit": "cdcs/c"}
    assert places(client.post(f"{mine}/{one['id']}/confirm", json=foreign, headers=officer)) == ["/unit"]
    done = client.post(f"{mine}/{one['id']}/confirm", json=decide, headers=officer)
    assert [step["level"] for step in done.json["steps"]] == [0, 3]  # type: ignore[index]
    assert client.post(f"{mine}/{one['id']}/confirm", json=decide, headers=officer).status_code == 409
    assert client.post(f"{mine}/{one['id']}/withdraw", json={"reason": "x"}, headers=worker).status_code == 200
    assert client.get(f"{mine}/{one['id']}", headers=worker).json["declaration"]["state"] == "withdrawn"  # type: ignore[index]


def test_a_dispute_is_the_workers_and_somebody_else_answers(
    client: FlaskClient, staff: list[UUID], officer: Headers, elsewhere: Headers, worker: Headers, world: World,
    identity: api.Identity, database: Database,
) -> None:  # fmt: skip
    with database.writing(world.tenant) as session:
        for number, name in (("NV-1", "an"), ("NV-2", "ba")):
            linking.link(session, world.tenant, f"https://hoc.example.org|{name}", number, by="test", now=world.now)
    mine_, hers = learning.statement("an"), learning.statement("ba")
    learning.store(database, identity, mine_, hers)
    mine, reason = "/api/workers/NV-1/disputes", {"reason": "Tôi không dự"}
    body = {"year": 2026, "statement": hers["id"], **reason}
    assert places(client.post(mine, json=body, headers=worker)) == ["/statement"]
    assert client.post(mine.replace("NV-1", "NV-2"), json=body, headers=worker).status_code == 404
    opened = client.post(mine, json={**body, "statement": mine_["id"]}, headers=worker)
    assert opened.status_code == 201
    address = f"{mine}/{opened.json['dispute']['id']}"  # type: ignore[index]
    with database.writing(world.tenant) as session:
        told: dict[str, Any] = {"as_of": TODAY, "now": world.now}
        assessments.assess(session, world.tenant, [staff[0]], PROGRAMME, 2026, **told)
    judged = client.get("/api/workers/NV-1/assessment?year=2026", headers=officer).json
    assert [one["statement"] for one in judged["open_disputes"]] == [mine_["id"]]  # type: ignore[index]
    answer = {"outcome": "voided", "unit": "cdcs/a", "reason": "Đúng, nhầm tên"}
    assert client.post(f"{address}/answer", json=answer, headers=worker).status_code == 403
    assert client.post(f"{address}/answer", json=answer, headers=elsewhere).status_code == 404
    assert len(client.get("/api/disputes?state=open", headers=elsewhere).json["items"]) == 0  # type: ignore[index]
    assert len(client.get("/api/disputes?state=open", headers=officer).json["items"]) == 1  # type: ignore[index]
    done = client.post(f"{address}/answer", json=answer, headers=officer)
    assert [step["what"] for step in done.json["steps"]] == ["opened", "answered"]  # type: ignore[index]
    assert client.post(f"{address}/withdraw", json=reason, headers=worker).status_code == 409
    assert client.post(f"{address}/reopen", json=reason, headers=worker).json["dispute"]["state"] == "open"  # type: ignore[index]
    assert client.get(address, headers=officer).json["dispute"]["state"] == "open"  # type: ignore[index]
    assert client.post(f"{address}/withdraw", json=reason, headers=worker).status_code == 200


def test_whoever_answers_about_one_of_two_that_tell_the_same_is_told_that_the_other_counts(
    client: FlaskClient, staff: list[UUID], officer: Headers, worker: Headers, world: World, database: Database,
    identity: api.Identity, credential: Callable[..., str],
) -> None:  # fmt: skip
    tenant = world.tenant
    with database.writing(tenant) as session:
        linking.link(session, tenant, "https://hoc.example.org|an", "NV-1", by="test", now=world.now)
    with database.reading(NOBODY) as session:
        other = api.identify(session, credential(tenant), pepper=PEPPER, now=world.now)
    counts = learning.statement("an", "language", result={"duration": "PT9M"})
    again = learning.statement("an", "language")
    learning.store(database, identity, counts)
    learning.store(database, other, again)
    learning.follow_all(database, tenant, world.now)
    with database.writing(tenant) as session:
        assessments.assess(session, tenant, [staff[0]], PROGRAMME, 2026, as_of=TODAY, now=world.now)
    judged: Any = client.get("/api/workers/NV-1/assessment?year=2026", headers=officer).json
    [shown] = judged["told_again"]
    assert (shown["counts"]["statement"], shown["others"]) == (counts["id"], 1)
    assert [one["statement"] for one in shown["again"]] == [again["id"]]
    assert "chỉ tính một lần" in shown["words"]
    learnt: Any = client.get("/api/workers/NV-1/learning?year=2026", headers=worker).json
    assert {one["statement"]: one["told_again"]["others"] for one in learnt["items"]} == {counts["id"]: 1}

    mine, body = "/api/workers/NV-1/disputes", {"year": 2026, "statement": counts["id"], "reason": "Tôi không dự"}
    opened: Any = client.post(mine, json=body, headers=worker).json
    address = f"{mine}/{opened['dispute']['id']}"
    seen: Any = client.get(address, headers=officer).json
    assert [one["statement"] for one in seen["beside"]["instead"]] == [again["id"]]
    answer = {"outcome": "voided", "unit": "cdcs/a", "reason": "Đúng, nhầm tên"}
    done: Any = client.post(f"{address}/answer", json=answer, headers=officer).json
    assert any("được tính thay" in words for words in done["beside"]["words"])
    learning.follow_all(database, tenant, world.now)
    assert {row[1] for row in learning.facts(database, tenant)} == {UUID(again["id"])}
    later: Any = client.get(address, headers=officer).json
    assert later["beside"] is None


def test_items_of_channels_are_those_of_the_branch(
    client: FlaskClient, staff: list[UUID], officer: Headers, elsewhere: Headers
) -> None:
    rows = "Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng\ncdcs/a,zalo,05/09/2026,Luật BHXH,20\n".encode()
    refused = client.post("/api/channel-items", data=rows, content_type="text/csv", headers=elsewhere)
    assert places(refused) == ["row 2, Mã đơn vị"]
    done = client.post("/api/channel-items", data=rows, content_type="text/csv", headers=officer)
    assert done.json["created"] == 1  # type: ignore[index]
    period = "first=2026-01-01&last=2026-12-31"
    told = client.get(f"/api/channel-items?unit=cdcs/a&{period}", headers=officer).json
    assert (told["items"], told["by_channel"]) == (20, {"zalo": 20})  # type: ignore[index]
    assert client.get(f"/api/channel-items?unit=cdcs/a&{period}", headers=elsewhere).status_code == 400
