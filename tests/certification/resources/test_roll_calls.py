"""Roll-calls over HTTP: opened and held by officers of the branch, confirmed by workers for themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.roll_calls import codes, meetings, words
from certification.vietnam import VIETNAM
from lrs.db import new_id
from tests.certification.access.people import account, give, signed_in
from tests.certification.world import World

Headers = dict[str, str]
NOW = datetime.now(UTC)


class Desk:
    """cdcs/a with an officer, NV-1 and NV-2 of dn/a; an officer of cdcs/c."""

    def __init__(self, world: World, client: FlaskClient) -> None:
        self.world, self.client = world, client
        with world.database.writing(world.tenant) as session:
            self.staff = [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/c")]
        self.lan = self.member("lan", Role.GRASSROOTS_OFFICER, "cdcs/a")
        self.elsewhere = self.member("xa", Role.GRASSROOTS_OFFICER, "cdcs/c")
        self.worker = self.member("nv1", worker=self.staff[0])

    def member(
        self, name: str, role: Role | None = None, unit: str | None = None, worker: UUID | None = None
    ) -> Headers:
        account(self.world.database, self.world.tenant, name, self.world.now, worker=worker)
        if role is not None:
            give(self.world.database, self.world.tenant, name, role, self.world.now, organization=unit)
        return signed_in(self.client, name)

    def open(self, headers: Headers | None = None, **parts: Any) -> Any:
        ends = (NOW + timedelta(hours=1)).astimezone(VIETNAM)
        told = {"unit": "cdcs/a", "title": "Luật", "delivery": "talk", "topics": ["law-labour"]}
        body = {**told, "starts": NOW.isoformat(), "ends": ends.isoformat(), **parts}
        return self.client.post("/api/roll-calls", json=body, headers=headers or self.lan)

    def digits(self, id: str) -> str:
        with self.world.database.reading(self.world.tenant) as session:
            found = meetings.find(session, self.world.tenant, UUID(id))
        return codes.digits_at(found.secret, datetime.now(UTC), found.step_seconds)


@pytest.fixture
def desk(world: World, client: FlaskClient) -> Desk:
    return Desk(world, client)


def test_a_roll_call_is_opened_ticked_shown_and_closed(desk: Desk, client: FlaskClient) -> None:
    opened = desk.open(early_minutes=0)
    assert opened.status_code == 201, opened.text
    id = opened.json["roll_call"]["id"]
    assert opened.json["roll_call"]["opens"] == opened.json["roll_call"]["starts"]
    ticks = [{"id": str(new_id()), "worker": number, "seconds_ago": 0} for number in ("NV-1", "NV-3", "lạ")]
    for again in (False, True):
        done = client.post(f"/api/roll-calls/{id}/ticks", json={"ticks": ticks}, headers=desk.lan).json
        assert done is not None and done["count"] == 1
        assert [one["again"] for one in done["items"]] == [again, False, False]
        assert [one["refusal"] for one in done["items"]] == ["", words.NOBODY, words.NOBODY]
    shown: Any = client.get(f"/api/roll-calls/{id}", headers=desk.lan).json
    assert [one["worker"] for one in shown["items"]] == ["NV-1"]
    assert len(shown["digits"]) == 6 and shown["of_one_device"] == []
    back = {"worker": "NV-1", "reason": "đánh dấu nhầm"}
    assert client.post(f"/api/roll-calls/{id}/take-back", json=back, headers=desk.lan).json == {
        "as_of": shown["as_of"], "count": 0,
    }  # fmt: skip
    assert client.post(f"/api/roll-calls/{id}/take-back", json=back, headers=desk.lan).status_code == 409
    closed: Any = client.post(f"/api/roll-calls/{id}/steps", json={"step": "close"}, headers=desk.lan).json
    assert closed["roll_call"]["state"] == "closed"
    assert client.post(f"/api/roll-calls/{id}/steps", json={"step": "pause"}, headers=desk.lan).status_code == 409
    listed: Any = client.get("/api/roll-calls", headers=desk.lan).json
    assert [one["id"] for one in listed["items"]] == [id]


def test_a_worker_confirms_for_himself_and_is_told_the_second_time(desk: Desk, client: FlaskClient) -> None:
    id = desk.open().json["roll_call"]["id"]
    wrong = client.post("/api/roll-call-presences", json={"digits": "000000"}, headers=desk.worker)
    assert wrong.status_code == 409 and words.CHANGED in wrong.text
    first: Any = client.post("/api/roll-call-presences", json={"digits": desk.digits(id)}, headers=desk.worker).json
    again: Any = client.post("/api/roll-call-presences", json={"digits": desk.digits(id)}, headers=desk.worker).json
    assert (first["again"], again["again"], again["present"]) == (False, True, first["present"])


def test_six_digits_are_not_to_be_found_by_trying(desk: Desk, client: FlaskClient) -> None:
    tries = [
        client.post("/api/roll-call-presences", json={"digits": f"{place:06}"}, headers=desk.worker)
        for place in range(25)
    ]
    assert {one.status_code for one in tries} == {409, 429}


def test_another_branch_is_not_there(desk: Desk, client: FlaskClient) -> None:
    assert desk.open(desk.elsewhere).status_code == 400
    id = desk.open().json["roll_call"]["id"]
    calls: list[Callable[[], Any]] = [
        lambda: client.get(f"/api/roll-calls/{id}", headers=desk.elsewhere),
        lambda: client.post(f"/api/roll-calls/{id}/steps", json={"step": "close"}, headers=desk.elsewhere),
        lambda: client.post(f"/api/roll-calls/{id}/ticks", json={"ticks": []}, headers=desk.elsewhere),
        lambda: client.post(
            f"/api/roll-calls/{id}/take-back", json={"worker": "NV-1", "reason": "x"}, headers=desk.elsewhere
        ),
        lambda: client.get(f"/api/roll-calls/{uuid4()}", headers=desk.lan),
        lambda: client.get("/api/roll-calls/khong-phai", headers=desk.lan),
    ]
    assert [call().status_code for call in calls] == [404] * 6
    assert client.get("/api/roll-calls", headers=desk.elsewhere).json["items"] == []  # type: ignore[index]
    assert client.get(f"/api/roll-calls/{id}", headers=desk.worker).status_code == 403
