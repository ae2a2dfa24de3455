"""Roll-ups over HTTP: who may make, sign, hand in and read them, and what each is told."""

from __future__ import annotations

import base64
import io
import json
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from flask.testing import FlaskClient

from certification.access.permissions import ROLL_UPS_SCOPE, Role
from lrs.api import create_credential
from tests.certification.learning import add_facts
from tests.certification.resources.branches import Ask, Callers, places
from tests.certification.world import World
from tests.conftest import PEPPER

UNIT, PLAN, CUT_OFF = "vn/lai-chau", "1268-qd-ttg", "2026-11-19"


@pytest.fixture
def made(world: World, people: dict[str, UUID], callers: Callers, ask: Ask) -> dict[str, Any]:
    """A roll-up of Lai Châu, signed: one of two learned something on law."""
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, people["NV-1"], ["law-labour"])
    body = {"unit": UNIT, "plan": PLAN, "on": CUT_OFF, "reason": "Báo cáo năm"}
    draft = ask(callers.operator, "/api/roll-ups", 201, method="POST", json=body)["roll_up"]
    assert (draft["state"], "proof" in draft["document"]) == ("draft", False)
    signed: dict[str, Any] = ask(callers.operator, f"/api/roll-ups/{draft['id']}/sign", method="POST")["roll_up"]
    assert signed["state"] == "signed"
    return signed


def gathering(callers: Callers, ask: Ask, made: dict[str, Any]) -> tuple[str, str]:
    """This installation gathers its own roll-ups; ids of the member and the round."""
    keys = ask(callers.operator, "/api/signing-keys")["keys"]
    told = {"unit": UNIT, "did": made["document"]["issuer"], "key": f"{keys[0]['name']} {keys[0]['multikey']}"}
    body = {**told, "since": "2026-01-01", "reason": "Công văn 1"}
    member = ask(callers.operator, "/api/roll-up-members", 201, method="POST", json=body)["member"]
    body = {"plan": PLAN, "cut_off": CUT_OFF, "due": "2099-01-01"}
    round_ = ask(callers.operator, "/api/roll-up-rounds", 201, method="POST", json=body)["round"]
    return member["id"], round_["id"]


def test_a_roll_up_is_made_signed_handed_in_and_added_up(
    world: World, client: FlaskClient, callers: Callers, ask: Ask, made: dict[str, Any]
) -> None:
    _member, round_ = gathering(callers, ask, made)
    answer = client.get(f"/api/roll-ups/{made['id']}/file", headers=callers.operator)
    data = answer.data
    assert json.loads(data) == made["document"]
    assert "vn-lai-chau" in answer.headers["Content-Disposition"]
    with world.database.writing(world.tenant) as session:
        key, secret = create_credential(
            session, world.tenant, name="Lai Châu", scopes=[ROLL_UPS_SCOPE], pepper=PEPPER, now=world.now
        )
    headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}

    def hand_in(data: bytes, expected: int) -> Any:
        sent = {"data": data, "content_type": "application/json"}
        return ask(headers, "/api/received-roll-ups", expected, method="POST", **sent)

    before = ask(callers.operator, f"/api/roll-up-rounds/{round_}")
    assert (before["complete"], before["lacking"], before["units"][0]["state"]) == (False, 1, "waited_for")
    assert before["units"][0]["targets"] == []
    first, again = hand_in(data, 200), hand_in(data, 200)
    assert (first["again"], again["again"], first["sha256"]) == (False, True, again["sha256"])
    assert places(hand_in(data.replace(b'"headcount":2', b'"headcount":3'), 400)) == ["/proof"]
    assert places(hand_in(b"{", 400)) == [""]
    for path in (f"/api/roll-up-rounds/{round_}", "/api/roll-ups", "/api/roll-up-members"):
        ask(headers, path, 403)
    found = ask(callers.operator, f"/api/roll-up-rounds/{round_}")
    g1 = next(one for one in found["sums"] if one["target"] == "G1")
    assert (found["complete"], g1["counted"], g1["denominator"], g1["rate"]) == (True, 1, 2, "0.500000")
    assert g1["met"] is not None
    assert found["units"][0]["editions"][0]["id"] == made["id"]
    assert ask(callers.operator, f"/api/received-roll-ups/{made['id']}") == made["document"]
    ask(callers.operator, f"/api/received-roll-ups/{uuid4()}", 404)
    csv = client.get(f"/api/roll-up-rounds/{round_}/csv", headers=callers.operator).data.decode("utf-8-sig")
    assert "G1;vn/lai-chau;Tỉnh Lai Châu;đúng hạn;1;2;50,0%" in csv
    book = client.get(f"/api/roll-up-rounds/{round_}/xlsx", headers=callers.operator).data
    page = openpyxl.load_workbook(io.BytesIO(book)).active
    assert page is not None
    assert [page.cell(6, place).value for place in (1, 2, 5, 6, 7)] == ["G1", "vn/lai-chau", 1, 2, "=E6/F6"]


