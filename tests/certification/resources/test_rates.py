"""The rates of a unit over HTTP, and who is behind them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from certification.targets import publications
from tests.certification.learning import add_facts
from tests.certification.world import World

READ = "certification/read"


@pytest.fixture
def officer(world: World, credential: Callable[..., str]) -> dict[str, str]:
    with world.database.writing(world.tenant) as session:
        for turn in range(5):
            worker = world.employ(session, "dn/a", started=date(2021, 1, 1))
            if turn < 3:
                add_facts(session, world.tenant, worker, ["law-labour"], times=2)
    return {"Authorization": credential(world.tenant, READ)}


def get(client: FlaskClient, address: str, headers: dict[str, str], status: int = 200, **query: Any) -> Any:
    answer = client.get(f"/api/organizations/{address}", query_string=query, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_unit_comes_with_its_rates_and_what_stands_beside_them(client: FlaskClient, officer: dict[str, str]) -> None:
    found = get(client, "vn/lai-chau/rates", officer, on="2026-11-19", basis="unionised")
    assert (found["as_of"], found["headcount_on"], found["basis"]) == ("2026-11-19", "2026-11-19", "unionised")
    law = next(one for one in found["rates"] if one["group"] == "G1")
    assert (law["counted"], law["participations"], law["denominator"]) == (3, 6, 5)
    assert [one["short"] for one in law["by_year"]] == [1, 2]
    assert [one["why_not"] for one in law["forecasts"]] == ["past", "no_last_year"]
    assert law["last_year"] is None, "nothing is known of it, which is not nought"
    assert found["organization"]["coverage"]["reporting"] == 1
    assert [one["code"] for one in found["children"]] == ["dn/a", "dn/b"]


def test_who_is_behind_a_rate_comes_in_pages(client: FlaskClient, officer: dict[str, str]) -> None:
    address = "vn/rates/1268-qd-ttg/G1/people"
    first = get(client, address, officer, limit=2)
    assert [one["number"] for one in first["items"]] == ["NV-1", "NV-2"]
    rest = get(client, address, officer, limit=2, cursor=first["next"])
    assert ([one["number"] for one in rest["items"]], rest["next"]) == (["NV-3"], None)
    assert [one["number"] for one in get(client, address, officer, which="missing")["items"]] == ["NV-4", "NV-5"]


def test_what_is_not_there_and_what_is_asked_wrongly_is_refused(client: FlaskClient, officer: dict[str, str]) -> None:
    assert get(client, "vn/xa-la/rates", officer, 404)["errors"][0]["place"] == "path/code"
    assert get(client, "vn/rates", officer, 404, plan="x")["errors"][0]["place"] == "plan"
    faults = get(client, "vn/rates", officer, 400, on="hôm nay", basis="some")["errors"]
    assert {one["place"] for one in faults} == {"on", "basis"}
    assert get(client, "vn/rates/1268-qd-ttg/G9/people", officer, 404)["errors"][0]["place"] == "plan"
    get(client, "vn/rates", {}, 401)


def test_another_tenants_units_are_not_there(
    client: FlaskClient, officer: dict[str, str], other_world: World, credential: Callable[..., str]
) -> None:
    other = {"Authorization": credential(other_world.tenant, READ)}
    found = get(client, "vn/rates", other)
    assert found["organization"]["headcount"] == 21


def test_without_a_key_counts_of_few_people_are_hidden(
    client: FlaskClient, world: World, officer: dict[str, str]
) -> None:
    with world.database.writing(world.tenant) as session:
        for turn in range(20):
            worker = world.employ(session, "dn/b")
            if turn < 9:
                add_facts(session, world.tenant, worker, ["law-labour"])
        publications.publish(session, world.tenant, as_of=date(2026, 11, 19), now=world.now)

    def counted(headers: dict[str, str]) -> dict[str, int | None]:
        answer = client.get("/api/attainment", query_string={"on": "2026-11-19"}, headers=headers).json
        law = {one["code"]: [two for two in one["targets"] if two["group"] == "G1"] for one in answer["organizations"]}
        return {code: of[0]["counted"] for code, of in law.items() if of}

    assert counted(officer) | {"dn/a": 3, "dn/b": 9, "vn/lai-chau": 12} == counted(officer)
    public = counted({})
    assert (public["dn/a"], public["dn/b"], public["cdcs/a"], public["vn/lai-chau"]) == (None, None, None, 12)
    assert "ẩn" in client.get("/").get_data(as_text=True)
