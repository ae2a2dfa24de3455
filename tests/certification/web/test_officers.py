"""Pages of officers as they are sent: the figures of the JSON interface, lists, points given in place, dossiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access import rights, roles
from certification.access.permissions import Role
from certification.evidence import sittings
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement import assessments
from certification.models import Assessment, Attestation, Worker
from certification.people import lists, roster
from certification.rules.criteria import PROGRAMME
from certification.vietnam import vietnam_day
from certification.web.officers import points, statuses, workers
from lrs.db import Database
from tests.certification import learning
from tests.certification.access.people import account, give, signed_in
from tests.certification.web.published import ROSTER_HEADINGS, publish
from tests.certification.web.visitor import Visitor, hidden_fields

YEAR = vietnam_day(datetime.now().astimezone()).year
EVERY = tuple(f"CS{at}" for at in range(1, 11))


@pytest.fixture
def officer(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> Visitor:
    """Signed in as the officer of the grassroots union of Công ty A, who is its worker a03."""
    publish(database, tenant, now=now)
    with database.writing(tenant) as session:
        rows = [ROSTER_HEADINGS, "HOA;Đỗ Thị Hòa;nữ;dn/a;02/01/2026;;;có;không;"]
        roster.import_roster(session, tenant, "\n".join(rows).encode(), now=now)
        own = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == "a03")).one()
        roles.set_team(session, tenant, "dn/a", "Tổ 1", ["a01", "a02"], on=vietnam_day(datetime.now().astimezone()))
    account(database, tenant, "vanhanh", now)
    give(database, tenant, "vanhanh", Role.OPERATOR, now)
    account(database, tenant, "lan", now, worker=own)
    give(database, tenant, "lan", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    visitor = Visitor(client)
    visitor.sign_in("lan")
    return visitor


def attest(database: Database, tenant: UUID, number: str, points: dict[str, int], now: datetime) -> None:
    with database.writing(tenant) as session:
        sittings.attest(session, tenant, Witness("ban"), YEAR, [MemberPoints(number, points)], basis="Họp tổ", now=now)


def judge(database: Database, tenant: UUID, now: datetime) -> None:
    with database.writing(tenant) as session:
        ids = list(session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant)))
        assessments.assess(session, tenant, ids, PROGRAMME, YEAR, as_of=vietnam_day(now), now=now)


def kept(database: Database, tenant: UUID) -> dict[tuple[str, str], int]:
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(Worker.number, Attestation.indicator, Attestation.points)
            .join(Worker, Worker.id == Attestation.worker_id)
            .where(Attestation.tenant_id == tenant, Attestation.withdrawn_on.is_(None))
        )
        return {(number, indicator): points for number, indicator, points in rows}


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def names(text: str) -> list[str]:
    return re.findall(r"/cong-doan/nguoi-lao-dong/[^\"]+\">([^<]+)<", text)


def id_of(database: Database, tenant: UUID, number: str) -> str:
    with database.reading(tenant) as session:
        return str(
            session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == number)).one()
        )


def test_home_says_what_the_json_interface_says(officer: Visitor) -> None:
    rates = officer.client.get("/api/organizations/cdcs/a/rates").json
    assert rates is not None
    page = words(officer.get("/cong-doan").text)
    assert "CĐCS Công ty A" in page
    for one in rates["rates"]:
        written = one["written"]
        assert f"{written['counted']}/{written['denominator']} người · {written['rate']}" in page
    assert "mục tiêu 2030: 90%" in page
    assert "còn 4 ngày" in page or "Hết hạn bước" in page


def test_home_says_what_waits_with_a_link_to_it(
    database: Database, tenant: UUID, officer: Visitor, now: datetime
) -> None:
    present = datetime.now().astimezone()
    attest(database, tenant, "a05", dict.fromkeys(EVERY[:6], 8) | {"CS7": 8}, present)
    judge(database, tenant, present)
    page = officer.get("/cong-doan").text
    assert 'href="/cong-doan/xac-nhan"' in page
    listed = officer.get("/cong-doan/nguoi-lao-dong?trang_thai=not_yet_known")
    assert names(listed.text) == ["Người Bịa 5"]
    assert "chờ xác nhận CS8, CS9, CS10" in words(listed.text)


def test_what_waits_is_what_this_reader_can_do_and_the_sitting_lists_the_same(
    database: Database, tenant: UUID, officer: Visitor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """a05 lacks CS8 to CS10, a06 CS9 alone, a03 is the officer, b01 of another branch."""

    def waiting() -> tuple[str, list[str]]:
        home = words(officer.get("/cong-doan").text)
        count = re.search(r"Xác nhận điểm cho người lao động .*?chưa kết luận được (\S+)", home)
        return "" if count is None else count[1], names(officer.get("/cong-doan/xac-nhan").text)

    present = datetime.now().astimezone()
    most = dict.fromkeys(EVERY[:6], 8) | {"CS7": 8}
    for number in ("a05", "a03", "b01"):
        attest(database, tenant, number, most, present)
    attest(database, tenant, "a06", most | {"CS8": 8, "CS10": 8}, present)
    judge(database, tenant, present)
    assert waiting() == ("2", ["Người Bịa 5", "Người Bịa 6"])
    learning.part(database, tenant, now, f"{YEAR}-01-01", grassroots_officer=["CS8"], team_lead=["CS9"])
    assert waiting() == ("1", ["Người Bịa 5"])
    with database.writing(tenant) as session:
        session.execute(sa.update(Assessment).values(states=None))  # as it was kept before
    assert waiting() == ("2", ["Người Bịa 5", "Người Bịa 6"])
    monkeypatch.setattr(points, "MANY", 1)
    assert waiting()[1] == ["Người Bịa 5", "Người Bịa 6"], "of many, by everybody in order"
    learning.part(database, tenant, now, f"{YEAR}-01-02", grassroots_officer=[])
    assert waiting() == ("", [])
    assert "Không có ai đang chờ anh/chị xác nhận điểm" in officer.get("/cong-doan/xac-nhan").text


def test_the_list_is_filtered_and_goes_no_further_than_the_own_branch(officer: Visitor) -> None:
    def found(query: str) -> list[str]:
        return names(officer.get(f"/cong-doan/nguoi-lao-dong?{query}").text)

    assert len(found("")) == 13
    assert found("q=hoa+DO") == ["Đỗ Thị Hòa"]
    assert found("q=b01") == []
    assert found("q=a1&trang_thai=none") == ["Người Bịa 10", "Người Bịa 11", "Người Bịa 12"]
    assert found("trang_thai=met") == []
    assert "Không có ai khớp" in officer.get("/cong-doan/nguoi-lao-dong?q=kh%C3%B4ng").text
    assert officer.get("/cong-doan/nguoi-lao-dong?cursor=xyz").status_code == 400
    assert officer.get("/cong-doan/nguoi-lao-dong?to=xyz&dn=1&trang_thai=2&thieu=3").status_code == 200


def test_of_many_people_a_list_by_outcome_is_the_same_and_goes_by_some_at_a_time(
    database: Database, tenant: UUID, officer: Visitor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("a01", "a03", "a12"):
        attest(database, tenant, number, dict.fromkeys(EVERY, 10), now)
    attest(database, tenant, "a05", dict.fromkeys(EVERY, 1), now)
    judge(database, tenant, now)
    with database.writing(tenant) as session:
        roster.import_roster(session, tenant, f"{ROSTER_HEADINGS}\nMOI;Lý Ẩn;nam;dn/a;02/01/2026;;;có;không;".encode(),
                             now=now)  # fmt: skip

    def parts(outcome: str) -> list[list[str]]:
        found, address = [], f"/cong-doan/nguoi-lao-dong?trang_thai={outcome}"
        while address:
            page = officer.get(address).text
            found.append(names(page))
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = unescape(following[1]) if following else ""
        return found

    of_few = {outcome: parts(outcome) for outcome in statuses.WORDS}
    assert len(of_few["met"][0]) == 3 and all(len(each) == 1 for each in of_few.values()) and of_few["none"] != [[]]
    monkeypatch.setattr(rights, "WIDE", 0)
    assert parts("met") == of_few["met"], "few are looked up"
    assert "3 người" in words(officer.get("/cong-doan/nguoi-lao-dong?trang_thai=met").text)
    monkeypatch.setattr(workers, "FEW", -1)
    monkeypatch.setattr(workers, "WALKED", 4)
    for outcome in statuses.WORDS:
        in_parts = parts(outcome)
        assert [[one for part in in_parts for one in part]] == of_few[outcome]
        assert len(in_parts) > 3 and max(map(len, in_parts)) <= 4
    looked_at = "Trong 4 người vừa xem không có ai"
    assert looked_at not in officer.get("/cong-doan/nguoi-lao-dong?trang_thai=none&q=a").text, "few have the name"
    monkeypatch.setattr(lists, "FEW", -1)
    assert looked_at in officer.get("/cong-doan/nguoi-lao-dong?trang_thai=none&q=a").text


def test_whoever_lacks_an_indicator_is_found(database: Database, tenant: UUID, officer: Visitor) -> None:
    present = datetime.now().astimezone()
    attest(database, tenant, "HOA", {"CS4": 9}, present)
    judge(database, tenant, present)
    lacking = names(officer.get("/cong-doan/nguoi-lao-dong?thieu=CS4").text)
    assert len(lacking) == 12
    assert "Đỗ Thị Hòa" not in lacking


@pytest.mark.parametrize("number", ["b01", "nobody"])
def test_somebody_of_another_branch_does_not_exist(officer: Visitor, number: str) -> None:
    assert officer.get(f"/cong-doan/nguoi-lao-dong/{number}").status_code == 404
    form = hidden_fields(officer.get("/cong-doan/nguoi-lao-dong/a01").text, "/cong-doan/cho-diem/a01")
    sent = officer.send(f"/cong-doan/cho-diem/{number}", {**form, "o-1-CS4": "5", "basis": "Họp"})
    assert sent.status_code == 404


def test_the_number_of_sql_commands_does_not_grow_with_the_workers(
    database: Database, tenant: UUID, officer: Visitor, count_commands: Callable[[], Any]
) -> None:
    judge(database, tenant, datetime.now().astimezone())
    officer.get("/cong-doan/nguoi-lao-dong")
    with count_commands() as few:
        officer.get("/cong-doan/nguoi-lao-dong?q=hoa")
    with count_commands() as many:
        officer.get("/cong-doan/nguoi-lao-dong")
    assert len(many) <= len(few) + 2
    assert len(many) < 45


# ---------------------------------------------------------------- points


def test_points_given_in_place_are_kept_once(database: Database, tenant: UUID, officer: Visitor) -> None:
    page = officer.get("/cong-doan/nguoi-lao-dong/a01").text
    action = "/cong-doan/cho-diem/a01"
    sent = {**hidden_fields(page, action), "o-1-CS4": "8", "o-1-CS8": " 6 ", "basis": "Biên bản họp tổ 20/11"}
    answer = officer.send(action, sent)
    assert (answer.status_code, answer.location) == (303, "/cong-doan/nguoi-lao-dong/a01")
    assert "Đã xác nhận 2 điểm cho Người Bịa 1" in officer.get("/cong-doan/nguoi-lao-dong/a01").text
    assert officer.send(action, sent).location == "/cong-doan/nguoi-lao-dong/a01"
    assert kept(database, tenant) == {("a01", "CS4"): 8, ("a01", "CS8"): 6}


def test_every_fault_stands_at_its_cell_and_nothing_is_kept(database: Database, tenant: UUID, officer: Visitor) -> None:
    page, action = officer.get("/cong-doan/nguoi-lao-dong/a01").text, "/cong-doan/cho-diem/a01"
    typed = {"o-1-CS4": "11", "o-1-CS8": "nhiều", "o-1-CS9": "7", "on": "31/2/2026"}
    answer = officer.send(action, {**hidden_fields(page, action), **typed})
    assert answer.status_code == 400
    for field in ("o-1-CS4", "o-1-CS8", "basis", "on"):
        assert f'href="#{field}"' in answer.text
    for value in ("11", "nhiều", "7", "31/2/2026"):
        assert f'value="{value}"' in answer.text
    assert "phải là số nguyên từ 0 đến 10" in answer.text
    assert kept(database, tenant) == {}
    typed = {"o-1-CS4": "11", "o-1-CS8": "9", "on": "1/1/2099"}
    ahead = officer.send(action, {**hidden_fields(answer.text, action), **typed})
    for field in ("o-1-CS4", "basis", "on"):
        assert f'href="#{field}"' in ahead.text, "what is wrong with the day is told with the others"
    empty = officer.send(action, {**hidden_fields(answer.text, action), "basis": "Họp"})
    assert (empty.status_code, "Chưa ghi điểm nào" in empty.text) == (400, True)


def test_nobody_attests_the_own_record(database: Database, tenant: UUID, officer: Visitor) -> None:
    page = officer.get("/cong-doan/nguoi-lao-dong/a03").text
    assert "Cho điểm" not in page
    form = hidden_fields(officer.get("/cong-doan/nguoi-lao-dong/a01").text, "/cong-doan/cho-diem/a01")
    answer = officer.send("/cong-doan/cho-diem/a03", {**form, "o-1-CS4": "9", "basis": "Họp tổ"})
    assert answer.status_code in (400, 403)
    assert kept(database, tenant) == {}


def test_an_attestation_is_taken_back_with_a_reason(database: Database, tenant: UUID, officer: Visitor) -> None:
    attest(database, tenant, "a01", {"CS4": 8}, datetime.now().astimezone())
    page = officer.get("/cong-doan/nguoi-lao-dong/a01").text
    [path] = re.findall(r'href="(/cong-doan/rut-xac-nhan/[^"]+)"', page)
    assert officer.fill_in(path, {"reason": " "}).status_code == 400
    assert kept(database, tenant) == {("a01", "CS4"): 8}
    assert officer.fill_in(path, {"reason": "Ghi nhầm người"}).status_code == 303
    assert kept(database, tenant) == {}
    assert "Ghi nhầm người" in officer.get("/cong-doan/nguoi-lao-dong/a01").text
    assert officer.get(path.replace("a01", "a02")).status_code == 404


def test_a_team_is_attested_in_one_sitting_all_or_nothing(database: Database, tenant: UUID, officer: Visitor) -> None:
    path = "/cong-doan/xac-nhan?ai=tat-ca"
    page = officer.get(path).text
    rows = re.findall(r'name="nguoi" value="([^"]+)"', page)
    first, second = rows.index(id_of(database, tenant, "a01")) + 1, rows.index(id_of(database, tenant, "a03")) + 1
    form = {**hidden_fields(page, path), "nguoi": rows, "basis": "Biên bản họp tổ"}
    both = {f"o-{first}-CS4": "8", f"o-{second}-CS4": "9"}
    answer = officer.send(path, {**form, **both})
    assert answer.status_code == 400
    assert f'href="#o-{second}-CS4"' in answer.text
    assert "không ai được xác nhận cho chính mình" in answer.text
    assert kept(database, tenant) == {}
    answer = officer.send(path, {**form, f"o-{first}-CS4": "8", f"o-{first}-CS10": "7"})
    assert (answer.status_code, answer.location) == (303, path)
    assert kept(database, tenant) == {("a01", "CS4"): 8, ("a01", "CS10"): 7}


def test_cells_that_are_another_roles_are_no_fields_and_refused_when_sent(
    database: Database, tenant: UUID, officer: Visitor
) -> None:
    present = datetime.now().astimezone()
    learning.part(database, tenant, present, grassroots_officer=["CS8", "CS9", "CS10"])
    path = "/cong-doan/xac-nhan?ai=tat-ca"
    page = officer.get(path).text
    assert "CS8" in page and 'title="' in page
    assert not re.findall(r'name="o-\d+-CS4"', page)
    rows = re.findall(r'name="nguoi" value="([^"]+)"', page)
    at = rows.index(id_of(database, tenant, "a01")) + 1
    form = {**hidden_fields(page, path), "nguoi": rows, "basis": "Biên bản họp tổ"}
    answer = officer.send(path, {**form, f"o-{at}-CS4": "8", f"o-{at}-CS8": "7"})
    assert answer.status_code == 400
    assert f'href="#o-{at}-CS4"' in answer.text
    assert "chỉ số này do tổ trưởng hoặc cán bộ công đoàn cấp trên xác nhận" in answer.text
    assert kept(database, tenant) == {}
    one = officer.get("/cong-doan/nguoi-lao-dong/a01").text
    assert 'name="o-1-CS8"' in one
    assert 'name="o-1-CS4"' not in one
    assert officer.send(path, {**form, f"o-{at}-CS8": "7"}).status_code == 303


def test_rows_of_people_elsewhere_are_refused(database: Database, tenant: UUID, officer: Visitor) -> None:
    path = "/cong-doan/xac-nhan?ai=tat-ca"
    form = {**hidden_fields(officer.get(path).text, path), "basis": "Họp"}
    stranger = id_of(database, tenant, "b01")
    answer = officer.send(path, {**form, "nguoi": [stranger, "xyz"], "o-1-CS4": "8"})
    assert answer.status_code == 400
    assert "có người không còn thuộc phạm vi" in answer.text
    assert kept(database, tenant) == {}


# ---------------------------------------------------------------- dossiers


def test_many_are_registered_at_once_with_a_result_for_each(database: Database, tenant: UUID, officer: Visitor) -> None:
    path, action = "/cong-doan/ho-so?trang_thai=new", "/cong-doan/ho-so/lam?trang_thai=new"
    chosen = [id_of(database, tenant, number) for number in ("a01", "a02", "b01")]
    form = {**hidden_fields(officer.get(path).text, action), "nguoi": chosen, "viec": "register"}
    answer = officer.send(action, form)
    assert answer.status_code == 303
    told = officer.get(answer.location).text
    assert "Đã xong với 2 người, chưa thực hiện được với 0 người" in words(told) and "Người Bịa 2" in told
    english = officer.get(f"/ngon-ngu/en?{urlencode({'tiep': answer.location})}")
    assert english.location == answer.location and "2 done, 0 could not be done" in officer.get(answer.location).text
    officer.get("/ngon-ngu/vi")
    again = officer.send(action, {**form, "viec": ""}).text
    assert 'href="/ngon-ngu/en?tiep=/"' in again, "at the form's own address is no page to come back to"
    registered = officer.get("/cong-doan/ho-so?trang_thai=registered")
    assert re.findall(r"/cong-doan/ho-so-nguoi/[^\"]+\">([^<]+)<", registered.text) == ["Người Bịa 1", "Người Bịa 2"]
    assert officer.send(action, form).status_code == 303
    again = {**hidden_fields(officer.get(path).text, action), "nguoi": chosen, "viec": "register"}
    assert "Mã “a01” đã đăng ký" in officer.get(officer.send(action, again).location).text


def test_a_step_without_anybody_chosen_says_so(officer: Visitor) -> None:
    path, action = "/cong-doan/ho-so?trang_thai=new", "/cong-doan/ho-so/lam?trang_thai=new"
    form = hidden_fields(officer.get(path).text, action)
    assert "Chưa chọn hồ sơ nào" in officer.send(action, {**form, "viec": "register"}).text
    assert "Chọn một việc" in officer.send(action, {**form, "viec": "confirm"}).text


def test_a_team_lead_sees_the_team_alone(
    database: Database, tenant: UUID, officer: Visitor, app: Any, now: datetime
) -> None:
    account(database, tenant, "totruong", now)
    give(database, tenant, "totruong", Role.TEAM_LEAD, now, organization="dn/a", team="Tổ 1")
    lead = Visitor(app.test_client())
    lead.sign_in("totruong")
    assert lead.get("/cong-doan").status_code == 200
    assert names(lead.get("/cong-doan/nguoi-lao-dong").text) == ["Người Bịa 1", "Người Bịa 2"]
    assert lead.get("/cong-doan/nguoi-lao-dong/a05").status_code == 404
    for page in ("/cong-doan", "/cong-doan/ho-so"):  # what it offers opens
        offered = {unescape(one) for one in re.findall(r'href="(/cong-doan[^"#]*)"', lead.get(page).text)}
        assert {one: lead.get(one, follow_redirects=True).status_code for one in offered} == dict.fromkeys(offered, 200)
    assert signed_in(app.test_client(), "totruong")
