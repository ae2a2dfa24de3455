"""Who may vouch for what and what is to be looked at, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from certification.access.permissions import READ_SCOPE, Role
from lrs import api
from tests.certification import learning
from tests.certification.learning import statement, store
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World


@pytest.fixture
def doubtful(world: World, people: dict[str, UUID], identity: api.Identity, callers: Callers, ask: Ask) -> list[str]:
    """Two Statements of each worker that are dated too late; the ids of those of NV-1."""
    sent = {number: [statement(number, timestamp="2024-03-01T03:00:00Z") for _ in range(2)] for number in people}
    for number in people:
        body = {"ifi": learning.ifi(number), "worker": number, "basis": "thẻ"}
        ask(callers.operator, "/api/links", method="POST", json=body)
    store(world.database, identity, *[one for each in sent.values() for one in each])
    learning.follow_all(world.database, world.tenant, world.now)
    return sorted(one["id"] for one in sent["NV-1"])


def test_findings_come_by_kind_in_pages_and_to_a_branch_about_its_own_workers(
    doubtful: list[str], callers: Callers, ask: Ask, world: World, credential: Callable[..., str]
) -> None:
    every = ask(callers.operator, "/api/findings?kind=late")["items"]
    assert len({one["statement"] for one in every}) == 6
    assert all(one["words"].startswith("Thời điểm học") for one in every)
    of_branch = ask(callers.officer, "/api/findings?kind=late")["items"]
    assert {number for one in of_branch for number in one["workers"]} == {"NV-1", "NV-2"}
    own = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    found: list[Any] = []
    cursor = ""
    while True:
        page = ask(own, f"/api/findings?limit=1{cursor}")
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted({one["statement"] for one in found}) == doubtful
    counted = ask({"Authorization": credential(world.tenant, READ_SCOPE)}, "/api/findings/by-platform")
    late = next(one for one in counted["counts"] if one["kind"] == "late")
    assert late["statements"] == 6
    assert ask(callers.operator, f"/api/findings?platform={late['platform']}")["items"]
    assert ask(callers.operator, "/api/findings?platform=1")["items"] == []
    ask(callers.officer, "/api/findings/by-platform", 403)
    ask(callers.enterprise, "/api/findings", 403)
    assert places(ask(callers.operator, "/api/findings?kind=x&platform=y", 400)) == ["kind", "platform"]


def test_trust_is_decided_listed_and_ended(
    world: World, other_world: World, people: dict[str, UUID], identity: api.Identity, callers: Callers, ask: Ask
) -> None:
    def post(headers: Headers, path: str = "", expected: int = 200, **body: Any) -> Any:
        sent = {"authority": identity.key, "reason": "biên bản số 3", **body}
        return ask(headers, f"/api/trust{path}", expected, method="POST", json=sent)

    post(callers.operator, "?dry_run=true", at_most="E1")
    assert ask(callers.operator, "/api/trust")["items"] == []
    made = post(callers.operator, at_most="E1", topics=["reading", "law-labour"])["decisions"]
    assert [(one["topic"], one["at_most"], one["holds"]) for one in made] == [
        ("reading", "E1", True),
        ("law-labour", "E1", True),
    ]
    ended = post(callers.operator, "/end", authority=made[0]["authority"], topics=["reading"])["decisions"]
    assert [(one["topic"], one["at_most"]) for one in ended] == [("reading", "unlisted")]
    post(callers.operator, authority="*", at_most="nothing")
    listed = ask(callers.operator, "/api/trust?limit=3")
    assert [(one["number"], one["holds"]) for one in listed["items"]] == [(1, False), (2, True), (3, True)]
    assert listed["unlisted"]["status"]
    rest = ask(callers.operator, f"/api/trust?limit=3&cursor={listed['next']}")
    assert [(one["authority"], one["at_most"]) for one in rest["items"]] == [("*", "nothing")]
    wrong = post(callers.operator, "", 400, authority="abc", at_most="E1", topics=["reading", "readin"])
    assert places(wrong) == ["/authority", "/topics/1"]
    assert places(post(callers.operator, "", 400, at_most="unlisted")) == ["/at_most"]
    for headers in (callers.officer, callers.enterprise):
        post(headers, "", 403, at_most="E1")
        ask(headers, "/api/trust", 403)
    auditor = callers.of(Role.AUDITOR)
    assert len(ask(auditor, "/api/trust")["items"]) == 4
    post(auditor, "", 403, at_most="E1")
