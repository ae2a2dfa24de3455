"""Recognised titles come in by file, once, and no decision is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Event
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.dossiers import ending
from certification.judgement import awards
from certification.models import Award
from certification.people import roster
from certification.people.national_numbers import Keys
from certification.people.roster import HEADINGS as ROSTER_HEADINGS
from certification.rules.plans import Numerator
from certification.spreadsheets import ImportResult
from certification.targets import numerators
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs.db import EVERY_TENANT, Database
from tests import neighbour
from tests.certification import learning
from tests.certification.import_files import ORGANIZATIONS, csv_file, faults_of, roster_csv, titles_csv
from tests.certification.learning import PROGRAMME
from tests.conftest import PEPPER

Import = Callable[..., ImportResult]


@pytest.fixture(autouse=True)
def imported(database: Database, tenant: UUID, other_tenant: UUID, now: datetime) -> None:
    """A1 and A2 in the tenant, B1 in the other."""
    for each, numbers in ((tenant, ("A1", "A2")), (other_tenant, ("B1",))):
        with database.writing(each) as session:
            organizations.import_organizations(session, each, ORGANIZATIONS, now=now)
            rows = [{"Mã người lao động": number} for number in numbers]
            roster.import_roster(session, each, roster_csv(*rows), now=now)
        learning.settle(database, each)


@pytest.fixture
def import_rows(database: Database, tenant: UUID, now: datetime) -> Import:
    def import_it(*rows: dict[str, object]) -> ImportResult:
        with database.writing(tenant) as session:
            return awards.import_titles(session, tenant, titles_csv(*rows), now=now)

    return import_it


def stored(database: Database) -> list[tuple[UUID, int, str, date, str]]:
    with database.reading(EVERY_TENANT) as session:
        rows = session.execute(
            sa.select(Award.tenant_id, Award.year, Award.decision_number, Award.decided_on, Award.body)
            .where(neighbour.not_hers(Award.tenant_id))
            .order_by(Award.year)
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def test_titles_are_recorded_once(database: Database, tenant: UUID, import_rows: Import) -> None:
    rows: list[dict[str, object]] = [{}, {"Năm đánh giá": 2024, "Ngày quyết định": "2025-03-01"}]
    assert import_rows(*rows) == ImportResult(2, 0, 0)
    expected = [
        (tenant, 2024, "12/QĐ", date(2025, 3, 1), "Hội Khuyến học"),
        (tenant, 2025, "12/QĐ", date(2026, 2, 20), "Hội Khuyến học"),
    ]
    assert stored(database) == expected
    assert import_rows(*rows) == ImportResult(0, 0, 2)
    assert stored(database) == expected


def test_a_body_gives_a_number_once_a_year(database: Database, import_rows: Import) -> None:
    import_rows({})
    kept = stored(database)
    again = {"Mã người lao động": "A2", "Số quyết định": " 12/qđ ", "Ngày quyết định": "2026-03-01"}
    first = {"Mã người lao động": "A1", "Năm đánh giá": 2024, "Số quyết định": "7/QĐ", "Ngày quyết định": "2025-01-05"}
    other = {"Mã người lao động": "A2", "Năm đánh giá": 2024, "Số quyết định": "7/QĐ", "Ngày quyết định": "2025-01-06"}
    faults = faults_of(lambda: import_rows(again, first, other))
    assert [one.partition(",")[0] for one in faults] == ["Dòng 2", "Dòng 4"]
    assert "năm 2026 là của quyết định ngày 20/02/2026" in faults[0]
    assert stored(database) == kept
    elsewhere = {**again, "Cơ quan công nhận": "UBND xã A"}
    assert import_rows(elsewhere, first, {**other, "Ngày quyết định": "2026-01-06"}) == ImportResult(3, 0, 0)
    assert import_rows({}) == ImportResult(0, 0, 1)


def test_a_title_gives_no_cause_to_judge_again(database: Database, tenant: UUID, import_rows: Import) -> None:
    import_rows({})
    assert learning.stale_marks(database, tenant) == {}


def test_every_fault_is_named_and_nothing_goes_in(database: Database, import_rows: Import) -> None:
    import_rows({})
    before = stored(database)
    assert faults_of(
        lambda: import_rows(
            {"Mã người lao động": "B1"},
            {"Năm đánh giá": "25"},
            {"Số quyết định": "13/QĐ"},
            {"Mã người lao động": "A2", "Ngày quyết định": "21/11/2026"},
            {"Mã người lao động": "A2", "Năm đánh giá": 2026, "Ngày quyết định": "31/12/2025"},
            {"Mã người lao động": "A2", "Số quyết định": ""},
            {"Mã người lao động": "A2"},
        )
    ) == [
        "Dòng 2, cột “Mã người lao động”: không có người lao động nào mang mã “B1”; sửa mã, hoặc nhập danh sách trước",
        "Dòng 3, cột “Năm đánh giá”: “25” không phải số nguyên từ 2000 đến 2100; sửa lại số",
        "Dòng 4, cột “Số quyết định”: danh hiệu năm 2025 đã ghi theo quyết định “12/QĐ” ngày 20/02/2026 của “Hội "
        "Khuyến học”; quyết định đã ghi không bị ghi đè, kiểm tra lại tệp",
        "Dòng 5, cột “Ngày quyết định”: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
        "Dòng 5, cột “Mã người lao động”: trùng hoặc không khớp với dòng 7, 8, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 6, cột “Ngày quyết định”: 31/12/2025 trước năm đánh giá 2026; ghi năm được đánh giá, không phải năm ra "
        "quyết định",
        "Dòng 7, cột “Số quyết định”: ô trống; ghi giá trị vào ô này",
        "Dòng 7, cột “Mã người lao động”: đã có ở dòng 5 cho cùng năm đánh giá 2025; xoá một dòng",
        "Dòng 8, cột “Mã người lao động”: đã có ở dòng 5 cho cùng năm đánh giá 2025; xoá một dòng",
    ]
    assert stored(database) == before


def test_a_number_that_is_not_utf8_is_a_fault_and_no_search(database: Database, tenant: UUID, now: datetime) -> None:
    data = titles_csv({"Mã người lao động": "A\u00ea"}).replace("A\u00ea".encode(), b"A\xea")
    with database.writing(tenant) as session:
        faults = faults_of(lambda: awards.import_titles(session, tenant, data, now=now))
    assert faults[1:] == ["Dòng 2, cột “Mã người lao động”: chữ không phải UTF-8: “A�”; gõ lại ô này hoặc lưu lại tệp"]


# ---------------------------------------------------------------- whose a title is, and what became of it

HEADINGS = [column.heading for column in awards.COLUMNS]
CCCD = "001190000123"


@pytest.fixture
def import_all(database: Database, tenant: UUID, now: datetime) -> Import:
    """With every column; A1 has an account and a national number, which A3 has too; A2 has an account."""
    keys = Keys.of(tenant, PEPPER)
    people = [
        {"Mã người lao động": "A1", "Số định danh": CCCD, "Tài khoản học tập": "https://h|a1"},
        {"Mã người lao động": "A2", "Số định danh": "123456789", "Tài khoản học tập": "mailto:a2@h.vn"},
        {"Mã người lao động": "A3", "Số định danh": "079190000123"},
        {"Mã người lao động": "A4", "Số định danh": "079190000123"},
    ]
    usual = {"Họ và tên": "Nguyễn Thị Hoa", "Mã doanh nghiệp": "dn/1", "Ngày vào làm": "01/02/2020"}
    columns = [*ROSTER_HEADINGS, "Số định danh"]
    with database.writing(tenant) as session:
        data = csv_file(columns, [usual | row for row in people])
        roster.import_roster(session, tenant, data, now=now, keys=keys)

    def import_it(*rows: dict[str, object]) -> ImportResult:
        cells = {"Năm đánh giá": 2025, "Số quyết định": "12/QĐ", "Ngày quyết định": "20/02/2026"}
        data = csv_file(HEADINGS, [{**cells, "Cơ quan công nhận": "Hội Khuyến học", **row} for row in rows])
        with database.writing(tenant) as session:
            return awards.import_titles(session, tenant, data, now=now, keys=keys)

    return import_it


def test_a_person_is_found_by_number_account_or_national_number(database: Database, import_all: Import) -> None:
    result = import_all(
        {"Tài khoản học tập": "https://h|a1", "Họ và tên": "NGUYỄN THỊ HOA", "Nguồn": "congdanhoctap.vn"},
        {"Số định danh": "123 456 789"},
        {"Mã người lao động": "A1", "Số định danh": CCCD, "Năm đánh giá": 2024},
    )
    assert result == ImportResult(3, 0, 0)
    with database.reading(EVERY_TENANT) as session:
        rows = session.scalars(sa.select(Award.source).where(neighbour.not_hers(Award.tenant_id)))
        assert sorted(map(str, rows)) == ["None", "None", "congdanhoctap.vn"]


def test_who_cannot_be_told_for_certain_is_a_fault(database: Database, import_all: Import) -> None:
    assert faults_of(
        lambda: import_all(
            {},
            {"Tài khoản học tập": "https://h|lạ"},
            {"Số định danh": "079190000123"},
            {"Mã người lao động": "A2", "Tài khoản học tập": "https://h|a1"},
            {"Mã người lao động": "A1", "Họ và tên": "Lò Văn Páo"},
            {"Tài khoản học tập": "https://h|a1"},
            {"Số định danh": "12"},
        )
    ) == [
        "Dòng 2, cột “Mã người lao động”: ô trống; ghi mã người lao động, tài khoản học tập hoặc số định danh",
        "Dòng 3, cột “Tài khoản học tập”: không tìm thấy đúng một người; ghi mã người lao động, hoặc nhập danh sách "
        "trước",
        "Dòng 4, cột “Số định danh”: không tìm thấy đúng một người; ghi mã người lao động, hoặc nhập danh sách trước",
        "Dòng 5: các cột chỉ những người khác nhau: “A2” và “A1”; sửa cho khớp",
        "Dòng 6, cột “Họ và tên”: mã “A1” trong danh sách là “Nguyễn Thị Hoa”; kiểm tra có đúng người không",
        "Dòng 6, cột “Mã người lao động”: trùng hoặc không khớp với dòng 7, xem lỗi ở đó; sửa hoặc xoá dòng sai",
        "Dòng 7, cột “Mã người lao động”: đã có ở dòng 6 cho cùng năm đánh giá 2025; xoá một dòng",
        "Dòng 8, cột “Số định danh”: số …12 có 2 chữ số; số CCCD gồm 12 chữ số, số CMND cũ gồm 9 chữ số",
    ]
    assert stored(database) == []


def test_a_title_that_was_withdrawn_is_marked_and_no_longer_held(
    database: Database, tenant: UUID, import_all: Import
) -> None:
    title: dict[str, object] = {"Mã người lao động": "A1"}
    gone: dict[str, object] = {**title, "Ngày thu hồi": "01/07/2026", "Căn cứ thu hồi": "15/QĐ"}
    assert import_all(title) == ImportResult(1, 0, 0)
    assert import_all(gone) == ImportResult(0, 1, 0)
    assert import_all(gone) == import_all(title) == ImportResult(0, 0, 1)
    rule = Numerator("title_holders", title_years=(-1,))
    with database.reading(tenant) as session:
        held = [
            len(numerators.count(session, tenant, rule, day, PROGRAMME))
            for day in (date(2026, 6, 30), date(2026, 7, 1))
        ]
    assert held == [1, 0]
    assert faults_of(lambda: import_all({**title, "Ngày thu hồi": "02/07/2026"})) == [
        "Dòng 2, cột “Ngày thu hồi”: đã ghi là thu hồi ngày 01/07/2026; điều đã ghi không bị ghi đè, kiểm tra lại tệp"
    ]
    wrong = (
        {"Mã người lao động": "A2", "Ngày thu hồi": "01/01/2026"},
        {"Mã người lao động": "A3", "Căn cứ thu hồi": "x"},
    )
    assert len(faults_of(lambda: import_all(*wrong))) == 2


def test_a_title_that_ended_meanwhile_or_of_another_tenant_is_left_as_it_is(
    database: Database, tenant: UUID, now: datetime, import_all: Import
) -> None:
    import_all({"Mã người lao động": "A1"})
    ((_, year, _, _, _),) = stored(database)
    with database.writing(tenant) as session:
        worker = session.scalars(sa.select(Award.worker_id).where(Award.tenant_id == tenant)).one()
        ending.end(session, tenant, worker, PROGRAMME, year, reason="QĐ 15", by="hoa", now=now)
    said = {"Mã người lao động": "A1", "Ngày thu hồi": "2026-03-01", "Căn cứ thu hồi": "QĐ 16"}
    assert "đã ghi là thu hồi ngày 20/11/2026" in faults_of(lambda: import_all(said))[0]
    with database.reading(tenant) as session:
        kept = session.scalars(sa.select(Award).where(Award.tenant_id == tenant)).one()
    assert (kept.withdrawn_on, kept.withdrawal) == (vietnam_day(now), "QĐ 15")


def test_an_import_and_the_end_of_a_title_wait_for_each_other_and_never_both(
    database: Database, tenant: UUID, now: datetime, import_all: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second waits for the title itself, before anything else is held that the first one needs."""
    import_all({"Mã người lao động": "A1"})
    with database.reading(tenant) as session:
        worker, year = session.execute(sa.select(Award.worker_id, Award.year).where(Award.tenant_id == tenant)).one()
    marked, title_changed = Event(), Event()
    marking, counting = awards.mark_uncounted, ending.mark_uncounted

    def mark(*told: Any) -> None:
        marking(*told)
        marked.set()
        title_changed.wait(0 if database.is_sqlite else 1)

    def count(*told: Any) -> None:
        title_changed.set()
        counting(*told)

    def end() -> bool:
        assert marked.wait(30)
        with database.writing(tenant) as session:
            return ending.end(session, tenant, worker, PROGRAMME, year, reason="QĐ 15", by="hoa", now=now).title

    monkeypatch.setattr(awards, "mark_uncounted", mark)
    monkeypatch.setattr(ending, "mark_uncounted", count)
    with ThreadPoolExecutor(2) as pool:
        ended = pool.submit(end)
        came = pool.submit(
            import_all, {"Mã người lao động": "A1", "Ngày thu hồi": "2026-03-01", "Căn cứ thu hồi": "QĐ 16"}
        )
        assert came.result() == ImportResult(0, 1, 0)
        assert not ended.result()
    with database.reading(tenant) as session:
        kept = session.scalars(sa.select(Award).where(Award.tenant_id == tenant)).one()
    assert (kept.withdrawn_on, kept.withdrawal) == (date(2026, 3, 1), "QĐ 16")