def test_who_may_do_what_with_roll_ups(callers: Callers, ask: Ask, made: dict[str, Any]) -> None:
    gathering(callers, ask, made)
    assert ask(callers.officer, "/api/roll-ups")["roll_ups"] == [], "vn/lai-chau is not below the union"
    ask(callers.officer, f"/api/roll-ups/{made['id']}", 404)
    ask(callers.officer, f"/api/roll-ups/{made['id']}/sign", 404, method="POST")
    body = {"unit": UNIT, "plan": PLAN, "on": CUT_OFF, "reason": "x"}
    assert places(ask(callers.officer, "/api/roll-ups", 400, method="POST", json=body)) == ["/unit"]
    ask(callers.officer, "/api/roll-up-rounds", 403)
    for headers in (callers.enterprise, callers.of(Role.GRASSROOTS_OFFICER, "cdcs/a")):
        ask(headers, "/api/roll-ups", 403)
        ask(headers, "/api/roll-up-rounds", 403)
    ask(callers.of(Role.AUDITOR), f"/api/roll-ups/{made['id']}")
    ask(callers.of(Role.AUDITOR), f"/api/roll-ups/{made['id']}/sign", 403, method="POST")
    ask(callers.operator, f"/api/roll-ups/{made['id']}/discard", 409, method="POST")
    ask(callers.operator, f"/api/roll-ups/{made['id']}/send-again", 404, method="POST")


def test_faults_of_what_is_asked_stand_at_their_places(callers: Callers, ask: Ask, made: dict[str, Any]) -> None:
    member, round_ = gathering(callers, ask, made)

    def post(path: str, body: dict[str, Any], expected: int = 400) -> list[str]:
        answer = ask(callers.operator, path, expected, method="POST", json=body)
        return places(answer) if expected >= 400 else []

    ahead = {"unit": UNIT, "plan": PLAN, "on": "2099-01-01", "reason": "x"}
    assert post("/api/roll-ups", ahead) == ["/on", "/headcount_on"]
    assert post("/api/roll-ups", {**ahead, "on": CUT_OFF, "plan": "9"}) == ["/plan"]
    again = {"plan": PLAN, "cut_off": CUT_OFF, "due": "2026-01-01"}
    assert post("/api/roll-up-rounds", again) == ["due", "cut_off"]
    wrong = {"unit": "dn/9", "did": "lai-chau", "key": "z6Mk", "since": CUT_OFF, "reason": "x"}
    assert post("/api/roll-up-members", wrong) == ["organization", "did", "key"]
    post(f"/api/roll-up-rounds/{round_}/change", {"closed": True, "reason": "x"}, 200)
    post(f"/api/roll-up-members/{member}/keys", {"key": "2026-1 z6Mk", "reason": "x"})
    post(f"/api/roll-up-members/{member}/keys/2026-1/end", {"reason": "x"}, 200)
    post(f"/api/roll-up-members/{member}/end", {"until": CUT_OFF, "reason": "x"}, 200)
    post(f"/api/roll-up-members/{uuid4()}/end", {"until": CUT_OFF, "reason": "x"}, 404)
    (one,) = ask(callers.operator, "/api/roll-up-members")["installations"]
    assert (one["until"], one["keys"][0]["ended"] is not None) == (CUT_OFF, True)
    to = {"endpoint": "http://tong.example.vn", "username": "a:b", "reason": "x"}
    refused = ask(callers.operator, "/api/roll-up-recipient", 400, method="PUT", json=to)
    assert places(refused) == ["endpoint", "username", "password"]
    assert ask(callers.operator, "/api/roll-up-recipient")["recipient"] is None
