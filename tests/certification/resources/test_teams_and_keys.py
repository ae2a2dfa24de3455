"""Teams, keys of programs, and what is published, over HTTP."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.vietnam import vietnam_day
from tests.certification.learning import statement
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.resources.test_people_and_roles import TODAY
from tests.certification.world import World

TEAM = {"enterprise": "dn/a", "team": "Tổ 1"}


def test_teams_are_set_for_the_own_branch_and_a_lead_sees_the_own_one(
    world: World, other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")  # NV-4

    def put(headers: Headers, expected: int = 200, query: str = "", **body: Any) -> Any:
        return ask(headers, f"/api/teams{query}", expected, method="PUT", json={**TEAM, **body})

    put(callers.officer, members=["NV-1"], query="?dry_run=true")
    assert ask(callers.officer, "/api/teams")["items"] == []
    made = put(callers.officer, members=["NV-1", "NV-4"])
    assert (made["came"], made["left"], made["team"]["members"]) == (2, 0, 2)
    team = made["team"]["id"]
    put(callers.operator, enterprise="dn/c", members=["NV-3"])
    lead = callers.of(Role.TEAM_LEAD, "dn/a", team="Tổ 1")
    assert [one["id"] for one in ask(lead, "/api/teams")["items"]] == [team]
    assert ask(callers.officer, "/api/teams")["items"][0]["leads"] == ["team-lead-2"]
    first = ask(callers.operator, "/api/teams?limit=1")
    rest = ask(callers.operator, f"/api/teams?limit=1&cursor={first['next']}")
    assert [one["enterprise"] for one in (*first["items"], *rest["items"])] == ["dn/a", "dn/c"]
    assert len(ask(callers.operator, "/api/teams?enterprise=dn/c")["items"]) == 1
    page = ask(lead, f"/api/teams/{team}?limit=1")
    more = ask(lead, f"/api/teams/{team}?limit=1&cursor={page['next']}")
    assert [one["number"] for one in (*page["items"], *more["items"])] == ["NV-1", "NV-4"]
    ahead = (TODAY + timedelta(7)).isoformat()
    changed = put(callers.officer, members=["NV-4"], on=ahead)
    assert (changed["came"], changed["left"]) == (0, 1)
    assert [one["number"] for one in ask(lead, f"/api/teams/{team}?on={ahead}")["items"]] == ["NV-4"]
    assert len(ask(lead, f"/api/teams/{team}")["items"]) == 2
    other = rest["items"][0]["id"]
    for headers, where in ((lead, other), (callers.officer, other), (callers.officer, "x")):
        ask(headers, f"/api/teams/{where}", 404)
    wrong = put(callers.officer, 400, members=["NV-1", "NV-3", "NV-9"], on="2026-01-01")
    assert places(wrong) == ["/on", "/members/1", "/members/2"]
    assert places(put(callers.officer, 400, members=[], team=" ")) == ["/team"]
    assert places(put(callers.officer, 400, enterprise="dn/c", members=[])) == ["/enterprise"]
    put(lead, 403, members=[])
    put(callers.enterprise, 403, members=[])


def test_a_key_of_a_branch_is_made_used_and_ended(
    world: World, other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    def post(headers: Headers, path: str = "", expected: int = 201, **body: Any) -> Any:
        return ask(headers, f"/api/keys{path}", expected, method="POST", json={"reason": "hợp đồng 3", **body})

    made = post(callers.operator, name="Nhân sự", role="enterprise", unit="dn/a", purpose="quản lý đào tạo")
    key = {"Authorization": "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()}
    ask(key, "/api/workers/NV-1/learning")
    ask(key, "/api/workers/NV-3/learning", 404)
    whole = post(callers.operator, name="Báo cáo")
    listed = ask(callers.operator, "/api/keys")["keys"]
    assert [(one["name"], one["revoked"]) for one in listed] == [("Nhân sự", None), ("Báo cáo", None)]
    assert made["secret"] not in str(listed)
    ended = post(callers.operator, f"/{made['key']}/end", 200)["key"]
    assert ended["revoked"] is not None
    ask(key, "/api/workers/NV-1/learning", 401)
    acts = ask(callers.operator, f"/api/access-record?about={made['key']}")["items"]
    assert {one["act"] for one in acts} == {"create-key", "give-role", "end-key"}
    post(callers.operator, "/khong-co/end", 404)
    wrong = post(callers.operator, "", 400, name="x", unit="dn/a", until="2020-01-01")
    assert places(wrong) == ["/unit", "/until"]
    assert places(post(callers.operator, "", 400, name="x", role="enterprise", unit="cdcs/a")) == ["/unit"]
    assert len(ask(callers.operator, "/api/keys")["keys"]) == 2
    for headers in (callers.officer, callers.enterprise, callers.of(Role.AUDITOR, "cd/lai-chau")):
        post(headers, "", 403, name="x")
        post(headers, f"/{whole['key']}/end", 403)
        ask(headers, "/api/keys", 403)


def test_a_platform_gets_a_key_that_posts_statements_and_opens_nothing(
    world: World, people: dict[str, UUID], callers: Callers, ask: Ask, client: FlaskClient
) -> None:
    def post(headers: Headers, path: str = "", expected: int = 201, **body: Any) -> Any:
        return ask(headers, f"/api/keys{path}", expected, method="POST", json={"reason": "hợp đồng 3", **body})

    made = post(callers.operator, name="Nền tảng học tập", platform=True)
    key = {"Authorization": "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()}
    xapi = {**key, "X-Experience-API-Version": "2.0.0"}
    assert client.post("/xapi/statements", json=statement("an"), headers=xapi).status_code == 200
    assert client.get("/xapi/statements", headers=xapi).status_code == 403
    for path in ("/api/attainment", "/api/workers/NV-1/learning", "/api/keys"):
        ask(key, path, 403)
    [listed] = ask(callers.operator, "/api/keys")["keys"]
    assert (listed["name"], listed["scopes"]) == ("Nền tảng học tập", ["statements/write"])
    post(callers.operator, f"/{made['key']}/end", 200)
    assert client.post("/xapi/statements", json=statement("an"), headers=xapi).status_code == 401
    assert places(post(callers.operator, "", 400, name="x", platform=True, role="auditor")) == ["/platform"]


def test_figures_are_published_and_hidden_again_by_an_operator(
    client: FlaskClient, world: World, other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    assert ask(callers.operator, "/api/publication")["on"] is None
    body = {"on": "2026-11-01", "hide_below": 3}
    tried = ask(callers.operator, "/api/publication?dry_run=true", method="PUT", json=body)
    assert (tried["on"], tried["hide_below"]) == ("2026-11-01", 3)
    assert client.get("/api/attainment").status_code == 401
    ask(callers.operator, "/api/publication", method="PUT", json=body)
    assert client.get("/api/attainment").status_code == 200
    assert ask(callers.of(Role.AUDITOR), "/api/publication")["hide_below"] == 3
    ahead = (vietnam_day(world.now) + timedelta(3650)).isoformat()
    refused = ask(callers.operator, "/api/publication", 400, method="PUT", json={"on": ahead, "hide_below": 3})
    assert places(refused) == ["/on"]
    assert ask(callers.operator, "/api/publication", method="DELETE")["on"] is None
    assert client.get("/api/attainment").status_code == 401
    for headers in (callers.officer, callers.enterprise):
        ask(headers, "/api/publication", 403, method="PUT", json=body)
        ask(headers, "/api/publication", 403)


def test_a_unit_is_entitled_by_an_operator(
    other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    path = "/api/units/cdcs/a/entitlements"
    body = {"starts": "2026-01-01", "source": "QĐ 8"}
    tried = ask(callers.operator, f"{path}?dry_run=true", method="POST", json=body)
    assert len(tried["entitlements"]) == 1
    assert ask(callers.officer, path)["entitlements"] == []
    ask(callers.operator, path, method="POST", json=body)
    again = ask(callers.operator, path, method="POST", json={**body, "last": "2026-12-31"})
    assert [(one["starts"], one["last"]) for one in again["entitlements"]] == [("2026-01-01", "2026-12-31")]
    wrong = ask(callers.operator, path, 400, method="POST", json={**body, "last": "2025-01-01"})
    assert places(wrong) == ["/last"]
    ask(callers.operator, "/api/units/cdcs/9/entitlements", 404, method="POST", json=body)
    for headers in (callers.officer, callers.enterprise):
        ask(headers, path, 403, method="POST", json=body)
