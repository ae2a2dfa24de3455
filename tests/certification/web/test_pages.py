"""The pages as they are sent: who sees what, how they are sent, and that they say what the JSON says."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from certification import web
from certification.access.permissions import TABLE, Act, Role, act_of
from certification.marks import EVERY_YEAR, mark_uncounted
from certification.models import Commitment, DeclaredHeadcount, Organization, Worker
from certification.resources import attainment as attainment_resource
from certification.targets import attainment, publications, settling
from certification.units import organizations
from certification.web import AUDIENCES
from certification.web.frame.assets import fingerprint
from lrs.db import Database, Session
from tests.certification.access.people import account, give
from tests.certification.web.figures_of_pages import figures_in
from tests.certification.web.published import ON, UNITS, publish
from tests.certification.web.visitor import ORIGIN
from wsgi import create_app

WEB = Path(web.__file__).parent
RENAMED = UNITS.replace("Công ty B;", "Công ty Bê;")


def test_without_publication_the_first_page_says_so_and_before_the_first_start_what_to_type(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert "chưa có số liệu nào được công bố" in " ".join(answer.text.split())
    assert "flask certification publish" in answer.text and "/bat-dau" in answer.text
    account(database, tenant, "vh", now)
    give(database, tenant, "vh", Role.OPERATOR, now)
    later = client.get("/").text
    assert "flask" not in later and "Người vận hành" not in later and "Đăng nhập để xem" in later


def test_figures_that_are_not_published_are_not_shown_to_anybody(
    database: Database, tenant: UUID, other_tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    publish(database, other_tenant, now=now)
    assert figures_in(client.get("/").text) == {}


def test_publishing_nothing_shows_no_figures(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    with database.writing(tenant) as session:
        publications.publish(session, tenant, as_of=now.date(), now=now, hide_below=0)
    page = client.get("/").text
    assert figures_in(page) == {} and "chưa có doanh nghiệp nào để tính" in page


def test_the_published_figures_stand_on_the_first_page(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    publish(database, tenant, now=now)
    figures = figures_in(client.get("/").text)
    assert figures["dn/a::headcount"] == "12"
    assert figures["dn/a:G1:counted"] == "4"
    assert figures["dn/a:G1:participations"] == "12"
    assert figures["dn/a:G1:rate"] == "33,3%"
    assert figures["dn/a:G1:target-2030"] == "≥ 90%"
    assert figures["dn/a:G1:gap-2030"] == "còn thiếu 7 người (56,7 điểm %)"
    assert figures["dn/c:G1:target-2030"] == "≥ 95%"
    assert figures["dn/b:L3:denominator"] == "1"
    assert figures["vn::headcount"] == "24"


def test_page_and_json_agree_to_the_digit(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> None:
    publish(database, tenant, now=now)
    answer = client.get("/api/attainment").json
    assert answer is not None
    assert figures_in(client.get("/").text) == dict(_figures_for_the_page(answer))


def _figures_for_the_page(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The figures of a JSON answer by their name in the page, less those that the page says another way or not at all:
    grassroots unions (they have the people of their enterprise) and denominators that are the headcount."""
    for one in answer["organizations"]:
        if one["kind"] == "grassroots_union":
            continue
        for field in ("headcount", "women", "meets_criteria", "holds_title"):
            yield f"{one['code']}::{field}", one["written"][field]
        for target in one["targets"]:
            name = f"{one['code']}:{target['group']}"
            for field in ("counted", "participations", "rate"):
                yield f"{name}:{field}", target["written"][field]
            if target["population"] == "workers":
                assert target["denominator"] == one["headcount"]
            else:
                yield f"{name}:denominator", target["written"]["denominator"]
            for year_target in target["by_year"]:
                yield f"{name}:target-{year_target['year']}", year_target["written"]["target"]
                yield f"{name}:gap-{year_target['year']}", year_target["written"]["gap"]
            for beside in target["beside"]:
                for field in ("counted", "participations", "rate"):
                    yield f"{one['code']}:{beside['id']}:{field}", beside["written"][field]


