"""What workers declare counts as E0 until somebody else confirms it, and every step stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from certification.evidence import declarations
from certification.evidence.cases import NotSo, UnknownCase
from certification.evidence.declared import Declared, Listed
from certification.evidence.witnesses import ONESELF, OUTSIDE, NotForYou, Witness
from certification.marks import Cause
from certification.people import merging
from certification.people.workers import UnknownWorker
from certification.units.trees import UnknownOrganization
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.import_files import faults_of
from tests.certification.learning import PROFILE
from tests.certification.world import World
from tests.conftest import PEPPER

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
OFFICER = Witness("can-bo-1")
COURSE = Declared(
    "certificate", "Tin học cơ bản", date(2026, 5, 4), ["digital-able"], "Trung tâm GDTX", 600, "CN-2026/015"
)
READING = Declared("self_study", "Bộ luật Lao động", date(2026, 6, 1), ["law-labour"], minutes=90)

Declare = Callable[..., Listed]


@pytest.fixture
def staff(world: World) -> list[UUID]:
    """NV-1 and NV-2 in dn/a, NV-3 in dn/b."""
    with world.database.writing(world.tenant) as session:
        return [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/b")]


@pytest.fixture
def declare(database: Database, tenant: UUID, now: datetime, staff: list[UUID]) -> Declare:
    def declare_it(said: Declared = COURSE, number: str = "NV-1", file: bytes | None = PDF, **parts: Any) -> Listed:
        witness = parts.pop("witness", Witness(number))
        with database.writing(tenant) as session:
            return declarations.declare(
                session, tenant, number, said,
                file=file, file_name="chung chi.pdf", witness=witness, secret=PEPPER, now=now, **parts,
            )  # fmt: skip

    return declare_it


@pytest.fixture
def act(database: Database, tenant: UUID, now: datetime) -> Callable[..., Listed]:
    """Confirms, refuses or withdraws a declaration of NV-1."""

    def do(what: str, declaration: UUID, witness: Witness = OFFICER, **parts: Any) -> Listed:
        told = {"unit": "cdcs/a"} if what != "withdraw" else {}
        told |= {"reason": "đã xem bản gốc", "witness": witness, "secret": PEPPER, "now": now + timedelta(days=1)}
        number = parts.pop("number", "NV-1")
        with database.writing(tenant) as session:
            done: Listed = getattr(declarations, what)(session, tenant, number, declaration, **{**told, **parts})
            return done

    return do


def levels(database: Database, tenant: UUID, now: datetime) -> set[tuple[str, str, int, int]]:
    learning.follow_all(database, tenant, now)
    facts = learning.facts(database, tenant)
    return {(number, what, minutes, level) for number, _, what, _, minutes, _, level, _ in facts}


def test_a_certificate_is_self_declared_until_somebody_confirms_it(
    database: Database, tenant: UUID, declare: Declare, act: Callable[..., Listed], now: datetime, staff: list[UUID]
) -> None:
    one = declare()
    assert (one.state, one.due) == ("declared", date(2026, 12, 20))
    assert levels(database, tenant, now) == {("NV-1", "digital-able", 600, 0), ("NV-1", "learning", 600, 0)}
    learning.settle(database, tenant)
    confirmed = act("confirm", one.id)
    assert confirmed.state == "confirmed"
    assert confirmed.statement_id != one.statement_id
    assert levels(database, tenant, now) == {("NV-1", "digital-able", 600, 3), ("NV-1", "learning", 600, 3)}
    assert learning.causes(database, tenant) == {(staff[0], 2026): (Cause.WITHDRAWN | Cause.EVIDENCE, "can-bo-1")}
    with database.reading(tenant) as session:
        first, second, voiding = (one.document for one in api.changes(session, tenant, None).statements)
        steps = declarations.history(session, tenant, staff[0], one.id)
        _, data, name = declarations.read_file(session, tenant, "NV-1", one.id)
    assert (data, name) == (PDF, "chung chi.pdf")
    assert first["authority"]["account"]["name"] == first["actor"]["account"]["name"] == "worker/NV-1"
    assert second["authority"]["account"]["name"] == "organization/cdcs/a"
    assert second["context"]["statement"]["id"] == voiding["object"]["id"] == first["id"]
    assert second["context"]["extensions"][f"{PROFILE}/extension/certificate-number"] == "CN-2026/015"
    assert "can-bo-1" not in json.dumps([first, second, voiding])
    assert [(step.what, step.level, step.reason, step.recorded_by) for step in steps] == [
        ("declared", 0, None, "NV-1"),
        ("confirmed", 3, "đã xem bản gốc", "can-bo-1"),
    ]
    with pytest.raises(NotSo, match="đã được xác nhận"):
        act("confirm", one.id)
    assert act("refuse", one.id, reason="chứng chỉ giả").state == "refused"
    assert levels(database, tenant, now) == set()
    for what in ("confirm", "refuse", "withdraw"):
        with pytest.raises(NotSo, match="đã bị từ chối"):
            act(what, one.id, Witness("NV-1") if what == "withdraw" else OFFICER)


def test_the_level_is_what_the_procedure_allows(
    database: Database, tenant: UUID, declare: Declare, act: Callable[..., Listed], now: datetime
) -> None:
    reading = declare(READING, file=None)
    without_number = declare(
        Declared("certificate", "Sơ cứu", date(2026, 5, 5), ["life-health"], "Trạm y tế"), file=PNG
    )
    for one in (reading, without_number):
        act("confirm", one.id)
    assert {(what, level) for _, what, _, level in levels(database, tenant, now)} == {
        ("law-labour", 1), ("reading", 1), ("life-health", 2), ("learning", 1), ("learning", 2),
    }  # fmt: skip


def test_nobody_confirms_ones_own_under_any_number(
    database: Database, tenant: UUID, declare: Declare, act: Callable[..., Listed], staff: list[UUID], now: datetime
) -> None:
    one = declare()
    for oneself in (Witness("NV-1"), Witness("x", worker_ids=frozenset({staff[0]})), Witness("x", ifis=_ifis(tenant))):
        for what in ("confirm", "refuse"):
            with pytest.raises(NotForYou, match=ONESELF[:20]):
                act(what, one.id, oneself)
    with database.writing(tenant) as session:
        merging.merge(session, tenant, "NV-1", "NV-2", by="test", basis="một người", now=now)
    with pytest.raises(NotForYou):
        act("confirm", one.id, Witness("NV-2"))
    typed = declare(READING, file=None, witness=Witness("can-bo-2"))
    with pytest.raises(NotForYou, match="không tự xác nhận"):
        act("confirm", typed.id, Witness("can-bo-2"))
    assert {level for *_, level in levels(database, tenant, now)} == {0}


def _ifis(tenant: UUID) -> frozenset[str]:
    return frozenset({f"account urn:uuid:{tenant}|worker/NV-1"})


def test_only_the_branch_and_only_the_worker(
    declare: Declare, act: Callable[..., Listed], world: World, staff: list[UUID]
) -> None:
    elsewhere = Witness("can-bo-9", enterprise_ids=frozenset({world.ids["dn/b"]}))
    with pytest.raises(NotForYou, match=OUTSIDE[:20]):
        declare(witness=elsewhere)
    one = declare()
    for what in ("confirm", "refuse"):
        with pytest.raises(NotForYou, match=OUTSIDE[:20]):
            act(what, one.id, elsewhere)
    with pytest.raises(NotForYou):
        act("withdraw", one.id)
    with pytest.raises(UnknownCase):
        act("confirm", one.id, number="NV-2")
    with pytest.raises(UnknownCase):
        act("confirm", uuid4())
    with pytest.raises(UnknownOrganization):
        act("confirm", one.id, unit="cdcs/khong-co")
    assert len(faults_of(lambda: act("confirm", one.id, reason="  "))) == 1
    assert act("withdraw", one.id, Witness("NV-1")).state == "withdrawn"
    with pytest.raises(NotSo):
        act("withdraw", one.id, Witness("NV-1"))


def test_the_same_declaration_twice_changes_nothing_and_a_number_is_declared_once(
    database: Database, tenant: UUID, declare: Declare, now: datetime
) -> None:
    one = declare()
    assert declare().id == one.id
    same_number = Declared("certificate", "Tên khác", date(2026, 7, 1), (), "Nơi khác", None, "CN-2026/015")
    assert faults_of(lambda: declare(same_number, file=PNG)) == [
        "certificate_number: chứng chỉ số này đã được khai ngày 04/05/2026: “Tin học cơ bản”; không khai lần nữa"
    ]
    declare(number="NV-2")
    with database.reading(tenant) as session:
        told = declarations.listing(session, tenant, state="declared")
        assert [(each.number, each.same_file) for each in told] == [("NV-1", 1), ("NV-2", 1)]
        first = declarations.listing(session, tenant, limit=1)
        rest = declarations.listing(session, tenant, after=(first[0].due, first[0].id))
        assert [each.number for each in (*first, *rest)] == ["NV-1", "NV-2"]
        assert [each.number for each in declarations.listing(session, tenant, number="NV-2")] == ["NV-2"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "kèm bản chụp chứng chỉ: PDF, JPG hoặc PNG"),
        (b"<html><script>alert(1)</script></html>", "tệp này không phải PDF, JPG hay PNG"),
        (b"PK\x03\x04 a workbook", "tệp này không phải PDF, JPG hay PNG"),
        (b"%PDF-1.7 cut short", "tệp bị cụt, chưa tải hết; gửi lại"),
        (b"%PDF-1.7" + b"\0" * 10_000_000, "tệp lớn 10,1 MB, nhiều nhất là 10 MB; chụp hoặc quét nhỏ hơn"),
    ],
    ids=["none", "HTML", "workbook", "cut short", "too large"],
)
def test_a_file_is_what_its_bytes_say(declare: Declare, file: bytes | None, words: str) -> None:
    (fault,) = faults_of(lambda: declare(file=file))
    assert words in fault


def test_a_title_may_hold_an_address_among_its_words(declare: Declare) -> None:
    title = "Đọc bài https://hoc.example.org/an-toan và ghi chép"
    assert declare(replace(READING, title=title)).title == title
    assert declare(replace(READING, title="urn: một cách gọi tên")).title == "urn: một cách gọi tên"


def test_every_fault_is_told_at_once_and_nothing_is_kept(
    database: Database, tenant: UUID, declare: Declare, now: datetime
) -> None:
    wrong = Declared("giấy", " ", date(2026, 11, 21), ["luật-rừng"], "gọi 0912 345 678", 0, "001099012345")
    assert [fault[:60] for fault in faults_of(lambda: declare(wrong, file=b"x"))] == [
        text[:60]
        for text in (
            "kind: “giấy” không hiểu được; ghi một trong: certificate, self_study",
            "title: ô trống; ghi giá trị vào ô này",
            "provider: có số giống số điện thoại, số căn cước hoặc địa chỉ thư; bỏ số đó đi",
            "certificate_number: có số giống số điện thoại, số căn cước hoặc địa chỉ thư; bỏ số đó đi",
            "learned_on: 21/11/2026 chưa tới (hôm nay 20/11/2026); sửa ngày",
            "minutes: “0” không phải số nguyên từ 1 đến 525600; sửa lại số",
            "topics: không có chủ đề “luật-rừng”; ghi một trong: cadre-training, community",
            "file: tệp này không phải PDF, JPG hay PNG (xét theo nội dung, không theo tên); chụp lại",
        )
    ]
    assert levels(database, tenant, now) == set()
    with pytest.raises(UnknownWorker):
        declare(number="NV-99")
