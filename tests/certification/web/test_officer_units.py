"""Pages about a unit and what is below it: the figures of the JSON interface, who is missing, what is kept of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from certification.access.permissions import Role
from certification.models import Fact, Freezing, Worker, YearClosing
from certification.targets import settling, trends
from certification.targets.attainment import YearTarget
from certification.units import organizations
from certification.vietnam import vietnam_day
from certification.web.officers.units import rows
from certification.web.officers.units.rows import Row
from lrs.db import Database, new_id
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.test_faults_of_forms import Told
from tests.certification.web.visitor import Visitor

MORE_UNITS = """\
Mã;Tên;Loại;Mã cấp trên hành chính;Mã cấp trên công đoàn;Từ ngày;Đến ngày
cdcs/d;CĐCS Công ty Đông Đô;công đoàn cơ sở;;cd/lao-cai;01/07/2025;
dn/d;Công ty Đông Đô;doanh nghiệp;vn/lao-cai;cdcs/d;01/07/2025;
"""


def this_day() -> date:
    """The day that pages take for today: asked for in each test, since a run may go on over midnight."""
    return vietnam_day(datetime.now(UTC))


@pytest.fixture
def officer(database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> Iterator[Visitor]:
    """Signed in as the officer of the union of Lào Cai: below it are cdcs/a with twelve workers and cdcs/d without."""
    publish(database, tenant, now=now)
    with database.writing(tenant) as session:
        organizations.import_organizations(session, tenant, MORE_UNITS.encode(), now=now)
    account(database, tenant, "vanhanh", now)
    give(database, tenant, "vanhanh", Role.OPERATOR, now)
    account(database, tenant, "lan", now)
    give(database, tenant, "lan", Role.UPPER_OFFICER, now, organization="cd/lao-cai")
    visitor = Visitor(client)
    visitor.sign_in("lan")
    yield visitor


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def learn(database: Database, tenant: UUID, number: str, day: date) -> None:
    with database.writing(tenant) as session:
        worker = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.number == number)).one()
        session.add(
            Fact(
                worker_id=worker, tenant_id=tenant, statement_id=new_id(), what="law-labour", day=day, year=day.year,
                minutes=45, score=None, quality=2, activity_key=77,
            )
        )  # fmt: skip


def test_a_unit_is_shown_with_the_figures_of_the_json_interface(officer: Visitor) -> None:
    answer = officer.get("/cong-doan/don-vi")
    assert (answer.status_code, answer.location) == (303, "/cong-doan/don-vi/cd/lao-cai")
    page = officer.get("/cong-doan/don-vi/cd/lao-cai").text
    plan, target = re.findall(r'value="([^":]+):([^"]+)" selected', page)[0]
    told = officer.client.get(f"/api/organizations/cd/lao-cai/rates?plan={plan}").json
    assert told is not None
    one = next(each for each in told["rates"] if each["target"] == target)
    written = one["written"]
    assert f"{written['counted']}/{written['denominator']} người · {written['rate']}" in words(page)
    assert told["organization"]["coverage"]["written"] in words(page)
    for child in told["children"]:
        assert f'href="/cong-doan/don-vi/{child["code"]}?' in page
        figures = next(each for each in child["targets"] if each["target"] == target)["written"]
        assert f"{figures['counted']}/{figures['denominator']}" in page
    assert "1/2 doanh nghiệp có danh sách" not in words(page)
    assert "0/1 doanh nghiệp có danh sách" in words(page), "who says nothing is named"
    below = officer.get("/cong-doan/don-vi/dn/a").text
    [way] = re.findall(r'<nav class="way".*?</nav>', below, re.DOTALL)
    assert re.findall(r">([^<]+)</a>", way) == ["Liên đoàn Lao động tỉnh Lào Cai", "CĐCS Công ty A"]


def test_twelve_months_are_drawn_with_gaps_and_stand_in_a_table(
    officer: Visitor, database: Database, tenant: UUID
) -> None:
    today = this_day()
    assert 'class="trend"' not in officer.get("/cong-doan/don-vi/cd/lao-cai").text, "nothing is kept yet"
    learn(database, tenant, "a01", today - timedelta(days=70))
    settling.settle_all(database, tenant, today=today)
    for address, group in (("/cong-doan/don-vi/cd/lao-cai", ""), ("/cong-doan", "G1")):
        page = officer.get(address).text
        trend = next(one for one in re.findall(r'<figure class="trend">.*?</figure>', page, re.DOTALL) if group in one)
        told = [words(row) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", trend, re.DOTALL)]
        assert [row[:10] for row in told] == [f"{day:%d/%m/%Y}" for day in trends.month_ends(today)]
        known = [row for row in told if "chưa có số liệu" not in row]
        assert 1 < len(known) < len(told)
        rate, counted = known[-1].split()[1:]
        assert f"{counted} người · {rate}" in words(page), "the last month is the figure of today"
        assert trend.count("<circle") == len(known)
        assert "mục tiêu" in trend and "style=" not in trend


def test_the_units_below_are_sorted_looked_for_and_read_in_parts(officer: Visitor, monkeypatch: Any) -> None:
    def names(query: str) -> list[str]:
        text = officer.get(f"/cong-doan/don-vi/cd/lao-cai?{query}").text
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)

    assert names("sap=ten") == ["CĐCS Công ty A", "CĐCS Công ty Đông Đô"]
    assert names("sap=thieu") == ["CĐCS Công ty A", "CĐCS Công ty Đông Đô"]
    assert names("q=dong+do") == ["CĐCS Công ty Đông Đô"]
    assert names("q=khong+co") == []
    monkeypatch.setattr(rows, "ON_A_PAGE", 1)
    monkeypatch.setattr(rows.part, "__defaults__", (1,))
    page = officer.get("/cong-doan/don-vi/cd/lao-cai?sap=ten").text
    [following] = re.findall(r'rel="next" href="([^"]+)"', page)
    after = officer.get(following.replace("&amp;", "&")).text
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', after) == ["CĐCS Công ty Đông Đô"]
    assert officer.get("/cong-doan/don-vi/cd/lao-cai?cursor=xyz").status_code == 400


def test_units_sorted_by_gap_stand_by_missing_people_not_by_name_or_rate() -> None:
    def row(name: str, counted: int, denominator: int, short: int) -> Row:
        rate = Fraction(counted, denominator)
        asked = YearTarget(2026, ">=", 70, not short, short, None)
        return Row(name, name, "", denominator, counted, counted, denominator, rate, asked, None, 1, 1, True)

    given = [row("An", 0, 4, 3), row("Bảo", 12, 30, 9), row("Cẩm", 2, 10, 5), row("Đạt", 9, 10, 0)]

    def names(sort: str) -> list[str]:
        return [one.name for one in rows.part(given, sort, "", None)[0]]

    assert names("thieu") == ["Bảo", "Cẩm", "An", "Đạt"]
    assert names("ty-le") == ["An", "Cẩm", "Bảo", "Đạt"]
    assert names("ten") == ["An", "Bảo", "Cẩm", "Đạt"]


@pytest.mark.parametrize(
    "path", ["don-vi/cd/lai-chau", "don-vi/khong/co", "ai/dn/b", "ke-hoach/dn/b", "chot-so-lieu/moi/dn/b"]
)
def test_a_unit_of_another_branch_does_not_exist(officer: Visitor, path: str) -> None:
    assert officer.get(f"/cong-doan/{path}").status_code == 404


def test_a_day_that_is_none_is_said_and_one_before_the_unit_names_who_was_there(officer: Visitor) -> None:
    page = officer.get("/cong-doan/don-vi/cd/lao-cai?ngay=31/2/2026")
    assert (page.status_code, "không có trong lịch" in page.text) == (200, True)
    before = officer.get("/cong-doan/don-vi/dn/a?ngay=1/1/2020")
    assert (before.status_code, "chưa có đến ngày 01/07/2025" in before.text) == (200, True)
    ahead = officer.get("/cong-doan/don-vi/cd/lao-cai?ngay=31/12/2099").text
    assert "Ngày chốt chưa tới" in ahead


def test_as_many_are_listed_as_missing_as_the_figure_says_and_the_looks_are_kept(officer: Visitor) -> None:
    told = officer.client.get("/api/organizations/cd/lao-cai/rates").json
    assert told is not None
    one = next(each for each in told["rates"] if each["target"] == "G1")
    query = f"chi_tieu={one['plan']}:G1"
    page = officer.get(f"/cong-doan/ai/cd/lao-cai?{query}").text
    assert page.count('<th scope="row">') == one["denominator"] - one["counted"]
    assert 'href="/cong-doan/nguoi-lao-dong/a12"' in page
    counted = officer.get(f"/cong-doan/ai/cd/lao-cai?ai=duoc-tinh&{query}").text
    assert counted.count('<th scope="row">') == one["counted"]
    unions = officer.get("/cong-doan/ai/cd/lao-cai?chi_tieu=khong:co").status_code
    assert unions == 200


def test_the_table_is_a_file_with_the_same_figures(officer: Visitor) -> None:
    page = officer.get("/cong-doan/don-vi/cd/lao-cai").text
    paths = [one.replace("&amp;", "&") for one in re.findall(r'href="(/cong-doan/bang-don-vi/[^"]+)"', page)]
    book, table = (officer.get(path) for path in paths)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(book.data)).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    [first] = [line for line in lines if line[0] == "cdcs/a"]
    assert first[:6] == ["cdcs/a", "CĐCS Công ty A", "Công đoàn cơ sở", 12, 4, 12]
    assert first[6] == "=E10/F10" or str(first[6]).startswith("=E")
    text = table.data.decode("utf-8-sig").splitlines()
    assert text[0].startswith("Mã đơn vị;Đơn vị;Loại;Số lao động")
    assert text[1].startswith("cdcs/a;CĐCS Công ty A;Công đoàn cơ sở;12;4;12;33,3%")


def test_plans_that_bind_a_unit_stand_side_by_side_with_their_days(
    database: Database, tenant: UUID, officer: Visitor, app: Any, now: datetime
) -> None:
    page = words(officer.get("/cong-doan/ke-hoach/cd/lao-cai").text)
    assert "31/12/2030" in page
    account(database, tenant, "minh", now)
    give(database, tenant, "minh", Role.UPPER_OFFICER, now, organization="cd/lai-chau")
    other = Visitor(app.test_client())
    other.sign_in("minh")
    compared = other.get("/cong-doan/ke-hoach/cd/lai-chau").text
    assert "So sánh các kế hoạch" in compared
    assert "gần nhất" in compared
    assert words(compared).count("giao cho") >= 2


def test_figures_are_frozen_after_a_look_at_them_and_what_comes_late_shows(
    database: Database, tenant: UUID, officer: Visitor
) -> None:
    path = "/cong-doan/chot-so-lieu/moi/cd/lao-cai?ngay=20/11/2026"
    page = officer.get(path)
    assert "20/11/2026" in page.text
    assert "giữ nguyên như lúc này" in page.text
    assert officer.fill_in(path, {"reason": " "}).status_code == 400
    assert _frozen(database, tenant) == 0
    answer = officer.fill_in(path, {"reason": "Báo cáo số 05/BC-LĐLĐ"})
    assert answer.status_code == 303, words(answer.text)
    assert _frozen(database, tenant) == 1
    assert "vẫn ra đúng các số này" in officer.get(answer.location).text
    learn(database, tenant, "a12", date(2026, 11, 19))
    later = words(officer.get(answer.location).text)
    assert "Hôm nay khác lúc chốt" in later
    assert "4/12 · 33,3% 5/12 · 41,7% +1" in later
    listed = officer.get("/cong-doan/chot-so-lieu?don_vi=cd/lao-cai").text
    assert "Báo cáo số 05/BC-LĐLĐ" in listed
    ahead = officer.get("/cong-doan/chot-so-lieu/moi/cd/lao-cai?ngay=31/12/2099").text
    assert "Ngày chưa tới" in ahead
    assert "Chốt số liệu ngày" not in words(ahead)
    none = officer.get("/cong-doan/chot-so-lieu/moi/cd/lao-cai?ngay=31/02/2026&ngay_lao_dong=31/12/2099")
    assert none.status_code == 400 and 'value="31/02/2026"' in none.text and 'value="31/12/2099"' in none.text
    assert {"ngay", "ngay_lao_dong"} == Told(none.text).beside


def _frozen(database: Database, tenant: UUID) -> int:
    with database.reading(tenant) as session:
        return session.scalar(sa.select(sa.func.count()).where(Freezing.tenant_id == tenant)) or 0


def test_a_record_of_another_branch_is_not_shown(
    database: Database, tenant: UUID, officer: Visitor, app: Any, now: datetime
) -> None:
    answer = officer.fill_in("/cong-doan/chot-so-lieu/moi/cd/lao-cai", {"reason": "Để họp ban"})
    account(database, tenant, "minh", now)
    give(database, tenant, "minh", Role.UPPER_OFFICER, now, organization="cd/lai-chau")
    other = Visitor(app.test_client())
    other.sign_in("minh")
    assert other.get(answer.location).status_code == 404
    assert "Để họp ban" not in words(other.get("/cong-doan/chot-so-lieu").text)


def test_a_year_is_closed_by_an_operator_with_a_decision_and_read_by_officers(
    database: Database, tenant: UUID, officer: Visitor, app: Any, now: datetime
) -> None:
    assert officer.get("/cong-doan/nam").status_code == 200
    assert officer.get("/cong-doan/nam/2025/dong-mo").status_code == 403
    operator = Visitor(app.test_client())
    operator.sign_in("vanhanh")
    running = operator.fill_in(f"/cong-doan/nam/{this_day().year}/dong-mo", {"decision": "QĐ 1"})
    assert (running.status_code, "Năm này chưa hết" in running.text) == (400, True)
    assert operator.fill_in("/cong-doan/nam/2025/dong-mo", {"decision": " "}).status_code == 400
    assert operator.fill_in("/cong-doan/nam/2025/dong-mo", {"decision": "QĐ 7/QĐ-TLĐ"}).status_code == 303
    with database.reading(tenant) as session:
        assert session.scalar(sa.select(YearClosing.decided_by).where(YearClosing.tenant_id == tenant)) == "vanhanh"
    assert "QĐ 7/QĐ-TLĐ" in officer.get("/cong-doan/nam").text


def test_the_number_of_sql_commands_does_not_grow_with_units_or_workers(
    database: Database, tenant: UUID, officer: Visitor, now: datetime, count_commands: Callable[[], Any]
) -> None:
    settling.settle_all(database, tenant, today=this_day())
    officer.get("/cong-doan/don-vi/cd/lao-cai")
    with count_commands() as few:
        officer.get("/cong-doan/don-vi/cdcs/a")
    with count_commands() as many:
        officer.get("/cong-doan/don-vi/cd/lao-cai")
    assert len(many) <= len(few) + 4
    assert len(many) < 66
