"""Imports of every table are undone by one way: entries are what they were, points are withdrawn, Statements voided."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification import import_tables, import_undoing
from certification.access.permissions import Act
from certification.acts import chain
from certification.evidence import attendance_lists, attestations, channel_items
from certification.evidence.witnesses import Witness
from certification.import_undoing import NotUndone, Plan, Undoing
from certification.judgement import awards
from certification.models import (
    Attestation,
    Award,
    ChannelItem,
    Commitment,
    DeclaredHeadcount,
    FileImportRow,
    ReportContact,
    Stale,
    WorkerIdentifier,
)
from certification.people import file_imports, headcounts, link_lists
from certification.people.file_imports import Outcome
from certification.people.row_journal import RowJournal
from certification.reports import contact_lists
from certification.units import commitments
from certification.web.frame.bringing_in import UNDOING
from certification.web.frame.taken_in import OTHERS
from lrs.db import Session
from tests.certification import learning
from tests.certification.evidence.test_attendance_lists import list_csv, said
from tests.certification.import_files import attestations_csv, commitments_csv, titles_csv
from tests.certification.world import World
from tests.conftest import PEPPER
from tests.threads import ended

OWNER = UUID(int=7)

TAKE_IN: Mapping[str, Callable[..., Any]] = {
    "headcounts": headcounts.import_headcounts,
    "commitments": commitments.import_commitments,
    "report-contacts": lambda *told, **named: contact_lists.import_contacts(*told, by="lan", **named),
    "channel-items": lambda *told, **named: channel_items.import_channel_items(*told, by="lan", **named),
    "attestations": attestations.import_attestations,
    "titles": awards.import_titles,
    "links": lambda *told, **named: link_lists.import_links(*told, by="lan", **named),
    "attendance": lambda *told, **named: attendance_lists.take_in(
        *told, organizer="cdcs/a", code="HT-01", kind="paper", file_name="ht.csv", witness=Witness("lan"),
        secret=PEPPER, **named,
    ),
}  # fmt: skip


class Office:
    """Whoever takes files in, one after the other, and undoes them."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world, self.database, self.tenant, self.now = world, world.database, world.tenant, now
        with self.database.writing(self.tenant) as session:
            self.workers = [world.employ(session, "dn/a") for _ in range(3)]

    def take_in(self, kind: str, data: bytes | str, later: int = 0) -> UUID:
        now = self.now + timedelta(minutes=later)
        data = data.encode() if isinstance(data, str) else data
        with self.database.writing(self.tenant) as session:
            made = file_imports.begin(
                session, self.tenant, account=OWNER, by="lan", kind=kind, file_name="t.csv", data=b"x", checks=False,
                pepper=PEPPER, now=now,
            )  # fmt: skip
        with self.database.writing(self.tenant) as session:
            journal = RowJournal(made)
            TAKE_IN[kind](session, self.tenant, data, now=now, journal=journal)
            journal.write(session, self.tenant)
            file_imports.end(session, self.tenant, made, file_imports.DONE, Outcome())
        return made

    def undo(self, made: UUID) -> Plan:
        with self.database.reading(self.tenant) as session:
            told = import_undoing.survey(session, self.tenant, file_imports.find(session, self.tenant, made, OWNER))
        with self.database.writing(self.tenant) as session:
            known = file_imports.find(session, self.tenant, made, OWNER)
            undoing = Undoing(by="hoa", reason="nhầm tệp", now=self.now + timedelta(hours=1), secret=PEPPER)
            done = import_undoing.undo(session, self.tenant, known, undoing)
        assert done == told, "what was told before is what was done"
        return done

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        table = columns[0].class_.__table__
        mine = [table.c.tenant_id == self.tenant] if "tenant_id" in table.c else []
        with self.database.reading(self.tenant) as session:
            return sorted(tuple(row) for row in session.execute(sa.select(*columns).where(*mine)))

    def write(self, does: Callable[[Session], Any]) -> None:
        with self.database.writing(self.tenant) as session:
            does(session)

    def learned(self) -> set[tuple[str, int]]:
        """Worker's number and minutes of every fact about labour law."""
        learning.follow_all(self.database, self.tenant, self.now + timedelta(hours=2))
        return {(one[0], one[4]) for one in learning.facts(self.database, self.tenant) if one[2] == "law-labour"}


