"""Signing in and what it opens, over HTTP, attacked: other branches, employers, ended roles, old tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.access import accounts, attempts, roles
from certification.access.permissions import BRANCH_SCOPE, READ_SCOPE, TABLE, Act, Role
from certification.judgement import assessments
from certification.models import Account, AccountSession
from certification.resources.access import COOKIE
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Database
from tests.certification.access.people import PASSWORD, account, give, signed_in
from tests.certification.learning import PROGRAMME, add_facts
from tests.certification.world import World
from tests.conftest import PEPPER

TODAY = vietnam_day(datetime.now().astimezone())


@pytest.fixture
def people(world: World) -> dict[str, UUID]:
    """NV-1 in dn/a (before, in dn/b), NV-2 in dn/b, NV-3 in dn/c; each has learnt and is judged."""
    with world.database.writing(world.tenant) as session:
        found = {f"NV-{n}": world.employ(session, unit) for n, unit in enumerate(("dn/a", "dn/b", "dn/c"), 1)}
        world.also(session, found["NV-1"], "dn/b", started=date(2020, 1, 1), ended=date(2020, 12, 31))
        for worker in found.values():
            add_facts(session, world.tenant, worker, ["law-labour"], times=2)
    with world.database.writing(world.tenant) as session:
        assessments.assess(
            session, world.tenant, list(found.values()), PROGRAMME, 2026, as_of=date(2026, 11, 20), now=world.now
        )
    return found


@pytest.fixture
def member(world: World, client: FlaskClient) -> Callable[..., dict[str, str]]:
    """Makes an account with a role; gives the headers of whoever has signed in to it."""

    def make(name: str, role: Role | None = None, unit: str | None = None, **given: Any) -> dict[str, str]:
        worker = given.pop("worker", None)
        account(world.database, world.tenant, name, world.now, worker=worker)
        if role is not None:
            give(world.database, world.tenant, name, role, world.now, organization=unit, **given)
        return signed_in(client, name)

    return make


def branch_key(world: World, role: Role, unit: str | None, **given: Any) -> dict[str, str]:
    with world.database.writing(world.tenant) as session:
        key, secret = api.create_credential(
            session, world.tenant, name="x", scopes=[BRANCH_SCOPE], pepper=PEPPER, now=world.now
        )
        given = {"starts": date(2026, 1, 1), **given}
        roles.give(
            session,
            roles.at_terminal(world.tenant),
            role,
            key=key,
            organization=unit,
            reason="x",
            now=world.now,
            **given,
        )
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def readable(client: FlaskClient, headers: dict[str, str], what: str = "assessment") -> set[str]:
    """Whose record is answered; whoever is not open looks like one who never was."""
    found = set()
    for number in ("NV-1", "NV-2", "NV-3"):
        answer = client.get(f"/api/workers/{number}/{what}?year=2026", headers=headers)
        if answer.status_code == 200:
            found.add(number)
        elif answer.status_code == 404:
            assert answer.json["errors"][0]["message"] == f"there is no worker {number!r}"  # type: ignore[index]
        else:
            assert answer.status_code == 403
    return found


# ---------------------------------------------------------------- whose record


@pytest.mark.parametrize(
    ("role", "unit", "judged", "learnt"),
    [
        (Role.GRASSROOTS_OFFICER, "cdcs/a", {"NV-1"}, {"NV-1"}),
        (Role.UPPER_OFFICER, "cd/lai-chau", {"NV-1", "NV-2"}, {"NV-1", "NV-2"}),
        (Role.ENTERPRISE, "dn/a", set(), {"NV-1"}),
        (Role.AUDITOR, "vn/lao-cai", {"NV-3"}, {"NV-3"}),
        (Role.OPERATOR, None, set(), set()),
        (None, None, set(), set()),
    ],
)
def test_people_and_keys_read_their_own_branch_and_an_employer_no_judgement(
    world: World,
    other_world: World,
    people: dict[str, UUID],
    client: FlaskClient,
    member: Callable[..., dict[str, str]],
    role: Role | None,
    unit: str | None,
    judged: set[str],
    learnt: set[str],
) -> None:
    person = member("lan", role, unit)
    assert readable(client, person) == judged
    assert readable(client, person, "learning") == learnt
    if role is not None:
        key = branch_key(world, role, unit)
        assert readable(client, key) == judged
        assert readable(client, key, "learning") == learnt


def test_a_worker_reads_the_own_record_and_no_other(
    people: dict[str, UUID], client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    headers = member("cn", worker=people["NV-2"])
    assert readable(client, headers) == {"NV-2"}
    assert readable(client, headers, "learning") == {"NV-2"}
    assert client.get("/api/attainment", headers=headers).status_code == 403
    assert client.get("/api/unknown-actors", headers=headers).status_code == 403


def test_an_enterprise_gets_the_days_of_the_employment_alone(
    world: World, people: dict[str, UUID], client: FlaskClient
) -> None:
    from certification.models import Employment

    with world.database.writing(world.tenant) as session:
        mine = sa.and_(Employment.worker_id == people["NV-1"], Employment.enterprise_id == world.ids["dn/a"])
        session.execute(sa.update(Employment).where(mine).values(started=date(2026, 9, 1)))
    union = branch_key(world, Role.GRASSROOTS_OFFICER, "cdcs/a")
    employer = branch_key(world, Role.ENTERPRISE, "dn/a")

    def days(headers: dict[str, str]) -> list[str]:
        found: list[str] = []
        path = "/api/workers/NV-1/learning?year=2026&limit=1"
        cursor = ""
        while True:
            answer = client.get(path + cursor, headers=headers)
            assert answer.status_code == 200
            found += [one["day"] for one in answer.json["items"]]  # type: ignore[index]
            if answer.json["next"] is None:  # type: ignore[index]
                return found
            cursor = f"&cursor={answer.json['next']}"  # type: ignore[index]

    everything = days(union)
    assert everything == sorted(everything)
    assert len(everything) == 2
    assert days(employer) == [day for day in everything if day >= "2026-09-01"]


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(1)])
def test_a_role_that_ended_opens_nothing_to_whoever_is_still_signed_in(
    world: World,
    people: dict[str, UUID],
    client: FlaskClient,
    member: Callable[..., dict[str, str]],
    until: date,
) -> None:
    headers = member("lan", Role.UPPER_OFFICER, "cd/lai-chau", until=until)
    key = branch_key(world, Role.UPPER_OFFICER, "cd/lai-chau", until=until)
    for each in (headers, key):
        assert readable(client, each) == set()
        assert client.get("/api/attainment", headers=each).status_code == 403


def test_figures_are_those_of_the_branch(
    world: World, people: dict[str, UUID], client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    headers = member("lan", Role.UPPER_OFFICER, "cd/lai-chau")
    answer = client.get("/api/attainment", headers=headers)
    codes = {one["code"] for one in answer.json["organizations"]}  # type: ignore[index]
    assert {"cd/lai-chau", "cdcs/a", "dn/a"} <= codes
    assert codes & {"cd/lao-cai", "cdcs/c", "dn/c", "vn"} == set()
    assert client.get("/api/attainment?organization=dn/c", headers=headers).status_code == 404


def test_a_branch_key_without_a_role_and_a_test_key_open_nothing(
    world: World, people: dict[str, UUID], client: FlaskClient, credential: Callable[..., str]
) -> None:
    headers = {"Authorization": credential(world.tenant, BRANCH_SCOPE)}
    assert readable(client, headers) == set()
    assert readable(client, {"Authorization": credential(world.tenant, READ_SCOPE)}) == {"NV-1", "NV-2", "NV-3"}


# ---------------------------------------------------------------- escalation


def test_nobody_reaches_accounts_roles_or_records_beyond_the_own_role(
    world: World, people: dict[str, UUID], client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    officer = member("tren", Role.UPPER_OFFICER, "cd/lai-chau")
    auditor = member("ktra", Role.AUDITOR, "cd/lai-chau")
    enterprise = member("dn", Role.ENTERPRISE, "dn/a")
    operator = member("vh", Role.OPERATOR)
    made = {"name": "ma", "full_name": "M", "reason": "x"}
    for headers in (officer, auditor, enterprise):
        assert client.post("/api/accounts", json=made, headers=headers).status_code == 403
        assert client.get("/api/accounts", headers=headers).status_code == 403
        assert client.get("/api/access-record", headers=headers).status_code == 403
        assert client.post("/api/accounts/vh/invitation", json={"reason": "x"}, headers=headers).status_code == 403
    for headers, body in (
        (officer, {"role": "operator", "account": "dn"}),
        (officer, {"role": "grassroots_officer", "account": "dn", "organization": "cdcs/c"}),
        (officer, {"role": "grassroots_officer", "account": "tren", "organization": "cdcs/a"}),
        (operator, {"role": "auditor", "account": "vh"}),
        (auditor, {"role": "auditor", "account": "ktra", "organization": "cd/lai-chau"}),
        (enterprise, {"role": "team_lead", "account": "dn", "organization": "dn/a", "team": "x"}),
    ):
        answer = client.post("/api/roles", json={**body, "reason": "x"}, headers=headers)
        assert answer.status_code in (400, 403), body
        assert answer.status_code == 403 or "team" in answer.text
    given = client.post(
        "/api/roles",
        json={"role": "grassroots_officer", "account": "dn", "organization": "cdcs/a", "reason": "x"},
        headers=officer,
    )
    assert given.status_code == 201
    assert client.post("/api/accounts", json=made, headers=operator).status_code == 201


def test_roles_of_other_branches_are_neither_listed_nor_ended_nor_handed_over(
    world: World, client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    officer = member("tren", Role.UPPER_OFFICER, "cd/lai-chau")
    operator = member("vh", Role.OPERATOR)
    member("kia", Role.GRASSROOTS_OFFICER, "cdcs/c")
    member("day", Role.GRASSROOTS_OFFICER, "cdcs/a")
    listed = {one["account"]: one["id"] for one in _roles(client, operator)}
    assert {one["account"] for one in _roles(client, officer)} == {"tren", "day"}
    for path, body in (("end", {}), ("hand-over", {"to": "day"})):
        for of in (listed["kia"], "01a1fd02-9f9d-74e3-8d7d-5e46d242ea97", "x"):
            answer = client.post(f"/api/roles/{of}/{path}", json={**body, "reason": "x"}, headers=officer)
            assert answer.status_code == 404
    past = client.post(f"/api/roles/{listed['day']}/end", json={"on": "2026-01-01", "reason": "x"}, headers=officer)
    assert past.status_code == 400
    assert client.post(f"/api/roles/{listed['tren']}/end", json={"reason": "x"}, headers=officer).status_code == 403
    handed = client.post(
        f"/api/roles/{listed['day']}/hand-over", json={"to": "kia", "reason": "đại hội"}, headers=officer
    )
    assert handed.status_code == 200
    assert handed.json["role"]["account"] == "kia"  # type: ignore[index]
    acts = client.get("/api/access-record?limit=2", headers=operator).json
    assert {(one["by"], one["act"]) for one in acts["items"]} == {("tren", "hand-over"), ("tren", "give-role")}  # type: ignore[index]


def _roles(client: FlaskClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = client.get("/api/roles", headers=headers)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json["roles"]  # type: ignore[index]
    return found


def test_the_table_opens_no_act_about_a_persons_judgement_to_an_employer_or_an_operator() -> None:
    for role in (Role.ENTERPRISE, Role.OPERATOR):
        assert role not in TABLE[Act.READ_ASSESSMENT].roles


# ---------------------------------------------------------------- sessions


def test_a_session_says_who_one_is_until_one_signs_out(
    world: World, client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    headers = member("lan", Role.UPPER_OFFICER, "cd/lai-chau")
    told = client.get("/api/session", headers=headers).json
    assert (told["account"], told["is_worker"]) == ("lan", False)  # type: ignore[index]
    assert [(one["role"], one["organization"]) for one in told["roles"]] == [  # type: ignore[index]
        ("upper_officer", "cd/lai-chau")
    ]
    assert client.delete("/api/session", headers=headers).status_code == 204
    assert client.get("/api/session", headers=headers).status_code == 401


def test_tokens_that_are_none_expired_or_of_a_deactivated_account_open_nothing(
    world: World, client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    headers = member("lan", Role.AUDITOR)
    token = headers["Authorization"].removeprefix("Bearer ")
    for wrong in ("", "x", token[:-1], token.swapcase(), f"{token} x", "é"):
        assert client.get("/api/session", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    with world.database.writing(world.tenant) as session:
        session.execute(sa.update(AccountSession).values(expires=world.now - timedelta(days=1)))
    assert client.get("/api/session", headers=headers).status_code == 401
    again = signed_in(client, "lan")
    with world.database.writing(world.tenant) as session:
        accounts.deactivate(session, world.tenant, "lan", by="x", reason="x", now=world.now)
    assert client.get("/api/session", headers=again).status_code == 401


def test_a_cookie_that_came_before_signing_in_is_never_the_session_that_begins(
    world: World, app: Flask, member: Callable[..., dict[str, str]]
) -> None:
    planted = member("ke-xau")["Authorization"].removeprefix("Bearer ")
    account(world.database, world.tenant, "lan", world.now)
    browser = app.test_client()
    browser.set_cookie(COOKIE, planted)
    body = {"account": "lan", "password": PASSWORD, "cookie": True}
    answer = browser.post("/api/sign-in", json=body, headers={"Origin": "http://localhost"})
    assert answer.status_code == 200
    assert answer.json["token"] is None  # type: ignore[index]
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in (f"{COOKIE}=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    assert planted not in cookie
    other = app.test_client().get("/api/session", headers={"Authorization": f"Bearer {planted}"})
    assert other.status_code == 401, "the planted session has ended"


def test_a_page_of_another_site_changes_nothing_with_our_cookie(
    world: World, app: Flask, member: Callable[..., dict[str, str]]
) -> None:
    token = member("vh", Role.OPERATOR)["Authorization"].removeprefix("Bearer ")
    browser = app.test_client()
    browser.set_cookie(COOKIE, token)
    body = {"name": "ma", "full_name": "M", "reason": "x"}
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ):
        assert browser.post("/api/accounts", json=body, headers=headers).status_code == 403
        sign_in = {"account": "vh", "password": PASSWORD, "cookie": True}
        assert browser.post("/api/sign-in", json=sign_in, headers=headers).status_code == 403
    assert browser.get("/api/session").status_code == 200
    assert browser.post("/api/accounts", json=body, headers={"Origin": "http://localhost"}).status_code == 201


def test_signing_in_is_refused_alike_and_then_asks_for_patience(world: World, client: FlaskClient) -> None:
    account(world.database, world.tenant, "lan", world.now)
    for name in ("lan", "nobody"):
        told = []
        for _ in range(attempts.FREE_FAILURES + 1):
            answer = client.post("/api/sign-in", json={"account": name, "password": "không phải đâu"})
            told.append((answer.status_code, answer.json["errors"][0]["place"]))  # type: ignore[index]
        assert told == [(401, "")] * attempts.FREE_FAILURES + [(429, "")]
        assert int(answer.headers["Retry-After"]) >= 1


def test_a_password_is_set_by_token_and_changed_by_its_owner(
    world: World, client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    operator = member("vh", Role.OPERATOR)
    made = client.post("/api/accounts", json={"name": "moi", "full_name": "Mới", "reason": "x"}, headers=operator).json
    token = made["token"]  # type: ignore[index]
    short = client.post("/api/set-password", json={"token": token, "password": "ngắn"})
    assert (short.status_code, short.json["errors"][0]["place"]) == (400, "/password")  # type: ignore[index]
    assert client.post("/api/set-password", json={"token": token, "password": PASSWORD}).status_code == 200
    assert client.post("/api/set-password", json={"token": token, "password": PASSWORD}).status_code == 401
    headers = signed_in(client, "moi")
    wrong = {"old": "không phải đâu", "new": PASSWORD + " hai"}
    assert client.post("/api/session/password", json=wrong, headers=headers).status_code == 401
    changed = client.post("/api/session/password", json={"old": PASSWORD, "new": PASSWORD + " hai"}, headers=headers)
    assert changed.status_code == 200
    assert client.get("/api/session", headers=headers).status_code == 401
    fresh = {"Authorization": f"Bearer {changed.json['token']}"}  # type: ignore[index]
    assert client.get("/api/session", headers=fresh).status_code == 200


def test_no_secret_stands_in_any_answer_about_accounts(
    world: World, client: FlaskClient, member: Callable[..., dict[str, str]]
) -> None:
    operator = member("vh", Role.OPERATOR)
    with world.database.reading(world.tenant) as session:
        kept = session.scalar(sa.select(Account.password).where(Account.tenant_id == world.tenant)) or ""
    for path in ("/api/accounts", "/api/roles", "/api/access-record", "/api/session"):
        text = client.get(path, headers=operator).text
        assert kept not in text
        assert "argon2" not in text


def test_a_person_of_one_tenant_sees_nothing_of_another(
    world: World, other_world: World, people: dict[str, UUID], client: FlaskClient, database: Database
) -> None:
    account(database, other_world.tenant, "lan", world.now)
    give(database, other_world.tenant, "lan", Role.AUDITOR, world.now)
    answer = client.post("/api/sign-in", json={"account": "lan@other", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json['token']}"}  # type: ignore[index]
    found = client.get("/api/accounts", headers=headers).json
    assert [one["name"] for one in found["accounts"]] == ["lan"]  # type: ignore[index]
    assert readable(client, headers, "learning") <= {"NV-1", "NV-2", "NV-3"}
    told = client.get("/api/workers/NV-1/learning?year=2026", headers=headers).json
    assert len(told["items"]) != 2, "the other tenant's NV-1 has learnt more"  # type: ignore[index]
