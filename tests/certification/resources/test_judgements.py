"""How a judgement changed, what targets say of one person, and what would be, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from certification import marks
from certification.access.permissions import READ_SCOPE, Role
from certification.judgement import judging
from certification.marks import Cause
from tests.certification.learning import add_facts, attest
from tests.certification.resources.branches import Ask, Callers, places
from tests.certification.world import World

VERSIONS = "/api/workers/NV-1/assessment/versions"


@pytest.fixture
def judged(world: World, people: dict[str, UUID]) -> None:
    """NV-1 has learnt, then somebody attested points: two versions."""
    worker, tenant = people["NV-1"], world.tenant
    with world.database.writing(tenant) as session:
        add_facts(session, tenant, worker, ["language"], day=date(2026, 3, 1))
        marks.mark_stale(session, tenant, {(worker, 2026)}, cause=Cause.EVIDENCE)
    judging.judge_all_stale(world.database, tenant, clock=lambda: world.now)
    with world.database.writing(tenant) as session:
        attest(session, tenant, worker, {"CS4": 8}, on=date(2026, 11, 1), year=2026, now=world.now)
        marks.mark_stale(session, tenant, {(worker, 2026)}, cause=Cause.ATTESTED, by="mai")
    judging.judge_all_stale(world.database, tenant, clock=lambda: world.now)


def test_versions_say_what_changed_them_whose_act_it_was_and_what_differs(
    judged: None, other_world: World, callers: Callers, ask: Ask
) -> None:
    found = ask(callers.officer, f"{VERSIONS}?year=2026")
    first, second = found["items"]
    assert (first["version"], first["causes"], first["changed_by"], first["changes"]) == (1, ["evidence"], None, [])
    assert (second["version"], second["causes"], second["changed_by"]) == (2, ["attested"], "mai")
    assert second["changes"] == [{"indicator": "CS4", "before": None, "now": 8}]
    assert second["words"] == [
        "Lần 2, ngày 20/11/2026: có người xác nhận điểm hoặc rút xác nhận (người thực hiện: mai).",
        f"Tổng {first['total']} điểm thành {second['total']} điểm.",
        "CS4: chưa có điểm thành 8 điểm.",
    ]
    page = ask(callers.officer, f"{VERSIONS}?year=2026&limit=1")
    rest = ask(callers.officer, f"{VERSIONS}?year=2026&limit=1&cursor={page['next']}")
    assert ([*page["items"], *rest["items"]], rest["next"]) == (found["items"], None)
    assert ask(callers.officer, f"{VERSIONS}?year=2023")["items"] == []


def test_an_answer_that_is_known_is_not_sent_again(judged: None, callers: Callers, client: Any) -> None:
    path = f"{VERSIONS}?year=2026"
    etag = client.get(path, headers=callers.officer).headers["ETag"]
    assert client.get(path, headers={**callers.officer, "If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("what", ["assessment/versions", "targets"])
def test_a_judgement_is_for_the_branch_and_the_worker_and_not_for_the_employer(
    world: World,
    other_world: World,
    people: dict[str, UUID],
    callers: Callers,
    ask: Ask,
    what: str,
    credential: Callable[..., str],
) -> None:
    for number, expected in (("NV-1", 200), ("NV-3", 404), ("NV-9", 404)):
        ask(callers.officer, f"/api/workers/{number}/{what}", expected)
    own = callers.of(None, worker=people["NV-1"])
    ask(own, f"/api/workers/NV-1/{what}")
    ask(own, f"/api/workers/NV-2/{what}", 404)
    ask(callers.enterprise, f"/api/workers/NV-1/{what}", 403)
    ask({"Authorization": credential(world.tenant, READ_SCOPE)}, f"/api/workers/NV-3/{what}")


def test_what_targets_say_of_a_person_is_what_the_rates_count(
    world: World, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, people["NV-1"], ["law-labour"], times=2)
    found = ask(callers.officer, "/api/workers/NV-1/targets?on=2026-11-19")
    assert found["as_of"] == "2026-11-19"
    law = next(one for one in found["targets"] if one["target"] == "G1")
    assert (law["state"], law["participations"], len(law["statements"])) == ("met", 2, 2)
    assert law["words"].endswith("đạt, 2 lượt.")
    other = next(one for one in found["targets"] if one["state"] == "not_met" and one["missing"])
    assert "chưa đạt" in other["words"]
    assert other["by"] == "2026-12-31"
    before = ask(callers.officer, "/api/workers/NV-1/targets?on=2026-02-01")
    assert next(one for one in before["targets"] if one["target"] == "G1")["state"] == "not_met"


def test_what_would_be_of_a_worker_is_worked_out_and_not_kept(
    judged: None, people: dict[str, UUID], callers: Callers, ask: Ask
) -> None:
    body = {"year": 2026, "points": {"CS4": 9}, "learned": [{"what": "reading", "day": "2026-12-01", "percent": 85}]}
    own = callers.of(None, worker=people["NV-1"])
    answer = ask(own, "/api/workers/NV-1/what-if", method="POST", json=body)
    now, then = ({row["indicator"]: row["points"] for row in answer[part]["rows"]} for part in ("now", "then"))
    assert (now["CS4"], then["CS4"]) == (8, 9)
    assert "01/12/2026" in answer["then"]["summary"]
    assert len(ask(own, f"{VERSIONS}?year=2026")["items"]) == 2
    course = {"course": "https://lms.example.org/khoa-hoc/luat-lao-dong-co-ban", "day": "2026-12-01", "minutes": 90}
    finished = ask(own, "/api/workers/NV-1/what-if", method="POST", json={"year": 2026, "learned": [course]})
    assert "01/12/2026" in finished["then"]["summary"]
    for wrong, place in ({**course, "what": "reading"}, "what"), ({"day": "2026-12-01"}, "what"), (
        {**course, "course": course["course"] + "x"}, "course"
    ):  # fmt: skip
        refused = ask(own, "/api/workers/NV-1/what-if", 400, method="POST", json={"year": 2026, "learned": [wrong]})
        assert places(refused) == [f"/learned/0/{place}"]
    ask(own, "/api/workers/NV-2/what-if", 404, method="POST", json=body)
    ask(callers.officer, "/api/workers/NV-3/what-if", 404, method="POST", json=body)
    ask(callers.enterprise, "/api/workers/NV-1/what-if", 403, method="POST", json=body)


def test_every_fault_of_a_supposition_is_told_by_its_place(judged: None, callers: Callers, ask: Ask) -> None:
    wrong = {
        "year": 2026,
        "points": {"CS4": 99, "CS99": 1},
        "learned": [{"what": "readin", "day": "2026-12-01"}, {"what": "reading", "day": "2025-12-01"}],
    }
    refused = ask(callers.officer, "/api/workers/NV-1/what-if", 400, method="POST", json=wrong)
    assert places(refused) == ["/learned/0/what", "/learned/1/day", "/points/CS4", "/points/CS99"]
    assert "'reading'" in refused["errors"][0]["message"]
    shape = {"points": {"CS4": "7"}, "learned": [{"what": "reading", "day": "mai", "level": 7}], "mark": 1}
    assert len(ask(callers.officer, "/api/workers/NV-1/what-if", 400, method="POST", json=shape)["errors"]) == 4
    ask(callers.officer, "/api/workers/NV-1/what-if", 409, method="POST", json={"year": 2011})


def test_what_would_be_of_many_is_of_the_branch(judged: None, other_world: World, callers: Callers, ask: Ask) -> None:
    def of(headers: dict[str, str], unit: str | None, expected: int = 200, **body: Any) -> Any:
        return ask(headers, "/api/what-if", expected, method="POST", json={"unit": unit, "year": 2026, **body})

    points = {f"CS{number}": 9 for number in range(1, 11)}
    found = of(callers.officer, "cd/lai-chau", points=points)
    assert (found["workers"], found["then"]) == (2, {"met": 2, "not_met": 0, "not_yet_known": 0})
    assert sum(found["now"].values()) == 2
    assert of(callers.officer, "dn/a", pass_mark=100, floor=10)["workers"] == 1
    assert places(of(callers.officer, "dn/a", 400, pass_mark=101, floor=11)) == ["/pass_mark", "/floor"]
    assert places(of(callers.officer, "dn/c", 400)) == ["/unit"]
    assert places(of(callers.officer, "dn/xx", 400)) == ["/unit"]
    of(callers.officer, None, 403)
    assert of(callers.operator, None)["workers"] == 3
    of(callers.enterprise, "dn/a", 403)
    lead = callers.of(Role.AUDITOR, "vn/lao-cai")
    assert of(lead, "dn/c")["workers"] == 1