@pytest.fixture
def office(world: World, now: datetime) -> Office:
    return Office(world, now)


def test_every_table_that_a_page_takes_says_how_it_is_undone() -> None:
    undone = {kind for kind, one in OTHERS.items() if not one.whole}
    assert set(TAKE_IN) == undone, "and is tried below"
    assert set(UNDOING) == {*undone, "roster"}
    assert set(OTHERS) <= set(import_tables.TABLES)
    assert all(isinstance(one.act, Act) for one in OTHERS.values())


HEADCOUNTS = "Mã doanh nghiệp,Ngày,Tổng số lao động,Lao động nữ,Đoàn viên,Căn cứ,Người báo\n"
CONTACTS = "Mã đơn vị,Họ và tên,Điện thoại,Thư điện tử\n"
ITEMS = "Mã đơn vị,Kênh,Ngày,Tiêu đề,Số lượng,Nguồn\n"
ENTRIES = [
    (
        "headcounts", HEADCOUNTS + "dn/b,30/06/2026,250,140,,BC quý II,Lan\n",
        HEADCOUNTS + "dn/b,30/06/2026,999,,,BC nhầm,Ba\ndn/c,30/06/2026,5,,,BC nhầm,Ba\n",
        HEADCOUNTS + "dn/b,30/06/2026,260,,,BC sửa,Lan\n", "dn/b",
        (DeclaredHeadcount.day, DeclaredHeadcount.total, DeclaredHeadcount.source, DeclaredHeadcount.declared_by),
    ),
    (
        "commitments", commitments_csv({"Mã đơn vị": "cdcs/a"}),
        commitments_csv({"Mã đơn vị": "cdcs/a", "Căn cứ": "Nhầm"}, {"Mã đơn vị": "cdcs/b", "Căn cứ": "Nhầm"}),
        commitments_csv({"Mã đơn vị": "cdcs/a", "Căn cứ": "Nghị quyết 5"}), "cdcs/a",
        (Commitment.kind, Commitment.year, Commitment.source),
    ),
    (
        "report-contacts", CONTACTS + "cdcs/a,Nguyễn Thị Lan,0912 345 678,\n",
        CONTACTS + "cdcs/a,Lê Văn Nhầm,0900 000 000,\ncdcs/b,Lê Văn Nhầm,0900 000 000,\n",
        CONTACTS + "cdcs/a,Trần Thị Sửa,,sua@example.vn\n", "cdcs/a",
        (ReportContact.name, ReportContact.phone, ReportContact.email),
    ),
    (
        "channel-items", ITEMS + "cdcs/a,zalo,05/09/2026,Luật BHXH,10,\n",
        ITEMS + "cdcs/a,zalo,05/09/2026,Luật BHXH,99,Sổ nhầm\ncdcs/b,zalo,05/09/2026,Luật BHXH,3,\n",
        ITEMS + "cdcs/a,zalo,05/09/2026,Luật BHXH,11,\n", "Luật BHXH",
        (ChannelItem.day, ChannelItem.title, ChannelItem.items),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "first", "wrong", "after", "named", "columns"), ENTRIES, ids=[one[0] for one in ENTRIES]
)
def test_entries_of_units_are_what_they_were_and_those_changed_since_stay(
    office: Office, kind: str, first: bytes, wrong: bytes, after: bytes, named: str, columns: tuple[Any, ...]
) -> None:
    office.take_in(kind, first)
    before = office.rows(*columns)
    made = office.take_in(kind, wrong, later=1)
    assert office.rows(*columns) != before
    assert office.undo(made) == Plan(1, 1, [])
    assert office.rows(*columns) == before
    again = office.take_in(kind, wrong, later=2)
    office.take_in(kind, after, later=3)
    stands = office.rows(*columns)
    plan = office.undo(again)
    assert (plan.removed, plan.put_back) == (1, 0)
    assert [(named in one.what, one.why) for one in plan.left] == [(True, import_undoing.CHANGED_SINCE)]
    assert len(office.rows(*columns)) == len(stands) - 1


