"""The rates of a zone or sector over HTTP: for whom, of which day, and what units say of their zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from tests.certification.resources.branches import Ask, Callers, asking, places, settle
from tests.certification.targets.test_gathered import MOVED, OTHER, PLACED, ZONE, place
from tests.certification.world import World


@pytest.fixture
def ask(world: World, client: FlaskClient) -> Ask:
    settle(world)
    place(world, PLACED)
    place(world, MOVED)
    return asking(client)


@pytest.fixture
def callers(world: World, client: FlaskClient) -> Callers:
    return Callers(world, client)


def by(ask: Ask, headers: Any, expected: int = 200, **query: str) -> Any:
    return ask(headers, "/api/rates/by", expected, query_string=query)


def test_a_zone_is_that_of_the_day(ask: Ask, callers: Callers) -> None:
    before = by(ask, callers.operator, zone=ZONE, on="2026-06-30")
    assert (before["as_of"], before["headcount_on"], before["basis"]) == ("2026-06-30", "2026-06-30", "all")
    assert before["enterprises"] == ["dn/a", "dn/b", "dn/moi"]
    assert (before["headcount"], before["coverage"]["enterprises"]) == (2, 3)
    law = next(one for one in before["rates"] if one["group"] == "G1")
    assert (law["counted"], law["denominator"]) == (0, 2)
    after = by(ask, callers.operator, zone=OTHER, on="2026-07-01", basis="unionised")
    assert (after["enterprises"], after["headcount"], after["zone"]) == (["dn/a", "dn/c"], 2, OTHER)
    both = by(ask, callers.operator, zone=OTHER, sector="Dệt may", within="vn/lao-cai", on="2026-07-01")
    assert both["enterprises"] == ["dn/c"]
    for day, zone in (("2026-06-30", ZONE), ("2026-07-01", OTHER)):
        unit = ask(callers.operator, f"/api/units/dn/a?on={day}")["unit"]
        assert (unit["zone"], unit["sector"]) == (zone, "Dệt may")
    assert ask(callers.operator, "/api/units/dn/moi?on=2026-07-01")["unit"]["zone"] is None


def test_a_branch_gets_its_own_enterprises_alone(ask: Ask, callers: Callers) -> None:
    assert by(ask, callers.officer, sector="Dệt may", on="2026-07-01")["enterprises"] == ["dn/a"]
    other = callers.of(Role.UPPER_OFFICER, "cd/lao-cai")
    found = by(ask, other, zone=OTHER, on="2026-07-01")
    assert (found["enterprises"], found["headcount"]) == (["dn/c"], 1)
    assert places(by(ask, callers.officer, 404, zone=OTHER, on="2026-06-30")) == ["zone"]
    assert places(by(ask, callers.officer, 404, zone=OTHER, within="cd/lao-cai")) == ["within"]
    by(ask, {}, 401, zone=ZONE)


def test_who_is_behind_and_what_is_frozen_of_a_zone_stays_in_the_branch(ask: Ask, callers: Callers) -> None:
    def people(headers: Any, expected: int = 200, **query: str) -> Any:
        path = "/api/rates/by/1268-qd-ttg/G1/people"
        return ask(headers, path, expected, query_string={"on": "2026-06-30", "which": "everybody", **query})

    auditor = callers.of(Role.AUDITOR)
    everybody = people(auditor, zone=ZONE)
    assert (len(everybody["items"]), everybody["zone"], everybody["within"]) == (2, ZONE, None)
    first = people(auditor, zone=ZONE, limit="1")
    assert first["items"] == everybody["items"][:1]
    assert people(auditor, zone=ZONE, limit="1", cursor=first["next"])["items"] == everybody["items"][1:]
    seen = people(callers.officer, zone=ZONE)
    assert {code for one in seen["items"] for code in one["enterprises"]} <= {"dn/a", "dn/b"}
    assert places(people(callers.officer, 404, zone=OTHER)) == ["zone"]
    assert places(people(callers.officer, 404, zone=ZONE, within="vn/lao-cai")) == ["within"]
    assert places(people(auditor, 400)) == ["zone"]
    assert places(ask(auditor, "/api/rates/by/1268-qd-ttg/G9/people", 404, query_string={"zone": ZONE})) == [
        "path/target"
    ]
    people(callers.enterprise, 403, zone=ZONE)

    def freeze(headers: Any, expected: int, **body: Any) -> Any:
        told = {"on": "2026-06-30", "reason": "Báo cáo quý", **body}
        return ask(headers, "/api/frozen-figures", expected, method="POST", json=told)

    made = freeze(callers.operator, 201, zone=ZONE)["record"]
    assert (made["unit"], made["zone"], made["figures"]["headcount"]) == (None, ZONE, 2)
    assert places(freeze(callers.officer, 400, zone=ZONE)) == ["/zone"]
    assert places(freeze(callers.operator, 400, sector="Thép")) == ["/sector"]
    assert places(freeze(callers.operator, 400)) == ["/unit"]
    own = freeze(callers.officer, 201, zone=ZONE, unit="cd/lai-chau")["record"]
    assert [one["id"] for one in ask(callers.officer, "/api/frozen-figures")["items"]] == [own["id"]]
    ask(callers.officer, f"/api/frozen-figures/{made['id']}", 404)
    assert ask(callers.operator, f"/api/frozen-figures/{made['id']}")["changes"] == []


def test_another_tenant_has_zones_of_its_own(
    ask: Ask, callers: Callers, other_world: World, credential: Callable[..., str]
) -> None:
    other = {"Authorization": credential(other_world.tenant, "certification/read")}
    assert places(by(ask, other, 404, zone=ZONE)) == ["zone"]
    place(other_world, PLACED)
    assert by(ask, other, zone=ZONE)["headcount"] == 14
    assert by(ask, callers.operator, zone=ZONE, on="2026-07-01")["headcount"] == 1


def test_what_is_asked_wrongly_is_refused(ask: Ask, callers: Callers) -> None:
    assert places(by(ask, callers.operator, 400)) == ["zone"]
    assert set(places(by(ask, callers.operator, 400, zone="", basis="x", on="nay", xa="y"))) == {
        "zone", "basis", "on", "xa",
    }  # fmt: skip
    assert places(by(ask, callers.operator, 404, sector="Thép")) == ["sector"]
    assert places(by(ask, callers.operator, 400, zone=ZONE, within="x\0y")) == ["within"]
