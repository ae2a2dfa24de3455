"""Where Statements are forwarded to, as operators see to it: over HTTP, on pages and by commands."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certification.access import records
from certification.evidence.forwarded import MORE
from certification.rules import rule_store
from lrs import api
from lrs.db import Database
from lrs.forwarding import filters
from lrs.models import DeadLetter, Refusal
from tests.certification import learning
from tests.certification.web.test_operators import operator, words
from tests.certification.web.visitor import ORIGIN, Visitor
from tests.lrs.statements.builders import statement

__all__ = ["operator"]

HOST = "lrs.example.vn"
ENDPOINT = f"https://{HOST}/xapi"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def allowed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the machine lets Statements go there."""
    from dataclasses import replace

    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], outgoing_hosts=(HOST,)))


def refuse(database: Database, tenant: UUID, name: str, now: datetime) -> UUID:
    """Lay a Statement aside as the other store would have it."""
    refused = uuid4()
    with database.writing(tenant) as session:
        one = api.destination(session, tenant, name)
        said = {"status": 400, "reason": "điểm <quá> lớn", "refused": now, "again": False}
        session.add(DeadLetter(tenant_id=tenant, destination_id=one.id, statement_id=refused, seq=7, **said))
    return refused


@on_sqlite
def test_an_operator_sees_to_a_destination_on_pages(
    operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    said = {
        "name": "kho-tinh", "endpoint": ENDPOINT, "username": "k", "password": "bí-mật", "version": "2.0.0",
        "filter": '{"mapping": true}', "reason": "CV 12",
    }  # fmt: skip
    wrong = operator.fill_in("/van-hanh/dat-noi-nhan", {**said, "endpoint": "https://10.0.0.8/", "filter": "{"})
    assert "Đây chưa phải JSON" in wrong.text
    wrong = operator.fill_in("/van-hanh/dat-noi-nhan", {**said, "endpoint": "https://10.0.0.8/"})
    assert "OUTGOING_HOSTS" in wrong.text and "bí-mật" not in wrong.text
    assert operator.fill_in("/van-hanh/dat-noi-nhan", said).status_code == 303
    refused = refuse(database, tenant, "kho-tinh", now)
    listed = words(operator.get("/van-hanh/chuyen-tiep").text)
    assert "kho-tinh" in listed and "đang gửi" in listed
    page = operator.get("/van-hanh/chuyen-tiep/kho-tinh").text
    assert str(refused) in page and "điểm &lt;quá&gt; lớn" in page and "bí-mật" not in page
    for step, state in (("tam-dung", "tạm dừng"), ("tiep-tuc", "đang gửi"), ("gui-lai", "chờ gửi lại")):
        address = f"/van-hanh/chuyen-tiep/kho-tinh/{step}"
        assert operator.fill_in(address, {"reason": "bảo trì"}).status_code == 303
        assert state in words(operator.get("/van-hanh/chuyen-tiep/kho-tinh").text)
    again = operator.fill_in("/van-hanh/dat-noi-nhan?ten=kho-tinh", {**said, "password": "", "reason": "đổi bộ lọc"})
    assert again.status_code == 303
    assert operator.fill_in("/van-hanh/chuyen-tiep/kho-tinh/bo", {"reason": "hết hợp đồng"}).status_code == 303
    assert "Chưa chuyển tiếp tới đâu" in operator.get("/van-hanh/chuyen-tiep").text
    assert operator.get("/van-hanh/chuyen-tiep/kho-tinh").status_code == 404
    with database.reading(tenant) as session:
        acts = [one.act for one in records.latest(session, tenant, limit=6, about="kho-tinh")]
    assert acts == [
        "remove-destination", "set-destination", "replay-dead-letters", "resume-destination", "pause-destination",
        "set-destination",
    ]  # fmt: skip


@on_sqlite
def test_an_operator_sees_to_a_source_on_pages(operator: Visitor, database: Database, tenant: UUID) -> None:
    said = {
        "name": "moodle-a", "endpoint": ENDPOINT, "username": "k", "password": "bí-mật", "version": "1.0.3",
        "verb": "", "since": "2026-11-01", "until": "2026-11-30", "minutes": "15", "reason": "CV 12",
    }  # fmt: skip
    wrong = operator.fill_in("/van-hanh/dat-nguon", {**said, "endpoint": "https://10.0.0.8/", "until": "2026-10-01"})
    assert "OUTGOING_HOSTS" in wrong.text and "Ngày cuối phải sau ngày đầu" in wrong.text
    assert operator.fill_in("/van-hanh/dat-nguon", said).status_code == 303
    with database.reading(tenant) as session:
        one = api.source(session, tenant, "moodle-a")
    assert one.since is not None and one.until is not None
    assert (one.since.isoformat(), one.until.isoformat(), one.every) == (
        "2026-10-31T17:00:00+00:00", "2026-11-30T17:00:00+00:00", 900,
    )  # fmt: skip
    assert 'value="2026-11-30"' in operator.get("/van-hanh/dat-nguon?ten=moodle-a").text
    for step, state in (("tam-dung", "tạm dừng"), ("tiep-tuc", "chưa lấy lần nào")):
        assert operator.fill_in(f"/van-hanh/lay-ve/moodle-a/{step}", {"reason": "x"}).status_code == 303
        assert state in words(operator.get("/van-hanh/lay-ve/moodle-a").text)
    assert "moodle-a" in operator.get("/van-hanh/lay-ve").text
    assert operator.fill_in("/van-hanh/lay-ve/moodle-a/bo", {"reason": "x"}).status_code == 303
    assert operator.get("/van-hanh/lay-ve/moodle-a").status_code == 404


@on_sqlite
def test_the_same_by_json_and_every_fault_at_once(
    operator: Visitor, client: FlaskClient, database: Database, tenant: UUID, now: datetime
) -> None:
    def ask(method: str, path: str, expected: int = 200, **body: Any) -> Any:
        answer = client.open(f"/api/destinations{path}", method=method, json=body or None, headers=ORIGIN)
        assert answer.status_code == expected, answer.text
        return answer.get_json()

    told = {"endpoint": ENDPOINT, "username": "k", "password": "s", "reason": "CV 12"}
    filter_ = {"verbs": [], "x": 1}
    wrong = ask("PUT", "/kho", 400, **{**told, "endpoint": "http://lrs.example.vn", "filter": filter_})
    assert {one["place"] for one in wrong["errors"]} == {"endpoint", "filter/verbs", "filter/x"}
    made = ask("PUT", "/kho", **told)["destination"]
    assert (made["waiting"], made["filter"], made["paused"]) == (0, {}, None)
    assert "password" not in made
    refused = refuse(database, tenant, "kho", now)
    assert ask("POST", "/kho/pause", reason="x")["destination"]["paused"]
    assert ask("POST", "/kho/resume", reason="x")["destination"]["paused"] is None
    [letter] = ask("GET", "/kho/dead-letters")["dead_letters"]
    assert (letter["statement"], letter["status"], letter["again"]) == (str(refused), 400, False)
    assert ask("POST", "/kho/replay", statements=[str(uuid4())], reason="x")["count"] == 0
    assert ask("POST", "/kho/replay", reason="x")["count"] == 1
    assert ask("GET", "/kho/dead-letters")["dead_letters"][0]["again"]
    assert ask("GET", "")["destinations"][0]["dead_letters"] == 1
    ask("POST", "/kho/remove", reason="x")
    for method, path in (("GET", "/kho/dead-letters"), ("POST", "/kho/pause")):
        ask(method, path, 404, **({"reason": "x"} if method == "POST" else {}))


@on_sqlite
def test_the_same_by_commands(app: Flask, database: Database, tenant: UUID, now: datetime, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["certification", *arguments])
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    secret, only = tmp_path / "secret", tmp_path / "filter.json"
    secret.write_text("bí mật\n")
    only.write_text('{"verbs": ["https://a.example/v"]}')
    told = ["--endpoint", ENDPOINT, "--username", "k", "--password-file", str(secret), "--filter-file", str(only)]
    assert "0 wait" in run("set-destination", "kho", *told, "--reason", "CV 12")
    refused = refuse(database, tenant, "kho", now)
    run("pause-destination", "kho", "--reason", "x")
    assert "(paused)" in run("destinations") and "1 dead letters" in run("destinations")
    run("resume-destination", "kho", "--reason", "x")
    [one] = json.loads(run("destinations", "--json"))
    assert (one["name"], one["filter"], one["paused"]) == ("kho", {"verbs": ["https://a.example/v"]}, None)
    assert f"{refused}  400" in run("dead-letters", "kho")
    assert run("replay-dead-letters", "kho", "--reason", "x") == "1 will be sent again.\n"
    assert run("replay-dead-letters", "kho", str(refused), "--drop", "--reason", "x") == "1 dropped.\n"
    assert run("dead-letters", "kho") == ""
    run("remove-destination", "kho", "--reason", "x")
    assert run("destinations") == ""


@on_sqlite
def test_an_operator_sees_to_a_webhook_on_pages(operator: Visitor, database: Database, tenant: UUID) -> None:
    address = f"https://{HOST}/tin"
    said = {"name": "nhan-su", "endpoint": address, "filter": "", "reason": "CV 12"}
    wrong = operator.fill_in("/van-hanh/webhook/dat", {**said, "endpoint": f"{address}?k=1"})
    assert "không có dấu hỏi" in wrong.text
    made = operator.fill_in("/van-hanh/webhook/dat", said)
    assert "whsec_" in made.text and made.headers["Cache-Control"] == "no-store"
    assert operator.fill_in("/van-hanh/webhook/dat?ten=nhan-su", said).status_code == 303  # no other secret
    page = operator.get("/van-hanh/chuyen-tiep/nhan-su").text
    assert address in page and "whsec_" not in page and "xAPI" not in words(page).partition("nhan-su")[2][:200]
    again = operator.fill_in("/van-hanh/webhook/nhan-su/bi-mat-moi", {"days": "7", "reason": "hết hạn"})
    assert "whsec_" in again.text and again.text != made.text
    assert "còn ký đến" in operator.get("/van-hanh/chuyen-tiep/nhan-su").text
    clash = {**said, "username": "k", "password": "s", "version": "2.0.0"}
    assert "kiểu khác" in operator.fill_in("/van-hanh/dat-noi-nhan", clash).text
    clash["name"] = "kho"
    assert operator.fill_in("/van-hanh/dat-noi-nhan", clash).status_code == 303
    assert operator.get("/van-hanh/webhook/kho/bi-mat-moi").status_code == 404
    with database.reading(tenant) as session:
        acts = [one.act for one in records.latest(session, tenant, limit=3, about="nhan-su")]
    assert acts == ["rotate-webhook-secret", "set-webhook", "set-webhook"]


@on_sqlite
def test_a_webhook_by_json_and_by_commands(operator: Visitor, app: Flask, client: FlaskClient) -> None:
    def ask(method: str, path: str, expected: int = 200, **body: Any) -> Any:
        answer = client.open(f"/api/webhooks/nhan-su{path}", method=method, json=body, headers=ORIGIN)
        assert answer.status_code == expected, answer.text
        return answer.get_json()

    def run(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["certification", *arguments])
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    told = {"address": f"https://{HOST}/tin", "reason": "CV 12"}
    wrong = ask("PUT", "", 400, **{**told, "address": "http://x", "filter": {"x": 1}})
    assert {one["place"] for one in wrong["errors"]} == {"endpoint", "filter/x"}
    made = ask("PUT", "", **told)
    assert (made["destination"]["kind"], made["secret"][:6]) == ("webhook", "whsec_")
    assert ask("PUT", "", **told)["secret"] is None
    assert ask("POST", "/secret", days=3, reason="x")["secret"] != made["secret"]
    assert "whsec_" in run("rotate-webhook-secret", "nhan-su", "--reason", "x")
    assert "nhan-su: webhook https://" in run("destinations")
    run("remove-destination", "nhan-su", "--reason", "x")
    ask("POST", "/secret", 404, days=3, reason="x")
    assert "whsec_" in run("set-webhook", "nhan-su", "--address", told["address"], "--reason", "x")


@on_sqlite
def test_a_source_is_seen_to_by_json_and_by_commands(
    operator: Visitor, app: Flask, client: FlaskClient, database: Database, tenant: UUID, now: datetime, tmp_path: Path
) -> None:
    def ask(method: str, path: str, expected: int = 200, **body: Any) -> Any:
        answer = client.open(f"/api/sources{path}", method=method, json=body or None, headers=ORIGIN)
        assert answer.status_code == expected, answer.text
        return answer.get_json()

    def run(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["certification", *arguments])
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    told = {"endpoint": ENDPOINT, "username": "k", "password": "s", "reason": "CV 12"}
    wrong = ask("PUT", "/kho", 400, **told, parameters={"agent": "{}"}, every=1)
    assert {one["place"] for one in wrong["errors"]} == {"parameters/agent", "every"}
    made = ask("PUT", "/kho", **told, since="2026-11-01T00:00:00+07:00")["source"]
    assert made["since"].startswith("2026-10-31T17:00:00") and "password" not in made
    with database.writing(tenant) as session:
        of = {"tenant_id": tenant, "source_id": api.source(session, tenant, "kho").id, "refused": now}
        session.add(Refusal(**of, statement="x", faults='[{"place":"/verb","message":"thiếu"}]'))
    [refused] = ask("GET", "/kho/refusals")["refusals"]
    assert refused["faults"] == [{"place": "/verb", "message": "thiếu"}]
    assert ask("POST", "/kho/pause", reason="x")["source"]["paused"]
    assert "(paused)" in run("sources") and "/verb: thiếu" in run("source-refusals", "kho")
    run("resume-source", "kho", "--reason", "x")
    assert ask("GET", "")["sources"][0]["paused"] is None
    ask("POST", "/kho/remove", reason="x")
    ask("GET", "/kho/refusals", 404)
    secret = tmp_path / "secret"
    secret.write_text("s")
    run("set-source", "b", "--endpoint", ENDPOINT, "--username", "k", "--password-file", str(secret), "--reason", "x")
    run("pause-source", "b", "--reason", "x")
    assert [one["name"] for one in json.loads(run("sources", "--json"))] == ["b"]
    run("remove-source", "b", "--reason", "x")
    assert run("sources") == ""


@on_sqlite
def test_doctor_and_figures_say_what_waits_and_what_was_refused(
    operator: Visitor, app: Flask, database: Database, tenant: UUID, identity: api.Identity, now: datetime
) -> None:
    told = {"endpoint": ENDPOINT, "username": "k", "password": "s", "hosts": [HOST], "more": {}, "pepper": b"x" * 32}
    with database.writing(tenant) as session:
        api.set_destination(session, tenant, "kho", now=now, **told)
        api.store(session, identity, [statement()])
        of = {name: told[name] for name in ("endpoint", "username", "password", "hosts", "pepper")}
        made = api.set_source(session, tenant, "moodle-a", now=now - timedelta(hours=2), **of)
        faults = {"statement": "x", "faults": "[]", "refused": now}
        session.add(Refusal(tenant_id=tenant, source_id=made.id, **faults))
    refuse(database, tenant, "kho", now)
    home = words(operator.get("/van-hanh").text)
    assert "kho từ chối 1 phát biểu" in home
    assert "moodle-a: lần lấy xong gần nhất: chưa lần nào" in home and "moodle-a có 1 phát biểu" in home
    from certification.resources import metrics

    with app.test_request_context():
        told = {one.name: one.value for one in metrics._of_tenants(database)}
    assert told["cdht_unforwarded_statements"] >= 1
    assert told["cdht_dead_letters"] >= 1
    assert told["cdht_pulling_behind_seconds"] >= 7200 and told["cdht_pulling_refused"] >= 1


@on_sqlite
def test_filters_by_what_counts_and_by_templates_of_a_profile(
    operator: Visitor, database: Database, tenant: UUID, now: datetime
) -> None:
    counts, other = learning.statement("a1"), statement(verb="https://a.example/liked")
    scored = {**statement(verb="passed"), "result": {"score": {"scaled": 0.9}}}
    whole = {
        "id": "https://a.example/t", "type": "StatementTemplate", "verb": "http://adlnet.gov/expapi/verbs/passed",
        "rules": [{"location": "$.result.score.scaled", "presence": "included"}],
    }  # fmt: skip
    with database.reading(tenant) as session:

        def takes(asked: dict[str, Any]) -> list[bool]:
            made = filters.made(session, tenant, asked, MORE, now=now)
            return [made(one) for one in (counts, other, scored, statement(verb="passed"))]

        assert takes({"mapping": True})[:2] == [True, False]
        assert takes({"templates": [whole]}) == [False, False, True, False]
        assert rule_store.stored(session, tenant, "evidence-mapping")
        broken = {"templates": [{}, {"verb": 1, "rules": [{"location": "$..x", "presence": "maybe"}]}], "mapping": 1}
        with pytest.raises(api.InvalidRequest) as refused:
            filters.check(broken, MORE)
        assert len(refused.value.faults) == 5
        with pytest.raises(api.InvalidRequest, match="no template"):
            takes({"templates": ["https://a.example/unknown"]})
