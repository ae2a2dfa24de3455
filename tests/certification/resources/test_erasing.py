"""Erasing a worker over HTTP: seen before it is done, by two persons; and whom enterprises are told to delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from certification.access.permissions import Role
from certification.acts import chain
from tests.certification.resources.branches import Ask, Callers, Headers, places
from tests.certification.world import World

ERASURE = "/api/workers/NV-1/erasure"
ASKED = "/api/workers/NV-1/data-requests"


@pytest.fixture
def lan(people: dict[str, UUID], callers: Callers) -> Headers:
    """NV-1, signed in."""
    return callers.of(None, worker=people["NV-1"])


def body(seen: str, **more: Any) -> dict[str, Any]:
    return {"seen": seen, "reason": "đơn 12/2026", "although_employed": True, **more}


def test_what_goes_and_what_stays_is_seen_before(callers: Callers, lan: Headers, ask: Ask) -> None:
    found = ask(callers.operator, ERASURE)
    assert (found["worker"], found["employed"], found["ground"], found["records"]) == ("NV-1", True, None, 1)
    assert "ghi yêu cầu xoá trước" in found["ground_words"]
    kinds = {one["kind"]: one for one in found["kinds"]}
    assert (kinds["certification_employment"]["becomes"], kinds["certification_employment"]["rows"]) == ("emptied", 1)
    assert all(one["words"] and (one["becomes"] == "removed" or one["why"]) for one in found["kinds"])
    assert found["accounts"] and not found["staying_accounts"]
    for other in (callers.officer, callers.enterprise, callers.of(Role.AUDITOR), lan):
        ask(other, ERASURE, 403)
        ask(other, ERASURE, 403, method="POST", json=body(found["seen"]))
    ask(callers.operator, "/api/workers/NV-99/erasure", 404)
    ask(callers.operator, "/api/workers/NV-99/erasure", 404, method="POST", json=body("x"))


def test_one_asks_and_another_erases(
    world: World, callers: Callers, people: dict[str, UUID], lan: Headers, ask: Ask
) -> None:
    wrong = ask(callers.operator, ERASURE, 409, method="POST", json=body("x", although_employed=False))
    assert places(wrong) == ["", "/seen", "/although_employed"]
    assert places(ask(callers.operator, ERASURE, 400, method="POST", json={"reason": " "})) == ["/seen", "/reason"]
    asked = {"kind": "delete", "reason": "tôi muốn xoá"}
    one = ask(callers.operator, ASKED, 201, method="POST", json=asked)["request"]
    seen = ask(callers.operator, ERASURE)
    assert "chính tài khoản này" in seen["ground_words"]
    assert places(ask(callers.operator, ERASURE, 409, method="POST", json=body(seen["seen"]))) == [""]
    ask(lan, ASKED, 201, method="POST", json={**asked, "reason": "tôi nghỉ việc, xin xoá"})
    seen = ask(callers.operator, ERASURE)
    assert (seen["ground"], seen["ground_words"]) == ("request", None)
    done = ask(callers.operator, ERASURE, method="POST", json=body(seen["seen"]))
    assert done["acts_emptied"] >= 2
    ask(callers.operator, ERASURE, 404)
    assert ask(callers.operator, "/api/data-requests?state=received")["items"] == []
    assert one["id"] in {each["id"] for each in ask(callers.operator, "/api/data-requests?state=done")["items"]}
    with world.database.reading(world.tenant) as session:
        assert chain.verify(session, world.tenant).faults == ()
        acts = chain.listed(session, world.tenant, limit=50, worker=people["NV-1"])
    assert acts[0].act == chain.ERASING


def test_another_account_of_the_same_person_is_no_second_person(
    callers: Callers, people: dict[str, UUID], ask: Ask
) -> None:
    first = callers.of(Role.UPPER_OFFICER, "cd/lai-chau", worker=people["NV-2"])
    second = callers.of(Role.OPERATOR, worker=people["NV-2"])
    ask(first, ASKED, 201, method="POST", json={"kind": "delete", "reason": "xin xoá, đơn giấy"})
    seen = ask(second, ERASURE)
    assert "chính" in seen["ground_words"]
    assert places(ask(second, ERASURE, 409, method="POST", json=body(seen["seen"]))) == [""]
    assert ask(callers.operator, ERASURE)["ground"] == "request"


def test_nobody_erases_the_own_record_and_no_key_erases(
    world: World, callers: Callers, people: dict[str, UUID], ask: Ask
) -> None:
    own = callers.of(Role.OPERATOR, worker=people["NV-2"])
    ask(own, "/api/workers/NV-2/erasure", 403)
    ask(own, "/api/workers/NV-2/erasure", 403, method="POST", json=body("x"))


def test_an_enterprise_is_told_whom_of_its_own_to_delete_and_says_when_it_did(
    world: World, callers: Callers, lan: Headers, ask: Ask
) -> None:
    where = "/api/enterprises/dn/a/erased"
    assert ask(callers.enterprise, where)["items"] == []
    ask(lan, ASKED, 201, method="POST", json={"kind": "delete", "reason": "tôi muốn xoá"})
    seen = ask(callers.operator, ERASURE)["seen"]
    ask(callers.operator, ERASURE, method="POST", json=body(seen))
    found = ask(callers.enterprise, where)
    (one,) = found["items"]
    assert one["number"] == "NV-1"
    other = callers.of(Role.ENTERPRISE, "dn/b")
    assert ask(other, "/api/enterprises/dn/b/erased")["items"] == []
    ask(other, where, 404)
    ask(other, f"{where}/confirm", 404, method="POST", json={"notices": [one["id"]]})
    wrong = {"notices": [one["id"]]}
    assert ask(other, "/api/enterprises/dn/b/erased/confirm", method="POST", json=wrong)["confirmed"] == []
    assert ask(callers.enterprise, f"{where}/confirm", method="POST", json=wrong)["confirmed"] == [one["id"]]
    assert ask(callers.enterprise, where)["items"] == []
    ask(callers.officer, where, 403)
