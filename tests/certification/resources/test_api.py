"""JSON for other systems: who may see what, what is refused and how, and figures that agree with page and terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from certification.access.permissions import TABLE, Act, act_of
from certification.evidence import feed
from certification.judgement import assessments
from certification.models import Employment, Organization, OrganizationParent, Worker
from certification.targets import figures, publications
from certification.targets.attainment import measure_all
from lrs import api
from lrs.db import Database, new_id
from tests.certification import learning
from tests.certification.learning import PROGRAMME, add_facts, add_worker, attest, statement, store

READ = "certification/read"
ON = date(2026, 11, 20)
PRIVATE = ["/api/workers/NV-AN/assessment", "/api/unknown-actors"]
ALL = ["/api/attainment", *PRIVATE]


@pytest.fixture
def rules(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    learning.load_rules(database, tenant, other_tenant, now=now)


@pytest.fixture
def officer(tenant: UUID, credential: Callable[..., str]) -> dict[str, str]:
    """Headers of somebody of `tenant` who may read figures and results."""
    return {"Authorization": credential(tenant, READ)}


@pytest.fixture
def other_officer(other_tenant: UUID, credential: Callable[..., str]) -> dict[str, str]:
    return {"Authorization": credential(other_tenant, READ)}


def enterprise(database: Database, tenant: UUID, code: str, people: int) -> None:
    """An enterprise outside any unit, with people of whom the first has learnt some law."""
    with database.writing(tenant) as session:
        place = Organization(
            id=new_id(), tenant_id=tenant, code=code, name=code, kind="enterprise", exists_from=None, exists_to=None
        )
        session.add(place)
        session.flush()
        for n in range(people):
            worker = Worker(id=new_id(), tenant_id=tenant, number=f"{code}-{n}", full_name="Người", gender="female")
            session.add(worker)
            session.flush()
            session.add(
                Employment(
                    worker_id=worker.id,
                    tenant_id=tenant,
                    enterprise_id=place.id,
                    started=date(2020, 1, 1),
                    ended=None,
                    position=None,
                )
            )
            if n == 0:
                add_facts(session, tenant, worker.id, ["law-labour"], times=2)


def judge(database: Database, tenant: UUID, worker: UUID, points: dict[str, int], now: datetime) -> None:
    with database.writing(tenant) as session:
        attest(session, tenant, worker, points, on=date(2026, 11, 1), year=2026, now=now)
        session.flush()
        assessments.assess(session, tenant, [worker], PROGRAMME, 2026, as_of=ON, now=now)


def body(response: Any) -> Any:
    return response.json


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.content_type == "application/json"
    assert list(response.json) == ["errors"]
    return [(one["place"], one["message"]) for one in body(response)["errors"]]


# ---------------------------------------------------------------- guards


def test_every_route_under_api_and_every_page_says_who_may_call_it(app: Flask) -> None:
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ("api", "check", "web")]
    assert len(ours) > 3
    for rule in ours:
        assert act_of(app.view_functions[rule.endpoint]) in TABLE, f"{rule.rule} has no guard"


def test_every_act_stands_in_the_table() -> None:
    assert set(TABLE) == set(Act)


def test_a_view_without_a_guard_is_refused_to_everybody(
    app: Flask, client: FlaskClient, officer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules()}
    monkeypatch.setitem(app.view_functions, endpoints["/api/unknown-actors"], lambda: "secret")
    response = client.get("/api/unknown-actors", headers=officer)
    assert response.status_code == 403
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ALL)
def test_without_credentials_there_is_a_challenge_and_nothing_else(client: FlaskClient, path: str) -> None:
    for headers in ({}, {"Authorization": "Basic bm9ib2R5OndyaXRl"}, {"Authorization": "Bearer x"}):
        response = client.get(path, headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
        assert len(errors(response)) == 1


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("scope", ["all", "statements/write"])
def test_scopes_of_a_learning_platform_do_not_open_peoples_results(
    client: FlaskClient, tenant: UUID, credential: Callable[..., str], path: str, scope: str
) -> None:
    response = client.get(path, headers={"Authorization": credential(tenant, scope)})
    assert response.status_code == 403
    assert READ in errors(response)[0][1]


@pytest.mark.parametrize("path", PRIVATE)
def test_publishing_figures_opens_nothing_about_persons(
    client: FlaskClient, database: Database, tenant: UUID, now: datetime, path: str
) -> None:
    with database.writing(tenant) as session:
        publications.publish(session, tenant, as_of=ON, now=now, hide_below=0)
    assert client.get(path).status_code == 401


# ---------------------------------------------------------------- ill-formed requests


@pytest.mark.parametrize("path", ["/api/", "/api/attainments", "/api/workers/NV-AN"])
def test_an_unknown_address_is_refused_in_the_one_form(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert errors(response)[0][0] == ""


def test_an_unknown_method_is_refused_in_the_one_form_and_told_which_there_are(client: FlaskClient) -> None:
    response = client.post("/api/attainment", json={})
    assert response.status_code == 405
    assert len(errors(response)) == 1
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    ("path", "query", "places"),
    [
        ("/api/attainment", "on=25/11/2026", ["on"]),
        ("/api/attainment", "on=1999-12-31", ["on"]),
        ("/api/attainment", "on=", ["on"]),
        ("/api/attainment", "ON=2026-11-25&nam=2026&on=x", ["ON", "nam", "on"]),
        ("/api/attainment", "on=2026-11-25&on=2026-11-26", ["on"]),
        ("/api/workers/NV-AN/assessment", "year=hai", ["year"]),
        ("/api/workers/NV-AN/assessment", "year=20266", ["year"]),
        ("/api/workers/NV-AN/assessment", "year=2026.5&tenant=other", ["tenant", "year"]),
        ("/api/unknown-actors", "limit=0&most=3", ["limit", "most"]),
    ],
)
def test_every_fault_of_a_query_is_named_at_once(
    client: FlaskClient, rules: None, officer: dict[str, str], path: str, query: str, places: list[str]
) -> None:
    response = client.get(f"{path}?{query}", headers=officer)
    assert response.status_code == 400
    assert sorted(place for place, _ in errors(response)) == places


def test_an_unknown_parameter_is_told_which_ones_there_are(
    client: FlaskClient, rules: None, officer: dict[str, str]
) -> None:
    response = client.get("/api/attainment?day=2026-11-25", headers=officer)
    assert errors(response) == [("day", "unknown parameter; those taken here: on, organization")]


# ---------------------------------------------------------------- attainment


def test_attainment_gives_whole_numbers_and_the_very_words_of_page_and_terminal(
    client: FlaskClient, database: Database, tenant: UUID, rules: None, officer: dict[str, str]
) -> None:
    enterprise(database, tenant, "dn-mot", 1200)
    _move_under(database, tenant, "dn-mot", "vn/lao-cai")
    response = client.get(f"/api/attainment?on={ON}", headers=officer)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    with database.reading(tenant) as session:
        measured = measure_all(session, tenant, on=ON)
    assert body(response)["on"] == "2026-11-20"
    assert [one["code"] for one in body(response)["organizations"]] == [one.code for one in measured.organizations]
    for shown, one in zip(body(response)["organizations"], measured.organizations, strict=True):
        words = figures.organization_words(one)
        assert (shown["headcount"], shown["written"]["headcount"]) == (one.headcount, words.headcount)
        for target, counted in zip(shown["targets"], one.targets, strict=True):
            written = figures.target_words(counted)
            assert target["counted"] == counted.counted
            assert target["written"]["rate"] == written.rate
            assert [year_target["written"]["gap"] for year_target in target["by_year"]] == [
                year_target.gap for year_target in written.year_targets
            ]
            assert [year_target["short"] for year_target in target["by_year"]] == [
                year_target.short for year_target in counted.year_targets
            ]
    whole = next(one for one in body(response)["organizations"] if one["code"] == "vn")
    first = whole["targets"][0]
    assert whole["written"]["headcount"] == "1.200"
    assert (first["group"], first["counted"], first["participations"], first["denominator"]) == ("G1", 1, 2, 1200)
    assert first["written"]["rate"] == "0,1%"
    assert first["by_year"][0] == {
        "year": 2025,
        "operator": ">=",
        "percent": 70,
        "met": False,
        "short": 839,
        "written": {"target": "≥ 70%", "gap": "còn thiếu 839 người (69,9 điểm %)"},
    }


def _move_under(database: Database, tenant: UUID, child: str, parent: str) -> None:
    with database.writing(tenant) as session:
        ids = {
            unit.code: unit.id
            for unit in session.scalars(sa.select(Organization).where(Organization.tenant_id == tenant))
        }
        session.add(
            OrganizationParent(
                organization_id=ids[child],
                tree="administrative",
                parent_id=ids[parent],
                valid_from=date(2020, 1, 1),
                valid_to=None,
            )
        )


def test_one_organization_can_be_asked_for_and_one_nobody_has_is_not_found(
    client: FlaskClient, database: Database, tenant: UUID, other_tenant: UUID, rules: None, officer: dict[str, str]
) -> None:
    enterprise(database, tenant, "dn-mot", 2)
    enterprise(database, other_tenant, "dn-khac", 3)
    response = client.get(f"/api/attainment?on={ON}&organization=dn-mot", headers=officer)
    assert [(one["code"], one["headcount"]) for one in body(response)["organizations"]] == [("dn-mot", 2)]
    for code in ("dn-khac", "dn-hai", ""):
        response = client.get(f"/api/attainment?on={ON}&organization={code}", headers=officer)
        assert response.status_code == 404
        assert errors(response)[0][0] == "organization"


def test_published_figures_are_there_for_everybody_as_of_the_published_day_only(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    rules: None,
    officer: dict[str, str],
    other_officer: dict[str, str],
    now: datetime,
) -> None:
    enterprise(database, tenant, "dn-mot", 2)
    enterprise(database, other_tenant, "dn-khac", 3)
    with database.writing(other_tenant) as session:
        publications.publish(session, other_tenant, as_of=ON, now=now, hide_below=0)
    assert client.get("/api/attainment").status_code == 401, "only the operator's own tenant shows figures to everybody"

    published = date(2026, 10, 31)
    with database.writing(tenant) as session:
        publications.publish(session, tenant, as_of=published, now=now, hide_below=0)
    response = client.get("/api/attainment")
    assert response.status_code == 200
    assert body(response)["on"] == "2026-10-31"
    assert [one["code"] for one in body(response)["organizations"]] == ["dn-mot"]
    assert client.get(f"/api/attainment?on={published}").json == response.json
    refused = client.get("/api/attainment?on=2026-11-01")
    assert refused.status_code == 403
    assert errors(refused)[0][0] == "on"
    assert client.get("/api/attainment?on=2026-11-01", headers=officer).status_code == 200
    theirs = body(client.get(f"/api/attainment?on={ON}", headers=other_officer))
    assert [one["code"] for one in theirs["organizations"]] == ["dn-khac"]


# ---------------------------------------------------------------- assessments


def test_an_assessment_says_points_and_reasons(
    client: FlaskClient, database: Database, tenant: UUID, rules: None, officer: dict[str, str], now: datetime
) -> None:
    an = add_worker(database, tenant, "NV-AN", now=now)
    judge(database, tenant, an, {f"CS{n}": 8 for n in range(1, 10)}, now)
    response = client.get("/api/workers/NV-AN/assessment?year=2026", headers=officer)
    assert response.status_code == 200
    found = body(response)
    assert (found["worker"], found["year"], found["version"], found["as_of"]) == ("NV-AN", 2026, 1, "2026-11-20")
    assert (found["outcome"], found["total"], found["total_at_least"]) == ("not_yet_known", 72, 80)
    rows = {row["indicator"]: row for row in found["explanation"]["rows"]}
    assert (rows["CS1"]["points"], rows["CS10"]["points"]) == (8, None)
    assert rows["CS10"]["remarks"]
    assert "Người" not in response.text.split('"explanation"')[0], "a name is not needed to read a result"


def test_a_workers_number_may_hold_a_slash(
    client: FlaskClient, database: Database, tenant: UUID, rules: None, officer: dict[str, str], now: datetime
) -> None:
    judge(database, tenant, add_worker(database, tenant, "VD/01 An", now=now), {}, now)
    response = client.get("/api/workers/VD/01%20An/assessment?year=2026", headers=officer)
    assert body(response)["worker"] == "VD/01 An"


def test_another_tenants_worker_is_not_found_and_looks_like_one_who_never_was(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    rules: None,
    officer: dict[str, str],
    other_officer: dict[str, str],
    now: datetime,
) -> None:
    stranger = add_worker(database, other_tenant, "NV-KHAC", now=now)
    judge(database, other_tenant, stranger, {}, now)
    assert client.get("/api/workers/NV-KHAC/assessment?year=2026", headers=other_officer).status_code == 200
    refused = client.get("/api/workers/NV-KHAC/assessment?year=2026", headers=officer)
    unknown = client.get("/api/workers/NV-KHÔNG/assessment?year=2026", headers=officer)
    assert refused.status_code == unknown.status_code == 404
    assert errors(refused) == [("path/number", "there is no worker 'NV-KHAC'")]
    assert errors(unknown) == [("path/number", "there is no worker 'NV-KHÔNG'")]


def test_a_worker_nobody_has_judged_for_the_year_is_not_found_in_that_year(
    client: FlaskClient, database: Database, tenant: UUID, rules: None, officer: dict[str, str], now: datetime
) -> None:
    add_worker(database, tenant, "NV-AN", now=now)
    response = client.get("/api/workers/NV-AN/assessment?year=2024", headers=officer)
    assert response.status_code == 404
    assert errors(response) == [("year", "worker 'NV-AN' has not been judged for 2024")]


# ---------------------------------------------------------------- unknown actors


def test_unknown_actors_are_listed_with_how_many_statements_wait(
    client: FlaskClient,
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    rules: None,
    identity: api.Identity,
    other_identity: api.Identity,
    officer: dict[str, str],
    now: datetime,
) -> None:
    store(database, identity, statement("phone"), statement("phone"), statement("stranger"))
    store(database, other_identity, statement("theirs"))
    for of in (tenant, other_tenant):
        feed.follow(database, of, now=now)
    response = client.get("/api/unknown-actors", headers=officer)
    assert response.status_code == 200
    assert body(response)["waiting"] == 3
    assert [(one["shown"], one["statements"]) for one in body(response)["items"]] == [
        ("https://hoc.example.org|ph…", 2),
        ("https://hoc.example.org|st…er", 1),
    ]
    assert datetime.fromisoformat(body(response)["items"][0]["first_seen"]).tzinfo is not None
