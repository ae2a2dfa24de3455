"""Paper lists and roll-calls become Statements that count as a platform's would, and can be corrected and withdrawn."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence import attendance, attendance_lists, entitlements, kept_files
from certification.evidence.attendance_lists import AlreadyWithdrawn, ListResult, UnknownList
from certification.evidence.witnesses import ONESELF, Witness
from certification.judgement import assessments, judging
from certification.marks import Cause
from certification.models import AttendanceRow, KeptFile, Worker, WorkerIdentifier
from certification.people import linking
from certification.units.trees import UnknownOrganization
from lrs import api
from lrs.db import Database
from lrs.models import Statement
from tests.certification import learning
from tests.certification.import_files import faults_of
from tests.certification.learning import PROFILE, PROGRAMME
from tests.certification.world import World
from tests.conftest import PEPPER
from tests.threads import ended

OFFICER = Witness("can-bo-1")
TakeIn = Callable[..., ListResult]

USUAL = {
    attendance.NUMBER: "NV-1",
    attendance.ACTIVITY: "Luật Lao động",
    attendance.DAY: "05/09/2026",
    attendance.TOPICS: "law-labour",
    attendance.DELIVERY: "nói chuyện chuyên đề",
    attendance.MINUTES: 90,
}


def list_csv(*rows: dict[str, object]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.heading for column in attendance.COLUMNS], restval="")
    writer.writeheader()
    writer.writerows({**USUAL, **row} for row in rows)
    return text.getvalue().encode()


def said(number: str = "NV-1", **cells: object) -> dict[str, object]:
    headings = {"activity": attendance.ACTIVITY, "code": attendance.ACTIVITY_CODE, "day": attendance.DAY}
    headings |= {"hour": attendance.HOUR, "minutes": attendance.MINUTES, "topics": attendance.TOPICS}
    headings |= {"delivery": attendance.DELIVERY, "result": attendance.RESULT, "score": attendance.SCORE}
    headings |= {"out_of": attendance.OUT_OF, "rank": attendance.RANK, "certificate": attendance.CERTIFICATE}
    return {attendance.NUMBER: number} | {headings[name]: value for name, value in cells.items()}


@pytest.fixture
def staff(world: World) -> list[UUID]:
    """NV-1 and NV-2 in dn/a, NV-3 in dn/b."""
    with world.database.writing(world.tenant) as session:
        return [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/b")]


@pytest.fixture
def take_in(database: Database, tenant: UUID, now: datetime, staff: list[UUID]) -> TakeIn:
    def take_it_in(*rows: dict[str, object], data: bytes | None = None, **parts: Any) -> ListResult:
        told = {"organizer": "cdcs/a", "code": "DS-01", "kind": "paper", "file_name": "ds.csv", "witness": OFFICER}
        with database.writing(tenant) as session:
            content = list_csv(*rows) if data is None else data
            return attendance_lists.take_in(session, tenant, content, secret=PEPPER, **{**told, "now": now, **parts})

    return take_it_in


def statements(database: Database, tenant: UUID) -> list[dict[str, Any]]:
    with database.reading(tenant) as session:
        return [one.document for one in api.changes(session, tenant, None).statements]


def learned(database: Database, tenant: UUID, now: datetime) -> set[tuple[str, str, int, int]]:
    """(worker's number, what, minutes, level) of every fact."""
    learning.follow_all(database, tenant, now)
    return {
        (number, what, minutes, level) for number, _, what, _, minutes, _, level, _ in learning.facts(database, tenant)
    }


def test_a_paper_list_counts_as_a_platforms_statements_would(
    database: Database, tenant: UUID, take_in: TakeIn, identity: api.Identity, staff: list[UUID], now: datetime
) -> None:
    assert take_in(said("NV-1"), said("NV-2", minutes="")) == ListResult(
        attendance_lists.list_id_of(tenant, "cdcs/a", "DS-01"), 1, 2, 0, 0, 0
    )
    assert learned(database, tenant, now) == {
        ("NV-1", "law-labour", 90, 1), ("NV-1", "learning", 90, 1), ("NV-1", "community", 90, 1),
        ("NV-2", "law-labour", 0, 1), ("NV-2", "learning", 0, 1), ("NV-2", "community", 0, 1),
    }  # fmt: skip
    of_list = next(iter(statements(database, tenant)))
    with database.writing(tenant) as session:
        linking.link(session, tenant, "https://hoc.example.org|ba", "NV-3", by="test", now=now)
    verb = {"id": learning.VERBS + "attended"}
    learning.store(
        database,
        identity,
        learning.statement("ba", verb=verb, object=of_list["object"], timestamp=of_list["timestamp"]),
    )
    by_platform = {(what, level) for number, what, _, level in learned(database, tenant, now) if number == "NV-3"}
    assert by_platform == {("law-labour", 1), ("learning", 1), ("community", 1)}
    judging.judge_all_stale(database, tenant, clock=lambda: now)
    with database.reading(tenant) as session:
        of_list_, of_platform = (
            assessments.latest(session, tenant, one, PROGRAMME, 2026) for one in (staff[0], staff[2])
        )
    assert of_list_ is not None and of_platform is not None
    assert of_list_.result.total == of_platform.result.total
    assert [one.state for one in of_list_.result.indicators] == [one.state for one in of_platform.result.indicators]


def test_no_name_and_no_number_of_a_person_is_in_a_statement(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime
) -> None:
    with database.writing(tenant) as session:
        for number, name in (("0912345678", "Trần Văn Bí"), ("001099012345", "Lê Thị Mật")):
            session.add(Worker(tenant_id=tenant, number=number, full_name=name, gender=None))
    take_in(said("NV-1"), said("0912345678"), said("001099012345"))
    text = json.dumps(statements(database, tenant), ensure_ascii=False)
    for telling in ("0912345678", "001099012345", "Trần Văn Bí", "Lê Thị Mật", "can-bo-1", "mbox"):
        assert telling not in text
    first = statements(database, tenant)[0]
    assert first["actor"]["account"] == {"homePage": f"urn:uuid:{tenant}", "name": "worker/NV-1"}
    organizer = {"homePage": f"urn:uuid:{tenant}", "name": "organization/cdcs/a"}
    assert first["authority"]["account"] == first["context"]["instructor"]["account"] == organizer
    assert first["timestamp"] == "2026-09-04T17:00:00Z"  # midnight in Vietnam
    extensions = first["context"]["extensions"]
    list_id = str(attendance_lists.list_id_of(tenant, "cdcs/a", "DS-01"))
    assert extensions == {
        f"{PROFILE}/extension/evidence-level": 1,
        f"{PROFILE}/extension/delivery": "talk",
        f"{PROFILE}/extension/org-code": "cdcs/a",
        f"{PROFILE}/extension/source-list": {"list": list_id, "version": 1, "row": 2},
    }
    assert {number for number, *_ in learned(database, tenant, now)} == {"NV-1", "0912345678", "001099012345"}


def test_the_same_list_twice_changes_nothing_and_its_file_can_be_looked_at(
    database: Database, tenant: UUID, take_in: TakeIn
) -> None:
    rows = said("NV-1"), said("NV-2")
    take_in(*rows, file_name="C:\\Danh sách\\ds 5.9.csv")
    before = statements(database, tenant)
    assert take_in(*rows).unchanged == 2
    assert take_in(*rows, code="ds-01").version == 1
    assert statements(database, tenant) == before
    with database.reading(tenant) as session:
        (version,) = attendance_lists.versions(session, tenant, "cdcs/a", "DS-01")
        assert (version.file_name, version.recorded_by, version.added) == ("ds 5.9.csv", "can-bo-1", 2)
        assert version.sha256 is not None
        kept, data = kept_files.read(session, tenant, version.sha256)
        assert data == list_csv(*rows)
        assert kept.content_type == "text/csv"
        with pytest.raises(UnknownList):
            attendance_lists.versions(session, tenant, "cdcs/b", "DS-01")


def test_the_same_list_by_two_officers_at_once_is_stored_once(
    database: Database, tenant: UUID, take_in: TakeIn
) -> None:
    rows = [said(f"NV-{number}") for number in (1, 2, 3)]
    done: list[ListResult] = []
    officers = [
        threading.Thread(daemon=True, target=lambda who=who: done.append(take_in(*rows, witness=Witness(who))))
        for who in "ab"
    ]
    for officer in officers:
        officer.start()
    for officer in officers:
        ended(officer)
    assert sorted((one.version, one.added, one.unchanged) for one in done) == [(1, 0, 3), (1, 3, 0)]
    assert len(statements(database, tenant)) == 3


def test_the_same_file_under_another_code_is_refused_until_the_first_is_withdrawn(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime
) -> None:
    take_in(said())
    assert faults_of(lambda: take_in(said(), code="DS-02")) == [
        "Tệp: tệp này đã được nhập với mã danh sách “DS-01”; dùng mã đó, hoặc rút danh sách đó trước"
    ]
    with database.writing(tenant) as session:
        told = {"reason": "nhầm mã", "witness": OFFICER, "secret": PEPPER, "now": now}
        attendance_lists.withdraw(session, tenant, organizer="cdcs/a", code="DS-01", **told)
    assert take_in(said(), code="DS-02").added == 1


def test_a_corrected_list_voids_what_is_gone_and_adds_what_is_new(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime, staff: list[UUID]
) -> None:
    take_in(said("NV-1"), said("NV-2"))
    learned(database, tenant, now)
    learning.settle(database, tenant)
    assert take_in(said("NV-3"), said("NV-2"), dry_run=True).removed == 1
    assert len(statements(database, tenant)) == 2
    result = take_in(said("NV-3"), said("NV-2"))
    assert (result.version, result.added, result.removed, result.unchanged) == (2, 1, 1, 1)
    assert result.notes == ("1 trong 2 dòng của bản trước không còn: Statement của các dòng đó bị huỷ",)
    assert {number for number, *_ in learned(database, tenant, now)} == {"NV-2", "NV-3"}
    assert learning.causes(database, tenant) == {
        (staff[0], 2026): (Cause.WITHDRAWN, "can-bo-1"),
        (staff[2], 2026): (Cause.EVIDENCE, None),
    }
    back = take_in(said("NV-1"), said("NV-2"))  # the first file once more, after all
    assert (back.version, back.added, back.removed, back.unchanged) == (3, 1, 1, 1)
    assert {number for number, *_ in learned(database, tenant, now)} == {"NV-1", "NV-2"}
    ids = [one["id"] for one in statements(database, tenant)]
    assert len(ids) == len(set(ids)) == 6
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(AttendanceRow.added_in, AttendanceRow.row, AttendanceRow.removed_in)
            .where(AttendanceRow.tenant_id == tenant)
            .order_by(AttendanceRow.added_in, AttendanceRow.row)
        )
        assert [tuple(row) for row in rows] == [(1, 2, 2), (1, 3, None), (2, 2, 3), (3, 2, None)]


