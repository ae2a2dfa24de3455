"""What a worker agrees to, is told and asks about the own data, over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.access.permissions import Role
from certification.evidence.witnesses import Witness
from certification.privacy import requests
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World

CONSENTS = "/api/workers/NV-1/consents"
REQUESTS = "/api/workers/NV-1/data-requests"


@pytest.fixture
def lan(people: dict[str, UUID], callers: Callers) -> Headers:
    """NV-1, signed in."""
    return callers.of(None, worker=people["NV-1"])


def shown(ask: Ask, headers: Headers, recipient: str = "dn/a") -> dict[str, str]:
    found = ask(headers, f"/api/consent-wordings?recipient={recipient}")
    return {one["purpose"]: one["shown"] for one in found["wordings"]}


# ---------------------------------------------------------------- consents


def test_everybody_who_is_signed_in_reads_what_data_is_used_for(callers: Callers, lan: Headers, ask: Ask) -> None:
    for headers in (lan, callers.operator, callers.enterprise):
        answer = ask(headers, "/api/purposes")
        assert {one["kind"] for one in answer["requests"]} >= {"see", "delete", "withdraw"}
        assert all(one["ground"] for one in answer["purposes"])


def test_a_worker_agrees_and_takes_back_by_the_own_account(
    world: World, people: dict[str, UUID], lan: Headers, ask: Ask
) -> None:
    assert ask(lan, CONSENTS)["consents"] == []
    agreed = [{"purpose": "employer-transcript", "shown": shown(ask, lan)["employer-transcript"]}]
    given = ask(lan, CONSENTS, 201, method="POST", json={"recipient": "dn/a", "agreed": agreed})
    (one,) = given["consents"]
    assert (one["given_how"], one["given_by"], one["in_force"]) == ("own_account", f"worker:{people['NV-1']}", True)
    ended = ask(lan, f"{CONSENTS}/withdraw", method="POST", json={"consents": [one["id"]]})
    assert (ended["consents"][0]["in_force"], ended["consents"][0]["ended_why"]) == (False, "withdrawn")
    several = [str(UUID(int=1)), one["id"], str(UUID(int=2))]
    refused = ask(lan, f"{CONSENTS}/withdraw", 404, method="POST", json={"consents": several})
    assert places(refused) == ["/consents/0", "/consents/2"]


def test_an_officer_notes_a_signed_paper_within_the_branch_alone(
    callers: Callers, people: dict[str, UUID], ask: Ask
) -> None:
    agreed = [{"purpose": "new-employer", "shown": shown(ask, callers.officer)["new-employer"]}]
    body: dict[str, Any] = {"recipient": "dn/a", "agreed": agreed}
    assert places(ask(callers.officer, CONSENTS, 400, method="POST", json=body)) == ["/paper"]
    body |= {"paper": "Cặp 3"}
    ask(callers.officer, CONSENTS, 201, method="POST", json=body)
    ask(callers.officer, "/api/workers/NV-3/consents", 404, method="POST", json=body)
    ask(callers.enterprise, CONSENTS, 403, method="POST", json=body)
    ask(callers.enterprise, CONSENTS, 403)


def test_nothing_is_agreed_to_that_was_not_named_and_shown(lan: Headers, ask: Ask) -> None:
    for agreed, place in (
        ([], "/agreed"),
        ([{"purpose": "employer-transcript", "shown": "x"}], "/agreed/0/shown"),
        ([{"purpose": "*", "shown": "x"}], "/agreed/0/purpose"),
        ([{"purpose": "union-work", "shown": "x"}], "/agreed/0/purpose"),
    ):
        refused = ask(lan, CONSENTS, 400, method="POST", json={"recipient": "dn/a", "agreed": agreed})
        assert places(refused) == [place]
    assert ask(lan, CONSENTS)["consents"] == []


# ---------------------------------------------------------------- what is held, and who looked


def test_a_worker_reads_who_looked_and_what_is_held(
    callers: Callers, people: dict[str, UUID], lan: Headers, ask: Ask
) -> None:
    for path in ("learning", "identity", "consents"):
        ask(callers.officer, f"/api/workers/NV-1/{path}")
    first = ask(lan, "/api/workers/NV-1/looks?limit=2")
    rest = ask(lan, f"/api/workers/NV-1/looks?limit=2&cursor={first['next']}")
    found = first["items"] + rest["items"]
    assert {one["what"] for one in found} == {"READ_LEARNING", "READ_IDENTITY", "READ_CONSENTS"}
    assert {one["purpose"] for one in found} == {"union-work"}
    assert all(one["what_words"] != one["what"] and one["purpose_words"] != one["purpose"] for one in found)
    kinds = {one["kind"]: one["rows"] for one in ask(lan, "/api/workers/NV-1/held")["held"]}
    assert kinds["certification_employment"] == 1
    assert kinds["certification_look"] == 3
    for path in ("looks", "held"):
        ask(callers.officer, f"/api/workers/NV-1/{path}", 403)
        ask(lan, f"/api/workers/NV-2/{path}", 404)
        ask(callers.of(Role.AUDITOR), f"/api/workers/NV-1/{path}")


# ---------------------------------------------------------------- requests


def test_a_request_goes_from_the_worker_to_its_end(
    world: World, callers: Callers, people: dict[str, UUID], lan: Headers, ask: Ask
) -> None:
    opened = ask(lan, REQUESTS, 201, method="POST", json={"kind": "restrict", "reason": "tôi không muốn nữa"})
    one, where = opened["request"], f"{REQUESTS}/{opened['request']['id']}"
    assert (one["worker"], one["state"], len(opened["steps"])) == ("NV-1", "received", 1)
    assert ask(callers.operator, "/api/data-requests?state=received")["items"][0]["id"] == one["id"]
    assert ask(callers.operator, "/api/data-requests/overdue")["items"] == []
    ask(lan, f"{where}/confirm", 403, method="POST", json={"reason": "x"})
    told = {"reason": "đã gọi điện", "with_others": True}
    confirmed = ask(callers.operator, f"{where}/confirm", method="POST", json=told)
    assert confirmed["request"]["with_others"] is True
    for step, expected in (("extend", 200), ("extend", 409), ("meet", 200), ("refuse", 409), ("lift", 200)):
        ask(callers.operator, f"{where}/steps", expected, method="POST", json={"step": step, "reason": "đã làm"})
    for step, reason, faults in (("lift", "", ["/reason", "/step"]), ("meet", "x", ["/step"])):
        wrong = ask(
            callers.operator,
            f"{where}/steps",
            409 if reason else 400,
            method="POST",
            json={"step": step, "reason": reason},
        )
        assert places(wrong) == faults
    final = ask(lan, where)
    assert final["request"]["state"] == "lifted"
    assert [each["what"] for each in final["steps"]] == ["opened", "confirmed", "extended", "met", "lifted"]
    again = ask(lan, REQUESTS, 201, method="POST", json={"kind": "see", "reason": "cho tôi xem"})
    back = f"{REQUESTS}/{again['request']['id']}/take-back"
    ask(callers.operator, back, 403, method="POST", json={"reason": "x"})
    assert ask(lan, back, method="POST", json={"reason": "thôi"})["request"]["state"] == "taken_back"


def test_an_officer_asks_for_a_worker_of_the_branch_and_sees_those_of_it(
    callers: Callers, people: dict[str, UUID], ask: Ask
) -> None:
    ask(callers.officer, REQUESTS, 201, method="POST", json={"kind": "see", "reason": "đến tận nơi"})
    body = {"kind": "see", "reason": "đến tận nơi"}
    ask(callers.officer, "/api/workers/NV-3/data-requests", 404, method="POST", json=body)
    ask(callers.operator, "/api/workers/NV-3/data-requests", 201, method="POST", json=body)
    assert [one["worker"] for one in ask(callers.officer, "/api/data-requests")["items"]] == ["NV-1"]
    assert len(ask(callers.operator, "/api/data-requests")["items"]) == 2
    refused = ask(callers.officer, REQUESTS, 400, method="POST", json={"kind": "quên", "reason": ""})
    assert "/kind" in places(refused)


def test_those_that_are_overdue_come_in_parts(
    world: World, callers: Callers, people: dict[str, UUID], ask: Ask
) -> None:
    day = date.today() - timedelta(days=25)  # noqa: DTZ011 — of which year does not matter
    with world.database.writing(world.tenant) as session:
        for number in ("NV-1", "NV-2", "NV-3"):
            requests.open_request(
                session, world.tenant, number, kind="see", reason="cho xem", received_on=day, witness=Witness("hoa"),
                now=datetime.now(UTC),
            )  # fmt: skip
    first = ask(callers.operator, "/api/data-requests/overdue?limit=2")
    rest = ask(callers.operator, f"/api/data-requests/overdue?limit=2&cursor={first['next']}")
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert {one["worker"] for one in first["items"] + rest["items"]} == {"NV-1", "NV-2", "NV-3"}
    assert len(ask(callers.officer, "/api/data-requests/overdue")["items"]) == 2