def test_no_worker_is_named_on_the_first_page(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    publish(database, tenant, now=now)
    assert "Người Bịa" not in client.get("/").text


def test_names_from_outside_are_escaped(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> None:
    publish(database, tenant, now=now)
    text = client.get("/").text
    assert "Công ty A &amp; &lt;con&gt;" in text
    assert "<con>" not in text


def test_a_part_of_a_form_without_a_name_is_no_field(client: FlaskClient) -> None:
    parts = b"".join(
        b"--x\r\nContent-Disposition: form-data%s\r\n\r\n%s\r\n" % part
        for part in ((b"", b"nobody asks for it"), (b'; filename="a"', b"nor for it"), (b'; name="account"', b"an"))
    )
    sent = {"data": parts + b"--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
    answer = client.post("/dang-nhap", headers=ORIGIN, **sent)
    assert answer.status_code == 400, "it comes without the token of a form of ours"
    with client.application.test_request_context("/", method="POST", **sent):
        assert (dict(request.form), dict(request.files)) == ({"account": "an"}, {})


@pytest.mark.parametrize("path", ["/", "/khong-co-trang-nay", "/xapi/about", "/xapi/khong-co", "/api/units"])
def test_a_host_that_is_none_is_refused_wherever_it_asks(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "x-" + "y" * 200, "X-Experience-API-Version": "2.0.0"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/", "/assets/style.css", "/assets/icon.svg", "/khong-co-trang-nay"])
def test_every_page_tells_browsers_to_load_from_here_alone(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_worker_without_a_network_is_of_this_address_its_scope_narrow_and_all_that_it_keeps_is_there(
    client: FlaskClient,
) -> None:
    answer = client.get(f"/assets/offline.js?v={fingerprint('offline.js')}")
    assert answer.headers["Service-Worker-Allowed"] == "/d"
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Service-Worker-Allowed" not in client.get("/assets/scripts.js").headers
    version, kept = (json.loads(line.partition("=")[2].rstrip(";")) for line in answer.text.splitlines()[:2])
    assert len(version) == 12
    for one in kept:
        name, _, mark = one.partition("?v=")
        assert mark == fingerprint(name), "so that another content is another version"
        assert client.get(f"/assets/{one}").status_code == 200


def test_an_unchanged_page_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/api/attainment"])
def test_what_is_known_is_not_worked_out_again_until_something_changes(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, tenant, now=now)
    settling.settle_all(database, tenant, today=ON)

    def ask(known: str | None = None) -> tuple[int, str]:
        answer = client.get(path, headers={"If-None-Match": known} if known else {})
        return answer.status_code, answer.headers["ETag"]

    def changed(session: Session, number: int) -> None:
        """One thing that figures rest on."""
        ids = {one.code: one.id for one in session.query(Organization).filter_by(tenant_id=tenant)}
        if number == 0:
            worker = session.query(Worker).filter_by(tenant_id=tenant, number="a01").one()
            worker.gender = None
            mark_uncounted(session, tenant, [(worker.id, EVERY_YEAR)])
        elif number == 1:
            kind = "Công đoàn học tập"
            session.add(Commitment(organization_id=ids["cdcs/a"], kind=kind, year=2026, source="1/QĐ", recorded=now))
        elif number == 2:
            declared = {"total": 40, "source": "Báo cáo", "declared_by": "Phòng nhân sự", "recorded": now}
            session.add(DeclaredHeadcount(organization_id=ids["dn/a"], day=ON, tenant_id=tenant, **declared))
        elif number == 3:
            publications.publish(session, tenant, as_of=ON, now=now, hide_below=3)
        else:
            organizations.import_organizations(session, tenant, RENAMED.encode(), now=now)

    status, etag = ask()
    for number in range(5):
        with monkeypatch.context() as nobody_counts:
            nobody_counts.setattr(attainment, "measure_all", None)
            nobody_counts.setattr(attainment_resource, "measure_all", None)
            assert ask(etag) == (304, etag)
        with database.writing(tenant) as session:
            changed(session, number)
        assert ask(etag)[0] == 200, number
        settling.settle_all(database, tenant, today=ON)
        status, new = ask(etag)
        assert (status, new == etag) == (200, False), number
        etag = new


def test_a_page_that_changed_is_sent(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> None:
    before = client.get("/").headers["ETag"]
    publish(database, tenant, now=now)
    assert client.get("/", headers={"If-None-Match": before}).status_code == 200


def test_an_asset_may_be_kept_for_good_because_its_address_follows_its_content(client: FlaskClient) -> None:
    assert f"/assets/style.css?v={fingerprint('style.css')}" in client.get("/").text
    answer = client.get("/assets/style.css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "text/css; charset=utf-8"


def test_no_other_file_is_an_asset(client: FlaskClient) -> None:
    assert client.get("/assets/__init__.py").status_code == 404


def test_no_script_of_ours_writes_to_what_a_name_from_outside_chooses() -> None:
    """Prototype pollution takes `object[name] = value` with a name from outside, or a merge of what was parsed."""
    scripts = list(WEB.glob("*/static/*.js"))
    assert len(scripts) > 4
    for script in scripts:
        for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), 1):
            assert "__proto__" not in line and "constructor" not in line.replace("constructor(", ""), (script, number)
            written = re.findall(r"\w\[([^\]]+)\]\s*=(?!=)", line)
            assert all(name.isdigit() for name in written), (script.name, number)
            assert "Object.assign(" not in line or "Object.assign(document.createElement" in line, (script.name, number)


def test_what_a_browser_fetches_for_the_first_page_is_under_100_kb(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime
) -> None:
    publish(database, tenant, now=now)
    paths = ("/", "/assets/style.css", "/assets/open/open.css", "/assets/icon.svg")
    answers = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in paths]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip"] * 4
    assert gzip.decompress(answers[0].data) == client.get("/").data
    assert sum(len(answer.data) for answer in answers) < 100_000


def test_the_number_of_sql_commands_does_not_grow_with_the_workers(
    database: Database, tenant: UUID, client: FlaskClient, now: datetime, count_commands: Callable[[], Any]
) -> None:
    publish(database, tenant, now=now)
    with count_commands() as commands:
        client.get("/")
    assert len(commands) < 45


def test_every_page_states_its_guard_and_asks_for_no_key_but_in_a_form(app: Flask) -> None:
    names = {pages.name for pages in AUDIENCES}
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in names}
    acts = {endpoint: act_of(app.view_functions[endpoint]) for endpoint in endpoints}
    assert [endpoint for endpoint, act in acts.items() if act is None] == []
    assert acts["open.show_first_page"] == Act.READ_FIRST_PAGE
    assert acts["open.check_statements"] == Act.CHECK_STATEMENTS_ON_PAGE
    assert [act for act in Act if TABLE[act].in_form] == [Act.CHECK_STATEMENTS_ON_PAGE]


def test_no_address_of_a_page_hides_the_page_of_what_somebody_named(app: Flask) -> None:
    rules = [one for one in app.url_map.iter_rules() if one.endpoint.partition(".")[0] in app.blueprints]
    named = [one for one in rules if "name" in one.arguments]
    assert "/van-hanh/chuyen-tiep/<name>" in {one.rule for one in named}
    hidden = [
        (one.rule, other.rule)
        for one in named
        for other in rules
        if not other.arguments and re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", one.rule), other.rule)
    ]
    assert hidden == []


def test_a_page_without_a_guard_is_refused_to_everybody(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "open.show_first_page", lambda: "secret")
    answer = client.get("/")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_credentials_change_nothing_about_a_page(
    database: Database,
    tenant: UUID,
    other_tenant: UUID,
    client: FlaskClient,
    credential: Callable[..., str],
    now: datetime,
) -> None:
    publish(database, tenant, now=now)
    plain = client.get("/").text
    for authorization in ("Basic bm9ib2R5OndyaXRl", credential(other_tenant, "certification/read")):
        assert client.get("/", headers={"Authorization": authorization}).text == plain


def test_what_pages_are_drawn_with_needs_no_database(app: Flask) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2")
    client = create_app(app.extensions["settings"], gone).test_client()
    assert client.get("/assets/style.css").status_code == 200