def test_a_paper_list_that_turns_out_a_roll_call_counts_more(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime
) -> None:
    take_in(said())
    assert take_in(said(), kind="roll_call").removed == 1
    assert {level for *_, level in learned(database, tenant, now)} == {2}


def test_a_withdrawn_list_counts_for_nobody_and_stays(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime
) -> None:
    take_in(said("NV-1"), said("NV-2"))

    def withdraw(code: str = "DS-01", reason: str = "không có buổi học này", organizer: str = "cdcs/a") -> int:
        told = {"reason": reason, "witness": OFFICER, "secret": PEPPER, "now": now + timedelta(days=1)}
        with database.writing(tenant) as session:
            return attendance_lists.withdraw(session, tenant, organizer=organizer, code=code, **told)

    assert faults_of(lambda: withdraw(reason=" ")) == ["reason: ghi lý do rút danh sách, nhiều nhất 2000 ký tự"]
    assert withdraw() == 2
    assert learned(database, tenant, now) == set()
    with pytest.raises(AlreadyWithdrawn, match="đã được rút ngày 21/11/2026 bởi can-bo-1"):
        withdraw()
    with pytest.raises(UnknownList):
        withdraw("DS-99")
    with pytest.raises(UnknownOrganization):
        withdraw(organizer="cdcs/khong-co")
    assert take_in(said("NV-1"), said("NV-2")).version == 3
    assert {number for number, *_ in learned(database, tenant, now)} == {"NV-1", "NV-2"}
    with database.reading(tenant) as session:
        told = attendance_lists.versions(session, tenant, "cdcs/a", "DS-01")
    assert [(one.kind, one.added, one.removed, one.reason) for one in told] == [
        ("paper", 2, 0, None),
        ("withdrawal", 0, 2, "không có buổi học này"),
        ("paper", 2, 0, None),
    ]


