"""/api/certificates, /issuers/…: the register, and what anybody may verify."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.acts import chain
from certification.certificates import codes, keys, verification
from certification.credentials import proofs
from certification.models import Certificate, Worker
from certification.rules import rule_files
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification.access import people
from tests.certification.certificates.issued import DECISION, PUBLIC_URL, entries, recognise
from tests.certification.credentials.signed import verified_elsewhere
from tests.certification.shipped_rules import FOLDER
from tests.conftest import PEPPER

CODE = "/api/certificates/by-code"


@pytest.fixture
def operator(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> dict[str, str]:
    """Headers of an operator; three titles are recognised."""
    recognise(database, tenant, now, "NV-1", "NV-2", "NV-3")
    people.account(database, tenant, "vh", now)
    people.give(database, tenant, "vh", Role.OPERATOR, now)
    return people.signed_in(client, "vh")


@pytest.fixture
def issued(client: FlaskClient, operator: dict[str, str]) -> list[dict[str, Any]]:
    """The register after issuing."""
    answer = client.post("/api/certificates", json={"decision": DECISION}, headers=operator)
    assert answer.json["signed"] == 3  # type: ignore[index]
    found: list[dict[str, Any]] = client.get("/api/certificates", headers=operator).json["items"]  # type: ignore[index]
    return found


def fetched(client: FlaskClient, credential: dict[str, Any]) -> dict[str, Any]:
    """What a verifier finds at the addresses that a credential names."""
    did = credential["issuer"]["id"]
    document = client.get("/" + "/".join(did.split(":")[3:]) + "/did.json").json
    status = credential["credentialStatus"]["statusListCredential"]
    found = {did: document, status: client.get(urlsplit(status).path).json}
    for method in document["verificationMethod"]:  # type: ignore[index]
        found[method["id"]] = {"@context": "https://w3id.org/security/multikey/v1", **method}
    return found


def test_the_register_comes_in_parts(client: FlaskClient, operator: dict[str, str], issued: list[Any]) -> None:
    first = client.get("/api/certificates?limit=2&year=2026", headers=operator).json
    rest = client.get(f"/api/certificates?limit=2&year=2026&cursor={first['next']}", headers=operator).json  # type: ignore[index]
    assert [one["id"] for page in (first, rest) for one in page["items"]] == [one["id"] for one in issued]  # type: ignore[index]
    assert client.get("/api/certificates?decision=khac", headers=operator).json["items"] == []  # type: ignore[index]


def test_the_key_is_changed_and_what_the_old_one_signed_is_still_verified(
    client: FlaskClient, tenant: UUID, database: Database, operator: dict[str, str], issued: list[Any]
) -> None:
    told: Any = client.get("/api/signing-keys", headers=operator).json
    [old] = told["keys"]
    assert old["signs"]
    made: Any = client.post("/api/signing-keys/rotate", headers=operator).json
    told = client.get("/api/signing-keys", headers=operator).json
    assert [one["signs"] for one in told["keys"]] == [False, True]
    assert made["key"].endswith("#" + told["keys"][1]["name"])
    assert client.get(f"{CODE}/{issued[0]['code']}").json["unaltered"]  # type: ignore[index]
    people.account(database, tenant, "kt", datetime.now().astimezone())
    people.give(database, tenant, "kt", Role.AUDITOR, datetime.now().astimezone())
    auditor = people.signed_in(client, "kt")
    assert client.get("/api/signing-keys", headers=auditor).status_code == 200
    assert client.post("/api/signing-keys/rotate", headers=auditor).status_code == 403
    with database.reading(tenant) as session:
        acts = [one for one in chain.listed(session, tenant, limit=50) if one.act == "signing-key.make"]
    assert next(one.by for one in acts) == "vh"


def test_two_persons_change_the_key_where_it_takes_two(
    client: FlaskClient, tenant: UUID, database: Database, operator: dict[str, str], now: datetime
) -> None:
    settings = client.application.extensions["settings"]
    client.application.extensions["settings"] = replace(settings, key_change_by_two=True)
    people.account(database, tenant, "vh-hai", now)
    people.give(database, tenant, "vh-hai", Role.OPERATOR, now)
    second = people.signed_in(client, "vh-hai")

    def ask(headers: dict[str, str]) -> Any:
        return client.post("/api/signing-keys/rotate", headers=headers).json

    def names() -> list[str]:
        told: Any = client.get("/api/signing-keys", headers=operator).json
        return [one["name"] for one in told["keys"]]

    for _ in range(2):  # the same person twice is one person
        asked = ask(operator)
        assert (asked["key"], asked["asked_by"]) == (None, "vh")
    assert names() == []
    assert ask(second)["key"].endswith("#" + names()[0])
    assert ask(second)["asked_by"] == "vh-hai", "what was asked for is done: the next change takes two again"
    assert len(names()) == 1
    with database.reading(tenant) as session:
        acts = [(one.act, one.by) for one in chain.listed(session, tenant, limit=50) if one.act[:11] == "signing-key"]
        assert acts == [("signing-key.ask", "vh-hai"), ("signing-key.make", "vh-hai"), ("signing-key.ask", "vh")]
        issuer = keys.Issuer.of(PUBLIC_URL, tenant)
    with database.writing(tenant) as session:
        late = {"secret": PEPPER, "by": "vh", "now": datetime.now(UTC) + timedelta(hours=25), "by_two": True}
        assert isinstance(keys.change(session, tenant, issuer, **late), keys.Asked), "a day is over"


def test_a_drill_with_a_stolen_key(
    client: FlaskClient, tenant: UUID, database: Database, operator: dict[str, str], issued: list[Any], now: datetime
) -> None:
    issuer = keys.Issuer.of(PUBLIC_URL, tenant)
    with database.reading(tenant) as session:  # a thief has a copy of the database, and SECRET_KEY
        name = keys.current_name(session, tenant)
        assert name is not None
        stolen = keys.named(session, tenant, issuer, name, secret=PEPPER)
    assert client.post("/api/signing-keys/rotate", headers=operator).status_code == 200  # docs/operate.md, Leaked key

    genuine = json.loads(client.get(f"{CODE}/{issued[0]['code']}/credential").data)
    code = codes.make()
    text = json.dumps({key: value for key, value in genuine.items() if key != "proof"}, ensure_ascii=False)
    forged = proofs.prove(json.loads(text.replace(issued[0]["code"], code)), stolen, created=now)
    proofs.check(forged, lambda address: stolen.public if address == stolen.id else None)  # as good as ours, by itself
    for path in (f"{CODE}/{code}", f"{CODE}/{code}/credential", f"/k/{code}"):
        assert client.get(path).status_code == 404
    with database.writing(tenant) as session:  # one put into the register instead of what was signed for somebody
        spoilt = sa.update(Certificate).where(Certificate.tenant_id == tenant, Certificate.code == issued[1]["code"])
        session.execute(spoilt.values(signed=json.dumps(forged).encode()))
    assert client.get(f"{CODE}/{issued[1]['code']}").json["unaltered"] is False  # type: ignore[index]
    assert client.get(f"{CODE}/{issued[0]['code']}").json["unaltered"] is True  # type: ignore[index]

    recognise(database, tenant, now, "NV-9", decision="13/QĐ-UBND")
    answer = client.post("/api/certificates", json={"decision": "13/QĐ-UBND"}, headers=operator)
    assert answer.json["signed"] == 1  # type: ignore[index]
    entry = entries(database, tenant)[-1]
    later = json.loads(client.get(f"{CODE}/{entry.code}/credential").data)
    proof = later["proof"] if isinstance(later["proof"], dict) else later["proof"][0]
    assert proof["verificationMethod"] != stolen.id, "the stolen key signs nothing of ours any more"
    with database.reading(tenant) as session:
        made = [one for one in chain.listed(session, tenant, limit=50) if one.act == "signing-key.make"]
    assert len(made) == 2, "the record says when, and by whom"


def test_the_book_of_the_register_is_given_to_whoever_may_read_it(
    client: FlaskClient, tenant: UUID, database: Database, operator: dict[str, str], issued: list[Any]
) -> None:
    year = vietnam_day(datetime.now(UTC)).year
    found = client.get(f"/api/certificates/register-book.xlsx?year={year}", headers=operator)
    assert (found.status_code, found.headers["Cache-Control"]) == (200, "no-store")
    page = openpyxl.load_workbook(io.BytesIO(found.data)).worksheets[0]
    assert {one["number"] for one in issued} <= {str(cell.value) for row in page.iter_rows() for cell in row}
    assert client.get("/api/certificates/register-book.xlsx?year=x", headers=operator).status_code == 400
    assert client.get("/api/certificates/register-book.xlsx").status_code == 401


def test_anybody_verifies_by_the_code_and_learns_what_the_paper_says(client: FlaskClient, issued: list[Any]) -> None:
    code = issued[0]["code"]
    found = client.get(f"{CODE}/{code.lower().replace('-', '')}")
    assert found.status_code == 200
    said = found.json
    assert (said["state"], said["unaltered"], said["number"]) == ("valid", True, issued[0]["number"])  # type: ignore[index]
    assert issued[0]["worker"] not in found.text
    alone = client.get(f"{CODE}/{code}/credential")
    assert json.loads(alone.data) == said["credential"]  # type: ignore[index]


def test_a_look_up_asks_the_database_twice(
    client: FlaskClient, issued: list[Any], count_commands: Callable[[], Any]
) -> None:
    client.get(f"{CODE}/{issued[0]['code']}")  # the limit of look-ups finds out once whose tenant is the operator's
    for path in (f"{CODE}/{issued[1]['code']}", f"/k/{issued[2]['code']}"):
        with count_commands() as commands:
            assert client.get(path).status_code == 200
        assert len([one for one in commands if "SELECT" in one]) == 2


def test_a_code_that_is_none_and_one_that_nobody_has_are_not_found(client: FlaskClient, issued: list[Any]) -> None:
    for code in (codes.make(), "ABCD", issued[0]["code"][:-1], "%00", "ấ" * 300):
        for path in (code, f"{code}/credential"):
            assert client.get(f"{CODE}/{path}").status_code == 404


@pytest.mark.slow
def test_other_peoples_software_verifies_what_is_issued_until_it_is_withdrawn(
    client: FlaskClient, operator: dict[str, str], issued: list[Any]
) -> None:
    credentials = [client.get(f"{CODE}/{one['code']}").json["credential"] for one in issued]  # type: ignore[index]
    answers = verified_elsewhere(credentials, fetched(client, credentials[0]), datetime.now().astimezone())
    assert [(one["verified"], one["withdrawn"]) for one in answers] == [(True, False)] * 3, answers
    path = f"/api/certificates/{issued[1]['id']}/withdraw"
    assert client.post(path, json={"reason": "QĐ 20", "title": True}, headers=operator).status_code == 200
    answers = verified_elsewhere(credentials, fetched(client, credentials[0]), datetime.now().astimezone())
    assert [one["withdrawn"] for one in answers] == [False, True, False], answers
    assert client.get(f"{CODE}/{issued[1]['code']}").json["state"] == "withdrawn"  # type: ignore[index]


@pytest.mark.slow
def test_other_peoples_software_verifies_a_correction_and_sees_the_former_withdrawn(
    client: FlaskClient, operator: dict[str, str], issued: list[Any], database: Database, tenant: UUID
) -> None:
    with database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == UUID(issued[0]["worker"])).values(full_name="Lê Đúng"))
    path = f"/api/certificates/{issued[0]['id']}/correct"
    made = client.post(path, json={"reason": "sai tên"}, headers=operator).json["certificate"]  # type: ignore[index]
    both = [client.get(f"{CODE}/{one}/credential").get_json(force=True) for one in (issued[0]["code"], made["code"])]
    answers = verified_elsewhere(both, fetched(client, both[0]), datetime.now().astimezone())
    assert [(one["verified"], one["withdrawn"]) for one in answers] == [(True, True), (True, False)], answers


def test_a_corrected_certificate_names_the_one_in_its_place(
    client: FlaskClient, operator: dict[str, str], issued: list[Any]
) -> None:
    client.post(f"/api/certificates/{issued[0]['id']}/withdraw", json={"reason": "sai tên"}, headers=operator)
    client.post("/api/certificates", json={"decision": DECISION}, headers=operator)
    said = client.get(f"{CODE}/{issued[0]['code']}").json
    assert said["state"] == "corrected"  # type: ignore[index]
    assert client.get(f"{CODE}/{said['corrected_by']}").json["number"] == "0004/2026/CDHT"  # type: ignore[index]


def test_one_that_says_something_wrong_is_corrected_in_one_step(
    client: FlaskClient, operator: dict[str, str], issued: list[Any], database: Database, tenant: UUID
) -> None:
    path = f"/api/certificates/{issued[0]['id']}/correct"
    assert client.post(path, json={"reason": "sai tên"}, headers=operator).status_code == 409
    with database.writing(tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == UUID(issued[0]["worker"])).values(full_name="Lê Đúng"))
    made = client.post(path, json={"reason": "sai tên"}, headers=operator).json["certificate"]  # type: ignore[index]
    assert (made["name"], made["number"], made["issued"] is None) == ("Lê Đúng", "0004/2026/CDHT", False)
    said = client.get(f"{CODE}/{made['code']}").json
    assert (said["replaces"], said["unaltered"]) == (issued[0]["number"], True)  # type: ignore[index]
    assert f"(thay giấy số {issued[0]['number']})" in client.get(f"/k/{made['code']}").text
    for one, body, status in (
        (issued[0]["id"], {"reason": "x"}, 409),
        (uuid4(), {"reason": "x"}, 404),
        (uuid4(), {}, 400),
    ):
        assert client.post(f"/api/certificates/{one}/correct", json=body, headers=operator).status_code == status


def test_what_cannot_be_is_refused(client: FlaskClient, operator: dict[str, str], issued: list[Any]) -> None:
    for path, body, status in (
        ("/api/certificates", {"decision": "khác"}, 409),
        ("/api/certificates", {"decision": ""}, 400),
        (f"/api/certificates/{uuid4()}/withdraw", {"reason": "x"}, 404),
        (f"/api/certificates/{issued[0]['id']}/withdraw", {"reason": " "}, 400),
        (f"/api/certificates/{issued[0]['id']}/withdraw", {"reason": "x", "title": "có"}, 400),
    ):
        assert client.post(path, json=body, headers=operator).status_code == status, (path, body)


def test_nobody_else_reads_the_register(
    client: FlaskClient, database: Database, tenant: UUID, now: datetime, issued: list[Any]
) -> None:
    assert client.get("/api/certificates").status_code == 401
    people.account(database, tenant, "hoa", now)
    people.give(database, tenant, "hoa", Role.AUDITOR, now, organization="vn")
    assert client.get("/api/certificates", headers=people.signed_in(client, "hoa")).status_code == 403


def test_an_issuer_that_is_none_has_no_keys_and_no_list(client: FlaskClient, tenant: UUID, issued: list[Any]) -> None:
    for path in (f"{uuid4()}/did.json", f"{uuid4()}/status/1", f"{tenant}/status/2", f"{tenant}/status/0"):
        assert client.get(f"/issuers/{path}").status_code == 404
    assert client.get(f"/issuers/{tenant}/status/1").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Người khác"},
        {"printed_number": "9999/2026/CDHT"},
        {"year": 2025},
        {"decision_number": "99/QĐ"},
        {"decided_on": date(2026, 1, 1)},
        {"body": "Nơi khác"},
        {"signed": b"[1]"},
        {"signed": b"{"},
    ],
    ids=repr,
)
def test_a_certificate_changed_in_the_database_is_told(
    client: FlaskClient, database: Database, tenant: UUID, issued: list[Any], changed: dict[str, Any]
) -> None:
    one = entries(database, tenant)[0]
    assert client.get(f"{CODE}/{one.code}").json["unaltered"] is True  # type: ignore[index]
    with database.writing(tenant) as session:
        session.execute(sa.update(Certificate).where(Certificate.id == one.id).values(**changed))
    page = client.get(f"/k/{one.code}")
    assert page.status_code == 200
    assert "bản ghi không khớp chữ ký" in page.text
    assert client.get(f"{CODE}/{one.code}").json["unaltered"] is False  # type: ignore[index]


def test_the_signature_is_checked_once_and_how_it_stands_is_asked_each_time(
    client: FlaskClient, operator: dict[str, str], issued: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = proofs.check

    def counted(document: Any, find: Any) -> str:
        checked.append(document["id"])
        return check(document, find)

    monkeypatch.setattr(proofs, "check", counted)
    code = issued[0]["code"]
    states = [client.get(f"{CODE}/{code}").json["state"] for _ in range(3)]  # type: ignore[index]
    client.post(f"/api/certificates/{issued[0]['id']}/withdraw", json={"reason": "QĐ 9"}, headers=operator)
    states.append(client.get(f"{CODE}/{code}").json["state"])  # type: ignore[index]
    assert states == ["valid"] * 3 + ["withdrawn"]
    assert len(checked) == 1


def test_the_list_of_what_is_withdrawn_is_signed_when_it_changes_and_not_for_each_who_asks(
    client: FlaskClient, operator: dict[str, str], issued: list[Any], tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[str] = []
    prove = proofs.prove

    def counted(document: Any, key: Any, *, created: datetime) -> dict[str, Any]:
        signed.append(document["id"])
        return prove(document, key, created=created)

    monkeypatch.setattr(proofs, "prove", counted)
    path = f"/issuers/{tenant}/status/1"
    first = client.get(path)
    assert client.get(path).data == first.data
    assert first.headers["Cache-Control"] == "public, max-age=300"
    etag = first.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    client.post(f"/api/certificates/{issued[0]['id']}/withdraw", json={"reason": "QĐ 9"}, headers=operator)
    changed = client.get(path, headers={"If-None-Match": etag})
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)
    assert len(signed) == 2


def test_where_a_form_says_how_long_a_title_is_held_it_expires(
    client: FlaskClient, database: Database, tenant: UUID, now: datetime, operator: dict[str, str]
) -> None:
    form = (FOLDER / "certificate-form-2026.toml").read_text().replace("certificate-form-2026", "form-of-a-year")
    figure = '{ value = 1, status = "PROPOSAL", sources = [], checked = 2026-11-21 }'
    text = f"{form}\n[validity]\nyears = {figure}\n".replace("in_force_from = 2022-10-19", "in_force_from = 2026-01-01")
    with database.writing(tenant) as session:
        rule_files.load_text(session, tenant, "form-of-a-year.toml", text, now=now)
    client.post("/api/certificates", json={"decision": DECISION}, headers=operator)
    one = entries(database, tenant)[0]
    for day, state in ((date(2026, 12, 31), "valid"), (date(2027, 1, 1), "expired")):
        found = verification.look_up(database, one.code, day, public_url="https://cdht.example.vn")
        assert found is not None
        assert (found.state, found.last_day, found.unaltered) == (state, date(2026, 12, 31), True)


def test_the_paper_is_given_to_whoever_has_the_code_until_it_is_withdrawn(
    client: FlaskClient, operator: dict[str, str], issued: list[dict[str, Any]]
) -> None:
    address = f"{CODE}/{issued[0]['code']}/paper"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert client.get(address).data == answer.data
    assert client.get(f"{CODE}/0000-0000-0000/paper").status_code == 404
    client.post(f"/api/certificates/{issued[0]['id']}/withdraw", json={"reason": "QĐ 9"}, headers=operator)
    refused = client.get(address)
    assert refused.status_code == 409
    assert "đã thu hồi" in refused.get_data(as_text=True)
