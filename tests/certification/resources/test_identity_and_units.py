"""Who is whom, and how units stand, over HTTP: read, changed, taken back, and refused to those of another branch."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from certification.people import work_list
from lrs import api
from tests.certification import learning
from tests.certification.access.people import account, give, signed_in
from tests.certification.learning import statement, store
from tests.certification.world import World

Headers = dict[str, str]


@pytest.fixture
def people(world: World) -> dict[str, UUID]:
    """NV-1 in dn/a, NV-2 in dn/b, NV-3 in dn/c (another province)."""
    with world.database.writing(world.tenant) as session:
        return {f"NV-{n}": world.employ(session, unit) for n, unit in enumerate(("dn/a", "dn/b", "dn/c"), 1)}


@pytest.fixture
def member(world: World, client: FlaskClient) -> Callable[..., Headers]:
    def make(name: str, role: Role, unit: str | None = None) -> Headers:
        account(world.database, world.tenant, name, world.now)
        give(world.database, world.tenant, name, role, world.now, organization=unit)
        return signed_in(client, name)

    return make


@pytest.fixture
def operator(member: Callable[..., Headers]) -> Headers:
    return member("quan-tri", Role.OPERATOR)


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., Any]:
    def send(headers: Headers, path: str, expected: int = 200, **body: Any) -> Any:
        response = client.post(
            path, json={"basis": "xem thẻ", **body} if "/units/" not in path else body, headers=headers
        )
        assert response.status_code == expected, response.text
        return response.json

    return send


def get(client: FlaskClient, headers: Headers, path: str, expected: int = 200) -> Any:
    response = client.get(path, headers=headers)
    assert response.status_code == expected, response.text
    return response.json


def messages(refused: Any) -> list[str]:
    return [one["message"] for one in refused["errors"]]


def test_unknown_actors_are_listed_by_pages_with_examples_and_suggestions(
    world: World, people: dict[str, UUID], identity: api.Identity, client: FlaskClient, operator: Headers, post: Any
) -> None:
    store(world.database, identity, *[statement(name) for name in ("nv-9", "NV-1", "NV-1", "x")])
    learning.follow_all(world.database, world.tenant, world.now)
    first = get(client, operator, "/api/unknown-actors?limit=2")
    assert (first["actors"], first["waiting"], len(first["items"])) == (3, 4, 2)
    one = first["items"][0]
    assert (one["shown"], one["statements"]) == ("https://hoc.example.org|N…", 2)
    assert one["example"]["activity"] == "https://hoc.example.org/law-labour"
    assert [(other["worker"], other["score"]) for other in one["may_be"]] == [("NV-1", 75)]
    second = get(client, operator, f"/api/unknown-actors?limit=2&cursor={first['next']}")
    assert (len(second["items"]), second["next"]) == (1, None)
    get(client, operator, "/api/unknown-actors?limit=2&cursor=abc", 400)
    assert "ifi" not in one
    assert base64.urlsafe_b64decode(first["next"] + "==").find(b"NV-1") == -1, "a cursor tells no account either"
    opened = client.post("/api/unknown-actors/open", json={"actor": one["actor"]}, headers=operator).json
    assert (opened["ifi"], opened["statements"]) == (learning.ifi("NV-1"), 2)  # type: ignore[index]
    with world.database.reading(world.tenant) as session:
        [act] = [each for each in chain.listed(session, world.tenant, limit=9) if each.act == "actor.open"]
    assert (act.by, act.subject) == ("quan-tri", f"actor:{one['actor']}")
    for nobody in (str(uuid4()), "x"):
        asked = client.post("/api/unknown-actors/open", json={"actor": nobody}, headers=operator)
        assert asked.status_code == (400 if nobody == "x" else 404)
    post(operator, "/api/links/not", ifi=one["actor"], worker="NV-1")
    assert get(client, operator, "/api/unknown-actors")["items"][0]["may_be"] == []
    done = post(operator, "/api/links", ifi=one["actor"], worker="NV-1")
    assert (done["worker"], done["statements"]) == ("NV-1", 2)
    assert "it may be linked by now" in str(post(operator, "/api/links", 404, ifi=one["actor"], worker="NV-1"))
    ifi = learning.ifi("NV-1")
    assert "already" not in str(post(operator, "/api/links", ifi=ifi, worker="NV-1"))
    assert "đã thuộc người lao động “NV-1”" in str(post(operator, "/api/links", 409, ifi=ifi, worker="NV-2"))
    waiting = {one["code"]: one["count"] for one in get(client, operator, "/api/work-list")["waiting"]}
    assert (waiting["unknown-actors"], waiting["waiting-statements"]) == (2, 2)


def test_two_records_are_merged_looked_at_and_parted_again(
    world: World, people: dict[str, UUID], client: FlaskClient, member: Callable[..., Headers], post: Any
) -> None:
    officer = member("can-bo", Role.UPPER_OFFICER, "cd/lai-chau")
    post(officer, "/api/links", ifi="https://hoc.example.org|an", worker="NV-2")
    merged = post(officer, "/api/workers/NV-1/merge", other="NV-2")
    assert (merged["worker"], merged["other"]) == ("NV-1", "NV-2")
    told = get(client, officer, "/api/workers/NV-2/identity")
    assert (told["worker"], [one["ifi"] for one in told["links"]]) == ("NV-1", [learning.ifi("an")])
    assert [one["kind"] for one in told["history"]] == ["merge", "link"]
    assert "đã gộp vào “NV-1”" in str(post(officer, "/api/workers/NV-1/merge", 409, other="NV-2"))
    undone = post(officer, f"/api/identity-events/{merged['event']}/undo")
    assert undone["worker"] == "NV-1"
    post(officer, f"/api/identity-events/{merged['event']}/undo", 409)
    post(officer, f"/api/identity-events/{uuid4()}/undo", 404)
    parted = post(
        officer, "/api/workers/NV-2/split", other="NV-9", full_name="Bình", accounts=["https://hoc.example.org|an"]
    )
    assert parted["other"] == "NV-9"
    refused = post(officer, "/api/workers/NV-2/split", 400, other="NV-8", accounts=["https://h|x"], titles=[2020])
    assert len(messages(refused)) == 2
    post(officer, "/api/workers/NV-1/different", other="NV-2")


def test_nobody_says_who_is_whom_in_another_branch(
    world: World,
    people: dict[str, UUID],
    client: FlaskClient,
    member: Callable[..., Headers],
    operator: Headers,
    post: Any,
) -> None:
    officer = member("can-bo", Role.UPPER_OFFICER, "cd/lai-chau")
    post(operator, "/api/links", ifi="https://hoc.example.org|c", worker="NV-3")
    get(client, officer, "/api/workers/NV-3/identity", 404)
    post(officer, "/api/workers/NV-3/merge", 404, other="NV-1")
    post(officer, "/api/workers/NV-1/merge", 400, other="NV-3")
    post(officer, "/api/links", 400, ifi="https://hoc.example.org|d", worker="NV-3")
    post(officer, "/api/links/remove", 404, ifi="https://hoc.example.org|c")
    merged = post(operator, "/api/workers/NV-1/merge", other="NV-3")
    auditor = member("kiem-tra", Role.AUDITOR)
    get(client, auditor, "/api/workers/NV-1/identity")
    post(auditor, "/api/workers/NV-1/merge", 403, other="NV-2")
    for path in ("/api/double-workers", "/api/unknown-actors"):
        get(
            client, member("doanh-nghiep-b", Role.ENTERPRISE, "dn/b") if path.endswith("actors") else auditor, path, 403
        )
    get(client, member("doanh-nghiep", Role.ENTERPRISE, "dn/a"), "/api/work-list", 403)
    assert post(operator, f"/api/identity-events/{merged['event']}/undo")["other"] == "NV-3"
    assert post(operator, "/api/links/remove", ifi="https://hoc.example.org|c")["worker"] == "NV-3"
    post(officer, "/api/links", 400, ifi="không phải", worker="NV-1")
    post(officer, "/api/links", 400, ifi="https://h|" + "ạ" * 20_000, worker="NV-1")


def test_records_that_may_be_one_persons_are_listed(world: World, client: FlaskClient, operator: Headers) -> None:
    with world.database.writing(world.tenant) as session:
        for _ in range(2):
            world.employ(session, "dn/a")
    [double] = get(client, operator, "/api/double-workers")["items"]
    assert (double["worker"], double["other"], double["score"]) == ("NV-1", "NV-2", 40)
    assert double["reasons"][0]["words"] == "Cùng họ tên, cùng làm ở “dn/a”"


def test_whoever_has_a_branch_gets_doubles_and_unknown_actors_of_it_alone(
    world: World,
    other_world: World,
    identity: api.Identity,
    client: FlaskClient,
    member: Callable[..., Headers],
    operator: Headers,
) -> None:
    with world.database.writing(world.tenant) as session:
        for employers in (("dn/a",), ("dn/a",), ("dn/c",), ("dn/c",)):
            world.employ(session, *employers)
        # One name in one enterprise of another branch, where both of the branch were once; one of both branches now.
        for _ in range(2):
            worker = world.employ(session, "dn/c", ended=date(2022, 12, 31))
            world.also(session, worker, "dn/b", started=date(2023, 1, 1) if _ else date(2024, 1, 1))
    for name in ("NV-1", "NV-3", "lạ"):
        learning.store(world.database, identity, learning.statement(name), learning.statement(name))
    learning.follow_all(world.database, world.tenant, now=world.now)
    officer, other = (member(f"can-bo-{code}", Role.UPPER_OFFICER, f"cd/{code}") for code in ("lai-chau", "lao-cai"))

    def doubles(headers: Headers) -> set[tuple[str, str]]:
        return {(one["worker"], one["other"]) for one in get(client, headers, "/api/double-workers")["items"]}

    def unknown(headers: Headers, query: str = "") -> Any:
        return get(client, headers, f"/api/unknown-actors{query}")

    everything = doubles(operator)
    assert doubles(officer) == {("NV-1", "NV-2"), ("NV-5", "NV-6")}
    assert doubles(other) == {("NV-3", "NV-4")}
    assert doubles(officer) | doubles(other) < everything
    assert "dn/c" not in str(get(client, officer, "/api/double-workers"))
    waiting = {one["code"]: one["count"] for one in get(client, officer, "/api/work-list")["waiting"]}
    assert waiting == {"doubtful-statements": 0, "double-workers": 2, "without-criteria": 0}
    for headers, number in ((officer, "NV-1"), (other, "NV-3")):
        found = unknown(headers)
        assert (found["actors"], found["waiting"], found["next"]) == (None, None, None)
        assert [one["statements"] for one in found["items"]] == [2]
        assert [may["worker"] for one in found["items"] for may in one["may_be"]] == [number]
    every = {one["actor"] for one in unknown(operator)["items"]}
    assert len(every) == 3
    [mine] = unknown(officer)["items"]
    for actor in every:
        opened = client.post("/api/unknown-actors/open", json={"actor": actor}, headers=officer)
        assert opened.status_code == (200 if actor == mine["actor"] else 404), opened.text


def test_a_page_of_a_branch_looks_through_so_many_actors_and_goes_on_behind_them(
    world: World,
    identity: api.Identity,
    client: FlaskClient,
    member: Callable[..., Headers],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world.database.writing(world.tenant) as session:
        for _ in range(5):
            world.employ(session, "dn/a")
    names = [f"NV-{n}" for n in range(1, 6)] + [f"lạ-{n}" for n in range(6)]
    learning.store(world.database, identity, *[statement(name) for name in names])
    learning.follow_all(world.database, world.tenant, now=world.now)
    officer = member("can-bo", Role.UPPER_OFFICER, "cd/lai-chau")
    for looked, limit in ((2, 9), (3, 2), (50, 2), (1, 1)):
        monkeypatch.setattr(work_list, "LOOKED_THROUGH", looked)
        seen: list[str] = []
        cursor = ""
        while True:
            page = get(client, officer, f"/api/unknown-actors?limit={limit}{cursor}")
            assert len(page["items"]) <= limit
            seen += [may["worker"] for one in page["items"] for may in one["may_be"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(seen) == names[:5]


def test_units_are_listed_found_and_changed_on_any_day(
    world: World, client: FlaskClient, member: Callable[..., Headers], operator: Headers, post: Any
) -> None:
    reader = member("to-truong", Role.UPPER_OFFICER, "cd/lai-chau")
    found = get(client, reader, "/api/units?below=cd/lai-chau&kind=enterprise")
    assert [one["code"] for one in found["items"]] == ["dn/a", "dn/b"]
    first = get(client, reader, "/api/units?limit=2")
    second = get(client, reader, f"/api/units?limit=2&cursor={first['next']}")
    assert first["items"][-1]["code"] < second["items"][0]["code"]
    [one] = get(client, reader, "/api/units?words=xa hoang cat")["items"]
    assert one["called"] == "Xã Hoằng Cát (nay là Xã Hoằng Sơn)"
    assert (one["exists"], one["in_its_place"]) == (False, ["vn/thanh-hoa/hoang-son"])
    old = get(client, reader, "/api/units/vn/thanh-hoa/hoang-cat?on=2025-06-30")
    assert (old["unit"]["exists"], old["unit"]["parents"]) == (True, {"administrative": "vn/thanh-hoa/hoang-hoa"})
    children = get(client, reader, "/api/units/vn/thanh-hoa/hoang-hoa/children?on=2025-06-30&tree=administrative")
    assert [one["code"] for one in children["children"]] == ["vn/thanh-hoa/hoang-cat", "vn/thanh-hoa/hoang-hop"]
    refused = get(client, reader, "/api/units/vn/thanh-hoa/hoang-cat/children", 404)
    assert messages(refused) == [
        "“Xã Hoằng Cát” (vn/thanh-hoa/hoang-cat) đã kết thúc ngày 30/06/2025; nay là “Xã Hoằng Sơn” "
        "(vn/thanh-hoa/hoang-son)"
    ]
    get(client, reader, "/api/units/vn/khong-co", 404)
    get(client, reader, "/api/units?below=vn/khong-co", 404)
    get(client, reader, "/api/units?on=30/06/2025&tree=x", 400)
    move = {"tree": "union", "parent": "cd/ninh-binh/khu-cong-nghiep", "on": "2026-07-01", "source": "QĐ 5"}
    post(reader, "/api/units/cdcs/a/move", 403, **move)
    moved = post(operator, "/api/units/cdcs/a/move", **move)
    assert moved["unit"]["parents"] == {"union": "cd/ninh-binh/khu-cong-nghiep"}
    assert [(one["what"], one["source"], one["done_by"]) for one in moved["changes"]] == [("moved", "QĐ 5", "quan-tri")]
    ended = post(operator, "/api/units/dn/c/end", successors=["dn/b"], on="2026-10-01", source="QĐ 6")
    assert ended["unit"]["in_its_place"] == ["dn/b"]
    faults = post(operator, "/api/units/dn/b/end", 400, successors=["dn/c", "vn/x"], on="2027-01-01", source="QĐ 7")
    assert len(messages(faults)) == 3
    assert date.fromisoformat(ended["as_of"]) == date(2026, 10, 1)


def test_an_officer_sees_what_waits_about_the_own_workers(
    world: World,
    people: dict[str, UUID],
    identity: api.Identity,
    client: FlaskClient,
    member: Callable[..., Headers],
    operator: Headers,
    post: Any,
) -> None:
    for number in people:
        post(operator, "/api/links", ifi=learning.ifi(number), worker=number)
    late = [statement(number, timestamp="2024-03-01T03:00:00Z") for number in people]
    store(world.database, identity, *late)
    learning.follow_all(world.database, world.tenant, world.now)
    officer = member("can-bo", Role.UPPER_OFFICER, "cd/lai-chau")
    waiting = {one["code"]: one["count"] for one in get(client, officer, "/api/work-list")["waiting"]}
    assert waiting == {"doubtful-statements": 2, "double-workers": 0, "without-criteria": 0}
    every = {one["code"]: one["count"] for one in get(client, operator, "/api/work-list")["waiting"]}
    assert (every["doubtful-statements"], len(every)) == (3, 5)