def test_results_and_certificates_are_assessed_where_the_organizer_is_entitled(
    database: Database, tenant: UUID, take_in: TakeIn, now: datetime
) -> None:
    contest = said("NV-1", delivery="hội thi", topics="skill-contest", score="8,5", out_of=10, rank="Giải Nhì")
    course = said("NV-2", delivery="lớp học", result="đạt", topics="digital-able")
    certificate = said("NV-3", delivery="lớp học", certificate="CN-2026/015", topics="skill-external")
    failed = said("NV-3", activity="Thi lại", delivery="kiểm tra", result="không đạt", topics="law-safety")
    result = take_in(contest, course, certificate, failed)
    assert result.notes == (
        "3 dòng có kết quả hoặc chứng chỉ, nhưng đơn vị cdcs/a chưa được ghi là nơi có quyền đánh giá vào ngày đó: "
        "tính ở mức E1, không phải E3",
    )
    assert {level for *_, level in learned(database, tenant, now)} == {1}

    def entitle(first: date, last: date | None = None, source: str = "QĐ 12/QĐ-LĐLĐ") -> None:
        told = {"valid_from": first, "valid_to": last, "source": source, "by": "can-bo-1", "now": now}
        with database.writing(tenant) as session:
            entitlements.entitle(session, tenant, "cdcs/a", **told)

    assert len(faults_of(lambda: entitle(date(2026, 1, 1), source=""))) == 1
    assert len(faults_of(lambda: entitle(date(2026, 1, 1), date(2025, 1, 1)))) == 1
    entitle(date(2026, 1, 1))
    again = take_in(contest, course, certificate, failed, said("NV-1", activity="Phổ biến luật"))
    assert (again.removed, again.notes[:1]) == (
        3,
        ("3 trong 4 dòng của bản trước không còn: Statement của các dòng đó bị huỷ",),
    )
    by_topic = {(number, what): level for number, what, _, level in learned(database, tenant, now)}
    assert by_topic["NV-1", "skill-contest"] == by_topic["NV-2", "digital-able"] == 3
    assert by_topic["NV-3", "skill-external"] == 3
    assert by_topic["NV-3", "law-safety"] == by_topic["NV-1", "law-labour"] == 1
    scores = {(number, what): score for number, _, what, _, _, score, *_ in learning.facts(database, tenant)}
    assert scores["NV-1", "skill-contest"] == 8500
    entitle(date(2026, 1, 1), date(2026, 9, 4))
    late = take_in(contest, code="DS-03")
    assert len(late.notes) == 1


