"""The status of workers over HTTP: of one, of everybody in parts, of those who are named; today and of a past day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access.permissions import READ_SCOPE, Role
from certification.judgement import assessments, explanations
from certification.people import merging
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification.learning import PROGRAMME, add_facts, attest
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World

LIST, NAMED, ONE = "/api/assessments", "/api/assessments/status", "/api/workers/NV-1/assessment"
EARLY, LATE = datetime(2026, 6, 1, 5, tzinfo=UTC), datetime(2026, 7, 1, 5, tzinfo=UTC)


def judge(world: World, at: datetime, *workers: UUID) -> None:
    with world.database.writing(world.tenant) as session:
        assessments.assess(session, world.tenant, workers, PROGRAMME, 2026, as_of=vietnam_day(at), now=at)


@pytest.fixture
def judged(world: World, people: dict[str, UUID]) -> dict[str, UUID]:
    """Everybody learnt some law in May and was judged in June; NV-1 was attested 8 points then. In July a Statement of
    March came late for NV-1, who was judged again."""
    one = people["NV-1"]
    with world.database.writing(world.tenant) as session:
        for worker in people.values():
            add_facts(session, world.tenant, worker, ["law-labour"])
        attest(session, world.tenant, one, {"CS4": 8}, on=date(2026, 5, 20), year=2026, now=EARLY)
    judge(world, EARLY, *people.values())
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, one, ["reading"], day=date(2026, 3, 2))
        attest(session, world.tenant, one, {"CS8": 9}, on=date(2026, 3, 3), year=2026, now=LATE)
    judge(world, LATE, one)
    return people


@pytest.fixture
def reader(world: World, credential: Callable[..., str]) -> Headers:
    """A key that may read everything of the tenant."""
    return {"Authorization": credential(world.tenant, READ_SCOPE)}


def totals(answer: Any) -> dict[str, int]:
    return {one["worker"]: one["total"] for one in answer["items"]}


# ---------------------------------------------------------------- everybody


def test_everybody_comes_in_parts_and_since_gives_those_judged_otherwise(
    world: World, other_world: World, judged: dict[str, UUID], reader: Headers, ask: Ask, credential: Callable[..., str]
) -> None:
    first = ask(reader, f"{LIST}?year=2026&limit=2")
    rest = ask(reader, f"{LIST}?year=2026&limit=2&cursor={first['next']}")
    found = {one["worker"]: one for one in first["items"] + rest["items"]}
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert {number: one["version"] for number, one in found.items()} == {"NV-1": 2, "NV-2": 1, "NV-3": 1}
    assert (found["NV-1"]["points"]["CS4"], found["NV-1"]["points"]["CS8"], found["NV-2"]["points"]["CS8"]) == (
        8,
        9,
        None,
    )
    assert any("chờ người xác nhận: CS9, CS10" in words for words in found["NV-1"]["remarks"])
    assert found["NV-1"]["outcome_words"] == explanations.OUTCOMES["not_met"]

    newest = max(one["place"] for one in found.values())
    assert ask(reader, f"{LIST}?year=2026&since={newest}")["items"] == []
    with world.database.writing(world.tenant) as session:
        attest(session, world.tenant, judged["NV-2"], {"CS9": 7}, on=date(2026, 8, 1), year=2026, now=world.now)
    judge(world, world.now, *judged.values())
    newer = ask(reader, f"{LIST}?year=2026&since={newest}")
    assert [(one["worker"], one["version"]) for one in newer["items"]] == [("NV-2", 2)]
    theirs = {"Authorization": credential(other_world.tenant, READ_SCOPE)}
    assert len(ask(theirs, f"{LIST}?known_on=2026-06-01")["items"]) == 21


def test_a_list_in_full_explains_each_as_the_worker_alone_is_explained(
    judged: dict[str, UUID], reader: Headers, ask: Ask
) -> None:
    alone = ask(reader, f"{ONE}?year=2026")
    listed = ask(reader, f"{LIST}?year=2026&in_full=true")["items"]
    named = ask(reader, NAMED, method="POST", json={"workers": ["NV-1"], "year": 2026, "in_full": True})["items"]
    [found] = [one for one in listed if one["worker"] == "NV-1"]
    assert found == named[0]
    assert found["explanation"] == alone["explanation"]
    assert found["remarks"] == alone["explanation"]["remarks"]
    assert found["points"] == {row["indicator"]: row["points"] for row in alone["explanation"]["rows"]}


def test_whoever_has_a_branch_gets_its_workers_and_an_employer_nobody(
    judged: dict[str, UUID], other_world: World, callers: Callers, ask: Ask
) -> None:
    everybody = {"workers": ["NV-3", "NV-2", "NV-1", "NV-1"], "year": 2026}
    of_lai_chau = ask(callers.officer, f"{LIST}?year=2026")
    assert totals(of_lai_chau).keys() == {"NV-1", "NV-2"}
    anew = ask(callers.officer, f"{LIST}?known_on=2026-06-01")
    assert totals(anew).keys() == {"NV-1", "NV-2"}
    named = ask(callers.officer, NAMED, method="POST", json=everybody)
    assert [one["worker"] for one in named["items"]] == ["NV-2", "NV-1"]
    assert named["not_found"] == ["NV-3"]
    own = callers.of(None, worker=judged["NV-2"])
    assert totals(ask(own, f"{LIST}?year=2026")).keys() == {"NV-2"}
    lead = callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")
    assert totals(ask(lead, NAMED, method="POST", json=everybody)).keys() == {"NV-1"}
    for path, sent in ((LIST, {}), (NAMED, {"method": "POST", "json": everybody})):
        ask(callers.enterprise, path, 403, **sent)


# ---------------------------------------------------------------- those who are named


def test_those_who_are_named_are_answered_in_their_order_and_of_the_others_it_is_said_why(
    world: World, other_world: World, judged: dict[str, UUID], reader: Headers, ask: Ask
) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    asked = {"workers": ["NV-3", "NV-4", "NV-KHÔNG", "NV-1", "NV-3"], "year": 2026}
    answer = ask(reader, NAMED, method="POST", json=asked)
    assert [one["worker"] for one in answer["items"]] == ["NV-3", "NV-1"]
    assert (answer["not_judged"], answer["not_found"]) == (["NV-4"], ["NV-KHÔNG"])
    anew = ask(reader, NAMED, method="POST", json={**asked, "known_on": "2026-07-01"})
    assert [one["worker"] for one in anew["items"]] == ["NV-3", "NV-4", "NV-1"]


def test_many_take_as_many_commands_as_two(world: World, judged: dict[str, UUID], reader: Headers, ask: Ask) -> None:
    with world.database.writing(world.tenant) as session:
        more = [world.employ(session, "dn/a") for _ in range(40)]
    judge(world, LATE, *more)
    database: Database = world.database
    seen: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    numbers = [f"NV-{n}" for n in range(1, 44)]
    counts = []
    for some in (numbers[:2], numbers[:2], numbers, numbers):
        seen.clear()
        answer = ask(reader, NAMED, method="POST", json={"workers": some, "year": 2026, "in_full": True})
        assert len(answer["items"]) == len(some)
        counts.append(len(seen))
    assert counts[1] == counts[3] < 20
    assert counts[2] < 20, "who looked at whom is kept at the first look, for all in one go"


# ---------------------------------------------------------------- past days


def test_what_had_been_said_and_what_is_to_be_said_of_a_day_are_two_answers(
    judged: dict[str, UUID], reader: Headers, ask: Ask
) -> None:
    said, known = "said_on=2026-06-01", "known_on=2026-06-01"
    assert totals(ask(reader, f"{LIST}?{said}"))["NV-1"] + 9 <= totals(ask(reader, f"{LIST}?{known}"))["NV-1"]
    for query, version in ((said, 1), (known, None), ("said_on=2026-07-01", 2), ("year=2026", 2)):
        alone = ask(reader, f"{ONE}?{query}")
        [listed] = [one for one in ask(reader, f"{LIST}?{query}")["items"] if one["worker"] == "NV-1"]
        key, _, value = query.partition("=")
        body = {"workers": ["NV-1"], key: int(value) if key == "year" else value}
        named = ask(reader, NAMED, method="POST", json=body)
        assert named["items"] == [listed]
        assert (alone["version"], listed["version"]) == (version, version)
        assert alone["total"] == listed["total"]
        assert (alone["judged"] is None) == (listed["place"] is None) == (version is None)
        if key != "year":
            assert named["as_of"] == value
    assert ask(reader, f"{LIST}?said_on=2026-05-31")["items"] == []
    ask(reader, f"{ONE}?said_on=2026-05-31", 404)
    march = ask(reader, f"{ONE}?known_on=2026-03-02")
    assert march["as_of"] == "2026-03-02"
    assert {row["indicator"]: row["attested"] for row in march["explanation"]["rows"]}["CS8"] is None


def test_what_is_judged_anew_comes_in_parts_too(judged: dict[str, UUID], reader: Headers, ask: Ask) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        part = ask(reader, f"{LIST}?known_on=2026-06-01&limit=1{cursor}")
        found += totals(part)
        cursor = f"&cursor={part['next']}"
    assert (sorted(found), part["next"]) == (["NV-1", "NV-2", "NV-3"], None)


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("said_on=2026-06-01&known_on=2026-06-01", ["known_on"]),
        ("said_on=2026-06-31&known_on=hôm nay&year=hai", ["known_on", "said_on", "year"]),
        ("known_on=2026-06-01&since=4", ["since"]),
        ("since=-1&limit=0&in_full=maybe", ["in_full", "limit", "since"]),
        ("known_on=2100-01-01", ["known_on"]),
    ],
)
def test_every_fault_of_the_question_is_named(reader: Headers, ask: Ask, query: str, faults: list[str]) -> None:
    assert sorted(places(ask(reader, f"{LIST}?{query}", 400))) == faults


def test_every_fault_of_the_body_is_named(reader: Headers, ask: Ask) -> None:
    sent = {"workers": ["NV-1", "", 7], "said_on": "2100-01-01", "whom": "all"}
    assert sorted(places(ask(reader, NAMED, 400, method="POST", json=sent))) == ["/whom", "/workers/1", "/workers/2"]
    assert places(ask(reader, NAMED, 400, method="POST", json={"workers": ["NV-1"], "said_on": "2100-01-01"})) == [
        "/said_on"
    ]
    many = {"workers": [f"NV-{n}" for n in range(1001)], "in_full": True}
    assert places(ask(reader, NAMED, 400, method="POST", json=many)) == ["/workers"]
    assert places(ask(reader, NAMED, 400, method="POST", json={"workers": []})) == ["/workers"]


# ---------------------------------------------------------------- what the caller has already


@pytest.mark.parametrize("path", [f"{ONE}?year=2026", f"{LIST}?year=2026", f"{LIST}?said_on=2026-07-01"])
def test_who_has_the_answer_is_told_so_without_working_it_out(
    world: World, judged: dict[str, UUID], reader: Headers, client: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = client.get(path, headers=reader).headers["ETag"]
    with monkeypatch.context() as stopped:
        stopped.setattr(explanations, "remarks", lambda *_: pytest.fail("it was worked out"))
        assert client.get(path, headers={**reader, "If-None-Match": etag}).status_code == 304
    again = client.get(path, headers=reader)
    assert again.headers["ETag"] == etag

    with world.database.writing(world.tenant) as session:
        attest(session, world.tenant, judged["NV-1"], {"CS9": 7}, on=date(2026, 8, 1), year=2026, now=world.now)
    judge(world, LATE + timedelta(hours=1), judged["NV-1"])
    judge(world, world.now, judged["NV-1"])
    changed = client.get(path, headers={**reader, "If-None-Match": etag})
    assert changed.status_code == 200
    assert "said_on" in path or changed.json != again.json


def test_a_merger_changes_the_list_though_nobody_was_judged(
    world: World, judged: dict[str, UUID], reader: Headers, client: Any
) -> None:
    first = client.get(f"{LIST}?year=2026", headers=reader)
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "NV-1", "NV-2", by="mai", basis="một người", now=world.now)
    second = client.get(f"{LIST}?year=2026", headers={**reader, "If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert totals(second.json).keys() == {"NV-1", "NV-3"}
