"""Closing a year and freezing figures over HTTP: who may, what is told, and nothing kept of a trial."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from certification.access.permissions import Role
from certification.targets import freezing
from tests.certification.learning import add_facts
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World


def test_a_year_is_closed_and_opened_by_the_operator_on_a_decision(
    world: World, other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    def post(headers: Headers, what: str, expected: int = 200, **sent: Any) -> Any:
        return ask(headers, f"/api/years/{what}", expected, method="POST", json={"decision": "12/QĐ-UBND"}, **sent)

    assert ask(callers.operator, "/api/years")["years"] == []
    tried = post(callers.operator, "2025/close?dry_run=true")
    assert tried["year"]["closed"]
    assert not ask(callers.officer, "/api/years/2025")["year"]["closed"]
    closed = post(callers.operator, "2025/close")["year"]
    assert [(one["closes"], one["decision"], one["number"]) for one in closed["acts"]] == [(True, "12/QĐ-UBND", 1)]
    post(callers.operator, "2025/close", 409)
    post(callers.operator, "2024/reopen", 409)
    assert "still_running=true" in str(post(callers.operator, "2026/close?dry_run=true", 409))
    meant = {"decision": "12/QĐ-UBND", "still_running": True}
    tried = ask(callers.operator, "/api/years/2026/close?dry_run=true", method="POST", json=meant)
    assert tried["year"]["closed"]
    opened = post(callers.operator, "2025/reopen")["year"]
    assert (opened["closed"], len(opened["acts"])) == (False, 2)
    assert [one["year"] for one in ask(callers.officer, "/api/years")["years"]] == [2025]
    for headers in (callers.officer, callers.enterprise, callers.of(Role.AUDITOR)):
        post(headers, "2025/close", 403)
    for wrong in ("25", "1999", "abcd"):
        post(callers.operator, f"{wrong}/close", 404)
    for body in ({"decision": " "}, {"decision": 1}, {}):
        refused = ask(callers.operator, "/api/years/2025/close", 400, method="POST", json=body)
        assert places(refused) == ["/decision"]


def test_figures_are_frozen_and_compared_within_the_branch(
    world: World, other_world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    body = {"unit": "dn/a", "on": "2026-11-19", "reason": "Báo cáo năm", "plan": "1268-qd-ttg"}

    def post(headers: Headers, expected: int, query: str = "", **other: Any) -> Any:
        path = f"/api/frozen-figures{query}"
        return ask(headers, path, expected, method="POST", json={**body, **other})

    post(callers.officer, 201, "?dry_run=true")
    assert ask(callers.officer, "/api/frozen-figures")["items"] == []
    made = post(callers.officer, 201)["record"]
    assert (made["figures"]["headcount"], made["basis"], made["frozen_by"]) == (1, "all", "upper-officer-0")
    other = post(callers.operator, 201, unit="dn/c", plan=None)["record"]
    assert [one["id"] for one in ask(callers.officer, "/api/frozen-figures")["items"]] == [made["id"]]
    first = ask(callers.operator, "/api/frozen-figures?limit=1")
    rest = ask(callers.operator, f"/api/frozen-figures?limit=1&cursor={first['next']}")
    assert [one["id"] for one in (*first["items"], *rest["items"])] == [made["id"], other["id"]]
    assert ask(callers.operator, "/api/frozen-figures?unit=dn/c")["items"] == [other]
    assert ask(callers.officer, f"/api/frozen-figures/{made['id']}")["changes"] == []
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, people["NV-1"], ["law-labour"], times=2)
    changes = ask(callers.officer, f"/api/frozen-figures/{made['id']}")["changes"]
    assert {"figure": "1268-qd-ttg/G1/counted", "frozen": 0, "now": 1} in changes
    ask(callers.officer, f"/api/frozen-figures/{other['id']}", 404)
    ask(callers.officer, "/api/frozen-figures/x", 404)
    assert places(post(callers.officer, 400, unit="dn/c")) == ["/unit"]
    assert places(post(callers.officer, 400, unit="dn/9")) == ["/unit"]
    assert places(post(callers.officer, 400, plan="9")) == ["/plan"]
    ahead = post(callers.officer, 400, on="2099-01-01", headcount_on="2099-01-01")
    assert places(ahead) == ["/on", "/headcount_on"]
    assert places(post(callers.officer, 400, reason="", basis="some")) == ["/basis", "/reason"]
    post(callers.of(Role.AUDITOR), 403)
    post(callers.enterprise, 403)
    ask(callers.enterprise, "/api/frozen-figures", 403)


def test_nobody_waits_while_figures_are_counted(
    world: World, people: dict[str, UUID], callers: Callers, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = freezing.prepare

    def interrupted(*told: Any, **named: Any) -> Any:
        def hire() -> None:
            with world.database.writing(world.tenant) as session:
                world.employ(session, "dn/a")

        counted = real(*told, **named)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(hire).result()
        return counted

    monkeypatch.setattr(freezing, "prepare", interrupted)
    body = {"unit": "dn/a", "on": "2026-11-19", "reason": "Báo cáo năm"}
    made = ask(callers.officer, "/api/frozen-figures", 201, method="POST", json=body)["record"]
    changes = ask(callers.officer, f"/api/frozen-figures/{made['id']}")["changes"]
    assert {"figure": "headcount", "frozen": 1, "now": 2} in changes