def test_nobody_gives_oneself_a_result(take_in: TakeIn, staff: list[UUID]) -> None:
    oneself = Witness("can-bo-1", worker_ids=frozenset({staff[0]}))
    rows = said("NV-1", delivery="kiểm tra", result="đạt"), said("NV-2", delivery="kiểm tra", result="đạt")
    assert faults_of(lambda: take_in(*rows, witness=oneself)) == [f"Dòng 2, cột “Mã người lao động”: {ONESELF}"]
    assert take_in(said("NV-1"), witness=oneself).added == 1


def test_nobody_lists_workers_of_another_branch(take_in: TakeIn, world: World) -> None:
    officer = Witness("can-bo-1", enterprise_ids=frozenset({world.ids["dn/a"]}))
    assert faults_of(lambda: take_in(said("NV-1"), said("NV-3"), witness=officer)) == [
        "Dòng 3, cột “Mã người lao động”: không có người lao động nào mang mã “NV-3”; sửa mã, hoặc nhập danh sách "
        "người trước"
    ], "as of a number that nobody has"


def test_every_fault_is_told_and_nothing_is_stored(database: Database, tenant: UUID, take_in: TakeIn) -> None:
    wrong = (
        said("NV-99"),
        said("NV-1"),
        said("NV-1", minutes=30),
        said("NV-2", day="21/11/2026"),
        said("NV-2", day="31/02/2026", delivery="bay", minutes="chín mươi", topics="luật-rừng"),
        said("NV-2", score="9", activity="A"),
        said("NV-2", score="11", out_of="10", activity="B"),
        said("NV-2", activity="C", certificate="001099012345"),
        said("NV-2", activity="D", certificate="X1", result="không đạt"),
        said("NV-2", activity="E", hour="25:00"),
        said("NV-2", activity="F", topics="digital-able"),
        said("NV-2", activity="G", code="https://<x>"),
        said("", activity=""),
    )
    expected = [
        "Dòng 2, cột “Mã người lao động”: không có người lao động nào mang mã “NV-99”; sửa mã, hoặc nhập danh sách "
        "người trước",
        "Dòng 4, cột “Mã người lao động”: dòng 3 đã ghi người này với cùng nội dung, cùng ngày giờ; chỉ giữ một dòng",
        "Dòng 5, cột “Ngày”: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
        "Dòng 6, cột “Ngày”: “31/02/2026” không có trong lịch; ghi ngày/tháng/năm, ví dụ 05/09/2026",
        "Dòng 6, cột “Số phút”: “chín mươi” không phải số nguyên từ 1 đến 60000; sửa lại số",
        "Dòng 6, cột “Chủ đề”: không có chủ đề “luật-rừng”; ghi một trong: cadre-training, ",
        "Dòng 6, cột “Hình thức”: “bay” không hiểu được; ghi một trong các giá trị: “nói chuyện chuyên đề”",
        "Dòng 7, cột “Điểm tối đa”: ghi cả điểm và thang điểm, hoặc bỏ trống cả hai",
        "Dòng 8, cột “Điểm”: điểm lớn hơn thang điểm, hoặc thang điểm bằng 0; sửa lại",
        "Dòng 9, cột “Số chứng chỉ”: số này giống số căn cước, chứng minh thư hoặc điện thoại; ghi số hiệu giấy chứng "
        "nhận, có ký hiệu",
        "Dòng 10, cột “Số chứng chỉ”: kết quả là không đạt mà vẫn có chứng chỉ; sửa một trong hai",
        "Dòng 11, cột “Giờ bắt đầu”: “25:00” không phải giờ; ghi giờ:phút, ví dụ 08:00",
        "Dòng 12, cột “Chủ đề”: chủ đề “digital-able” không tính cho hình thức và kết quả này; sửa hình thức, kết quả, "
        "hoặc bỏ chủ đề",
        "Dòng 13, cột “Mã nội dung”: không phải địa chỉ (IRI) hợp lệ; sửa địa chỉ hoặc ghi mã riêng",
        "Dòng 14, cột “Mã người lao động”: ô trống; ghi giá trị vào ô này",
        "Dòng 14, cột “Nội dung”: ô trống; ghi giá trị vào ô này",
    ]
    found = faults_of(lambda: take_in(*wrong))
    assert [one[: len(words)] for one, words in zip(found, expected, strict=True)] == expected
    assert statements(database, tenant) == []
    with database.reading(tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).where(KeptFile.tenant_id == tenant)) == 0

    tried = take_in(*wrong, dry_run=True)
    assert (tried.version, tried.added, tried.left_out, len(tried.faults)) == (None, 1, 12, len(expected))
    good = take_in(*wrong, good_rows_only=True)
    assert (good.version, good.added, good.left_out) == (1, 1, 12)
    assert len(statements(database, tenant)) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 x", "PDF"),
        (b"<html><body>x</body></html>", "tiêu đề"),
        (b"", "tệp trống"),
        (b"x" * 16_000_001, "tệp lớn 16 MB, nhiều nhất là 16 MB"),
    ],
    ids=["PDF", "HTML", "empty", "too large"],
)
def test_what_is_no_list_is_refused_in_plain_words(
    database: Database, tenant: UUID, take_in: TakeIn, data: bytes, words: str
) -> None:
    assert words in "\n".join(faults_of(lambda: take_in(data=data)))
    assert words in "\n".join(faults_of(lambda: take_in(data=data, dry_run=True)))
    assert statements(database, tenant) == []


