"""/api/workers/<number>/export: the worker's own, an operator's, nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
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