def test_undoing_is_one_act_done_once_by_whoever_comes_first(office: Office, now: datetime) -> None:
    made = office.take_in("headcounts", ENTRIES[0][2])
    refused: list[str] = []

    def undo() -> None:
        try:
            office.undo(made)
        except NotUndone as error:
            refused.append(str(error))

    both = [threading.Thread(daemon=True, target=undo) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        ended(one)
    assert refused == ["Lần nhập này đã được hoàn tác, hoặc chưa nhập gì"]
    with office.database.reading(office.tenant) as session:
        done = chain.listed(session, office.tenant, limit=2)
        assert chain.verify(session, office.tenant).faults == ()
    assert [(one.by, one.act, one.subject) for one in done if one.act == "import.undo"] == [
        ("hoa", "import.undo", f"import:{made}")
    ]
    assert done[0].detail == {
        "table": "headcounts", "file": "t.csv", "reason": "nhầm tệp", "removed": 2, "put_back": 0, "left": 0
    }  # fmt: skip
    assert office.rows(FileImportRow.place) == []


def test_attestations_are_withdrawn_but_those_under_a_decided_title_stay_and_are_named(office: Office) -> None:
    rows = [{"Mã người lao động": f"NV-{one}"} for one in (1, 2, 3)]
    made = office.take_in("attestations", attestations_csv(*rows))
    office.write(lambda session: office.world.title(session, office.workers[1], 2026, decided=date(2026, 11, 15)))
    office.write(
        lambda session: session.execute(
            sa.update(Attestation).where(Attestation.worker_id == office.workers[2]).values(
                withdrawn_on=date(2026, 11, 19), withdrawn_by="ba", withdrawal_reason="sai"
            )
        )
    )  # fmt: skip
    office.write(lambda session: session.execute(sa.delete(Stale)))
    plan = office.undo(made)
    assert (plan.removed, plan.put_back) == (1, 0)
    assert [(one.number, one.what, one.why) for one in plan.left] == [
        ("NV-2", "Người: CS4 năm 2026, 7 điểm", "đã được công nhận danh hiệu năm 2026"),
        ("NV-3", "Người: CS4 năm 2026, 7 điểm", "đã được rút ngày 19/11/2026"),
    ]
    told = office.rows(
        Attestation.worker_id, Attestation.points, Attestation.withdrawn_by, Attestation.withdrawal_reason
    )
    assert set(told) == {
        (office.workers[0], 7, "hoa", "Hoàn tác lần nhập: nhầm tệp"),
        (office.workers[1], 7, None, None),
        (office.workers[2], 7, "ba", "sai"),
    }
    assert office.rows(Stale.worker_id, Stale.year) == [(office.workers[0], 2026)]


def test_titles_entered_by_mistake_leave_the_register_and_the_acts_tell_both(office: Office) -> None:
    office.take_in("titles", titles_csv({"Mã người lao động": "NV-1"}))
    before = office.rows(Award.worker_id, Award.decision_number, Award.withdrawn_on)
    ended = {"Mã người lao động": "NV-1", "Ngày thu hồi": "01/07/2026", "Căn cứ thu hồi": "QĐ 9"}
    data = (
        titles_csv({"Mã người lao động": "NV-2"}, {"Mã người lao động": "NV-3"}).decode().rstrip("\r\n").split("\r\n")
    )
    text = "\r\n".join(
        [f"{data[0]},Ngày thu hồi,Căn cứ thu hồi", *(f"{one},," for one in data[1:]),
         f"{ended['Mã người lao động']},2025,12/QĐ,20/02/2026,Hội Khuyến học,01/07/2026,QĐ 9"]
    )  # fmt: skip
    made = office.take_in("titles", text)
    assert len(office.rows(Award.worker_id)) == 3
    office.write(
        lambda session: session.execute(
            sa.update(Award).where(Award.worker_id == office.workers[2]).values(withdrawn_on=date(2026, 10, 1))
        )
    )
    plan = office.undo(made)
    assert (plan.removed, plan.put_back) == (1, 1)
    assert [(one.number, one.why) for one in plan.left] == [("NV-3", import_undoing.CHANGED_SINCE)]
    now = office.rows(Award.worker_id, Award.decision_number, Award.withdrawn_on)
    assert [one for one in now if one[0] != office.workers[2]] == before
    with office.database.reading(office.tenant) as session:
        acts = [(one.act, one.worker) for one in chain.listed(session, office.tenant, limit=3)]
    assert acts[0] == ("import.undo", None)
    assert {*acts[1:]} == {(import_undoing.TITLE_ACT, office.workers[0]), (import_undoing.TITLE_ACT, office.workers[1])}


def test_links_are_taken_off_unless_somebody_took_them_elsewhere(office: Office) -> None:
    data = (
        "Mã người lao động,Tài khoản học tập,Căn cứ\nNV-1,https://h.example.org|a,DS\nNV-2,https://h.example.org|b,DS\n"
    )
    made = office.take_in("links", data)
    office.write(
        lambda session: session.execute(
            sa.update(WorkerIdentifier)
            .where(WorkerIdentifier.worker_id == office.workers[1])
            .values(worker_id=office.workers[2])
        )
    )
    plan = office.undo(made)
    assert (plan.removed, [(one.number, one.why) for one in plan.left]) == (
        1, [("NV-2", "đã gắn với hồ sơ khác sau lần nhập này")],
    )  # fmt: skip
    assert office.rows(WorkerIdentifier.worker_id) == [(office.workers[2],)]


def test_a_list_is_voided_and_a_correction_of_it_is_as_it_was_before(office: Office) -> None:
    contest = {"activity": "Tập huấn an toàn", "delivery": "lớp học", "minutes": 60}
    right = list_csv(said("NV-1", **contest), said("NV-2", **contest))
    first = office.take_in("attendance", right)
    assert office.learned() == {("NV-1", 60), ("NV-2", 60)}
    wrong = office.take_in("attendance", list_csv(said("NV-1", **contest), said("NV-3", **contest)), later=1)
    assert office.learned() == {("NV-1", 60), ("NV-3", 60)}
    with pytest.raises(NotUndone, match="mọi dòng"):
        office.undo(first)
    assert office.undo(wrong) == Plan(1, 1, [])
    assert office.learned() == {("NV-1", 60), ("NV-2", 60)}
    same = office.take_in("attendance", right, later=2)
    assert office.learned() == {("NV-1", 60), ("NV-2", 60)}
    assert office.undo(same) == Plan(0, 0, []), "it changed nothing"
    assert office.undo(first) == Plan(2, 0, []), "the correction between is undone, and so no change"
    assert office.learned() == set()
    with office.database.reading(office.tenant) as session:
        told = attendance_lists.versions(session, office.tenant, "cdcs/a", "HT-01")
    assert [(one.version, one.kind, one.added, one.removed, one.recorded_by) for one in told] == [
        (1, "paper", 2, 0, "lan"), (2, "paper", 1, 1, "lan"), (3, "paper", 1, 1, "hoa"), (4, "withdrawal", 0, 2, "hoa")
    ]  # fmt: skip
    assert told[2].sha256 == told[0].sha256
    office.take_in("attendance", right, later=3)
    assert office.learned() == {("NV-1", 60), ("NV-2", 60)}, "the right list is brought in again under its code"


def test_a_row_under_a_decided_title_stays_in_the_list(office: Office) -> None:
    made = office.take_in("attendance", list_csv(said("NV-1"), said("NV-2")))
    assert office.learned() == {("NV-1", 90), ("NV-2", 90)}
    office.write(lambda session: office.world.title(session, office.workers[0], 2026, decided=date(2026, 11, 15)))
    plan = office.undo(made)
    assert (plan.removed, [(one.number, one.why) for one in plan.left]) == (
        1, [("NV-1", "đã được công nhận danh hiệu năm 2026")],
    )  # fmt: skip
    assert office.learned() == {("NV-1", 90)}
