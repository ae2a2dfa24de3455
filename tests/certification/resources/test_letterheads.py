"""/api/units/<code>/letterhead and …/signers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from lrs.db import Database
from tests.certification.access import people
from tests.certification.world import World


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime) -> World:
    return World(database, tenant, now)


@pytest.fixture
def officer(world: World, client: FlaskClient, now: datetime) -> dict[str, str]:
    people.account(world.database, world.tenant, "hoa", now)
    people.give(world.database, world.tenant, "hoa", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    return people.signed_in(client, "hoa")


def test_an_officer_says_how_documents_of_the_own_union_are_headed(
    client: FlaskClient, officer: dict[str, str]
) -> None:
    told = {"starts": "2026-01-01", "issuer": "CĐCS\nCÔNG TY A", "symbol": "CĐCS", "recipients": ["Lưu: VT"]}
    answer = client.post("/api/units/cdcs/a/letterhead", json=told, headers=officer)
    assert answer.status_code == 200
    shown = client.get("/api/units/cdcs/a/letterhead?on=2026-03-01", headers=officer).json
    assert shown["letterhead"]["issuer"] == "CĐCS\nCÔNG TY A"  # type: ignore[index]
    assert shown["letterhead"]["told_from"] == "2026-01-01"  # type: ignore[index]


def test_who_signs_is_added_and_ended(client: FlaskClient, officer: dict[str, str]) -> None:
    told = {"name": "Lê Hoa", "office": "CHỦ TỊCH", "starts": "2026-01-01", "source": "QĐ 1"}
    added = client.post("/api/units/cdcs/a/signers", json=told, headers=officer)
    assert added.status_code == 201
    signer = added.json["signers"][0]["id"]  # type: ignore[index]
    end = {"last": "2026-02-01", "reason": "nghỉ hưu"}
    assert client.post(f"/api/units/cdcs/a/signers/{signer}/end", json=end, headers=officer).status_code == 200
    assert client.get("/api/units/cdcs/a/signers?on=2026-02-02", headers=officer).json["signers"] == []  # type: ignore[index]


def test_another_branch_is_not_there_and_every_fault_is_told(client: FlaskClient, officer: dict[str, str]) -> None:
    for path in ("cdcs/b/letterhead", "dn/c/signers", "khong/co/letterhead"):
        assert client.get(f"/api/units/{path}", headers=officer).status_code == 404
    told = {"name": "", "office": "\x07", "starts": "2026-01-01", "last": "2025-01-01", "source": "QĐ"}
    refused = client.post("/api/units/cdcs/a/signers", json=told, headers=officer)
    assert refused.status_code == 400
    assert [one["place"] for one in refused.json["errors"]] == ["/name", "/office", "/last"]  # type: ignore[index]
    told = {"name": "Hoa", "office": "CHỦ TỊCH", "starts": "2026-01-01", "source": "QĐ"}
    assert client.post("/api/units/cdcs/b/signers", json=told, headers=officer).status_code == 404
