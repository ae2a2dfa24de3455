"""What the rules ask, as officers and workers read it: points, thresholds, shares, steps, and where each comes from."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from certification.access.permissions import Role
from certification.rules import differences, rule_files
from certification.vietnam import vietnam_day
from certification.web.rules import procedures
from lrs.db import Database
from schemas import FOLDER
from tests.certification.access.people import account, give
from tests.certification.web.test_operators import operator, words
from tests.certification.web.visitor import Visitor

__all__ = ["operator"]

PAGE = "/quy-dinh"
YEAR = vietnam_day(datetime.now(UTC)).year


@pytest.fixture
def officer(operator: Visitor, database: Database, tenant: UUID, client: FlaskClient, now: datetime) -> Visitor:
    account(database, tenant, "cb", now)
    give(database, tenant, "cb", Role.GRASSROOTS_OFFICER, now, organization="cdcs/a")
    visitor = Visitor(client.application.test_client())
    visitor.sign_in("cb")
    return visitor


def read(visitor: Visitor, address: str) -> str:
    page = visitor.get(address)
    assert page.status_code == 200, page.text
    return unescape(words(page.text))


def led_to(visitor: Visitor, name: str, within: str = PAGE) -> str:
    """Where the link to a rule leads."""
    found = re.search(rf'<a href="([^"]+)">(?:<span lang="vi">)?[^<]*{re.escape(name)}', visitor.get(within).text)
    assert found, name
    return unescape(found[1])


def plans_and_steps_are_told(officer: Visitor) -> None:
    """With shares, denominators, terms and who takes them."""
    plan = read(officer, led_to(officer, "31/KH-LĐLĐ"))
    for said in (
        "Ràng buộc Liên đoàn Lao động tỉnh Lai Châu và mọi đơn vị bên dưới.",
        "Phải đạt: đến hết năm 2030 trên 70%.",
        "Tính trên (mẫu số): người đang làm việc tại doanh nghiệp được ghi là cán bộ công đoàn vào ngày chốt số liệu.",
        "trong năm đến ngày chốt, về đủ mọi nội dung: Pháp luật lao động; Pháp luật công đoàn;",
        "đơn vị đã đưa “Công đoàn học tập” vào chương trình",
        "Nguyên văn: “Trên 70% người lao động",
    ):
        assert said in plan, said
    national = read(officer, led_to(officer, "1268/QĐ-TTg"))
    assert "đến hết năm 2025 từ 30%; đến hết năm 2030 từ 50%" in national
    assert "người có danh hiệu của năm chốt số liệu hoặc năm liền trước" in national
    steps = read(officer, led_to(officer, "Các bước xét danh hiệu"))
    assert f"Hạn cuối của năm {YEAR}: hết ngày 31/03/{YEAR + 1}" in steps
    assert "Phải ghi: biên bản họp, số phiếu của từng người." in steps and "không đặt mức" in steps
    answers = read(officer, led_to(officer, "Trả lời khiếu nại"))
    assert "được trả lời trong 15 ngày" in answers and answers.count("Chưa thấy văn bản nào quy định.") == 0


def english_is_told(officer: Visitor) -> None:
    """In sentences of ours; the words of the file stay, and are marked as Vietnamese."""
    officer.get("/ngon-ngu/en?tiep=/")
    page = officer.get(PAGE).text
    assert "The criteria are met with a total of 80 or more out of 100 points." in page
    assert "from 2 on, 1 point; from 4 on, 2 points" in page
    assert '<span lang="vi">Số ngày có đọc, học hoặc tra cứu</span>' in page


def test_an_officer_reads_what_each_indicator_asks_and_where_that_comes_from(officer: Visitor) -> None:
    told = read(officer, PAGE)
    for said in (
        "324/QĐ-KHVN, Hội Khuyến học Việt Nam , 25/10/2023",
        "Áp dụng từ năm đánh giá 2023. (suy ra từ văn bản)",
        "từ ngày 01/01 đến hết ngày 31/12",
        "tổng điểm từ 80 trên 100 điểm",
        "mỗi chỉ số phải từ 5 điểm",
        "Số ngày có đọc, học hoặc tra cứu: từ 2 được 1 điểm; từ 4 được 2 điểm; từ 8 được 4 điểm; từ 12 được 6 điểm. "
        "Tính minh chứng từ mức E1 (có tên trong danh sách), về: Đọc, xem, tra cứu; Học tập nói chung.",
        "Kết quả cao nhất của bài kiểm tra ngoại ngữ: từ 50% được 1 điểm; từ 65% được 2 điểm",
        "Chỉ người có trách nhiệm cho điểm được",
        "do người vận hành đặt, chưa thấy văn bản nào quy định",
    ):
        assert said in told, said
    assert 'id="CS10"' in officer.get(PAGE).text
    assert officer.get(f"{PAGE}?tep=7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2c").status_code == 404
    plans_and_steps_are_told(officer)
    english_is_told(officer)


def test_whatever_a_step_may_need_is_told(app: Flask) -> None:
    schema = json.loads((FOLDER / "certification/title-procedure.json").read_text())
    step = {"from": ["confirmed"], "to": "reviewed", "roles": ["upper_officer"], "own": "never"}
    needs = schema["$defs"]["step"]["properties"]["needs"]["items"]["enum"]
    with app.test_request_context(), force_locale("vi"):
        without = procedures._step(step, YEAR)
        for one in needs:
            assert len(procedures._step({**step, "needs": [one]}, YEAR)) == len(without) + 1, one


@pytest.mark.parametrize("year", ["0000", "1999", "9999", "2026x", "²⁰²⁶"])
def test_a_year_that_is_none_is_this_one(officer: Visitor, year: str) -> None:
    assert officer.get(f"{PAGE}?nam={year}").status_code == 200


def test_an_operator_reads_every_kind_of_file(operator: Visitor) -> None:
    tables = operator.get("/van-hanh/quy-tac").text.split("<tbody>")[1:]
    assert len(tables) == len(rule_files.KINDS)
    for table in tables:
        [link, *_] = re.findall(r'href="(/van-hanh/quy-tac/[0-9a-f-]{36})"', table)
        assert "Quy tắc này nói gì" in operator.get(link).text, link


def test_every_value_of_a_file_is_listed_with_what_it_rests_on() -> None:
    said = {
        "title": "T",
        "kind": "x",
        "row": [{"id": "a", "value": 3, "note": "vì thế"}, {"id": "b", "more": {"at": 1}}],
    }
    listed = [(one.path, one.after, one.grounds) for one in differences.values(said)]
    assert listed == [
        (("title",), "T", ()),
        (("row", "a"), said["row"][0], ("vì thế",)),  # type: ignore[index]
        (("row", "b", "more", "at"), 1, ()),
    ]
    assert differences.begins({"from_day": date(2025, 7, 1), "checked": date(2026, 1, 1)}) == date(2025, 7, 1)