def test_a_list_needs_a_code_and_an_organizer_that_is_known(take_in: TakeIn) -> None:
    message = "Tệp: ghi mã của danh sách (số hiệu, ngày), nhiều nhất 100 ký tự, để sau này sửa hoặc rút"
    assert faults_of(lambda: take_in(said(), code=" ")) == [message]
    with pytest.raises(UnknownOrganization):
        take_in(said(), organizer="cdcs/khong-co")


def test_an_account_that_a_merger_left_with_somebody_else_stays_there(
    database: Database, tenant: UUID, take_in: TakeIn, staff: list[UUID], now: datetime
) -> None:
    take_in(said("NV-1"))
    with database.writing(tenant) as session:
        session.execute(
            sa.update(WorkerIdentifier)
            .where(WorkerIdentifier.tenant_id == tenant, WorkerIdentifier.worker_id == staff[0])
            .values(worker_id=staff[1])
        )
    take_in(said("NV-1", activity="Luật Công đoàn"), code="DS-02")
    assert {number for number, *_ in learned(database, tenant, now)} == {"NV-2"}


def test_commands_do_not_grow_with_rows(
    database: Database, tenant: UUID, take_in: TakeIn, world: World, count_commands: Callable[[], Any]
) -> None:
    with database.writing(tenant) as session:
        for _ in range(50):
            world.employ(session, "dn/a")
    take_in(said("NV-1"), code="DS-0")
    with count_commands() as few:
        take_in(said("NV-2"), code="DS-1")
    with count_commands() as many:
        take_in(*(said(f"NV-{number}") for number in range(4, 50)), code="DS-2")
    assert len(many) == len(few)
    with database.reading(tenant) as session:
        stored = session.scalar(sa.select(sa.func.count()).where(Statement.tenant_id == tenant))
    assert stored == 48


def test_another_tenants_list_of_the_same_code_is_another_list(tenant: UUID, other_tenant: UUID) -> None:
    mine, hers = (attendance_lists.list_id_of(one, "cdcs/a", "DS-01") for one in (tenant, other_tenant))
    assert mine != hers
