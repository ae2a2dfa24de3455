"""/api/document-templates: fetched, changed in Word, given back, and ours again."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID

import docx
import pytest
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.documents.kinds import KINDS
from certification.resources.document_templates import DOCX
from lrs.db import Database
from tests.certification.access import people
from tests.certification.world import World

PATH = "/api/document-templates/bao-cao.docx"


@pytest.fixture
def world(database: Database, tenant: UUID, now: datetime) -> World:
    return World(database, tenant, now)


@pytest.fixture
def operator(world: World, client: FlaskClient, now: datetime) -> dict[str, str]:
    people.account(world.database, world.tenant, "van-hanh", now)
    people.give(world.database, world.tenant, "van-hanh", Role.OPERATOR, now)
    return people.signed_in(client, "van-hanh")


def _changed(content: bytes, text: str) -> bytes:
    word = docx.Document(io.BytesIO(content))
    word.add_paragraph(text)
    kept = io.BytesIO()
    word.save(kept)
    return kept.getvalue()


def _text(content: bytes) -> str:
    return "\n".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)


def test_a_template_is_fetched_changed_loaded_and_ours_is_taken_again(
    client: FlaskClient, operator: dict[str, str]
) -> None:
    ours = client.get(PATH, headers=operator)
    assert ours.mimetype == DOCX
    assert "{{" in _text(ours.data)
    put = {"headers": operator, "content_type": DOCX}
    loaded = client.put(f"{PATH}?starts=2026-11-01", data=_changed(ours.data, "Mẫu của tỉnh"), **put)  # type: ignore[arg-type]
    assert loaded.status_code == 200, loaded.json
    assert loaded.json["template"]["in_force_from"] == "2026-11-01"  # type: ignore[index]
    assert "Mẫu của tỉnh" in _text(client.get(PATH, headers=operator).data)
    assert "Mẫu của tỉnh" not in _text(client.get(f"{PATH}?on=2026-10-31", headers=operator).data), "earlier days"
    filled = _text(client.get(f"{PATH}?filled=true", headers=operator).data)
    assert "Mẫu của tỉnh" in filled
    assert "{{" not in filled
    again = client.post("/api/document-templates/bao-cao/ours", json={"starts": "2026-11-10"}, headers=operator)
    assert [one["starts"] for one in again.json["template"]["loaded"]] == ["2026-11-01", "2026-11-10"]  # type: ignore[index]
    assert _text(client.get(PATH, headers=operator).data) == _text(ours.data)
    listed = client.get("/api/document-templates", headers=operator).json
    assert {one["kind"]: one["in_force_from"] for one in listed["kinds"]} == {  # type: ignore[index]
        kind: "2026-11-10" if kind == "bao-cao" else None for kind in KINDS
    }


def test_every_broken_field_is_named_and_nothing_is_kept(client: FlaskClient, operator: dict[str, str]) -> None:
    ours = client.get(PATH, headers=operator).data
    broken = _changed(_changed(ours, "{{ khong_co }}"), "{% for dong in %}")
    refused = client.put(f"{PATH}?starts=2026-11-01", data=broken, headers=operator, content_type=DOCX)
    assert refused.status_code == 400
    said = " ".join(one["message"] for one in refused.json["errors"])  # type: ignore[index]
    assert len(refused.json["errors"]) >= 2, said  # type: ignore[index]
    assert "khong_co" in said
    no_word = client.put(f"{PATH}?starts=2026-11-01", data=b"\x00" * 50, headers=operator, content_type=DOCX)
    assert no_word.status_code == 400
    assert client.put(f"{PATH}?starts=2026-11-01", data=ours, headers=operator).status_code == 415
    assert client.put(PATH, data=ours, headers=operator, content_type=DOCX).status_code == 400, "no first day"
    assert client.get("/api/document-templates/to-roi.docx", headers=operator).status_code == 404
    assert client.get(PATH, headers=operator).data == ours


def test_an_officer_reads_them_and_does_not_change_the_whole_tenants(
    client: FlaskClient, world: World, now: datetime
) -> None:
    people.account(world.database, world.tenant, "hoa", now)
    people.give(world.database, world.tenant, "hoa", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    officer = people.signed_in(client, "hoa")
    ours = client.get(PATH, headers=officer)
    assert ours.status_code == 200
    changed = client.put(f"{PATH}?starts=2026-11-01", data=ours.data, headers=officer, content_type=DOCX)
    assert changed.status_code == 403
    assert client.get(PATH).status_code == 401
