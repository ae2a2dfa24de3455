"""The simulated year: its shares, its times, and that it can be sent again without changing anything."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

import schemas
from certification.demonstration import people, simulator
from certification.demonstration.lessons import TOPICS
from certification.demonstration.people import World
from certification.demonstration.simulator import Simulation

AS_OF = date(2026, 11, 20)
PROFILE = "https://profiles.example.org/cong-dan-hoc-tap"


@pytest.fixture(scope="module")
def world() -> World:
    return people.invent(seed=1268, as_of=AS_OF, workers=600)


@pytest.fixture(scope="module")
def simulation(world: World) -> Simulation:
    return simulator.simulate(world, statements=12_000, profile=PROFILE)


@pytest.fixture(scope="module")
def statements(simulation: Simulation) -> list[dict[str, Any]]:
    """Every Statement once, in the order first sent."""
    return list({one["id"]: one for post in simulation.posts for one in post.statements}.values())


def test_the_same_world_gives_the_same_requests(world: World, simulation: Simulation) -> None:
    assert simulator.simulate(world, statements=12_000, profile=PROFILE) == simulation


def test_the_counts_told_are_those_of_the_requests(simulation: Simulation, statements: list[dict[str, Any]]) -> None:
    assert simulation.statements == len(statements) >= 11_900
    sent = Counter(one["id"] for post in simulation.posts for one in post.statements)
    assert sum(times - 1 for times in sent.values()) == simulation.repeated
    voiding = [one for one in statements if one["verb"]["id"].endswith("/voided")]
    assert len({one["object"]["id"] for one in voiding}) == len(voiding) == simulation.voided
    assert {one["object"]["id"] for one in voiding} < {one["id"] for one in statements}


@pytest.mark.parametrize(("share", "per_cent"), [("late", 5), ("repeated", 2), ("voided", 1), ("unknown", 1)])
def test_late_repeated_voided_and_unknown_have_their_shares(simulation: Simulation, share: str, per_cent: int) -> None:
    assert 100 * getattr(simulation, share) == pytest.approx(per_cent * simulation.statements, rel=0.03)


def test_what_the_device_at_the_door_tells_again_is_of_the_same_person_activity_topic_and_day(
    simulation: Simulation, statements: list[dict[str, Any]]
) -> None:
    def achievement(one: dict[str, Any]) -> tuple[str, ...]:
        day = datetime.fromisoformat(one["timestamp"]).astimezone(simulator.VIETNAM).date()
        topics = one["context"].get("contextActivities")
        return str(one["actor"]), one["object"]["id"], str(topics), str(day)

    first = {achievement(one) for one in statements if one["verb"]["id"].endswith("/completed")}
    again = [one for post in simulation.told_again for one in post.statements]
    assert 100 * len(again) == pytest.approx(simulation.statements, rel=0.03)
    assert {achievement(one) for one in again} <= first
    assert not {one["id"] for one in again} & {one["id"] for one in statements}
    valid = schemas.validator("xapi/statement")
    assert all(valid.is_valid(one) for one in again)


def test_batches_hold_50_to_500_statements_and_never_one_twice(simulation: Simulation) -> None:
    batches = [post.statements for post in simulation.posts if not post.put]
    assert all(len(batch) <= 500 for batch in batches)
    assert sum(len(batch) < 50 for batch in batches) <= 2  # what is left over at the end
    assert all(len({one["id"] for one in batch}) == len(batch) for batch in batches)
    assert {post.version for post in simulation.posts} == {"2.0.0", "1.0.3"}


def test_late_ones_come_out_of_order_after_the_others(statements: list[dict[str, Any]]) -> None:
    times = [datetime.fromisoformat(one["timestamp"]) for one in statements]
    in_order = next(place for place, (one, other) in enumerate(pairwise(times)) if other < one)
    assert 0.9 < in_order / len(times) < 0.97


def test_every_timestamp_lies_in_the_year_at_hours_when_shift_workers_are_free(
    statements: list[dict[str, Any]], world: World
) -> None:
    local = [datetime.fromisoformat(one["timestamp"]).astimezone(simulator.VIETNAM) for one in statements]
    assert {world.first_day <= at.date() <= AS_OF for at in local} == {True}
    assert {at.hour for at in local} <= {5, 11, 12, 17, 18, 19, 20, 21, 22}
    assert any(one["timestamp"].endswith("Z") for one in statements)


def test_nobody_learns_before_being_employed_or_after_leaving(world: World, statements: list[dict[str, Any]]) -> None:
    owner = {str(sorted(account.agent().items())): one for one in world.people for account in one.accounts}
    for statement in statements:
        person = owner.get(str(sorted(statement["actor"].items())))
        if person is not None:
            day = datetime.fromisoformat(statement["timestamp"]).astimezone(simulator.VIETNAM).date()
            assert person.jobs[0].started <= day <= max(job.ended or AS_OF for job in person.jobs)


def test_some_talks_are_told_of_a_group_with_members(statements: list[dict[str, Any]]) -> None:
    groups = [one["actor"] for one in statements if one["actor"]["objectType"] == "Group"]
    assert len(groups) > 50
    assert all(group["member"] for group in groups)
    assert {"account" in group for group in groups} == {True, False}


def test_every_statement_is_valid(statements: list[dict[str, Any]]) -> None:
    valid = schemas.validator("xapi/statement")
    assert [one for one in statements if not valid.is_valid(one)] == []


def test_every_tag_is_a_topic_of_the_profile(statements: list[dict[str, Any]]) -> None:
    tags = {
        tag["id"]
        for one in statements
        for tag in one.get("context", {}).get("contextActivities", {}).get("category", [])
    }
    assert tags == {f"{PROFILE}/topic/{code}" for code in TOPICS}


def test_nothing_depends_on_the_clock(simulation: Simulation) -> None:
    newest = max(datetime.fromisoformat(one["timestamp"]) for post in simulation.posts for one in post.statements)
    assert newest <= datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
