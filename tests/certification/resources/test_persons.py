"""/api/workers/<number>/export: the worker's own, an operator's, nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from tests.certification import learning
from tests.certification.access import people
from tests.certification.resources.branches import Callers, settle
from tests.certification.world import World


def test_a_worker_takes_the_own_record_and_nobody_else_but_an_operator(
    world: World, client: FlaskClient, callers: Callers
) -> None:
    ids = settle(world)
    me = callers.of(None, worker=ids["NV-1"])

    def asked(who: Any, number: str = "NV-1") -> Any:
        return client.post(f"/api/workers/{number}/export", headers=who)

    found = asked(me)
    assert (found.status_code, found.mimetype, found.headers["Cache-Control"]) == (200, "application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        assert json.loads(archive.read("manifest.json"))["worker"] == "NV-1"
        assert "NV-2" not in archive.read("tables/certification_worker.json").decode()
    assert asked(callers.operator).status_code == 200
    assert asked(me, "NV-2").status_code == 404
    for who in (callers.officer, callers.enterprise, callers.of(Role.AUDITOR)):
        assert asked(who).status_code == 403
    assert asked({}).status_code == 401
    worker: UUID = ids["NV-1"]
    with world.database.reading(world.tenant) as session:
        acts = chain.listed(session, world.tenant, limit=10, worker=worker)
    assert [one.act for one in acts] == ["person.export"] * 2
    assert acts[1].by == f"worker:{worker}"


def test_an_archive_goes_into_a_tenant_that_does_not_know_the_person(
    world: World, other_world: World, client: FlaskClient, callers: Callers, now: datetime
) -> None:
    ids = settle(world)
    archive = client.post("/api/workers/NV-1/export", headers=callers.operator).data
    assert ids["NV-1"]
    people.account(world.database, other_world.tenant, "vh-khac", now)
    people.give(world.database, other_world.tenant, "vh-khac", Role.OPERATOR, now)

    def sent(data: bytes, who: Any, kind: str = "application/zip") -> Any:
        return client.post("/api/persons/file", data=data, headers={**who, "Content-Type": kind})

    known = sent(archive, callers.operator)
    assert known.status_code == 400
    assert "there is a worker NV-1 here already" in known.text
    assert sent(b"khong phai zip", callers.operator).status_code == 400
    assert sent(archive, callers.operator, "text/csv").status_code == 415
    for nobody in (callers.officer, callers.enterprise, callers.of(None, worker=ids["NV-1"])):
        assert sent(archive, nobody).status_code == 403
    assert client.post("/api/persons/file", data=archive, content_type="application/zip").status_code == 401


def test_who_left_is_listed_in_parts_with_the_day_of_erasing(
    world: World, client: FlaskClient, callers: Callers, now: datetime
) -> None:
    learning.load_rules(world.database, world.tenant, now=now)
    with world.database.writing(world.tenant) as session:
        for ended in (date(2026, 5, 1), date(2020, 5, 1), date(2021, 5, 1)):
            world.employ(session, "dn/a", started=date(2019, 1, 1), ended=ended)
    first: Any = client.get("/api/leavers?limit=2", headers=callers.operator).json
    rest: Any = client.get(f"/api/leavers?limit=2&cursor={first['next']}", headers=callers.operator).json
    told = [*first["items"], *rest["items"]]
    assert [one["last_day"] for one in told] == ["2020-05-01", "2021-05-01", "2026-05-01"]
    assert (first["left"], rest["next"]) == (3, None)
    assert all(one["last_day"] < one["due"] for one in told)
    assert told[0]["to_be_erased"] is True
    assert client.get("/api/leavers", headers=callers.officer).status_code == 403
